"""The operations about Map Runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.errors import ResourceNotFound, ValidationException
from workbook.aws.stepfunctions.pages import page
from workbook.aws.stepfunctions.registry import demand_kind, registry_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.aws.stepfunctions.maps.map_run import MapRun

_CHANGES = ("maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage")


def describe_map_run(call: Call) -> dict[str, Any]:
    """Show a Map Run."""
    return map_run_of(call).description()


def list_map_runs(call: Call) -> dict[str, Any]:
    """The Map Runs of an execution, the latest first."""
    registry = registry_of(call.world, call.account, call.region)
    execution = registry.execution(call.parameters["executionArn"])
    runs = [run for run in registry.map_runs.values() if run.execution_arn == execution.arn]
    return page("mapRuns", [run.summary() for run in runs[::-1]], call.parameters)


def update_map_run(call: Call) -> dict[str, Any]:
    """Change how many child executions run at once, or how many items may fail, while a Map Run runs."""
    changes = {name: call.parameters[name] for name in _CHANGES if call.parameters.get(name) is not None}
    if not changes:
        raise ValidationException("At least one of the parameters to be updated must be given")
    run = map_run_of(call)
    if run.status == "RUNNING":
        run.update(**changes)
    return {}


def map_run_of(call: Call) -> MapRun:
    """The Map Run whose ARN a request has.

    Raises:
        InvalidArn: it is no ARN of a Map Run.
        ResourceNotFound: there is none.
    """
    arn = call.parameters["mapRunArn"]
    demand_kind(arn, "mapRun")
    found: MapRun | None = registry_of(call.world, call.account, call.region).map_run(arn)
    if found is None:
        raise ResourceNotFound.of(arn)
    return found
