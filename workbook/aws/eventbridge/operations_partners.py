"""The operations on partner event sources, the partner's and the customer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.events import Event, new_id
from workbook.aws.eventbridge.ingestion import EntryRefused, arrive, check_required, parsed_detail
from workbook.aws.eventbridge.metrics import source_meter
from workbook.aws.eventbridge.paging import limited
from workbook.aws.eventbridge.partners import (
    ACTIVE,
    PENDING,
    create_source,
    delete_source,
    offered_source,
    own_source,
    sources_of,
    switch_source,
)
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.operations import Answer, Call


def create_partner_event_source(call: Call) -> Answer:
    """As a partner: offer an event source to an account."""
    return {"EventSourceArn": create_source(call).arn}


def delete_partner_event_source(call: Call) -> Answer:
    """As a partner: take an event source away; harmless when there is none."""
    source = sources_of(call.world, call.region).get(call.parameters["Name"])
    if source is not None and (source.partner, source.customer) == (call.account, call.parameters["Account"]):
        delete_source(call, source)
    return None


def describe_partner_event_source(call: Call) -> Answer:
    """As a partner: show an event source."""
    source = own_source(call, call.parameters["Name"])
    return {"Arn": source.arn, "Name": source.name}


def list_partner_event_sources(call: Call) -> Answer:
    """As a partner: show the event sources with a beginning of the name."""
    wanted = call.parameters["NamePrefix"]
    own = [
        source for source in sources_of(call.world, call.region).values() if source.partner == call.account
    ]
    shown = [{"Arn": one.arn, "Name": one.name} for one in own if one.name.startswith(wanted)]
    return limited("PartnerEventSources", shown, call.parameters)


def list_partner_event_source_accounts(call: Call) -> Answer:
    """As a partner: show the account to which an event source was offered."""
    source = own_source(call, call.parameters["EventSourceName"])
    described = source.described()
    account = {
        "Account": source.customer,
        "CreationTime": datetime_of(source.created),
        "ExpirationTime": described.get("ExpirationTime"),
        "State": source.state,
    }
    shown = {name: value for name, value in account.items() if value is not None}
    return limited("PartnerEventSourceAccounts", [shown], call.parameters)


def describe_event_source(call: Call) -> Answer:
    """As a customer: show an event source that a partner offers."""
    return offered_source(call, call.parameters["Name"]).described()


def list_event_sources(call: Call) -> Answer:
    """As a customer: show the event sources that partners offer."""
    wanted = call.parameters.get("NamePrefix") or ""
    sources = sources_of(call.world, call.region).values()
    offered = [one.described() for one in sources if one.customer == call.account]
    return limited(
        "EventSources", [one for one in offered if one["Name"].startswith(wanted)], call.parameters
    )


def activate_event_source(call: Call) -> Answer:
    """As a customer: receive events of a source again."""
    switch_source(call, offered_source(call, call.parameters["Name"]), PENDING, ACTIVE)
    return None


def deactivate_event_source(call: Call) -> Answer:
    """As a customer: receive no events of a source for the time being."""
    switch_source(call, offered_source(call, call.parameters["Name"]), ACTIVE, PENDING)
    return None


def put_partner_events(call: Call) -> Answer:
    """As a partner: send events to the buses of the accounts that use the source."""
    answers = [_put(call, entry) for entry in call.parameters["Entries"]]
    return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}


def _put(call: Call, entry: Mapping[str, Any]) -> dict[str, Any]:
    try:
        check_required(entry)
        detail = parsed_detail(entry)
    except EntryRefused as refusal:
        return refusal.answer
    source = sources_of(call.world, call.region).get(entry["Source"])
    if source is None or source.partner != call.account:
        return EntryRefused("NotAuthorizedForSourceException", "Not authorized for the source.").answer
    event = _event(call, entry, detail, source.customer)
    source_meter(call.world, source.customer, call.region, source.name).add("Events")
    if source.state == ACTIVE:
        arrive(call.world, source.bus, event)
    else:
        reason = f"the event source {source.name} is {source.state}"
        call.world.trace.record("drop", source.arn, message=event.id, outcome="dropped", reason=reason)
    return {"EventId": event.id}


def _event(call: Call, entry: Mapping[str, Any], detail: dict[str, Any], account: str) -> Event:
    now, time = call.world.clock.now, entry.get("Time")
    return Event(
        id=new_id(call.world),
        source=entry["Source"],
        detail_type=entry["DetailType"],
        account=account,
        region=call.region,
        time=now if time is None else round(float(time) * SECOND),
        detail=detail,
        ingested=now,
        resources=tuple(entry.get("Resources") or ()),
    )
