"""Random programs of sleeps, locks, events and threads run the same way each time."""

import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.engine import World
from workbook.engine.threads import virtual_threading_module


@pytest.fixture(autouse=True)
def _threads_are_switched_as_often_as_possible():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class RandomProgram:
    """Workers that sleep, lock, wait, notify and start further workers, by a seed."""

    def __init__(self, seed):
        self.world = World.for_tests()
        self.kernel = self.world.kernel
        self.random = random.Random(seed)
        self.log = []
        threads = virtual_threading_module(self.kernel)
        self.lock, self.event, self.condition = threads.Lock(), threads.Event(), threads.Condition()

    def run(self):
        with self.kernel:
            for number in range(6):
                self.kernel.spawn(self.work, number, 0, name=f"worker {number}")
        for _ in range(5):
            self.kernel.sleep(2)
        assert self.kernel.run_until_idle()
        self.kernel.close()
        return self.log, self.kernel.switches

    def work(self, number, depth):
        for step in range(self.random.randint(1, 4)):
            self.random.choice(self.actions(number, depth, step))()
            self.log.append((self.kernel.clock.now, number, step))

    def actions(self, number, depth, step):
        start = [lambda: self.start(number * 10 + step, depth + 1)] if depth < 3 else []
        return [
            self.sleep,
            self.sleep,
            self.hold,
            self.await_event,
            self.flash_event,
            self.await_notice,
            self.notify,
            *start,
        ]

    def start(self, number, depth):
        self.kernel.spawn(self.work, number, depth, name=f"worker {number}")

    def sleep(self):
        self.kernel.sleep(self.random.choice([0, 0.1, 1, 1, 7]))

    def hold(self):
        with self.lock:
            self.kernel.sleep(self.random.choice([0, 0.5]))

    def await_event(self):
        self.event.wait(self.random.choice([0.2, 3]))

    def flash_event(self):
        self.event.set()
        self.event.clear()

    def await_notice(self):
        with self.condition:
            self.condition.wait(self.random.choice([0.3, 2]))

    def notify(self):
        with self.condition:
            self.condition.notify_all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_program_runs_the_same_way_twice(seed):
    assert RandomProgram(seed).run() == RandomProgram(seed).run()
