"""Pipes from Kinesis data streams: positions, order, retries, halves, age, dead letters."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from pipe_system import PipeSystem

from workbook import Lab

STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
PICKY = """
def handler(event, context):
    numbers = [record["n"] for record in event]
    if 5 in numbers:
        raise ValueError("five")
    print(numbers)
"""
BODY = {"InputTemplate": "<$.data>"}


def make_stream(lab, shards=1):
    lab.client("kinesis").create_stream(StreamName="clicks", ShardCount=shards)
    lab.advance(seconds=30)


@pytest.fixture
def stream(lab):
    make_stream(lab)
    return lab.client("kinesis")


def put(lab, *values, key="a"):
    kinesis = lab.client("kinesis")
    for value in values:
        kinesis.put_record(StreamName="clicks", Data=json.dumps(value), PartitionKey=key)


def source(position="TRIM_HORIZON", filters=None, **options):
    parameters = {"KinesisStreamParameters": {"StartingPosition": position, **options}}
    if filters is not None:
        parameters["FilterCriteria"] = {"Filters": [{"Pattern": json.dumps(filters)}]}
    return parameters


def connect(system, target=None, parameters=None, **options):
    target = target or system.queue("out")
    return system.pipe(
        STREAM,
        target,
        SourceParameters=parameters or source(),
        **{"TargetParameters": BODY, **options},
    )


def test_a_pipe_reads_records_in_order_and_takes_none_out(system, lab, stream):
    put(lab, 1, 2)
    connect(system)
    put(lab, 3)
    system.settle(5)
    assert system.bodies("out") == ["1", "2", "3"]
    place = stream.get_shard_iterator(
        StreamName="clicks", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert len(stream.get_records(ShardIterator=place)["Records"]) == 3


def test_latest_misses_what_came_before(system, lab, stream):
    put(lab, 1)
    connect(system, parameters=source("LATEST"))
    put(lab, 2)
    system.settle(5)
    assert system.bodies("out") == ["2"]


def test_a_pipe_shows_the_defaults_of_a_stream(system, stream):
    connect(system)
    shown = system.pipes.describe_pipe(Name="orders")["SourceParameters"]["KinesisStreamParameters"]
    assert shown == {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "MaximumRecordAgeInSeconds": -1,
        "MaximumRetryAttempts": -1,
        "ParallelizationFactor": 1,
        "StartingPosition": "TRIM_HORIZON",
    }


def test_a_record_is_what_aws_s_pollers_make_of_it(system, lab, stream):
    connect(system, TargetParameters={})
    put(lab, {"id": 1})
    system.settle(5)
    record = json.loads(system.bodies("out")[0])
    assert record["eventID"] == f"shardId-000000000000:{record['sequenceNumber']}"
    assert (record["data"], record["partitionKey"]) == ("eyJpZCI6IDF9", "a")
    assert record["invokeIdentityArn"] == "arn:aws:iam::123456789012:role/courier"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"data": {"kind": ["order"]}}, ['{"kind":"order"}']),
        ({"partitionKey": ["a"]}, ['{"kind":"order"}', '{"kind":"noise"}', '"text"']),
        ({"partitionKey": ["b"]}, []),
    ],
)
def test_filters_look_into_data_that_is_json(system, lab, stream, filters, expected):
    connect(system, parameters=source(filters=filters))
    put(lab, {"kind": "order"}, {"kind": "noise"}, "text")
    system.settle(5)
    assert system.bodies("out") == expected
    assert len(system.kinds("filter")) == 3 - len(expected)


def test_a_stopped_pipe_goes_on_where_it_was(system, lab, stream):
    connect(system)
    put(lab, 1)
    system.settle(5)
    system.pipes.stop_pipe(Name="orders")
    put(lab, 2)
    system.settle(60)
    assert system.bodies("out") == ["1"]
    system.pipes.start_pipe(Name="orders")
    system.settle(60)
    assert system.bodies("out") == ["1", "2"]


def test_a_failing_record_holds_up_its_shard_until_it_leaves_the_stream(system, lab, stream):
    connect(system, system.queue("out", MaximumMessageSize="1024"))
    put(lab, 1, "x" * 2000, 3)
    lab.advance(hours=23)
    assert system.bodies("out") == ["1"]
    lab.advance(hours=2)
    assert system.hop("drop").facts["reason"].startswith("RecordAgeExceeded")


def test_after_its_retries_a_batch_goes_to_the_dead_letter_queue_and_the_rest_goes_on(system, lab, stream):
    dead = system.queue("dead")
    parameters = source(MaximumRetryAttempts=2, DeadLetterConfig={"Arn": dead}, BatchSize=1)
    connect(system, system.queue("out", MaximumMessageSize="1024"), parameters)
    put(lab, 1, "x" * 2000, 3)
    system.settle(30)
    assert system.bodies("out") == ["1", "3"]
    letter = json.loads(system.bodies("dead")[0])
    assert letter["context"] == {
        "partnerResourceArn": "arn:aws:pipes:us-east-1:123456789012:pipe/orders",
        "condition": "RetryAttemptsExhausted",
    }
    assert letter["KinesisBatchInfo"]["batchSize"] == 1
    assert letter["KinesisBatchInfo"]["streamArn"] == STREAM
    assert system.hop("give-up").facts["attempts"] == 3


def test_automatic_bisect_finds_the_one_that_fails(system, lab, stream):
    dead = system.queue("dead")
    parameters = source(
        MaximumRetryAttempts=0, OnPartialBatchItemFailure="AUTOMATIC_BISECT", DeadLetterConfig={"Arn": dead}
    )

    connect(system, lab.function("picky", PICKY), parameters)
    put(lab, *[{"n": number} for number in range(8)])
    system.settle(60)
    letter = json.loads(system.bodies("dead")[0])
    assert letter["KinesisBatchInfo"]["batchSize"] == 1
    logs = lab.client("logs").filter_log_events(logGroupName="/aws/lambda/picky")["events"]
    printed = [one["message"] for one in logs if one["message"][:2].strip("[").isdigit()]
    done = [number for numbers in printed for number in json.loads(numbers)]
    assert done == [0, 1, 2, 3, 4, 6, 7]


def test_a_function_may_name_the_first_record_that_failed(system, lab, stream):
    def first(event, context):
        failed = [{"itemIdentifier": record["id"]} for record in event[1:]]
        return {"batchItemFailures": failed}

    template = {"InputTemplate": '{"id": <$.eventID>, "n": <$.data>}'}
    put(lab, 1, 2, 3)
    connect(system, lab.function("first", first), TargetParameters=template)
    system.settle(30)
    assert [hop.facts["messages"] for hop in lab.trace if hop.kind == "batch"] == [3, 2, 1]


def test_parallel_batches_keep_the_order_of_a_key_and_no_key_waits_for_another(system, lab, stream):
    connect(system, system.queue("out", MaximumMessageSize="1024"), source(ParallelizationFactor=10))
    put(lab, "x" * 2000, key="stuck")
    for number in range(3):
        for key in ("a", "b", "c", "d"):
            put(lab, f"{key}{number}", key=key)
    system.settle(5)
    arrived = [json.loads(body) for body in system.bodies("out")]
    for key in ("a", "b", "c", "d"):
        of_key = [text for text in arrived if text.startswith(key)]
        assert of_key in ([f"{key}0", f"{key}1", f"{key}2"], [])
    assert len(arrived) >= 9  # at most one of the keys shares the lane of the one that is stuck
    assert len([hop for hop in lab.trace if hop.kind == "read"]) == 13


def test_records_that_are_too_old_are_given_up(system, lab, stream):
    dead = system.queue("dead")
    put(lab, 1)
    lab.advance(seconds=120)
    connect(system, parameters=source(MaximumRecordAgeInSeconds=60, DeadLetterConfig={"Arn": dead}))
    put(lab, 2)
    system.settle(10)
    assert system.bodies("out") == ["2"]
    assert json.loads(system.bodies("dead")[0])["context"]["condition"] == "RecordAgeExceeded"


def test_a_stream_that_is_deleted_stops_the_pipe(system, lab, stream):
    connect(system)
    stream.delete_stream(StreamName="clicks")
    system.settle(5)
    shown = system.pipes.describe_pipe(Name="orders")
    assert shown["CurrentState"] == "STOPPED"
    assert shown["StateReason"].startswith("Stream not found.")


_READING = ("GetRecords", "GetShardIterator", "DescribeStream", "DescribeStreamSummary", "ListShards")


def test_a_role_with_exactly_the_documented_actions_can_read_a_stream(system, lab, stream):
    role = system.role(*(f"kinesis:{action}" for action in _READING), "sqs:SendMessage")
    system.pipe(STREAM, system.queue("out"), role, SourceParameters=source())
    assert system.pipes.describe_pipe(Name="orders")["CurrentState"] == "RUNNING"


@pytest.mark.parametrize("missing", _READING)
def test_a_role_that_lacks_one_of_them_cannot(system, lab, stream, missing):
    actions = [f"kinesis:{action}" for action in _READING if action != missing]
    system.pipe(STREAM, system.queue("out"), system.role(*actions), SourceParameters=source())
    assert system.pipes.describe_pipe(Name="orders")["CurrentState"] == "CREATE_FAILED"


@pytest.mark.parametrize(
    "operator", [{"wildcard": "a*"}, {"anything-but": {"prefix": "a"}}, {"anything-but": {"wildcard": "a*"}}]
)
def test_pipes_do_not_know_all_operators_of_event_patterns(system, lab, stream, operator):
    parameters = source(filters={"data": {"kind": [operator]}})
    with pytest.raises(ClientError, match="Invalid Event Pattern"):
        system.pipe(STREAM, system.queue("out"), system.role("*"), SourceParameters=parameters)


def test_a_role_that_may_not_send_dead_letters_makes_creation_fail(system, lab, stream):
    role = system.role("kinesis:*", "lambda:InvokeFunction")
    dead = system.queue("dead")
    parameters = source(DeadLetterConfig={"Arn": dead})
    system.pipe(STREAM, system.queue("out"), role, SourceParameters=parameters)
    shown = system.pipes.describe_pipe(Name="orders")
    assert shown["CurrentState"] == "CREATE_FAILED"
    assert shown["StateReason"].endswith(f"Error occurred while sending message to SQS queue: {dead}")


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, '"SourceParameters.KinesisStreamParameters.StartingPosition","Message":"Missing'),
        (source("AT_TIMESTAMP"), "StartingPositionTimestamp"),
        (source(MaximumRecordAgeInSeconds=59), "must be either -1 (forever) or between 60 and 604800"),
        (
            source(MaximumRecordAgeInSeconds=60, MaximumBatchingWindowInSeconds=60),
            "MaximumBatchingWindowInSeconds must be less than MaximumRecordAgeInSeconds.",
        ),
        (source(filters={"data": ["text"]}), "the pattern for data must be a JSON object"),
        (source(ParallelizationFactor=11), "Member must have value less than or equal to 10"),
    ],
)
def test_what_breaks_a_rule_is_refused(system, stream, parameters, reason):
    with pytest.raises(ClientError) as caught:
        system.pipe(STREAM, system.queue("out"), SourceParameters=parameters)
    assert reason in caught.value.response["Error"]["Message"]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([1, 1, 1, 2000])), max_size=20),
    st.integers(1, 3),
    st.integers(1, 10),
    st.sampled_from([1, 1, 3]),
    st.booleans(),
)
def test_every_record_arrives_in_order_or_is_told_of(records, shards, batch_size, lanes, bisect):
    with Lab(seed=1) as lab:
        system = PipeSystem(lab)
        make_stream(lab, shards)
        dead = system.queue("dead")
        options = {"OnPartialBatchItemFailure": "AUTOMATIC_BISECT"} if bisect else {}
        parameters = source(
            MaximumRetryAttempts=1,
            BatchSize=batch_size,
            ParallelizationFactor=lanes,
            DeadLetterConfig={"Arn": dead},
            **options,
        )
        connect(system, system.queue("out", MaximumMessageSize="1024"), parameters)
        for number, (key, size) in enumerate(records):
            put(lab, {"n": number, "pad": "x" * size}, key=key)
        lab.advance(minutes=30)
        delivered = [json.loads(body)["n"] for body in system.bodies("out")]
        told = sum(json.loads(body)["KinesisBatchInfo"]["batchSize"] for body in system.bodies("dead"))
    assert len(set(delivered)) == len(delivered)
    assert len(delivered) + told == len(records)
    for key in "abc":
        of_key = [number for number in delivered if records[number][0] == key]
        assert of_key == sorted(of_key)
    if bisect:
        assert told == sum(size > 1 for _, size in records)
