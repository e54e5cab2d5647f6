"""Ready-made systems to trigger and watch, one a file. This page is their table of contents.

    from workbook.scenarios import poison_message

    poison_message.panel(lab)               # controls, picture, chart, account
    poison_message.run(lab, max_receives=5) # the same without a screen
    print(poison_message.code())            # the boto3 code that it runs

Each begins with `lab.reset()`: what was in the lab is gone.
"""

from __future__ import annotations

# Constants in their modules, here they are what one works with: hence the small letters.
from workbook.scenarios.buffered_writes import SCENARIO as buffered_writes  # noqa: N811
from workbook.scenarios.data_pipeline import SCENARIO as data_pipeline  # noqa: N811
from workbook.scenarios.daylight_saving import SCENARIO as daylight_saving  # noqa: N811
from workbook.scenarios.dlq_or_destination import SCENARIO as dlq_or_destination  # noqa: N811
from workbook.scenarios.fan_out import SCENARIO as fan_out  # noqa: N811
from workbook.scenarios.fifo_fan_out import SCENARIO as fifo_fan_out  # noqa: N811
from workbook.scenarios.fifo_group_blocked import SCENARIO as fifo_group_blocked  # noqa: N811
from workbook.scenarios.framework.own_lab import own_lab
from workbook.scenarios.framework.scenario import Scenario
from workbook.scenarios.framework.settings import SettingError
from workbook.scenarios.lambda_scaling import SCENARIO as lambda_scaling  # noqa: N811
from workbook.scenarios.lost_input import SCENARIO as lost_input  # noqa: N811
from workbook.scenarios.map_fan_out import SCENARIO as map_fan_out  # noqa: N811
from workbook.scenarios.missing_policy import SCENARIO as missing_policy  # noqa: N811
from workbook.scenarios.one_event_three_ways import SCENARIO as one_event_three_ways  # noqa: N811
from workbook.scenarios.order_routing import SCENARIO as order_routing  # noqa: N811
from workbook.scenarios.order_saga import SCENARIO as order_saga  # noqa: N811
from workbook.scenarios.partial_batch import SCENARIO as partial_batch  # noqa: N811
from workbook.scenarios.pattern_surgery import SCENARIO as pattern_surgery  # noqa: N811
from workbook.scenarios.poison_message import SCENARIO as poison_message  # noqa: N811
from workbook.scenarios.polling import SCENARIO as polling  # noqa: N811
from workbook.scenarios.queue_alarm import SCENARIO as queue_alarm  # noqa: N811
from workbook.scenarios.replay import SCENARIO as replay  # noqa: N811
from workbook.scenarios.retry_storm import SCENARIO as retry_storm  # noqa: N811
from workbook.scenarios.standard_and_fifo import SCENARIO as standard_and_fifo  # noqa: N811
from workbook.scenarios.synchronous_chain import SCENARIO as synchronous_chain  # noqa: N811
from workbook.scenarios.transforms import SCENARIO as transforms  # noqa: N811
from workbook.scenarios.unanswered_approval import SCENARIO as unanswered_approval  # noqa: N811
from workbook.scenarios.visibility_timeout import SCENARIO as visibility_timeout  # noqa: N811
from workbook.scenarios.waiting_workflow import SCENARIO as waiting_workflow  # noqa: N811
from workbook.scenarios.workers_scaling import SCENARIO as workers_scaling  # noqa: N811

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        visibility_timeout,
        poison_message,
        partial_batch,
        polling,
        standard_and_fifo,
        fifo_group_blocked,
        lambda_scaling,
        workers_scaling,
        buffered_writes,
        synchronous_chain,
        fan_out,
        order_routing,
        fifo_fan_out,
        missing_policy,
        retry_storm,
        queue_alarm,
        pattern_surgery,
        transforms,
        replay,
        daylight_saving,
        one_event_three_ways,
        waiting_workflow,
        lost_input,
        order_saga,
        unanswered_approval,
        data_pipeline,
        map_fan_out,
        dlq_or_destination,
    )
}
"""All scenarios by their names on the command line, in the order in which one learns from them."""

__all__ = [
    "SCENARIOS",
    "Scenario",
    "SettingError",
    "buffered_writes",
    "data_pipeline",
    "daylight_saving",
    "dlq_or_destination",
    "fan_out",
    "fifo_fan_out",
    "fifo_group_blocked",
    "lambda_scaling",
    "lost_input",
    "map_fan_out",
    "missing_policy",
    "one_event_three_ways",
    "order_routing",
    "order_saga",
    "own_lab",
    "partial_batch",
    "pattern_surgery",
    "poison_message",
    "polling",
    "queue_alarm",
    "replay",
    "retry_storm",
    "standard_and_fifo",
    "synchronous_chain",
    "transforms",
    "unanswered_approval",
    "visibility_timeout",
    "waiting_workflow",
    "workers_scaling",
]
