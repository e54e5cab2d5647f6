"""PutEvents: up to ten entries, each accepted or refused on its own.

An entry for a bus that does not exist is accepted, has an event id, and goes nowhere. That is AWS's way, and
the trace shows it as `drop`. Only a request as a whole can be refused: too many entries, too many bytes, or a
bus of another account whose policy does not let the caller.

Sources: service model, PutEvents; Amazon EventBridge User Guide, "Calculating PutEvents event entry size";
answers recorded in public test suites (2024).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.buses import find_bus
from workbook.aws.eventbridge.errors import ValidationError
from workbook.aws.eventbridge.events import Event, facts_of, new_id
from workbook.aws.eventbridge.metrics import region_meter
from workbook.aws.eventbridge.names import BusAddress, bus_address
from workbook.aws.eventbridge.permissions import demand_access
from workbook.aws.eventbridge.routing import route
from workbook.aws.eventbridge.watching import tell_watchers
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.engine.world import World

LARGEST_REQUEST = limit("eventbridge.put-events.size")
TIME_SIZE = 14
"""Bytes that an entry's Time counts for."""
DEEPEST = limit("eventbridge.detail.depth")
LONGEST_DETAIL_TYPE = limit("eventbridge.detail-type")

_REQUIRED = ("Source", "DetailType", "Detail")
Entry = Mapping[str, Any]


class EntryRefused(Exception):
    """One entry is not accepted; the others are."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = {"ErrorCode": code, "ErrorMessage": message}


def put_entries(call: Call, entries: list[Entry]) -> list[dict[str, Any]]:
    """Put events on their buses; the answer to each entry, in order.

    Raises:
        ValidationError: the entries are too large together.
        AccessDenied: a bus of another account does not let the caller.
    """
    size = sum(entry_size(entry) for entry in entries)
    if size >= LARGEST_REQUEST:
        raise ValidationError("Total size of the entries in the request is over the limit.")
    addresses = [bus_address(entry.get("EventBusName"), call.account, call.region) for entry in entries]
    for address in dict.fromkeys(addresses):
        _demand_access(call, address)
    answers = [_put(call, entry, address) for entry, address in zip(entries, addresses, strict=True)]
    _count(call, answers, size)
    return answers


def entry_size(entry: Entry) -> int:
    """Bytes of an entry, as EventBridge counts them."""
    texts = [entry.get(name) or "" for name in _REQUIRED]
    size = sum(len(text.encode()) for text in [*texts, *(entry.get("Resources") or [])])
    return size + (TIME_SIZE if entry.get("Time") is not None else 0)


def arrive(world: World, address: BusAddress, event: Event, original: str | None = None) -> None:
    """Have an event on a bus: write it down, and hold it against the bus's rules.

    `original` is the id that it had on the bus from which it was sent on.
    """
    facts: dict[str, Any] = {} if original is None else {"original": original}
    hop = world.trace.record(
        "put-event", address.arn, message=event.id, size=event.size, **facts_of(event), **facts
    )
    bus = find_bus(world, address)
    if bus is None:
        reason = f"there is no event bus {address.name}"
        world.trace.record(
            "drop", address.arn, message=event.id, causes=(hop,), outcome="dropped", reason=reason
        )
    else:
        with world.trace.under(hop):
            tell_watchers(world, bus.arn, event)
        route(world, bus, event, hop)


def _demand_access(call: Call, address: BusAddress) -> None:
    bus = find_bus(call.world, address)
    if bus is not None:
        demand_access(call.world, bus, call.caller)


def _put(call: Call, entry: Entry, address: BusAddress) -> dict[str, Any]:
    try:
        check_required(entry)
        _refuse_aws(entry)
        event = _event(call, entry, parsed_detail(entry))
    except EntryRefused as refusal:
        return refusal.answer
    arrive(call.world, address, event)
    return {"EventId": event.id}


def check_required(entry: Entry) -> None:
    """Let an entry pass that has all it needs.

    Raises:
        EntryRefused: something is missing, or its detail type is too long.
    """
    for name in _REQUIRED:
        if not entry.get(name):
            text = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            raise EntryRefused("InvalidArgument", text)
    if len(entry["DetailType"]) > LONGEST_DETAIL_TYPE:  # the words are ours
        reason = f"DetailType is longer than {LONGEST_DETAIL_TYPE} characters."
        raise EntryRefused("InvalidArgument", f"Parameter DetailType is not valid. Reason: {reason}")


def _refuse_aws(entry: Entry) -> None:
    """Sources that begin with "aws." are those of AWS and its partners."""
    if entry["Source"].startswith("aws."):
        raise EntryRefused("NotAuthorizedForSourceException", "Not authorized for the source.")


def parsed_detail(entry: Entry) -> dict[str, Any]:
    """The detail of an entry, which is a JSON object.

    Raises:
        EntryRefused: it is none.
    """
    try:
        detail = json.loads(entry["Detail"], parse_constant=_no_constant)
    except (ValueError, RecursionError):
        detail = None
    if not isinstance(detail, dict) or _is_too_deep(detail):
        raise EntryRefused("MalformedDetail", "Detail is malformed.")
    return detail


def _no_constant(name: str) -> object:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _is_too_deep(detail: object) -> bool:
    level: list[Any] = [detail]
    depth = 0
    while level and depth <= DEEPEST:
        inner = [one.values() if isinstance(one, dict) else one for one in level]
        level = [value for values in inner for value in values if isinstance(value, dict | list)]
        depth += 1
    return bool(level)


def _event(call: Call, entry: Entry, detail: dict[str, Any]) -> Event:
    now = call.world.clock.now
    time = entry.get("Time")
    return Event(
        id=new_id(call.world),
        source=entry["Source"],
        detail_type=entry["DetailType"],
        account=call.account,
        region=call.region,
        time=now if time is None else round(float(time) * SECOND),
        detail=detail,
        detail_size=len(entry["Detail"].encode()),
        ingested=now,
        resources=tuple(entry.get("Resources") or ()),
        trace_header=entry.get("TraceHeader"),
    )


def _count(call: Call, answers: list[dict[str, Any]], size: int) -> None:
    meter = region_meter(call.world, call.account, call.region)
    failed = sum("ErrorCode" in answer for answer in answers)
    meter.add("PutEventsApproximateCallCount")
    meter.add("PutEventsApproximateSuccessCount")
    meter.add("PutEventsEntriesCount", len(answers))
    if failed:
        meter.add("PutEventsFailedEntriesCount", failed)
    meter.add("PutEventsRequestSize", size, unit="Bytes")
