"""AWS's time on a stage: stretched where much happens, folded where nothing does."""

import pytest
from histories import HISTORIES, RELAXED, History
from hypothesis import given
from hypothesis import strategies as st

from workbook.engine.clock import SECOND
from workbook.flow.moves import Move, Status
from workbook.flow.scene import Scene
from workbook.flow.timeline import SHORTEST, TRAVEL, timeline_of


def move(seconds, message="m", source="a", target="b", status=Status.DELIVERED):
    return Move(round(seconds * SECOND), 1, source, target, message, status, "")


MOVES = st.lists(
    st.builds(
        move,
        st.integers(0, 10_000).map(lambda milliseconds: milliseconds / 100),
        st.sampled_from(["m", "n", "o", None]),
        st.sampled_from("abc"),
        st.sampled_from("abc"),
        st.sampled_from(list(Status)),
    ),
    max_size=60,
).map(lambda moves: sorted(moves, key=lambda move: move.time))


@given(MOVES)
def test_moves_start_in_order_and_take_time(moves):
    spans = timeline_of(moves, 0, 100 * SECOND).spans
    starts = [start for start, _ in spans]
    assert starts == sorted(starts)
    assert all(end - start >= SHORTEST - 1e-9 for start, end in spans)


@given(MOVES)
def test_both_clocks_only_run_forwards(moves):
    clock = timeline_of(moves, 0, 100 * SECOND).clock
    assert [stage for stage, _ in clock] == sorted(stage for stage, _ in clock)
    assert [time for _, time in clock] == sorted(time for _, time in clock)
    assert clock[0] == (0, 0)
    assert clock[-1][1] == 100 * SECOND


@given(MOVES)
def test_everything_that_happens_before_a_fold_is_over_when_it_begins(moves):
    timeline = timeline_of(moves, 0, 100 * SECOND)
    for fold in timeline.folds:
        for start, end in timeline.spans:
            assert end <= fold.start + 1e-9 or start >= fold.end - 1e-9


def test_a_message_is_received_only_when_it_has_arrived():
    spans = timeline_of([move(0), move(0.01, source="b", target="c")], 0, SECOND).spans
    assert spans[1][0] >= spans[0][1]


def test_a_quiet_time_is_folded_and_says_how_long_it_was():
    timeline = timeline_of([move(0), move(240)], 0, 240 * SECOND)
    [fold] = timeline.folds
    assert fold.text == "4 min later"
    assert fold.end - fold.start < 2 * TRAVEL
    assert timeline.aws_time(fold.start) == 0
    assert timeline.aws_time(fold.end) == 240 * SECOND


def test_days_take_hardly_longer_than_minutes():
    minutes, days = (timeline_of([move(0), move(s)], 0, s * SECOND).length for s in (240, 4 * 86400))
    assert days - minutes < 1


def test_ten_thousand_moves_at_once_take_less_than_a_minute():
    moves = [move(number / 1e6, message=str(number)) for number in range(10_000)]
    assert timeline_of(moves, 0, SECOND).length < 60


def test_an_empty_scene_has_a_clock():
    timeline = timeline_of([], 0, 60 * SECOND)
    assert timeline.aws_time(0) == 0
    assert timeline.aws_time(timeline.length) == 60 * SECOND


@given(HISTORIES)
@RELAXED
def test_the_timeline_of_any_history_shows_every_move_at_its_time(actions):
    desk = History("").play(actions).desk
    scene = Scene.of(list(desk.world.trace), desk.now)
    assert len(scene.timeline.spans) == len(scene.moves)
    for shown, (start, end) in zip(scene.moves, scene.timeline.spans, strict=True):
        if shown.time > scene.start:
            assert scene.timeline.aws_time(start) <= shown.time + SECOND
            assert scene.timeline.aws_time(end) >= shown.time - SECOND


@pytest.mark.parametrize("actions", [[("send", "A", 1)]])
def test_a_history_of_one_message_is_short(actions):
    desk = History("").play(actions).desk
    assert Scene.of(list(desk.world.trace), desk.now).timeline.length < 3
