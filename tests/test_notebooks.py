"""The structure of notebooks. nbval compares what cells print; this finds what nbval passes over.

The first half holds the committed notebooks to the rules; the second has a notebook to break each rule.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from workbook.notebook_rules import LONGEST_CODE_CELL, WIDGET_VIEW, broken_rules, text_of

ROOT = Path(__file__).resolve().parent.parent
BAKED_FOLDERS = ("notebooks", "solutions")  # exercises/ holds what learners get, which is not run yet


def committed_notebooks():
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.ipynb"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return sorted(Path(name) for name in listing.stdout.split("\0") if name and (ROOT / name).exists())


BAKED = [path for path in committed_notebooks() if path.parts[0] in BAKED_FOLDERS]


@pytest.mark.parametrize("path", BAKED, ids=Path.as_posix)
def test_a_committed_notebook_keeps_every_rule(path):
    assert broken_rules(json.loads((ROOT / path).read_text(encoding="utf-8"))) == []


def test_every_notebook_lies_where_the_tests_run_it():
    elsewhere = [
        p.as_posix() for p in committed_notebooks() if p.parts[0] not in (*BAKED_FOLDERS, "exercises")
    ]
    assert elsewhere == []


def test_every_notebook_on_disk_is_seen_by_the_rules():
    on_disk = {
        path.relative_to(ROOT)
        for folder in BAKED_FOLDERS
        for path in (ROOT / folder).rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    }
    assert on_disk == set(BAKED)


LESSONS = [path for path in BAKED if path.parent == Path("notebooks")]  # plans: test_workshop_plans.py


@pytest.mark.parametrize("path", LESSONS, ids=Path.as_posix)
def test_a_lesson_has_the_form_that_authors_agreed_on(path):
    """See docs/authoring.md."""
    cells = json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]
    prose = "".join(text_of(cell["source"]) + "\n" for cell in cells if cell["cell_type"] == "markdown")
    programs = [text_of(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert programs[0] == "from workbook import doctor\ndoctor.check()"
    assert programs[-1].startswith("lab.close()")
    assert prose.count("**Predict.**") >= 3
    ends = re.findall(r"^## (On the exam|What is different here|Try it)$", prose, re.MULTILINE)
    assert ends == ["On the exam", "What is different here", "Try it"]


# --- the rules themselves


def code(source="1", *, number=1, tags=(), **output):
    outputs = [output] if output else []
    return {
        "cell_type": "code", "execution_count": number, "metadata": {"tags": list(tags)},
        "outputs": outputs, "source": source,
    }  # fmt: skip


def printed(text, **options):
    return code(output_type="stream", name="stdout", text=text, **options)


def shown(**options):
    data = {kind.replace("_", "/"): value for kind, value in options.items()}
    return code(output_type="display_data", metadata={}, data=data)


def widget(**data):
    return code(output_type="display_data", metadata={}, data={WIDGET_VIEW: {"model_id": "1"}, **data})


def failed(error="ValueError", text="no", traceback=(), **options):
    return code(output_type="error", ename=error, evalue=text, traceback=list(traceback), **options)


def notebook(*cells, **metadata):
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


PROSE = {"cell_type": "markdown", "metadata": {}, "source": ["# Queues at 0x7f00deadbeef"]}

GOOD = {
    "empty": notebook(),
    "prose may say what outputs may not": notebook(PROSE),
    "cells run in order, prose between": notebook(code(number=1), PROSE, code(number=2)),
    "the longest cell": notebook(code("\n".join(["x = 1"] * LONGEST_CODE_CELL))),
    "an expected error": notebook(failed(tags=["raises-exception"], traceback=["Cell In[1], line 1"])),
    "a short hexadecimal number": notebook(printed("mask 0xff")),
    "paths of Lambda, of AWS and of the web": notebook(
        printed("/var/task/x.py /tmp/x arn:a:/home/q example.com/home/x")
    ),
    "a picture whose bytes look like an address": notebook(
        shown(text_html="<img src='data:a;base64,+0xabcdef0+'>")
    ),
    "relative paths": notebook(printed("framework/work/x ./home/y")),
}

BAD = {
    "never run": (notebook(code(number=None)), "cell 1: was never run"),
    "run out of order": (notebook(code(number=2), code(number=1)), "cell 1: was run as number 2"),
    "run twice": (notebook(code(number=1), PROSE, code(number=3)), "cell 3: was run as number 3"),
    "an empty code cell": (notebook(code(""), code(number=2)), "cell 1: an empty code cell"),
    "saved widget state": (notebook(widgets={"state": {}}), "metadata.widgets"),
    "a widget and nothing else": (notebook(widget(**{"text/plain": "x"})), "shows nothing in a fresh clone"),
    "a widget over its picture": (notebook(widget(**{"text/html": "x"})), "hides its static picture"),
    "an error": (notebook(failed()), "'ValueError: no' without the tag raises-exception"),
    "an address printed": (notebook(printed(["<Queue at\n", "0x7f3a5c1d2e10>"])), "0x7f3a5c1d2e10"),
    "an address in a repr": (notebook(shown(text_plain="<object at 0x7f3a5c1d2e10>")), "0x7f3a5c1d2e10"),
    "an address in a picture": (
        notebook(shown(**{"image_svg+xml": "<g id='0x7f3a5c1d2e10'>"})),
        "0x7f3a5c1d2e10",
    ),
    "an address in an error": (
        notebook(failed(text="at 0x7f3a5c1d2e10", tags=["raises-exception"])),
        "0x7f3a5c1d2e10",
    ),
    "a home folder": (notebook(printed("in /home/ada/lab.py")), "/home/ada/lab.py"),
    "a home folder of macOS": (notebook(printed("in /Users/ada")), "/Users/ada"),
    "a drive of Windows": (notebook(printed("in C:\\Users")), "C:\\Users"),
    "a temporary file": (notebook(printed("/tmp/ipykernel_12/3.py:1")), "/tmp/ipykernel_12"),
    "a path of an installation": (
        notebook(failed(traceback=["lib/site-packages/moto"], tags=["raises-exception"])),
        "site-packages",
    ),
    "a whole response": (
        notebook(shown(text_plain="{'ResponseMetadata': {'HTTPStatusCode': 200}}")),
        "a whole response of boto3",
    ),
    "an output not compared": (notebook(code(tags=["nbval-ignore-output"])), "nbval-ignore-output"),
    "a cell not tested": (notebook(code(tags=["nbval-skip"])), "nbval-skip"),
    "a comment that switches the comparison off": (
        notebook(code("# NBVAL_IGNORE_OUTPUT\n1")),
        "NBVAL_IGNORE_OUTPUT",
    ),
    "a long cell": (notebook(code("\n".join(["x = 1"] * (LONGEST_CODE_CELL + 1)))), "19 lines of code"),
}


@pytest.mark.parametrize("case", GOOD)
def test_a_good_notebook_passes(case):
    assert broken_rules(GOOD[case]) == []


@pytest.mark.parametrize("case", BAD)
def test_a_bad_notebook_breaks_the_rule_it_was_made_to_break(case):
    bad, expected = BAD[case]
    [finding] = broken_rules(bad)[:1]
    assert expected in finding


@pytest.mark.parametrize("case", [case for case in BAD if case != "run out of order"])
def test_it_breaks_no_other_rule(case):
    assert len(broken_rules(BAD[case][0])) == 1
