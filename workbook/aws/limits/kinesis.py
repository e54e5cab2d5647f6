"""The numbers of Amazon Kinesis Data Streams."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_KINESIS = "botocore 1.44.5, service model of Kinesis"

ROWS = (
    Limit("kinesis.shard.records", 1_000, "records per second", f"{_KINESIS}: CreateStream", _READ),
    Limit("kinesis.shard.bytes", 1_048_576, "bytes per second", f"{_KINESIS}: CreateStream", _READ),
    Limit("kinesis.shard.reads", 5, "GetRecords calls per second", f"{_KINESIS}: GetRecords", _READ),
    Limit("kinesis.shard.read-bytes", 2_097_152, "bytes per second", f"{_KINESIS}: GetRecords", _READ),
    Limit("kinesis.get-records", 10_000, "records", f"{_KINESIS}: GetRecords", _READ),
    Limit("kinesis.get-records.bytes", 10_485_760, "bytes", f"{_KINESIS}: GetRecords", _READ),
    Limit("kinesis.put-records", 500, "records", f"{_KINESIS}: PutRecords", _READ),
    Limit("kinesis.put-records.bytes", 10_485_760, "bytes", f"{_KINESIS}: PutRecords", _READ),
    Limit("kinesis.record.least", 1_024, "KiB", f"{_KINESIS}: MaxRecordSizeInKiB", _READ),
    Limit("kinesis.record.most", 10_240, "KiB", f"{_KINESIS}: MaxRecordSizeInKiB", _READ),
    Limit("kinesis.partition-key", 256, "characters", f"{_KINESIS}: PartitionKey", _READ),
    Limit("kinesis.iterator", 300, "seconds", f"{_KINESIS}: GetShardIterator", _READ),
    Limit("kinesis.retention.default", 24, "hours", f"{_KINESIS}: PutRecord", _READ),
    Limit("kinesis.retention.most", 8_760, "hours", f"{_KINESIS}: IncreaseStreamRetentionPeriod", _READ),
    Limit("kinesis.streams-in-creation", 5, "streams", f"{_KINESIS}: CreateStream", _READ),
    Limit("kinesis.tags", 50, "tags", f"{_KINESIS}: AddTagsToStream", _READ),
)
