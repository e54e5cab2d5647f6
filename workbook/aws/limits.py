"""The numbers of AWS, in one dated table: code, documents and lessons refer to it.

A number changes when AWS changes it, so each row says where it stands and when it was last looked up. Rows
are added by the service that needs them; a name is ``service.what``.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """One number: its name, value and unit, where AWS says so, and when that was read."""

    name: str
    value: int
    unit: str
    source: str
    date: datetime.date


_READ = datetime.date(2026, 11, 22)
_LATER = datetime.date(2026, 11, 27)
_MODEL = "botocore 1.44.5, service model of SQS"
_QUOTAS = "SQS Developer Guide, message quotas"
_PRICING = "Amazon SQS pricing: each 64 KB chunk of a payload is billed as 1 request"
_FAIR = "SQS Developer Guide, how fair queues work"
_POLICY = "SQS Developer Guide, policy quotas"
_LAMBDA = "botocore 1.44.5, service model of Lambda"
_SCALING = "Lambda Developer Guide, scaling behavior for SQS event source mappings"

_AUTO_SCALING = "botocore 1.44.5, service model of Auto Scaling"
_CLOUDWATCH = "botocore 1.44.5, service model of CloudWatch"
_RECORDED = "alarms of AWS recorded in public repositories, 2019 to 2026"

_ROWS = (
    Limit("sqs.message-size", 1_048_576, "bytes", f"{_MODEL}: MaximumMessageSize", _READ),
    Limit("sqs.message-size.minimum-setting", 1_024, "bytes", f"{_MODEL}: MaximumMessageSize", _READ),
    Limit("sqs.batch-size", 1_048_576, "bytes", f"{_MODEL}: SendMessageBatch", _READ),
    Limit("sqs.batch-entries", 10, "messages", f"{_MODEL}: SendMessageBatch", _READ),
    Limit("sqs.batch-entry-id", 80, "characters", f"{_MODEL}: SendMessageBatchRequestEntry.Id", _READ),
    Limit("sqs.message-attributes", 10, "attributes", _QUOTAS, _READ),
    Limit("sqs.delay", 900, "seconds", f"{_MODEL}: DelaySeconds", _READ),
    Limit("sqs.retention.minimum", 60, "seconds", f"{_MODEL}: MessageRetentionPeriod", _READ),
    Limit("sqs.retention.maximum", 1_209_600, "seconds", f"{_MODEL}: MessageRetentionPeriod", _READ),
    Limit("sqs.retention.default", 345_600, "seconds", f"{_MODEL}: MessageRetentionPeriod", _READ),
    Limit("sqs.visibility-timeout.default", 30, "seconds", f"{_MODEL}: VisibilityTimeout", _READ),
    Limit("sqs.visibility-timeout.maximum", 43_200, "seconds", f"{_MODEL}: VisibilityTimeout", _READ),
    Limit("sqs.wait-time", 20, "seconds", f"{_MODEL}: ReceiveMessageWaitTimeSeconds", _READ),
    Limit("sqs.receive.maximum-messages", 10, "messages", f"{_MODEL}: MaxNumberOfMessages", _READ),
    Limit("sqs.in-flight", 120_000, "messages", f"{_MODEL}: ReceiveMessage, OverLimit", _READ),
    Limit("sqs.fifo.deduplication-interval", 300, "seconds", f"{_MODEL}: MessageDeduplicationId", _READ),
    Limit("sqs.fifo.calls", 300, "calls per second and action", _QUOTAS, _READ),
    Limit("sqs.purge-interval", 60, "seconds", f"{_MODEL}: PurgeQueue", _READ),
    Limit("sqs.recreate-interval", 60, "seconds", f"{_MODEL}: CreateQueue", _READ),
    Limit("sqs.move-task.rate", 500, "messages per second", f"{_MODEL}: StartMessageMoveTask", _READ),
    Limit(
        "sqs.redrive.max-receive-count", 1_000, "receives", "SQS Developer Guide, dead-letter queues", _READ
    ),
    Limit("sqs.redrive-allow.source-queues", 10, "queues", f"{_MODEL}: RedriveAllowPolicy", _READ),
    Limit("sqs.kms-data-key-reuse.minimum", 60, "seconds", f"{_MODEL}: KmsDataKeyReusePeriodSeconds", _READ),
    Limit(
        "sqs.kms-data-key-reuse.maximum", 86_400, "seconds", f"{_MODEL}: KmsDataKeyReusePeriodSeconds", _READ
    ),
    Limit("sqs.permission.actions", 7, "actions", _POLICY, _READ),
    Limit("sqs.policy.statements", 20, "statements", _POLICY, _READ),
    Limit("sqs.policy.size", 8_192, "bytes", _POLICY, _READ),
    Limit("sqs.queue-tags", 50, "tags", "SQS Developer Guide, queue quotas", _READ),
    Limit("sqs.queue-name", 80, "characters", f"{_MODEL}: QueueName", _READ),
    Limit("sqs.fair.noisy-share", 10, "per cent of what is in flight or processed", _FAIR, _READ),
    Limit("sqs.fair.noisy-in-flight", 30, "messages", _FAIR, _READ),
    Limit("sqs.fair.quiet-after", 300, "seconds without a message sent", _FAIR, _READ),
    Limit("sqs.metrics.active", 6, "hours", "SQS Developer Guide, monitoring with CloudWatch", _READ),
    Limit(
        "sqs.age.receives",
        3,
        "receives, after which a message goes to the back and does not count for the age of the oldest",
        "SQS Developer Guide, available CloudWatch metrics, ApproximateAgeOfOldestMessage",
        _READ,
    ),
    Limit("sqs.billing.chunk", 65_536, "bytes of a payload billed as one request", _PRICING, _LATER),
    Limit("sqs.list.page", 1_000, "queues", f"{_MODEL}: ListQueues", _READ),
    Limit("lambda.mapping.batch-size", 10_000, "messages", f"{_LAMBDA}: BatchSize", _READ),
    Limit("lambda.mapping.batch-size.default", 10, "messages", f"{_LAMBDA}: BatchSize", _READ),
    Limit("lambda.mapping.batch-size.fifo", 10, "messages", f"{_LAMBDA}: BatchSize", _READ),
    Limit("lambda.mapping.batch-size.without-window", 10, "messages", f"{_LAMBDA}: BatchSize", _READ),
    Limit("lambda.mapping.window", 300, "seconds", f"{_LAMBDA}: MaximumBatchingWindowInSeconds", _READ),
    Limit("lambda.mapping.maximum-concurrency.least", 2, "invocations", f"{_LAMBDA}: ScalingConfig", _READ),
    Limit("lambda.mapping.maximum-concurrency", 1_000, "invocations", f"{_LAMBDA}: ScalingConfig", _READ),
    Limit("lambda.mapping.filters", 5, "filters", "Lambda Developer Guide, event filtering", _READ),
    Limit("lambda.mapping.pattern", 4_096, "characters", f"{_LAMBDA}: Filter.Pattern", _READ),
    Limit("lambda.mapping.page", 100, "mappings", f"{_LAMBDA}: ListEventSourceMappings", _READ),
    Limit("lambda.sqs.initial-batches", 5, "batches at a time", _SCALING, _READ),
    Limit("lambda.sqs.added-batches", 300, "batches at a time, each minute", _SCALING, _READ),
    Limit("lambda.sqs.largest", 1_250, "batches at a time", _SCALING, _READ),
    Limit("lambda.payload.synchronous", 6_291_456, "bytes", "Lambda quotas: 6 MB", _READ),
    Limit("lambda.memory.least", 128, "MB", "Lambda quotas: 128 MB to 10,240 MB", _LATER),
    Limit("lambda.memory", 10_240, "MB", "Lambda quotas: 128 MB to 10,240 MB", _LATER),
    Limit("lambda.function-name", 256, "characters", f"{_LAMBDA}: NamespacedFunctionName", _READ),
    Limit("autoscaling.cooldown.default", 300, "seconds", f"{_AUTO_SCALING}: DefaultCooldown", _LATER),
    Limit(
        "autoscaling.warmup", 3_600, "seconds", "EC2 Auto Scaling User Guide, default instance warmup", _LATER
    ),
    Limit("autoscaling.protected-in-one-call", 50, "instances", f"{_AUTO_SCALING}: InstanceIds", _LATER),
    Limit("autoscaling.page", 100, "entries", f"{_AUTO_SCALING}: MaxRecords", _LATER),
    Limit("autoscaling.target-tracking.high", 3, "minutes", _RECORDED, _LATER),
    Limit("autoscaling.target-tracking.low", 15, "minutes", _RECORDED, _LATER),
    Limit("autoscaling.target-tracking.low-threshold", 70, "per cent of the target", _RECORDED, _LATER),
    Limit("cloudwatch.alarm.metrics", 10, "metrics", f"{_CLOUDWATCH}: MetricDataQuery", _LATER),
    Limit("cloudwatch.alarm.evaluation", 7, "days", f"{_CLOUDWATCH}: Period", _LATER),
)

LIMITS: dict[str, Limit] = {row.name: row for row in _ROWS}


def limit(name: str) -> int:
    """The value of the limit called ``name``.

    Raises:
        KeyError: the table has no such row.
    """
    return LIMITS[name].value
