"""Partner event sources: both sides of a SaaS integration, in one lab."""

import json

import pytest
from events_learner import open_queue, rule
from inbox import received
from learner import OTHER_ACCOUNT, hops, refused

SOURCE = "aws.partner/cakes.example/orders/42"


@pytest.fixture
def partner(lab):
    """EventBridge as the partner's account sees it."""
    return lab.client("events", account=OTHER_ACCOUNT)


def offer(partner):
    return partner.create_partner_event_source(Name=SOURCE, Account="123456789012")["EventSourceArn"]


def send(partner, **parameters):
    entry = {"Source": SOURCE, "DetailType": "Order", "Detail": json.dumps({"n": 1}), **parameters}
    return partner.put_partner_events(Entries=[entry])


def test_a_partner_s_events_come_to_the_bus_of_its_source(lab, events, partner, sqs):
    arn = offer(partner)
    assert arn == f"arn:aws:events:us-east-1::event-source/{SOURCE}"
    (offered,) = events.list_event_sources()["EventSources"]
    assert (offered["Name"], offered["State"], offered["CreatedBy"]) == (SOURCE, "PENDING", "cakes.example")
    assert "ExpirationTime" in offered
    events.create_event_bus(Name=SOURCE, EventSourceName=SOURCE)
    assert events.describe_event_source(Name=SOURCE)["State"] == "ACTIVE"
    url, queue = open_queue(sqs)
    watched = rule(events, queue, EventBusName=SOURCE, pattern={"source": [{"prefix": "aws.partner/cakes"}]})
    assert watched == f"arn:aws:events:us-east-1:123456789012:rule/{SOURCE}/watch"
    assert send(partner)["FailedEntryCount"] == 0
    (event,) = received(sqs, url)
    assert (event["source"], event["account"], event["detail"]) == (SOURCE, "123456789012", {"n": 1})


def test_events_are_lost_until_there_is_a_bus_and_while_it_is_deactivated(lab, events, partner):
    offer(partner)
    send(partner)
    events.create_event_bus(Name=SOURCE, EventSourceName=SOURCE)
    events.deactivate_event_source(Name=SOURCE)
    send(partner)
    events.activate_event_source(Name=SOURCE)
    send(partner)
    assert [hop.facts["reason"] for hop in hops(lab, "drop")] == [f"the event source {SOURCE} is PENDING"] * 2
    assert len(hops(lab, "put-event")) == 1


def test_the_partner_s_side(events, partner):
    offer(partner)
    with refused("ResourceAlreadyExistsException", f"Event source {SOURCE} already exists."):
        offer(partner)
    assert partner.describe_partner_event_source(Name=SOURCE)["Name"] == SOURCE
    listed = partner.list_partner_event_sources(NamePrefix="aws.partner/cakes.example/orders")
    assert [one["Name"] for one in listed["PartnerEventSources"]] == [SOURCE]
    (account,) = partner.list_partner_event_source_accounts(EventSourceName=SOURCE)[
        "PartnerEventSourceAccounts"
    ]
    assert (account["Account"], account["State"]) == ("123456789012", "PENDING")
    with refused("ResourceNotFoundException", f"Event source {SOURCE} does not exist."):
        events.describe_partner_event_source(Name=SOURCE)
    partner.delete_partner_event_source(Name=SOURCE, Account="123456789012")
    assert events.list_event_sources()["EventSources"] == []


def test_an_offer_ends_after_two_weeks(lab, events, partner):
    offer(partner)
    lab.advance(days=14)
    assert events.list_event_sources()["EventSources"] == []


def test_a_deleted_source_is_seen_by_whoever_has_its_bus(events, partner):
    offer(partner)
    events.create_event_bus(Name=SOURCE, EventSourceName=SOURCE)
    partner.delete_partner_event_source(Name=SOURCE, Account="123456789012")
    assert events.describe_event_source(Name=SOURCE)["State"] == "DELETED"
    with refused("InvalidStateException"):
        events.activate_event_source(Name=SOURCE)


def test_only_the_partner_sends(events, partner):
    offer(partner)
    answer = send(events)
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
