"""Standard queues as the Amazon SQS Developer Guide describes them. Ids are those of docs/fidelity.md."""

import pytest
from message_plane import Desk, bodies, change, draft

from workbook.aws.sqs import delivery, errors
from workbook.engine.clock import SECOND

DAY = 86_400


@pytest.fixture
def desk():
    return Desk()


def test_messages_come_in_the_order_of_sending_when_chance_is_off(desk):
    queue = desk.queue()
    for number in range(25):
        queue.send(draft(str(number)))
    received = [body for _ in range(3) for body in bodies(queue.receive(10, None))]
    assert received == [str(number) for number in range(25)]


def test_sqs_01_an_undeleted_message_comes_again_with_a_new_handle(desk):
    queue = desk.queue()
    queue.send(draft())
    (first,) = queue.receive(1, None)
    desk.advance(29.999_999)
    assert queue.receive(1, None) == []
    desk.advance(0.000_001)
    (second,) = queue.receive(1, None)
    assert (first.receive_count, second.receive_count) == (1, 2)
    assert second.message.message_id == first.message.message_id
    assert second.receipt_handle != first.receipt_handle
    assert second.first_received == first.first_received


def test_sqs_02_a_changed_visibility_counts_from_the_call(desk):
    queue = desk.queue(visibility_timeout=60)
    queue.send(draft())
    (first,) = queue.receive(1, None)
    desk.advance(15)
    queue.change_visibility(first.receipt_handle, 10)
    desk.advance(9.999_999)
    assert queue.receive(1, None) == []
    desk.advance(0.000_001)
    assert len(queue.receive(1, None)) == 1


def test_sqs_03_visibility_zero_shows_the_message_at_once(desk):
    queue = desk.queue()
    queue.send(draft())
    (first,) = queue.receive(1, None)
    queue.change_visibility(first.receipt_handle, 0)
    assert queue.counts().visible == 1
    assert len(queue.receive(1, None)) == 1


def test_a_receive_with_visibility_zero_leaves_the_message_visible(desk):
    queue = desk.queue()
    queue.send(draft())
    for count in (1, 2, 3):
        (received,) = queue.receive(10, 0)
        assert received.receive_count == count
        assert queue.counts() == (1, 0, 0)


def test_sqs_04_changed_visibility_is_forgotten(desk):
    queue = desk.queue(visibility_timeout=60)
    queue.send(draft())
    (first,) = queue.receive(1, None)
    queue.change_visibility(first.receipt_handle, 5)
    desk.advance(5)
    (second,) = queue.receive(1, None)
    assert second.visible_at == desk.now + 60 * SECOND


def test_sqs_05_twelve_hours_from_the_receive_are_the_limit(desk):
    queue = desk.queue()
    queue.send(draft())
    desk.advance(DAY)  # the age of the message does not matter, only the receive does
    (received,) = queue.receive(1, None)
    desk.advance(10)
    with pytest.raises(errors.InvalidParameterValue) as refused:
        queue.change_visibility(received.receipt_handle, 43_191)
    assert refused.value.message == (
        "Value 43191 for parameter VisibilityTimeout is invalid. Reason: "
        "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
    )
    queue.change_visibility(received.receipt_handle, 43_190)
    assert queue.next_change() == desk.now + 43_190 * SECOND


def test_a_message_that_is_visible_again_can_be_hidden(desk):
    queue = desk.queue()
    queue.send(draft())
    (received,) = queue.receive(1, None)
    desk.advance(30)
    queue.change_visibility(received.receipt_handle, 10)
    assert queue.receive(1, None) == []
    desk.advance(10)
    assert len(queue.receive(1, None)) == 1


def test_a_message_that_is_visible_stays_so_with_a_timeout_of_zero(desk):
    queue = desk.queue()
    queue.send(draft())
    (received,) = queue.receive(1, 0)
    queue.change_visibility(received.receipt_handle, 0)
    assert queue.counts().visible == 1


def test_fifo_visibility_cannot_be_changed_when_the_message_is_visible_again(desk):
    queue = desk.queue("orders.fifo")
    queue.send(draft(group_id="A", deduplication_id="1"))
    (received,) = queue.receive(1, None)
    desk.advance(30)
    with pytest.raises(errors.MessageNotInflight):
        queue.change_visibility(received.receipt_handle, 10)


@pytest.mark.parametrize("name", ["orders", "orders.fifo"])
def test_visibility_cannot_be_changed_of_a_message_that_was_deleted(desk, name):
    queue = desk.queue(name)
    queue.send(draft(group_id="A", deduplication_id="1"))
    (received,) = queue.receive(1, None)
    queue.delete(received.receipt_handle)
    with pytest.raises(errors.InvalidParameterValue, match="not available for visibility timeout change"):
        queue.change_visibility(received.receipt_handle, 10)


def test_fifo_visibility_cannot_be_changed_with_the_handle_of_an_earlier_receive(desk):
    queue = desk.queue("orders.fifo")
    queue.send(draft(group_id="A", deduplication_id="1"))
    (received,) = queue.receive(1, 0)
    queue.receive(1, None)
    with pytest.raises(errors.InvalidParameterValue, match="not available for visibility timeout change"):
        queue.change_visibility(received.receipt_handle, 10)


def test_sqs_06_an_old_receipt_handle_succeeds_but_the_message_stays(desk):
    queue = desk.queue()
    queue.send(draft())
    (first,) = queue.receive(1, None)
    desk.advance(30)
    (second,) = queue.receive(1, None)
    queue.delete(first.receipt_handle)
    assert queue.counts().in_flight == 1
    assert desk.hops("delete")[-1].facts["kept"] is True
    queue.delete(second.receipt_handle)
    assert queue.counts() == (0, 0, 0)


def test_the_latest_handle_deletes_even_after_the_visibility_timeout(desk):
    queue = desk.queue()
    queue.send(draft())
    (received,) = queue.receive(1, None)
    desk.advance(100)
    queue.delete(received.receipt_handle)
    assert queue.counts() == (0, 0, 0)


def test_deleting_twice_succeeds(desk):
    queue = desk.queue()
    queue.send(draft())
    (received,) = queue.receive(1, None)
    queue.delete(received.receipt_handle)
    queue.delete(received.receipt_handle)
    assert desk.hops("delete")[-1].facts["already_deleted"] is True


@pytest.mark.parametrize("handle", ["garbage", "", "QUVFQg==", "AQEB" * 22, "é", "a" * 500])
def test_a_made_up_receipt_handle_is_refused_with_the_text_of_aws(desk, handle):
    queue = desk.queue()
    for operation in (queue.delete, lambda text: queue.change_visibility(text, 1)):
        with pytest.raises(errors.ReceiptHandleIsInvalid) as refused:
            operation(handle)
        assert refused.value.message == f'The input receipt handle "{handle}" is not a valid receipt handle.'


def test_a_receipt_handle_of_another_queue_is_refused(desk):
    orders, others = desk.queue("orders"), desk.queue("others")
    orders.send(draft())
    (received,) = orders.receive(1, None)
    with pytest.raises(errors.ReceiptHandleIsInvalid):
        others.delete(received.receipt_handle)


def test_sqs_08_a_message_vanishes_when_its_age_reaches_retention(desk):
    queue = desk.queue(message_retention_period=60)
    message = queue.send(draft())
    desk.advance(59.999_999)
    assert queue.counts().visible == 1
    desk.advance(0.000_001)
    assert queue.receive(10, None) == []
    assert queue.counts() == (0, 0, 0)
    (expired,) = desk.hops("expire")
    assert expired.message == message.message_id
    assert expired.facts["expired_at"] == message.sent + 60 * SECOND


def test_sqs_08_retention_ends_in_flight_and_delayed_messages_too(desk):
    queue = desk.queue(message_retention_period=60)
    queue.send(draft("in flight"))
    (received,) = queue.receive(1, 600)
    queue.send(draft("delayed", delay_seconds=900))
    desk.advance(60)
    assert queue.counts() == (0, 0, 0)
    assert [hop.facts["was"] for hop in desk.hops("expire")] == ["in flight", "delayed"]
    queue.delete(received.receipt_handle)  # gone already: succeeds
    assert queue.next_change() is None


def test_an_expired_message_does_not_hide_a_younger_one(desk):
    queue = desk.queue(message_retention_period=60)
    queue.send(draft("old"))
    desk.advance(30)
    queue.send(draft("new"))
    desk.advance(30)
    assert bodies(queue.receive(10, None)) == ["new"]


def test_sqs_09_lower_retention_deletes_what_is_older(desk):
    queue = desk.queue()
    queue.send(draft("old"))
    desk.advance(100)
    queue.send(draft("new"))
    change(queue, message_retention_period=60)
    assert [snapshot.body for snapshot in queue.contents()] == ["new"]


def test_sqs_10_a_delayed_message_counts_as_delayed_until_the_delay_ends(desk):
    queue = desk.queue(delay_seconds=10)
    queue.send(draft("by the queue"))
    queue.send(draft("by the message", delay_seconds=5))
    queue.send(draft("at once", delay_seconds=0))
    assert queue.counts() == (1, 0, 2)
    desk.advance(5)
    assert queue.counts() == (2, 0, 1)
    desk.advance(5)
    assert queue.counts() == (3, 0, 0)


def test_another_delay_of_a_standard_queue_is_not_retroactive(desk):
    queue = desk.queue(delay_seconds=10)
    queue.send(draft())
    change(queue, delay_seconds=0)
    assert queue.counts() == (0, 0, 1)


def test_sqs_14_never_more_than_asked_for(desk):
    queue = desk.queue()
    for _ in range(12):
        queue.send(draft())
    assert len(queue.receive(1, None)) == 1
    assert len(queue.receive(10, None)) == 10
    assert len(queue.receive(10, None)) == 1


def test_sqs_29_a_standard_queue_answers_over_limit(desk, monkeypatch):
    monkeypatch.setattr(delivery, "IN_FLIGHT_LIMIT", 5)
    queue = desk.queue()
    for _ in range(8):
        queue.send(draft())
    assert len(queue.receive(10, None)) == 5
    with pytest.raises(errors.OverLimit, match="received without being deleted"):
        queue.receive_waiting(1, None, 0)
    assert queue.receive(1, None) == []
    desk.advance(30)
    assert len(queue.receive(1, None)) == 1


def test_a_message_received_three_times_goes_to_the_back(desk):
    queue = desk.queue()
    queue.send(draft("poison"))
    queue.send(draft("good"))
    for _ in range(2):
        assert bodies(queue.receive(1, 0)) == ["poison"]
    assert bodies(queue.receive(1, 0)) == ["poison"]
    assert bodies(queue.receive(1, 0)) == ["good"]


def test_sqs_32_purge_deletes_everything_and_only_once_a_minute(desk):
    queue = desk.queue()
    queue.send(draft("in flight"))
    (received,) = queue.receive(1, None)
    queue.send(draft("visible"))
    queue.send(draft("delayed", delay_seconds=10))
    queue.purge()
    assert queue.counts() == (0, 0, 0)
    queue.delete(received.receipt_handle)
    desk.advance(59.999)
    with pytest.raises(
        errors.PurgeQueueInProgress, match="Only one PurgeQueue operation on orders is allowed"
    ):
        queue.purge()
    desk.advance(0.001)
    queue.purge()


def test_a_deleted_queue_refuses_everything(desk):
    queue = desk.queue()
    queue.close()
    for operation in (
        lambda: queue.send(draft()),
        lambda: queue.receive(1, None),
        lambda: queue.receive_waiting(1, None, 20),
        lambda: queue.delete("x"),
        lambda: queue.change_visibility("x", 1),
        queue.purge,
        queue.counts,
    ):
        with pytest.raises(errors.QueueDoesNotExist):
            operation()


def test_contents_shows_what_no_consumer_can_see(desk):
    queue = desk.queue()
    queue.send(draft("a"))
    queue.receive(1, None)
    queue.send(draft("b", delay_seconds=7))
    queue.send(draft("c"))
    shown = [(s.body, s.state.value, s.available_at, s.receive_count) for s in queue.contents()]
    assert shown == [
        ("a", "in flight", desk.now + 30 * SECOND, 1),
        ("b", "delayed", desk.now + 7 * SECOND, 0),
        ("c", "visible", None, 0),
    ]


def test_the_trace_tells_the_life_of_a_message(desk):
    queue = desk.queue()
    message = queue.send(draft("hello"))
    (received,) = queue.receive(1, None)
    queue.change_visibility(received.receipt_handle, 0)
    (again,) = queue.receive(1, None)
    queue.delete(again.receipt_handle)
    story = desk.world.trace.of(message.message_id)
    assert [hop.kind for hop in story] == ["send", "receive", "hide", "receive", "delete"]
    assert all(hop.resource == queue.arn and hop.size == 5 for hop in story)
    assert [hop.causes for hop in story] == [(), (1,), (2,), (3,), (4,)]


def test_nothing_stays_in_memory_of_a_million_messages_that_passed(desk):
    queue = desk.queue()
    queue.send(draft("stuck", delay_seconds=900))
    for _ in range(3_000):
        queue.send(draft())
        (received,) = queue.receive(1, None)
        queue.delete(received.receipt_handle)
    storage = queue._core.storage
    for agenda in (storage._expiry, storage._in_flight, storage._delayed):
        assert len(agenda._heap) < 100
    assert len(storage.messages) == 1
