"""Ready-made systems to trigger and watch, one a file. This page is their table of contents.

    from workbook.scenarios import poison_message

    poison_message.panel(lab)               # controls, picture, chart, account
    poison_message.run(lab, max_receives=5) # the same without a screen
    print(poison_message.code())            # the boto3 code that it runs

Each begins with `lab.reset()`: what was in the lab is gone.
"""

from __future__ import annotations

from workbook.scenarios.framework.scenario import Scenario
from workbook.scenarios.framework.settings import SettingError
from workbook.scenarios.poison_message import SCENARIO as poison_message  # noqa: N811 - one object, named for its use
from workbook.scenarios.polling import SCENARIO as polling  # noqa: N811 - as above
from workbook.scenarios.visibility_timeout import SCENARIO as visibility_timeout  # noqa: N811 - as above

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario for scenario in (visibility_timeout, poison_message, polling)
}
"""All scenarios by their names on the command line, in the order in which one learns from them."""

__all__ = ["SCENARIOS", "Scenario", "SettingError", "poison_message", "polling", "visibility_timeout"]
