"""The instructor's side, without a screen: look, show, empty, and bear what others have put there."""

import time
import tracemalloc

import pytest
from verdicts import verdict

from workbook import Lab
from workbook.room import room as room_module
from workbook.room.exhibits import RunShown, ScenarioShown, TextShown, exhibit_of
from workbook.room.folder import Folder
from workbook.room.room import MOST_PROBLEMS, Room, what_is_shown
from workbook.room.sent import Sent, Tried
from workbook.room.transport import RoomError
from workbook.scenarios import SettingError, poison_message
from workbook.teaching.catalogue import all_exercises


def crowd(folder, learners=30, tries=1):
    """Everybody has tried every exercise."""
    for number in range(learners):
        tried = {id_: Tried(tries, mistakes={each.mistakes[0].name: tries}, first=1, last=2)
                 for id_, each in all_exercises().items()}  # fmt: skip
        Folder(folder).put(f"learner-{number:016x}", Sent(f"Learner {number:02}", 2, tried).text())


def test_a_new_room_is_empty_and_says_so_in_its_folder(room, folder):
    assert room.look().learners == ()
    assert (folder / "room.json").is_file()
    Room(Folder(folder))  # again, and nothing is lost


def test_a_folder_that_is_not_there_is_no_room(tmp_path):
    with pytest.raises(RoomError, match="cannot be written to"):
        Room(Folder(tmp_path / "gone"))


def test_a_file_that_is_half_written_leaves_its_learner_as_they_were(room, join, folder):
    ada = join("Ada")
    ada.heard(verdict("vt-1"))
    assert room.look().problems == ()
    path = next(folder.glob("learner-*"))
    path.write_text(path.read_text()[:60])
    half = room.look()
    assert half.problems == (f"{path.name} stays as it was (Ada): it is no JSON, or only half of it.",)
    assert half.learners[0].cells[2].tried.tries == 1
    assert Room(Folder(folder)).look().problems == (
        f"{path.name} is left out: it is no JSON, or only half of it.",
    )
    ada.heard(verdict("vt-1"))
    assert (room.look().problems, room.look().learners[0].cells[2].tried.tries) == ((), 2)


def test_who_has_left_is_gone(room, join):
    join("Ada").leave()
    join("Bo")
    assert [learner.name for learner in room.look().learners] == ["Bo"]


def test_bad_files_do_not_hide_good_ones_and_are_named_up_to_a_number(room, join, folder):
    join("Ada")
    for number in range(MOST_PROBLEMS + 5):
        (folder / f"learner-{number:016x}.json").write_text("\x00" * number)
    look = room.look()
    assert [learner.name for learner in look.learners] == ["Ada"]
    assert len(look.problems) == MOST_PROBLEMS + 1
    assert look.problems[-1] == "And 5 more that cannot be read."


def test_of_more_learners_than_a_room_holds_the_first_are_shown(room, folder, monkeypatch):
    monkeypatch.setattr(room_module, "MOST_LEARNERS", 10)
    crowd(folder, 12)
    assert len(room.look().learners) == 10
    assert room.look().problems == ("There are files of 12 learners; 10 are shown.",)


def test_what_is_shown_is_there_until_it_is_taken_down(room, folder):
    assert what_is_shown(Folder(folder)) is None
    room.show("Break until 10:30")
    assert what_is_shown(Folder(folder)) == TextShown("Break until 10:30", "Break until 10:30")
    room.show(poison_message, max_receives=5)
    shown = what_is_shown(Folder(folder))
    assert isinstance(shown, ScenarioShown)
    assert shown.settings["max_receives"] == 5
    assert room.take_down() is True
    assert what_is_shown(Folder(folder)) is None
    with pytest.raises(SettingError):
        room.show(poison_message, max_receives=0)


def test_what_a_learner_shared_can_be_looked_at_and_shown_to_all(room, join, folder):
    with Lab(seed=7) as lab:
        lab.client("sqs").create_queue(QueueName="orders")
        join("Ada").share(exhibit_of(lab, "my queue"))
    (ada,) = room.look().learners
    run = room.shared(ada.key, ada.shared[0].number)
    assert isinstance(run, RunShown)
    assert "orders" in run.flow().prose()
    room.show(run)
    assert what_is_shown(Folder(folder)) == run


@pytest.mark.parametrize(("number", "why"), [(0, "taken it back"), (7, "numbered 0 to 2")])
def test_what_was_taken_back_is_there_no_more(room, number, why):
    with pytest.raises(RoomError, match=why):
        room.shared("learner-0123456789abcdef", number)


def test_a_key_from_a_page_cannot_name_another_file(room):
    with pytest.raises(ValueError, match="no key of a room"):
        room.shared("../../secret", 0)


def test_a_room_is_emptied_of_all_but_its_sign_and_of_nothing_else(room, join, folder):
    (folder / "holiday.txt").write_text("mine")
    join("Ada").share(exhibit_of("a text"))
    room.show("a text")
    assert room.empty() == 3
    assert sorted(path.name for path in folder.iterdir()) == ["holiday.txt", "room.json"]


def test_a_look_at_thirty_learners_and_forty_exercises_takes_less_than_a_fifth_of_a_second(room, folder):
    crowd(folder)
    room.look()
    begin = time.process_time()
    for _ in range(5):
        room.look()
    assert (time.process_time() - begin) / 5 < 0.2


def test_looks_do_not_make_it_grow(room, folder):
    crowd(folder)
    room.look()
    tracemalloc.start()
    try:
        for tries in range(3):
            crowd(folder, tries=tries + 2)
            room.look()
        before = tracemalloc.get_traced_memory()[0]
        for tries in range(20):
            crowd(folder, tries=tries + 5)
            room.look()
        assert tracemalloc.get_traced_memory()[0] - before < 200_000
    finally:
        tracemalloc.stop()
