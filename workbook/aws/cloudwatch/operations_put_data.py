"""PutMetricData: moto checks the form of values and keeps them; here are the limits, and how fine values are.

Source: service model of CloudWatch, PutMetricData and MetricDatum. The texts about the number of metrics, the
past, units and a missing value are reported by users; the others are ours (unverified).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends

from workbook.aws.cloudwatch.errors import InvalidParameterCombination, ValidationError
from workbook.aws.cloudwatch.units import check_unit
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, refuse_parameters
from workbook.engine.clock import SECOND, instant_of

MOST_METRICS = limit("cloudwatch.put.metrics")
MOST_DIMENSIONS = limit("cloudwatch.put.dimensions")
MOST_VALUES = limit("cloudwatch.put.values")
PAST = limit("cloudwatch.put.past") * 86_400 * SECOND
FUTURE = limit("cloudwatch.put.future") * 3600 * SECOND
LARGEST_VALUE = 2.0**360
RESERVED = "AWS/"
"""Namespaces that begin so are for AWS's services alone."""
_KNOWN = frozenset({"Namespace", "MetricData"})


def put_metric_data(call: Call) -> Answer:
    """Keep values of metrics."""
    refuse_parameters(call.parameters, _KNOWN, "PutMetricData")
    _check_namespace(str(call.parameters["Namespace"]))
    backend = cloudwatch_backends[call.account][call.region]
    data = call.parameters.get("MetricData") or []
    if len(data) > MOST_METRICS:
        raise InvalidParameterValue(
            f"The collection MetricData must not have a size greater than {MOST_METRICS}."
        )
    for number, datum in enumerate(data, 1):
        _check_limits(datum, f"MetricData.member.{number}", call.world.clock.now)
        backend._validate_parameters_put_metric_data(datum, number)  # noqa: SLF001 - all before any is kept
        _check_value(datum, f"MetricData.member.{number}")
        check_unit(f"MetricData.member.{number}.Unit", datum.get("Unit"))
        _check_resolution(datum, number)
    for datum in data:
        _keep(backend, str(call.parameters["Namespace"]), datum)
    return None


def _check_namespace(namespace: str) -> None:
    for beginning, told in ((RESERVED, RESERVED), (":", namespace)):
        if namespace.startswith(beginning):
            raise InvalidParameterValue(f"The value {told} for parameter Namespace is invalid.")


def _check_limits(datum: Mapping[str, Any], parameter: str, now: int) -> None:
    for name, most in (("Dimensions", MOST_DIMENSIONS), ("Values", MOST_VALUES)):
        if len(datum.get(name) or []) > most:
            raise InvalidParameterValue(
                f"The collection {parameter}.{name} must not have a size greater than {most}."
            )
    for value in [datum.get("Value") or 0.0, *(datum.get("Values") or [])]:
        if abs(value) > LARGEST_VALUE:
            raise InvalidParameterValue(f"The value {value} for parameter {parameter}.Value is invalid.")
    if datum.get("Timestamp") is None:
        return
    instant = instant_of(datum["Timestamp"])
    if instant < now - PAST:
        raise InvalidParameterValue(
            f"The parameter {parameter}.Timestamp must specify a time within the past two weeks."
        )
    if instant > now + FUTURE:
        raise InvalidParameterValue(
            f"The parameter {parameter}.Timestamp must specify a time no more than two hours in the future."
        )


def _check_value(datum: Mapping[str, Any], parameter: str) -> None:
    if datum.get("Value") is None and not datum.get("Values") and not datum.get("StatisticValues"):
        raise InvalidParameterCombination("At least one of the parameters must be specified.")
    if datum.get("Value") is not None and datum.get("StatisticValues"):  # moto takes 0 for no value
        raise InvalidParameterCombination(
            f"The parameters {parameter}.Value and {parameter}.StatisticValues are mutually exclusive and "
            "you have specified both."
        )


def _check_resolution(datum: Mapping[str, Any], number: int) -> None:
    if datum.get("StorageResolution") not in {None, 1, 60}:
        parameter = f"MetricData.member.{number}.StorageResolution"
        raise ValidationError(f"The parameter {parameter} must be 1 or 60.")


def _keep(backend: CloudWatchBackend, namespace: str, datum: Mapping[str, Any]) -> None:
    before = len(backend.metric_data)
    backend.put_metric_data(namespace, [dict(datum)])
    if datum.get("StorageResolution") == 1:
        for kept in backend.metric_data[before:]:
            vars(kept)["resolution"] = SECOND
