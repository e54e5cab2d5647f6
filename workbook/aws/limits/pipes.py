"""The numbers of Amazon EventBridge Pipes."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_BATCHING = "EventBridge User Guide, Pipes batching and concurrency"
_SQS = "EventBridge User Guide, SQS as a source (2023)"
_PIPES = "botocore 1.44.5, service model of EventBridge Pipes"

ROWS = (
    Limit("pipes.batch-size.default", 10, "records", "EventBridge User Guide, SQS as a source", _READ),
    Limit("pipes.batch-size.stream", 100, "records", "EventBridge User Guide, Kinesis as a source", _READ),
    Limit("pipes.record-age.least", 60, "seconds", "refusals of AWS reported by users, 2025", _READ),
    Limit("pipes.record-age.most", 604_800, "seconds", f"{_PIPES}: MaximumRecordAgeInSeconds", _READ),
    Limit("pipes.execution", 300, "seconds", _BATCHING, _READ),
    Limit("pipes.sqs.added-batches", 60, "batches at a time, each minute", _SQS, _READ),
    Limit("pipes.sqs.largest", 1_250, "batches at a time", _BATCHING, _READ),
    Limit("pipes.batch.queue", 10, "records", _BATCHING, _READ),
    Limit("pipes.batch.topic", 10, "records", _BATCHING, _READ),
    Limit("pipes.batch.bus", 10, "records", _BATCHING, _READ),
    Limit("pipes.batch.stream", 500, "records", _BATCHING, _READ),
    Limit("pipes.batch.delivery-stream", 500, "records", _BATCHING, _READ),
    Limit("pipes.batch.log-group", 10_000, "records", _BATCHING, _READ),
    Limit("pipes.page", 100, "pipes", f"{_PIPES}: ListPipes", _READ),
    Limit("pipes.tags", 50, "tags", f"{_PIPES}: TagMap", _READ),
)
