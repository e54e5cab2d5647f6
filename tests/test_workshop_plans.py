"""The plans for workshops: whoever teaches from one reads out what it says, so all of it has to be true.

Times add up, links and exercises exist, and each sentence that a panel is said to show is what it shows.
"""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from workbook import cli
from workbook.notebook_rules import text_of
from workbook.teaching.authors.links import broken_links
from workbook.teaching.catalogue import all_exercises

ROOT = Path(__file__).resolve().parent.parent
NO_PLAN = {"room"}  # the page on which an instructor sees how far everybody is
PLANS = sorted(
    path for path in (ROOT / "notebooks" / "instructor").glob("*.ipynb") if path.stem not in NO_PLAN
)
LENGTHS = {"half_day": timedelta(hours=3, minutes=30), "full_day": timedelta(hours=8)}

ROW = re.compile(r"^\| (\d\d):(\d\d) \| (\d+) \|", re.MULTILINE)
SAID = re.compile(r'^- `([a-z-]+(?: --set \S+)*)`: "(.+)"$', re.MULTILINE)
EXERCISE = re.compile(r"`([a-z]+-\d)`")
PANEL = re.compile(r"from workbook\.scenarios import (\w+)\n\1\.panel\(run=False(?:, \w+=\w+)*\)")

each_plan = pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.stem)


def cells_of(plan, kind):
    cells = json.loads(plan.read_text(encoding="utf-8"))["cells"]
    return [text_of(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def prose_of(plan):
    return "\n\n".join(cells_of(plan, "markdown"))


def blocks_of(plan):
    """The text of each block, by its heading."""
    parts = re.split(r"^## (.+)\n", prose_of(plan), flags=re.MULTILINE)
    return {name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name[:5] == "Block"}


def all_said():
    return sorted({said for plan in PLANS for said in SAID.findall(prose_of(plan))})


def test_there_is_a_plan_for_each_length():
    assert {plan.stem for plan in PLANS} == set(LENGTHS)


@each_plan
def test_each_row_of_the_timetable_begins_when_the_one_before_ends(plan):
    rows = [
        (timedelta(hours=int(hour), minutes=int(minute)), timedelta(minutes=int(length)))
        for hour, minute, length in ROW.findall(prose_of(plan))
    ]
    ends = [begin + length for begin, length in rows]
    assert [begin for begin, _ in rows[1:]] == ends[:-1]
    assert ends[-1] - rows[0][0] == LENGTHS[plan.stem]


@each_plan
def test_every_link_leads_somewhere(plan):
    assert list(broken_links(plan)) == []


@each_plan
def test_every_exercise_exists(plan):
    named = set(EXERCISE.findall(prose_of(plan)))
    assert named
    assert named <= set(all_exercises())


@each_plan
def test_every_block_has_what_its_teacher_needs(plan):
    for name, text in blocks_of(plan).items():
        bold = re.findall(r"^\*\*(.+?)\*\*", text, re.MULTILINE)
        assert bold == [
            "Ask before you press Run.", "What they will say.", "What the panel then says.",
            "Mistakes, and what to say.", "Exercise.", "When you are late.",
        ], name  # fmt: skip
        assert SAID.search(text), name


@each_plan
def test_each_block_opens_one_panel_and_the_last_cell_closes_its_lab(plan):
    first, *panels, last = cells_of(plan, "code")
    assert first == "from workbook import doctor\ndoctor.check()"
    assert [text for text in panels if not PANEL.fullmatch(text)] == []
    assert len(panels) == len(blocks_of(plan))
    assert last == "from workbook.scenarios import own_lab\nown_lab().close()"


@pytest.mark.parametrize(("command", "sentence"), all_said(), ids=[command for command, _ in all_said()])
def test_the_panel_says_what_the_plan_says_it_says(command, sentence, capsys):
    assert cli.main(["run", *command.split()]) == 0
    assert f"\n{sentence}\n" in capsys.readouterr().out
