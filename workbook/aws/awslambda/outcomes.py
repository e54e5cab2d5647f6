"""What becomes of an event when Lambda is done with it: records to destinations, the event to dead letters.

A destination gets an invocation record, which says what went in, what came out, and why. A dead-letter queue
gets the event as it was, with three attributes. A function may have both, and then both get theirs. Lambda
delivers with the function's execution role; here it tries once (AWS does not say how often: unverified).
What cannot be delivered is gone, and only a metric and the trace tell of it.

Sources: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations"; records and dead
letters of AWS in public test suites (2022 to 2024).
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.destinations import SERVICE
from workbook.aws.awslambda.errors import ResourceNotFound
from workbook.aws.awslambda.events import Answer, Condition, Event
from workbook.aws.awslambda.metrics import metrics_of
from workbook.aws.awslambda.names import parse
from workbook.aws.awslambda.registry import find_by_arn
from workbook.aws.limits import limit
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.delivery import Delivery, Outcome, Parcel, Sender
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

LONGEST_MESSAGE = limit("lambda.event.error-message")
"""Bytes of an error message in a dead letter."""
EVENT_SOURCE = "lambda"
"""The `source` of a record that goes to an event bus. The guide says aws.lambda; what arrives says lambda."""
_STOPPED = "Function not invoked. Function isconfigured with zero reserved concurrent executions"
"""AWS's text, as others have recorded it."""


def finish(world: World, event: Event, condition: Condition) -> None:
    """Be done with an event: tell the destinations, or let it go."""
    success = condition is Condition.SUCCESS
    _count(world, event, "AsyncEventsDropped", 0 if success else 1)
    deliveries = _deliveries(world, event, condition)
    if success:
        hop = event.last_hop or event.hop
    else:
        hop = _record_end(world, event, condition, kept=bool(deliveries))
    if deliveries:
        from workbook.aws.delivery import deliver  # noqa: PLC0415 - most functions have no destinations

        with world.trace.under(hop):
            deliver(world, deliveries)


def _record_end(world: World, event: Event, condition: Condition, *, kept: bool) -> Hop:
    facts: dict[str, Any] = {"attempts": event.attempts, "reason": condition.value}
    causes = [event.last_hop or event.hop]
    if not kept:
        return world.trace.record(
            "drop", event.function_arn, message=event.request_id, causes=causes, outcome="dropped", **facts
        )
    if event.dead_letter_target:
        facts["dead_letter_queue"] = event.dead_letter_target
    if event.config.on_failure:
        facts["destination"] = event.config.on_failure
    return world.trace.record(
        "give-up", event.function_arn, message=event.request_id, causes=causes, outcome="failed", **facts
    )


# ---- what is delivered


def _deliveries(world: World, event: Event, condition: Condition) -> list[Delivery]:
    config = event.config
    success = condition is Condition.SUCCESS
    destination = config.on_success if success else config.on_failure
    found = []
    if destination:
        parcel = _record_parcel(world, event, condition, destination)
        found.append(_delivery(world, event, destination, parcel, "DestinationDeliveryFailures"))
    if event.dead_letter_target and not success:
        parcel = dead_letter(event, condition)
        found.append(_delivery(world, event, event.dead_letter_target, parcel, "DeadLetterErrors"))
    return found


def _delivery(world: World, event: Event, target: str, parcel: Parcel, metric: str) -> Delivery:
    from workbook.aws.delivery import NO_RETRIES, Delivery  # noqa: PLC0415 - see `finish`

    def count_failure(outcome: Outcome) -> None:
        if not outcome.delivered:
            _count(world, event, metric, 1)

    return Delivery(
        sender=_sender(event),
        target=target,
        parcel=parcel,
        message=event.request_id,
        retries=NO_RETRIES,
        on_end=count_failure,
    )


def _sender(event: Event) -> Sender:
    from workbook.aws.delivery import Sender  # noqa: PLC0415 - see `finish`

    name = parse(event.function_arn, longest=256)
    return Sender(
        service=SERVICE,
        source_arn=event.function_arn,
        account=str(name.account),
        region=str(name.region),
        role_arn=event.role_arn,
    )


def _record_parcel(world: World, event: Event, condition: Condition, destination: str) -> Parcel:
    from workbook.aws.delivery import Parcel  # noqa: PLC0415 - see `finish`

    text = invocation_record(event, condition, world.clock.now)
    result = "Success" if condition is Condition.SUCCESS else "Failure"
    entry = {
        "Source": EVENT_SOURCE,
        "DetailType": f"Lambda Function Invocation Result - {result}",
        "Resources": [destination, event.qualified_arn],
    }
    return Parcel(text, options={"EventBridgeParameters": entry} if ":events:" in destination else {})


def invocation_record(event: Event, condition: Condition, now: int) -> str:
    """The record of an event, as JSON text."""
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": datetime_of(now).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": event.qualified_arn,
            "condition": condition.value,
            "approximateInvokeCount": event.invocations,
        },
        "requestPayload": json.loads(event.payload),
    }
    if event.answer is not None:
        record.update(_response(event.answer))
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def _response(answer: Answer) -> dict[str, Any]:
    context: dict[str, Any] = {"statusCode": answer.status}
    if answer.executed_version is not None:
        context["executedVersion"] = answer.executed_version
    if answer.function_error is not None:
        context["functionError"] = answer.function_error
    response: dict[str, Any] = {"responseContext": context}
    if answer.payload is not None:
        with contextlib.suppress(ValueError):  # a handler that returns bytes may return anything
            response["responsePayload"] = json.loads(answer.payload)
    return response


def dead_letter(event: Event, condition: Condition) -> Parcel:
    """The event as it was, and why it is here."""
    from workbook.aws.delivery import Parcel  # noqa: PLC0415 - see `finish`

    attributes = {"RequestID": _attribute("String", event.request_id)}
    answer = event.answer
    if condition is Condition.ZERO_RESERVED_CONCURRENCY or answer is None:
        attributes["ErrorMessage"] = _attribute("String", _STOPPED)
        return Parcel(event.payload, attributes)
    attributes["ErrorCode"] = _attribute("Number", str(answer.status))
    message = _beginning(_error_message(answer))
    if message:  # queues and topics take no empty attribute
        attributes["ErrorMessage"] = _attribute("String", message)
    return Parcel(event.payload, attributes)


def _attribute(kind: str, value: str) -> dict[str, str]:
    return {"DataType": kind, "StringValue": value}


def _error_message(answer: Answer) -> str:
    if answer.payload is None:
        return answer.message
    error = json.loads(answer.payload)
    return str(error.get("errorMessage", "")) if isinstance(error, dict) else ""


def _beginning(message: str) -> str:
    """The first kilobyte."""
    return message.encode("utf-8", "replace")[:LONGEST_MESSAGE].decode("utf-8", "ignore")


def _count(world: World, event: Event, metric: str, value: float) -> None:
    try:
        target = find_by_arn(world, event.function_arn)
    except ResourceNotFound:
        return
    metrics_of(world, target.backend).add(target, metric, value)
