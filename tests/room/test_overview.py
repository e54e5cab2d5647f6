"""How the room stands: who is where, who is stuck, what is common."""

import pytest

from workbook.room.face import overview_text
from workbook.room.overview import MINUTE, Arrived, Patience, overview_of
from workbook.room.sent import Sent, Tried
from workbook.teaching.catalogue import all_exercises

EXERCISES = {id_: all_exercises()[id_] for id_ in ("vt-1", "dlq-1", "q-1")}
NOW = 100_000


def tried(tries=1, *, solved=False, first=0, last=0, **mistakes):
    """Times are minutes before NOW."""
    named = {name.replace("_", "-"): count for name, count in mistakes.items()}
    return Tried(tries, solved, named, NOW - first * MINUTE, NOW - last * MINUTE)


def arrived(name, exercises, *, age=0.0, number=1, clock=0):
    """`clock` is by how much the learner's watch is wrong."""
    moved = {
        id_: Tried(each.tries, each.solved, each.mistakes, each.first + clock, each.last + clock)
        for id_, each in exercises.items()
    }
    return Arrived(f"learner-{number:016x}", Sent(name, NOW + clock, moved), age)


def overview(*everybody, **options):
    return overview_of(everybody, EXERCISES, **options)


def test_each_learner_has_a_cell_for_each_exercise_in_words_and_as_a_shape():
    room = overview(arrived("Ada", {"vt-1": tried(3, solved=True), "dlq-1": tried(1), "q-1": tried(2)}))
    (ada,) = room.learners
    assert [(cell.exercise, cell.sign, cell.words) for cell in ada.cells] == [
        ("vt-1", "✓ 3", "solved after 3 tries"),
        ("dlq-1", "… 1", "1 try, not solved"),
        ("q-1", "… 2", "2 tries, not solved"),
    ]
    assert overview(arrived("Bo", {})).learners[0].cells[0].words == "not begun"
    assert overview(arrived("Bo", {})).learners[0].cells[0].sign == "○"


def test_learners_stand_by_name_and_two_of_one_name_are_told_apart():
    room = overview(
        arrived("bo", {}, number=1), arrived("Ada", {}, number=3), arrived("ada", {"vt-1": tried()}, number=2)
    )
    assert [learner.name for learner in room.learners] == ["ada", "Ada (2)", "bo"]


def test_many_tries_at_one_exercise_are_stuck():
    room = overview(arrived("Ada", {"dlq-1": tried(5, first=3, one_chance=3, too_soon=1)}))
    assert [(one.name, one.exercise, one.words) for one in room.stuck] == [
        ("Ada", "dlq-1", "5 tries in 3 minutes; recognised: one-chance, too-soon")
    ]
    assert room.learners[0].cells[1].sign == "▲ 5"
    assert room.learners[0].cells[1].words == "5 tries, not solved, stuck"
    assert overview(arrived("Ada", {"dlq-1": tried(4, first=3)})).stuck == ()


def test_a_long_time_without_progress_is_stuck_once_there_were_two_tries():
    assert overview(arrived("Ada", {"dlq-1": tried(2, first=11)})).stuck == ()
    assert overview(arrived("Ada", {"dlq-1": tried(2, first=12)})).stuck[0].minutes == 12
    assert overview(arrived("Ada", {"dlq-1": tried(1, first=60)})).stuck == ()
    assert overview(arrived("Ada", {"dlq-1": tried(2, first=3)}), patience=Patience(minutes=3)).stuck


def test_what_was_solved_meanwhile_is_progress():
    solved = tried(solved=True, first=20, last=5)
    assert overview(arrived("Ada", {"vt-1": solved, "dlq-1": tried(2, first=30)})).stuck == ()


def test_who_went_on_to_something_else_is_not_stuck_at_what_they_left():
    left = tried(9, first=50, last=40)
    assert overview(arrived("Ada", {"dlq-1": left})).stuck
    assert overview(arrived("Ada", {"dlq-1": left, "q-1": tried(1, last=1)})).stuck == ()
    assert overview(arrived("Ada", {"dlq-1": left, "q-1": tried(solved=True)})).stuck == ()


def test_time_goes_on_after_the_last_thing_that_was_sent():
    waiting = arrived("Ada", {"dlq-1": tried(2, first=2)}, age=11 * MINUTE)
    assert overview(waiting).stuck[0].minutes == 13
    assert overview(waiting).learners[0].minutes == 11


@pytest.mark.parametrize("clock", [-5_000, 0, 5_000])
def test_a_learners_watch_that_is_wrong_changes_nothing(clock):
    room = overview(arrived("Ada", {"dlq-1": tried(2, first=13, last=4)}, clock=clock))
    assert (room.stuck[0].minutes, room.learners[0].minutes) == (13, 4)


def test_who_waits_longest_comes_first():
    room = overview(
        arrived("Ada", {"dlq-1": tried(6, first=5)}, number=1),
        arrived("Bo", {"vt-1": tried(2, first=40)}, number=2),
    )
    assert [one.name for one in room.stuck] == ["Bo", "Ada"]


def test_common_mistakes_are_counted_by_learner_with_the_workbooks_own_message():
    room = overview(
        arrived("Ada", {"dlq-1": tried(9, one_chance=8)}, number=1),
        arrived("Bo", {"dlq-1": tried(3, too_soon=1, one_chance=1)}, number=2),
        arrived("Cy", {"dlq-1": tried(2, solved=True, too_soon=1)}, number=3),
    )
    assert [(one.id, one.learners, one.times) for one in room.common] == [
        ("one-chance", 2, 9), ("too-soon", 2, 2),
    ]  # fmt: skip
    known = {mistake.name: mistake.message for mistake in EXERCISES["dlq-1"].mistakes}
    assert [one.message for one in room.common] == [known["one-chance"], known["too-soon"]]


def test_exercises_and_mistakes_that_this_workbook_does_not_know_are_left_out():
    room = overview(arrived("Ada", {"new-9": tried(9, first=50, new=9), "vt-1": tried(1, new=3)}))
    assert (room.common, room.stuck) == ((), ())
    assert [cell.exercise for cell in room.learners[0].cells] == ["vt-1", "dlq-1", "q-1"]


def test_the_room_in_words_for_a_terminal():
    room = overview(
        arrived(
            "Ada",
            {"vt-1": tried(3, solved=True, last=15), "dlq-1": tried(6, first=13, one_chance=2)},
            number=1,
        ),
        arrived("Lin", {"vt-1": tried(1)}, number=2),
        problems=["learner-3.json is left out: it is no JSON."],
    )
    text = overview_text(room, "the folder")
    assert text.startswith("2 learners, 1 exercise solved, 1 stuck.\n")
    assert "\n     vt-1  dlq-1\nAda  ✓ 3   ▲ 6\nLin  … 1   ○\n" in text
    assert "  Ada, dlq-1: 6 tries in 13 minutes; recognised: one-chance." in text
    assert "  dlq-1, one-chance: 1 of 2. " in text
    assert " q-1" not in text  # nobody has tried it
    assert text.endswith("learner-3.json is left out: it is no JSON.")


def test_an_empty_room_says_how_one_joins():
    assert 'join_room("the folder", name="Ada")' in overview_text(overview(), "the folder")
