"""Archives and replays: what is kept, for how long, and what comes back."""

import datetime
import json

import pytest
from events_learner import SHOP, bus_arn, open_queue, put, rule
from inbox import messages, received
from learner import hops, refused

ARCHIVE = "arn:aws:events:us-east-1:123456789012:archive/all"
START = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def shop(events):
    return events.create_event_bus(Name=SHOP)["EventBusArn"]


@pytest.fixture
def inbox(events, sqs, shop):
    url, arn = open_queue(sqs)
    rule(events, arn, EventBusName=SHOP)
    return url


@pytest.fixture
def archive(events, shop):
    return events.create_archive(ArchiveName="all", EventSourceArn=shop)["ArchiveArn"]


def replay(events, name="again", start=START, end=START + datetime.timedelta(days=30), **destination):
    return events.start_replay(
        ReplayName=name,
        EventSourceArn=ARCHIVE,
        EventStartTime=start,
        EventEndTime=end,
        Destination={"Arn": bus_arn(), **destination},
    )


def plain(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_an_archive_is_described_and_listed_as_aws_shows_it(events, shop):
    pattern = json.dumps({"source": ["orders"]})
    answer = events.create_archive(
        ArchiveName="all", EventSourceArn=shop, EventPattern=pattern, RetentionDays=1, Description="orders"
    )
    made = answer["CreationTime"]
    assert plain(answer) == {"ArchiveArn": ARCHIVE, "State": "ENABLED", "CreationTime": made}
    put(events, EventBusName=SHOP)
    put(events, Source="other", EventBusName=SHOP)
    listed = {
        "ArchiveName": "all",
        "EventSourceArn": shop,
        "State": "ENABLED",
        "RetentionDays": 1,
        "SizeBytes": 40,
        "EventCount": 1,
        "CreationTime": made,
    }
    assert events.list_archives()["Archives"] == [listed]
    assert plain(events.describe_archive(ArchiveName="all")) == {
        **listed,
        "ArchiveArn": ARCHIVE,
        "Description": "orders",
        "EventPattern": pattern,
    }


def test_an_archive_is_a_managed_rule_of_the_bus(events, shop, archive):
    (managed,) = events.list_rules(EventBusName=SHOP)["Rules"]
    assert (managed["Name"], managed["ManagedBy"]) == ("Events-Archive-all", "prod.vhs.events.aws.internal")
    assert json.loads(managed["EventPattern"]) == {"replay-name": [{"exists": False}]}
    with refused("ManagedRuleException"):
        events.disable_rule(Name="Events-Archive-all", EventBusName=SHOP)


def test_errors_of_archives(events, shop, archive):
    with refused("ResourceAlreadyExistsException", "Archive all already exists."):
        events.create_archive(ArchiveName="all", EventSourceArn=shop)
    with refused("ResourceNotFoundException", "Event bus nowhere does not exist."):
        events.create_archive(ArchiveName="more", EventSourceArn=bus_arn("nowhere"))
    with refused("InvalidEventPatternException", "Event pattern is not valid. Reason:"):
        events.create_archive(ArchiveName="more", EventSourceArn=shop, EventPattern="{}")
    for operation in (events.describe_archive, events.delete_archive, events.update_archive):
        with refused("ResourceNotFoundException", "Archive more does not exist."):
            operation(ArchiveName="more")
    with refused("ResourceNotFoundException", "Event bus nowhere does not exist."):
        events.list_archives(EventSourceArn=bus_arn("nowhere"))
    with refused("ValidationException", "At most one filter is allowed for ListArchives."):
        events.list_archives(NamePrefix="a", State="ENABLED")
    with refused("NotSimulatedByWorkbook", "CreateArchive: KmsKeyIdentifier"):
        events.create_archive(ArchiveName="more", EventSourceArn=shop, KmsKeyIdentifier="key")


def test_an_updated_archive_keeps_by_its_new_pattern(events, shop, archive):
    put(events, EventBusName=SHOP)
    events.update_archive(ArchiveName="all", EventPattern=json.dumps({"source": ["other"]}))
    put(events, EventBusName=SHOP)
    put(events, Source="other", EventBusName=SHOP)
    assert events.describe_archive(ArchiveName="all")["EventCount"] == 2
    events.delete_archive(ArchiveName="all")
    assert events.list_rules(EventBusName=SHOP)["Rules"] == []


def test_events_go_when_their_retention_is_over(lab, events, shop):
    events.create_archive(ArchiveName="all", EventSourceArn=shop, RetentionDays=1)
    put(events, EventBusName=SHOP)
    lab.advance(hours=12)
    put(events, EventBusName=SHOP)
    lab.advance(hours=13)
    shown = events.describe_archive(ArchiveName="all")
    assert (shown["EventCount"], shown["SizeBytes"]) == (1, 40)


def test_a_replay_sends_events_to_the_rules_again_with_its_name(lab, events, sqs, inbox, archive):
    identifiers = [put(events, {"n": n}, EventBusName=SHOP) for n in range(3)]
    lab.advance(minutes=1)
    messages(sqs, inbox)
    answer = replay(events)
    assert (answer["State"], answer["ReplayArn"]) == (
        "STARTING",
        ARCHIVE.replace("archive/all", "replay/again"),
    )
    lab.run_until_idle()
    again = received(sqs, inbox)
    assert {event["id"] for event in again} == set(identifiers)
    assert {event["replay-name"] for event in again} == {"again"}
    assert list(again[0])[6:8] == ["region", "replay-name"]


def test_what_is_replayed_is_not_archived_again(lab, events, inbox, archive):
    put(events, EventBusName=SHOP)
    replay(events)
    lab.run_until_idle()
    assert events.describe_archive(ArchiveName="all")["EventCount"] == 1


def test_a_replay_takes_events_by_their_own_time(lab, events, sqs, inbox, archive):
    for minute in range(5):
        put(events, {"minute": minute}, Time=START + datetime.timedelta(minutes=minute), EventBusName=SHOP)
    messages(sqs, inbox)
    replay(events, start=START + datetime.timedelta(minutes=1), end=START + datetime.timedelta(minutes=3))
    lab.run_until_idle()
    assert [event["detail"]["minute"] for event in received(sqs, inbox)] == [1, 2, 3]


def test_minutes_are_replayed_in_order_and_within_a_minute_in_any(lab, events, inbox, archive):
    for number in range(60):
        when = START + datetime.timedelta(seconds=7 * number)
        put(events, {"n": number}, Time=when, EventBusName=SHOP)
    replay(events)
    lab.run_until_idle()
    numbers = [json.loads(hop.facts["body"])["detail"]["n"] for hop in hops(lab, "replay")]
    minutes = [7 * number // 60 for number in numbers]
    assert minutes == sorted(minutes)
    assert sorted(numbers) == list(range(60))
    assert numbers != sorted(numbers)


def test_a_replay_may_go_to_some_rules_only(lab, events, sqs, inbox, archive):
    url, arn = open_queue(sqs, "second")
    second = rule(events, arn, name="second", EventBusName=SHOP)
    put(events, EventBusName=SHOP)
    messages(sqs, inbox)
    messages(sqs, url)
    replay(events, FilterArns=[second])
    lab.run_until_idle()
    assert (len(received(sqs, inbox)), len(received(sqs, url))) == (0, 1)


def test_the_states_of_a_replay(lab, events, inbox, archive):
    for minute in range(3):
        put(events, Time=START + datetime.timedelta(minutes=minute), EventBusName=SHOP)
    replay(events)
    assert events.describe_replay(ReplayName="again")["State"] == "STARTING"
    lab.advance(seconds=1.5)
    assert events.describe_replay(ReplayName="again")["State"] == "RUNNING"
    lab.run_until_idle()
    shown = events.describe_replay(ReplayName="again")
    assert shown["State"] == "COMPLETED"
    assert shown["EventLastReplayedTime"] == START + datetime.timedelta(minutes=2)
    assert shown["ReplayEndTime"] > shown["ReplayStartTime"]
    (listed,) = events.list_replays(EventSourceArn=ARCHIVE)["Replays"]
    assert set(listed) == {
        "ReplayName",
        "EventSourceArn",
        "State",
        "EventStartTime",
        "EventEndTime",
        "EventLastReplayedTime",
        "ReplayStartTime",
        "ReplayEndTime",
    }


def test_a_cancelled_replay_stops(lab, events, inbox, archive):
    for minute in range(30):
        put(events, Time=START + datetime.timedelta(minutes=minute), EventBusName=SHOP)
    replay(events)
    lab.advance(seconds=5.5)
    assert plain(events.cancel_replay(ReplayName="again"))["State"] == "CANCELLING"
    lab.run_until_idle()
    assert events.describe_replay(ReplayName="again")["State"] == "CANCELLED"
    assert len(hops(lab, "replay")) == 5
    with refused("IllegalStatusException", "Replay again is not in a valid state for this operation."):
        events.cancel_replay(ReplayName="again")


def test_errors_of_replays(events, shop, archive):
    other = events.create_event_bus(Name="other")["EventBusArn"]
    replay(events)
    with refused("ResourceAlreadyExistsException", "Replay again already exists."):
        replay(events)
    with refused("ResourceNotFoundException", "Replay never does not exist."):
        events.describe_replay(ReplayName="never")
    reason = "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime."
    with refused("ValidationException", reason):
        replay(events, "b", end=START)
    reason = "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted."
    with refused("ValidationException", reason):
        replay(events, "c", Arn=other)
    with refused("ResourceNotFoundException", "Event bus nowhere does not exist."):
        replay(events, "d", Arn=bus_arn("nowhere"))
    events.delete_archive(ArchiveName="all")
    reason = "Parameter EventSourceArn is not valid. Reason: Archive all does not exist."
    with refused("ValidationException", reason):
        replay(events, "e")


def test_the_size_of_an_event_is_the_one_that_aws_was_recorded_to_count(events, shop, archive):
    detail = {"command": "update-account", "payload": {"acc_id": "0a787ecb-4015", "sf_id": "baz"}}
    name = "core.update-account-command"
    for _ in range(10):
        put(events, detail, Source=name, DetailType=name, EventBusName=SHOP)
    assert events.describe_archive(ArchiveName="all")["SizeBytes"] == 1590
