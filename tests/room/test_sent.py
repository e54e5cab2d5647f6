"""What a learner sends, and what may stand in a file that somebody else wrote."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdicts import CODE, verdict

from workbook.room.sent import (
    LONGEST_NAME,
    MOST_BYTES,
    MOST_EXERCISES,
    MOST_MISTAKES,
    Sent,
    SentError,
    Shared,
    Tried,
    name_of,
)
from workbook.room.words import lines, one_line
from workbook.teaching.catalogue import all_exercises

ADA = Sent("Ada", 1_000, {"vt-1": Tried(2, solved=True, mistakes={"too-long": 1}, first=900, last=950)},
           (Shared(0, "my queue"),))  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_tries_are_counted_until_it_is_solved_and_mistakes_by_their_ids():
    sent = Sent("Ada")
    for now, found in enumerate(
        [verdict(mistake="too-long"), verdict(mistake="too-long"), verdict(), verdict(passed=True), verdict()]
    ):
        sent = sent.after(found, 100 + now)
    assert sent.exercises == {
        "vt-1": Tried(tries=4, solved=True, mistakes={"too-long": 2}, first=100, last=103)
    }


def test_nothing_else_of_a_verdict_is_in_it():
    sent = Sent("Ada").after(verdict(trouble="exception"), 5).after(verdict(mistake="too-long"), 6)
    assert CODE not in sent.text()
    assert set(json.loads(sent.text())) == {"version", "name", "written", "exercises", "shared"}
    assert set(json.loads(sent.text())["exercises"]["vt-1"]) == {
        "tries", "solved", "mistakes", "first", "last",
    }  # fmt: skip


def test_it_is_read_as_it_was_written():
    assert Sent.read(ADA.text()) == ADA


def test_all_exercises_with_all_their_mistakes_fit_into_a_file():
    tried = {
        id_: Tried(999, mistakes={mistake.name: 999 for mistake in each.mistakes}, first=2**31, last=2**31)
        for id_, each in all_exercises().items()
    }
    assert len(Sent("Ä" * LONGEST_NAME, 2**31, tried).text().encode()) < MOST_BYTES / 2


def test_it_does_not_grow_with_the_number_of_checks():
    sent = Sent("Ada")
    for number in range(MOST_MISTAKES + 50):
        sent = sent.after(verdict(mistake=f"mistake-{number}"), number)
    for number in range(MOST_EXERCISES + 50):
        sent = sent.after(verdict(f"x-{number}"), number)
    assert len(sent.exercises) == MOST_EXERCISES
    assert len(sent.exercises["vt-1"].mistakes) == MOST_MISTAKES
    assert sent.exercises["vt-1"].tries == MOST_MISTAKES + 50


@given(JSON)
def test_whatever_else_a_file_holds_is_refused_in_words(value):
    with pytest.raises(SentError):
        Sent.read(json.dumps(value))


@given(st.text())
def test_whatever_is_no_json_is_refused_in_words(text):
    with pytest.raises(SentError):
        Sent.read("[" + text)


@given(st.sampled_from(["name", "written", "exercises", "shared", "version"]), JSON)
def test_one_wrong_part_is_refused_or_made_harmless(part, value):
    try:
        sent = Sent.from_json({**ADA.as_json(), part: value})
    except SentError:
        return
    assert 0 < len(sent.name) <= LONGEST_NAME
    assert sent.name.isprintable()


@given(st.sampled_from([field.name for field in dataclasses.fields(Tried)]), JSON)
def test_one_wrong_part_of_an_exercise_is_refused_too(part, value):
    tried = {**dataclasses.asdict(Tried(1)), part: value}
    try:
        read = Sent.from_json({**Sent("Ada").as_json(), "exercises": {"vt-1": tried}})
    except SentError:
        return
    assert dataclasses.asdict(read.exercises["vt-1"]) == tried


@pytest.mark.parametrize(
    "text",
    [
        ADA.text()[:-20],
        "[" * 100_000,
        '{"version": 1e999}',
        ADA.text().replace('"version":1', '"version":2'),
        ADA.text().replace('"tries":2', '"tries":-1'),
        ADA.text().replace('"tries":2', '"tries":true'),
        ADA.text().replace('"tries":2', f'"tries":{10**30}'),
        ADA.text().replace('"vt-1"', '"<b>"'),
        ADA.text().replace('"Ada"', '"\\u202e "'),
    ],
)
def test_half_a_file_another_version_and_wrong_numbers_are_refused(text):
    with pytest.raises(SentError):
        Sent.read(text)


def test_a_name_is_one_short_line_without_signs_that_turn_other_text_round():
    assert name_of("  Ada\n\tLovelace\u202e\u200f\x07 ") == "Ada Lovelace"
    assert name_of("x" * 1_000_000) == "x" * (LONGEST_NAME - 1) + "…"
    assert name_of("Zoë 李") == "Zoë 李"


@given(st.text(), st.integers(1, 50))
def test_texts_are_as_short_as_they_should_be_and_can_be_seen(text, most):
    assert len(one_line(text, most)) <= most
    assert one_line(text, most).isprintable()
    assert len(lines(text, most)) <= most
    assert all(line.isprintable() for line in lines(text, most).split("\n"))
