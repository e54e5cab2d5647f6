"""Who is stuck is told by what was computed, and not by how busy the machine is."""

import math

import pytest

from workbook.engine import watch as watch_module
from workbook.engine.tasks import Stuck, Task
from workbook.engine.watch import Watch


class Machine:
    """Two clocks that go as a test says, and a task that a cell waits for."""

    def __init__(self, limit, monkeypatch):
        self.real = self.computed = 0.0
        self.thrown = []
        monkeypatch.setattr(watch_module, "throw_into", lambda _, error, **__: self.thrown.append(error))
        self.task = Task("handler")
        self.watch = Watch(limit, lambda: self.real, lambda: self.computed)
        self.look()

    def look(self, progress=(0, 0)):
        self.watch.look(progress, self.task, interrupted=False)

    def passes(self, real, computed):
        self.real += real
        self.computed += computed
        self.look()
        return bool(self.thrown)


@pytest.fixture
def machine(monkeypatch):
    return Machine(10, monkeypatch)


def test_who_computes_for_longer_than_the_limit_is_stuck(machine):
    assert not machine.passes(10, 9.9)
    assert machine.passes(0.2, 0.2)
    assert machine.thrown == [Stuck]


def test_who_had_to_wait_for_the_processor_is_not(machine):
    """Thirty learners on two processors: a second of work takes long, and is no endless loop."""
    assert not machine.passes(60, 0.5)
    assert not machine.passes(40, 9.4)
    assert machine.passes(1, 0.2)


def test_threads_that_compute_beside_it_do_not_make_it_stuck_sooner(machine):
    assert not machine.passes(9, 30)
    assert machine.passes(1.1, 3)


def test_who_does_not_compute_at_all_is_stuck_when_the_limit_is_over_in_real_time(machine):
    """It sleeps in real time, or waits for something that is not of the lab."""
    assert not machine.passes(9.9, 0.01)
    assert machine.passes(0.2, 0.0)


def test_nobody_is_waited_for_without_end(machine):
    assert not machine.passes(119, 5)
    assert machine.passes(2, 0.1)


def test_progress_begins_both_counts_anew(machine):
    machine.passes(9, 9)
    machine.look(progress=(1, 0))
    assert not machine.passes(9, 9)


def test_who_was_told_to_end_has_a_second_of_the_processor(machine):
    machine.task.doom = KeyboardInterrupt()
    assert not machine.passes(3, 0.9)
    assert machine.passes(0.5, 0.2)


def test_without_a_limit_nobody_is_stuck_even_if_told_to_end(monkeypatch):
    machine = Machine(math.inf, monkeypatch)
    machine.task.doom = KeyboardInterrupt()
    assert not machine.passes(1e6, 1e6)
