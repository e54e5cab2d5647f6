"""What Scheduler puts into a dead-letter queue: the request that failed, and why, in message attributes.

The body is the request to the target's API, as a universal target would write it; TARGET_ARN names that API,
for templated targets too. EXHAUSTED_RETRY_CONDITION is there only where trying again made sense.

Source: EventBridge Scheduler User Guide, "Configuring a schedule's dead-letter queue", whose example is a
queue that does not exist. Bodies and codes of other targets are made in the same manner (unverified).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import Failure, Parcel, Undelivered
from workbook.aws.scheduler.apis import api_of, universal_api

if TYPE_CHECKING:
    from workbook.aws.scheduler.contexts import Execution
    from workbook.aws.scheduler.resources import Schedule

_NO_RESOURCE = {
    "sqs": "AWS.SimpleQueueService.NonExistentQueue",
    "sns": "NotFound",
    "states": "StateMachineDoesNotExist",
}
_CODES = {
    Failure.NO_PERMISSION: "AccessDeniedException",
    Failure.NO_RESOURCE: "ResourceNotFoundException",
    Failure.NO_ROLE: "AccessDeniedException",
    Failure.REJECTED: "ValidationException",
    Failure.THROTTLED: "ThrottlingException",
    Failure.UNAVAILABLE: "ServiceUnavailable",
    Failure.TIMEOUT: "RequestTimeout",
}


class CallFailed(Undelivered):
    """A universal target's API answered with an error, which has a code of its own."""

    def __init__(self, failure: Failure, error_code: str, message: str, *, status: int | None) -> None:
        super().__init__(failure, message, status=status)
        self.error_code = error_code


def dead_letter(schedule: Schedule, parcel: Parcel, execution: Execution, error: Undelivered) -> Parcel:
    """The message for the dead-letter queue; `parcel` and `execution` are those of the last try."""
    target = schedule.target["Arn"]
    api = api_of(target)
    assert api is not None  # noqa: S101 - no other target is accepted
    values = {
        "ERROR_CODE": error_code(error, target),
        "ERROR_MESSAGE": error.message,
        "EXECUTION_ID": execution.execution_id,
        "EXHAUSTED_RETRY_CONDITION": _exhausted(schedule, execution, error),
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": str(execution.number - 1),
        "SCHEDULED_TIME": execution.scheduled_time,
        "SCHEDULE_ARN": schedule.arn,
        "TARGET_ARN": api.arn,
    }
    attributes = {
        name: {"DataType": "String", "StringValue": value} for name, value in values.items() if value
    }
    return Parcel(_request(schedule, parcel), attributes)


def error_code(error: Undelivered, target_arn: str) -> str:
    """The code of what the target's API answered."""
    own_code = getattr(error, "error_code", None)
    if own_code is not None:
        return str(own_code)
    service = target_arn.split(":")[2]
    if error.failure is Failure.NO_RESOURCE and service in _NO_RESOURCE:
        return _NO_RESOURCE[service]
    return _CODES[error.failure]


def _exhausted(schedule: Schedule, execution: Execution, error: Undelivered) -> str | None:
    if error.failure.is_permanent:
        return None
    used_up = execution.number > schedule.target["RetryPolicy"]["MaximumRetryAttempts"]
    return "MaximumRetryAttempts" if used_up else "MaximumEventAgeInSeconds"


def _request(schedule: Schedule, parcel: Parcel) -> str:
    if universal_api(schedule.target["Arn"]) is not None:
        return parcel.text
    request = _templated_request(schedule.target, parcel)
    return json.dumps(request, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _templated_request(target: Mapping[str, Any], parcel: Parcel) -> dict[str, Any]:
    arn, text = target["Arn"], parcel.text
    service, region, account, name = arn.split(":", 5)[2:]
    if service == "sqs":
        url = f"https://sqs.{region}.amazonaws.com/{account}/{name}"
        group = {} if parcel.group_id is None else {"MessageGroupId": parcel.group_id}
        return {"MessageBody": text, "QueueUrl": url, **group}
    requests = {
        "lambda": {"FunctionName": arn, "InvocationType": "Event", "Payload": text},
        "sns": {"Message": text, "TopicArn": arn},
        "states": {"Input": text, "StateMachineArn": arn},
        "events": {"Entries": [{"Detail": text, "EventBusName": arn, **_parameters(target)}]},
        "kinesis": {"Data": text, "StreamName": name.partition("/")[2], **_parameters(target)},
        "firehose": {"DeliveryStreamName": name.partition("/")[2], "Record": {"Data": text}},
    }
    return requests.get(service) or {"Arn": arn, "Input": text, **_parameters(target)}


def _parameters(target: Mapping[str, Any]) -> dict[str, Any]:
    """The target's own parameters: DetailType and Source, PartitionKey ..."""
    given = [value for name, value in target.items() if name.endswith("Parameters")]
    return dict(given[0]) if given else {}
