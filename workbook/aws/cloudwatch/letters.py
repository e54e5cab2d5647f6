"""What people read of an alarm: CloudWatch publishes a message with a text for each protocol of the topic.

An email is prose, an SMS the subject, all others get JSON (`documents`). Words and order as in letters
recorded in 2021 to 2025. Of an alarm on an expression the part about the metric is left out: none was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from workbook.aws.cloudwatch.composite_alarm import CompositeAlarm
from workbook.aws.cloudwatch.documents import region_name, subject, topic_message, triggering_children
from workbook.aws.cloudwatch.states import Alarm
from workbook.aws.cloudwatch.times import in_words

MOST_CHILDREN = 10
"""How many alarms behind a composite alarm an email names."""


def texts(alarm: Alarm) -> dict[str, str]:
    """The message to a topic, by protocol."""
    return {"default": topic_message(alarm), "sms": subject(alarm), "email": email(alarm)}


def email(alarm: Alarm) -> str:
    """What an email says."""
    return "\n".join(_lines(alarm))


def _lines(alarm: Alarm) -> Iterator[str]:
    yield _beginning(alarm)
    link = f"https://{alarm.region}.console.aws.amazon.com/cloudwatch/deeplink.js?region={alarm.region}"
    yield from ("", "View this alarm in the AWS Management Console:")
    yield f"{link}#alarmsV2:alarm/{quote(alarm.name, safe='')}"
    yield from ("", "Alarm Details:")
    yield from _details(alarm)
    if isinstance(alarm, CompositeAlarm):
        yield from ("", f"Triggering children (max. {MOST_CHILDREN}):")
        yield from (f"- {child['Arn']}" for child in triggering_children(alarm)[:MOST_CHILDREN])
    else:
        yield from _threshold(alarm.settings)
    yield from ("", "State Change Actions:")
    for state, key in (("OK", "OKActions"), ("ALARM", "AlarmActions")):
        yield _actions(state, alarm.settings[key])
    yield _actions("INSUFFICIENT_DATA", alarm.settings["InsufficientDataActions"])
    yield ""


def _beginning(alarm: Alarm) -> str:
    whose = f'your Amazon CloudWatch Alarm "{alarm.name}" in the {region_name(alarm.region)} region'
    when, why = in_words(alarm.now.time), f'because "{alarm.now.reason}"'
    if isinstance(alarm, CompositeAlarm):
        what = f"has transitioned to {alarm.state} state on {when}, {why}."
    else:
        what = f'has entered the {alarm.state} state, {why} at "{when}".'
    return f"You are receiving this email because {whose} {what}"


def _details(alarm: Alarm) -> Iterator[str]:
    before = alarm.before.value if alarm.before else ""
    yield _line("Name", alarm.name)
    yield _line("Description", alarm.settings.get("AlarmDescription") or "")
    yield _line("State Change", f"{before} -> {alarm.state}")
    if isinstance(alarm, CompositeAlarm):
        yield _line("Alarm Rule", alarm.settings["AlarmRule"])
    yield _line("Reason for State Change", alarm.now.reason)
    yield _line("Timestamp", in_words(alarm.now.time))
    yield _line("AWS Account", alarm.account)
    yield _line("Alarm Arn", alarm.arn)


def _threshold(settings: Any) -> Iterator[str]:  # noqa: ANN401 - PutMetricAlarm's parameters
    if settings.get("Metrics"):
        return
    periods, period = settings["EvaluationPeriods"], settings["Period"]
    rule = f"{settings['ComparisonOperator']} {float(settings['Threshold'])}"
    needed = settings.get("DatapointsToAlarm") or periods
    within = f"for at least {needed} of the last {periods} period(s) of {period} seconds."
    yield from ("", "Threshold:", f"- The alarm is in the ALARM state when the metric is {rule} {within}")
    dimensions = ", ".join(f"{each['Name']} = {each['Value']}" for each in settings["Dimensions"])
    yield from ("", "Monitored Metric:")
    for name, value in (
        ("MetricNamespace", settings["Namespace"]),
        ("MetricName", settings["MetricName"]),
        ("Dimensions", f"[{dimensions}]" if dimensions else ""),
        ("Period", f"{period} seconds"),
        ("Statistic", settings.get("Statistic") or settings["ExtendedStatistic"]),
        ("Unit", settings.get("Unit") or "not specified"),
        ("TreatMissingData", settings.get("TreatMissingData") or "missing"),
    ):
        yield f"- {name + ':':<36} {value}"


def _line(name: str, value: str) -> str:
    return f"- {name + ':':<27} {value}"


def _actions(state: str, actions: list[str]) -> str:
    return f"- {state}: {' '.join(f'[{action}]' for action in actions)}"
