"""What holds for every scenario, whatever it is about."""

import functools
import html
import inspect
import json
import linecache

import pytest

from workbook import Lab
from workbook.scenarios import SCENARIOS, SettingError
from workbook.scenarios.framework.settings import Number

EVERY = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)

FEWER = {
    "lambda-scaling": {"messages": 300},
    "synchronous-chain": {"requests": 40},
    "buffered-writes": {"customers": 20},
    "map-fan-out": {"pages": 12, "capacity": 2},
    "one-event-three-ways": {"events": 1, "departments": 2},
    "polling": {"minutes": 2},
    "workers-scaling": {"messages": 4, "work": 60},
}
"""Settings that make a long scenario short where it does not matter what comes out."""


def run_as_a_cell(code, lab):
    """Run `code` as a notebook does: in a namespace with `lab`, and so that `inspect` finds its source."""
    linecache.cache["<cell>"] = (len(code), None, code.splitlines(keepends=True), "<cell>")
    exec(compile(code, "<cell>", "exec"), {"lab": lab, "__name__": "__main__"})


@functools.cache
def account_of(name):
    """A short run of a scenario, for all who want to read an account of it."""
    return SCENARIOS[name].run(seed=5, **FEWER.get(name, {}))


def other_settings(scenario):
    """Values that are not the defaults, near them: code must not depend on which were chosen first."""
    other = {}
    for setting in scenario.settings:
        if not isinstance(setting, Number):
            other[setting.name] = not setting.default
        elif setting.default is None:
            other[setting.name] = setting.minimum
        else:
            other[setting.name] = min(max(setting.default // 2 + 1, setting.minimum), setting.maximum)
    return other


@EVERY
def test_the_shown_code_does_what_the_scenario_does(scenario):
    fewer = FEWER.get(scenario.name, {})
    for settings in (fewer, {**other_settings(scenario), **fewer}):
        with Lab(seed=7) as lab:
            scenario.run(lab, **settings)
            by_the_scenario = lab.trace.text()
        with Lab(seed=7) as lab:
            run_as_a_cell(scenario.code(**settings), lab)
            assert lab.trace.text() == by_the_scenario


@EVERY
def test_the_shown_code_holds_the_chosen_values_and_nothing_of_the_framework(scenario):
    settings = other_settings(scenario)
    code = scenario.code(**settings)
    calls = code[code.index("lab.reset()") :]
    assert all(f"{name}={value!r}" in calls for name, value in settings.items())
    assert "workbook.scenarios" not in code
    assert "boto3.client(" in code


@EVERY
def test_the_shown_code_fits_a_laptop(scenario):
    assert max(len(line) for line in scenario.code().splitlines()) <= 101


@EVERY
def test_the_same_seed_gives_the_same_account(scenario):
    first, second = account_of(scenario.name), scenario.run(seed=5, **FEWER.get(scenario.name, {}))
    assert first.text() == second.text()
    assert first.json() == second.json()


@EVERY
def test_an_account_is_readable_and_complete(scenario):
    account = account_of(scenario.name)
    content = json.loads(account.json())
    assert content["scenario"] == scenario.name
    assert content["conclusion"]
    assert set(content["settings"]) == {setting.name for setting in scenario.settings}
    assert [list(row) for row in content["table"]] == [list(account.findings.columns)] * len(content["table"])
    assert scenario.question in account.text()
    assert account.findings.conclusion in account.text()
    assert account.text().endswith(f"What is different here: {scenario.differs}")
    assert scenario.differs == content["differs"]
    assert html.escape(scenario.differs) in account.answer_html()
    assert scenario.differs.endswith(".")
    assert list(account.frame().columns) == list(account.findings.columns)


@EVERY
def test_all_settings_are_used_and_none_else(scenario):
    used = set()
    for function in (scenario.build, scenario.trigger):
        used |= set(inspect.signature(function).parameters)
    assert {setting.name for setting in scenario.settings} <= used


@EVERY
def test_a_value_out_of_range_is_refused_by_name_value_and_range(scenario):
    for setting in scenario.settings:
        if isinstance(setting, Number):
            for value in (setting.minimum - 1, setting.maximum + 1, "many", 1.5, True):
                with pytest.raises(SettingError) as refusal:
                    scenario.run(**{setting.name: value})
                assert f"{setting.name}={value!r}" in str(refusal.value)
                assert f"{setting.minimum:,} to {setting.maximum:,} {setting.unit}" in str(refusal.value)
        else:
            with pytest.raises(SettingError, match="true or false"):
                scenario.run(**{setting.name: 1})


@EVERY
def test_an_unknown_setting_is_refused_with_those_there_are(scenario):
    with pytest.raises(SettingError, match=scenario.settings[0].name):
        scenario.run(colour="blue")


@EVERY
def test_what_was_in_the_lab_before_is_gone(scenario, lab, sqs):
    sqs.create_queue(QueueName="of-yesterday")
    scenario.run(lab, **FEWER.get(scenario.name, {}))
    with pytest.raises(LookupError):
        lab.queue("of-yesterday")


@EVERY
def test_before_the_trigger_there_is_no_answer_to_read(scenario, lab):
    """A room that still guesses must not read the answer, and a saved notebook must not tell a wrong one."""
    shown = scenario.panel(lab, run=False)._repr_mimebundle_()
    assert "\n\nNothing has happened yet.\n\n" in shown["text/plain"]
    assert shown["text/html"].count("<thead>") == 0  # only a table of answers has a head
