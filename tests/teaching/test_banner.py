"""A verdict is read in words: in a terminal, in a notebook, in a saved one, and by a screen reader."""

import re
from dataclasses import replace

import pytest

from workbook.flow.palette import PAGE, contrast
from workbook.teaching import icons
from workbook.teaching.banner import VerdictView
from workbook.teaching.verdict import Judged, Recognised, Trouble, Verdict
from workbook.teaching.verdict_html import verdict_html
from workbook.teaching.verdict_text import WIDTH, verdict_text

RIGHT = Verdict(
    exercise="vt-2",
    title="Cakes of unknown size",
    passed=True,
    points=5,
    of=5,
    properties=(Judged("no cake is lost", 2, 2, held=True), Judged("none is baked twice", 3, 3, held=True)),
)
WRONG = replace(
    RIGHT,
    passed=False,
    points=2,
    properties=(
        Judged("no cake is lost", 2, 2, held=True, set_up="Six orders come in."),
        Judged(
            "none is baked twice",
            0,
            3,
            held=False,
            set_up="Six orders come in.",
            expected="Each order is given to one cook.",
            happened="Cake 4 <was> given out twice.",
        ),
    ),
    mistake=Recognised("no-heartbeat", "Nobody tells SQS that the work goes on."),
    picture='<img alt="two runs" src="data:,">',
    prose="They differ at number 3.",
)
TROUBLED = replace(
    RIGHT,
    passed=False,
    points=0,
    properties=(Judged("no cake is lost", 0, 2, held=False), Judged("none is baked twice", 0, 3, held=False)),
    error=Trouble("exception", "KeyError: 'cake'", 'File "<your answer>", line 6, in cook'),
    printed="hello <b>\n",
)


def test_a_right_answer_is_told_its_points():
    assert verdict_text(RIGHT) == (
        "Right: 5 of 5 points\n"
        "Cakes of unknown size (vt-2)\n\n"
        "  held          2 of 2  no cake is lost\n"
        "  held          3 of 3  none is baked twice"
    )


def test_a_wrong_answer_is_told_what_was_set_up_expected_and_happened_and_why():
    assert verdict_text(WRONG) == (
        "Not yet: 2 of 5 points\n"
        "Cakes of unknown size (vt-2)\n\n"
        "Set up    Six orders come in.\n"
        "Expected  Each order is given to one cook.\n"
        "Happened  Cake 4 <was> given out twice.\n\n"
        "Why       Nobody tells SQS that the work goes on.\n\n"
        "  held          2 of 2  no cake is lost\n"
        "  broken        0 of 3  none is baked twice\n\n"
        "They differ at number 3."
    )


def test_an_answer_that_could_not_be_judged_keeps_its_traceback_and_what_it_printed():
    assert verdict_text(TROUBLED) == (
        "Your code raised an exception\n"
        "Cakes of unknown size (vt-2)\n\n"
        "KeyError: 'cake'\n\n"
        'File "<your answer>", line 6, in cook\n\n'
        "  not judged    0 of 2  no cake is lost\n"
        "  not judged    0 of 3  none is baked twice\n\n"
        "Your code printed:\n"
        "  hello <b>"
    )


def test_lines_of_a_terminal_are_not_longer_than_people_read():
    long = replace(WRONG, mistake=Recognised("long", "Ask for a little time, again and again. " * 9))
    assert max(map(len, verdict_text(long).splitlines())) <= WIDTH


@pytest.mark.parametrize("verdict", [RIGHT, WRONG, TROUBLED])
def test_the_page_says_what_the_text_says(verdict):
    words = re.sub(r"<[^>]+>", " ", verdict_html(verdict)).replace("&lt;", "<").replace("&gt;", ">")
    for said in ("Cakes of unknown size (vt-2)", *(each.name for each in verdict.properties)):
        assert said in words
    for said in (verdict.mistake and verdict.mistake.message, verdict.error and verdict.error.traceback):
        assert not said or said in words.replace("&quot;", '"')


def test_what_learners_wrote_is_no_html():
    assert "Cake 4 &lt;was&gt; given out twice." in verdict_html(WRONG)
    assert "hello &lt;b&gt;" in verdict_html(TROUBLED)


def test_what_stands_in_backquotes_is_code():
    named = replace(WRONG, mistake=Recognised("named", "Call `send_message` once, not <b>`twice`</b>."))
    assert "Call <code>send_message</code> once, not &lt;b&gt;<code>twice</code>&lt;/b&gt;." in verdict_html(
        named
    )


def test_what_happened_in_further_properties_stands_beside_them():
    lost = Judged("no cake is lost", 0, 2, held=False, expected="All.", happened="Cake 2 is nowhere.")
    page = verdict_html(replace(WRONG, properties=(WRONG.properties[1], lost)))
    assert "no cake is lost<br>Cake 2 is nowhere." in page
    assert page.count("Cake 4") == 1


def test_the_picture_is_closed_until_somebody_opens_it_since_it_shows_what_the_solution_does():
    before, _, rest = verdict_html(WRONG).partition("<details>")
    assert '<img alt="two runs"' in rest
    assert "two runs" not in before


def test_marks_can_be_told_from_light_and_dark_pages_and_never_stand_alone():
    for colour in (icons.GREEN, icons.RED, icons.AMBER):
        assert (
            min(contrast(colour, PAGE.light), contrast(colour, PAGE.dark), contrast(colour, "#ffffff")) >= 3
        )
    for verdict, said in ((RIGHT, "Right"), (WRONG, "Not yet"), (TROUBLED, "Your code raised")):
        assert re.search(rf'<img alt="" [^>]+>{said}', verdict_html(verdict))


def test_a_saved_notebook_keeps_the_verdict_as_a_page_and_as_text():
    bundle = VerdictView(WRONG)._repr_mimebundle_()
    assert bundle == {"text/html": verdict_html(WRONG), "text/plain": verdict_text(WRONG)}
