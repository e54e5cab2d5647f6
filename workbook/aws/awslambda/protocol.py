"""Between moto's HTTP front and the operations: requests in, answers and errors out.

moto parses and writes a request by botocore's model; the operations get and return plain dicts with the
names of the API reference. Invoke is apart, since its payload and half of its answer are not JSON.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult

from workbook.aws.awslambda.asynchronous import accept
from workbook.aws.awslambda.errors import (
    InvalidParameterValue,
    InvalidRequestContent,
    LambdaError,
    NotSimulated,
    RequestTooLarge,
    ValidationError,
)
from workbook.aws.awslambda.functions import check_settled
from workbook.aws.awslambda.invocation import Invocation, invoke
from workbook.aws.awslambda.invoked import invoked_function
from workbook.aws.awslambda.names import LATEST, arn_of
from workbook.aws.awslambda.registry import find, lifecycle_of
from workbook.aws.lifetimes import inside_learners_code
from workbook.engine.world import World, current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend
    from moto.awslambda.responses import LambdaResponse

Answer = tuple[str | bytes, dict[str, Any]]
Operation = Callable[["LambdaBackend", dict[str, Any]], dict[str, Any]]

REQUEST_ID = "x-amzn-requestid"
_UNSIMULATED_HEADERS = {
    "X-Amz-Durable-Execution-Name": "DurableExecutionName (durable functions)",
    "X-Amz-Tenant-Id": "TenantId (tenant isolation)",
}
LARGEST_PAYLOAD = 6_291_456
"""Bytes of a synchronous invocation's event: 6 MB (Lambda quotas)."""


def action(operation: Operation) -> Callable[[LambdaResponse], ActionResult | Answer]:
    """A method for moto's response class that answers with `operation`."""

    def answer(response: LambdaResponse) -> ActionResult | Answer:
        try:
            response.parse_parameters(response.normalized_request)
            result = operation(response.backend, dict(response.params))
            if "StatusCode" in result:  # the HTTP status, by the service model
                return "", {"status": result["StatusCode"]}
            return ActionResult(result)
        except LambdaError as error:
            return error_answer(error)
        except JsonRESTError as error:
            return error_answer(_of_moto(error))

    answer.__name__ = operation.__name__
    answer.__doc__ = operation.__doc__
    return answer


def error_answer(error: LambdaError) -> Answer:
    """An error as AWS writes it."""
    headers = {
        "status": error.status,
        "Content-Type": "application/json",
        "x-amzn-ErrorType": error.code,
        **error.headers(),
    }
    return json.dumps(error.body()), headers


def _of_moto(error: JsonRESTError) -> LambdaError:
    """An error of moto's own (S3 objects that are missing, architectures ...) keeps its text."""
    return InvalidParameterValue(str(getattr(error, "message", error)))


# ---- Invoke


def invoke_action(response: LambdaResponse) -> Answer:
    """Invoke."""
    try:
        return _invoke(response)
    except LambdaError as error:
        return error_answer(error)


def _invoke(response: LambdaResponse) -> Answer:
    headers = response.headers
    response._get_action()  # noqa: SLF001 - it finds the parameters in the path
    backend, name, qualifier = invoked_function(response)
    kind = headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    target = find(backend, name, qualifier or LATEST)
    payload = _payload_of(response, kind)
    if kind == "DryRun":
        return "", {"status": 204}
    _check_headers(kind, headers)
    if kind == "Event":
        request_id = accept(current_world(), arn_of(backend, name, qualifier), payload)
        return "", {"status": 202, REQUEST_ID: request_id}
    if lifecycle_of(target.function).pending:
        check_settled(target.function)
    world = current_world()
    context = _client_context(headers.get("X-Amz-Client-Context"))
    invocation = _on_own_task(world, arn_of(backend, name, qualifier), payload, context)
    return _answer_of(invocation, wants_log=headers.get("X-Amz-Log-Type") == "Tail")


def _check_headers(kind: str, headers: Mapping[str, str]) -> None:
    if kind not in {"RequestResponse", "Event"}:
        rule = "Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
        raise ValidationError.of("invocationType", kind, rule)
    log_type = headers.get("X-Amz-Log-Type", "None")
    if log_type not in {"None", "Tail"}:
        raise ValidationError.of("logType", log_type, "Member must satisfy enum value set: [None, Tail]")
    for name, what in _UNSIMULATED_HEADERS.items():
        if headers.get(name):
            raise NotSimulated(what, "Leave it out.")


def _answer_of(invocation: Invocation, *, wants_log: bool) -> Answer:
    payload = invocation.payload.encode("utf-8", "surrogateescape")
    headers: dict[str, Any] = {
        "status": 200,
        "Content-Type": "application/json",
        "Content-Length": str(len(payload)),
        "X-Amz-Executed-Version": invocation.executed_version,
        "x-amzn-Remapped-Content-Length": "0",
        REQUEST_ID: invocation.request_id,
    }
    if invocation.function_error:
        headers["X-Amz-Function-Error"] = invocation.function_error
    if wants_log:
        headers["X-Amz-Log-Result"] = base64.b64encode(invocation.log_tail.encode()).decode()
    return payload, headers


def _on_own_task(world: World, arn: str, payload: str, context: Mapping[str, Any] | None) -> Invocation:
    """Run a function on a task of its own: Ctrl-C can stop it, and a caller that times out does not."""

    def run() -> Invocation | LambdaError:
        try:
            return invoke(world, arn, payload, client_context=context)
        except LambdaError as error:
            return error

    name = f"function {arn.rpartition(':function:')[2]}"
    if inside_learners_code():
        task = world.kernel.spawn(run, name=name)
        world.kernel.join(task)
        outcome = task.result
    else:
        outcome = world.kernel.call(run, name=name)
    if isinstance(outcome, LambdaError):
        raise outcome
    assert isinstance(outcome, Invocation)  # noqa: S101 - `run` returns nothing else
    return outcome


def _payload_of(response: LambdaResponse, kind: str) -> str:
    body: str | bytes = response.body or b""
    content = body.encode() if isinstance(body, str) else body
    if kind != "Event" and len(content) > LARGEST_PAYLOAD:
        message = (
            f"{len(content)} byte payload is too large for the {kind} invocation type "
            f"(limit {LARGEST_PAYLOAD} bytes)"
        )
        raise RequestTooLarge(message)
    try:
        text = content.decode()
        if text:
            _check_json(text)
    except ValueError as error:
        raise InvalidRequestContent(_parse_error(content, error)) from None
    except RecursionError:
        raise InvalidRequestContent("Could not parse request body into json: nested too deeply") from None
    return text


def _check_json(text: str) -> None:
    """Parse, as strictly as AWS does: NaN and Infinity are Python's idea, not JSON's."""

    def refuse(constant: str) -> None:
        raise json.JSONDecodeError("not JSON", text, text.index(constant))

    json.loads(text, parse_constant=refuse)


def _parse_error(content: bytes, error: ValueError) -> str:
    """The text of AWS's JSON parser for the commonest cases; columns may differ from AWS's (unverified)."""
    place = (
        "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}, column: {}]"
    )
    allowed = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
    if isinstance(error, UnicodeDecodeError) and error.start == 0:
        what = f"Unexpected character ({_described(content[0])}): expected a valid value {allowed}"
        where = place.format(1, 1)
    elif isinstance(error, UnicodeDecodeError):
        what = f"Invalid UTF-8 start byte 0x{content[error.start]:02x}"
        where = place.format(1, error.start + 2)
    else:
        assert isinstance(error, json.JSONDecodeError)  # noqa: S101 - the other ValueError that is caught
        what, column = _syntax_error(error, allowed)
        where = place.format(error.lineno, column)
    return f"Could not parse request body into json: Could not parse payload into json: {what}\n at {where}"


_EXPECTED = {
    "Expecting property name enclosed in double quotes": "double-quote to start field name",
    "Expecting ':' delimiter": "a colon to separate field name and value",
    "Expecting ',' delimiter": "comma to separate entries",
}
"""What Python's parser says is missing, in the words of AWS's."""


def _syntax_error(error: json.JSONDecodeError, allowed: str) -> tuple[str, int]:
    rest = error.doc[error.pos :]
    if not rest.strip():
        return "Unexpected end-of-input", error.colno
    if error.msg in _EXPECTED:
        found = f"Unexpected character ('{rest[0]}' (code {ord(rest[0])}))"
        return f"{found}: was expecting {_EXPECTED[error.msg]}", error.colno
    token = rest.split()[0]
    return f"Unrecognized token '{token}': was expecting {allowed}", error.colno + len(token)


def _described(byte: int) -> str:
    """One byte, as AWS's parser names a character."""
    if byte < 0x20 or 0x7F <= byte < 0xA0:
        return f"(CTRL-CHAR, code {byte})"
    return f"'{chr(byte)}' (code {byte})"


def _client_context(header: str | None) -> Mapping[str, Any] | None:
    if not header:
        return None
    refused = InvalidRequestContent("Client context must be a valid Base64-encoded JSON object.")
    try:
        context = json.loads(base64.b64decode(header))
    except (binascii.Error, ValueError):
        raise refused from None
    if not isinstance(context, dict):
        raise refused
    return context
