"""A live picture keeps up with the lab, and costs it little."""

import gc
import json
import threading
from types import SimpleNamespace

import pytest
from IPython.core.events import EventManager, available_events

from workbook.flow import following
from workbook.flow.following import PAUSE, SHARE, Follower


class Screen:
    """A follower with a clock of its own, and a list of the times at which it updated."""

    def __init__(self, *, cost=0.0):
        self.time = 0.0
        self.aws_time = 0
        self.cost = cost
        self.seen = True
        self.updates = []
        self.follower = Follower(self.update, lambda: self.seen, lambda: self.aws_time, lambda: self.time)

    def update(self):
        self.updates.append(self.time)
        self.time += self.cost

    def hear_for(self, seconds, every=0.01):
        end = self.time + seconds
        while self.time < end:
            self.time += every
            self.follower.hear()


def test_it_updates_five_times_a_second_at_most():
    screen = Screen()
    screen.hear_for(10)
    assert 40 <= len(screen.updates) <= 10 / PAUSE


def test_updates_that_take_long_come_rarely():
    screen = Screen(cost=1)
    screen.hear_for(60)
    assert len(screen.updates) * screen.cost <= 60 / SHARE


@pytest.fixture
def shell(monkeypatch):
    """What a notebook's kernel has: events at the beginning and the end of each cell."""
    shell = SimpleNamespace(kernel=object(), events=EventManager(None, available_events))
    monkeypatch.setattr(following, "shell_of_this_kernel", lambda: shell)
    return shell


def end_cell(shell):
    shell.events.trigger("post_run_cell", None)


def test_the_end_of_a_cell_brings_what_is_still_missing(shell):
    screen = Screen()
    screen.follower.watch_cells()
    screen.follower.hear()
    assert screen.updates == []
    end_cell(shell)
    assert len(screen.updates) == 1
    end_cell(shell)
    assert len(screen.updates) == 1, "nothing is new"


def test_time_that_passed_without_a_hop_is_news(shell):
    screen = Screen()
    screen.follower.watch_cells()
    screen.aws_time = 30
    end_cell(shell)
    assert len(screen.updates) == 1


def test_what_was_seen_unfinished_is_shown_again_at_the_end(shell):
    screen = Screen()
    screen.follower.watch_cells()
    screen.hear_for(0.25)
    assert len(screen.updates) == 1
    end_cell(shell)
    assert len(screen.updates) == 2


def test_what_nobody_sees_is_not_drawn_until_somebody_does():
    screen = Screen()
    screen.seen = False
    screen.hear_for(5)
    assert screen.updates == []
    screen.seen = True
    screen.follower.catch_up()
    assert len(screen.updates) == 1


def test_a_callback_outside_of_cells_is_caught_up_with_soon(shell, monkeypatch):
    monkeypatch.setattr(following, "PAUSE", 0.01)
    done = threading.Event()
    follower = Follower(done.set, lambda: True, lambda: 0, lambda: 0.0)
    follower.watch_cells()
    end_cell(shell)
    follower.hear()
    assert done.wait(timeout=120)
    assert not follower.late


def test_the_shell_forgets_who_is_gone(shell):
    screen = Screen()
    screen.follower.watch_cells()
    assert len(shell.events.callbacks["post_run_cell"]) == 1
    del screen
    gc.collect()
    assert shell.events.callbacks["post_run_cell"] == []
    end_cell(shell)


# ---- the widget


def moves_of(widget):
    return len(json.loads(widget.stage)["moves"]["time"])


@pytest.fixture
def flow(lab, shop):
    flow = lab.flow(follow=True)
    yield flow
    flow.widget.close()


def test_a_flow_that_follows_shows_what_came_later(flow, shop):
    assert moves_of(flow.widget) == 0
    shop.send("rye", "bun")
    flow.refresh()
    assert moves_of(flow.widget) == 2
    assert "you to orders: 2" in flow.prose()
    assert json.loads(flow.widget.stage)["svg"] == flow.svg()


def test_its_words_are_those_of_now_whenever_they_are_asked_for_and_do_not_depend_on_the_screen(lab, shop):
    flow = lab.flow(follow=True)
    for number in (1, 2, 3):
        shop.send("rye")
        assert f"you to orders: {number}" in flow.prose()
        assert f"you to orders: {number}" in flow.bundle()["text/html"]
        assert flow.svg() == lab.flow().svg()


def test_a_snapshot_stays_as_it_is(lab, shop):
    flow = lab.flow()
    shop.send("rye")
    flow.refresh()
    assert moves_of(flow.widget) == 0
    assert not flow.widget.following


def test_it_follows_across_a_reset(flow, lab, shop):
    flow.widget.views = 1
    shop.send("rye")
    flow.refresh()
    lab.reset()
    flow.refresh()
    assert (moves_of(flow.widget), flow.widget.problem) == (0, "")
    lab.client("sqs").create_queue(QueueName="new")
    flow.refresh()
    assert [node["label"] for node in json.loads(flow.widget.stage)["nodes"]] == ["new"]


def test_a_part_goes_on_as_that_part(lab, shop):
    shop.send("rye")
    flow = lab.flow(of=1, follow=True)
    shop.send("bun")
    shop.receive()
    flow.refresh()
    assert moves_of(flow.widget) == 2
    flow.widget.close()


def test_an_error_is_shown_where_the_picture_is_and_stops_nobody(flow, shop, monkeypatch):
    assert flow.widget.problem == ""
    monkeypatch.setattr("workbook.flow.flow.draw", lambda *_, **__: 1 / 0)
    shop.send("rye")
    flow.refresh()
    assert "ZeroDivisionError: division by zero" in flow.widget.problem
    monkeypatch.undo()
    flow.refresh()
    assert (flow.widget.problem, moves_of(flow.widget)) == ("", 1)


@pytest.fixture
def eager(monkeypatch):
    """No pauses between updates."""
    monkeypatch.setattr(following, "PAUSE", 0)
    monkeypatch.setattr(following, "SHARE", 0)


def test_hops_reach_the_widget_while_the_cell_still_runs(eager, flow, shop):
    assert moves_of(flow.widget) == 0
    shop.send("rye")
    assert moves_of(flow.widget) == 1


def test_a_view_that_is_gone_is_not_drawn_for_and_one_that_returns_is(eager, flow, shop):
    flow.widget.views = 1
    flow.widget.views = 0
    shop.send("rye")
    assert moves_of(flow.widget) == 0
    flow.widget.views = 1
    assert moves_of(flow.widget) == 1


def test_a_closed_widget_stops_following(flow, lab, shop):
    assert flow.widget
    assert len(lab.trace.observers.methods) == 1
    flow.widget.close()
    gc.collect()
    shop.send("rye")
    assert lab.trace.observers.methods == []
    assert moves_of(flow.widget) == 0


def test_its_repr_has_no_address_and_outside_a_kernel_there_is_no_live_view(flow):
    assert repr(flow.widget) == "<the flow, live>"
    assert set(flow._repr_mimebundle_()) == {"text/html", "image/svg+xml", "text/plain"}


def test_calls_on_other_threads_are_followed(eager, flow, shop):
    assert moves_of(flow.widget) == 0
    thread = threading.Thread(target=shop.send, args=("rye",))
    thread.start()
    thread.join()
    assert moves_of(flow.widget) == 1
