"""What a pipe may point at: enrichments and targets, how many records each takes, what each is told.

Whether a target takes a batch is the target's own affair: a queue, a topic, a bus, a stream and a log group
take it record by record; a function and a state machine take it as one array, even if it holds one record;
what AWS runs as a job, and an API destination, take one record and no array.

Target parameters may be paths into the event, the whole value or nothing; they see the event before the input
template.

Sources: EventBridge User Guide, "Amazon EventBridge Pipes batching and concurrency" and "Amazon EventBridge
Pipes targets"; service model of Pipes.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbook.aws.delivery.targets import kind_of
from workbook.aws.limits import limit
from workbook.aws.pipes.paths import MISSING, is_path, value_at, with_parsed_message

Parameters = Mapping[str, Any]


class Taking(enum.Enum):
    """How a target takes the records of a batch."""

    EACH = "record by record, in one batch"
    ARRAY = "as one JSON array"
    ONE = "one record"


@dataclass(frozen=True)
class TargetKind:
    """One kind of target."""

    taking: Taking
    parameters: str | None = None
    """The member of TargetParameters that is for it."""
    most: int | None = None
    """Records of a batch; None where it is the size that counts."""
    required: bool = False
    """Whether it must have its parameters."""


TARGETS = {
    "sqs": TargetKind(Taking.EACH, "SqsQueueParameters", limit("pipes.batch.queue")),
    "sns": TargetKind(Taking.EACH, None, limit("pipes.batch.topic")),
    "events": TargetKind(Taking.EACH, "EventBridgeEventBusParameters", limit("pipes.batch.bus")),
    "kinesis": TargetKind(Taking.EACH, "KinesisStreamParameters", limit("pipes.batch.stream"), required=True),
    "firehose": TargetKind(Taking.EACH, None, limit("pipes.batch.delivery-stream")),
    "logs": TargetKind(Taking.EACH, "CloudWatchLogsParameters", limit("pipes.batch.log-group")),
    "lambda": TargetKind(Taking.ARRAY, "LambdaFunctionParameters"),
    "states": TargetKind(Taking.ARRAY, "StepFunctionStateMachineParameters"),
    "ecs": TargetKind(Taking.ONE, "EcsTaskParameters", 1, required=True),
    "batch": TargetKind(Taking.ONE, "BatchJobParameters", 1, required=True),
    "redshift": TargetKind(Taking.ONE, "RedshiftDataParameters", 1, required=True),
    "redshift-serverless": TargetKind(Taking.ONE, "RedshiftDataParameters", 1, required=True),
    "sagemaker": TargetKind(Taking.ONE, "SageMakerPipelineParameters", 1),
    "inspector": TargetKind(Taking.ONE, None, 1),
    "api-destination": TargetKind(Taking.ONE, "HttpParameters", 1),
}
"""Targets of pipes, by the service in their ARN; API destinations are no buses."""

UNSIMULATED_TARGETS = {
    "execute-api": "an API of API Gateway",
    "timestream": "a table of Timestream",
}
ENRICHMENTS: Mapping[str, int | None] = {"lambda": None, "states": None, "api-destination": 1}
"""Enrichments of pipes, and how many records each takes; None where it is the size that counts."""
UNSIMULATED_ENRICHMENTS = {"execute-api": "an API of API Gateway"}


def kind_of_target(arn: str) -> TargetKind | None:
    """How the target with this ARN takes records; None where pipes have no such target."""
    return TARGETS.get(kind_of(arn))


def options_for_enrichment(parameters: Parameters, event: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The options of a request to an API destination that enriches an event, its paths resolved."""
    readable = with_parsed_message(event) if isinstance(event, dict) else event
    return {"HttpParameters": _as_texts(_resolved(parameters.get("HttpParameters") or {}, readable))}


def options_for(target: str, pipe_name: str, parameters: Parameters, event: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The options of a delivery of one event to a target, its paths resolved."""
    readable = with_parsed_message(event) if isinstance(event, dict) else event
    kind = TARGETS[kind_of(target)]
    own = parameters.get(kind.parameters or "") or {}
    resolved = {name: _resolved(value, readable) for name, value in own.items()}
    present = {name: value for name, value in resolved.items() if value is not MISSING}
    service = kind_of(target)
    if service == "events":
        return {"EventBridgeParameters": {**_envelope(pipe_name, event), **present}}
    if kind.parameters == "HttpParameters":
        return {kind.parameters: _as_texts(present)}
    if kind.taking is Taking.ONE and kind.parameters is not None:
        return {kind.parameters: present}
    return present


def _envelope(pipe_name: str, event: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Source and detail type of an event on a bus, where the pipe does not say them; as recorded."""
    origin = event.get("eventSource", "aws:sqs") if isinstance(event, dict) else "aws:sqs"
    return {"Source": f"Pipe {pipe_name}", "DetailType": f"Event from {origin}"}


def _as_texts(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same with texts in place of other values: what stands in an address or in a header."""
    if isinstance(value, dict):
        return {name: _as_texts(element) for name, element in value.items()}
    if isinstance(value, list):
        return ["" if element is MISSING else _as_texts(element) for element in value]
    return value if isinstance(value, str) else json.dumps(value)


def _resolved(value: Any, event: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_resolved(element, event) for element in value]
    if isinstance(value, dict):
        resolved = {name: _resolved(element, event) for name, element in value.items()}
        return {name: element for name, element in resolved.items() if element is not MISSING}
    return value_at(event, value) if is_path(value) else value
