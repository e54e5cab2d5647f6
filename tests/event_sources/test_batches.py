"""How messages become batches: size, window, 6 MB, order; and that idling costs nothing."""

from __future__ import annotations

import json

import pytest
from event_system import System

from workbook.aws.event_sources.poller import LATENCY


def test_what_is_in_the_queue_already_is_read(system: System) -> None:
    url = system.queue()
    system.send(url, *[f"m{n}" for n in range(25)])
    system.map(url)
    system.lab.run_until_idle()
    assert system.batch_sizes() == [10, 10, 5]
    assert system.left_in(url) == []


def test_messages_sent_in_quick_succession_share_a_batch(system: System) -> None:
    url = system.queue()
    system.map(url)
    for n in range(5):
        system.send(url, f"m{n}")
    system.lab.run_until_idle()
    assert system.batch_sizes() == [5]


def test_a_message_is_read_soon_after_it_was_sent(system: System) -> None:
    url = system.queue()
    system.map(url)
    start = system.now
    system.send(url, "now")
    system.lab.run_until_idle()
    assert start + LATENCY <= system.hops("receive")[0].time <= start + 2 * LATENCY


@pytest.mark.parametrize(("batch_size", "batches"), [(1, [1] * 7), (3, [3, 3, 1]), (10, [7])])
def test_no_batch_is_larger_than_the_batch_size(system: System, batch_size: int, batches: list[int]) -> None:
    url = system.queue()
    system.send(url, *[f"m{n}" for n in range(7)])
    system.map(url, BatchSize=batch_size)
    system.lab.run_until_idle()
    assert system.batch_sizes() == batches


def test_lq_03_a_window_ends_after_its_seconds(system: System) -> None:
    url = system.queue()
    system.map(url, BatchSize=100, MaximumBatchingWindowInSeconds=10)
    start = system.now
    for n in range(4):
        system.send(url, f"m{n}")
        system.lab.advance(2)
    assert system.hops("invoke") == []
    system.lab.run_until_idle()
    assert system.batch_sizes() == [4]
    assert system.invoked_after(start) == pytest.approx([10], abs=0.1)


def test_lq_03_a_full_batch_does_not_wait_for_its_window(system: System) -> None:
    url = system.queue()
    system.map(url, BatchSize=20, MaximumBatchingWindowInSeconds=300)
    start = system.now
    system.send(url, *[f"m{n}" for n in range(20)])
    system.lab.advance(1)
    assert system.batch_sizes() == [20]
    assert system.invoked_after(start) == pytest.approx([0], abs=0.1)


def test_lq_03_six_megabytes_do_not_wait_for_the_window(system: System) -> None:
    url = system.queue()
    system.map(url, BatchSize=100, MaximumBatchingWindowInSeconds=300)
    start = system.now
    for n in range(8):
        system.send(url, str(n) * 1_000_000)
    system.lab.advance(1)
    assert system.batch_sizes()[0] == 6
    assert system.hops("batch")[0].size <= 6 * 1024 * 1024
    assert system.invoked_after(start)[0] < 1


def test_a_large_batch_gathers_more_than_one_request_brings(system: System) -> None:
    url = system.queue()
    system.send(url, *[f"m{n}" for n in range(250)])
    system.map(url, BatchSize=200, MaximumBatchingWindowInSeconds=5)
    system.lab.run_until_idle()
    assert system.batch_sizes() == [200, 50]


def test_delayed_messages_come_when_their_delay_ends(system: System) -> None:
    url = system.queue(DelaySeconds=90)
    system.map(url)
    start = system.now
    system.send(url, "later")
    assert system.lab.run_until_idle()
    assert system.invoked_after(start) == pytest.approx([90], abs=0.1)


def test_an_idle_poller_is_no_work_and_costs_nothing(system: System) -> None:
    system.map(system.queue())
    hops, before = len(system.lab.trace), system.lab.now
    assert system.lab.run_until_idle()
    assert system.lab.now == before
    switches = system.lab.world.kernel.switches
    system.lab.advance(hours=24)
    assert system.lab.world.kernel.switches == switches
    assert len(system.lab.trace) == hops


def test_empty_receives_are_counted_without_being_made(system: System) -> None:
    """Five long polls of 20 seconds in parallel: 15 requests a minute, 21,600 a day."""
    url = system.queue()
    mapping = system.map(url)
    before = system.lab.billable().sqs_requests_by_operation.get("ReceiveMessage", 0)
    waits = system.lab.trace[-1]
    assert (waits.kind, waits.outcome, waits.facts["polls"]) == ("long-poll", "waits", 5)
    system.lab.advance(hours=24)
    day = system.lab.billable().sqs_requests_by_operation["ReceiveMessage"] - before
    assert day == 5 * 24 * 60 * 3
    system.aws_lambda.update_event_source_mapping(UUID=mapping, Enabled=False)
    system.lab.advance(hours=24)
    assert system.lab.billable().sqs_requests_by_operation["ReceiveMessage"] - before == day
    ended = system.lab.trace[waits.number - 1]
    assert ended.outcome == "ok"
    assert ended.facts["ended_at"] - waits.time == pytest.approx(24 * 3600 * 1_000_000, rel=0.001)
    system.aws_lambda.delete_event_source_mapping(UUID=mapping)
    system.lab.run_until_idle()
    assert system.lab.billable().sqs_requests_by_operation["ReceiveMessage"] - before == day


def test_what_pollers_request_is_billed(system: System) -> None:
    url = system.queue()
    system.send(url, *[f"m{n}" for n in range(20)])
    system.map(url)
    system.lab.run_until_idle()
    by_operation = system.lab.billable().sqs_requests_by_operation
    assert by_operation["ReceiveMessage"] == 2
    assert by_operation["DeleteMessageBatch"] == 2


def test_the_story_of_a_message_leads_through_the_function(system: System) -> None:
    url = system.queue()
    system.map(url)
    (message,) = system.send(url, "traced")
    system.lab.run_until_idle()
    kinds = [hop.kind for hop in system.lab.trace.of(message)]
    wanted = ["send", "receive", "batch", "invoke", "delete"]
    assert [kind for kind in kinds if kind in wanted] == wanted
    by_number = {hop.number: hop for hop in system.lab.trace}
    (batch,), (invoke,) = system.hops("batch"), system.hops("invoke")
    assert [by_number[cause].kind for cause in batch.causes] == ["receive"]
    assert invoke.causes == (batch.number,)
    (receive,) = system.hops("receive")
    assert "api-call" not in {by_number[cause].kind for cause in receive.causes}


def test_a_record_looks_as_aws_sends_it(system: System) -> None:
    """Recorded: test_message_body_and_attributes_passed_correctly (keys and values)."""
    url = system.queue()
    system.map(url)
    attributes = {
        "Title": {"DataType": "String", "StringValue": "The Whistler"},
        "WeeksOn": {"DataType": "Number", "StringValue": "6"},
        "Cover": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = system.sqs.send_message(QueueUrl=url, MessageBody="body", MessageAttributes=attributes)
    system.lab.run_until_idle()
    ((record,),) = [event["Records"] for event in system.events()]
    (receive,) = system.hops("receive")
    stamps = record["attributes"]
    assert int(stamps.pop("ApproximateFirstReceiveTimestamp")) == receive.time // 1000
    assert int(stamps.pop("SentTimestamp")) <= receive.time // 1000
    assert stamps.pop("SenderId")
    assert record.pop("receiptHandle")
    assert record == {
        "messageId": sent["MessageId"],
        "body": "body",
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {
            "Title": _shown("String", stringValue="The Whistler"),
            "WeeksOn": _shown("Number", stringValue="6"),
            "Cover": _shown("Binary", binaryValue="AP8="),
        },
        "md5OfBody": sent["MD5OfMessageBody"],
        "md5OfMessageAttributes": sent["MD5OfMessageAttributes"],
        "eventSource": "aws:sqs",
        "eventSourceARN": system.arn(url),
        "awsRegion": "us-east-1",
    }


def _shown(data_type: str, **value: str) -> dict[str, object]:
    return {**value, "stringListValues": [], "binaryListValues": [], "dataType": data_type}


def test_a_record_of_a_fifo_queue_has_its_group_and_number(system: System) -> None:
    """Recorded: test_report_batch_item_failures."""
    url = system.queue("orders.fifo", FifoQueue="true")
    system.map(url)
    sent = system.sqs.send_message(
        QueueUrl=url, MessageBody="m", MessageGroupId="1", MessageDeduplicationId="dedup-1"
    )
    system.lab.run_until_idle()
    ((record,),) = [event["Records"] for event in system.events()]
    assert set(record["attributes"]) == {
        "ApproximateReceiveCount", "SentTimestamp", "SequenceNumber", "MessageGroupId", "SenderId",
        "MessageDeduplicationId", "ApproximateFirstReceiveTimestamp",
    }  # fmt: skip
    assert record["attributes"]["MessageGroupId"] == "1"
    assert record["attributes"]["MessageDeduplicationId"] == "dedup-1"
    assert record["attributes"]["SequenceNumber"] == sent["SequenceNumber"]


@pytest.mark.parametrize("window", [0, 1])
def test_the_digest_of_no_attributes_is_null_with_a_window_only(system: System, window: int) -> None:
    """Recorded: events of mappings with a window have the key, with null; those without have no such key."""
    url = system.queue()
    system.map(url, MaximumBatchingWindowInSeconds=window)
    system.send(url, "m")
    system.lab.run_until_idle()
    ((record,),) = [event["Records"] for event in system.events()]
    assert record.get("md5OfMessageAttributes") is None
    assert ("md5OfMessageAttributes" in record) is bool(window)


def test_two_mappings_share_a_queue(system: System) -> None:
    """Each message goes to one of the two functions, as with any two consumers of a queue."""
    system.worker("second")
    url = system.queue()
    system.map(url)
    system.map(url, "second")
    for n in range(40):
        system.send(url, json.dumps({"n": n}))
        system.lab.advance(0.01)
    system.lab.run_until_idle()
    bodies = [body for name in ("worker", "second") for event in system.bodies(name) for body in event]
    assert sorted(json.loads(body)["n"] for body in bodies) == list(range(40))
    assert system.left_in(url) == []
