"""PutMetricData: moto checks and keeps the values; here it also keeps how fine they are.

Source: service model of CloudWatch, MetricDatum: StorageResolution.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends

from workbook.aws.cloudwatch.errors import ValidationError
from workbook.aws.operations import Answer, Call, refuse_parameters
from workbook.engine.clock import SECOND

_KNOWN = frozenset({"Namespace", "MetricData"})


def put_metric_data(call: Call) -> Answer:
    """Keep values of metrics."""
    refuse_parameters(call.parameters, _KNOWN, "PutMetricData")
    backend = cloudwatch_backends[call.account][call.region]
    data = call.parameters.get("MetricData") or []
    for number, datum in enumerate(data, 1):
        backend._validate_parameters_put_metric_data(datum, number)  # noqa: SLF001 - all before any is kept
        _check_resolution(datum, number)
    for datum in data:
        _keep(backend, str(call.parameters["Namespace"]), datum)
    return None


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
