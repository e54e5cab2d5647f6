"""What learners hand in, in every form and state: whose it is, what counts, what is said about the rest."""

import datetime
import json
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from handing_in import (
    EXERCISES,
    LESSON_2,
    LESSON_3,
    answer_cell,
    answered,
    as_bytes,
    cells_of,
    notebook,
    zipped,
)
from hypothesis import given
from hypothesis import strategies as st

from workbook.grading.assignment import Assignment, LatePolicy
from workbook.grading.submissions import collect
from workbook.grading.submissions.collecting import NothingHandedIn, gather
from workbook.grading.submissions.lists import ListError, read_manifest, read_roster
from workbook.grading.submissions.notebooks import LARGEST, NoNotebook, read_notebook
from workbook.grading.submissions.owners import Learner, owner_of, readable
from workbook.grading.submissions.tasks import exercises_in, is_as_given

WEEK = Assignment("Week 2", ("vt-1", "vt-2"))
NOON = datetime.datetime(2026, 12, 4, 12, tzinfo=datetime.UTC)
AT_NOON = NOON.timestamp()
DUE_AT_NOON = Assignment("Week 2", ("vt-1", "vt-2"), deadline=NOON, late=LatePolicy(percent_a_day=10))


def only(box, assignment=WEEK, **lists):
    [submission] = collect(box.path, assignment, **lists).submissions
    return submission


def learners(box):
    return [each.learner for each in collect(box.path, WEEK).submissions]


# ---- whose it is


@pytest.mark.parametrize(
    ("path", "learner", "account"),
    [
        ("ada/week2/02_visibility_timeout.ipynb", "ada", ""),
        ("ada/02_visibility_timeout.ipynb", "ada", ""),
        ("Ada Lovelace_12345_assignsubmission_file_/02_visibility_timeout.ipynb", "Ada Lovelace", "12345"),
        ("Ada Lovelace_12345_assignsubmission_file/02_visibility_timeout.ipynb", "Ada Lovelace", "12345"),
        ("Ada Lovelace_12345_assignsubmission_file_02_visibility_timeout.ipynb", "Ada Lovelace", "12345"),
        (
            "week 2/Ada Lovelace_12345_assignsubmission_file_/02_visibility_timeout.ipynb",
            "Ada Lovelace",
            "12345",
        ),
        ("lovelaceada_123_456_02_visibility_timeout.ipynb", "lovelaceada", "123"),
        ("lovelaceada_LATE_123_456_02_visibility_timeout-1.ipynb", "lovelaceada", "123"),
        ("Week 2_alovelace_attempt_2026-11-20-23-59-01_02_visibility_timeout.ipynb", "alovelace", ""),
        ("ada.ipynb", "ada", ""),
        ("ada.ipynb.txt", "ada", ""),
    ],
)
def test_every_usual_form_of_a_download_tells_whose_a_file_is(box, path, learner, account):
    box.put(path)
    submission = only(box)
    assert (submission.learner, submission.account) == (learner, account)
    assert len(submission.notebooks) == 1


@pytest.mark.parametrize("outer", ["alone.zip", "ada.zip", "ada/work.zip", "ada/week2/work.zip"])
def test_a_learner_may_hand_in_a_zip_file(box, outer):
    box.put_zip(outer, [("my work/02_visibility_timeout.ipynb", notebook())])
    submission = only(box)
    assert submission.learner == ("alone" if outer == "alone.zip" else "ada")
    assert submission.files[0].name == f"{outer}!my work/02_visibility_timeout.ipynb"


def test_a_zip_file_with_names_of_a_system_is_the_download_of_a_class(box):
    box.put("bob.ipynb")
    box.put_zip(
        "download.zip",
        [
            ("Ada Lovelace_1_assignsubmission_file_/02_visibility_timeout.ipynb", notebook()),
            ("Alan Turing_2_assignsubmission_file_/work.zip", zipped([("02.ipynb", notebook())])),
        ],
    )
    assert learners(box) == ["Ada Lovelace", "Alan Turing", "bob"]


def test_a_zip_file_may_stand_in_place_of_the_folder(box):
    path = box.put_zip("all.zip", [("ada/02.ipynb", notebook()), ("bob/02.ipynb", notebook())])
    assert [each.learner for each in collect(path, WEEK).submissions] == ["ada", "bob"]


def test_two_of_one_name_are_told_apart_by_their_numbers(box):
    for number in (1, 2):
        box.put(f"Ada Lovelace_{number}_assignsubmission_file_/02_visibility_timeout.ipynb")
    assert learners(box) == ["Ada Lovelace (1)", "Ada Lovelace (2)"]


def test_what_editors_and_systems_leave_behind_is_passed_over(box):
    box.put("ada/02_visibility_timeout.ipynb")
    box.put("ada/.ipynb_checkpoints/02_visibility_timeout-checkpoint.ipynb")
    box.put("__MACOSX/ada/._02_visibility_timeout.ipynb", b"\0\5\x16\7")
    box.put("ada/.DS_Store", b"\0")
    assert [file.name for file in only(box).files] == ["ada/02_visibility_timeout.ipynb"]


@given(st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1), min_size=1, max_size=4))
def test_any_name_belongs_to_somebody_whose_name_can_be_shown(parts):
    name = owner_of(parts).learner.name
    assert 0 < len(name) <= 100
    assert all(character.isprintable() or character.isspace() for character in name)


def test_a_name_that_would_turn_the_page_around_is_made_plain():
    assert readable("ada\u202egnp.exe\x00\udce9") == "ada\ufffdgnp.exe\ufffd?"


# ---- what counts


def test_of_two_the_newest_counts_and_the_other_is_named(box):
    box.put("ada/02_visibility_timeout.ipynb", answered("first"), at=1000)
    box.put("ada/02_visibility_timeout (1).ipynb", answered("second"), at=2000)
    submission = only(box)
    assert "second" in submission.notebooks[0][1]
    assert len(submission.notebooks) == 1
    assert [file.used for file in submission.files] == [True, False]
    said = "ada/02_visibility_timeout.ipynb was not graded: ada/02_visibility_timeout (1).ipynb is newer."
    assert said in submission.notes


def test_a_newer_one_in_which_nothing_was_filled_in_takes_no_answers_back(box):
    box.put("ada/02_visibility_timeout.ipynb", answered("mine"), at=1000)
    box.put("ada/again.ipynb", at=2000)
    submission = only(box)
    assert "mine" in submission.notebooks[0][1]
    said = (
        "ada/again.ipynb was not graded: nothing was filled in, "
        "and ada/02_visibility_timeout.ipynb has answers."
    )
    assert said in submission.notes


def test_of_two_with_one_time_the_later_name_counts_and_that_is_said(box):
    box.put("ada/a.ipynb", at=1000)
    box.put("ada/b.ipynb", at=1000)
    said = "ada/a.ipynb is as old as ada/b.ipynb, which was graded because its name comes later."
    assert said in only(box).notes


def test_notebooks_of_two_lessons_count_both(box):
    box.put("ada/02_visibility_timeout.ipynb", at=1)
    box.put("ada/03_dead_letter_queues.ipynb", notebook(LESSON_3), at=2)
    submission = only(box, Assignment("", ("vt-1", "dlq-1")))
    assert [name for name, _ in submission.notebooks] == [LESSON_2, LESSON_3]
    assert all(file.used for file in submission.files)


def test_a_newer_notebook_with_half_of_the_tasks_leaves_the_rest_to_the_older(box):
    half = notebook()
    half["cells"] = [cell for cell in half["cells"] if cell not in cells_of(half, "vt-1")]
    box.put("ada/02_visibility_timeout.ipynb", at=1)
    box.put("ada/half.ipynb", half, at=2)
    submission = only(box)
    assert len(submission.notebooks) == 2
    assert (
        "vt-2: in ada/half.ipynb and in ada/02_visibility_timeout.ipynb; the former counts."
        in submission.notes
    )


def test_a_broken_newest_leaves_the_older_to_be_graded_and_is_named(box):
    box.put("ada/02_visibility_timeout.ipynb", at=1)
    box.put("ada/new.ipynb", "{", at=2)
    submission = only(box)
    assert len(submission.notebooks) == 1
    assert "ada/new.ipynb: It is no JSON" in submission.unreadable


def test_the_same_file_from_two_learners_is_noted_for_the_class(box):
    for learner in ("ada", "bob", "cleo"):
        box.put(f"{learner}.ipynb", answered("print(1)"))
    box.put("dora.ipynb", answered("print(2)"))
    said = "ada, bob and cleo handed in the same file, byte for byte: ada.ipynb."
    assert collect(box.path, WEEK).notes == (said,)


def test_a_notebook_without_a_task_of_the_assignment_is_not_graded(box):
    box.put("ada/03_dead_letter_queues.ipynb", notebook(LESSON_3))
    submission = only(box)
    assert (submission.notebooks, submission.unreadable) == ((), "")
    assert "ada/03_dead_letter_queues.ipynb has none of the tasks, so it was not graded." in submission.notes


# ---- what was done to a notebook


def notes_on(box, value, name="ada/02_visibility_timeout.ipynb"):
    box.put(name, value)
    return only(box).notes


def test_a_notebook_as_it_was_given_has_no_notes(box):
    assert notes_on(box, notebook()) == ()


def test_an_answer_is_no_edit(box):
    assert notes_on(box, answered("import json\n\ndef cook(orders):\n    return 3\n")) == ()


def test_a_renamed_notebook_is_known_by_its_cells(box):
    said = "ada/final FINAL.ipynb was renamed: by its cells it is 02_visibility_timeout.ipynb."
    assert notes_on(box, notebook(), "ada/final FINAL.ipynb") == (said,)


def test_edited_words_of_a_task_are_noted(box):
    value = notebook()
    cells_of(value, "vt-2")[0]["source"] = "## Nothing to do\n"
    assert notes_on(box, value) == ("vt-2: the words of the task were edited.",)


def test_edited_code_of_a_task_is_noted(box):
    value = notebook(LESSON_3)
    cells_of(value, "dlq-1")[1]["source"] = "def inspect(event, context):\n    return None\n"
    box.put("ada/03_dead_letter_queues.ipynb", value)
    notes = only(box, Assignment("", ("dlq-1",))).notes
    assert notes == ("dlq-1: code that came with the task was edited.",)


def test_a_deleted_cell_of_an_answer_is_noted(box):
    value = notebook()
    value["cells"].remove(answer_cell(value, "vt-2"))
    assert notes_on(box, value) == ("vt-2: the cell for the answer was deleted.",)


def test_a_deleted_task_is_noted(box):
    value = notebook()
    value["cells"] = [cell for cell in value["cells"] if cell not in cells_of(value, "vt-2")]
    assert notes_on(box, value) == ("vt-2: all cells of the task were deleted.",)


def test_a_copied_cell_is_noted(box):
    value = notebook()
    value["cells"].append(answer_cell(value, "vt-2"))
    assert notes_on(box, value) == ("vt-2: the cell for the answer stands 2 times.",)


def test_a_notebook_that_lost_its_marks_is_known_by_its_checks(box):
    value = notebook()
    for cell in value["cells"]:
        cell["metadata"] = {}
    notes = notes_on(box, value)
    assert "vt-2: its cells have lost their marks; an answer is looked for by the calls of check." in notes
    assert len(only(box).notebooks) == 1


@pytest.mark.parametrize("source", ["def (:", "\0", "(" * 5000, "x = 1" * 10000])
def test_code_that_python_cannot_read_stops_nothing(box, source):
    value = notebook(LESSON_3)
    cells_of(value, "dlq-1")[1]["source"] = source
    box.put("ada/03_dead_letter_queues.ipynb", value)
    assert only(box, Assignment("", ("dlq-1",))).notes


def test_outputs_and_other_metadata_never_reach_the_judge(box):
    plain, dressed = notebook(), notebook()
    for cell in dressed["cells"]:
        cell["metadata"]["collapsed"] = True
        if cell["cell_type"] == "code":
            cell["execution_count"] = 7
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "Right: 11 of 11 points"}]
    dressed["metadata"]["grade"] = 11
    box.put("ada.ipynb", plain)
    box.put("bob.ipynb", dressed)
    ada, bob = collect(box.path, WEEK).submissions
    assert ada.notebooks[0][1] == bob.notebooks[0][1]
    assert "11 of 11" not in bob.notebooks[0][1]


# ---- what cannot be read


DEEP = "[" * 100_000
CORRUPT = {
    "": "It is empty.",
    "   \n": "It is empty.",
    "{": "It is no JSON",
    "<<<<<<< HEAD": "It is no JSON",
    "[1, 2]": "It is JSON, and no notebook",
    '{"a": 1}': "It is JSON, and no notebook",
    '{"nbformat": 4, "cells": 3}': "It has no list of cells",
    '{"nbformat": 4, "cells": [3]}': "Its cell 1 is no cell of a notebook",
    '{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}': "Its cell 1 is no cell of a notebook",
    '{"nbformat": 3, "worksheets": []}': "It is a notebook of format 3",
    '{"nbformat": 5, "cells": []}': "It is a notebook of format 5",
    '{"nbformat": "4", "cells": []}': "It is a notebook of format 4",
    DEEP: "It is nested too deep to be read.",
    "[" + "{}," * 600_000 + "{}]": "It has more than 500,000 lists and objects.",
}


@pytest.mark.parametrize(("text", "said"), CORRUPT.items(), ids=range(len(CORRUPT)))
def test_what_is_no_notebook_says_why(text, said):
    with pytest.raises(NoNotebook) as raised:
        read_notebook(text.encode())
    assert said in str(raised.value)


@pytest.mark.parametrize("depth", [10, 500, 900, 990, 3000, 9000])
@pytest.mark.parametrize("name", ["tags", "workbook", "nbgrader", "other"])
def test_marks_that_are_nested_too_deep_are_none(depth, name):
    value = notebook()
    text = json.dumps(value).replace('"tags"', f'"{name}": {"[" * depth}{"]" * depth}, "tags2"')
    try:
        read = read_notebook(text.encode())
    except NoNotebook:
        return  # nested too deep for this Python; any other error fails
    assert "[[[" not in read.text


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0", "ä".encode("utf-16"), bytes(range(256))])
def test_bytes_that_are_no_text_are_no_notebook(content):
    with pytest.raises(NoNotebook, match="no text in UTF-8"):
        read_notebook(content)


def test_a_notebook_of_windows_with_a_mark_at_its_beginning_is_read():
    assert read_notebook(b"\xef\xbb\xbf" + json.dumps(notebook()).encode()).cells


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["cells", "nbformat", "cell_type", "source", "metadata", "id"]) | st.text(),
                inner,
            )
        ),
    )
)
def test_any_json_is_a_notebook_or_says_why_not(value):
    content = json.dumps(value).encode()
    try:
        text = read_notebook(content).text
    except NoNotebook:
        return  # and no other error
    assert json.loads(text)["nbformat"] == 4


@given(st.binary(max_size=200))
def test_any_bytes_are_a_notebook_or_say_why_not(content):
    with pytest.raises(NoNotebook):
        read_notebook(content)


def test_a_file_of_200_megabytes_is_not_even_opened(box):
    path = box.put("ada.ipynb")
    os.truncate(path, 200_000_000)
    assert "It has 200 MB; at most 20 MB are read." in only(box).unreadable


def test_one_that_cannot_be_read_never_stops_the_rest(box):
    for number, text in enumerate(CORRUPT):
        box.put(f"learner{number:02}.ipynb", text)
    box.put("zoe.ipynb")
    collected = collect(box.path, WEEK).submissions
    assert [bool(each.notebooks) for each in collected] == [False] * len(CORRUPT) + [True]
    assert all(each.unreadable for each in collected[:-1])


def test_only_something_that_is_no_notebook_is_for_a_person_to_look_at(box):
    box.put("ada/answers.docx", b"PK")
    submission = only(box)
    assert submission.notebooks == ()
    assert submission.unreadable == "ada/answers.docx: It is no notebook, so it was not read."


def test_a_note_beside_a_notebook_disturbs_nobody(box):
    box.put("ada/02_visibility_timeout.ipynb")
    box.put("ada/readme.txt", "hello")
    submission = only(box)
    assert submission.unreadable == ""
    assert submission.notes == ("Not read, since no notebooks: ada/readme.txt.",)


# ---- links, names and zip files that lead elsewhere


def test_links_are_named_and_not_followed(box, tmp_path):
    secret = tmp_path / "grades.ipynb"
    secret.write_text(json.dumps(notebook()))
    (box.path / "ada").mkdir()
    (box.path / "ada" / "02.ipynb").symlink_to(secret)
    (box.path / "bob").symlink_to(tmp_path)
    ada, bob = collect(box.path, WEEK).submissions
    assert "It is a symbolic link, and links are not followed." in ada.unreadable
    assert bob.unreadable == "bob: It is a symbolic link, and links are not followed."
    assert (ada.notebooks, bob.notebooks) == ((), ())


def test_a_pipe_is_not_waited_for(box):
    os.mkfifo(box.path / "ada.ipynb")
    assert only(box).unreadable == "ada.ipynb: It is no plain file."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(box):
    box.put("ada.ipynb").chmod(0)
    assert "It cannot be read" in only(box).unreadable


@pytest.mark.parametrize(
    "name", ["../evil.ipynb", "a/../../evil.ipynb", "/etc/evil.ipynb", "C:\\evil.ipynb", "..\\evil.ipynb"]
)
def test_a_zip_file_whose_names_lead_out_of_it_is_refused_by_name(box, name, tmp_path):
    box.put_zip("ada.zip", [(name, notebook())])
    assert "Its name leads out of the zip file." in only(box).unreadable
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_in_a_zip_file_is_not_followed(box):
    link = zipfile.ZipInfo("02.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    box.put_zip("ada.zip", [(link, "/etc/passwd")])
    assert "It is a symbolic link" in only(box).unreadable


def test_a_zip_bomb_ends_at_the_size_of_a_notebook(box):
    box.put_zip("ada.zip", [("02.ipynb", b"0" * (LARGEST + 10_000_000))])
    assert "It has 30 MB; at most 20 MB are read." in only(box).unreadable


def test_a_zip_bomb_of_many_members_ends_at_what_a_zip_file_may_hold(box):
    large = b"0" * LARGEST
    box.put_zip("ada.zip", [(f"{number}.ipynb", large) for number in range(8)])
    assert "far more in it than a zip file of notebooks holds" in only(box).unreadable


def test_a_zip_file_of_very_many_files_is_refused(box):
    box.put_zip("ada.zip", [(f"{number}.txt", b"") for number in range(1_001)])
    assert "There are 1,001 files in it; at most 1,000 are read." in only(box).unreadable


def test_a_zip_file_with_an_endless_list_of_files_is_not_opened(box, monkeypatch):
    path = box.put_zip("ada/work.zip", [(f"{number:0200}", b"") for number in range(4_200)])
    monkeypatch.setattr("zipfile.ZipFile._RealGetContents", lambda _self: pytest.fail("its list was read"))
    said = only(box).unreadable
    assert "Its list of files has 1,0" in said
    assert "at most 1,000,000 are read." in said
    assert path.exists()


def test_a_zip_file_of_the_large_form_is_refused(box):
    large = zipped([("02.ipynb", notebook())])
    end = large.rindex(b"PK\5\6")
    box.put("ada/work.zip", large[:end] + b"PK\6\7" + bytes(16) + large[end:])
    assert "unpack it first" in only(box).unreadable


def test_of_a_thousand_bad_names_ten_are_told(box):
    box.put_zip("ada.zip", [(f"../{number}.ipynb", b"") for number in range(900)])
    submission = only(box)
    assert len(submission.notes) == 11
    assert submission.notes[-1] == "So it is with 890 more."
    assert len(submission.unreadable) < 2_000


def test_a_folder_that_cannot_be_read_stops_nothing(box, monkeypatch):
    box.put("ada/02.ipynb")
    box.put("bob/02.ipynb")
    scandir = os.scandir

    def guarded(path):
        if str(path).endswith("ada"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    ada, bob = collect(box.path, WEEK).submissions
    assert ada.unreadable == "ada: It is a folder that cannot be read."
    assert bob.notebooks


def test_a_member_that_lies_about_its_size_is_damaged_and_no_more(box):
    path = box.put_zip("ada.zip", [("02.ipynb", b"0" * 50_000)])
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\1\2")
    struct.pack_into("<I", content, directory + 24, 10)
    path.write_bytes(bytes(content))
    assert only(box).notebooks == ()
    assert only(box).unreadable


def test_a_zip_in_a_zip_of_a_learner_is_not_opened(box):
    box.put_zip("ada.zip", [("inner.zip", zipped([("02.ipynb", notebook())]))])
    assert "ada.zip!inner.zip: It is no notebook" in only(box).unreadable


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"no zip at all", zipped([("a.ipynb", "x")])[:-30]])
def test_a_zip_file_that_is_none_is_named(box, content):
    box.put("ada.zip", content)
    assert "It cannot be read as a zip file" in only(box).unreadable


def test_an_encrypted_zip_file_is_named(box):
    path = box.put_zip("ada.zip", [("02.ipynb", notebook())])
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(bytes(content))
    assert "It is encrypted." in only(box).unreadable


def test_a_member_with_spoilt_bytes_is_damaged(box):
    path = box.put_zip("ada.zip", [("02.ipynb", "abc" * 100)], compression=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"abcabc", b"abcabd", 1))
    assert "It is damaged" in only(box).unreadable


def test_the_folders_of_submissions_are_left_as_they_were(box):
    box.put_zip("ada.zip", [("02.ipynb", notebook())])
    box.put("bob/02.ipynb")
    before = {path: path.stat().st_mtime_ns for path in box.path.rglob("*")}
    collect(box.path, WEEK)
    assert {path: path.stat().st_mtime_ns for path in box.path.rglob("*")} == before


# ---- late, and missing


@pytest.mark.parametrize(
    ("after", "seconds", "said"),
    [
        (-1, 0, None),
        (0, 0, None),
        (1, 1, "It was handed in 1 second after the deadline; 10 % are taken off."),
        (3660, 3660, "It was handed in 1 hour and 1 minute after the deadline; 10 % are taken off."),
        (2 * 86400, 2 * 86400, "It was handed in 2 days after the deadline; 20 % are taken off."),
    ],
)
def test_late_is_counted_from_the_deadline(box, after, seconds, said):
    box.put("ada/02_visibility_timeout.ipynb", at=AT_NOON + after)
    submission = only(box, DUE_AT_NOON)
    assert submission.late_seconds == seconds
    assert submission.notes == ((said,) if said else ())


def test_a_manifest_has_the_last_word_on_times(box, tmp_path):
    box.put("ada/02_visibility_timeout.ipynb", at=AT_NOON + 999_999)
    box.put("bob/02_visibility_timeout.ipynb", answered("1"), at=0)
    manifest = tmp_path / "times.csv"
    manifest.write_text("learner,submitted\nada,2026-12-04T12:59:59+01:00\nbob,2026-12-04 12:00:01\n")
    times = read_manifest(manifest, datetime.UTC)
    ada, bob = collect(box.path, DUE_AT_NOON, times=times).submissions
    assert (ada.late_seconds, bob.late_seconds) == (0, 1)


def test_the_time_in_a_name_of_blackboard_is_in_the_zone_of_the_deadline(box):
    box.put("W_ada_attempt_2026-12-04-12-00-05_02_visibility_timeout.ipynb", at=0)
    assert only(box, DUE_AT_NOON).late_seconds == 5


def test_the_mark_of_canvas_is_told(box):
    box.put("lovelaceada_LATE_123_456_02_visibility_timeout.ipynb", at=0)
    name = "lovelaceada_LATE_123_456_02_visibility_timeout.ipynb"
    assert f"{name} is marked as late by the system that it comes from." in only(box, DUE_AT_NOON).notes


def test_who_is_on_the_roster_and_handed_in_nothing_is_missing(box, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("account,learner\n1,Ada Lovelace\n2,bob\n,cleo\n")
    box.put("Ada Lovelace_1_assignsubmission_file_/02_visibility_timeout.ipynb")
    box.put("bob.ipynb", answered("1"))
    box.put("dora.ipynb", answered("2"))
    collected = collect(box.path, WEEK, roster=read_roster(roster))
    assert [(each.learner, len(each.files)) for each in collected.submissions] == [
        ("Ada Lovelace", 1),
        ("bob", 1),
        ("cleo", 0),
        ("dora", 1),
    ]
    assert collected.notes == ("dora handed something in and is not on the roster.",)


def test_of_several_who_are_not_on_the_roster_one_sentence_is_said(box):
    for learner in ("ada", "bob", "cleo"):
        box.put(f"{learner}.ipynb", answered(f"print('{learner}')"))
    notes = gather(box.path).settle(WEEK, roster=[Learner("ada")]).notes
    assert notes == ("bob and cleo handed something in and are not on the roster.",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no column 'learner'"),
        ("name\nada\n", "has no column 'learner'; its first line should be learner"),
        ("learner\nada\nada\n", "line 3: ada stands in line 2 already"),
    ],
)
def test_a_roster_that_cannot_be_used_says_where(tmp_path, text, said):
    path = tmp_path / "roster.csv"
    path.write_text(text)
    with pytest.raises(ListError, match=said):
        read_roster(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("learner,submitted\nada,tomorrow\n", "line 2: submitted is 'tomorrow'; write 2026-12-04T17:58:00"),
        ("learner,submitted\nada\n", "line 2: it has too few columns"),
        ("learner\nada\n", "has no column 'submitted'"),
    ],
)
def test_a_manifest_that_cannot_be_used_says_where(tmp_path, text, said):
    path = tmp_path / "times.csv"
    path.write_text(text)
    with pytest.raises(ListError, match=said):
        read_manifest(path, datetime.UTC)


def test_a_list_that_is_no_table_is_named(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes(b"\xff\xfe\0")
    with pytest.raises(ListError, match="cannot be read as a table"):
        read_roster(path)


# ---- the whole


def test_nothing_there_says_what_is_expected(box):
    with pytest.raises(NothingHandedIn, match="LEARNER/ASSIGNMENT/x"):
        collect(box.path, WEEK)
    with pytest.raises(NothingHandedIn, match="There is no"):
        collect(Path("nowhere-at-all"), WEEK)


def test_without_an_assignment_the_exercises_are_those_that_were_found(box):
    for learner in ("ada", "bob", "cleo"):
        box.put(f"{learner}.ipynb")
    box.put("cleo/03.ipynb", notebook(LESSON_3))
    gathered = gather(box.path)
    assert gathered.exercises == {"vt-1", "vt-2", "dlq-1", "dlq-2"}
    assert gathered.stray_exercises()[0] == (
        "dlq-1 stands in the notebooks of cleo only; if it was not asked for, name the exercises in an "
        "assignment file."
    )


def test_the_same_folder_gives_the_same_whatever_the_order_of_its_files(box):
    for name in ("b.ipynb", "a/2.ipynb", "a/1.ipynb", "c.zip"):
        if name.endswith("zip"):
            box.put_zip(name, [("x.ipynb", notebook())])
        else:
            box.put(name, at=1000)
    first = collect(box.path, WEEK)
    moved = box.path.rename(box.path.with_name("elsewhere"))
    assert collect(moved, WEEK) == first


def test_a_learner_is_one_whatever_way_their_files_came(box):
    box.put("ada.ipynb", at=1)
    box.put("ada/02.ipynb", at=2)
    assert learners(box) == ["ada"]
    assert Learner("ada") in gather(box.path).papers


# ---- names and times that learners choose


@pytest.mark.parametrize(
    ("path", "learner", "account"),
    [
        (
            "Week 2_alovelace_attempt_2026-11-20-23-59-01_x_bob_attempt_2026-11-01-00-00-00_y.ipynb",
            "alovelace",
            "",
        ),
        (
            "lovelaceada_123_456_zz_777_assignsubmission_file_02_visibility_timeout.ipynb",
            "lovelaceada",
            "123",
        ),
        ("lovelaceada_123_456_bob_attempt_2026-11-01-00-00-00_y.ipynb", "lovelaceada", "123"),
        ("Ada Lovelace_12345_assignsubmission_file_bob_1_2_y.ipynb", "Ada Lovelace", "12345"),
        (
            "Ada Lovelace_12345_assignsubmission_file_/W_bob_attempt_2026-11-01-00-00-00_y.ipynb",
            "Ada Lovelace",
            "12345",
        ),
    ],
)
def test_a_name_that_a_learner_chose_does_not_make_the_file_anothers(box, path, learner, account):
    box.put(path)
    submission = only(box)
    assert (submission.learner, submission.account) == (learner, account)


def test_what_lies_in_a_learners_folder_is_theirs_whatever_it_is_called(box, tmp_path):
    box.put("bob/02_visibility_timeout.ipynb", answered("print('of bob')"))
    box.put("mallory/02_visibility_timeout.ipynb", answered("print('of mallory')"), at=AT_NOON)
    box.put("mallory/bob_12_34_02_visibility_timeout.ipynb", answered("print('forged')"), at=AT_NOON + 9)
    collected = collect(box.path, WEEK)
    bob, mallory = collected.submissions
    assert (bob.learner, mallory.learner) == ("bob", "mallory")
    assert "of bob" in bob.notebooks[0][1]
    assert "forged" in mallory.notebooks[0][1]
    said = "mallory/bob_12_34_02_visibility_timeout.ipynb counts as mallory's, in whose folder it lies."
    assert collected.notes == (said,)


def test_a_folder_of_somebody_on_the_roster_is_theirs_even_if_nothing_else_lies_in_it(box, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("learner,account\nbob,12\nmallory,66\n")
    box.put("bob/02_visibility_timeout.ipynb", answered("print('of bob')"))
    box.put("mallory/bob_12_34_02_visibility_timeout.ipynb", answered("print('forged')"))
    bob, mallory = collect(box.path, WEEK, roster=read_roster(roster)).submissions
    assert "of bob" in bob.notebooks[0][1]
    assert (mallory.learner, len(mallory.notebooks)) == ("mallory", 1)


def test_two_whose_names_look_alike_once_they_can_be_read_are_two(box):
    names = ["ada\u200b", "ada\u200c", "x" * 120 + "1", "x" * 120 + "2"]
    for name in names:
        box.put(f"{name}/02_visibility_timeout.ipynb", answered(f"print({name!r})"))
    found = learners(box)
    assert len(found) == len(names)
    assert all(len(name) <= 100 for name in found)


def test_one_without_a_number_beside_a_namesake_is_shown_by_the_name_alone(box):
    box.put("bob/02_visibility_timeout.ipynb", answered("1"))
    box.put("bob_1_2_02_visibility_timeout.ipynb", answered("2"))
    assert learners(box) == ["bob", "bob (1)"]


def test_a_zip_file_that_was_read_as_a_class_is_named(box):
    box.put("bob.ipynb", answered("1"))
    box.put_zip("mallory.zip", [("ada_1_2_02_visibility_timeout.ipynb", answered("2"))])
    said = "mallory.zip was read as the download of a class, by the names in it."
    assert said in collect(box.path, WEEK).notes


@pytest.mark.parametrize("inside", [(2026, 1, 1, 0, 0, 0), (2030, 1, 1, 0, 0, 0)])
def test_a_zip_file_is_as_late_as_it_is_whatever_times_it_gives(box, inside):
    """A learner sets the times of what is in it as they like."""
    member = zipfile.ZipInfo("02_visibility_timeout.ipynb", inside)
    path = box.put_zip("ada.zip", [(member, notebook())])
    os.utime(path, (AT_NOON + 60, AT_NOON + 60))
    assert only(box, DUE_AT_NOON).late_seconds == 60


def test_a_learners_zip_in_the_download_of_a_class_has_the_time_of_the_download(box):
    early = zipfile.ZipInfo("02_visibility_timeout.ipynb", (2026, 1, 1, 0, 0, 0))
    late = zipfile.ZipInfo("Ada_1_assignsubmission_file_/work.zip", (2026, 12, 4, 12, 1, 0))
    box.put_zip("class.zip", [(late, zipped([(early, notebook())]))])
    assert only(box, DUE_AT_NOON).late_seconds == 60


def test_of_two_in_one_zip_file_the_one_that_was_written_later_counts(box):
    older = zipfile.ZipInfo("z.ipynb", (2026, 1, 1, 0, 0, 0))
    newer = zipfile.ZipInfo("a.ipynb", (2026, 1, 2, 0, 0, 0))
    box.put_zip("ada.zip", [(older, answered("print('older')")), (newer, answered("print('newer')"))])
    submission = only(box)
    assert "newer" in submission.notebooks[0][1]
    assert "ada.zip!z.ipynb was not graded: ada.zip!a.ipynb is newer." in submission.notes


# ---- what nobody filled in


def test_notebooks_that_nobody_filled_in_are_no_copies(box):
    """They were listed as the same file, as if somebody had copied."""
    for learner in ("ada", "bob"):
        box.put(f"{learner}.ipynb")
    box.put("cleo.ipynb", answered("print(1)"))
    assert collect(box.path, WEEK).notes == ("ada and bob handed in without an answer: ada.ipynb.",)


@pytest.mark.parametrize("name", sorted(path.name for path in EXERCISES.glob("*.ipynb")))
def test_every_notebook_of_the_course_is_known_as_it_is_given_out(name):
    given = read_notebook(as_bytes(notebook(name)))
    assert is_as_given(given) is bool(exercises_in(given))


def test_a_value_that_is_handed_in_is_an_answer():
    value = notebook()
    for cell in cells_of(value, "vt-1"):
        if cell["cell_type"] == "code":
            cell["source"] = 'check("vt-1", {"visibility_timeout": 60})'
    assert not is_as_given(read_notebook(as_bytes(value)))
