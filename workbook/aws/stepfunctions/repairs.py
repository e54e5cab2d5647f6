"""What moto's interpreter does otherwise than AWS, mended: each a small function in the place of its own.

- A Wait state counts whole seconds, and so ends up to a second before its timestamp.
- A Choice state where no rule holds ends with a Python error: on AWS it is States.NoChoiceMatched.
- A rule whose Variable is not there does not hold: on AWS the state fails, unless the rule is IsPresent.
- JSON that goes to other services has blanks, and letters outside ASCII escaped.
- Times in the context object are in microseconds, and some are Python objects.
- A path is parsed each time that it is followed, by a parser made for it: half of the time that states take.
- All threads that there ever were are kept in a list, and so all labs.
"""

from __future__ import annotations

import functools
import importlib
import json
import types
from collections import deque
from typing import TYPE_CHECKING, Any

from workbook.engine.clock import SECOND, instant_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    import datetime

    from workbook.engine.patches import Patches

_ASL = "moto.stepfunctions.parser.asl"
_PATHS = 1024
"""Parsed paths that are kept."""
_WAITS = f"{_ASL}.component.state.wait.wait_function"


def install(patches: Patches) -> None:
    """Mend the interpreter, which is loaded."""
    patches.set(_module(f"{_ASL}.utils.encoding"), "json", types.SimpleNamespace(dumps=_compact_json))
    patches.set(_module(f"{_ASL}.component.state.state"), "StateData", _state_data)
    choice = _module(f"{_ASL}.component.state.choice.state_choice").StateChoice
    patches.set(choice, "_eval_state", _choice(choice._eval_state))  # noqa: SLF001 - the seam
    comparison = _module(f"{_ASL}.component.state.choice.comparison.comparison_variable").ComparisonVariable
    patches.set(comparison, "_eval_body", _compare)
    threads: deque[object] = deque(maxlen=0)
    patches.set(_module(f"{_ASL}.component.state.exec.execute_state"), "TMP_THREADS", threads)
    patches.set(_module(f"{_WAITS}.wait_function").WaitFunction, "_wait_interval", _wait)
    for module in (_module(f"{_ASL}.utils.json_path"), _module(f"{_ASL}.component.common.path.result_path")):
        patches.set(module, "parse", functools.lru_cache(maxsize=_PATHS)(module.parse))
    patches.set(_module(f"{_WAITS}.timestamp").Timestamp, "_get_wait_seconds", _seconds_until)


def context_time(moment: datetime.datetime) -> str:
    """A time as the context object shows it: 2026-01-05T09:00:00.000Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _module(name: str) -> Any:  # noqa: ANN401 - modules of the interpreter, whose names are no one's business
    return importlib.import_module(name)


def _compact_json(value: object, cls: type[json.JSONEncoder], separators: object = None) -> str:  # noqa: ARG001 - the interpreter's call
    return json.dumps(value, cls=cls, separators=(",", ":"), ensure_ascii=False)


def _state_data(**data: object) -> dict[str, object]:
    """What `$$.State` holds."""
    return {**data, "EnteredTime": context_time(current_world().clock.datetime())}


def _wait(_function: object, env: Any, wait_seconds: float) -> None:  # noqa: ANN401 - the interpreter's Environment
    """Let time pass, unless the execution is ended meanwhile."""
    if wait_seconds > 0:
        env.program_state_event.wait(wait_seconds)


def _seconds_until(function: Any, env: Any) -> float:  # noqa: ANN401 - as above, and its Timestamp
    """How long it is until a Wait state's timestamp, to the microsecond.

    Raises:
        FailureEventException: it is no timestamp; the state fails.
    """
    from moto.stepfunctions.parser.asl.component.common.error_name import failure_event  # noqa: PLC0415 - loaded by now

    function.string.eval(env=env)
    text = env.stack.pop()
    moment = function._from_timestamp_string(timestamp=text)  # noqa: SLF001 - its own reading
    if moment is None:
        raise failure_event.FailureEventException(function._create_failure_event(env, text))  # noqa: SLF001 - as above
    clock = current_world().clock
    return (instant_of(moment.replace(tzinfo=clock.datetime().tzinfo)) - clock.now) / SECOND


def _choice(original: Any) -> Any:  # noqa: ANN401 - a method of the interpreter
    """Fail with States.NoChoiceMatched where no rule holds and there is no Default (the cause is ours)."""

    def eval_state(choice: Any, env: Any) -> None:  # noqa: ANN401 - as above
        try:
            original(choice, env=env)
        except RuntimeError as error:
            cause = "No rule of the Choice state holds, and it has no Default."
            raise _failure(env, "StatesNoChoiceMatched", cause) from error

    return eval_state


def _compare(comparison: Any, env: Any) -> None:  # noqa: ANN401 - the interpreter's ComparisonVariable
    """Compare a rule's Variable; a path that leads nowhere fails the state, unless IsPresent asks for it."""
    comparison.variable.eval(env)
    function = comparison.comparison_function
    is_missing = type(env.stack[-1]).__name__ == "NoSuchVariable"
    if is_missing and function.operator_type.name != "IsPresent":
        path = comparison.variable.string_sampler.literal_value
        cause = f"Invalid path '{path}': The choice state's condition path references an invalid value."
        raise _failure(env, "StatesRuntime", cause)
    function.eval(env)


def _failure(env: Any, name: str, cause: str) -> Exception:  # noqa: ANN401 - as above
    """What ends an execution, with the error that the interpreter calls `name`."""
    names = f"{_ASL}.component.common.error_name"
    failures = _module(f"{names}.failure_event")
    kinds = _module(f"{names}.states_error_name_type").StatesErrorNameType
    api = _module("moto.stepfunctions.parser.api")
    kind = kinds[name]
    details = {"error": kind.to_name(), "cause": cause}
    event = failures.FailureEvent(
        env=env,
        error_name=_module(f"{names}.states_error_name").StatesErrorName(typ=kind),
        event_type=api.HistoryEventType.ExecutionFailed,
        event_details={"executionFailedEventDetails": details},
    )
    error: Exception = failures.FailureEventException(failure_event=event)
    return error
