"""A room in a folder, and learners who each have a diary of their own."""

import pytest

from workbook.room import joining
from workbook.room.diary import Diary, Membership
from workbook.room.folder import Folder
from workbook.room.member import Member
from workbook.room.room import Room


class Clock:
    """Real time, as a test wants it; every learner's watch may be wrong."""

    def __init__(self, now=1_800_000_000):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "shared"
    path.mkdir()
    return path


@pytest.fixture
def room(folder):
    return Room(Folder(folder))


@pytest.fixture
def join(room, folder, tmp_path, clock):
    """Lets somebody join, without the front door: there may be many in one process."""

    def join(name, *, transport=None, diary=None, patience=30.0):
        diary = diary or Diary(tmp_path / "diaries" / f"{name}.json")
        diary.change(lambda there: there or Membership.new(str(folder), name))
        member = Member(diary, transport or Folder(folder), clock, patience)
        member.send()
        return member

    return join


@pytest.fixture
def front_door(tmp_path, monkeypatch):
    """The front door on a fresh computer, and nobody in a room afterwards."""
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "own" / "progress.json"))
    monkeypatch.setattr(joining, "_member", None)
    yield joining
    joining._stop_hearing()
