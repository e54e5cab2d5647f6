"""`lab.cost()`: what AWS would count, by whom, and what would have made it less.

Advice is checked by doing what it says: the same story is played again with the change, and counted.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook import Lab
from workbook.aws.billable import chunks
from workbook.engine import World
from workbook.engine.clock import SECOND
from workbook.flow.advice_on_functions import invocations_that_repeat
from workbook.flow.cost import cost_of

ARN = "arn:aws:sqs:us-east-1:123456789012:"


def advice(cost, change):
    """The one piece of advice that begins so."""
    (found,) = [one for one in cost.advice if one.change.startswith(change)]
    return found


def changes(cost):
    return [one.change for one in cost.advice]


def queue(sqs, name="orders", **attributes):
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def send(sqs, url, *bodies):
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)


def play(story):
    """Play a story in a lab of its own; returns its cost."""
    with Lab(seed=7) as lab:
        story(lab, lab.client("sqs"))
        return lab.cost()


# ---- what is counted


def test_nothing_costs_nothing(lab):
    assert repr(lab.cost()) == "nothing that AWS would count"
    assert lab.cost().frame().empty


def test_requests_are_counted_by_operation_and_by_who_made_them(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "tea")
    with lab.actor("cook"):
        sqs.receive_message(QueueUrl=url)
        sqs.receive_message(QueueUrl=url)
    rows = {(row.what, row.who): (row.calls, row.empty, row.units) for row in lab.cost().rows}
    assert rows == {
        ("CreateQueue", "you"): (1, None, 1),
        ("SendMessage", "you"): (1, None, 1),
        ("ReceiveMessage", "cook"): (2, 1, 2),
    }


def test_each_64_kilobytes_are_billed_as_one_request(lab, sqs):
    send(sqs, queue(sqs), "x" * 200_000)
    (row,) = [row for row in lab.cost().rows if row.what == "SendMessage"]
    assert (row.calls, row.units) == (1, 4)


def test_functions_are_counted_by_invocations_cold_starts_and_gigabyte_seconds(lab):
    lab.function("resize", "def handler(event, context):\n    return 1", MemorySize=512)
    for _ in range(3):
        lab.client("lambda").invoke(FunctionName="resize")
    invocations, seconds = [row for row in lab.cost().rows if row.service == "Lambda"]
    assert (invocations.units, invocations.unit, invocations.cold_starts) == (3, "invocations", 1)
    assert seconds.units == lab.billable().lambda_gigabyte_seconds > 0


def test_what_a_function_asks_for_is_its_own(lab, sqs):
    url = queue(sqs)
    code = (
        f"import boto3\ndef handler(event, context):\n    boto3.client('sqs').purge_queue(QueueUrl={url!r})"
    )
    lab.function("cleaner", code)
    lab.client("lambda").invoke(FunctionName="cleaner")
    assert [row.who for row in lab.cost().rows if row.what == "PurgeQueue"] == ["cleaner"]


def test_the_instances_of_a_group_are_one_caller():
    trace = World.for_tests().trace
    group = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:5:autoScalingGroupName/workers"
    for instance in ("i-1", "i-2"):
        trace.record("launch", group, instance=instance)
        trace.record("api-call", "sqs:ReceiveMessage", on=ARN + "orders", by=instance)
    (row,) = cost_of(trace, trace[-1].time).rows
    assert (row.who, row.calls, row.empty) == ("workers", 2, 2)


def test_calls_of_kms_and_cloudwatch_are_counted(lab):
    lab.client("kms").list_keys()
    lab.client("cloudwatch").list_metrics()
    lab.client("iam").list_roles()
    assert [(row.service, row.what) for row in lab.cost().rows] == [
        ("CloudWatch", "ListMetrics"),
        ("KMS", "ListKeys"),
    ]


def test_the_sums_are_those_of_billable(lab, sqs):
    url = queue(sqs)
    lab.function("work", "def handler(event, context):\n    return 1")
    lab.client("lambda").create_event_source_mapping(FunctionName="work", EventSourceArn=ARN + "orders")
    lab.advance(10)
    send(sqs, url, "tea", "x" * 100_000)
    lab.advance(hours=1)
    cost, billable = lab.cost(), lab.billable()
    assert cost.units("SQS", "requests") == billable.sqs_requests
    assert cost.units("Lambda", "invocations") == billable.lambda_invocations
    assert cost.units("Lambda", "GB-seconds") == pytest.approx(billable.lambda_gigabyte_seconds)


def test_the_frame_has_a_row_a_caller_operation_and_unit(lab, sqs):
    queue(sqs)
    frame = lab.cost().frame()
    assert list(frame.columns) == ["service", "what", "who", "calls", "empty", "cold_starts", "units", "unit"]
    assert frame.loc[0, "units"] == 1


def test_the_notebook_shows_tables_and_escapes_names(lab, sqs):
    with lab.actor("<b>cook</b>"):
        queue(sqs)
    html = lab.cost()._repr_html_()
    assert "<table>" in html
    assert "&lt;b&gt;cook&lt;/b&gt;" in html
    assert "<b>cook" not in html


# ---- what would have cost less, tried out


def test_one_long_poll_replaces_short_polls_in_vain():
    def story(wait):
        def play_it(lab, sqs):
            url = queue(sqs)
            with lab.actor("cook"):
                if wait:
                    sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
                else:
                    for _ in range(15):
                        sqs.receive_message(QueueUrl=url)
                        lab.advance(1)

        return play_it

    short, long = play(story(wait=False)), play(story(wait=True))
    found = advice(short, "WaitTimeSeconds=20")
    assert found.saves == short.units("SQS", "requests") - long.units("SQS", "requests") == 14
    assert "15 of 15 receives brought nothing" in found.reason
    assert "WaitTimeSeconds=20" not in changes(long)


def test_the_long_poll_would_have_brought_the_message_that_ended_the_row(lab, sqs):
    url = queue(sqs)
    with lab.actor("cook"):
        for _ in range(3):
            sqs.receive_message(QueueUrl=url)
            lab.advance(2)
    send(sqs, url, "tea")
    with lab.actor("cook"):
        assert "Messages" in sqs.receive_message(QueueUrl=url)
    assert advice(lab.cost(), "WaitTimeSeconds=20").saves == 3


def test_a_long_poll_ends_with_the_first_message_so_a_receive_of_several_is_not_replaced(lab, sqs):
    url = queue(sqs)
    with lab.actor("cook"):
        for _ in range(3):
            sqs.receive_message(QueueUrl=url)
            lab.advance(2)
    send(sqs, url, "tea", "cake")
    with lab.actor("cook"):
        assert len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]) == 2
    assert advice(lab.cost(), "WaitTimeSeconds=20").saves == 2


@pytest.mark.parametrize(
    ("pauses", "saves"),
    [([19.9], 1), ([20.1], 0), ([8, 8, 8], 2), ([30, 30], 0), ([1] * 41, 40)],
    ids=str,
)
def test_a_long_poll_waits_for_20_seconds_at_most(lab, sqs, pauses, saves):
    url = queue(sqs)
    sqs.receive_message(QueueUrl=url)
    for pause in pauses:
        lab.advance(pause - 0.001)  # a call takes a millisecond itself
        sqs.receive_message(QueueUrl=url)
    found = [one.saves for one in lab.cost().advice]
    assert found == ([saves] if saves else [])


def test_polls_between_which_the_caller_did_something_else_are_left_alone(lab, sqs):
    url = queue(sqs)
    for _ in range(5):
        sqs.receive_message(QueueUrl=url)
        sqs.list_queues()
    assert changes(lab.cost()) == []


def test_polls_at_two_queues_are_not_one(lab, sqs):
    urls = [queue(sqs, "orders"), queue(sqs, "invoices")]
    for url in urls * 3:
        sqs.receive_message(QueueUrl=url)
    assert changes(lab.cost()) == []


def test_two_callers_do_not_share_a_poll(lab, sqs):
    url = queue(sqs)
    for name in ("cook", "waiter"):
        with lab.actor(name):
            sqs.receive_message(QueueUrl=url)
    assert changes(lab.cost()) == []


def test_sends_in_a_row_are_batches_of_ten():
    bodies = [f"order {number}" for number in range(25)]

    def one_by_one(lab, sqs):
        send(sqs, queue(sqs), *bodies)

    def in_batches(lab, sqs):
        url = queue(sqs)
        for some in _tens(bodies):
            entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(some)]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)

    before, after = play(one_by_one), play(in_batches)
    saved = before.units("SQS", "requests") - after.units("SQS", "requests")
    assert advice(before, "SendMessageBatch").saves == saved == 22
    assert changes(after) == []


def _tens(things):
    return [things[start : start + 10] for start in range(0, len(things), 10)]


def test_sends_with_time_between_could_not_have_been_a_batch(lab, sqs):
    url = queue(sqs)
    for _ in range(3):
        send(sqs, url, "tea")
        lab.advance(1)
    assert changes(lab.cost()) == []


def test_a_batch_takes_one_mebibyte(lab, sqs):
    send(sqs, queue(sqs), "x" * 600_000, "x" * 600_000)
    assert "SendMessageBatch" not in changes(lab.cost())


def test_messages_in_a_batch_share_chunks_of_64_kilobytes(lab, sqs):
    send(sqs, queue(sqs), *["x" * 40_000] * 3)
    assert advice(lab.cost(), "SendMessageBatch").saves == 3 - chunks(120_000) == 1


def test_what_one_receive_brought_can_be_deleted_by_one_request():
    def story(batch):
        def play_it(lab, sqs):
            url = queue(sqs)
            entries = [{"Id": str(number), "MessageBody": "tea"} for number in range(10)]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
            got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
            handles = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(got)]
            if batch:
                sqs.delete_message_batch(QueueUrl=url, Entries=handles)
            else:
                for handle in handles:
                    lab.advance(1)
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=handle["ReceiptHandle"])

        return play_it

    before, after = play(story(batch=False)), play(story(batch=True))
    saved = before.units("SQS", "requests") - after.units("SQS", "requests")
    assert advice(before, "DeleteMessageBatch").saves == saved == 9
    assert changes(after) == []


def test_deletes_are_not_put_off_beyond_the_visibility_timeout(lab, sqs):
    url = queue(sqs, VisibilityTimeout="3")
    entries = [{"Id": str(number), "MessageBody": "tea"} for number in range(4)]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)
    for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        lab.advance(1)
    assert "DeleteMessageBatch" not in changes(lab.cost())


def consume(lab, sqs, url, *, most, pause):
    """Receive, work and delete until nothing is left to be had."""
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most).get("Messages"):
        for one in got:
            lab.advance(pause)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])


def test_messages_that_lie_there_can_be_received_ten_at_a_time():
    def story(most):
        def play_it(lab, sqs):
            url = queue(sqs)
            for _ in range(2):
                entries = [{"Id": str(number), "MessageBody": "tea"} for number in range(10)]
                sqs.send_message_batch(QueueUrl=url, Entries=entries)
            consume(lab, sqs, url, most=most, pause=1)

        return play_it

    one, ten = play(story(1)), play(story(10))
    saved = one.units("SQS", "requests") - ten.units("SQS", "requests")
    assert advice(one, "MaxNumberOfMessages=10").saves == saved == 18
    assert "MaxNumberOfMessages=10" not in changes(ten)


def test_ten_at_a_time_must_be_done_within_one_visibility_timeout(lab, sqs):
    url = queue(sqs, VisibilityTimeout="30")
    send(sqs, url, *["tea"] * 6)
    consume(lab, sqs, url, most=1, pause=12)  # two in 30 s
    assert advice(lab.cost(), "MaxNumberOfMessages=10").saves == 3


def test_a_message_that_was_not_there_yet_could_not_have_been_received(lab, sqs):
    url = queue(sqs)
    for _ in range(3):
        send(sqs, url, "tea")
        consume(lab, sqs, url, most=1, pause=0)
    assert "MaxNumberOfMessages=10" not in changes(lab.cost())


def test_large_messages_are_counted_several_times(lab, sqs):
    send(sqs, queue(sqs), "x" * 200_000)
    found = advice(lab.cost(), "messages below 64 KB")
    assert (found.saves, found.where) == (3, "orders")


# ---- Lambda


def with_function(lab, code="def handler(event, context):\n    return 1", **mapping):
    url = queue(lab.client("sqs"), VisibilityTimeout="600")
    lab.function("work", code, MemorySize=256)
    lab.client("lambda").create_event_source_mapping(
        FunctionName="work", EventSourceArn=ARN + "orders", **mapping
    )
    lab.advance(10)
    return url


def test_idle_pollers_ask_as_long_as_the_mapping_is_enabled(lab):
    with_function(lab)
    before = lab.cost()
    lab.advance(hours=1)
    after = lab.cost()
    an_hour = after.units("SQS", "requests") - before.units("SQS", "requests")
    assert an_hour == 5 * 3600 // 20
    assert advice(after, "fewer idle pollers").saves >= an_hour


def test_a_batching_window_makes_one_invocation_of_several():
    def story(**mapping):
        def play_it(lab, sqs):
            url = with_function(lab, **mapping)
            for _ in range(30):
                send(sqs, url, "tea")
                lab.advance(0.7)
            lab.advance(minutes=1)

        return play_it

    without = play(story())
    found = advice(without, "MaximumBatchingWindowInSeconds")
    window = int(found.change.partition("=")[2])
    assert 2 * found.saves >= found.of == 30
    with_window = play(story(BatchSize=100, MaximumBatchingWindowInSeconds=window))
    assert found.of - found.saves == with_window.units("Lambda", "invocations")


def test_batches_far_apart_are_left_alone(lab, sqs):
    url = with_function(lab)
    for _ in range(3):
        send(sqs, url, "tea")
        lab.advance(400)
    assert not any(change.startswith("MaximumBatching") for change in changes(lab.cost()))


FAILS_AT_FIRST = """
tried = []

def handler(event, context):
    tried.append(event)
    if len(tried) <= FAILURES:
        raise ValueError("not yet")
"""


def test_what_fails_is_billed_again_each_time_it_comes_back():
    def story(failures):
        def play_it(lab, sqs):
            url = with_function(lab, FAILS_AT_FIRST.replace("FAILURES", str(failures)))
            send(sqs, url, "tea")
            lab.advance(minutes=25)

        return play_it

    twice, never = play(story(2)), play(story(0))
    saved = twice.units("Lambda", "invocations") - never.units("Lambda", "invocations")
    assert advice(twice, "no failures").saves == saved == 2
    assert "no failures" not in changes(never)


def run_batch(trace, *messages, fails=False):
    """Messages are received and go through one invocation; if it fails, they come back."""
    receives = [trace.record("receive", ARN + "orders", message=name) for name in messages]
    batch = trace.record("batch", "the mapping", causes=receives, messages=len(messages))
    invocation = trace.record("invoke", "work", causes=[batch], memory=128, billed_milliseconds=1)
    if fails:
        for name in messages:
            trace.record("return", ARN + "orders", message=name, causes=[invocation])
    return invocation


def test_an_invocation_that_has_something_new_as_well_is_no_repetition():
    trace = World.for_tests().trace
    run_batch(trace, "a", "b", fails=True)
    run_batch(trace, "a", "new")
    again = run_batch(trace, "b")
    invocations = [hop for hop in trace if hop.kind == "invoke"]
    assert invocations_that_repeat(list(trace), invocations) == {ARN + "orders": [again]}


def test_half_the_memory_is_half_the_gigabyte_seconds(lab):
    lab.function("work", "def handler(event, context):\n    return 1", MemorySize=256)
    lab.client("lambda").invoke(FunctionName="work")
    found = advice(lab.cost(), "MemorySize=128")
    assert found.saves == pytest.approx(lab.billable().lambda_gigabyte_seconds / 2)
    assert "only a measurement tells" in found.reason


def test_less_than_128_megabytes_are_not_advised(lab):
    lab.function("work", "def handler(event, context):\n    return 1", MemorySize=128)
    lab.client("lambda").invoke(FunctionName="work")
    assert changes(lab.cost()) == []


# ---- always


actions = st.sampled_from(["send", "receive", "receive ten", "long poll", "delete", "wait", "large", "other"])


@settings(max_examples=25, deadline=None)
@given(st.lists(actions, max_size=25))
def test_advice_never_saves_more_than_was_counted_and_the_sums_agree(happened):
    with Lab(seed=7) as lab:
        sqs = lab.client("sqs")
        url, got = queue(sqs), []
        for action in happened:
            _act(lab, sqs, url, action, got)
        cost, billable = lab.cost(), lab.billable()
    assert cost.units("SQS", "requests") == billable.sqs_requests
    by_change = {one.change: one for one in cost.advice}
    assert len(by_change) == len(cost.advice)
    assert all(0 < one.saves < one.of == billable.sqs_requests for one in cost.advice)
    counted = {row.what: row.units for row in cost.rows}
    for change, operation in [
        ("WaitTimeSeconds=20", "ReceiveMessage"),
        ("MaxNumberOfMessages=10", "ReceiveMessage"),
        ("SendMessageBatch", "SendMessage"),
        ("DeleteMessageBatch", "DeleteMessage"),
    ]:
        if change in by_change:
            assert by_change[change].saves < counted[operation]


def _act(lab, sqs, url, action, got):
    if action in {"send", "large"}:
        send(sqs, url, "x" * (100_000 if action == "large" else 1))
    elif action in {"receive", "receive ten", "long poll"}:
        most, wait = (10 if action == "receive ten" else 1), (5 if action == "long poll" else 0)
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, WaitTimeSeconds=wait)
        got += answer.get("Messages", [])
    elif action == "delete" and got:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=got.pop()["ReceiptHandle"])
    elif action == "wait":
        lab.advance(7)
    else:
        sqs.list_queues()


@pytest.mark.parametrize("pause", [0.001, 1, 30])
def test_twice_the_trace_is_twice_the_work(pause):
    assert _hops_read(400, pause) <= 2 * _hops_read(200, pause)


def _hops_read(polls, pause):
    """How many hops were looked at for the cost of so many sends and polls, some of them in vain."""
    world = World.for_tests()
    for number in range(polls):
        for operation, kind in [("SendMessage", "send"), ("ReceiveMessage", "receive")]:
            call = world.trace.record("api-call", f"sqs:{operation}", on=ARN + "orders")
            if number % 3 == 0:
                message = str(number)
                world.trace.record(
                    kind, ARN + "orders", message=message, causes=[call], visible_at=world.clock.now
                )
            world.clock.move_to(world.clock.now + round(pause * SECOND))
    hops = _Counting(world.trace)
    cost_of(hops, world.clock.now)
    return hops.taken


class _Counting(list):
    """A list that counts how many of its items are taken."""

    taken = 0

    def __iter__(self):
        for item in super().__iter__():
            self.taken += 1
            yield item

    def __getitem__(self, index):
        self.taken += 1
        return super().__getitem__(index)
