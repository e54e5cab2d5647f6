"""Locks and conditions whose waiters give up, or are ended: nobody who still waits is forgotten."""

import pytest

from workbook.engine import World
from workbook.engine.threads import virtual_threading_module


@pytest.fixture
def kernel():
    world = World.for_tests(seed=1)
    yield world.kernel
    world.kernel.close()


@pytest.fixture
def threads(kernel):
    return virtual_threading_module(kernel)


def start(threads, *functions):
    for function in functions:
        threads.Thread(target=function).start()


def test_a_lock_goes_to_who_still_waits_and_not_to_who_gave_up(kernel, threads):
    lock, taken = threads.Lock(), []

    def owner():
        with lock:
            kernel.sleep(10)

    def impatient():
        taken.append(("impatient", lock.acquire(timeout=1)))

    def patient():
        taken.append(("patient", lock.acquire()))

    start(threads, owner, impatient, patient)
    kernel.advance(20)
    assert taken == [("impatient", False), ("patient", True)]


def test_a_notice_goes_to_who_still_waits_and_not_to_who_gave_up(kernel, threads):
    condition, noticed = threads.Condition(), []

    def wait(name, timeout):
        with condition:
            noticed.append((name, condition.wait(timeout)))

    start(threads, lambda: wait("impatient", 1), lambda: wait("patient", None))
    kernel.sleep(5)

    def notify():
        with condition:
            condition.notify()

    start(threads, notify)
    kernel.advance(1)
    assert noticed == [("impatient", False), ("patient", True)]


def test_a_lock_whose_next_owner_is_ended_goes_to_the_one_after(kernel, threads):
    lock, taken = threads.Lock(), []

    class End(BaseException):
        pass

    def ended():
        try:
            lock.acquire()
        except End:
            kernel.pardon()

    def after():
        taken.append(lock.acquire())

    with kernel:
        lock.acquire()
        task = kernel.spawn(ended, name="ended")
        kernel.spawn(after, name="after")
        kernel.sleep(1)
        lock.release()
        kernel.throw(task, End())
    kernel.advance(1)
    assert taken == [True]


def test_a_lock_that_is_anothers_cannot_be_released(kernel, threads):
    lock, problems = threads.RLock(), []

    def release():
        try:
            lock.release()
        except RuntimeError as problem:
            problems.append(str(problem))

    with kernel:
        lock.acquire()
        start(threads, release)
        kernel.sleep(1)
        assert problems == ["cannot release un-acquired lock"]
        lock.release()
