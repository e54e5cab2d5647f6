"""docs/scenarios.md, held to the code."""

import re
from pathlib import Path

from workbook.scenarios import SCENARIOS

PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_the_page_lists_every_scenario_with_its_question_in_their_order():
    listed = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert listed == [(name, scenario.question) for name, scenario in SCENARIOS.items()]


def test_it_names_only_what_there_is():
    scenario = SCENARIOS["poison-message"]
    for method in re.findall(r"poison_message\.(\w+)", PAGE):
        assert callable(getattr(scenario, method))
    for setting in re.findall(r"(\w+)=\d", PAGE):
        assert setting in {each.name for each in scenario.settings}
