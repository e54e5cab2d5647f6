"""The numbers of Amazon Data Firehose."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 28)
_FIREHOSE = "botocore 1.44.5, service model of Firehose"
_GUIDE = "Amazon Data Firehose Developer Guide"
_QUOTA = f"{_GUIDE}, Quota: Direct PUT"

_TRANSFORM = "Amazon Data Firehose Developer Guide, data transformation"

ROWS = (
    Limit("firehose.transform.retries", 3, "retries", f"{_TRANSFORM}: three times by default", _READ),
    Limit("firehose.transform.timeout", 300, "seconds", f"{_TRANSFORM}: up to 5 minutes", _READ),
    Limit("firehose.transform.interval", 60, "seconds", f"{_TRANSFORM}: by default", _READ),
    Limit("firehose.streams", 5_000, "delivery streams", f"{_FIREHOSE}: CreateDeliveryStream", _READ),
    Limit("firehose.record", 1_024_000, "bytes", f"{_FIREHOSE}: Data", _READ),
    Limit("firehose.batch", 500, "records", f"{_FIREHOSE}: PutRecordBatch", _READ),
    Limit("firehose.batch.bytes", 4_194_304, "bytes", f"{_GUIDE}, Quota: PutRecordBatch", _READ),
    Limit("firehose.buffer.size.default", 5, "MiB", f"{_FIREHOSE}: BufferingHints", _READ),
    Limit("firehose.buffer.interval.default", 300, "seconds", f"{_FIREHOSE}: BufferingHints", _READ),
    Limit("firehose.retention", 24, "hours", f"{_FIREHOSE}: PutRecord", _READ),
    Limit("firehose.evaluated-prefix", 512, "characters", f"{_GUIDE}, custom prefixes", _READ),
    Limit("firehose.tags", 50, "tags", f"{_FIREHOSE}: TagDeliveryStream", _READ),
    Limit("firehose.direct-put.requests", 2_000, "requests per second", _QUOTA, _READ),
    Limit("firehose.direct-put.records", 500_000, "records per second", _QUOTA, _READ),
    Limit("firehose.direct-put.bytes", 5_242_880, "bytes per second", _QUOTA, _READ),
    Limit("firehose.direct-put.other-regions.requests", 1_000, "requests per second", _QUOTA, _READ),
    Limit("firehose.direct-put.other-regions.records", 100_000, "records per second", _QUOTA, _READ),
    Limit("firehose.direct-put.other-regions.bytes", 1_048_576, "bytes per second", _QUOTA, _READ),
)
