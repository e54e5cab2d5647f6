"""A metric alarm: what it watches, when it is in ALARM, and how it tells why."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from workbook.aws.cloudwatch.judgement import MORE_POINTS, Judgement, Rule, judge
from workbook.aws.cloudwatch.states import Alarm
from workbook.aws.cloudwatch.times import milliseconds
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.cloudwatch.metric_values import MetricValues
    from workbook.aws.cloudwatch.queries import Watched


@dataclass
class MetricAlarm(Alarm):
    """An alarm on a metric, or on an expression of several."""

    kind: ClassVar[str] = "MetricAlarm"

    watched: Watched = field(kw_only=True)
    rule: Rule = field(kw_only=True)

    @property
    def updated(self) -> int:
        """Of a metric alarm only another value of its state is an update (service model, MetricAlarm)."""
        return self.now.time

    def look(self, values: MetricValues, now: int) -> Judgement:
        """What follows from the data points up to `now`."""
        points = self.watched.points(values, now, self.rule.periods + MORE_POINTS)
        judgement = judge(self.rule, points)
        if self._has_too_few_samples(values, judgement):
            return judgement._replace(state=None)
        return judgement

    def _has_too_few_samples(self, values: MetricValues, judgement: Judgement) -> bool:
        """Whether a percentile says too little to be evaluated, and the alarm ignores it then.

        The guide, "Percentile-based alarms and low data samples": 10 / (1 - percentile) samples from 0.5 up,
        and 10 / percentile below.
        """
        percentile = self.settings.get("ExtendedStatistic")
        if percentile is None or self.settings.get("EvaluateLowSampleCountPercentile") != "ignore":
            return False
        share = float(percentile[1:]) / 100
        rare = 1 - share if share >= 0.5 else share
        needed = math.inf if rare <= 0 else round(10 / rare, 6)
        counts = [self.watched.samples(values, begin) or 0 for begin, _ in judgement.evaluated]
        return any(count < needed for count in counts)

    def reason_data(self, values: MetricValues, judgement: Judgement, now: int) -> str:
        """The reason for programs: recorded from AWS in 2019 to 2024."""
        evaluated, period = judgement.evaluated, self.watched.period
        data: dict[str, Any] = {"version": "1.0", "queryDate": milliseconds(now)}
        if evaluated:
            data["startDate"] = milliseconds(evaluated[0][0])
        for name, key in (("unit", "Unit"), ("statistic", "Statistic")):
            if self.settings.get(key):
                data[name] = self.settings[key]
        data |= {
            "period": period,
            "recentDatapoints": [value for _, value in evaluated],
            "threshold": self.rule.threshold,
            "evaluatedDatapoints": self._evaluated(values, judgement, now),
        }
        return json.dumps(data, separators=(",", ":"))

    def _evaluated(self, values: MetricValues, judgement: Judgement, now: int) -> list[Mapping[str, Any]]:
        """The data points, the newest first; those that lack have no value."""
        shown: list[Mapping[str, Any]] = []
        for begin, value in reversed(judgement.evaluated):
            count = self.watched.samples(values, begin)
            counted = {} if count is None else {"sampleCount": float(count)}
            shown.append({"timestamp": milliseconds(begin), **counted, "value": float(value)})
        length = self.watched.period * SECOND
        known = {begin for begin, _ in judgement.evaluated}
        begin = now - length
        while len(shown) < self.rule.periods:
            if begin not in known:
                shown.append({"timestamp": milliseconds(begin)})
            begin -= length
        return shown
