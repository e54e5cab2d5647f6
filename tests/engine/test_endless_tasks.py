"""Tasks that go on for ever: they keep a lab busy only while they have something to do."""

import pytest

from workbook.engine import SECOND, World


@pytest.fixture
def kernel():
    world = World.for_tests(seed=1)
    yield world.kernel
    world.kernel.close()


def start(kernel, function, *, endless=True):
    with kernel:
        kernel.spawn(function, name="worker", endless=endless)


def seconds_until_idle(kernel, limit=3600):
    begin = kernel.clock.now
    assert kernel.run_until_idle(limit)
    return (kernel.clock.now - begin) / SECOND


def test_what_it_does_before_it_looks_for_work_is_work(kernel):
    def worker():
        kernel.sleep(7)
        kernel.at_work(works=False)
        while True:
            kernel.sleep(60)

    start(kernel, worker)
    assert seconds_until_idle(kernel) == 7


def test_what_it_found_is_work_until_it_looks_again(kernel):
    def worker():
        for found in (True, False, False):
            kernel.at_work(works=found)
            kernel.sleep(20)
        kernel.at_work(works=True)
        kernel.sleep(5)

    start(kernel, worker)
    assert seconds_until_idle(kernel) == 20
    kernel.sleep(41)  # time goes on all the same, and it finds something again
    assert seconds_until_idle(kernel) == 4


def test_one_that_never_looks_for_work_is_taken_not_to_have_any_after_ten_minutes(kernel):
    def worker():
        while True:
            kernel.sleep(60)

    start(kernel, worker)
    assert 600 <= seconds_until_idle(kernel) <= 660


def test_an_ordinary_task_is_at_work_whatever_it_says(kernel):
    def task():
        kernel.at_work(works=False)
        kernel.sleep(100)

    start(kernel, task, endless=False)
    assert seconds_until_idle(kernel) == 100


def test_a_wait_may_be_work_even_for_one_that_rests(kernel):
    def worker():
        kernel.at_work(works=False)
        kernel.park(kernel.clock.now + 30 * SECOND, daemon=False)
        kernel.park(kernel.clock.now + 30 * SECOND)

    start(kernel, worker)
    assert seconds_until_idle(kernel) == 30
