"""The call of a Task state: its parameters as the API takes them, and the answer as Step Functions writes it.

Most of an integration is the same for all services. What is particular to one stands in `_PREPARE`, for what
goes out, and `_FINISH`, for what comes back.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError, ParamValidationError

from workbook.aws.java_sdk import capitalised
from workbook.aws.sqs.addresses import is_let_in
from workbook.aws.stepfunctions.http_calls import HTTP_CALLS
from workbook.aws.stepfunctions.http_requests import check_http
from workbook.aws.stepfunctions.role_calls import call_as_role, present_execution
from workbook.aws.stepfunctions.sdk_metadata import sdk_metadata
from workbook.aws.stepfunctions.service_errors import (
    TaskError,
    error_and_cause,
    function_error,
    invalid_request,
    missing_parameter,
)
from workbook.aws.stepfunctions.shapes import WrongParameters, compact, request_of, result_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.integrations import Integration

Parameters = dict[str, Any]


def request_for(integration: Integration, parameters: Parameters) -> Parameters:
    """The request of a call, by the API's names.

    Raises:
        WrongParameters: there is none for such parameters; what an expression gives may be no object at all.
    """
    if not isinstance(parameters, dict):
        raise WrongParameters("The value for the field 'Arguments' must be an OBJECT")
    if integration.called in HTTP_CALLS:
        return check_http(integration.called, parameters)
    prepare = _PREPARE.get(integration.called)
    given = parameters if prepare is None else prepare(parameters)
    return request_of(integration.model.input_shape, given, integration.style)


def call_service(integration: Integration, request: Parameters, region: str, role_arn: str) -> Parameters:
    """Call a service in the name of a role; the answer is JSON.

    Raises:
        TaskError: the service refuses it, or what it was asked for has failed.
    """
    shape = integration.model.input_shape
    for name in () if shape is None else shape.required_members:
        if name not in request:
            raise TaskError(*missing_parameter(integration.errors, integration.client, name))
    _check_host(integration, request)
    try:
        answer = call_as_role(integration.client, integration.operation, request, region, role_arn)
    except ClientError as error:
        raise TaskError(*error_and_cause(integration.errors, error)) from error
    except ParamValidationError as error:
        raise TaskError(*invalid_request(integration.errors, error)) from error
    metadata = answer.pop("ResponseMetadata")
    shape = integration.model.output_shape
    result: Parameters = {} if shape is None else result_of(shape, answer, integration.style)
    if integration.called in _FINISH:
        _FINISH[integration.called](result)
    if not integration.errors.is_sdk and integration.called not in _WITHOUT_METADATA:
        result |= sdk_metadata(metadata, integration.service)
    return dict(sorted(result.items()))


# ---- what is particular to a service


def _check_host(integration: Integration, request: Parameters) -> None:
    """Version 1 of the SDK goes to the host of the queue's URL, whichever that is.

    Raises:
        TaskError: there is no such host.
    """
    if integration.called != "sqs:sendMessage":
        return
    url = str(request.get("QueueUrl") or "")
    host = urlsplit(url).hostname
    if host is not None and ".amazonaws.com" not in host and not is_let_in(current_world(), url):
        cause = f"Unable to execute HTTP request: {host}: Name or service not known"
        raise TaskError(f"{integration.errors.prefix}.SdkClientException", cause)


def _as_text(name: str) -> Callable[[Parameters], Parameters]:
    """The parameter called `name` may be any JSON, which goes out as its text."""

    def prepare(parameters: Parameters) -> Parameters:
        value = parameters.get(name)
        if value is None or isinstance(value, str):
            return parameters
        return {**parameters, name: compact(value)}

    return prepare


def _prepare_invoke(parameters: Parameters) -> Parameters:
    """A function's payload is JSON; a text is taken for JSON where it is."""
    payload = parameters.get("Payload")
    if payload is None:
        payload = {}
    if not isinstance(payload, str) or not _is_json(payload):
        payload = compact(payload)
    return {**parameters, "Payload": payload.encode()}


def _finish_invoke(result: Parameters) -> None:
    """The answer of a function, or its error by the name of the Python exception."""
    payload = result["Payload"] = _read(result.get("Payload", ""))
    if result.pop("FunctionError", None) is None:
        return
    error = payload.get("errorType") if isinstance(payload, dict) else None
    raise TaskError(*function_error(compact(payload), error))


def _prepare_put_events(parameters: Parameters) -> Parameters:
    """An event says by which state machine and execution it was put; Detail may be any object."""
    entries = parameters.get("Entries")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return parameters
    return {**parameters, "Entries": [_entry(entry) for entry in entries]}


def _entry(entry: Parameters) -> Parameters:
    execution, detail = present_execution.get(), entry.get("Detail")
    resources = [*(entry.get("Resources") or ()), execution.machine.arn, execution.arn]
    text = compact(detail) if isinstance(detail, dict) else detail
    return {**entry, "Resources": resources, **({} if text is None else {"Detail": text})}


def _finish_put_events(result: Parameters) -> None:
    """One entry that is not taken fails the state."""
    if result.get("FailedEntryCount"):
        raise TaskError("EventBridge.FailedEntry", compact(result))


def _prepare_start_execution(parameters: Parameters) -> Parameters:
    value = parameters.get("Input")
    return {
        **parameters,
        "Input": value if isinstance(value, str) else compact({} if value is None else value),
    }


def _prepare_submit_job(parameters: Parameters) -> Parameters:
    """What Step Functions adds to the environment has the API's names, and all else has its own."""
    overrides = parameters.get("ContainerOverrides")
    if not isinstance(overrides, dict) or not isinstance(overrides.get("Environment"), list):
        return parameters
    pairs = [
        {capitalised(key): value for key, value in pair.items()} if isinstance(pair, dict) else pair
        for pair in overrides["Environment"]
    ]
    return {**parameters, "ContainerOverrides": {**overrides, "Environment": pairs}}


_PREPARE: dict[str, Callable[[Parameters], Parameters]] = {
    "lambda:invoke": _prepare_invoke,
    "sqs:sendMessage": _as_text("MessageBody"),
    "sns:publish": _as_text("Message"),
    "events:putEvents": _prepare_put_events,
    "states:startExecution": _prepare_start_execution,
    "batch:submitJob": _prepare_submit_job,
}
_WITHOUT_METADATA = frozenset({"events:putEvents"})
"""Calls whose answers come without the SDK's metadata (recorded in localstack's tests, 2023)."""
_FINISH: dict[str, Callable[[Parameters], None]] = {
    "lambda:invoke": _finish_invoke,
    "events:putEvents": _finish_put_events,
}


def _read(text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
