"""The ledger, docs/fidelity.md: no claim without a test, and no test without a claim."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

from workbook.aws.limits import LIMITS

HERE = Path(__file__).parent
LEDGER = HERE.parent.parent / "docs" / "fidelity.md"
ROW = re.compile(r"^\| (?P<id>[A-Z][A-Z0-9]*-\d+) \|.*`(?P<test>test_\w+\.py::test_\w+)`", re.MULTILINE)
FIRST_CELL = re.compile(r"^\| ([A-Z][A-Z0-9]*-\d+) \|", re.MULTILINE)
FIGURE = re.compile(r"^\| `(?P<name>[\w.-]+)` \| (?P<value>[\d,.]+) \| (?P<unit>[^|]+) \|", re.MULTILINE)


def section(title):
    """The text under a heading of the ledger."""
    text = LEDGER.read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows():
    """(id, file::test) of every row."""
    return [(match["id"], match["test"]) for match in ROW.finditer(LEDGER.read_text(encoding="utf-8"))]


def all_tests():
    """file::test of every test of this folder but those of the ledger itself."""
    found = []
    for path in sorted(HERE.glob("test_*.py")):
        if path.name != Path(__file__).name:
            names = [node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if is_test(node)]
            found += [f"{path.name}::{name}" for name in names]
    return found


def is_test(node):
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def id_of(test):
    """`SQS-04` of `test_sqs_standard.py::test_sqs_04_...`; None where a name has none."""
    match = re.match(r"test_([a-z][a-z0-9]*)_(\d+)_", test.split("::")[1])
    return match and f"{match[1].upper()}-{match[2]}"


def figures(title):
    return [pytest.param(match, id=match["name"]) for match in FIGURE.finditer(section(title))]


def test_no_id_occurs_twice():
    counts = Counter(FIRST_CELL.findall(LEDGER.read_text(encoding="utf-8")))
    assert [identifier for identifier, count in counts.items() if count > 1] == []
    assert len(counts) > 100


def test_every_row_names_a_test_that_exists():
    existing = set(all_tests())
    assert [row for row in rows() if row[1] not in existing] == []
    assert [row[0] for row in rows()] == FIRST_CELL.findall(LEDGER.read_text(encoding="utf-8"))


def test_every_test_carries_the_id_of_a_row_and_that_row_names_it():
    ledger = dict(rows())
    assert [test for test in all_tests() if ledger.get(id_of(test)) != test] == []


def test_no_two_tests_carry_the_same_id():
    counts = Counter(map(id_of, all_tests()))
    assert [identifier for identifier, count in counts.items() if count > 1] == []


def test_the_behaviours_of_the_first_issue_are_all_there():
    ledger = dict(rows())
    wanted = [f"SQS-{number:02}" for number in range(1, 35)]
    wanted += [f"LQ-{number:02}" for number in range(1, 13)]
    wanted += [f"LA-{number:02}" for number in range(1, 10)]
    assert [identifier for identifier in wanted if identifier not in ledger] == []


@pytest.mark.parametrize("figure", figures("The numbers"))
def test_a_number_is_the_one_that_the_code_uses(figure):
    row = LIMITS[figure["name"]]
    assert f"{row.value:,}" == figure["value"]
    assert row.unit == figure["unit"].strip()


def test_every_number_that_the_code_uses_is_in_the_ledger_once():
    shown = [match["name"] for match in FIGURE.finditer(section("The numbers"))]
    assert Counter(shown) == Counter(list(LIMITS))


@pytest.mark.parametrize("figure", figures("The lab's own figures"))
def test_a_figure_of_the_lab_s_own_is_the_one_that_the_code_uses(figure):
    module, _, name = figure["name"].rpartition(".")
    assert f"{getattr(importlib.import_module(module), name):,}" == figure["value"]
