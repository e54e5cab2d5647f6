"""The quiz in a real JupyterLab: read, light and dark, narrow, with the keyboard alone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

SCREENSHOTS = Path(__file__).parent / "screenshots"
QUIZ = """\
import os
os.environ["WORKBOOK_PROGRESS"] = "off"
from workbook.teaching import quiz
from workbook.teaching.progress import book
from workbook.teaching.quizzes.bank import find_question
from workbook.teaching.quizzes.panel import QuizPanel
from workbook.teaching.quizzes.sitting import Sitting
names = ["sqs-polling-1", "sqs-settings-1", "sqs-visibility-2", "sqs-delay-1", "sqs-fifo-1"]
QuizPanel(Sitting([find_question(name) for name in names], book()), "Quiz on sqs", "")
"""
EXAM = """\
from workbook.teaching import exam
exam(questions=5)
"""


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab):
    window = open_window()
    window.open(jupyterlab.write("quiz.ipynb", QUIZ, EXAM))
    return window


@pytest.fixture(autouse=True)
def new_quiz(learner):
    learner.run(1)


def form(learner):
    return learner.page.locator(".workbook-question:visible").first


def press(learner, name):
    learner.page.get_by_role("button", name=name, exact=True).first.click()


def said(learner, text):
    expect(learner.page.locator("[role=status]").filter(has_text=text).first).to_be_visible()


def photograph(learner, name):
    learner.hide_notifications()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        learner.choose_theme(theme)
        expect(learner.page.locator("#jupyterlab-splash")).to_have_count(0)
        learner.page.screenshot(path=SCREENSHOTS / f"quiz-{name}-{theme[11:].lower()}.png")


def test_a_question_is_answered_explained_and_shown_in_the_lab(learner):
    form(learner).get_by_label("Set ReceiveMessageWaitTimeSeconds of the queue to 20").check()
    photograph(learner, "question")
    press(learner, "Answer")
    said(learner, "Right. 1 of 1 right.")
    expect(learner.page.get_by_role("link", name="Lesson 04, polling and batches")).to_be_visible()
    photograph(learner, "explained")
    press(learner, "Show me")
    said(learner, "What happened in the lab is below.")
    expect(learner.page.get_by_text("19 requests; the order waited 0 s")).to_be_visible()
    learner.page.get_by_text("Show the code").first.click()
    expect(learner.page.get_by_text("def requests_of_a_museum(lab").first).to_be_visible()
    photograph(learner, "shown")
    assert learner.requests_elsewhere() == []
    assert learner.complaints == []


def test_it_can_be_done_with_the_keyboard_alone(learner):
    keyboard = learner.page.keyboard
    form(learner).get_by_role("radio").first.focus()
    for _ in range(5):  # round and back to the second one: arrow keys stay in the group
        keyboard.press("ArrowDown")
    expect(form(learner).get_by_role("radio").nth(1)).to_be_checked()
    keyboard.press("Tab")
    keyboard.press("Enter")
    said(learner, "1 right")
    expect(learner.page.get_by_role("button", name="Next question")).to_be_focused()
    keyboard.press("Enter")
    expect(form(learner).get_by_role("combobox").first).to_be_focused()
    for _ in range(4):
        keyboard.press("ArrowDown")
        keyboard.press("Tab")
    keyboard.press("Enter")
    said(learner, "of 2 right")


def test_a_number_is_answered_with_enter(learner):
    for name in ("radio", "combobox"):
        controls = form(learner).get_by_role(name)
        expect(controls).to_have_count(4)
        for each in controls.all():
            each.check() if name == "radio" else each.select_option(index=1)
        press(learner, "Answer")
        press(learner, "Next question")
    expect(learner.page.locator(".workbook-arranger:visible").first).to_be_visible()
    press(learner, "Answer")
    press(learner, "Next question")
    field = form(learner).get_by_label("Your number")
    expect(field).to_be_focused()
    field.press_sequentially("10")
    field.press("Enter")
    said(learner, "of 4 right")


def test_in_a_narrow_window_nothing_is_cut_off(learner):
    with learner.window_of(400, sidebar=False):
        form(learner).get_by_role("radio").first.check()
        press(learner, "Answer")
        said(learner, "1 right")
        learner.page.screenshot(path=SCREENSHOTS / "quiz-narrow.png")
        for label in form(learner).locator("label").all():
            box = label.bounding_box()
            assert box["x"] + box["width"] <= 400


def test_the_exam_counts_down_and_is_explained_at_its_end(learner):
    learner.run(2)
    press(learner, "Begin")
    expect(learner.page.get_by_role("timer")).to_contain_text("Time left: 9:")
    learner.page.get_by_role("timer").scroll_into_view_if_needed()
    learner.page.screenshot(path=SCREENSHOTS / "quiz-exam.png")
    press(learner, "Hand in")
    expect(learner.page.get_by_role("button", name="Yes, hand in")).to_be_focused()
    learner.page.keyboard.press("Enter")
    said(learner, "The exam is over: 0 of 5 right.")
    learner.page.screenshot(path=SCREENSHOTS / "quiz-result.png")
