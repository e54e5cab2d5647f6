"""The numbers of Amazon SNS."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_MODEL = "botocore 1.44.5, service model of SNS"
_RETRIES = "SNS Developer Guide, message delivery retries"
_ARCHIVE = "SNS Developer Guide, message archiving for FIFO topic owners"

ROWS = (
    Limit("sns.topic-name", 256, "characters", f"{_MODEL}: CreateTopic, Name", _READ),
    Limit("sns.message-size", 262_144, "bytes", f"{_MODEL}: MaximumMessageSize, default", _READ),
    Limit("sns.message-size.least-setting", 1_024, "bytes", f"{_MODEL}: MaximumMessageSize", _READ),
    Limit("sns.message-size.largest-setting", 1_048_576, "bytes", f"{_MODEL}: MaximumMessageSize", _READ),
    Limit("sns.large-messages.subscriptions", 100, "subscriptions", f"{_MODEL}: MaximumMessageSize", _READ),
    Limit("sns.subject", 100, "characters", f"{_MODEL}: Publish, Subject", _READ),
    Limit("sns.batch-entries", 10, "messages", f"{_MODEL}: PublishBatch", _READ),
    Limit("sns.batch-entry-id", 80, "characters", f"{_MODEL}: PublishBatchRequestEntry.Id", _READ),
    Limit("sns.message-group-id", 128, "characters", f"{_MODEL}: MessageGroupId", _READ),
    Limit("sns.page", 100, "entries", f"{_MODEL}: ListTopics, ListSubscriptions", _READ),
    Limit("sns.tags", 50, "tags", f"{_MODEL}: TagResource", _READ),
    Limit("sns.confirmation-token", 2, "days", f"{_MODEL}: Subscribe", _READ),
    Limit("sns.fifo.messages", 3_000, "messages per second", f"{_MODEL}: FifoThroughputScope", _READ),
    Limit("sns.fifo.bytes", 20, "MB per second", f"{_MODEL}: FifoThroughputScope", _READ),
    Limit("sns.archive", 365, "days", _ARCHIVE, _READ),
    Limit("sns.retries.immediate", 3, "tries", f"{_RETRIES}: AWS managed endpoints", _READ),
    Limit("sns.retries.before-backoff", 2, "tries", f"{_RETRIES}: AWS managed endpoints", _READ),
    Limit("sns.retries.backoff", 10, "tries", f"{_RETRIES}: AWS managed endpoints", _READ),
    Limit("sns.retries.after-backoff", 100_000, "tries", f"{_RETRIES}: AWS managed endpoints", _READ),
    Limit("sns.retries.shortest", 1, "seconds", f"{_RETRIES}: AWS managed endpoints", _READ),
    Limit("sns.retries.longest", 20, "seconds", f"{_RETRIES}: AWS managed endpoints", _READ),
    Limit(
        "sns.customer-retries.before-backoff", 2, "tries", f"{_RETRIES}: customer managed endpoints", _READ
    ),
    Limit("sns.customer-retries.backoff", 10, "tries", f"{_RETRIES}: customer managed endpoints", _READ),
    Limit(
        "sns.customer-retries.after-backoff", 38, "tries", f"{_RETRIES}: customer managed endpoints", _READ
    ),
    Limit("sns.customer-retries.shortest", 10, "seconds", f"{_RETRIES}: customer managed endpoints", _READ),
    Limit("sns.customer-retries.longest", 600, "seconds", f"{_RETRIES}: customer managed endpoints", _READ),
    Limit("sns.sms.text", 1_600, "characters", f"{_MODEL}: Publish, Message", _READ),
    Limit("sns.sms.opt-in-pause", 30, "days", f"{_MODEL}: OptInPhoneNumber", _READ),
    Limit(
        "sns.sms.spend-limit", 1, "US dollars a month", "SNS Developer Guide, SMS spend quota: default", _READ
    ),
    Limit("sns.sms.sandbox-numbers", 10, "phone numbers", "SNS Developer Guide, SMS sandbox", _READ),
    Limit("sns.endpoint.user-data", 2_048, "bytes", f"{_MODEL}: CreatePlatformEndpoint", _READ),
    Limit("sns.http.retry-time", 3_600, "seconds", f"{_RETRIES}: HTTP/S delivery policy", _READ),
    Limit("sns.http.retries", 100, "tries", f"{_RETRIES}: HTTP/S delivery policy, numRetries", _READ),
)
