"""A shared folder, in which files may be half written, strange, or meant to do harm."""

import os
import stat
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.room import folder as folder_module
from workbook.room.folder import Folder
from workbook.room.transport import KEY, RoomError, checked

ADA = "learner-0123456789abcdef"
needs_links = pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")


def test_what_is_put_is_what_one_gets_and_its_age_is_told(folder):
    Folder(folder).put(ADA, "grün\n")
    received = Folder(folder).get(ADA, 100)
    assert (received.text, received.problem) == ("grün\n", "")
    os.utime(folder / f"{ADA}.json", (1_000, 1_000))
    assert Folder(folder).get(ADA, 100).age > 1_000_000


def test_nothing_lies_where_nothing_was_put(folder):
    assert Folder(folder).get("shown", 100) is None
    assert Folder(folder).listed() == []
    assert Folder(folder).remove("shown") is False


def test_only_files_of_a_room_are_listed(folder):
    for name in ("holiday.json", "learner-1.json", f"{ADA}.txt", f".{ADA}.ab12.new", "room.json.bak"):
        (folder / name).write_text("{}")
    Folder(folder).put(ADA, "x")
    assert Folder(folder).listed() == [ADA]


def test_a_folder_full_of_other_things_is_not_read_to_its_end(folder, monkeypatch):
    for number in range(30):
        Folder(folder).put(f"learner-{number:016x}", "x")
    monkeypatch.setattr(folder_module, "MOST_NAMES", 10)
    assert len(Folder(folder).listed()) == 10


def test_whoever_reads_while_others_write_sees_no_half_of_a_text(folder):
    texts = [letter * 20_000 for letter in "abcd"]
    transport = Folder(folder)
    transport.put(ADA, texts[0])
    writers = [threading.Thread(target=lambda text=text: [transport.put(ADA, text) for _ in range(20)])
               for text in texts]  # fmt: skip
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert transport.get(ADA, 30_000).text in texts
    for writer in writers:
        writer.join()
    assert [path.name for path in folder.iterdir()] == [f"{ADA}.json"]


def test_a_write_that_fails_leaves_the_file_of_before_and_nothing_beside_it(folder, monkeypatch):
    Folder(folder).put(ADA, "before")

    def no_space(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(RoomError, match="cannot be written to: no space left on device"):
        Folder(folder).put(ADA, "after")
    assert Folder(folder).get(ADA, 100).text == "before"
    assert [path.name for path in folder.iterdir()] == [f"{ADA}.json"]


def test_what_is_too_long_is_not_read(folder):
    Folder(folder).put(ADA, "x" * 101)
    received = Folder(folder).get(ADA, 100)
    assert (received.text, received.problem) == ("", "it is longer than 100 bytes")


def test_what_is_no_text_is_named(folder):
    (folder / f"{ADA}.json").write_bytes(b"\xff\xfe\x00")
    assert Folder(folder).get(ADA, 100).problem == "it is no text"


@needs_links
def test_a_link_is_not_followed_neither_to_read_nor_to_write_nor_to_remove(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("mine")
    for key in (ADA, "shown"):
        (folder / f"{key}.json").symlink_to(secret)
    assert Folder(folder).get(ADA, 100).problem == "it is no plain file"
    Folder(folder).put(ADA, "theirs")
    Folder(folder).remove("shown")
    assert secret.read_text() == "mine"
    assert not (folder / f"{ADA}.json").is_symlink()


@needs_links
def test_a_link_that_takes_the_files_place_just_before_it_is_opened_is_not_followed(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("mine")
    link = folder / f"{ADA}.json"
    link.symlink_to(secret)
    with pytest.raises(OSError, match=r"symbolic links|Too many levels"):
        Folder._read(link, ADA, 100)


@needs_links
def test_a_pipe_or_a_folder_in_the_place_of_a_file_does_not_stop_whoever_reads(folder):
    os.mkfifo(folder / f"{ADA}.json")
    (folder / "shown.json").mkdir()
    for key in (ADA, "shown"):
        assert Folder(folder).get(key, 100).problem == "it is no plain file"
    with pytest.raises(RoomError, match=r"shown.json cannot be removed"):
        Folder(folder).remove("shown")


@needs_links
def test_an_instructor_with_another_account_can_read_it_whatever_the_learners_habit_is(folder):
    before = os.umask(0o077)
    try:
        Folder(folder).put(ADA, "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / f"{ADA}.json").stat().st_mode) == 0o644


def test_a_folder_that_is_gone_is_an_error_and_nothing_to_be_silent_about(folder):
    gone = Folder(folder / "gone")
    for action in (gone.listed, lambda: gone.put(ADA, "x"), lambda: gone.remove(ADA)):
        with pytest.raises(RoomError, match="gone"):
            action()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../room",
        "/etc/passwd",
        "learner-0123456789ABCDEF",
        "share-0123456789abcdef",
        "room.json",
        f"{ADA}\n",
    ],
)
def test_a_key_that_could_name_something_else_is_refused(folder, key):
    with pytest.raises(ValueError, match="no key of a room"):
        Folder(folder).get(key, 100)


@given(st.text())
def test_no_key_leads_out_of_the_folder(text):
    if KEY.fullmatch(text):
        assert set(checked(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
