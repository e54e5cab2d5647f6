"""What an execution writes to CloudWatch Logs: its history, event by event, as far as the level lets it.

    ALL      every event
    ERROR    what failed, timed out or was aborted, and the Fail state
    FATAL    how the execution ended, unless well
    OFF      nothing

Of an express execution this is the only record. It is written as it happens and holds nothing up: where the
log group is gone the lines are lost, and the execution goes on.

A log event is JSON. Without includeExecutionData it has neither input nor output; errors and causes stay.
The name of the log stream is like AWS's (unverified): one stream for each state machine and log group.

Sources: Step Functions Developer Guide, "Using CloudWatch Logs to log execution history"; log events of AWS
recorded in 2024.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery.to_log_group import write
from workbook.aws.stepfunctions.history import DATA
from workbook.engine.clock import instant_of

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.registry import StateMachine
    from workbook.engine.world import World

_STREAMS = "stepfunctions.log-streams"
_FATAL = frozenset({"ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"})
_ERROR = _FATAL | frozenset(
    """
    FailStateEntered LambdaFunctionFailed LambdaFunctionScheduleFailed LambdaFunctionStartFailed
    LambdaFunctionTimedOut MapIterationAborted MapIterationFailed MapRunAborted MapRunFailed MapStateAborted
    MapStateFailed ParallelStateAborted ParallelStateFailed TaskFailed TaskStartFailed TaskStateAborted
    TaskSubmitFailed TaskTimedOut WaitStateAborted
    """.split()  # noqa: SIM905 - as AWS's table has them
)


class ExecutionLog:
    """The log of one execution, by the configuration that it started with."""

    def __init__(
        self, world: World, machine: StateMachine, execution_arn: str, configuration: Mapping[str, Any]
    ) -> None:
        """`configuration` is a loggingConfiguration as AWS shows it."""
        self._world = world
        self._machine = machine
        self._execution_arn = execution_arn
        self._level = configuration["level"]
        self._with_data = bool(configuration.get("includeExecutionData"))
        self._group_arn = "" if self._level == "OFF" else _group_arn(configuration)

    def write(self, event: Mapping[str, Any], redrives: int) -> None:
        """Write an event of the history, if the level lets it; `redrives` is how often it was redriven."""
        if not self._takes(event["type"]) or not _exists(self._group_arn):
            return
        milliseconds = instant_of(event["timestamp"]) // 1000
        line = {
            "id": str(event["id"]),
            "type": event["type"],
            "details": self._details(event),
            "previous_event_id": str(event["previousEventId"]),
            "event_timestamp": str(milliseconds),
            "execution_arn": self._execution_arn,
            "redrive_count": str(redrives),
        }
        text = json.dumps(line, separators=(",", ":"), ensure_ascii=False)
        write(self._world, self._group_arn, self._stream(), milliseconds, text)

    def _takes(self, kind: str) -> bool:
        if self._level == "ERROR":
            return kind in _ERROR
        return self._level == "ALL" or (self._level == "FATAL" and kind in _FATAL)

    def _details(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        details: Mapping[str, Any] = next(
            (value for name, value in event.items() if name.endswith("EventDetails")), {}
        )
        hidden = frozenset() if self._with_data else DATA
        return {name: value for name, value in details.items() if name not in hidden}

    def _stream(self) -> str:
        def make() -> str:
            moment = self._world.clock.datetime()
            serial = self._world.seeds.stream("stepfunctions.log-stream").getrandbits(32)
            return f"states/{self._machine.name}/{moment:%Y-%m-%d-%H-%M}/{serial:08x}"

        return self._world.kept_in(_STREAMS, (self._machine.arn, self._group_arn), make)


def _group_arn(configuration: Mapping[str, Any]) -> str:
    group: Mapping[str, str] = configuration["destinations"][0]["cloudWatchLogsLogGroup"]
    return group["logGroupArn"].removesuffix(":*")


def _exists(group_arn: str) -> bool:
    from workbook.aws.logs.resource_policies import groups_of  # noqa: PLC0415 - only who logs waits for it

    parts = group_arn.split(":")
    return parts[6] in groups_of(parts[4], parts[3])
