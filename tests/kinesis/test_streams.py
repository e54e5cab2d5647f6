"""Kinesis Data Streams: shards, order, limits of a second, iterators, retention."""

from __future__ import annotations

import base64
import datetime
import hashlib

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook import Lab

ONE_TRY = Config(retries={"total_max_attempts": 1})
HOUR = 3600


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def kinesis(lab):
    return lab.client("kinesis", config=ONE_TRY)


def stream(kinesis, name="clicks", shards=1, **options):
    kinesis.create_stream(StreamName=name, ShardCount=shards, **options)
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    return name


def iterator(kinesis, name, shard=0, kind="TRIM_HORIZON", **options):
    shard_id = f"shardId-{shard:012}"
    answer = kinesis.get_shard_iterator(StreamName=name, ShardId=shard_id, ShardIteratorType=kind, **options)
    return answer["ShardIterator"]


def read(kinesis, name, shard=0, **options):
    answer = kinesis.get_records(ShardIterator=iterator(kinesis, name, shard, **options))
    return [record["Data"].decode() for record in answer["Records"]]


def code_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def test_a_new_stream_is_creating_and_then_active(lab, kinesis):
    kinesis.create_stream(StreamName="clicks", ShardCount=2)
    summary = kinesis.describe_stream_summary(StreamName="clicks")["StreamDescriptionSummary"]
    assert summary["StreamStatus"] == "CREATING"
    put = {"StreamName": "clicks", "Data": b"x", "PartitionKey": "a"}
    assert code_of(kinesis.put_record, **put) == "ResourceNotFoundException"
    lab.advance(seconds=30)
    summary = kinesis.describe_stream_summary(StreamName="clicks")["StreamDescriptionSummary"]
    assert summary["StreamStatus"] == "ACTIVE"
    assert summary["OpenShardCount"] == 2
    assert summary["RetentionPeriodHours"] == 24


def test_a_record_goes_to_the_shard_of_its_partition_key_s_md5(kinesis):
    name = stream(kinesis, shards=4)
    for key in ("anna", "ben", "carla", "dora", "emil"):
        shard = kinesis.put_record(StreamName=name, Data=b"x", PartitionKey=key)["ShardId"]
        expected = int(hashlib.md5(key.encode()).hexdigest(), 16) >> 126
        assert shard == f"shardId-{expected:012}"


def test_an_explicit_hash_key_beats_the_partition_key(kinesis):
    name = stream(kinesis, shards=2)
    put = {"StreamName": name, "Data": b"x", "PartitionKey": "a"}
    assert kinesis.put_record(**put, ExplicitHashKey="0")["ShardId"] == "shardId-000000000000"
    last = str(2**128 - 1)
    assert kinesis.put_record(**put, ExplicitHashKey=last)["ShardId"] == "shardId-000000000001"
    assert code_of(kinesis.put_record, **put, ExplicitHashKey=str(2**128)) == "InvalidArgumentException"


def test_sequence_numbers_of_a_shard_grow_and_have_56_digits(kinesis):
    name = stream(kinesis)
    numbers = [
        kinesis.put_record(StreamName=name, Data=b"x", PartitionKey="a")["SequenceNumber"] for _ in range(20)
    ]
    assert numbers == sorted(numbers, key=int)
    assert len(set(numbers)) == 20
    assert {len(number) for number in numbers} == {56}


def test_reading_takes_nothing_out_and_every_reader_has_a_place_of_its_own(kinesis):
    name = stream(kinesis)
    for text in "abc":
        kinesis.put_record(StreamName=name, Data=text, PartitionKey="a")
    first = kinesis.get_records(ShardIterator=iterator(kinesis, name), Limit=2)
    assert [record["Data"] for record in first["Records"]] == [b"a", b"b"]
    assert read(kinesis, name) == ["a", "b", "c"]
    second = kinesis.get_records(ShardIterator=first["NextShardIterator"])
    assert [record["Data"] for record in second["Records"]] == [b"c"]
    assert second["MillisBehindLatest"] == 0
    assert first["MillisBehindLatest"] >= 1


def test_where_an_iterator_begins(lab, kinesis):
    name = stream(kinesis)
    numbers = []
    for text in "abc":
        numbers.append(kinesis.put_record(StreamName=name, Data=text, PartitionKey="a")["SequenceNumber"])
        lab.advance(seconds=60)
    begun = lab.now - datetime.timedelta(seconds=125)
    assert read(kinesis, name, kind="LATEST") == []
    assert read(kinesis, name, kind="AT_TIMESTAMP", Timestamp=begun) == ["b", "c"]
    assert read(kinesis, name, kind="AT_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1]) == ["b", "c"]
    assert read(kinesis, name, kind="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1]) == ["c"]


@pytest.mark.parametrize(
    "options",
    [
        {"ShardIteratorType": "AT_SEQUENCE_NUMBER"},
        {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": "17"},
        {"ShardIteratorType": "AT_TIMESTAMP"},
    ],
)
def test_an_iterator_that_begins_nowhere_is_refused(kinesis, options):
    name = stream(kinesis)
    call = {"StreamName": name, "ShardId": "shardId-000000000000", **options}
    assert code_of(kinesis.get_shard_iterator, **call) == "InvalidArgumentException"


def test_an_iterator_is_good_for_five_minutes(lab, kinesis):
    name = stream(kinesis)
    place = iterator(kinesis, name)
    lab.advance(seconds=299)
    following = kinesis.get_records(ShardIterator=place)["NextShardIterator"]
    lab.advance(seconds=301)
    assert code_of(kinesis.get_records, ShardIterator=following) == "ExpiredIteratorException"


@pytest.mark.parametrize("made_up", ["AAAA", "nonsense!", base64.b64encode(b"\0" * 60).decode()])
def test_an_iterator_that_was_never_given_is_refused(kinesis, made_up):
    assert code_of(kinesis.get_records, ShardIterator=made_up) == "InvalidArgumentException"


def test_a_shard_takes_a_thousand_records_a_second(lab, kinesis):
    name = stream(kinesis)
    lab.advance(seconds=0.5)
    entries = [{"Data": b"x", "PartitionKey": "a"}] * 500
    answers = [kinesis.put_records(StreamName=name, Records=entries) for _ in range(3)]
    assert [answer["FailedRecordCount"] for answer in answers] == [0, 0, 500]
    failed = answers[2]["Records"][0]
    assert failed["ErrorCode"] == "ProvisionedThroughputExceededException"
    assert failed["ErrorMessage"] == (
        "Rate exceeded for shard shardId-000000000000 in stream clicks under account 123456789012."
    )
    lab.advance(seconds=1)
    assert kinesis.put_records(StreamName=name, Records=entries)["FailedRecordCount"] == 0


def test_a_shard_takes_a_mebibyte_a_second_and_a_hot_key_throttles_while_other_shards_idle(lab, kinesis):
    name = stream(kinesis, shards=2)
    put = {"StreamName": name, "Data": b"x" * 600_000}
    kinesis.put_record(**put, PartitionKey="a", ExplicitHashKey="0")
    hot = {**put, "PartitionKey": "a", "ExplicitHashKey": "0"}
    assert code_of(kinesis.put_record, **hot) == "ProvisionedThroughputExceededException"
    kinesis.put_record(**put, PartitionKey="a", ExplicitHashKey=str(2**127))
    assert "throttle" in [hop.kind for hop in lab.trace]


def test_a_shard_is_read_five_times_a_second(lab, kinesis):
    name = stream(kinesis)
    place = iterator(kinesis, name)
    lab.advance(seconds=1 - lab.now.microsecond / 1e6)
    for _ in range(5):
        kinesis.get_records(ShardIterator=place)
    assert code_of(kinesis.get_records, ShardIterator=place) == "ProvisionedThroughputExceededException"
    lab.advance(seconds=1)
    kinesis.get_records(ShardIterator=place)


def test_a_record_is_at_most_1_mib_unless_the_stream_says_more(kinesis):
    name = stream(kinesis)
    large = {"Data": b"x" * 1_048_576, "PartitionKey": "a"}
    assert code_of(kinesis.put_record, StreamName=name, **large) == "ValidationException"
    larger = stream(kinesis, "large", MaxRecordSizeInKiB=10_240)
    kinesis.put_record(StreamName=larger, **large)


def test_records_leave_after_the_retention_period_and_longer_retention_revives_none(lab, kinesis):
    name = stream(kinesis)
    kinesis.put_record(StreamName=name, Data="old", PartitionKey="a")
    lab.advance(seconds=20 * HOUR)
    kinesis.put_record(StreamName=name, Data="new", PartitionKey="a")
    lab.advance(seconds=5 * HOUR)
    assert read(kinesis, name) == ["new"]
    kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=48)
    assert read(kinesis, name) == ["new"]
    lab.advance(seconds=30 * HOUR)
    assert read(kinesis, name) == ["new"]
    assert (
        code_of(kinesis.increase_stream_retention_period, StreamName=name, RetentionPeriodHours=24)
        == "InvalidArgumentException"
    )


def test_a_deleted_stream_is_gone_and_its_name_is_free_again(lab, kinesis):
    name = stream(kinesis)
    place = iterator(kinesis, name)
    kinesis.delete_stream(StreamName=name)
    assert code_of(kinesis.get_records, ShardIterator=place) == "ResourceNotFoundException"
    lab.advance(seconds=30)
    assert kinesis.list_streams()["StreamNames"] == []
    stream(kinesis, name)
    assert code_of(kinesis.get_records, ShardIterator=place) == "ResourceNotFoundException"


def test_on_demand_streams_have_four_shards(kinesis):
    kinesis.create_stream(StreamName="clicks", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    shards = kinesis.list_shards(StreamName="clicks")["Shards"]
    assert len(shards) == 4


def test_shards_and_tags_come_in_pages(kinesis):
    name = stream(kinesis, shards=5)
    first = kinesis.list_shards(StreamName=name, MaxResults=3)
    second = kinesis.list_shards(NextToken=first["NextToken"])
    assert [len(page["Shards"]) for page in (first, second)] == [3, 2]
    assert "NextToken" not in second
    kinesis.add_tags_to_stream(StreamName=name, Tags={"team": "web", "cost": "7"})
    page = kinesis.list_tags_for_stream(StreamName=name, Limit=1)
    assert page == {**page, "Tags": [{"Key": "cost", "Value": "7"}], "HasMoreTags": True}


def test_what_changes_shards_is_refused_by_name(kinesis):
    name = stream(kinesis)
    call = {"StreamName": name, "TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING"}
    assert code_of(kinesis.update_shard_count, **call) == "NotSimulatedByWorkbook"


def test_every_put_and_read_is_in_the_trace(lab, kinesis):
    name = stream(kinesis)
    put = kinesis.put_record(StreamName=name, Data="hello", PartitionKey="a")
    read(kinesis, name)
    hops = [hop for hop in lab.trace if hop.message == put["SequenceNumber"]]
    assert [hop.kind for hop in hops] == ["put-record", "read"]
    assert hops[0].facts["body"] == "hello"
    assert hops[0].number in hops[1].causes


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 99)), max_size=30), st.integers(1, 4))
def test_each_key_is_read_in_the_order_in_which_it_was_put(records, shards):
    with Lab(seed=1) as lab:
        kinesis = lab.client("kinesis", config=ONE_TRY)
        name = stream(kinesis, shards=shards)
        for key, value in records:
            kinesis.put_record(StreamName=name, Data=f"{key}{value}", PartitionKey=key)
        found = [text for shard in range(shards) for text in read(kinesis, name, shard)]
    assert sorted(found) == sorted(f"{key}{value}" for key, value in records)
    for key in "abcdef":
        put = [f"{key}{value}" for name, value in records if name == key]
        assert [text for text in found if text.startswith(key)] == put


@pytest.mark.parametrize("count", [3, 5, 6])
def test_the_start_of_a_shard_s_range_leads_to_that_shard(lab, kinesis, count):
    name = stream(kinesis, shards=count)
    lab.advance(60)
    shards = kinesis.describe_stream(StreamName=name)["StreamDescription"]["Shards"]
    taken = [
        kinesis.put_record(
            StreamName=name,
            Data=b"x",
            PartitionKey="k",
            ExplicitHashKey=shard["HashKeyRange"]["StartingHashKey"],
        )["ShardId"]
        for shard in shards
    ]
    assert taken == [shard["ShardId"] for shard in shards]


@pytest.mark.parametrize("key", ["abc", "-1", "007"])
def test_an_explicit_hash_key_is_a_number(kinesis, key):
    put = {"StreamName": stream(kinesis, shards=2), "Data": b"x", "PartitionKey": "k"}
    assert code_of(kinesis.put_record, **put, ExplicitHashKey=key) == "ValidationException"
