"""The buffer: closed by size or by time, records whole and in order, in one object each."""

from __future__ import annotations

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook import Lab

MEBIBYTE = 1_048_576


def test_records_are_put_one_after_the_other_with_nothing_between(lab, hose):
    hose.create()
    hose.put("a")
    hose.put_batch("b\n", "c")
    lab.run_until_idle()
    assert hose.texts() == ["ab\nc"]


def test_the_interval_begins_with_the_first_record(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 60})
    lab.advance(seconds=100)
    hose.put("a")
    lab.advance(seconds=59)
    hose.put("b")
    assert hose.keys() == []
    lab.advance(seconds=1)
    assert hose.texts() == ["ab"]
    [flush] = hose.hops("flush")
    assert (flush.facts["trigger"], flush.facts["records"], flush.size) == ("interval", 2, 2)


def test_an_empty_buffer_is_never_written(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 60})
    hose.put("a")
    lab.advance(hours=1)
    assert len(hose.keys()) == 1


def test_a_full_buffer_is_written_at_once_and_the_next_has_its_own_time(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 100})
    hose.put("a" * 600_000)
    lab.advance(seconds=50)
    hose.put("b" * 600_000)
    lab.advance(seconds=0)
    [key] = hose.keys()
    assert len(hose.text(key)) == 1_200_000
    lab.advance(seconds=20)
    hose.put("c")
    lab.advance(seconds=50)
    assert len(hose.keys()) == 1
    lab.advance(seconds=50)
    assert hose.texts()[-1] == "c"
    assert [hop.facts["trigger"] for hop in hose.hops("flush")] == ["size", "interval"]


def test_the_size_counts_before_compression(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 900}, CompressionFormat="GZIP")
    for _ in range(2):
        hose.put("a" * 600_000)
    lab.advance(seconds=1)
    [written] = hose.hops("put-object")
    assert written.size < 10_000


def test_without_an_interval_a_record_comes_within_seconds(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0})
    hose.put("a")
    lab.advance(seconds=5)
    assert hose.texts() == ["a"]


def test_an_object_is_caused_by_a_flush_and_that_by_its_records(lab, hose):
    hose.create()
    first, second = hose.put("a"), hose.put("b")
    lab.run_until_idle()
    puts, [flush], [written] = hose.hops("put-record"), hose.hops("flush"), hose.hops("put-object")
    assert [hop.message for hop in puts] == [first, second]
    assert flush.causes == tuple(hop.number for hop in puts)
    assert written.causes == (flush.number,)
    kinds = [hop.kind for hop in lab.trace.of(second)]
    assert kinds == ["api-call", "put-record", "flush", "put-object"]


def test_the_producer_does_not_wait_for_s3(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 900})
    hose.put("a" * 1_000_000)
    before = lab.now
    hose.put("b" * 100_000)
    assert (lab.now - before).total_seconds() < 0.01
    call = hose.hops("api-call")[-1]
    assert "flush" not in [hop.kind for hop in lab.trace if call.number in hop.causes]


@settings(max_examples=15, deadline=None)
@given(moments=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 700_000)), min_size=1, max_size=8))
def test_every_record_is_in_one_object_whole_and_in_order(make_hose, moments):
    with Lab(seed=1) as lab:
        hose = make_hose(lab)
        hose.create(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 60})
        sent = []
        for number, (pause, size) in enumerate(moments):
            lab.advance(seconds=pause)
            sent.append(f"[{number}:{'x' * size}]")
            hose.put(sent[-1])
        lab.run_until_idle()
        assert "".join(hose.texts()) == "".join(sent)
        flushes = hose.hops("flush")
        assert sum(hop.facts["records"] for hop in flushes) == len(sent)
        assert all(hop.size < MEBIBYTE or hop.facts["trigger"] == "size" for hop in flushes)


# ---- limits


def test_a_batch_has_at_most_500_records_and_4_mib(hose):
    hose.create()
    with pytest.raises(ClientError, match="Member must have length less than or equal to 500"):
        hose.put_batch(*["x"] * 501)
    with pytest.raises(ClientError, match="Records size exceeds 4 MB limit"):
        hose.put_batch(*["x" * 900_000] * 5)
    assert hose.hops("put-record") == []
    assert len(hose.put_batch(*["x"] * 500)["RequestResponses"]) == 500


def test_a_record_has_at_most_1000_kib(hose):
    hose.create()
    hose.put("x" * 1_024_000)
    with pytest.raises(ClientError, match=r"'record\.data' failed .* less than or equal to 1024000"):
        hose.put("x" * 1_024_001)
    with pytest.raises(ClientError, match=r"'records\.2\.member\.data' failed"):
        hose.put_batch("x", "x" * 1_024_001)


def test_above_5_mib_a_second_some_records_of_a_batch_fail_and_others_do_not(lab, hose):
    hose.create()
    hose.put_batch(*["x" * 1_000_000] * 4)
    answer = hose.put_batch("y" * 900_000, "z" * 900_000, "s")
    assert answer["FailedPutCount"] == 1
    assert [result.get("ErrorCode") for result in answer["RequestResponses"]] == [
        None,
        "ServiceUnavailableException",
        None,
    ]
    assert answer["RequestResponses"][1]["ErrorMessage"] == "Slow down."
    assert [hop.facts["action"] for hop in hose.hops("throttle")] == ["PutRecordBatch"]
    lab.advance(seconds=1)
    assert hose.put_batch("z" * 900_000)["FailedPutCount"] == 0


def test_a_record_that_does_not_fit_in_the_second_is_refused_and_the_sdk_tries_again(lab, hose):
    hose.create()
    hose.put_batch(*["x" * 1_000_000] * 4)
    hose.put("y" * 1_000_000)
    with pytest.raises(ClientError) as caught:
        hose.put("z" * 1_000_000)
    assert caught.value.response["Error"]["Code"] == "ServiceUnavailableException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    patient = lab.client("firehose", config=Config(retries={"total_max_attempts": 10}))
    answer = patient.put_record(DeliveryStreamName="clicks", Record={"Data": b"z" * 1_000_000})
    assert answer["ResponseMetadata"]["RetryAttempts"] > 0


def test_other_regions_take_a_fifth(lab, hose):
    client = lab.client("firehose", region_name="eu-central-1", config=hose.firehose.meta.config)
    client.create_delivery_stream(
        DeliveryStreamName="clicks", ExtendedS3DestinationConfiguration=hose.settings()
    )
    lab.advance(seconds=31 - lab.now.microsecond / 1e6)
    answer = client.put_record_batch(DeliveryStreamName="clicks", Records=[{"Data": b"x" * 600_000}] * 2)
    assert answer["FailedPutCount"] == 1


# ---- metrics


def test_cloudwatch_hears_what_came_and_what_was_written(lab, hose):
    hose.create()
    hose.put("abc")
    hose.put_batch("d", "e")
    lab.run_until_idle()
    lab.advance(minutes=2)
    cloudwatch = lab.client("cloudwatch")

    def total(name):
        answer = cloudwatch.get_metric_statistics(
            Namespace="AWS/Firehose",
            MetricName=name,
            Dimensions=[{"Name": "DeliveryStreamName", "Value": "clicks"}],
            StartTime=lab.now.replace(hour=8),
            EndTime=lab.now,
            Period=3600,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in answer["Datapoints"])

    assert total("IncomingRecords") == 3
    assert total("IncomingBytes") == 5
    assert total("IncomingPutRequests") == 2
    assert total("PutRecordBatch.Records") == 2
    assert total("DeliveryToS3.Records") == 3
    assert total("DeliveryToS3.Success") == 1
    assert 299 < total("DeliveryToS3.DataFreshness") < 301
