"""The kernel: order, idleness, deadlock, interruption, and entry from any thread."""

import _thread
import sys
import threading
import traceback

import pytest

from workbook.engine import SECOND, Deadlock, Interrupted, Livelock, Signal, Stuck, TaskFailed, World


@pytest.fixture
def world():
    world = World.for_tests(seed=1)
    yield world
    world.kernel.close()


@pytest.fixture
def kernel(world):
    return world.kernel


class Diary:
    """Who did something when, in seconds since the beginning."""

    def __init__(self, kernel):
        self.kernel, self.start, self.entries = kernel, kernel.clock.now, []

    def note(self, what):
        self.entries.append(((self.kernel.clock.now - self.start) / SECOND, what))


def spawn(kernel, function, *arguments, name="task"):
    with kernel:
        return kernel.spawn(function, *arguments, name=name)


# ---- order


def test_tasks_sleep_side_by_side(kernel):
    diary = Diary(kernel)

    def sleeper(seconds):
        kernel.sleep(seconds)
        diary.note(f"slept {seconds}")

    for seconds in (3, 1, 2):
        spawn(kernel, sleeper, seconds)
    kernel.sleep(2.5)
    assert diary.entries == [(1, "slept 1"), (2, "slept 2")]
    kernel.sleep(1)
    assert diary.entries[2:] == [(3, "slept 3")]


def test_at_one_instant_who_asked_first_comes_first(kernel):
    diary = Diary(kernel)
    with kernel:
        for name in "abc":
            kernel.at(kernel.clock.now + SECOND, diary.note, name, name=name)
    kernel.sleep(1)
    assert [what for _, what in diary.entries] == ["a", "b", "c"]


def test_an_instant_that_has_passed_means_now(kernel):
    diary = Diary(kernel)
    with kernel:
        kernel.at(kernel.clock.now - 5 * SECOND, diary.note, "late", name="late")
    kernel.sleep(0)
    assert diary.entries == [(0, "late")]


def test_a_cancelled_timer_does_not_happen_and_is_no_work(kernel):
    diary = Diary(kernel)
    with kernel:
        timer = kernel.at(kernel.clock.now + SECOND, diary.note, "never", name="never")
    timer.cancel()
    timer.cancel()
    assert kernel.run_until_idle()
    assert diary.entries == []


def test_ten_thousand_cancelled_timers_do_not_pile_up(kernel):
    with kernel:
        for _ in range(10_000):
            kernel.at(kernel.clock.now + 86_400 * SECOND, print, name="never").cancel()
    assert len(kernel._timers._heap) < 1_000


def test_a_call_returns_what_the_function_returns_and_raises_what_it_raises(kernel):
    assert kernel.call(lambda: 42, name="answer") == 42
    with pytest.raises(ZeroDivisionError):
        kernel.call(lambda: 1 // 0, name="division")


def test_a_task_inherits_the_cause_of_who_started_it(world):
    cause = world.trace.record("api-call", "sqs:SendMessage")
    seen = []
    with world.kernel, world.trace.under(cause):
        world.kernel.spawn(lambda: seen.append(world.trace.cause), name="child")
    world.kernel.sleep(0)
    assert seen == [cause.number]
    assert world.trace.cause is None


def test_advance_ends_after_all_that_is_due_at_its_last_instant(kernel):
    diary = Diary(kernel)

    def chain(left):
        kernel.sleep(1)
        diary.note(left)
        if left:
            kernel.spawn(chain, left - 1, name="chain")

    spawn(kernel, chain, 2)
    kernel.advance(3)
    assert diary.entries == [(1, 2), (2, 1), (3, 0)]


# ---- idleness


def test_idle_means_that_all_work_is_done(kernel):
    diary = Diary(kernel)
    with kernel:
        kernel.at(kernel.clock.now + 3600 * SECOND, diary.note, "an hour later", name="work")
    assert kernel.run_until_idle()
    assert diary.entries == [(3600, "an hour later")]


def test_an_endless_schedule_is_no_work(kernel):
    ticks = []

    def tick():
        ticks.append(kernel.clock.now)
        kernel.at(kernel.clock.now + SECOND, tick, name="tick", daemon=True)

    with kernel:
        tick()
        kernel.at(kernel.clock.now + 10 * SECOND, lambda: None, name="work")
    assert kernel.run_until_idle()
    assert len(ticks) in {10, 11}


def test_a_task_that_waits_for_an_event_nobody_announced_is_no_work(kernel):
    signal = Signal(kernel, "messages in orders")
    spawn(kernel, signal.wait, name="poller")
    assert kernel.run_until_idle()
    assert kernel.waiting() == [("poller", "messages in orders")]


def test_the_limit_stops_work_that_never_ends(kernel):
    def endless():
        while True:
            kernel.sleep(60)

    spawn(kernel, endless, name="endless")
    start = kernel.clock.now
    assert not kernel.run_until_idle(limit=3600)
    assert kernel.clock.now - start == 3600 * SECOND


# ---- signals


def test_a_signal_wakes_all_who_wait_in_the_order_in_which_they_came(kernel):
    signal, diary = Signal(kernel, "the bell"), Diary(kernel)

    def waiter(name):
        assert signal.wait()
        diary.note(name)

    for name in "abc":
        spawn(kernel, waiter, name)
    kernel.sleep(1)
    with kernel:
        signal.notify_all()
    kernel.sleep(0)
    assert diary.entries == [(1, "a"), (1, "b"), (1, "c")]


def test_a_wait_ends_exactly_at_its_deadline(kernel):
    signal = Signal(kernel, "nothing")
    deadline = kernel.clock.now + 20 * SECOND
    assert not signal.wait(deadline)
    assert kernel.clock.now == deadline


# ---- failures


def test_a_deadlock_names_who_waits_for_what(kernel):
    signal = Signal(kernel, "a message in orders")
    spawn(kernel, signal.wait, name="the poller of orders")
    with pytest.raises(Deadlock, match=r"'the poller of orders' waits for a message in orders"):
        Signal(kernel, "the impossible").wait()


def test_a_background_task_that_fails_is_not_passed_over_in_silence(kernel):
    def broken():
        raise KeyError("orders")

    spawn(kernel, broken, name="the poller")
    with pytest.raises(TaskFailed, match="'the poller' failed: KeyError") as caught:
        kernel.sleep(1)
    assert isinstance(caught.value.__cause__, KeyError)
    kernel.sleep(1)


def test_what_is_busy_for_nothing_is_an_error_and_not_a_hang(kernel):
    kernel.most_at_one_instant = 1_000

    def busy():
        while True:
            kernel.park(kernel.clock.now, waiting_for="nothing")

    spawn(kernel, busy, name="the busy poller")
    with pytest.raises(Livelock, match="'the busy poller'"):
        kernel.sleep(1)


def test_an_error_can_be_thrown_into_a_task_that_waits(kernel):
    caught = []

    def sleeper():
        try:
            kernel.sleep(100)
        except TimeoutError as error:
            caught.append(str(error))

    task = spawn(kernel, sleeper)
    kernel.sleep(1)
    with kernel:
        kernel.throw(task, TimeoutError("enough"))
    kernel.sleep(0)
    assert caught == ["enough"]
    kernel.throw(task, TimeoutError("too late"))


def test_outside_the_kernel_there_is_nothing_to_park(kernel):
    with pytest.raises(RuntimeError, match="with kernel"):
        kernel.park()


# ---- interruption


def press_ctrl_c_after(seconds):
    threading.Timer(seconds, _thread.interrupt_main).start()


def test_ctrl_c_stops_a_handler_that_spins_and_the_kernel_stays_usable(kernel):
    def spin():
        while True:
            pass

    press_ctrl_c_after(0.1)
    with pytest.raises(KeyboardInterrupt):
        kernel.call(kernel.expose, spin, name="spin")
    assert kernel.call(lambda: "alive", name="check") == "alive"


def test_ctrl_c_stops_a_long_advance_and_time_can_go_on(kernel):
    ticks = []

    def endless():
        while True:
            kernel.sleep(1)
            ticks.append(kernel.clock.now)

    spawn(kernel, endless, name="endless")
    press_ctrl_c_after(0.1)
    with pytest.raises(KeyboardInterrupt):
        kernel.sleep(1e9)
    before = len(ticks)
    kernel.advance(10)
    assert len(ticks) == before + 10


def test_what_never_gives_way_is_stuck_in_real_time(kernel):
    kernel.real_time_limit = 0.3

    def spin():
        while True:
            pass

    with pytest.raises(Stuck):
        kernel.call(kernel.expose, spin, name="spin")
    kernel.sleep(1)


def test_stop_ends_every_task_by_an_interruption(kernel):
    endings = []

    def sleeper():
        try:
            kernel.sleep(100)
        except Interrupted:
            endings.append("interrupted")
            raise

    spawn(kernel, sleeper)
    spawn(kernel, sleeper)
    kernel.sleep(1)
    now = kernel.clock.now
    kernel.stop()
    assert endings == ["interrupted"] * 2
    assert kernel.waiting() == []
    assert kernel.clock.now == now
    assert kernel.run_until_idle()


# ---- entry from any thread


def test_cells_and_widget_callbacks_enter_from_their_own_threads(kernel):
    ticks, errors = [], []

    def endless():
        while True:
            kernel.sleep(1)
            ticks.append(kernel.clock.now)

    def widget_callback():
        try:
            for _ in range(50):
                kernel.sleep(0.5)
        except BaseException as error:  # noqa: BLE001 - whatever reaches a callback is what is asked
            errors.append(error)

    spawn(kernel, endless, name="endless")
    start = kernel.clock.now
    threads = [threading.Thread(target=widget_callback) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert kernel.clock.now - start == 150 * SECOND
    # At the last instant the tick and the last caller are both due; either may be first.
    assert len(ticks) in {149, 150}


@pytest.fixture
def tiny_switch_interval():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_what_is_thrown_at_every_wait_does_not_grow(kernel):
    thrown, caught = ValueError("ends"), []

    def stubborn():
        while len(caught) < 100:
            try:
                kernel.sleep(1)
            except ValueError as error:
                caught.append(error)

    task = kernel.spawn(stubborn, name="stubborn")
    kernel.advance(0.5)
    kernel.throw(task, thrown)
    kernel.run_until_idle()
    assert len(list(traceback.walk_tb(thrown.__traceback__))) < 10


def test_who_waits_outside_is_told_of_an_error_and_the_tasks_live_on(kernel):
    rounds = []

    def rounder():
        while len(rounds) < 5:
            kernel.sleep(1)
            rounds.append(kernel.clock.now)
            if len(rounds) == 2:
                kernel.interrupt(ValueError("enough"))

    kernel.spawn(rounder, name="rounder")
    with pytest.raises(ValueError, match="enough"):
        kernel.run_until_idle()
    assert len(rounds) == 2
    kernel.run_until_idle()
    assert len(rounds) == 5


def test_worlds_for_tests_leave_no_threads_behind():
    before = set(threading.enumerate())
    for _ in range(20):
        kernel = World.for_tests().kernel
        tasks = [kernel.spawn(kernel.sleep, 1, name="sleeper") for _ in range(5)]
        kernel.advance(1)
        assert all(task.done for task in tasks)
    World.for_tests()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=60)
        assert not thread.is_alive()
