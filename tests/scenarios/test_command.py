"""`python -m workbook run`: a scenario without a screen."""

import json

import pytest

from workbook.cli import main
from workbook.scenarios import SCENARIOS, poison_message


def test_it_prints_the_account_with_its_table(capsys):
    assert main(["run", "poison-message", "--set", "max_receives=3"]) == 0
    printed = capsys.readouterr().out
    assert printed == poison_message.run(max_receives=3).text() + "\n"
    assert "a parcel that ticks         3  in parcels-dead-letters" in printed


def test_it_prints_json_for_programs(capsys):
    assert main(["run", "poison-message", "--set", "max-receives=2", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["settings"]["max_receives"] == 2
    assert content["ended"] is True


def test_it_prints_the_code_and_does_not_run_it(capsys):
    assert main(["run", "poison-message", "--set", "dead_letter_queue=no", "--code"]) == 0
    assert capsys.readouterr().out == poison_message.code(dead_letter_queue=False) + "\n"


@pytest.mark.parametrize("arguments", [["run"], ["scenarios"]])
def test_without_a_name_it_lists_what_there_is(arguments, capsys):
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    for scenario in SCENARIOS.values():
        assert f"{scenario.name}\n  {scenario.question}\n" in printed
    assert "max_receives        maxReceiveCount: 3 receives (1 to 1,000 receives)" in printed


@pytest.mark.parametrize(
    ("arguments", "help_"),
    [
        (["poison"], "there is no scenario 'poison'; there are visibility-timeout"),
        (["polling", "--set", "wait_time=21"], "wait_time=21: WaitTimeSeconds"),
        (["polling", "--set", "wait_time=soon"], "wait_time='soon': WaitTimeSeconds"),
        (["polling", "--set", "colour=blue"], "polling has no setting 'colour'; it has minutes"),
        (["polling", "--set", "wait_time"], "write a name and a value"),
        (["poison-message", "--set", "dead_letter_queue=perhaps"], "true or false"),
    ],
)
def test_what_is_wrong_with_the_command_line_is_said_in_one_line(arguments, help_, capsys):
    assert main(["run", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert help_ in printed.err
    assert printed.err.count("\n") == 1


def test_another_seed_is_another_chance(capsys):
    for seed in ("1", "2", "1"):
        assert main(["run", "polling", "--set", "missed_polls=50", "--seed", seed]) == 0
    first, second, third = capsys.readouterr().out.split("Short and long polling")[1:]
    assert first == third != second
