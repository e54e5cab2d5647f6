"""The numbers of AWS Lambda and its event source mappings."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 22)
_LATER = datetime.date(2026, 11, 27)
_LAMBDA = "botocore 1.44.5, service model of Lambda"
_EVENTS = "Lambda Developer Guide, error handling for asynchronous invocation"
_SCALING = "Lambda Developer Guide, scaling behavior for SQS event source mappings"

ROWS = (
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
    Limit("lambda.timeout.default", 3, "seconds", f"{_LAMBDA}: Timeout", _READ),
    Limit("lambda.timeout", 900, "seconds", f"{_LAMBDA}: Timeout", _READ),
    Limit("lambda.memory.least", 128, "MB", "Lambda quotas: 128 MB to 10,240 MB", _LATER),
    Limit("lambda.memory", 10_240, "MB", "Lambda quotas: 128 MB to 10,240 MB", _LATER),
    Limit("lambda.payload.asynchronous", 1_048_576, "bytes", f"{_LAMBDA}: Invoke, Payload", _LATER),
    Limit("lambda.event.retries", 2, "retries", f"{_LAMBDA}: MaximumRetryAttempts", _LATER),
    Limit("lambda.event.first-retry", 60, "seconds after a function error", _EVENTS, _LATER),
    Limit("lambda.event.second-retry", 120, "seconds after a function error", _EVENTS, _LATER),
    Limit("lambda.event.first-pause", 1, "seconds after a throttle", _EVENTS, _LATER),
    Limit("lambda.event.longest-pause", 300, "seconds after a throttle", _EVENTS, _LATER),
    Limit("lambda.event.age.least", 60, "seconds", f"{_LAMBDA}: MaximumEventAgeInSeconds", _LATER),
    Limit("lambda.event.age", 21_600, "seconds", f"{_LAMBDA}: MaximumEventAgeInSeconds", _LATER),
    Limit("lambda.event.error-message", 1_024, "bytes", "Lambda Developer Guide, dead-letter queues", _LATER),
    Limit("lambda.event.page", 50, "configurations", f"{_LAMBDA}: ListFunctionEventInvokeConfigs", _LATER),
    Limit("lambda.function-name", 256, "characters", f"{_LAMBDA}: NamespacedFunctionName", _READ),
)
