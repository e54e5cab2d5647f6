"""docs/room.md promises people something; it has to be so."""

import re
from pathlib import Path

from workbook import room
from workbook.room import exhibits, joining, runs, sent
from workbook.room.overview import Patience
from workbook.room.panel import SECONDS
from workbook.room.room import MOST_LEARNERS

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "docs" / "room.md").read_text(encoding="utf-8").split())


def test_its_numbers_are_those_of_the_code():
    for number in (
        f"at most {sent.MOST_BYTES:,} bytes",
        f"at most {exhibits.MOST_BYTES:,} bytes",
        f"at most {runs.MOST_HOPS:,} hops",
        f"at most {MOST_LEARNERS} learners",
    ):
        assert number in PAGE
    assert (Patience().tries, Patience().minutes, sent.MOST_SHARED, SECONDS) == (5, 12, 3, 5.0)
    for words in ("five tries", "twelve minutes ago", "At most three things", "about five seconds"):
        assert words in PAGE


def test_each_thing_that_is_sent_has_a_row():
    """A new field of what is sent has to be told: here, in what join_room says, and in this list."""
    told = {
        "name": "the name that you gave", "exercises": "the exercise", "tries": "how often you tried it",
        "solved": "whether it is solved", "mistakes": "which known mistakes were recognised",
        "first": "when you tried it first", "last": "and last", "written": "when the file was written",
        "shared": "the titles of what you shared", "number": "the titles", "title": "the titles",
    }  # fmt: skip
    fields = {name for kind in (sent.Sent, sent.Tried, sent.Shared) for name in kind.__dataclass_fields__}
    assert set(told) == fields
    for words in told.values():
        assert words in PAGE


def test_it_names_only_what_there_is():
    called = set(re.findall(r"`(\w+)\(", PAGE))
    assert called == {"join_room", "leave_room", "share", "shown", "take_back"}
    assert called <= set(room.__all__)
    for path in re.findall(r"`((?:notebooks|workbook)/[\w/.]+)`", PAGE):
        assert (ROOT / path).is_file()


def test_what_a_learner_is_told_at_the_door_is_no_less():
    for words in ("how often you have tried", "solved", "mistakes", "when you tried first and last"):
        assert words in " ".join(joining.SENT.split())
    for words in ("your code", "what it prints", "your quiz", "hints", "before you joined"):
        assert words in " ".join(joining.SENT.split()).partition("Never sent")[2]
