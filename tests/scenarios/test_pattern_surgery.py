"""Which clause of a pattern keeps out an event that should have come through?"""

import pytest

from workbook.scenarios import pattern_surgery

MENDED = {"without_ward": True, "any_case": True, "mend_sender": True}


def reported(account):
    return [row[0].split(",")[0].split(":")[0] for row in account.findings.rows if row[2] == "yes"]


def row_of(account, fridge):
    return next(row for row in account.findings.rows if row[0].startswith(fridge))


def test_as_it_stands_three_warm_fridges_are_not_reported():
    account = pattern_surgery.run()
    assert reported(account) == ["fridges 2"]
    assert account.findings.conclusion == "3 fridges were too warm and not reported."


@pytest.mark.parametrize(
    ("setting", "fridge", "clause"),
    [
        ("mend_sender", "fridges 3", 'detail.celsius is a number above 8: found "11.0"'),
        (
            "without_ward",
            "fridges 5",
            'detail.ward is there, and anything but "test": nothing found',
        ),
        ("any_case", "Fridges 6", 'source is "fridges": found "Fridges"'),
    ],
)
def test_each_repair_lets_in_the_fridge_that_its_clause_kept_out(setting, fridge, clause):
    assert row_of(pattern_surgery.run(), fridge)[1:] == ("yes", "no", clause)
    assert row_of(pattern_surgery.run(**{setting: True}), fridge)[1:] == ("yes", "yes", "")


def test_mended_it_reports_all_and_only_those_that_count():
    account = pattern_surgery.run(**MENDED)
    assert account.findings.conclusion.startswith("Every fridge")
    assert reported(account) == ["fridges 2", "fridges 3", "fridges 5", "Fridges 6"]


def test_fridges_under_test_are_reported_unless_they_are_left_out():
    assert "fridges 4" in reported(pattern_surgery.run(leave_out_tests=False))
    assert "fridges 5" in reported(pattern_surgery.run(leave_out_tests=False))


def test_numeric_above_leaves_out_the_number_itself():
    assert "fridges 7" not in reported(pattern_surgery.run(above=8))
    assert "fridges 7" in reported(pattern_surgery.run(above=7))
