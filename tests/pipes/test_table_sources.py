"""Pipes from the streams of DynamoDB tables: what a change looks like, and what becomes of it."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def table(lab):
    return lab.client("dynamodb")


def make_table(table, view="NEW_AND_OLD_IMAGES"):
    made = table.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )
    return made["TableDescription"]["LatestStreamArn"]


def connect(system, stream, **options):
    parameters = {"DynamoDBStreamParameters": {"StartingPosition": "TRIM_HORIZON"}, **options}
    return system.pipe(stream, system.queue("out"), SourceParameters=parameters)


def changes(system):
    return [json.loads(body) for body in system.bodies("out")]


def put(table, **item):
    table.put_item(TableName="orders", Item={name: {"S": value} for name, value in item.items()})


def test_every_change_of_an_item_arrives_in_order(system, table):
    connect(system, make_table(table))
    put(table, id="1", state="new")
    put(table, id="1", state="paid")
    table.delete_item(TableName="orders", Key={"id": {"S": "1"}})
    system.settle(5)
    events = changes(system)
    assert [event["eventName"] for event in events] == ["INSERT", "MODIFY", "REMOVE"]
    modified = events[1]["dynamodb"]
    assert modified["Keys"] == {"id": {"S": "1"}}
    assert modified["OldImage"] == {"id": {"S": "1"}, "state": {"S": "new"}}
    assert modified["NewImage"] == {"id": {"S": "1"}, "state": {"S": "paid"}}
    assert (events[1]["eventSource"], events[1]["awsRegion"]) == ("aws:dynamodb", "us-east-1")
    assert len(modified["SequenceNumber"]) >= 21


@pytest.mark.parametrize(
    ("view", "images"),
    [
        ("KEYS_ONLY", set()),
        ("NEW_IMAGE", {"NewImage"}),
        ("OLD_IMAGE", {"OldImage"}),
        ("NEW_AND_OLD_IMAGES", {"NewImage", "OldImage"}),
    ],
)
def test_the_view_type_decides_what_a_change_shows(system, table, view, images):
    connect(system, make_table(table, view))
    put(table, id="1", state="new")
    put(table, id="1", state="paid")
    system.settle(5)
    assert {name for name in changes(system)[1]["dynamodb"] if name.endswith("Image")} == images


def test_a_write_that_changes_nothing_makes_no_record(system, table):
    connect(system, make_table(table))
    put(table, id="1", state="new")
    put(table, id="1", state="new")
    system.settle(5)
    assert len(changes(system)) == 1


def test_an_update_and_a_batch_of_writes_are_changes_too(system, table):
    connect(system, make_table(table))
    put(table, id="1", state="new")
    table.update_item(
        TableName="orders",
        Key={"id": {"S": "1"}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "paid"}},
    )
    table.batch_write_item(RequestItems={"orders": [{"PutRequest": {"Item": {"id": {"S": "2"}}}}]})
    system.settle(5)
    assert [event["eventName"] for event in changes(system)] == ["INSERT", "MODIFY", "INSERT"]


def test_filters_and_templates_look_into_a_change(system, table):
    pattern = {"eventName": ["MODIFY"], "dynamodb": {"NewImage": {"state": {"S": ["paid"]}}}}
    parameters = {
        "DynamoDBStreamParameters": {"StartingPosition": "TRIM_HORIZON"},
        "FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)}]},
    }
    template = {"InputTemplate": '{"paid": <$.dynamodb.Keys.id.S>}'}
    stream = make_table(table)
    system.pipe(stream, system.queue("out"), SourceParameters=parameters, TargetParameters=template)
    put(table, id="1", state="new")
    put(table, id="1", state="paid")
    put(table, id="2", state="new")
    system.settle(5)
    assert system.bodies("out") == ['{"paid": "1"}']
    assert len(system.kinds("filter")) == 2


def test_a_dead_letter_of_a_table_says_where_the_change_is(system, table):
    dead = system.queue("dead")
    own = {"StartingPosition": "TRIM_HORIZON", "MaximumRetryAttempts": 0, "DeadLetterConfig": {"Arn": dead}}
    stream = make_table(table)
    gone = "arn:aws:sqs:us-east-1:123456789012:gone"
    system.pipe(stream, gone, SourceParameters={"DynamoDBStreamParameters": own})
    put(table, id="1")
    system.settle(5)
    letter = json.loads(system.bodies("dead")[0])
    assert letter["DDBStreamBatchInfo"]["streamArn"] == stream
    assert letter["DDBStreamBatchInfo"]["batchSize"] == 1
    assert letter["DDBStreamBatchInfo"]["startSequenceNumber"] == "100000000000000000000001"


def test_changes_are_in_the_trace_with_the_write_that_made_them(system, table, lab):
    connect(system, make_table(table))
    put(table, id="1")
    system.settle(5)
    change = system.hop("put-record")
    assert lab.trace[change.causes[-1] - 1].resource == "dynamodb:PutItem"
    assert [hop.kind for hop in lab.trace if hop.message == change.message] == [
        "put-record",
        "read",
        "deliver",
    ]


def test_a_stream_that_never_was_makes_creation_fail(system):
    stream = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-05T00:00:00.000"
    connect(system, stream)
    shown = system.pipes.describe_pipe(Name="orders")
    assert shown["CurrentState"] == "CREATE_FAILED"
    assert shown["StateReason"].startswith("Stream not found.")
