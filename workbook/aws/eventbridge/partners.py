"""Partner event sources: a SaaS partner offers a source to an account, which makes a bus of the same name.

    partner: CreatePartnerEventSource ──> customer: PENDING ── CreateEventBus ──> ACTIVE
    partner: PutPartnerEvents ──> the customer's partner bus, while the source is active

On AWS only registered partners may do the first half. In a lab any account may stand in for one, so that both
sides can be seen. What is not accepted in a state is refused with texts of ours (unverified).

Source: service model, CreatePartnerEventSource, ActivateEventSource, PutPartnerEvents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.errors import InvalidState, ResourceAlreadyExists, ResourceNotFound
from workbook.aws.eventbridge.names import BusAddress
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.aws.eventbridge.buses import Bus
    from workbook.aws.operations import Call
    from workbook.engine.world import World

PENDING, ACTIVE, DELETED = "PENDING", "ACTIVE", "DELETED"
EXPIRY = 14 * 24 * 3600 * SECOND
"""Microseconds after which a source that nobody made a bus for is gone (two weeks)."""
_STATE = "eventbridge.partners"


@dataclass
class EventSource:
    """One partner event source."""

    name: str
    partner: str
    """The account that made it."""
    customer: str
    """The account that may make a bus for it."""
    region: str
    created: int
    state: str = PENDING
    attached: bool = False
    """Whether there is a bus for it."""

    @property
    def arn(self) -> str:
        """Its ARN, which has no account."""
        return f"arn:aws:events:{self.region}::event-source/{self.name}"

    @property
    def bus(self) -> BusAddress:
        """Where its partner bus is, or would be."""
        return BusAddress(self.customer, self.region, self.name)

    def described(self) -> dict[str, Any]:
        """As DescribeEventSource shows it to the customer."""
        shown = {
            "Arn": self.arn,
            "CreatedBy": self.name.split("/")[1],
            "CreationTime": datetime_of(self.created),
            "Name": self.name,
            "State": self.state,
        }
        return shown if self.attached else {**shown, "ExpirationTime": datetime_of(self.created + EXPIRY)}


def sources_of(world: World, region: str) -> dict[str, EventSource]:
    """All partner event sources of a Region, by name, without those that have expired."""
    sources: dict[str, EventSource] = world.kept_in(_STATE, region, dict)
    now = world.clock.now
    for source in list(sources.values()):
        if not source.attached and source.created + EXPIRY <= now:
            del sources[source.name]
    return sources


def create_source(call: Call) -> EventSource:
    """Offer a source to an account.

    Raises:
        ResourceAlreadyExists: there is one of this name.
    """
    sources, name = sources_of(call.world, call.region), call.parameters["Name"]
    if name in sources:
        raise ResourceAlreadyExists.of("Event source", name)
    now = call.world.clock.now
    source = EventSource(name, call.account, call.parameters["Account"], call.region, now)
    sources[name] = source
    call.world.trace.record("create", source.arn, settings={"Name": name, "Account": source.customer})
    return source


def offered_source(call: Call, name: str) -> EventSource:
    """A source that the caller's account was offered.

    Raises:
        ResourceNotFound: it was not.
    """
    source = sources_of(call.world, call.region).get(name)
    if source is None or source.customer != call.account:
        raise ResourceNotFound.event_source(name)
    return source


def own_source(call: Call, name: str) -> EventSource:
    """A source that the caller's account made as a partner.

    Raises:
        ResourceNotFound: it did not.
    """
    source = sources_of(call.world, call.region).get(name)
    if source is None or source.partner != call.account:
        raise ResourceNotFound.event_source(name)
    return source


def attach_event_source(call: Call, name: str, bus_name: str) -> None:
    """Make a source active because its bus is being made.

    Raises:
        ResourceNotFound: the account was not offered it.
        InvalidState: it is not pending, or the bus has another name.
    """
    source = offered_source(call, name)
    if bus_name != name or source.state != PENDING:
        raise InvalidState(f"Event source {name} must be PENDING, and its event bus must have the same name.")
    source.state, source.attached = ACTIVE, True
    _changed(call, source)


def detach_event_source(call: Call, bus: Bus) -> None:
    """A bus was deleted: its source, if it had one, waits for another."""
    source = sources_of(call.world, call.region).get(bus.event_source or "")
    if source is not None:
        source.attached = False
        if source.state == ACTIVE:
            source.state = PENDING
        _changed(call, source)


def switch_source(call: Call, source: EventSource, before: str, after: str) -> None:
    """Take a source with a bus from one state to another.

    Raises:
        InvalidState: it is in neither.
    """
    if not source.attached or source.state not in {before, after}:
        raise InvalidState(f"Event source {source.name} has no event bus, or its state is {source.state}.")
    source.state = after
    _changed(call, source)


def delete_source(call: Call, source: EventSource) -> None:
    """Take a source away; a customer that has a bus for it still sees it, as deleted."""
    source.state = DELETED
    if not source.attached:
        sources_of(call.world, call.region).pop(source.name)
    call.world.trace.record("remove", source.arn)


def _changed(call: Call, source: EventSource) -> None:
    settings = {"Name": source.name, "Account": source.customer, "State": source.state}
    call.world.trace.record("configure", source.arn, settings=settings)
