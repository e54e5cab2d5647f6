"""Hints come one at a time, and the solution only to who asks for it."""

import pytest
from odd_shop import TEXTS

from workbook.teaching import hints as hints_module
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.help_buttons import HelpButtons
from workbook.teaching.hints import hint, solution
from workbook.teaching.progress import book


@pytest.fixture(autouse=True)
def written(monkeypatch, tmp_path):
    monkeypatch.setattr(hints_module, "texts_of", lambda exercise: TEXTS)
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.json"))


def help_for(exercise_id, *, passed=False):
    return HelpButtons(find_exercise(exercise_id), TEXTS, passed=passed)


def shown(box):
    return [output.outputs[0]["data"]["text/markdown"] for output in box.children]


def test_each_hint_says_which_it_is_and_how_to_get_the_next():
    assert hint("vt-2").text == '**Hint 1 of 3.** Look at the queue.\n\nNext: `hint("vt-2", 2)`'
    assert hint("vt-2", 3).text.endswith('Then: `solution("vt-2")`')


@pytest.mark.parametrize("number", [0, 4])
def test_a_hint_that_does_not_exist_says_how_many_there_are(number):
    with pytest.raises(LookupError, match=rf"hint\('vt-2', {number}\).* numbered 1 to 3"):
        hint("vt-2", number)


def test_a_solution_is_code_and_the_reason():
    expected = "```python\ndef cook(orders): pass\n```\n\nSQS cannot know that the work goes on."
    assert solution("vt-2").text == expected


def test_where_a_value_is_asked_for_the_solution_is_the_call_that_gives_it():
    assert solution("vt-1").text.startswith("```python\ncheck(\"vt-1\", {'visibility_timeout': 60})\n```")


def test_the_button_shows_one_hint_after_the_other_and_keeps_them():
    buttons = help_for("vt-2")
    assert buttons.next_hint.description == "Hint 1 of 3"
    buttons.next_hint.click()
    buttons.next_hint.click()
    assert shown(buttons.hints) == ["**Hint 1 of 3.** Look at the queue.", "**Hint 2 of 3.** A timeout ends."]
    assert "Hint 2 of 3 is below." in buttons.said.value
    buttons.next_hint.click()
    assert (buttons.next_hint.description, buttons.next_hint.disabled) == ("No more hints", True)


def test_after_another_check_the_next_hint_comes_with_those_seen_before():
    help_for("vt-2").next_hint.click()
    again = help_for("vt-2")
    assert again.next_hint.description == "Hint 2 of 3"
    again.next_hint.click()
    assert [text[:15] for text in shown(again.hints)] == ["**Hint 1 of 3.*", "**Hint 2 of 3.*"]
    again.next_hint.click()
    afterwards = help_for("vt-2")
    assert (afterwards.next_hint.description, afterwards.next_hint.disabled) == ("Hint 3 of 3", False)
    afterwards.next_hint.click()
    assert len(shown(afterwards.hints)) == 3


def test_the_solution_is_shown_on_request_and_can_be_hidden_again():
    buttons = help_for("vt-2")
    assert shown(buttons.solved) == []
    buttons.solution.click()
    assert shown(buttons.solved) == [solution("vt-2").text]
    buttons.solution.click()
    assert shown(buttons.solved) == []
    assert buttons.solution.description == "Show the solution"


def test_who_was_right_needs_no_hint_and_can_compare():
    buttons = help_for("vt-2", passed=True)
    assert buttons.next_hint.layout.display == "none"
    assert buttons.solution.description == "Compare with the solution"


def test_what_was_asked_for_is_kept_in_the_records_of_the_learner():
    hint("vt-2", 2)
    assert book().exercise("vt-2").hints == 2
    help_for("vt-1").next_hint.click()
    assert book().exercise("vt-1").hints == 1
    assert not book().exercise("vt-1").solution_shown
    solution("vt-1")
    assert book().exercise("vt-1").solution_shown
    buttons = help_for("vt-2")
    buttons.solution.click()
    buttons.solution.click()
    assert book().exercise("vt-2").solution_shown
