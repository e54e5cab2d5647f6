"""The call of a Task state: its parameters as the API takes them, and the answer as Step Functions writes it.

Most of an integration is the same for all services. What is particular to one stands in `_PREPARE`, for what
goes out, and `_FINISH`, for what comes back.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError

from workbook.aws.stepfunctions.role_calls import client_for, present_execution
from workbook.aws.stepfunctions.sdk_metadata import sdk_metadata
from workbook.aws.stepfunctions.service_errors import error_and_cause

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.integrations import Integration

Parameters = dict[str, Any]


class TaskError(Exception):
    """A task has failed, with an error and a cause that a catcher can see."""

    def __init__(self, error: str | None, cause: str | None) -> None:
        self.error, self.cause = error, cause
        super().__init__(error, cause)


def call_service(integration: Integration, parameters: Parameters, region: str, role_arn: str) -> Any:  # noqa: ANN401 - any JSON
    """Call a service with what a state says, in the name of a role; the answer is JSON.

    Raises:
        TaskError: the service refuses it, or what it was asked for has failed.
    """
    called = f"{integration.service}:{integration.action}"
    request = {name: value for name, value in copy.deepcopy(parameters).items() if value is not None}
    if called in _PREPARE:
        _PREPARE[called](request)
    client = client_for(region, integration.client, role_arn)
    try:
        answer = getattr(client, xform_name(integration.operation))(**request)
    except ClientError as error:
        raise TaskError(*error_and_cause(integration.errors, error)) from error
    metadata = sdk_metadata(answer.pop("ResponseMetadata"), integration.service)
    if called in _FINISH:
        _FINISH[called](answer)
    return dict(sorted({**answer, **metadata}.items()))


# ---- what is particular to a service


def _as_text(name: str) -> Callable[[Parameters], None]:
    """The parameter called `name` may be any JSON, which goes out as its text."""

    def prepare(request: Parameters) -> None:
        if name in request and not isinstance(request[name], str):
            request[name] = compact(request[name])

    return prepare


def _prepare_invoke(request: Parameters) -> None:
    """A function's payload is JSON; a text is taken for JSON where it is."""
    payload = request.get("Payload", {})
    if not isinstance(payload, str) or not _is_json(payload):
        payload = compact(payload)
    request["Payload"] = payload.encode()


def _finish_invoke(answer: Parameters) -> None:
    """The answer of a function, or its error by the name of the Python exception."""
    text = answer["Payload"].read().decode()
    answer["Payload"] = json.loads(text) if _is_json(text) else text
    if answer.pop("FunctionError", None) is None:
        return
    payload = answer["Payload"]
    error = payload.get("errorType") if isinstance(payload, dict) else None
    raise TaskError(error or "Exception", compact(payload))


def _prepare_put_events(request: Parameters) -> None:
    """An event says by which state machine and execution it was put; Detail may be any object."""
    execution = present_execution.get()
    for entry in request.get("Entries") or ():
        if isinstance(entry.get("Detail"), dict):
            entry["Detail"] = compact(entry["Detail"])
        entry["Resources"] = [*entry.get("Resources", ()), execution.machine.arn, execution.arn]


def _finish_put_events(answer: Parameters) -> None:
    """One entry that is not taken fails the state."""
    if answer.get("FailedEntryCount"):
        raise TaskError("EventBridge.FailedEntry", compact(answer))


_PREPARE: dict[str, Callable[[Parameters], None]] = {
    "lambda:invoke": _prepare_invoke,
    "sqs:sendMessage": _as_text("MessageBody"),
    "sns:publish": _as_text("Message"),
    "events:putEvents": _prepare_put_events,
}
_FINISH: dict[str, Callable[[Parameters], None]] = {
    "lambda:invoke": _finish_invoke,
    "events:putEvents": _finish_put_events,
}


def compact(value: object) -> str:
    """JSON as Step Functions writes it: without blanks, with letters as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
