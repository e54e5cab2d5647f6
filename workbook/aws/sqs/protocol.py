"""From an HTTP request to an operation and back, in today's JSON protocol and in the older Query protocol.

moto's own way from request to operation costs more than all that SQS does with a message; here a request is
one dict lookup away from its operation. What a client sees is AWS's: the request id, the headers, and for
errors the older name in ``x-amzn-query-error``, which boto3 shows as the code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from moto.core.request import Request

from workbook.aws.callers import caller_of, signed_by
from workbook.aws.sqs.addresses import region_of_host
from workbook.aws.sqs.calls import Answer, Call
from workbook.aws.sqs.errors import InvalidAction, MalformedInput, SQSError
from workbook.aws.sqs.operations import OPERATIONS
from workbook.aws.sqs.query_protocol import read_query, write_answer, write_error
from workbook.aws.sqs.validation import json_of
from workbook.engine.world import World, current_world

Reply = tuple[int, dict[str, str], str]

_JSON = "application/x-amz-json-1.0"
_XML = "text/xml"
_TARGET = "AmazonSQS."
_NOT_OF_ONE_QUEUE = frozenset({"CreateQueue", "ListQueues"})
"""Actions that the Query protocol takes at the endpoint only, not at the URL of a queue."""
_UNMODELLED = frozenset(
    {"InvalidParameterValueException", "MissingRequiredParameterException", "AccessDeniedException"}
    | {"SerializationException", "UnknownOperationException"}
)


def answer_request(request: Any, full_url: str, headers: Any) -> Reply:  # noqa: ANN401, ARG001 - as moto calls it
    """Answer one HTTP request to SQS; what moto's dispatcher and its HTTP server call."""
    world = current_world()
    request_id = world.seeds.uuid("sqs.request-id")
    target = request.headers.get("X-Amz-Target")
    with world.kernel:  # a request over HTTP comes from a thread of the server's
        if target is None:
            return _answer_query(world, request, request_id)
        return _answer_json(world, request, target, request_id)


def _answer_json(world: World, request: Request, target: str, request_id: str) -> Reply:
    try:
        parameters = _read_json(request.get_data())
        answer = _perform(_call(world, request, target.removeprefix(_TARGET), parameters))
    except SQSError as error:
        namespace = "com.amazon.coral.service" if error.shape in _UNMODELLED else "com.amazonaws.sqs"
        body = json.dumps({"__type": f"{namespace}#{error.shape}", "message": error.message})
        headers = _headers(world, request_id, _JSON, body)
        headers["x-amzn-query-error"] = f"{error.code};{error.fault}"
        return error.status, headers, body
    body = "" if answer is None else json.dumps(_without_empty(answer))
    return 200, _headers(world, request_id, _JSON, body), body


def _answer_query(world: World, request: Request, request_id: str) -> Reply:
    fields = "&".join(
        part for part in (request.query_string.decode(), request.get_data(as_text=True)) if part
    )
    action, parameters = read_query(fields)
    if not action:
        body = "<UnknownOperationException/>"
        return 404, _headers(world, request_id, _XML, body), body
    to_queue = request.path.count("/") >= 2
    if to_queue:
        parameters.setdefault("QueueUrl", request.base_url.rstrip("/"))
    try:
        if to_queue and action in _NOT_OF_ONE_QUEUE:
            raise InvalidAction(action)
        answer = _perform(_call(world, request, action, parameters))
    except SQSError as error:
        body = write_error(error.fault, error.code, error.query_message, request_id)
        return error.status, _headers(world, request_id, _XML, body), body
    body = write_answer(action, answer, request_id)
    return 200, _headers(world, request_id, _XML, body), body


def _perform(call: Call) -> Answer:
    operation = OPERATIONS.get(call.operation)
    if operation is None:
        raise InvalidAction(call.operation)
    return operation(call)


def _call(world: World, request: Request, operation: str, parameters: Mapping[str, object]) -> Call:
    access_key, signed_region = signed_by(request.headers.get("Authorization", ""))
    endpoint = request.host_url
    region = region_of_host(request.host) or signed_region or world.region
    trace_header = request.headers.get("X-Amzn-Trace-Id", "")
    return Call(world, operation, parameters, caller_of(access_key, region), region, endpoint, trace_header)


def _read_json(body: bytes) -> Mapping[str, object]:
    try:
        parameters = json_of(body or b"{}")
    except ValueError:
        raise MalformedInput("Could not parse the request body as JSON") from None
    if not isinstance(parameters, dict):
        raise MalformedInput("Unexpected value where a structure was expected")
    return parameters


def _without_empty(answer: Mapping[str, object]) -> dict[str, object]:
    """AWS leaves out what is empty: no Messages, no Failed, no NextToken."""
    return {name: value for name, value in answer.items() if value is not None and value not in ([], {}, ())}


def _headers(world: World, request_id: str, content_type: str, body: str) -> dict[str, str]:
    return {
        "x-amzn-RequestId": request_id,
        "Date": formatdate(world.clock.seconds, usegmt=True),
        "Content-Type": content_type,
        "Content-Length": str(len(body.encode())),
    }
