"""Event source mappings of SQS queues, as the Lambda Developer Guide and API Reference describe them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ParamValidationError
from lambda_learner import REPORTS, batches, connect, invoke, permit, seconds_of_invocations, worker
from learner import (
    arn_of,
    at,
    attribute,
    contents,
    counts,
    fifo,
    hops,
    post,
    queue,
    redrive,
    refused,
    send,
    send_many,
    set_attributes,
)

from workbook.aws.limits import limit

SLEEPS = "import time\n\ndef handler(event, context):\n    time.sleep({})\n"
FAILS = "import time\n\ndef handler(event, context):\n    time.sleep(1)\n    raise ValueError('no')\n"
ANSWERS = "def handler(event, context):\n    return {}\n"


def with_dead_letters(sqs, url, after):
    """Give a queue a dead-letter queue of its type; the URL of that."""
    dead = fifo(sqs, "dead.fifo") if url.endswith(".fifo") else queue(sqs, "dead")
    redrive(sqs, url, dead, after=after)
    return dead


def concurrency(lab):
    """How many batches were in progress when each began, itself included."""
    return [hop.facts["concurrency"] for hop in hops(lab, "batch")]


def test_lq_01_a_mapping_starts_with_5_batches_and_adds_300_a_minute(lab, sqs):
    assert (limit("lambda.sqs.initial-batches"), limit("lambda.sqs.added-batches")) == (5, 300)
    assert limit("lambda.sqs.largest") == 1_250
    url = queue(sqs, VisibilityTimeout=900)
    worker(lab, SLEEPS.format(800), Timeout=900)
    send_many(sqs, url, [f"m{n}" for n in range(200)])
    connect(lab, sqs, url, BatchSize=1)
    first = hops(lab, "invoke")[0].time
    lab.advance(31)
    begun = [(hop.time - first) / 1e6 for hop in hops(lab, "invoke")]
    assert sum(second < 0.2 for second in begun) == 5
    assert sum(second <= 30 for second in begun) == pytest.approx(5 + 150, abs=3)


def test_lq_02_maximum_concurrency_caps_a_mapping_without_throttles(lab, sqs):
    url = queue(sqs)
    worker(lab, SLEEPS.format(1))
    with pytest.raises(ParamValidationError, match="valid min value: 2"):  # boto3 knows the lower limit
        connect(lab, sqs, url, ScalingConfig={"MaximumConcurrency": 1})
    with refused("ValidationException", "maximumConcurrency"):
        connect(lab, sqs, url, ScalingConfig={"MaximumConcurrency": 1_001})
    send_many(sqs, url, [f"m{n}" for n in range(20)])
    connect(lab, sqs, url, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    lab.run_until_idle()
    assert len(concurrency(lab)) == 20
    assert max(concurrency(lab)) == 2
    assert hops(lab, "throttle") == []


def test_lq_03_a_batch_is_handed_over_when_its_window_ends_it_is_full_or_holds_6_mb(lab, sqs):
    url = queue(sqs, VisibilityTimeout=900)
    worker(lab)
    connect(lab, sqs, url, BatchSize=30, MaximumBatchingWindowInSeconds=20)
    start = lab.now
    send(sqs, url, "a", "b", "c")
    at(lab, start, 19)
    assert batches(lab) == []
    at(lab, start, 21)
    assert batches(lab) == [["a", "b", "c"]]
    send_many(sqs, url, [f"m{n}" for n in range(30)])
    lab.advance(1)
    assert [len(batch) for batch in batches(lab)] == [3, 30]
    for number in range(7):
        send(sqs, url, f"{number}" + "x" * 1_000_000)
    lab.advance(1)
    large = [hop.size for hop in hops(lab, "invoke")][2:]
    assert len(large) >= 1
    assert 6_000_000 < large[0] <= 6_291_456
    lab.advance(30)
    assert contents(lab, url) == []


def test_lq_04_more_than_10_messages_need_a_window_and_a_fifo_batch_has_at_most_10(lab, sqs):
    standard, strict = queue(sqs), fifo(sqs)
    worker(lab)
    with refused("InvalidParameterValueException", "Maximum batch window in seconds must be greater than 0"):
        connect(lab, sqs, standard, BatchSize=11)
    with refused("InvalidParameterValueException"):
        connect(lab, sqs, strict, BatchSize=11)
    with refused("InvalidParameterValueException", "Batching window is not supported for FIFO queues"):
        connect(lab, sqs, strict, MaximumBatchingWindowInSeconds=1)
    with refused("ValidationException", "batchSize"):
        connect(lab, sqs, standard, BatchSize=10_001, MaximumBatchingWindowInSeconds=1)
    with refused("ValidationException", "maximumBatchingWindowInSeconds"):
        connect(lab, sqs, standard, MaximumBatchingWindowInSeconds=301)
    assert connect(lab, sqs, standard, BatchSize=10_000, MaximumBatchingWindowInSeconds=300)
    assert connect(lab, sqs, strict, BatchSize=10)


def test_lq_05_one_exception_returns_the_whole_batch_after_the_visibility_timeout(lab, sqs):
    url = queue(sqs)
    dead = with_dead_letters(sqs, url, after=2)
    worker(lab)
    connect(lab, sqs, url)
    start = lab.now
    send_many(sqs, url, ["good", "fail", "fine"])
    lab.run_until_idle()
    assert batches(lab) == [["good", "fail", "fine"]] * 2
    assert seconds_of_invocations(lab, start) == pytest.approx([0, 30], abs=0.1)
    assert contents(lab, dead) == ["good", "fail", "fine"]
    assert [hop.facts["receive_count"] for hop in hops(lab, "receive")] == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("answer", "come_back"),
    [
        ("{'batchItemFailures': [{'itemIdentifier': event['Records'][0]['messageId']}]}", ["one"]),
        ("{'batchItemFailures': []}", []),
        ("{'batchItemFailures': None}", []),
        ("{}", []),
        ("None", []),
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", ["one", "two"]),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", ["one", "two"]),
        ("{'batchItemFailures': [{'id': event['Records'][0]['messageId']}]}", ["one", "two"]),
        ("{'batchItemFailures': [{'itemIdentifier': 'of no message'}]}", ["one", "two"]),
        ("1 / 0", ["one", "two"]),
    ],
)
def test_lq_06_report_batch_item_failures_returns_only_the_messages_it_names(lab, sqs, answer, come_back):
    url = queue(sqs)
    dead = with_dead_letters(sqs, url, after=1)
    worker(lab, ANSWERS.format(answer))
    connect(lab, sqs, url, **REPORTS)
    send_many(sqs, url, ["one", "two"])
    lab.run_until_idle()
    assert len(hops(lab, "invoke")) == 1
    assert contents(lab, dead) == come_back
    assert contents(lab, url) == []


def test_lq_07_a_fifo_mapping_works_on_each_group_in_order_and_stops_it_after_a_failure(lab, sqs):
    url, failing = fifo(sqs), fifo(sqs, "failing.fifo")
    worker(lab, SLEEPS.format(1), name="slow")
    sent = {group: [] for group in "abc"}
    for number in range(3):
        for group, ids in sent.items():
            ids += [answer["MessageId"] for answer in post(sqs, url, group, f"{group}{number}")]
    connect(lab, sqs, url, "slow", BatchSize=1)
    lab.run_until_idle()
    assert max(concurrency(lab)) == 3
    received = [hop.message for hop in hops(lab, "receive")]
    for ids in sent.values():
        assert [message_id for message_id in received if message_id in ids] == ids

    dead = with_dead_letters(sqs, failing, after=2)
    worker(lab)
    connect(lab, sqs, failing, **REPORTS)
    post(sqs, failing, "g", "good", "report-1", "report-2")  # the function names the failed one and the rest
    lab.run_until_idle()
    assert batches(lab) == [["good", "report-1", "report-2"], ["report-1", "report-2"]]
    assert contents(lab, dead) == ["report-1", "report-2"]


def test_lq_08_a_function_that_may_outlast_the_visibility_timeout_is_refused(lab, sqs):
    url = queue(sqs)
    worker(lab, Timeout=31)
    with refused(
        "InvalidParameterValueException",
        "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds",
    ):
        connect(lab, sqs, url)
    set_attributes(sqs, url, VisibilityTimeout=31)
    assert connect(lab, sqs, url)


def test_lq_09_a_message_that_no_filter_lets_through_is_deleted(lab, sqs):
    url = queue(sqs)
    worker(lab)
    pattern = json.dumps({"body": {"kind": ["order"], "total": [{"numeric": [">", 100]}]}})
    connect(lab, sqs, url, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    wanted = json.dumps({"kind": "order", "total": 101})
    send(sqs, url, wanted, json.dumps({"kind": "order", "total": 100}), json.dumps({"kind": "invoice"}))
    lab.run_until_idle()
    assert batches(lab) == [[wanted]]
    assert contents(lab, url) == []
    assert len(hops(lab, "filter")) == 2


def test_lq_10_the_dead_letter_queue_of_the_function_stays_empty_and_that_of_the_queue_fills(lab, sqs):
    url, of_function = queue(sqs), queue(sqs, "of-function")
    dead = with_dead_letters(sqs, url, after=2)
    worker(lab)
    permit(lab, "sqs:SendMessage")
    worker(lab, DeadLetterConfig={"TargetArn": arn_of(sqs, of_function)})
    connect(lab, sqs, url)
    send(sqs, url, "fail")
    lab.run_until_idle()
    assert contents(lab, of_function) == []
    assert contents(lab, dead) == ["fail"]


def test_lq_11_throttled_messages_burn_receive_counts_and_die_unprocessed(lab, sqs):
    url = queue(sqs)
    dead = with_dead_letters(sqs, url, after=3)
    worker(lab)
    lab.client("lambda").put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    connect(lab, sqs, url)
    start = lab.now
    send(sqs, url, "never seen by anybody")
    lab.run_until_idle()
    assert contents(lab, dead) == ["never seen by anybody"]
    assert hops(lab, "invoke") == []
    assert [hop.facts["receive_count"] for hop in hops(lab, "receive")] == [1, 2, 3]
    assert (lab.now - start).total_seconds() == pytest.approx(3 * 30, abs=1)


def test_lq_12_errors_lower_the_concurrency_of_a_mapping_unless_it_reports_item_failures(lab, sqs):
    def concurrency_with(name, **options):
        before = len(hops(lab, "batch"))
        url = queue(sqs, name)
        redrive(sqs, url, queue(sqs, f"dead-{name}"), after=1)
        send_many(sqs, url, [f"m{n}" for n in range(40)])
        connect(lab, sqs, url, BatchSize=1, **options)
        lab.run_until_idle()
        return concurrency(lab)[before:]

    worker(lab, FAILS)
    plain = concurrency_with("plain")
    assert max(plain[:5]) == 5
    assert max(plain[-10:]) == 1
    assert max(concurrency_with("reporting", **REPORTS)[-10:]) >= 5


# ---- further behaviours


def test_lq_13_the_function_sees_records_with_body_attributes_and_source(lab, sqs):
    url = queue(sqs)
    worker(lab, "def handler(event, context):\n    print('SAW', __import__('json').dumps(event))\n")
    connect(lab, sqs, url)
    attributes = {"tenant": {"DataType": "String", "StringValue": "a"}}
    sent = lab.now
    (message_id,) = send(sqs, url, "hello", MessageAttributes=attributes)
    lab.run_until_idle()
    (event,) = batches(lab)
    (record,) = event["Records"]
    assert record["messageId"] == message_id
    assert record["body"] == "hello"
    assert record["receiptHandle"]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == arn_of(sqs, url)
    assert record["awsRegion"] == "us-east-1"
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"]["SentTimestamp"] == str(round(sent.timestamp() * 1000))
    assert record["messageAttributes"]["tenant"]["stringValue"] == "a"
    assert record["messageAttributes"]["tenant"]["dataType"] == "String"


def test_lq_14_a_mapping_is_creating_and_then_enabled_and_cannot_be_changed_in_between(lab, sqs):
    url = queue(sqs)
    worker(lab)
    client = lab.client("lambda")
    created = client.create_event_source_mapping(EventSourceArn=arn_of(sqs, url), FunctionName="worker")
    assert created["State"] == "Creating"
    with refused("ResourceInUseException"):
        client.update_event_source_mapping(UUID=created["UUID"], BatchSize=5)
    lab.advance(60)
    shown = client.get_event_source_mapping(UUID=created["UUID"])
    assert (shown["State"], shown["StateTransitionReason"]) == ("Enabled", "USER_INITIATED")
    assert client.update_event_source_mapping(UUID=created["UUID"], BatchSize=5)["State"] == "Updating"
    lab.advance(60)
    assert client.get_event_source_mapping(UUID=created["UUID"])["BatchSize"] == 5


def test_lq_15_a_disabled_mapping_reads_nothing_and_goes_on_when_enabled(lab, sqs):
    url = queue(sqs)
    worker(lab)
    uuid = connect(lab, sqs, url)
    client = lab.client("lambda")
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    lab.advance(60)
    assert client.get_event_source_mapping(UUID=uuid)["State"] == "Disabled"
    send(sqs, url, "waits")
    lab.advance(hours=1)
    assert counts(sqs, url) == (1, 0, 0)
    client.update_event_source_mapping(UUID=uuid, Enabled=True)
    lab.run_until_idle()
    assert batches(lab) == [["waits"]]
    client.delete_event_source_mapping(UUID=uuid)
    lab.advance(60)
    with refused("ResourceNotFoundException"):
        client.get_event_source_mapping(UUID=uuid)
    send(sqs, url, "nobody reads this")
    lab.advance(hours=1)
    assert counts(sqs, url) == (1, 0, 0)


def test_lq_16_messages_that_are_there_already_are_read_when_the_mapping_is_made(lab, sqs):
    url = queue(sqs)
    worker(lab)
    send_many(sqs, url, ["one", "two", "three"])
    lab.advance(hours=1)
    connect(lab, sqs, url)
    lab.run_until_idle()
    assert batches(lab) == [["one", "two", "three"]]
    assert attribute(sqs, url, "ApproximateNumberOfMessages") == "0"


@pytest.mark.parametrize(
    ("pattern", "body", "passes"),
    [
        ({"body": ["stop"]}, "stop", True),
        ({"body": ["stop"]}, "go", False),
        ({"body": {"kind": ["order"]}}, "plain text", False),
        ({"body": {"kind": [{"exists": False}]}}, "plain text", False),
        ({"body": {"kind": [{"exists": False}]}}, "{}", True),
        ({"body": ["stop"]}, '{"kind": "order"}', False),
        ({"messageAttributes": {"a": {"stringValue": ["v"]}}}, "x", False),
    ],
)
def test_lq_17_a_filter_for_json_drops_plain_text_and_the_reverse(lab, sqs, pattern, body, passes):
    url = queue(sqs)
    worker(lab)
    connect(lab, sqs, url, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    send(sqs, url, body)
    lab.run_until_idle()
    assert batches(lab) == ([[body]] if passes else [])
    assert contents(lab, url) == []


def test_lq_18_a_mapping_has_at_most_5_filters_of_at_most_4096_characters(lab, sqs):
    url = queue(sqs)
    worker(lab)
    small = {"Pattern": '{"body": ["x"]}'}
    with refused("InvalidParameterValueException"):
        connect(lab, sqs, url, FilterCriteria={"Filters": [small] * 6})
    with refused("ValidationException"):
        long = {"Pattern": json.dumps({"body": ["x" * 4_096]})}
        connect(lab, sqs, url, FilterCriteria={"Filters": [long]})
    with refused("InvalidParameterValueException", "Invalid filter pattern definition."):
        connect(lab, sqs, url, FilterCriteria={"Filters": [{"Pattern": "{"}]})
    assert connect(lab, sqs, url, FilterCriteria={"Filters": [small] * 5})


def test_lq_19_one_mapping_connects_a_queue_and_a_function(lab, sqs):
    url = queue(sqs)
    worker(lab)
    connect(lab, sqs, url)
    with refused("ResourceConflictException"):
        connect(lab, sqs, url)
    with refused("InvalidParameterValueException", "Function does not exist"):
        connect(lab, sqs, url, "nobody")


def test_lq_20_empty_receives_of_pollers_are_requests_too(lab, sqs):
    url = queue(sqs)
    worker(lab)
    connect(lab, sqs, url)
    before = lab.billable().sqs_requests_by_operation.get("ReceiveMessage", 0)
    lab.advance(hours=1)
    after = lab.billable().sqs_requests_by_operation["ReceiveMessage"]
    assert after - before == 5 * 3_600 // 20  # five long polls of 20 seconds


def test_lq_21_a_function_that_runs_out_of_time_has_failed(lab, sqs):
    url = queue(sqs)
    dead = with_dead_letters(sqs, url, after=1)
    worker(lab, Timeout=3)
    connect(lab, sqs, url)
    send(sqs, url, "sleep 10")
    lab.run_until_idle()
    assert contents(lab, dead) == ["sleep 10"]
    assert [hop.outcome for hop in hops(lab, "invoke")] == ["Sandbox.Timedout"]


def test_lq_22_a_mapping_of_another_kind_of_source_is_refused_by_name(lab, sqs):
    worker(lab)
    client = lab.client("lambda")
    stream = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
    with refused("NotSimulatedByWorkbook", "Kinesis data streams"):
        client.create_event_source_mapping(
            EventSourceArn=stream, FunctionName="worker", StartingPosition="LATEST"
        )
    with refused("NotSimulatedByWorkbook", "ProvisionedPollerConfig"):
        connect(lab, sqs, queue(sqs), ProvisionedPollerConfig={"MinimumPollers": 2, "MaximumPollers": 5})
    assert invoke(lab, event={"Records": []})["StatusCode"] == 200


def test_lq_23_a_function_that_sends_to_its_own_queue_is_stopped_after_16_rounds(lab, sqs):
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": 2})
    url = sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    sends = "import boto3\nsqs = boto3.client('sqs')\ndef handler(event, context):\n"
    sends += f"    sqs.send_message(QueueUrl='{url}', MessageBody='again')"
    connect(lab, sqs, url, worker(lab, sends))
    sqs.send_message(QueueUrl=url, MessageBody="go")
    lab.run_until_idle()
    assert len(hops(lab, "invoke")) == 16
    assert contents(lab, dead) == ["again"]
