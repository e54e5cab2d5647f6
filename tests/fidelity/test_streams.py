"""Kinesis Data Streams: the rows KDS-.. of docs/fidelity.md."""

from __future__ import annotations

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from workbook import Lab

HOUR = 3600


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def kinesis(lab):
    client = lab.client("kinesis", config=Config(retries={"total_max_attempts": 1}))
    client.create_stream(StreamName="clicks", ShardCount=2)
    lab.advance(seconds=30)
    lab.advance(seconds=1 - lab.now.microsecond / 1e6)
    return client


def place(kinesis, shard_id, kind="TRIM_HORIZON"):
    answer = kinesis.get_shard_iterator(StreamName="clicks", ShardId=shard_id, ShardIteratorType=kind)
    return answer["ShardIterator"]


def put(kinesis, key, data="x"):
    return kinesis.put_record(StreamName="clicks", PartitionKey=key, Data=data)["ShardId"]


def read(kinesis, shard_id):
    records = kinesis.get_records(ShardIterator=place(kinesis, shard_id))["Records"]
    return [record["Data"].decode() for record in records]


def test_kds_01_a_partition_key_always_goes_to_the_same_shard_in_order(kinesis):
    shards = {put(kinesis, "anna", str(number)) for number in range(10)}
    assert len(shards) == 1
    assert read(kinesis, shards.pop()) == [str(number) for number in range(10)]


def test_kds_02_a_hot_key_is_throttled_while_other_shards_idle(kinesis):
    hot = put(kinesis, "anna", "x" * 600_000)
    with pytest.raises(ClientError, match=f"Rate exceeded for shard {hot} in stream clicks"):
        put(kinesis, "anna", "x" * 600_000)
    cold = next(key for key in "abcdefgh" if put(kinesis, key) != hot)
    put(kinesis, cold, "x" * 600_000)


def test_kds_03_put_records_can_fail_in_part_and_retrying_breaks_the_order(lab, kinesis):
    entries = [
        {"PartitionKey": "anna", "Data": letter * size}
        for letter, size in (("a", 500_000), ("b", 900_000), ("c", 100_000))
    ]
    answer = kinesis.put_records(StreamName="clicks", Records=entries)
    failed = [
        entry for entry, result in zip(entries, answer["Records"], strict=True) if "ErrorCode" in result
    ]
    assert answer["FailedRecordCount"] == 1
    lab.advance(seconds=1)
    kinesis.put_records(StreamName="clicks", Records=failed)
    assert [text[0] for text in read(kinesis, answer["Records"][0]["ShardId"])] == ["a", "c", "b"]


def test_kds_04_all_pollers_of_a_shard_share_five_reads_a_second(lab, kinesis):
    shard_id = put(kinesis, "anna")
    iterators = [place(kinesis, shard_id) for _ in range(6)]
    for iterator in iterators[:5]:
        kinesis.get_records(ShardIterator=iterator)
    with pytest.raises(ClientError, match="ProvisionedThroughputExceededException"):
        kinesis.get_records(ShardIterator=iterators[5])
    lab.advance(seconds=1)
    kinesis.get_records(ShardIterator=iterators[5])


def test_kds_05_a_record_is_readable_for_24_hours_and_longer_retention_revives_none(lab, kinesis):
    shard_id = put(kinesis, "anna")
    lab.advance(seconds=23 * HOUR)
    assert read(kinesis, shard_id) == ["x"]
    lab.advance(seconds=2 * HOUR)
    assert read(kinesis, shard_id) == []
    kinesis.increase_stream_retention_period(StreamName="clicks", RetentionPeriodHours=48)
    assert read(kinesis, shard_id) == []


def test_kds_06_a_shard_iterator_is_good_for_five_minutes(lab, kinesis):
    iterator = place(kinesis, put(kinesis, "anna"))
    lab.advance(seconds=301)
    with pytest.raises(ClientError, match=r"Iterator expired\. The iterator was created at time Mon Jan 05"):
        kinesis.get_records(ShardIterator=iterator)
