"""Event buses: their settings, their policies, and events from one bus to another."""

import json

import pytest
from events_learner import ACCOUNT, SHOP, bus_arn, open_queue, put, role, rule
from inbox import messages, received
from learner import OTHER_ACCOUNT, hops, refused


@pytest.fixture
def shop(events):
    return events.create_event_bus(Name=SHOP)["EventBusArn"]


@pytest.fixture
def foreign(lab):
    """EventBridge as another account sees it."""
    return lab.client("events", account=OTHER_ACCOUNT)


def let_in(events, account=OTHER_ACCOUNT, bus=SHOP, sid="friend"):
    events.put_permission(EventBusName=bus, Action="events:PutEvents", Principal=account, StatementId=sid)


def policy(events, bus=SHOP):
    shown = events.describe_event_bus(Name=bus)
    return json.loads(shown["Policy"])["Statement"] if "Policy" in shown else None


def test_the_default_bus_is_always_there(events):
    shown = events.describe_event_bus()
    assert (shown["Name"], shown["Arn"]) == ("default", bus_arn("default"))
    assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default"]
    with refused("ValidationException", "Cannot delete event bus default."):
        events.delete_event_bus(Name="default")


def test_a_bus_is_made_shown_changed_and_deleted_with_its_rules(lab, events):
    answer = events.create_event_bus(Name=SHOP, Description="cakes", Tags=[{"Key": "a", "Value": "b"}])
    assert (answer["EventBusArn"], answer["Description"]) == (bus_arn(), "cakes")
    assert events.list_tags_for_resource(ResourceARN=bus_arn())["Tags"] == [{"Key": "a", "Value": "b"}]
    lab.advance(seconds=10)
    assert events.update_event_bus(Name=SHOP, Description="pies")["Description"] == "pies"
    shown = events.describe_event_bus(Name=bus_arn())
    assert shown["Description"] == "pies"
    assert (shown["LastModifiedTime"] - shown["CreationTime"]).total_seconds() >= 10
    rule(events, EventBusName=SHOP)
    events.delete_event_bus(Name=SHOP)
    events.delete_event_bus(Name=SHOP)
    with refused("ResourceNotFoundException", "Event bus shop does not exist."):
        events.describe_event_bus(Name=SHOP)
    assert [hop.resource for hop in hops(lab, "remove")] == [
        bus_arn().replace("event-bus/shop", "rule/shop/watch"),
        bus_arn(),
    ]


def test_names_of_buses(events, shop):
    with refused("ResourceAlreadyExistsException", "Event bus shop already exists."):
        events.create_event_bus(Name=SHOP)
    with refused("ValidationException", "Event bus name must not contain '/'."):
        events.create_event_bus(Name="a/b")
    with refused("ValidationException", "Member must satisfy regular expression pattern"):
        events.create_event_bus(Name="no blanks")


def test_buses_are_listed_in_pages(events):
    for number in range(6):
        events.create_event_bus(Name=f"bus-{number}")
    page = events.list_event_buses(NamePrefix="bus-", Limit=3)
    assert [bus["Name"] for bus in page["EventBuses"]] == ["bus-0", "bus-1", "bus-2"]
    page = events.list_event_buses(NamePrefix="bus-", Limit=3, NextToken=page["NextToken"])
    assert [bus["Name"] for bus in page["EventBuses"]] == ["bus-3", "bus-4", "bus-5"]
    assert "NextToken" not in page


@pytest.mark.parametrize(
    "parameter",
    [
        {"KmsKeyIdentifier": "alias/key"},
        {"DeadLetterConfig": {"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"}},
        {"LogConfig": {"Level": "INFO"}},
    ],
)
def test_what_is_not_simulated_of_buses_is_refused_by_name(events, parameter):
    (name,) = parameter
    with refused("NotSimulatedByWorkbook", f"CreateEventBus: {name}"):
        events.create_event_bus(Name=SHOP, **parameter)


def test_permissions_are_statements_of_the_bus_s_policy(events, shop):
    let_in(events)
    events.put_permission(EventBusName=SHOP, Action="events:PutEvents", Principal="*", StatementId="all")
    root = {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}
    common = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus_arn()}
    assert policy(events) == [
        {"Sid": "friend", "Principal": root, **common},
        {"Sid": "all", "Principal": "*", **common},
    ]
    events.remove_permission(EventBusName=SHOP, StatementId="all")
    assert [one["Sid"] for one in policy(events)] == ["friend"]
    with refused("ResourceNotFoundException", "Statement with the provided id does not exist."):
        events.remove_permission(EventBusName=SHOP, StatementId="all")
    events.remove_permission(EventBusName=SHOP, RemoveAllPermissions=True)
    assert policy(events) is None
    with refused("ResourceNotFoundException", "Event bus nowhere does not exist."):
        let_in(events, bus="nowhere")


def test_a_whole_policy_replaces_the_statements(events, shop):
    let_in(events)
    statement = {
        "Sid": "rules",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "events:ListRules",
        "Resource": "*",
    }
    events.put_permission(
        EventBusName=SHOP, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    assert policy(events) == [statement]
    with refused("ValidationException", "Parameter Policy is not valid. Reason:"):
        events.put_permission(EventBusName=SHOP, Policy="{}")


def test_another_account_may_put_events_once_the_policy_lets_it(lab, events, foreign, sqs, shop):
    url, arn = open_queue(sqs)
    rule(events, arn, EventBusName=SHOP)
    with refused(
        "AccessDeniedException", "is not authorized to perform: events:PutEvents on resource: " + bus_arn()
    ):
        put(foreign, EventBusName=bus_arn())
    let_in(events)
    put(foreign, EventBusName=bus_arn())
    (event,) = received(sqs, url)
    assert event["account"] == OTHER_ACCOUNT


def test_an_organization_is_not_in_a_lab_so_its_condition_never_holds(events, foreign, shop):
    condition = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1234567890"}
    events.put_permission(
        EventBusName=SHOP, Action="events:PutEvents", Principal="*", StatementId="org", Condition=condition
    )
    assert policy(events)[0]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}
    with refused("AccessDeniedException"):
        put(foreign, EventBusName=bus_arn())


def test_from_bus_to_bus_an_event_keeps_all_but_its_id(lab, events, sqs, shop):
    url, arn = open_queue(sqs)
    rule(events, {"Arn": shop, "RoleArn": role(lab)}, name="forward")
    rule(events, arn, EventBusName=SHOP)
    identifier = put(events, {"n": 1}, Resources=["arn:aws:s3:::cakes"])
    lab.advance(seconds=1)
    (event,) = received(sqs, url)
    first, second = hops(lab, "put-event")
    assert {**json.loads(first.facts["body"]), "id": event["id"]} == event
    assert event["id"] == second.message != identifier
    assert second.facts["original"] == identifier
    assert "send" in [hop.kind for hop in lab.trace.of(identifier)]


def test_the_role_must_be_allowed_to_put_events(lab, events, sqs, shop):
    dead_url, dead = open_queue(sqs, "dead")
    weak = role(lab, actions=["sqs:SendMessage"])
    rule(events, {"Arn": shop, "RoleArn": weak, "DeadLetterConfig": {"Arn": dead}})
    put(events)
    lab.run_until_idle()
    (letter,) = messages(sqs, dead_url)
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert "events:PutEvents" in letter["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]


def test_a_third_bus_gets_nothing(lab, events, sqs, shop):
    dead_url, dead = open_queue(sqs, "dead")
    courier = role(lab)
    third = events.create_event_bus(Name="third")["EventBusArn"]
    rule(events, {"Arn": shop, "RoleArn": courier})
    rule(
        events,
        {"Arn": third, "RoleArn": courier, "DeadLetterConfig": {"Arn": dead}},
        EventBusName=SHOP,
    )
    put(events)
    lab.run_until_idle()
    assert [hop.resource for hop in hops(lab, "put-event")] == [bus_arn("default"), shop]
    (letter,) = messages(sqs, dead_url)
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "THIRD_ACCOUNT_HOP_DETECTED"


def test_two_buses_that_send_to_each_other_do_not_loop(lab, events, shop):
    courier = role(lab)
    rule(events, {"Arn": shop, "RoleArn": courier})
    rule(events, {"Arn": bus_arn("default"), "RoleArn": courier}, EventBusName=SHOP)
    put(events)
    lab.run_until_idle()
    assert len(hops(lab, "put-event")) == 2


def test_a_bus_of_another_region_takes_events(lab, events, sqs):
    far = lab.client("events", region_name="eu-west-1")
    far_sqs = lab.client("sqs", region_name="eu-west-1")
    target = far.create_event_bus(Name=SHOP)["EventBusArn"]
    url, arn = open_queue(far_sqs)
    rule(far, arn, EventBusName=SHOP)
    rule(events, {"Arn": target, "RoleArn": role(lab)})
    put(events)
    lab.advance(seconds=1)
    (event,) = received(far_sqs, url)
    assert event["region"] == "us-east-1"


def test_a_bus_of_another_account_takes_what_its_policy_allows(lab, events, foreign, sqs):
    target = foreign.create_event_bus(Name=SHOP)["EventBusArn"]
    rule(events, target)
    put(events)
    lab.run_until_idle()
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_PERMISSION"]
    let_in(foreign, account=ACCOUNT)
    put(events)
    lab.run_until_idle()
    arrived = hops(lab, "put-event")[-1]
    assert arrived.resource == target
    assert json.loads(arrived.facts["body"])["account"] == ACCOUNT


def test_the_role_of_the_rule_is_for_targets_that_are_buses(lab, events, shop):
    rule(events, shop, RoleArn=role(lab))
    put(events)
    lab.run_until_idle()
    assert [hop.resource for hop in hops(lab, "put-event")] == [bus_arn("default"), shop]


def test_a_bus_of_another_account_keeps_its_role_when_it_is_put_without_one(lab, events):
    courier = role(lab)
    target = bus_arn(account=OTHER_ACCOUNT)
    rule(events, {"Arn": target, "RoleArn": courier})
    rule(events, target)
    assert events.list_targets_by_rule(Rule="watch")["Targets"][0]["RoleArn"] == courier


def test_the_custom_event_bus_of_2026_is_refused_with_a_pointer_to_the_classic_one(lab):
    new = lab.client("eventbridgev2")
    with refused("NotSimulatedByWorkbook", "lab.client('events')"):
        new.list_event_buses()
