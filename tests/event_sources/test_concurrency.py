"""How many batches run at the same time. LQ-01, LQ-02; the schedule itself, and what it does to a backlog."""

from __future__ import annotations

import pytest
from event_system import System

from workbook.aws.event_sources.scaling import ADDED_PER_MINUTE, INITIAL, LARGEST, Scaling
from workbook.engine.clock import SECOND

MINUTE = 60 * SECOND


def test_lq_01_five_batches_at_first() -> None:
    assert Scaling(None, fifo=False).limit(0) == INITIAL == 5


def test_lq_01_three_hundred_more_each_minute_while_messages_remain() -> None:
    scaling = Scaling(None, fifo=False)
    scaling.backlog(0)
    assert [scaling.limit(minute * MINUTE) for minute in range(6)] == [5, 305, 605, 905, 1205, LARGEST]
    assert LARGEST == 1250
    assert ADDED_PER_MINUTE == 300


def test_the_ramp_is_even() -> None:
    scaling = Scaling(None, fifo=False)
    assert scaling.next_growth(0) is None
    scaling.backlog(0)
    instant = scaling.next_growth(0)
    assert instant == SECOND // 5
    assert scaling.limit(instant - 1) == 5
    assert scaling.limit(instant) == 6


def test_the_ramp_begins_anew_when_the_queue_was_emptied() -> None:
    scaling = Scaling(None, fifo=False)
    scaling.backlog(0)
    scaling.drained(MINUTE, idle=False)
    assert scaling.limit(2 * MINUTE) == 305
    scaling.drained(2 * MINUTE, idle=True)
    assert scaling.limit(2 * MINUTE) == 5


@pytest.mark.parametrize("maximum", [2, 4, 300, 1000])
def test_lq_02_maximum_concurrency_caps_it(maximum: int) -> None:
    scaling = Scaling(maximum, fifo=False)
    scaling.backlog(0)
    assert scaling.limit(0) == min(5, maximum)
    assert scaling.limit(10 * MINUTE) == maximum
    assert scaling.next_growth(10 * MINUTE) is None


def test_lq_07_the_groups_of_a_fifo_queue_set_the_pace() -> None:
    assert Scaling(None, fifo=True).limit(0) == LARGEST
    assert Scaling(3, fifo=True).limit(0) == 3


def test_lq_12_failures_take_away_and_successes_give_back() -> None:
    scaling = Scaling(None, fifo=False)
    scaling.backlog(0)
    for _ in range(20):
        scaling.failed(MINUTE // 60)
    assert scaling.limit(MINUTE // 60) == 1
    scaling.backlog(MINUTE)
    assert scaling.limit(10 * MINUTE) == 1
    scaling.drained(10 * MINUTE, idle=True)
    assert scaling.limit(10 * MINUTE) == 1
    for _ in range(10):
        scaling.succeeded()
    assert scaling.limit(10 * MINUTE) == 5
    scaling.backlog(10 * MINUTE)
    assert scaling.limit(11 * MINUTE) == 305


WAITING = "import time\n\ndef handler(event, context):\n    time.sleep({seconds})\n"


def concurrencies(system: System) -> list[int]:
    return [int(str(hop.facts["concurrency"])) for hop in system.hops("batch")]


def test_lq_01_a_backlog_is_worked_off_ever_faster(system: System) -> None:
    system.worker("waiting", WAITING.format(seconds=2))
    url = system.queue()
    system.send(url, *[f"m{n}" for n in range(400)])
    system.map(url, "waiting", BatchSize=1)
    system.lab.run_until_idle()
    seen = concurrencies(system)
    assert seen[:5] == [5] * 5 or seen[:5] == [1, 2, 3, 4, 5]
    assert 15 < max(seen) <= 5 + 5 * 30
    assert len(seen) == 400


def test_each_burst_begins_with_five_again(system: System) -> None:
    system.worker("waiting", WAITING.format(seconds=2))
    url = system.queue()
    system.map(url, "waiting", BatchSize=1)
    system.send(url, *[f"m{n}" for n in range(200)])
    system.lab.run_until_idle()
    first = len(concurrencies(system))
    assert max(concurrencies(system)) > 15
    system.lab.advance(600)
    system.send(url, *[f"n{n}" for n in range(200)])
    system.lab.advance(1)
    assert len(concurrencies(system)) - first < 15
    system.lab.run_until_idle()
    assert len(concurrencies(system)) == 400


def test_lq_02_maximum_concurrency_is_kept_without_throttles(system: System) -> None:
    system.worker("waiting", WAITING.format(seconds=1))
    url = system.queue()
    system.send(url, *[f"m{n}" for n in range(20)])
    system.map(url, "waiting", BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    system.lab.run_until_idle()
    assert max(concurrencies(system)) == 2
    assert system.hops("throttle") == []


def test_two_runs_are_the_same(system: System) -> None:
    def run() -> str:
        system.worker("waiting", WAITING.format(seconds=1))
        url = system.queue()
        system.send(url, *[f"m{n}" for n in range(30)])
        system.map(url, "waiting", BatchSize=3)
        system.lab.run_until_idle()
        return system.lab.trace.text()

    system.lab.reset()
    first = run()
    system.lab.reset()
    assert run() == first
