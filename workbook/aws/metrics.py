"""Puts the metrics of our services into moto's CloudWatch when somebody reads it, and not before.

Services add up what happens by the minute. Writing it to CloudWatch only on reading keeps a day of idle
time free of charge, and a reader sees no difference.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import moto.cloudwatch.models

from workbook.aws.sqs.metrics import flush_metrics
from workbook.engine.patches import Patches
from workbook.engine.world import current_world

_READERS = ("get_metric_statistics", "get_metric_data", "list_metrics")


def install(patches: Patches) -> None:
    """Let every operation that reads metrics bring them up to date first."""
    backend = moto.cloudwatch.models.CloudWatchBackend
    for name in _READERS:
        patches.set(backend, name, _reader(getattr(backend, name)))


def _reader(read: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(read)
    def read_up_to_date(backend: Any, *arguments: object, **options: object) -> Any:  # noqa: ANN401 - moto's own types
        flush_metrics(current_world(), backend.account_id, backend.region_name)
        return read(backend, *arguments, **options)

    return read_up_to_date
