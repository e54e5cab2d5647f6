"""Long polls in virtual time."""

import pytest
from message_plane import Desk, bodies, draft

from workbook.aws.sqs import errors
from workbook.engine.seeds import Chaos


@pytest.fixture
def desk():
    return Desk()


def answers(results):
    return [(bodies(result), seconds) for result, seconds in results]


def test_sqs_12_a_long_poll_returns_at_the_instant_of_the_arrival(desk):
    queue = desk.queue()
    results = desk.spawn(queue.receive_waiting, 10, None, 20)
    desk.advance(7.25)
    assert results == []
    queue.send(draft("at last"))
    desk.advance(0)
    assert answers(results) == [(["at last"], 7.25)]


def test_sqs_12_a_long_poll_is_empty_at_its_end(desk):
    queue = desk.queue()
    results = desk.spawn(queue.receive_waiting, 10, None, 20)
    desk.advance(60)
    assert answers(results) == [([], 20)]


def test_a_long_poll_does_not_wait_for_more_than_one(desk):
    queue = desk.queue()
    queue.send(draft("first"))
    results = desk.spawn(queue.receive_waiting, 10, None, 20)
    desk.advance(0)
    assert answers(results) == [(["first"], 0)]


def test_the_cell_itself_can_wait(desk):
    queue = desk.queue()
    queue.send(draft("later", delay_seconds=5))
    before = desk.now
    assert bodies(queue.receive_waiting(1, None, 20)) == ["later"]
    assert desk.now - before == 5_000_000


def test_a_long_poll_wakes_at_the_end_of_a_delay_and_of_a_visibility_timeout(desk):
    queue = desk.queue()
    queue.send(draft("delayed", delay_seconds=3))
    queue.send(draft("hidden"))
    queue.receive(1, 8)
    first = desk.spawn(queue.receive_waiting, 1, None, 20)
    second = desk.spawn(queue.receive_waiting, 1, None, 20)
    desk.advance(30)
    assert answers(first) == [(["delayed"], 3)]
    assert answers(second) == [(["hidden"], 8)]


def test_a_long_poll_wakes_when_a_visibility_timeout_is_shortened(desk):
    queue = desk.queue()
    queue.send(draft("hidden"))
    (received,) = queue.receive(1, 600)
    results = desk.spawn(queue.receive_waiting, 1, None, 20)
    desk.advance(2)
    queue.change_visibility(received.receipt_handle, 4)
    desk.advance(30)
    assert answers(results) == [(["hidden"], 6)]


def test_a_long_poll_at_a_fifo_queue_wakes_when_its_group_is_freed(desk):
    queue = desk.queue("orders.fifo")
    for text in ("A1", "A2"):
        queue.send(draft(text, group_id="A", deduplication_id=text))
    (received,) = queue.receive(1, 600)
    results = desk.spawn(queue.receive_waiting, 1, None, 20)
    desk.advance(9)
    queue.delete(received.receipt_handle)
    desk.advance(0)
    assert answers(results) == [(["A2"], 9)]


def test_who_came_first_is_served_first(desk):
    queue = desk.queue()
    polls = []
    for _ in range(3):
        polls.append(desk.spawn(queue.receive_waiting, 1, None, 20))
        desk.advance(1)
    for text in "abc":
        queue.send(draft(text))
        desk.advance(1)
    assert [bodies(results[0][0]) for results in polls] == [["a"], ["b"], ["c"]]


def test_several_arrivals_at_one_instant_serve_several_waiters(desk):
    queue = desk.queue()
    polls = [desk.spawn(queue.receive_waiting, 1, None, 20) for _ in range(3)]
    desk.advance(1)
    for text in "abc":
        queue.send(draft(text))
    desk.advance(0)
    assert [bodies(results[0][0]) for results in polls] == [["a"], ["b"], ["c"]]


def test_one_waiter_may_take_all_that_has_come(desk):
    queue = desk.queue()
    first = desk.spawn(queue.receive_waiting, 10, None, 5)
    second = desk.spawn(queue.receive_waiting, 10, None, 5)
    desk.advance(1)
    for text in "abc":
        queue.send(draft(text))
    desk.advance(10)
    assert answers(first) == [(["a", "b", "c"], 1)]
    assert answers(second) == [([], 5)]


def test_deleting_the_queue_ends_all_waits_with_an_error(desk):
    queue = desk.queue()
    polls = [desk.spawn(queue.receive_waiting, 1, None, 20) for _ in range(3)]
    desk.advance(4)
    queue.close()
    desk.advance(0)
    for results in polls:
        assert isinstance(results[0][0], errors.QueueDoesNotExist)
        assert results[0][1] == 4


def test_a_stopped_wait_leaves_the_line_in_order(desk):
    queue = desk.queue()
    desk.spawn(queue.receive_waiting, 1, None, 20)
    desk.advance(1)
    desk.world.kernel.stop()  # what Ctrl-C and reset do to a task
    queue.send(draft("for the next"))
    assert len(queue._core.line._line) == 0
    assert bodies(queue.receive_waiting(1, None, 20)) == ["for the next"]


def test_an_idle_day_of_long_polls_costs_almost_nothing(desk):
    queue = desk.queue()
    for _ in range(4_320):
        assert queue.receive_waiting(10, None, 20) == []
    assert len(desk.world.trace) == 0


# ---- short polls, and other chance


def test_sqs_13_a_short_poll_may_miss_messages_and_a_long_poll_never_does():
    desk = Desk(chaos=Chaos(missed_polls=0.5))
    queue = desk.queue()
    for number in range(100):
        queue.send(draft(str(number)))
    seen = [len(queue.receive_waiting(10, 600, 0)) for _ in range(10)]
    assert 30 <= sum(seen) <= 70
    remaining = 100 - sum(seen)
    assert queue.counts() == (remaining, sum(seen), 0)
    assert len(queue.receive_waiting(10, 600, 1)) == 10


def test_sqs_13_a_short_poll_can_return_nothing_although_there_is_something():
    desk = Desk(chaos=Chaos(missed_polls=1.0))
    queue = desk.queue()
    queue.send(draft())
    assert queue.receive_waiting(10, None, 0) == []
    assert queue.counts().visible == 1
    assert len(queue.receive_waiting(10, None, 20)) == 1


def test_sqs_30_messages_may_come_out_of_order():
    desk = Desk(chaos=Chaos(reordering=0.3))
    queue = desk.queue()
    sent = [str(number) for number in range(50)]
    for text in sent:
        queue.send(draft(text))
    received = [body for _ in range(5) for body in bodies(queue.receive(10, None))]
    assert received != sent
    assert sorted(received) == sorted(sent)


def test_sqs_30_a_message_may_come_twice_even_after_it_was_deleted():
    desk = Desk(chaos=Chaos(duplicates=1.0))
    queue = desk.queue()
    message = queue.send(draft())
    (first,) = queue.receive(1, None)
    queue.delete(first.receipt_handle)
    (second,) = queue.receive_waiting(1, None, 30)
    assert second.message.message_id == message.message_id
    assert second.receipt_handle != first.receipt_handle
    queue.delete(second.receipt_handle)
    desk.advance(100)
    assert queue.receive(10, None) == []  # a copy is not copied again
    kinds = [hop.kind for hop in desk.world.trace.of(message.message_id)]
    assert kinds == ["send", "receive", "duplicate", "delete", "receive", "delete"]


def test_either_handle_of_a_duplicated_message_deletes_it():
    desk = Desk(chaos=Chaos(duplicates=1.0))
    queue = desk.queue()
    queue.send(draft())
    queue.receive(1, 60)
    (copy,) = (
        queue.receive_waiting(1, 60, 20)
        or queue.receive_waiting(1, 60, 20)
        or queue.receive_waiting(1, 60, 20)
    )
    assert queue.counts() == (0, 1, 0)
    queue.delete(copy.receipt_handle)
    assert queue.counts() == (0, 0, 0)


def test_a_purge_takes_the_copies_too():
    desk = Desk(chaos=Chaos(duplicates=1.0))
    queue = desk.queue()
    queue.send(draft())
    queue.receive(1, 10)
    queue.purge()
    desk.advance(60)
    assert queue.receive(10, None) == []
