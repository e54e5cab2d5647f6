"""FIFO queues: order by group, exactly-once sending, retried receives, throughput."""

import pytest
from message_plane import Desk, bodies, change, draft

from workbook.aws.sqs import delivery, errors
from workbook.engine.seeds import Chaos


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def queue(desk):
    return desk.queue("orders.fifo")


def send(queue, *texts, **parts):
    """Send messages named by group and number: "A1" is the first of group A."""
    return [queue.send(draft(text, group_id=text[0], deduplication_id=text, **parts)) for text in texts]


def delete(queue, deliveries):
    for received in deliveries:
        queue.delete(received.receipt_handle)


def test_sqs_25_a_group_in_flight_is_blocked_and_others_are_not(queue):
    send(queue, "A1", "A2", "B1")
    assert bodies(queue.receive(1, None)) == ["A1"]
    assert bodies(queue.receive(10, None)) == ["B1"]
    assert queue.receive(10, None) == []


def test_sqs_26_one_receive_takes_several_of_a_group_in_order_before_the_next_group(queue):
    send(queue, "A1", "B1", "A2", "B2", "A3")
    assert bodies(queue.receive(4, None)) == ["A1", "A2", "A3", "B1"]
    assert queue.receive(10, None) == []  # B2 waits for B1


def test_deleting_all_that_is_in_flight_frees_the_group(queue):
    send(queue, "A1", "A2", "A3")
    first, second = queue.receive(2, None)
    delete(queue, [first])
    assert queue.receive(10, None) == []
    delete(queue, [second])
    assert bodies(queue.receive(10, None)) == ["A3"]


def test_several_of_a_group_come_again_in_order_after_the_timeout(desk, queue):
    send(queue, "A1", "A2", "A3", "B1")
    assert bodies(queue.receive(2, None)) == ["A1", "A2"]
    desk.advance(30)
    assert bodies(queue.receive(10, None)) == ["B1", "A1", "A2", "A3"]


def test_a_group_waits_for_the_first_of_its_messages(desk, queue):
    send(queue, "A1", "A2")
    _, second = queue.receive(2, None)
    queue.change_visibility(second.receipt_handle, 10)
    desk.advance(10)
    assert queue.counts().visible == 1
    assert queue.receive(10, None) == []
    desk.advance(20)
    assert bodies(queue.receive(10, None)) == ["A1", "A2"]


def test_an_expired_message_in_flight_frees_its_group(desk):
    queue = desk.queue("orders.fifo", message_retention_period=60)
    send(queue, "A1")
    queue.receive(1, 600)
    desk.advance(30)
    send(queue, "A2")
    assert queue.next_change() == desk.now + 30_000_000
    desk.advance(30)
    assert bodies(queue.receive(10, None)) == ["A2"]


def test_sqs_07_deleting_after_the_timeout_is_refused_with_the_text_of_aws(desk, queue):
    send(queue, "A1")
    (received,) = queue.receive(1, None)
    desk.advance(30)
    with pytest.raises(errors.InvalidParameterValue) as refused:
        queue.delete(received.receipt_handle)
    assert refused.value.message == (
        f"Value {received.receipt_handle} for parameter ReceiptHandle is invalid. "
        "Reason: The receipt handle has expired."
    )
    assert queue.counts().visible == 1


def test_a_fifo_handle_of_an_earlier_receive_is_refused(desk, queue):
    send(queue, "A1")
    (first,) = queue.receive(1, None)
    desk.advance(30)
    (second,) = queue.receive(1, None)
    with pytest.raises(errors.InvalidParameterValue, match="has expired"):
        queue.delete(first.receipt_handle)
    delete(queue, [second])
    assert queue.counts() == (0, 0, 0)


def test_sqs_11_only_the_delay_of_the_queue_counts(desk):
    queue = desk.queue("orders.fifo", delay_seconds=5)
    send(queue, "A1")
    assert queue.counts() == (0, 0, 1)
    desk.advance(5)
    assert bodies(queue.receive(1, None)) == ["A1"]


@pytest.mark.parametrize(("delay", "visible"), [(0, ["A1", "A2", "B1"]), (20, [])])
def test_another_delay_of_a_fifo_queue_counts_for_what_is_there(desk, delay, visible):
    queue = desk.queue("orders.fifo", delay_seconds=5)
    send(queue, "A1", "B1")
    desk.advance(6)
    send(queue, "A2")
    change(queue, delay_seconds=delay)
    assert bodies(queue.receive(10, 0)) == visible
    desk.advance(20)
    assert bodies(queue.receive(10, None)) == ["A1", "A2", "B1"]


# ---- deduplication


def test_sqs_22_a_duplicate_is_accepted_and_dropped_even_after_the_deletion(desk, queue):
    (original,) = send(queue, "A1")
    delete(queue, queue.receive(1, None))
    desk.advance(299.999)
    (duplicate,) = send(queue, "A1")
    assert queue.receive(10, None) == []
    assert duplicate.message_id == original.message_id
    assert duplicate.sequence_number == original.sequence_number
    assert desk.hops("deduplicate")[-1].message == original.message_id


def test_sqs_22_after_five_minutes_it_is_a_new_message(desk, queue):
    (original,) = send(queue, "A1")
    delete(queue, queue.receive(1, None))
    desk.advance(300)
    (again,) = send(queue, "A1")
    assert again.message_id != original.message_id
    assert bodies(queue.receive(10, None)) == ["A1"]


def test_a_duplicate_does_not_prolong_the_interval(desk, queue):
    send(queue, "A1")
    desk.advance(200)
    send(queue, "A1")
    desk.advance(100)
    send(queue, "A1")
    assert queue.counts().visible == 2


@pytest.mark.parametrize(("scope", "delivered"), [("queue", 1), ("messageGroup", 2)])
def test_the_scope_of_deduplication(desk, scope, delivered):
    queue = desk.queue("orders.fifo", deduplication_scope=scope)
    queue.send(draft("x", group_id="A", deduplication_id="same"))
    queue.send(draft("y", group_id="B", deduplication_id="same"))
    assert queue.counts().visible == delivered


def test_sequence_numbers_have_20_digits_and_grow(queue):
    numbers = [message.sequence_number for message in send(queue, *(f"A{n}" for n in range(200)))]
    assert numbers == sorted(set(numbers))
    assert all(len(number) == 20 and number.isdigit() for number in numbers)


def test_standard_queues_have_no_sequence_numbers(desk):
    assert desk.queue("plain").send(draft()).sequence_number is None


# ---- receive attempts


def test_sqs_27_the_same_attempt_returns_the_same_messages_and_handles(desk, queue):
    send(queue, "A1", "A2")
    first = queue.receive(10, 60, "attempt")
    desk.advance(50)
    again = queue.receive(10, 60, "attempt")
    assert [d.receipt_handle for d in again] == [d.receipt_handle for d in first]
    assert [d.receive_count for d in again] == [1, 1]
    desk.advance(50)  # the retry has hidden the messages anew
    delete(queue, again)
    assert queue.counts() == (0, 0, 0)


@pytest.mark.parametrize("touch", ["deleted", "hidden longer", "shown at once", "received again"])
def test_an_attempt_whose_messages_were_touched_cannot_be_repeated(desk, queue, touch):
    send(queue, "A1", "A2")
    first = queue.receive(10, 60, "attempt")
    if touch == "deleted":
        delete(queue, first[:1])
    elif touch == "received again":
        desk.advance(60)
        queue.receive(10, 60, "another")
    else:
        queue.change_visibility(first[0].receipt_handle, 120 if touch == "hidden longer" else 0)
    before = queue.counts()
    with pytest.raises(errors.InvalidParameterValue, match="the receive call is not retryable"):
        queue.receive(10, 60, "attempt")
    assert queue.counts() == before


def test_an_attempt_whose_visibility_timeout_has_ended_is_a_new_one(desk, queue):
    send(queue, "A1", "A2")
    first = queue.receive(10, 60, "attempt")
    desk.advance(60)
    again = queue.receive(10, 60, "attempt")
    assert bodies(again) == ["A1", "A2"]
    assert {d.receipt_handle for d in first}.isdisjoint(d.receipt_handle for d in again)


def test_an_attempt_is_forgotten_after_five_minutes(desk, queue):
    send(queue, "A1")
    queue.receive(10, 600, "attempt")
    desk.advance(300)
    assert queue.receive(10, 600, "attempt") == []


# ---- limits


def test_sqs_29_a_fifo_queue_returns_nothing_at_its_limit(desk, queue, monkeypatch):
    monkeypatch.setattr(delivery, "IN_FLIGHT_LIMIT", 3)
    send(queue, "A1", "B1", "C1", "D1")
    assert len(queue.receive(10, None)) == 3
    assert queue.receive(10, None) == []


def admitted(queue, action, calls, groups=()):
    count = 0
    for _ in range(calls):
        try:
            queue.admit(action, groups)
        except errors.RequestThrottled:
            continue
        count += 1
    return count


def test_sqs_28_more_than_300_calls_a_second_are_throttled(desk, queue):
    assert admitted(queue, "SendMessage", 200, ["A"]) == 200
    assert admitted(queue, "SendMessageBatch", 200, ["B"]) == 100  # a batch is one call of the same action
    assert admitted(queue, "ReceiveMessage", 400) == 300
    assert admitted(queue, "ChangeMessageVisibility", 400) == 400
    desk.advance(1)
    assert admitted(queue, "SendMessage", 400, ["A"]) == 300
    assert desk.hops("throttle")[0].outcome == "RequestThrottled"


def test_sqs_28_high_throughput_counts_by_group(desk):
    queue = desk.queue(
        "orders.fifo", deduplication_scope="messageGroup", fifo_throughput_limit="perMessageGroupId"
    )
    assert admitted(queue, "SendMessage", 400, ["A"]) == 300
    assert admitted(queue, "SendMessage", 400, ["B"]) == 300
    assert admitted(queue, "SendMessageBatch", 5, ["A", "C"]) == 0
    assert admitted(queue, "SendMessageBatch", 400, ["C", "D"]) == 300
    assert admitted(queue, "ReceiveMessage", 1000) == 1000


def test_a_standard_queue_is_never_throttled(desk):
    assert admitted(desk.queue("plain"), "SendMessage", 1000) == 1000


def test_chance_never_touches_a_fifo_queue():
    queue = Desk(chaos=Chaos(1.0, 1.0, 1.0)).queue("orders.fifo")
    send(queue, "A1", "A2", "B1")
    assert bodies(queue.receive_waiting(10, None, 0)) == ["A1", "A2", "B1"]
    assert queue.receive_waiting(10, None, 0) == []


def test_groups_that_are_empty_are_forgotten(queue):
    for number in range(500):
        queue.send(draft("x", group_id=f"g{number}", deduplication_id=str(number)))
        delete(queue, queue.receive(1, None))
    assert queue._core.storage.fifo._groups == {}
