"""A service puts a new event on a bus, with a role: a schedule whose target is a bus, for one.

It calls PutEvents. What it delivers is the event's detail; the source and the detail type are parameters of
its target. As with any PutEvents, an event for a bus that does not exist is accepted and goes nowhere.

Source: EventBridge Scheduler User Guide, "Using templated targets" (EventBridge PutEvents).
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from workbook.aws.delivery import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.permission import demand_role
from workbook.aws.eventbridge.buses import find_bus
from workbook.aws.eventbridge.events import Event, new_id
from workbook.aws.eventbridge.ingestion import EntryRefused, arrive, check_required, parsed_detail
from workbook.aws.eventbridge.names import bus_address
from workbook.aws.eventbridge.permissions import PUT_EVENTS, refusal
from workbook.aws.eventbridge.retries import Refused
from workbook.aws.roles import role_session
from workbook.engine.clock import SECOND, instant_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workbook.aws.delivery.targets import Answer
    from workbook.engine.world import World


def accept_entry(world: World, sender: Sender, arn: str, parcel: Parcel) -> Answer:
    """Put what a service delivers on a bus as an event of its own.

    Raises:
        Undelivered: the service's role or the bus's policy does not allow it, or it is no event.
    """
    demand_role(world, sender, PUT_EVENTS, arn)
    address = bus_address(arn, sender.account, sender.region)
    _demand_policy(world, sender, arn)
    event = _event(world, sender, _entry(parcel))
    arrive(world, address, event)
    return {"EventId": event.id}


def _demand_policy(world: World, sender: Sender, arn: str) -> None:
    bus = find_bus(world, bus_address(arn, sender.account, sender.region))
    if bus is None or sender.role_arn is None:
        return
    reason = refusal(world, bus, role_session(sender.role_arn, sender.service), sender.context)
    if reason is not None:
        raise Undelivered(Failure.NO_PERMISSION, reason, status=403)


def _entry(parcel: Parcel) -> dict[str, Any]:
    parameters = parcel.options.get("EventBridgeParameters") or {}
    return {**parameters, "Detail": parcel.text}


def _event(world: World, sender: Sender, entry: Mapping[str, Any]) -> Event:
    try:
        check_required(entry)
        detail = parsed_detail(entry)
    except EntryRefused as error:
        raise Refused(error.answer["ErrorCode"], error.answer["ErrorMessage"]) from error
    now = world.clock.now
    return Event(
        id=new_id(world),
        source=entry["Source"],
        detail_type=entry["DetailType"],
        account=sender.account,
        region=sender.region,
        time=_time(entry, now),
        detail=detail,
        ingested=now,
        resources=tuple(entry.get("Resources") or ()),
    )


def _time(entry: Mapping[str, Any], now: int) -> int:
    """When it happened, where a pipe says so (RFC 3339, to the second); else now."""
    try:
        return instant_of(datetime.datetime.fromisoformat(str(entry["Time"]))) // SECOND * SECOND
    except (KeyError, ValueError):
        return now
