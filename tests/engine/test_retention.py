"""A trace that keeps the newest hops only: numbers stay, and what still stands of the older ones is known."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.engine.clock import Clock, instant_of
from workbook.engine.retention import Retention
from workbook.engine.trace import FORGOTTEN, Trace

START = instant_of(datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC))


def trace_that_keeps(hops=8, content=10**9):
    trace = Trace(Clock(START))
    trace.keep(Retention(hops, content))
    return trace


@given(st.integers(1, 30), st.integers(0, 200))
def test_numbers_stay_and_the_newest_are_kept(most, count):
    trace = trace_that_keeps(most)
    for number in range(1, count + 1):
        assert trace.record("send", "orders").number == number
    kept = list(trace)
    assert len(trace) == count
    assert [hop.number for hop in kept] == list(range(trace.forgotten + 1, count + 1))
    assert min(most, count) <= len(kept) <= most + most // 8
    assert [trace[hop.number - 1] for hop in kept] == kept
    assert list(trace[0:count]) == kept
    assert list(reversed(trace)) == kept[::-1]


@given(st.lists(st.integers(0, 3000), max_size=60))
def test_content_is_bounded_too(sizes):
    trace = trace_that_keeps(1000, content=10_000)
    for size in sizes:
        trace.record("send", "orders", body="x" * size)
        held = sum(600 + len(hop.facts["body"]) for hop in trace)
        assert held <= 10_000
        assert len(list(trace)) >= 1


def test_a_forgotten_hop_is_shown_as_one():
    trace = trace_that_keeps(2)
    for _ in range(5):
        trace.record("send", "orders")
    assert trace[0].kind == FORGOTTEN
    assert (trace[0].number, trace[0].causes) == (1, ())
    assert trace[-1].number == 5
    with pytest.raises(IndexError):
        trace[5]


def test_what_a_long_call_completes_after_it_was_forgotten_does_no_harm():
    trace = trace_that_keeps(2)
    call = trace.record("api-call", "sqs:ReceiveMessage")
    with trace.under(call):
        for _ in range(5):
            trace.record("send", "orders")
        trace.wait()
        trace.note(on="orders")
    assert trace.amend(call, outcome="ok", ended_at=1).facts == {"ended_at": 1}
    assert [hop.kind for hop in trace] == ["send", "send"]


def test_a_message_whose_hops_are_forgotten_is_no_cause_and_takes_no_memory():
    trace = trace_that_keeps(2)
    trace.record("send", "orders", message="m-1")
    for _ in range(4):
        trace.record("tick", "clock")
    assert trace.last_of("m-1") is None
    assert trace.record("receive", "orders", message="m-1").causes == ()
    assert [hop.kind for hop in trace.of("m-1")] == ["receive"]


def test_the_last_word_on_each_resource_that_exists_stays():
    trace = trace_that_keeps(1)
    trace.record("create", "orders", settings={"DelaySeconds": "0"})
    trace.record("create", "late")
    trace.record("configure", "orders", settings={"DelaySeconds": "5"})
    trace.record("create", "gone")
    trace.record("remove", "gone")
    for _ in range(3):
        trace.record("send", "orders")
    assert [(hop.number, hop.resource) for hop in trace.standing] == [(2, "late"), (3, "orders")]
    assert trace.standing[1].facts["settings"] == {"DelaySeconds": "5"}


def test_it_says_how_many_it_has_forgotten_and_when_it_began():
    trace = trace_that_keeps(2)
    for _ in range(5):
        trace.record("send", "orders")
    assert repr(trace) == "<Trace: 5 hops, of which the first 3 are forgotten>"
    assert trace.text().startswith("(the first 3 hops are forgotten)\n#4")
    assert trace.start == START


def test_a_trace_that_has_begun_cannot_be_told_to_forget():
    trace = Trace(Clock(START))
    trace.record("send", "orders")
    with pytest.raises(ValueError, match="before the first"):
        trace.keep(Retention(1, 1))


def test_only_what_somebody_has_read_is_told_to_be_completed():
    trace = trace_that_keeps(100)
    first, second = trace.record("invoke", "work"), trace.record("invoke", "work")
    trace.amended.read(1)
    trace.amend(second, outcome="ok")
    assert trace.amended.since(0, 10) == ([], 0)
    trace.amend(first, outcome="ok")
    assert trace.amended.since(0, 10) == ([1], 1)
    assert trace.amended.since(1, 10) == ([], 1)


@given(st.lists(st.integers(1, 20), max_size=50), st.integers(1, 5))
def test_a_reader_that_asks_page_by_page_hears_of_each_completed_hop(completed, page):
    trace = trace_that_keeps(100)
    hops = [trace.record("invoke", "work") for _ in range(20)]
    trace.amended.read(20)
    for number in completed:
        trace.amend(hops[number - 1], outcome="ok")
    heard, count = [], 0
    while True:
        told, count = trace.amended.since(count, page)
        if not told:
            break
        heard += told
    assert sorted(heard) == sorted(set(completed))
