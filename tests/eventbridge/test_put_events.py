"""PutEvents: what is accepted, what an event looks like, and what is refused in which words."""

import datetime
import json

import pytest
from events_learner import SHOP, bus_arn, entry, open_queue, put, rule
from inbox import bodies, received
from learner import hops, refused


@pytest.fixture
def inbox(events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn)
    return url


def test_an_event_has_aws_s_envelope_in_aws_s_order(lab, events, sqs, inbox):
    identifier = put(events, {"id": 1, "text": "Grüße"}, Resources=["arn:aws:s3:::cakes"])
    assert bodies(sqs, inbox) == [
        (
            f'{{"version":"0","id":"{identifier}","detail-type":"Order Placed","source":"orders",'
            '"account":"123456789012","time":"2026-01-05T09:00:00Z","region":"us-east-1",'
            '"resources":["arn:aws:s3:::cakes"],"detail":{"id":1,"text":"Grüße"}}'
        )
    ]


def test_time_is_the_producer_s_where_it_gives_one_in_whole_seconds(events, sqs, inbox):
    put(events, Time=datetime.datetime(2020, 2, 3, 4, 5, 6, 789000, tzinfo=datetime.UTC))
    (event,) = received(sqs, inbox)
    assert event["time"] == "2020-02-03T04:05:06Z"


@pytest.mark.parametrize("missing", ["Source", "DetailType", "Detail"])
def test_an_entry_that_lacks_something_fails_alone(events, sqs, inbox, missing):
    incomplete = entry({"n": 1})
    del incomplete[missing]
    answer = events.put_events(Entries=[incomplete, entry({"n": 2})])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0] == {
        "ErrorCode": "InvalidArgument",
        "ErrorMessage": f"Parameter {missing} is not valid. Reason: {missing} is a required argument.",
    }
    assert list(answer["Entries"][1]) == ["EventId"]
    assert [event["detail"] for event in received(sqs, inbox)] == [{"n": 2}]


@pytest.mark.parametrize("detail", ["text", "[1]", '{"a":', '"{}"', "NaN", '{"a": Infinity}', "null"])
def test_a_detail_that_is_no_json_object_is_malformed(events, detail):
    answer = events.put_events(Entries=[entry(Detail=detail)])
    assert answer["Entries"] == [{"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}]


def test_sources_that_begin_with_aws_belong_to_aws(events):
    answer = events.put_events(Entries=[entry(Source="aws.ec2"), entry(Source="awsome")])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0] == {
        "ErrorCode": "NotAuthorizedForSourceException",
        "ErrorMessage": "Not authorized for the source.",
    }


def test_eleven_entries_are_refused_whole_as_aws_prints_them(events):
    with refused("ValidationException", "at 'entries' failed to satisfy constraint") as error:
        events.put_events(Entries=[entry()] * 11)
    shown = (
        "PutEventsRequestEntry(time=null, source=orders, resources=null, detailType=Order Placed, detail={}, "
        "eventBusName=null, traceHeader=null, kmsKeyIdentifier=null, internalMetadata=null)"
    )
    message = error.value.response["Error"]["Message"]
    assert message.startswith(f"1 validation error detected: Value '[{shown}, {shown}")
    assert message.endswith("Member must have length less than or equal to 10")


def test_a_request_of_a_megabyte_is_refused_whole(events, sqs, inbox):
    frame = len("orders") + len("Order Placed") + len('{"a": ""}')
    largest = 1_048_576 - 1 - frame
    put(events, {"a": "x" * largest})
    with refused("ValidationException", "Total size of the entries in the request is over the limit."):
        put(events, {"a": "x" * (largest + 1)})


def test_bytes_count_not_characters_and_time_counts_14(events):
    frame = len("orders") + len("Order Placed") + len('{"a":""}') + 14 + len("r")
    euros = (1_048_576 - 1 - frame) // 3
    when = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    detail = '{"a":"' + "€" * euros + '"}'
    put(events, Detail=detail, Time=when, Resources=["r"])
    with refused("ValidationException", "over the limit"):
        put(events, Detail=detail, Time=when, Resources=["rrrr"])


def test_an_event_for_a_bus_that_does_not_exist_is_accepted_and_lost(lab, events):
    identifier = put(events, EventBusName="nowhere")
    (lost,) = hops(lab, "drop")
    assert (lost.message, lost.resource) == (identifier, bus_arn("nowhere"))
    assert lost.facts["reason"] == "there is no event bus nowhere"


def test_a_bus_may_be_named_by_its_arn(events, sqs):
    events.create_event_bus(Name=SHOP)
    url, arn = open_queue(sqs)
    rule(events, arn, EventBusName=SHOP)
    put(events, {"n": 1}, EventBusName=bus_arn())
    put(events, {"n": 2}, EventBusName=SHOP)
    put(events, {"n": 3})
    assert [event["detail"]["n"] for event in received(sqs, url)] == [1, 2]


def test_an_x_ray_header_goes_on_to_a_queue(events, sqs, inbox):
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    put(events, TraceHeader=header)
    answer = sqs.receive_message(QueueUrl=inbox, MessageSystemAttributeNames=["All"])
    assert answer["Messages"][0]["Attributes"]["AWSTraceHeader"] == header


def test_global_endpoints_are_refused_by_name(events):
    with refused("NotSimulatedByWorkbook", "events:ListEndpoints is not simulated"):
        events.list_endpoints()
    with refused("NotSimulatedByWorkbook", "events:PutEvents with EndpointId is not simulated"):
        events.put_events(EndpointId="abcde.veo", Entries=[entry()])


def test_what_a_producer_put_is_in_the_trace(lab, events):
    identifier = put(events, {"n": 1})
    (hop,) = hops(lab, "put-event")
    assert hop.message == identifier
    assert json.loads(hop.facts["body"])["detail"] == {"n": 1}
    assert (hop.facts["source"], hop.facts["detail_type"]) == ("orders", "Order Placed")
    assert hop.size == len(hop.facts["body"])
    assert lab.trace[hop.causes[0] - 1].resource == "events:PutEvents"


def test_test_event_pattern_holds_an_event_against_a_pattern(events):
    event = json.dumps(
        {
            "id": "1",
            "account": "1",
            "source": "a",
            "time": "t",
            "region": "r",
            "resources": [],
            "detail-type": "d",
        }
    )
    for source, matches in (("a", True), ("b", False)):
        pattern = json.dumps({"source": [source]})
        assert events.test_event_pattern(EventPattern=pattern, Event=event)["Result"] is matches
    with refused("InvalidEventPatternException", "Event pattern is not valid. Reason:"):
        events.test_event_pattern(EventPattern="{}", Event=event)
    with refused("ValidationException", "Parameter Event is not valid."):
        events.test_event_pattern(EventPattern='{"source":["a"]}', Event="{}")
