"""A Map state, from its items to its result: inline ones go on in the interpreter, distributed ones here."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.language.expressions import type_of
from workbook.aws.stepfunctions.language.failures import DATA_LIMIT, QUERY, RUNTIME, error_and_cause, failure
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of
from workbook.aws.stepfunctions.language.progress import progress_here
from workbook.aws.stepfunctions.maps import batches, results, templates
from workbook.aws.stepfunctions.maps.items import Item, demand_array, items_of, read_items
from workbook.aws.stepfunctions.maps.map_run import EXCEEDED, EXCEEDED_CAUSE, MapRun, Tolerance
from workbook.aws.stepfunctions.registry import StateMachine, registry_of
from workbook.aws.stepfunctions.role_calls import present_execution
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.execution import Execution
    from workbook.aws.stepfunctions.maps.distributed import DistributedMap
    from workbook.engine.patches import Patches

_BEGINS_ANEW = frozenset({DATA_LIMIT, RUNTIME})
"""Errors after which a redriven execution starts another Map Run."""


def install(patches: Patches) -> None:
    """Run distributed Maps here, and let an inline one fail in AWS's words where it has no array."""
    state = part_of("component.state.exec.state_map.state_map").StateMap
    inline = state._eval_execution  # noqa: SLF001 - the seam

    def eval_execution(state: Part, env: Env) -> None:
        if hasattr(state, "distributed"):
            env.stack.append(_run(state, env))
            return
        if state.items is None and state.items_path is None:
            _demand_items(env, env.states.get_input(), list)
        inline(state, env)

    patches.set(state, "_eval_execution", eval_execution)
    path = part_of("component.common.path.items_path").ItemsPath
    followed = path._eval_body  # noqa: SLF001 - as above

    def items_path(path: Part, env: Env) -> None:
        followed(path, env)
        demand_array(env.stack[-1], path.string_sampler.literal_value, env)

    patches.set(path, "_eval_body", items_path)


def _run(state: Part, env: Env) -> Json:
    """One attempt of a distributed Map: what it gives."""
    progress = progress_here()
    progress.open()
    items: list[Item] | None = None
    run = progress.map_run
    if run is None:
        run, items = _begin(state, env)
        progress.map_run = run
    else:
        _redrive(run, env)
    try:
        result = _result(state, env, run, items)
    except part_of("component.common.error_name.failure_event").FailureEventException as failed:
        error, cause = error_and_cause(failed.failure_event)
        if error in _BEGINS_ANEW:
            progress.map_run = None
        run.end("FAILED")
        _note(env, "MapRunFailed", mapRunFailedEventDetails={"error": error, "cause": cause})
        raise
    except BaseException:
        run.end("ABORTED")
        raise
    progress.map_run = None
    run.end("SUCCEEDED")
    _note(env, "MapRunSucceeded")
    _note(env, "MapStateSucceeded", advance=False)
    return result


def _begin(state: Part, env: Env) -> tuple[MapRun, list[Item] | None]:
    """A new Map Run, and its items where they need not be read."""
    state.max_concurrency_decl.eval(env=env)
    concurrency = env.stack.pop()
    items = None if state.distributed.field("ItemReader") is not None else given_items(state, env)
    _note(env, "MapStateStarted", mapStateStartedEventDetails={"length": len(items or ())})
    run = _new_run(state, env, concurrency)
    _note(env, "MapRunStarted", mapRunStartedEventDetails={"mapRunArn": run.arn})
    return run, items


def _redrive(run: MapRun, env: Env) -> None:
    most = limit("stepfunctions.redrive.map-run")
    if run.redrives >= most:
        raise failure(
            env, RUNTIME, f"The Map Run has been redriven {most} times, and cannot be redriven again."
        )
    run.redrive()
    details = {"mapRunArn": run.arn, "redriveCount": run.redrives}
    _note(env, "MapRunRedriven", mapRunRedrivenEventDetails=details)


def _result(state: Part, env: Env, run: MapRun, items: list[Item] | None) -> Json:
    if not run.has_work:
        run.take(batches.all_work(state, env, _items(state, env) if items is None else items))
    if not run.run():
        if state.distributed.field("ResultWriter", "Resource") is not None:
            results.result_of(state.distributed, env, run)
        raise failure(env, EXCEEDED, EXCEEDED_CAUSE, event_type="MapRunFailed")
    return results.result_of(state.distributed, env, run)


def _items(state: Part, env: Env) -> list[Item]:
    reads = state.distributed.field("ItemReader") is not None
    return read_items(state.distributed, env) if reads else given_items(state, env)


def given_items(state: Part, env: Env) -> list[Item]:
    """The items in the state's input: what ItemsPath or Items leads to, or all of it.

    Raises:
        FailureEventException: that is nothing to map over.
    """
    where = state.items or state.items_path
    if where is None:
        value = env.states.get_input()
        _demand_items(env, value, list, dict)
        return items_of(value)
    where.eval(env=env)
    return items_of(env.stack.pop())


def _demand_items(env: Env, value: Json, *kinds: type) -> None:
    """Let the input of a Map without Items pass if it can run over it; AWS's words are unverified.

    Raises:
        FailureEventException: States.QueryEvaluationError: it cannot.
    """
    if not isinstance(value, kinds):
        cause = f"Map state input must be an array but was: {type_of(value)}"
        details = {"location": "Items", "state": env.next_state_name}
        raised = failure(env, QUERY, cause, event_type="EvaluationFailed", details=details)
        event = raised.failure_event
        env.event_manager.add_event(env.event_history_context, event.event_type, event.event_details)
        raise raised


def _note(env: Env, event: str, *, advance: bool = True, **details: Json) -> None:
    env.event_manager.add_event(env.event_history_context, event, details, update_source_event_id=advance)


# ---- the run and its state machine


def _new_run(state: Part, env: Env, concurrency: int) -> MapRun:
    world, parent = current_world(), present_execution.get()
    machine = _machine(state, parent)
    run = MapRun(world, parent.arn, machine, concurrency, tolerance_of(state.distributed, env))
    registry_of(world, machine.account, machine.region).map_runs[run.arn] = run
    return run


def _machine(state: Part, parent: Execution) -> StateMachine:
    """The state machine of a Map's child executions: each distributed Map of a state machine has one.

    A Map that was updated to another ExecutionType has another one, since executions keep their type.
    """
    world = current_world()
    label = state.distributed.field("Label") or getattr(state, "own_label", None)
    if label is None:
        label = state.own_label = world.seeds.uuid("stepfunctions.map-label")
    registry = registry_of(world, parent.machine.account, parent.machine.region)
    arn = f"{parent.machine.arn}/{label}"
    program = state.iteration_component._get_iteration_program()  # noqa: SLF001 - its states
    revision = dataclasses.replace(parent.revision, definition=state.distributed.processor, program=program)
    kind = state.distributed.execution_type
    known = registry.map_machines.get((arn, kind))
    if known is None:
        name = f"{parent.machine.name}/{label}"
        known = StateMachine(arn, name, world.clock.now, revision, kind=kind)
        registry.map_machines[arn, kind] = known
    known.revision = revision
    return known


def tolerance_of(kept: DistributedMap, env: Env) -> Tolerance:
    """How many items of a Map may fail.

    Raises:
        FailureEventException: it is said by something that is no such number.
    """
    count = _number(kept, env, "ToleratedFailureCount")
    percentage = _number(kept, env, "ToleratedFailurePercentage")
    if count is not None and count < 0:
        raise failure(env, RUNTIME, "ToleratedFailureCount cannot be negative.")
    if percentage is not None and not 0 <= percentage <= 100:
        raise failure(env, RUNTIME, "ToleratedFailurePercentage must be between 0 and 100.")
    return Tolerance(None if count is None else int(count), None if percentage is None else float(percentage))


def _number(kept: DistributedMap, env: Env, name: str) -> float | None:
    value = templates.number(kept.field(name), kept.field(f"{name}Path"), kept.language, name, env)
    if isinstance(value, bool) or not isinstance(value, (int, float, type(None))):
        kind = "integer" if name.endswith("Count") else "float"
        path = kept.field(f"{name}Path")
        cause = f'The {name}Path field refers to value "{value}" which is not a valid {kind}: {path}'
        raise failure(env, RUNTIME, cause)
    return value
