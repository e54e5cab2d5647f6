"""What services of AWS tell CloudWatch about themselves: the one way by which all of them publish metrics.

    Meter.add ───> minute buckets ──┐
                   Source.drain ────┴─> published data ───> CloudWatch: alarms, GetMetricData

AWS's services send a value a minute. Here nothing runs each minute: what happened is summed up in its minute,
and handed over when somebody looks, so a service that nobody watches pays for an addition and no more.
A minute that has not ended yet is not shown.

A service counts in two lines, whichever thread or task it is on::

    meter = Meter(world, account, region, "AWS/SNS", {"TopicName": "orders"})
    meter.add("PublishSize", 120, unit="Bytes")

A gauge, which is a state and not something that happens, needs a `Source`: see `workbook.aws.sqs.metrics`.
"""

from __future__ import annotations

from workbook.aws.metrics.datum import MINUTE, Datum, Tally, dimensions_of
from workbook.aws.metrics.publishing import Meter, Publications, Source, publications

__all__ = [
    "MINUTE",
    "Datum",
    "Meter",
    "Publications",
    "Source",
    "Tally",
    "dimensions_of",
    "publications",
]
