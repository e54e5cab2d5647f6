"""Scenarios on the command line: `python -m workbook run poison-message --set max_receives=3`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbook.scenarios import SCENARIOS
from workbook.scenarios.framework.account import Account
from workbook.scenarios.framework.scenario import Scenario
from workbook.scenarios.framework.settings import SettingError


def account_of(name: str, given: Sequence[str], *, seed: int | None) -> Account:
    """Run the scenario called `name` with settings like "max_receives=3".

    Raises:
        ValueError: there is no such scenario, or a setting is unknown or out of its range.
    """
    scenario = _scenario(name)
    return scenario.run(seed=seed, **_read(scenario, given))


def code_of(name: str, given: Sequence[str]) -> str:
    """The boto3 code of the scenario called `name`; raises as `account_of`."""
    scenario = _scenario(name)
    return scenario.code(**_read(scenario, given))


def listing() -> str:
    """Every scenario with its question and its settings."""
    return "\n\n".join(_entry(scenario) for scenario in SCENARIOS.values())


def _entry(scenario: Scenario) -> str:
    width = max(len(setting.name) for setting in scenario.settings)
    settings = [
        f"    {setting.name:<{width}}  {setting.about}: {setting.shown(setting.default)} ({setting.range})"
        for setting in scenario.settings
    ]
    return "\n".join([scenario.name, f"  {scenario.question}", *settings])


def _scenario(name: str) -> Scenario:
    if name not in SCENARIOS:
        message = f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}"
        raise ValueError(message)
    return SCENARIOS[name]


def _read(scenario: Scenario, given: Sequence[str]) -> dict[str, Any]:
    known = {setting.name: setting for setting in scenario.settings}
    settings: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            message = f"--set {text}: write a name and a value, e.g. --set {next(iter(known))}=..."
            raise SettingError(message)
        if name not in known:
            message = f"--set {text}: {scenario.name} has no setting {name!r}; it has {', '.join(known)}"
            raise SettingError(message)
        settings[name] = known[name].read(value.strip())
    return settings
