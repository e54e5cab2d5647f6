"""A bus takes events from a rule of another bus, and what other services put on it with a role.

The sender's role needs `events:PutEvents`; the policy of a bus of another account must allow it besides.
What arrives from a bus keeps its source, detail, time, resources, account and Region, and has an id of its
own. An event goes from one bus to a second and no further: EventBridge does not send to a third what came
from another bus. What other services put there, such as records of a function's destination, is a new event.

Sources: Amazon EventBridge User Guide, "Sending and receiving events between event buses" and "Using
dead-letter queues to process undelivered events" (the codes of a third hop); ids recorded across Regions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbook.aws.delivery import Failure, Parcel, Sender, Target, Undelivered
from workbook.aws.delivery.permission import demand_role
from workbook.aws.eventbridge.buses import find_bus
from workbook.aws.eventbridge.events import Event, new_id
from workbook.aws.eventbridge.ingestion import arrive
from workbook.aws.eventbridge.names import bus_address
from workbook.aws.eventbridge.permissions import PUT_EVENTS, refusal
from workbook.aws.eventbridge.retries import Refused
from workbook.aws.eventbridge.service_entries import accept_entry
from workbook.aws.policies import Principal
from workbook.aws.roles import role_session

if TYPE_CHECKING:
    from workbook.aws.delivery.targets import Accept, Answer
    from workbook.engine.world import World


def accept(world: World, sender: Sender, arn: str, parcel: Parcel) -> Answer:
    """Take what a service delivers to a resource of EventBridge.

    Raises:
        Undelivered: the resource does not take it.
    """
    kind = arn.split(":", 5)[5].partition("/")[0]
    found = KINDS.get(kind)
    if found is None:
        raise Undelivered(Failure.REJECTED, f"{arn} is no target that a service can deliver to")
    return found(world, sender, arn, parcel)


def _accept_event(world: World, sender: Sender, arn: str, parcel: Parcel) -> Answer:
    if "Event" not in parcel.options:
        return accept_entry(world, sender, arn, parcel)
    event: Event = parcel.options["Event"]
    _refuse_third_hop(event, sender, arn)
    address = bus_address(arn, sender.account, sender.region)
    bus = find_bus(world, address)
    if bus is None:
        raise Undelivered(Failure.NO_RESOURCE, f"Event bus {address.name} does not exist.", status=400)
    demand_role(world, sender, PUT_EVENTS, arn)
    reason = refusal(world, bus, _principal(sender), sender.context)
    if reason is not None:
        raise Undelivered(Failure.NO_PERMISSION, reason, status=403)
    sent = replace(event, id=new_id(world), ingested=world.clock.now, buses=(*event.buses, sender.source_arn))
    arrive(world, address, sent, original=event.id)
    return {"EventId": sent.id}


def _principal(sender: Sender) -> Principal:
    """As whom a rule puts events: its role's session, or else its account."""
    if sender.role_arn is not None:
        return role_session(sender.role_arn, sender.service)
    root = f"arn:{sender.source_arn.split(':')[1]}:iam::{sender.account}:root"
    return Principal(account=sender.account, arn=root, user_id=sender.account)


def _refuse_third_hop(event: Event, sender: Sender, arn: str) -> None:
    if not event.buses:
        return
    region = arn.split(":")[3]
    code = "THIRD_REGION_HOP_DETECTED" if region != sender.region else "THIRD_ACCOUNT_HOP_DETECTED"
    raise Refused(
        code, "The event came from another event bus, and EventBridge does not send it to a third one."
    )


KINDS: dict[str, Accept] = {"event-bus": _accept_event}
"""Who takes a delivery, by the kind of resource in an ARN of EventBridge; others enter themselves."""

TARGET = Target(accept)
