"""Ctrl-C at any moment: the cell is interrupted, the lab stays whole, nobody else's task is killed."""

import gc
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from workbook.engine import SECOND, Closed, Signal, Stuck, World
from workbook.engine.interrupts import CtrlC, ctrl_c
from workbook.engine.tearing import throw_into


@pytest.fixture
def kernel():
    world = World.for_tests(seed=1)
    yield world.kernel
    world.kernel.close()


@pytest.fixture(autouse=True)
def no_garbage_of_other_tests():
    """What is thrown at a random moment could hit a finalizer of what an earlier test has left."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)


# ---- holding it back


def test_ctrl_c_is_raised_where_the_outermost_hold_ends():
    done = []

    def hold_twice():
        with ctrl_c.held():
            with ctrl_c.held():
                press_ctrl_c()
                done.append("inner")
            done.append("outer")

    with pytest.raises(KeyboardInterrupt):
        hold_twice()
    assert done == ["inner", "outer"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_who_ignores_ctrl_c_goes_on_ignoring_it():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with ctrl_c.held():
            press_ctrl_c()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_has_nothing_to_hold():
    handlers = []

    def hold():
        with ctrl_c.held():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=hold)
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler]


def test_what_was_pressed_before_a_hold_is_not_its_business():
    fresh = CtrlC()
    fresh._noted = True
    with fresh.held():
        assert not fresh.pressed(threading.main_thread().ident)


# ---- inside the kernel


def test_ctrl_c_inside_comes_on_the_way_out_and_all_is_in_order(kernel):
    def plan():
        with kernel:
            press_ctrl_c()
            kernel.at(kernel.clock.now + SECOND, lambda: None, name="work")

    with pytest.raises(KeyboardInterrupt):
        plan()
    assert kernel.next_instant() == kernel.clock.now + SECOND
    assert not kernel._entrance.locked()
    assert kernel.run_until_idle()


def test_ctrl_c_while_another_thread_is_inside_ends_the_wait_at_the_door(kernel):
    inside, leave = threading.Event(), threading.Event()

    def stay():
        with kernel:
            inside.set()
            leave.wait()

    def press_when_somebody_waits():
        while not kernel._entrance._queue:
            time.sleep(0)
        press_ctrl_c_in_the_main_thread()

    def wait_at_the_door():
        pressing.start()
        kernel.sleep(1)

    staying, pressing = threading.Thread(target=stay), threading.Thread(target=press_when_somebody_waits)
    staying.start()
    inside.wait()
    with pytest.raises(KeyboardInterrupt):
        wait_at_the_door()
    leave.set()
    staying.join()
    pressing.join()
    kernel.sleep(1)


def press_ctrl_c_in_the_main_thread():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def test_an_interrupted_call_has_ended_when_the_interrupt_arrives(kernel):
    endings = []

    def handler():
        try:
            press_later.start()
            Signal(kernel, "nothing").wait(kernel.clock.now + 1)
            while True:
                kernel.sleep(1)
        finally:
            endings.append("ended")

    press_later = threading.Timer(0.05, press_ctrl_c_in_the_main_thread)
    with pytest.raises(KeyboardInterrupt):
        kernel.call(handler, name="handler")
    assert endings == ["ended"]
    assert kernel.waiting() == []


def test_code_that_catches_everything_can_be_interrupted(kernel):
    kernel.real_time_limit = 0.3

    def stubborn():
        press_ctrl_c_in_the_main_thread()
        while True:
            try:  # noqa: SIM105 - what learners write, too
                kernel.sleep(1)
            except:  # noqa: E722 - what learners write
                pass

    with pytest.raises(KeyboardInterrupt):
        kernel.call(kernel.expose, stubborn, name="stubborn")
    assert kernel.waiting() == []
    assert kernel.run_until_idle()


def test_code_that_is_to_end_and_catches_everything_needs_no_cell_that_looks_on(kernel, monkeypatch):
    monkeypatch.setattr("workbook.engine.watch.throw_into", lambda *_, **__: None)

    def stubborn():
        while True:
            try:  # noqa: SIM105 - what learners write, too
                Signal(kernel, "nothing").wait(kernel.clock.now + 1_000_000)
            except:  # noqa: E722 - what learners write
                pass

    task = kernel.spawn(kernel.expose, stubborn, name="stubborn")
    kernel.sleep(5)
    kernel.stop()
    assert task.done


def test_what_is_thrown_never_arrives_behind_the_shield(kernel):
    # Seen with CPython 3.13, where it arrives later than it is thrown: in the kernel, which then hung.
    arrived, behind, interval = [], [], sys.getswitchinterval()

    def learners_code():
        for _ in range(20):
            with kernel:
                behind.append("the shield")
                for _ in range(20):
                    pass
                behind.clear()

    def throw_on_and_on(task):
        while not task.done and len(arrived) < 100:
            throw_into(task, Stuck)
            time.sleep(0)

    def service():
        thrower = threading.Thread(target=throw_on_and_on, args=(kernel._running(),))
        thrower.start()
        while len(arrived) < 100:
            try:
                kernel.expose(learners_code)
            except Stuck:
                arrived.append(list(behind))
            for _ in range(20):
                pass
        thrower.join()
        assert kernel._running().shielded == 1

    sys.setswitchinterval(1e-6)
    try:
        kernel.call(service, name="service")
    finally:
        sys.setswitchinterval(interval)
    assert [place for place in arrived if place] == []


def test_an_error_of_the_learners_own_signal_handler_is_raised_in_the_cell(kernel):
    class Alarm(Exception):
        pass

    def ring(*_):
        raise Alarm

    rings = True

    def endless():
        nonlocal rings
        while True:
            kernel.sleep(1)
            if rings and the_cell_waits():
                rings = False
                signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)

    def the_cell_waits():
        frame = sys._current_frames()[threading.main_thread().ident]
        return frame.f_code.co_name == "_wait_as_root"

    with kernel:
        kernel.spawn(endless, name="endless")
    before = signal.signal(signal.SIGTERM, ring)
    try:
        with pytest.raises(Alarm):
            kernel.sleep(1e9)
    finally:
        signal.signal(signal.SIGTERM, before)
    kernel.sleep(10)
    assert [name for name, _ in kernel.waiting()] == ["endless"]


def test_a_signal_handler_cannot_call_while_its_thread_waits_inside(kernel):
    problems = []

    def call(*_):
        try:
            kernel.sleep(1)
        except RuntimeError as problem:
            problems.append(str(problem))

    before = signal.signal(signal.SIGTERM, call)
    spinning = threading.Event()

    def spin():
        signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
        while not problems:
            pass
        spinning.set()

    try:
        kernel.call(kernel.expose, spin, name="spin")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert spinning.is_set()
    assert "signal handler" in problems[0]


# ---- what spins


def test_a_task_that_lets_time_pass_is_not_stuck_however_long_it_takes(kernel):
    kernel.real_time_limit = 1
    seconds = []

    def busy():
        began = time.monotonic()
        while time.monotonic() - began < 1.3:
            kernel.sleep(0.001)
        seconds.append(time.monotonic() - began)

    kernel.call(busy, name="busy")
    assert seconds[0] > 1


def test_code_that_catches_everything_is_stopped_by_the_real_time_limit(kernel):
    kernel.real_time_limit = 0.3

    def stubborn():
        while True:
            try:  # noqa: SIM105 - what learners write, too
                sum(range(100))
            except:  # noqa: E722 - what learners write
                pass

    with pytest.raises(Stuck):
        kernel.call(kernel.expose, stubborn, name="stubborn")
    kernel.sleep(1)


def test_what_a_service_does_around_a_handler_is_carried_through(kernel):
    """However often something is thrown at the handler: the code that ends it is not hit."""
    kernel.real_time_limit = 0.05
    ends = []

    def stubborn():
        while True:
            try:  # noqa: SIM105 - what learners write, too
                len("")
            except:  # noqa: E722 - what learners write
                pass

    def service():
        try:
            kernel.expose(stubborn)
        except Stuck:
            began = time.monotonic()
            while time.monotonic() - began < 0.5:
                pass
            ends.append("carried through")

    for _ in range(3):
        kernel.call(service, name="service")
    assert ends == ["carried through"] * 3


def test_ctrl_c_stops_even_a_service_that_is_in_a_loop(kernel, monkeypatch):
    monkeypatch.setattr("workbook.engine.watch._FORCE_AFTER", 0.5)

    def loop():
        press_ctrl_c_in_the_main_thread()
        while True:
            pass

    with pytest.raises(KeyboardInterrupt):
        kernel.call(loop, name="service")
    kernel.sleep(1)


def test_stopping_ends_a_task_that_catches_everything(kernel):
    kernel.real_time_limit = 0.3

    def stubborn():
        while True:
            try:  # noqa: SIM105 - what learners write, too
                kernel.sleep(1)
            except:  # noqa: E722 - what learners write
                pass

    with kernel:
        kernel.spawn(kernel.expose, stubborn, name="stubborn")
    kernel.sleep(10)
    kernel.stop()
    assert kernel.waiting() == []


def test_who_waits_at_the_door_of_a_kernel_that_closes_is_turned_away(kernel):
    outcomes, waits = [], threading.Event()

    def call():
        waits.set()
        try:
            kernel.sleep(1)
        except Closed as error:
            outcomes.append(str(error))

    thread = threading.Thread(target=call)
    with kernel:
        thread.start()
        waits.wait()
        while not kernel._entrance._queue:
            pass
        kernel.close()
    thread.join()
    assert "closed or reset" in outcomes[0]


def test_a_thread_that_calls_again_and_again_keeps_nobody_out(kernel):
    calls, stop = [], threading.Event()

    def call_again_and_again():
        while not stop.is_set():
            with kernel:
                calls.append(1)
                sum(range(2_000))

    thread = threading.Thread(target=call_again_and_again)
    thread.start()
    while not calls:
        pass
    others = []
    for _ in range(20):
        before = len(calls)
        with kernel:
            others.append(len(calls) - before)
    stop.set()
    thread.join()
    assert sorted(others)[10] <= 500


def test_a_thread_that_calls_again_and_again_leaves_the_interpreter_to_the_cell(kernel):
    """Each time the cell looks at a file it gives the interpreter away, and must get it back soon."""
    calls, stop, here = [], threading.Event(), Path(__file__)

    def call_again_and_again():
        while not stop.is_set():
            with kernel:
                calls.append(1)

    thread = threading.Thread(target=call_again_and_again)
    thread.start()
    try:
        while not calls:
            pass
        before = len(calls)
        for _ in range(100):
            here.stat()
        meanwhile = len(calls) - before
    finally:
        stop.set()
        thread.join()
    assert meanwhile < 100 * 20


# ---- at random moments

RANDOM_MOMENTS = """
import os, random, signal, sys, threading, time
from workbook.engine import World, Signal

chance = random.Random(int(sys.argv[1]))
sys.setswitchinterval(1e-5)
world = World.for_tests()
kernel = world.kernel
ticks, bell = [0], Signal(kernel, "the bell")

def metronome():
    while True:
        kernel.sleep(60)
        ticks[0] += 1

def spin():
    while True:
        pass

def short():
    kernel.sleep(0.1)
    kernel.spawn(kernel.sleep, 0.1, name="child")

def many_short_tasks():
    with kernel:
        for _ in range(20):
            kernel.spawn(short, name="short")
    kernel.sleep(5)

actions = [
    lambda: kernel.advance(1e9),
    lambda: kernel.run_until_idle(),
    lambda: kernel.call(kernel.expose, spin, name="spin"),
    lambda: kernel.call(lambda: kernel.sleep(1e9), name="sleeper"),
    lambda: bell.wait(kernel.clock.now + 10**15),
    lambda: [many_short_tasks() for _ in range(1000)],
    lambda: [kernel.sleep(0) for _ in range(10**6)],
]

with kernel:
    kernel.spawn(metronome, name="the metronome")
kernel.sleep(1)

for trial in range(int(sys.argv[2])):
    pauses = [chance.random() * chance.choice([1e-4, 1e-3, 1e-2]) for _ in range(chance.choice([1, 1, 2]))]

    def press():
        for pause in pauses:
            time.sleep(pause)
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    try:
        thread.start()
        chance.choice(actions)()
    except KeyboardInterrupt:
        pass
    while True:
        try:
            while thread.is_alive():
                thread.join()
            time.sleep(0.002)
            break
        except KeyboardInterrupt:
            pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert not kernel._entrance.locked() and kernel._root is None and kernel._depth == 0
    kernel.advance(0)
    before = ticks[0]
    kernel.advance(600)
    assert ticks[0] - before == 10, (trial, ticks[0] - before, kernel.waiting())
    assert [name for name, _ in kernel.waiting()] == ["the metronome"], kernel.waiting()
    others = threading.Thread(target=kernel.sleep, args=(0,))
    others.start()
    others.join(60)
    assert not others.is_alive()

kernel.close()
deadline = time.monotonic() + 60
while [t for t in threading.enumerate() if t.name.startswith("workbook")] and time.monotonic() < deadline:
    time.sleep(0.01)
print([t.name for t in threading.enumerate()])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill with SIGINT ends the process there")
@pytest.mark.parametrize("seed", [1, 2])
def test_ctrl_c_at_random_moments_leaves_everything_in_order(seed):
    command = [sys.executable, "-X", "faulthandler", "-c", RANDOM_MOMENTS, str(seed), "100"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "['MainThread']"
