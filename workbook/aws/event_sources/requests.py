"""From a request to checked settings, with the errors that AWS gives.

A rule of the service model (a range, an enumeration) is a ValidationException that quotes the rule; a rule of
event source mappings is an InvalidParameterValueException in a sentence of its own. Texts marked "recorded"
are answers of AWS in public test suites or issue threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda import names
from workbook.aws.awslambda.errors import InvalidParameterValue, NotSimulated, ValidationError
from workbook.aws.awslambda.invocation import function_exists, function_timeout
from workbook.aws.event_sources.filters import NO_FILTERS, FilterCriteria
from workbook.aws.event_sources.settings import (
    DEFAULT_BATCH_SIZE,
    REPORT_BATCH_ITEM_FAILURES,
    MappingSettings,
)
from workbook.aws.limits import limit
from workbook.aws.patterns import InvalidEventPattern

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

    from workbook.aws.sqs.queue import Queue
    from workbook.engine.world import World

Request = Mapping[str, Any]
FindQueue = Callable[[str], "Queue | None"]

MOST_FILTERS = limit("lambda.mapping.filters")
"""AWS raises this quota to 10 on request."""
LARGEST_FIFO_BATCH = limit("lambda.mapping.batch-size.fifo")
LARGEST_BATCH_WITHOUT_WINDOW = limit("lambda.mapping.batch-size.without-window")
LONGEST_PATTERN = limit("lambda.mapping.pattern")
LONGEST_FUNCTION_NAME = limit("lambda.function-name")

_RANGES = {
    "BatchSize": (1, limit("lambda.mapping.batch-size")),
    "MaximumBatchingWindowInSeconds": (0, limit("lambda.mapping.window")),
    "ScalingConfig.MaximumConcurrency": (
        limit("lambda.mapping.maximum-concurrency.least"),
        limit("lambda.mapping.maximum-concurrency"),
    ),
}

_STARTING_POSITIONS = ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON")

_OF_OTHER_SOURCES = (
    "ParallelizationFactor", "DestinationConfig", "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError",
    "MaximumRetryAttempts", "TumblingWindowInSeconds", "Topics", "Queues", "SourceAccessConfigurations",
    "AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig",
    "LoggingConfig",
)  # fmt: skip
"""Parameters that the service model says are for streams, Kafka, Amazon MQ or DocumentDB."""

_NOT_SIMULATED = {
    "ProvisionedPollerConfig": "Leave it out; ScalingConfig={'MaximumConcurrency': n} is simulated.",
    "KMSKeyArn": "Leave it out: filter criteria are then stored without a key of your own.",
    "MetricsConfig": "Leave it out: the mapping publishes no metrics of its own.",
}

_OTHER_SOURCES = {
    "kinesis": "Kinesis data streams",
    "dynamodb": "DynamoDB streams",
    "kafka": "Amazon MSK",
    "mq": "Amazon MQ",
    "rds": "Amazon DocumentDB",
}


def settings_of_creation(request: Request) -> MappingSettings:
    """The settings that CreateEventSourceMapping asks for; its FunctionName is still to be resolved.

    Raises:
        ValidationError, InvalidParameterValue: a parameter breaks a rule.
        NotSimulated: the source, or a parameter, is not simulated.
    """
    _check_model(request)
    source = _source_of(request)
    _refuse_foreign(request)
    settings = MappingSettings(
        event_source_arn=source,
        function_arn="",
        batch_size=request.get("BatchSize") or DEFAULT_BATCH_SIZE,
        maximum_batching_window=request.get("MaximumBatchingWindowInSeconds") or 0,
        filters=_filters_of(request) or NO_FILTERS,
        function_response_types=tuple(request.get("FunctionResponseTypes") or ()),
        maximum_concurrency=(request.get("ScalingConfig") or {}).get("MaximumConcurrency"),
    )
    _check_batch(settings)
    return settings


def settings_of_update(request: Request, settings: MappingSettings) -> MappingSettings:
    """The settings after UpdateEventSourceMapping: what is not named stays; an empty structure removes.

    Raises:
        ValidationError, InvalidParameterValue: a parameter breaks a rule.
        NotSimulated: a parameter is not simulated.
    """
    _check_model(request)
    _refuse_foreign(request)
    changes: dict[str, Any] = {}
    if request.get("BatchSize") is not None:
        changes["batch_size"] = request["BatchSize"]
    if request.get("MaximumBatchingWindowInSeconds") is not None:
        changes["maximum_batching_window"] = request["MaximumBatchingWindowInSeconds"]
    if request.get("FunctionResponseTypes") is not None:
        changes["function_response_types"] = tuple(request["FunctionResponseTypes"])
    if request.get("ScalingConfig") is not None:
        changes["maximum_concurrency"] = request["ScalingConfig"].get("MaximumConcurrency")
    filters = _filters_of(request)
    if filters is not None:
        changes["filters"] = filters
    changed = replace(settings, **changes)
    _check_batch(changed)
    return changed


# ---- rules of the service model


def _check_model(request: Request) -> None:
    for path, (least, most) in _RANGES.items():
        check_range(request, path, least, most)
    position = request.get("StartingPosition")
    if position is not None and position not in _STARTING_POSITIONS:
        allowed = ", ".join(_STARTING_POSITIONS)
        rule = f"Member must satisfy enum value set: [{allowed}]"
        raise ValidationError.of("startingPosition", position, rule)
    types = request.get("FunctionResponseTypes") or []
    if any(name != REPORT_BATCH_ITEM_FAILURES for name in types):
        rule = f"Member must satisfy enum value set: [{REPORT_BATCH_ITEM_FAILURES}]"
        shown = f"[{', '.join(types)}]"
        raise ValidationError.of("functionResponseTypes", shown, f"Member must satisfy constraint: [{rule}]")


def check_range(request: Request, path: str, least: int, most: int) -> None:
    """Check a number of a request; `path` names it, with dots where it is inside a structure.

    Raises:
        ValidationError: it is less than `least` or more than `most`.
    """
    value: Any = request
    for name in path.split("."):
        value = (value or {}).get(name)
    if value is None:
        return
    parameter = ".".join(name[0].lower() + name[1:] for name in path.split("."))
    if value < least:
        rule = f"Member must have value greater than or equal to {least}"
        raise ValidationError.of(parameter, value, rule)
    if value > most:
        raise ValidationError.of(parameter, value, f"Member must have value less than or equal to {most}")


# ---- rules of event source mappings


def _source_of(request: Request) -> str:
    """The queue's ARN; every other kind of source is refused by its name."""
    if request.get("SelfManagedEventSource"):
        raise _unsimulated_source("self-managed Apache Kafka")
    source = request.get("EventSourceArn")
    if not source:
        raise InvalidParameterValue("Unrecognized event source.")  # recorded
    service = source.split(":")[2] if source.count(":") >= 5 else ""
    if service in _OTHER_SOURCES:
        raise _unsimulated_source(_OTHER_SOURCES[service])
    if service != "sqs":
        raise InvalidParameterValue("Unrecognized event source.")
    if request.get("StartingPosition") or request.get("StartingPositionTimestamp"):
        raise InvalidParameterValue("StartingPosition is not valid for SQS event sources.")  # recorded
    return str(source)


def _unsimulated_source(kind: str) -> NotSimulated:
    return NotSimulated(f"an event source mapping of {kind}", "Only SQS queues can be event sources so far.")


def _refuse_foreign(request: Request) -> None:
    for name, instead in _NOT_SIMULATED.items():
        if request.get(name):
            raise NotSimulated(f"{name} of an event source mapping", instead)
    for name in _OF_OTHER_SOURCES:
        if request.get(name) or (name == "MaximumRetryAttempts" and request.get(name) == 0):
            # Recorded for DestinationConfig; for the others we suppose the same sentence (unverified).
            message = f"Unsupported {name} parameter for given event source mapping type."
            raise InvalidParameterValue(message)


def _check_batch(settings: MappingSettings) -> None:
    """LQ-04: large batches need a window; FIFO queues have neither."""
    size, window = settings.batch_size, settings.maximum_batching_window
    if settings.fifo and window:
        raise InvalidParameterValue("Batching window is not supported for FIFO queues")  # recorded
    if settings.fifo and size > LARGEST_FIFO_BATCH:
        # AWS documents the limit, not the sentence (unverified).
        message = f"Batch size {size} is greater than {LARGEST_FIFO_BATCH}, the maximum for FIFO queues"
        raise InvalidParameterValue(message)
    if size > LARGEST_BATCH_WITHOUT_WINDOW and not window:
        raise InvalidParameterValue(
            "Maximum batch window in seconds must be greater than 0 "
            "if maximum batch size is greater than 10"  # recorded
        )


def _filters_of(request: Request) -> FilterCriteria | None:
    """The compiled filters; None when the request does not name any."""
    criteria = request.get("FilterCriteria")
    if criteria is None:
        return None
    filters = criteria.get("Filters") or []
    if len(filters) > MOST_FILTERS:
        # AWS documents the limit, not the sentence (unverified).
        message = f"FilterCriteria has {len(filters)} filters; a mapping can have {MOST_FILTERS}"
        raise InvalidParameterValue(message)
    patterns = [entry.get("Pattern") or "" for entry in filters]
    for number, pattern in enumerate(patterns, start=1):
        if len(pattern) > LONGEST_PATTERN:
            path = f"filterCriteria.filters.{number}.member.pattern"
            rule = f"Member must have length less than or equal to {LONGEST_PATTERN}"
            raise ValidationError.of(path, pattern, rule)
    try:
        return FilterCriteria.of(patterns)
    except InvalidEventPattern:
        raise InvalidParameterValue("Invalid filter pattern definition.") from None  # recorded


# ---- what the request points to


def function_arn_of(world: World, backend: LambdaBackend, text: str | None) -> str:
    """The ARN of the function that a request names: qualified where the request is.

    Raises:
        ValidationError: the name is missing or malformed.
        InvalidParameterValue: there is no such function, version or alias.
    """
    if not text:
        raise ValidationError.of("functionName", None, "Member must not be null")
    name, qualifier = names.read(backend, text, longest=LONGEST_FUNCTION_NAME)
    arn = names.arn_of(backend, name, qualifier)
    if not function_exists(world, arn):
        raise InvalidParameterValue("Function does not exist")  # recorded
    return arn


def queue_of(world: World, settings: MappingSettings, find_queue: FindQueue) -> Queue:
    """The source queue, which must outlast the function (LQ-08).

    Raises:
        InvalidParameterValue: there is no such queue, or the function's timeout is longer than the queue's
            visibility timeout (both in seconds).
    """
    queue = find_queue(settings.event_source_arn)
    if queue is None:
        raise InvalidParameterValue(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        )
    check_timeouts(world, settings, queue)
    return queue


def check_timeouts(world: World, settings: MappingSettings, queue: Queue) -> None:
    """The queue hides messages at least as long as the function may run (LQ-08).

    Raises:
        InvalidParameterValue: it does not.
    """
    timeout = function_timeout(world, settings.function_arn)
    visibility = queue.settings.visibility_timeout
    if timeout > visibility:
        raise InvalidParameterValue(
            f"Queue visibility timeout: {visibility} seconds is less than "
            f"Function timeout: {timeout} seconds"  # recorded
        )
