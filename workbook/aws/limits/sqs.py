"""The numbers of Amazon SQS."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 22)
_LATER = datetime.date(2026, 11, 27)
_MODEL = "botocore 1.44.5, service model of SQS"
_QUOTAS = "SQS Developer Guide, message quotas"
_PRICING = "Amazon SQS pricing: each 64 KB chunk of a payload is billed as 1 request"
_FAIR = "SQS Developer Guide, how fair queues work"
_POLICY = "SQS Developer Guide, policy quotas"

ROWS = (
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
)
