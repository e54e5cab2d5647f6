"""From the parameters of PutMetricAlarm and PutCompositeAlarm to an alarm, or to AWS's refusal.

Texts are ours where no answer of AWS was found recorded (unverified).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.utilities.utils import get_partition

from workbook.aws.cloudwatch.alarm_rule import children_of, parse
from workbook.aws.cloudwatch.alarms import Alarms
from workbook.aws.cloudwatch.composite_alarm import CompositeAlarm, name_of
from workbook.aws.cloudwatch.errors import ValidationError
from workbook.aws.cloudwatch.judgement import COMPARISONS, TREATMENTS, Rule
from workbook.aws.cloudwatch.metric_alarm import MetricAlarm
from workbook.aws.cloudwatch.queries import MetricQuery, Watched
from workbook.aws.cloudwatch.states import ACTIONS_OF
from workbook.aws.limits import limit
from workbook.aws.operations import Call, NotSimulated

SECONDS_OF_A_DAY = 86_400
LONGEST_EVALUATION = limit("cloudwatch.alarm.evaluation") * SECONDS_OF_A_DAY
"""Seconds that EvaluationPeriods times Period may come to, with periods of an hour and more."""
MOST_PARENTS = limit("cloudwatch.composite.parents")
MOST_TAGS = limit("cloudwatch.tags")

_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit")
_VENDORS = frozenset({"automate", "sns", "autoscaling", "ssm", "ssm-incidents", "lambda", "swf"})
"""Services that an alarm of AWS may call, by the names in their ARNs."""
_ALWAYS_IGNORES = "AWS/DynamoDB"


def make_metric_alarm(call: Call, parameters: Mapping[str, Any]) -> MetricAlarm:
    """An alarm with these parameters of PutMetricAlarm, not yet put anywhere.

    Raises:
        ValidationError: they do not fit together.
        NotSimulated: they ask for what is not simulated.
    """
    watched, rule = _watched(parameters), _rule(parameters)
    _check_evaluation(watched.period, rule)
    settings = _settings(call, parameters, ("sns", "lambda", "autoscaling"))
    settings.setdefault("Dimensions", [])
    name = str(parameters["AlarmName"])
    return MetricAlarm(name, _arn(call, name), settings, watched=watched, rule=rule, tags=_tags(parameters))


def make_composite_alarm(call: Call, alarms: Alarms) -> CompositeAlarm:
    """An alarm with these parameters of PutCompositeAlarm, not yet put anywhere.

    Raises:
        ValidationError: the rule cannot be read, names alarms that do not exist, or they do not fit together.
        NotSimulated: they ask for what is not simulated.
    """
    parameters = call.parameters
    name = str(parameters["AlarmName"])
    rule = parse(str(parameters["AlarmRule"]))
    children = [name_of(child) for child in children_of(rule)]
    if name in children:
        raise ValidationError("A composite alarm cannot have a child relation with itself via its AlarmRule")
    missing = [child for child in children if child not in alarms.present]
    if missing:
        names = ", ".join(missing)
        raise ValidationError(
            f"Could not save the composite alarm as alarms [{names}] in the alarm rule do not exist"
        )
    for child in children:
        _check_parents(alarms, child, name)
    _check_suppressor(alarms, parameters)
    settings = _settings(call, parameters, ("sns", "lambda"))
    return CompositeAlarm(name, _arn(call, name), settings, rule=rule, tags=_tags(parameters))


def check_kind(alarms: Alarms, name: str, kind: str) -> None:
    """Let a name pass that is free, or is that of an alarm of this kind: AWS has one space of names."""
    present = alarms.present.get(name)
    if present is not None and present.kind != kind:
        raise ValidationError(f"Alarm {name} already exists and is not a {kind}")


def _settings(call: Call, parameters: Mapping[str, Any], services: Sequence[str]) -> dict[str, Any]:
    settings = {key: value for key, value in parameters.items() if value is not None and key != "Tags"}
    settings.setdefault("ActionsEnabled", True)
    if settings.get("Metrics"):
        settings["Metrics"] = [
            {**query, "ReturnData": query.get("ReturnData") is not False} for query in settings["Metrics"]
        ]
    for key in ACTIONS_OF.values():
        _check_actions(key, settings.setdefault(key, []), services, call.region)
    return settings


def _arn(call: Call, name: str) -> str:
    return f"arn:{get_partition(call.region)}:cloudwatch:{call.region}:{call.account}:alarm:{name}"


def _tags(parameters: Mapping[str, Any]) -> dict[str, str]:
    tags = {str(tag["Key"]): str(tag["Value"]) for tag in parameters.get("Tags") or []}
    if len(tags) > MOST_TAGS:
        raise ValidationError(f"An alarm can have at most {MOST_TAGS} tags")
    return tags


# ---- what a metric alarm looks at


def _watched(parameters: Mapping[str, Any]) -> Watched:
    queries = parameters.get("Metrics")
    if queries:
        both = [name for name in _OF_ONE_METRIC if parameters.get(name)]
        if both:
            raise ValidationError(f"{', '.join(both)} cannot be used together with Metrics")
        return Watched.of_queries(queries)
    missing = [name for name in ("MetricName", "Namespace", "Period") if not parameters.get(name)]
    statistics = [parameters[name] for name in ("Statistic", "ExtendedStatistic") if parameters.get(name)]
    if not statistics:
        missing.append("Statistic")
    if missing:
        raise ValidationError(f"{missing[0]} must not be null")
    if len(statistics) == 2:
        raise ValidationError("Statistic and ExtendedStatistic cannot be used together")
    metric = MetricQuery.of(parameters, statistics[0], parameters.get("Unit"))
    return Watched.single(metric, int(parameters["Period"]))


def _rule(parameters: Mapping[str, Any]) -> Rule:
    required = ("ComparisonOperator", "EvaluationPeriods", "Threshold")
    missing = [name for name in required if parameters.get(name) is None]
    if missing:
        raise ValidationError(f"An alarm with a threshold needs {', '.join(missing)}")
    comparison = str(parameters["ComparisonOperator"])
    if comparison not in COMPARISONS:
        advice = f"Use one of {', '.join(COMPARISONS)}."
        raise NotSimulated(f"ComparisonOperator={comparison} (anomaly detection)", advice)
    periods = int(parameters["EvaluationPeriods"])
    needed = int(parameters.get("DatapointsToAlarm") or periods)
    if needed > periods:
        raise ValidationError("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    given = parameters.get("DatapointsToAlarm") is not None
    return Rule(comparison, float(parameters["Threshold"]), periods, needed, _treatment(parameters), given)


def _treatment(parameters: Mapping[str, Any]) -> str:
    treatment = str(parameters.get("TreatMissingData") or "missing")
    if treatment not in TREATMENTS:
        raise ValidationError(
            f"TreatMissingData '{treatment}' is not supported: use one of {', '.join(TREATMENTS)}"
        )
    low = parameters.get("EvaluateLowSampleCountPercentile")
    if low not in {None, "evaluate", "ignore"}:
        raise ValidationError(f"Option {low} is not supported. Supported options are: evaluate, ignore")
    return "ignore" if parameters.get("Namespace") == _ALWAYS_IGNORES else treatment


def _check_evaluation(period: int, rule: Rule) -> None:
    longest = LONGEST_EVALUATION if period >= 3600 else SECONDS_OF_A_DAY
    if period * rule.periods > longest:
        days = longest // SECONDS_OF_A_DAY
        shown = "a day" if days == 1 else f"{days} days"
        product = f"(EvaluationPeriods * Period must be <= {longest})"
        raise ValidationError(f"Metrics cannot be checked across more than {shown} {product}.")


def _check_actions(name: str, actions: Sequence[str], services: Sequence[str], own_region: str) -> None:
    for action in actions:
        parts = action.split(":")
        if len(parts) < 6 or parts[0] != "arn":
            raise ValidationError(f"Invalid arn syntax: {action}")
        if parts[2] not in _VENDORS:
            raise ValidationError(f"Unsupported AWS vendor {parts[2]}")
        if parts[3] != own_region:
            raise ValidationError(f"Invalid region {parts[3]} specified. Only {own_region} is supported.")
        if parts[2] not in services:
            shown = {"sns": "topics", "lambda": "functions", "autoscaling": "scaling policies"}
            simulated = ", ".join(shown[service] for service in services)
            raise NotSimulated(f"{name}: {action}", f"Simulated are the ARNs of {simulated}.")


# ---- what a composite alarm may be


def _check_parents(alarms: Alarms, child: str, parent: str) -> None:
    parents = {each.name for each in alarms.composites() if child in each.children} | {parent}
    if len(parents) > MOST_PARENTS:
        raise ValidationError(
            f"Alarm {child} is in the rules of {MOST_PARENTS} composite alarms, which is the most that can be"
        )


def _check_suppressor(alarms: Alarms, parameters: Mapping[str, Any]) -> None:
    suppressor = parameters.get("ActionsSuppressor")
    periods = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
    if suppressor is None:
        extra = [name for name in periods if parameters.get(name) is not None]
        if extra:
            raise ValidationError(f"{extra[0]} requires an ActionSuppressor")
        return
    missing = [name for name in periods if parameters.get(name) is None]
    if missing:
        raise ValidationError(f"ActionsSuppressor requires {', '.join(missing)}")
    if name_of(str(suppressor)) not in alarms.present:
        raise ValidationError(
            f"Could not save the composite alarm as the ActionsSuppressor alarm [{suppressor}] does not exist"
        )
