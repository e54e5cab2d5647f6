"""What pictures say lies in a queue is what did lie in it."""

import pytest
from histories import HISTORIES, RELAXED, History
from hypothesis import given
from hypothesis import strategies as st
from message_plane import Desk, draft

from workbook.engine.clock import SECOND
from workbook.engine.seeds import Chaos
from workbook.flow.contents import Counts, Where, changes_of, counts_at

NOTHING = Counts(0, 0, 0)


def counts_of(desk, queue, *, seconds_ago=0):
    changes = changes_of(desk.world.trace, desk.now)
    return counts_at(changes, desk.now - seconds_ago * SECOND).get(queue.arn, NOTHING)


def check_every_instant(history):
    changes = changes_of(history.desk.world.trace, history.desk.now)
    for instant, (hops, queues) in history.seen.items():
        found = counts_at([change for change in changes if change.after <= hops], instant)
        for arn, counts in queues.items():
            assert found.get(arn, NOTHING) == counts, (arn, instant)


@given(HISTORIES)
@RELAXED
def test_at_every_instant_a_standard_queue_held_what_the_trace_says(actions):
    check_every_instant(History("").play(actions))


@given(HISTORIES)
@RELAXED
def test_at_every_instant_a_fifo_queue_held_what_the_trace_says(actions):
    check_every_instant(History(".fifo").play(actions))


@given(HISTORIES, st.integers(0, 1000))
@RELAXED
def test_chance_does_not_confuse_it(actions, seed):
    chaos = Chaos(duplicates=0.3, reordering=0.3, missed_polls=0.3)
    check_every_instant(History("", seed, chaos).play(actions))


@given(HISTORIES)
@RELAXED
def test_changes_are_in_order_and_each_changes_something(actions):
    history = History("").play(actions)
    states, last = {}, 0
    for change in changes_of(history.desk.world.trace, history.desk.now):
        assert change.time >= last
        last = change.time
        if change.hop is None:
            assert states[change.message] is not change.state
        states[change.message] = change.state


def test_a_message_becomes_visible_when_its_timeout_ends_though_nobody_looks():
    desk = Desk()
    queue = desk.queue()
    queue.send(draft())
    queue.receive(1, 30)
    desk.advance(100)
    assert counts_of(desk, queue, seconds_ago=70.5) == Counts(0, 1, 0)
    assert counts_of(desk, queue, seconds_ago=70) == Counts(1, 0, 0)


def test_a_timeout_of_zero_ends_at_the_receive_and_after_it():
    desk = Desk()
    queue = desk.queue()
    queue.send(draft())
    queue.receive(1, 0)
    changes = changes_of(desk.world.trace, desk.now)
    assert [change.state for change in changes] == [Where.VISIBLE, Where.IN_FLIGHT, Where.VISIBLE]
    assert [change.after for change in changes] == [1, 2, 2]


@pytest.mark.parametrize("seconds", [7, 900])
def test_a_delayed_message_is_delayed_and_then_visible(seconds):
    desk = Desk()
    queue = desk.queue()
    queue.send(draft(delay_seconds=seconds))
    assert counts_of(desk, queue) == Counts(0, 0, 1)
    desk.advance(seconds)
    assert counts_of(desk, queue) == Counts(1, 0, 0)


def test_a_dead_letter_leaves_one_queue_and_lies_in_the_other():
    desk = Desk()
    dead = desk.queue("dead")
    queue = desk.queue(dead_letters=dead, receives=1)
    queue.send(draft())
    queue.receive(1, 0)
    queue.receive(1, 0)
    assert counts_of(desk, queue) == NOTHING
    assert counts_of(desk, dead) == Counts(1, 0, 0)


def test_what_expires_is_gone_from_the_end_of_its_retention_on():
    desk = Desk()
    queue = desk.queue(message_retention_period=60)
    queue.send(draft())
    desk.advance(90)
    queue.settle()
    assert counts_of(desk, queue, seconds_ago=30.5) == Counts(1, 0, 0)
    assert counts_of(desk, queue, seconds_ago=30) == NOTHING
