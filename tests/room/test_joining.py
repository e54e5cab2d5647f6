"""A learner's front door: nothing is sent before they say so, and what is sent is what they were told."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from verdicts import CODE, verdict

import workbook
from workbook.room.sent import Sent
from workbook.room.transport import RoomError
from workbook.scenarios import poison_message
from workbook.teaching import check, told
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.texts import texts_of


def files(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def sent(folder):
    (path,) = folder.glob("learner-*.json")
    return Sent.read(path.read_text())


def test_without_a_name_it_says_what_would_be_sent_and_sends_nothing(front_door, room, folder):
    before = files(folder)
    said = str(front_door.join_room(folder))
    told.tell(verdict())
    assert files(folder) == before
    assert said.startswith("You have not joined, and nothing is sent. To join: join_room(")
    for words in ("how often you have tried", "Never sent: your code", "can read it", "leave_room() ends it"):
        assert words in said


def test_with_a_name_each_check_in_this_notebook_is_sent(front_door, room, folder):
    said = str(front_door.join_room(folder, name="Ada"))
    assert said.startswith(f'You have joined the room at {folder} as "Ada".')
    assert f"What is there of you: {next(folder.glob('learner-*')).name}" in said
    told.tell(verdict(mistake="too-long"))
    assert sent(folder).exercises["vt-1"].mistakes == {"too-long": 1}


def test_a_real_check_is_sent_with_the_mistake_that_was_recognised(front_door, room, folder):
    texts = texts_of(find_exercise("vt-1"))
    front_door.join_room(folder, name="Ada")
    check("vt-1", texts.mistakes["shorter-than-the-work"].value)
    check("vt-1", texts.solution.value)
    tried = sent(folder).exercises["vt-1"]
    assert (tried.tries, tried.solved, tried.mistakes) == (2, True, {"shorter-than-the-work": 1})


def test_an_answer_of_another_form_is_no_try(front_door, room, folder):
    front_door.join_room(folder, name="Ada")
    told.tell(verdict(trouble="form"))
    told.tell(verdict(trouble="empty"))
    assert sent(folder).exercises == {}
    told.tell(verdict(trouble="exception"))
    assert sent(folder).exercises["vt-1"].tries == 1


def test_what_was_done_before_is_not_sent(front_door, room, folder):
    told.tell(verdict("dlq-1", passed=True))
    front_door.join_room(folder, name="Ada")
    assert sent(folder).exercises == {}


def test_after_leaving_nothing_is_there_and_nothing_is_sent(front_door, room, folder):
    front_door.join_room(folder, name="Ada")
    told.tell(verdict())
    assert "You have left." in front_door.leave_room()
    told.tell(verdict())
    assert set(files(folder)) == {"room.json"}
    assert front_door.leave_room() == "You are in no room."


def test_another_notebook_joins_again_without_folder_and_name_and_is_the_same_learner(
    front_door, room, folder, monkeypatch
):
    front_door.join_room(folder, name="Ada")
    told.tell(verdict())
    front_door._stop_hearing()
    monkeypatch.setattr(front_door, "_member", None)  # as in a new kernel
    told.tell(verdict())
    assert sent(folder).exercises["vt-1"].tries == 1
    assert '"Ada"' in front_door.join_room()
    told.tell(verdict())
    assert sent(folder).exercises["vt-1"].tries == 2


def test_another_name_is_taken_for_the_same_learner(front_door, room, folder):
    front_door.join_room(folder, name="Ada")
    told.tell(verdict())
    front_door.join_room(folder, name="A. L.")
    assert (sent(folder).name, sent(folder).exercises["vt-1"].tries) == ("A. L.", 1)
    told.tell(verdict())
    assert sent(folder).exercises["vt-1"].tries == 2  # and each check is heard once


def test_to_join_another_room_is_to_leave_the_first(front_door, room, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "room.json").write_text((folder / "room.json").read_text())
    front_door.join_room(folder, name="Ada")
    told.tell(verdict())
    front_door.join_room(other, name="Ada")
    assert set(files(folder)) == {"room.json"}
    assert sent(other).exercises == {}


def test_where_no_progress_is_kept_a_room_works_until_the_kernel_ends(front_door, room, folder, monkeypatch):
    monkeypatch.setenv("WORKBOOK_PROGRESS", "off")
    front_door.join_room(folder, name="Ada")
    told.tell(verdict())
    front_door.join_room()
    told.tell(verdict())
    assert sent(folder).exercises["vt-1"].tries == 2
    front_door.leave_room()
    assert set(files(folder)) == {"room.json"}


@pytest.mark.parametrize("name", ["", "   ", "\u202e"])
def test_a_name_that_nobody_can_see_is_refused(front_door, room, folder, name):
    with pytest.raises(RoomError, match="the name is a text of one letter or more"):
        front_door.join_room(folder, name=name)
    assert set(files(folder)) == {"room.json"}


def test_a_folder_that_is_no_room_is_named_with_the_way_to_make_one(front_door, tmp_path):
    with pytest.raises(RoomError, match=r"There is no room at .*workbook room FOLDER"):
        front_door.join_room(tmp_path, name="Ada")
    with pytest.raises(RoomError, match="Which room"):
        front_door.join_room(name="Ada")
    assert list(tmp_path.glob("**/learner-*")) == []


def test_a_room_of_a_newer_workbook_is_left_alone(front_door, room, folder):
    (folder / "room.json").write_text('{"version": 2}')
    with pytest.raises(RoomError, match="of version 2, and this workbook knows 1"):
        front_door.join_room(folder, name="Ada")


def test_where_the_first_sending_fails_one_has_not_joined(front_door, room, folder, monkeypatch):
    monkeypatch.setattr("workbook.room.folder.Folder._write", failing)
    with pytest.raises(RoomError, match="cannot be written to: permission denied"):
        front_door.join_room(folder, name="Ada")
    with pytest.raises(RoomError, match="You are in no room"):
        front_door.share("a text")
    assert front_door.own_diary().read() is None


def failing(*_):
    raise PermissionError(13, "Permission denied")


def test_code_is_sent_where_it_is_shared_and_only_then(front_door, room, folder):
    front_door.join_room(folder, name="Ada")
    told.tell(verdict(trouble="exception"))
    assert CODE not in "".join(files(folder).values())
    assert front_door.share(failing).startswith('Shared with the room: "failing".')
    assert "Permission denied" in "".join(files(folder).values())
    assert front_door.take_back() == "What you shared is removed."
    assert front_door.take_back() == "Nothing of yours was shared."
    assert "Permission denied" not in "".join(files(folder).values())


def test_a_scenario_is_shared_with_its_settings(front_door, room, folder):
    front_door.join_room(folder, name="Ada")
    front_door.share(poison_message, max_receives=5)
    (shared,) = folder.glob("share-*")
    assert json.loads(shared.read_text())["settings"]["max_receives"] == 5


def test_an_error_in_whoever_listens_is_a_warning_and_the_verdict_is_there(monkeypatch):
    def listener(_):
        raise OSError("no disk")

    told.add(listener)
    try:
        with pytest.warns(UserWarning, match="OSError: no disk"):
            told.tell(verdict())
    finally:
        told.remove(listener)


def test_teaching_does_not_load_rooms_and_the_front_door_loads_nothing_until_it_is_used():
    code = (
        "import sys, workbook.teaching.checking, workbook.room\n"
        "print([name for name in sys.modules if name.startswith('workbook.room.')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert set(workbook.room.__all__) == {"join_room", "leave_room", "page", "share", "shown", "take_back"}
    assert Path(workbook.room.__file__).is_file()
