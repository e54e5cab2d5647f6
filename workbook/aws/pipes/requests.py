"""From a request to checked settings, with the errors that AWS gives where they are known.

Rules of the service model are checked before (`workbook.aws.constraints`). Whether the source exists and the
role may read it is not asked here: AWS finds that out while it makes the pipe, which then is CREATE_FAILED.

Sources: service model of Pipes; EventBridge User Guide, "Amazon EventBridge Pipes batching and concurrency";
refusals reported by users.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbook.aws.delivery.targets import kind_of, service_of
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated
from workbook.aws.patterns import InvalidEventPattern
from workbook.aws.pipes.errors import ValidationError
from workbook.aws.pipes.settings import DEFAULT_BATCH_SIZE, STREAM_PARAMETERS, PipeSettings
from workbook.aws.pipes.stream_filters import unusable_pattern
from workbook.aws.pipes.targets import (
    ENRICHMENTS,
    TARGETS,
    UNSIMULATED_ENRICHMENTS,
    UNSIMULATED_TARGETS,
    TargetKind,
    kind_of_target,
)
from workbook.aws.pipes.templates import InvalidTemplate

Request = Mapping[str, Any]

LARGEST_BATCH_WITHOUT_WINDOW = limit("lambda.mapping.batch-size.without-window")
LARGEST_FIFO_BATCH = limit("lambda.mapping.batch-size.fifo")
_OF_QUEUE = "SqsQueueParameters"
_STREAM_DEFAULTS = {
    "BatchSize": limit("pipes.batch-size.stream"),
    "MaximumBatchingWindowInSeconds": 0,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
}
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    _OF_QUEUE: {"BatchSize": DEFAULT_BATCH_SIZE, "MaximumBatchingWindowInSeconds": 0},
    **dict.fromkeys(STREAM_PARAMETERS.values(), _STREAM_DEFAULTS),
}
"""The parameters of a source that AWS shows where none were given."""
LEAST_AGE = limit("pipes.record-age.least")
MOST_AGE = limit("pipes.record-age.most")
_MISSING = "Missing required parameter."
_WINDOW = "MaximumBatchingWindowInSeconds"
_UNSIMULATED_SOURCES = {
    "kafka": "an Amazon MSK cluster",
    "mq": "an Amazon MQ broker",
    "smk": "a self-managed Kafka cluster",
}
_UNSIMULATED = {
    "LogConfiguration": "Leave it out, or use Level OFF: a pipe writes no logs here; see lab.trace.",
    "KmsKeyIdentifier": "Leave it out: pipe data is then under a key of AWS.",
}


def settings_of_creation(request: Request, region: str) -> PipeSettings:
    """The settings that CreatePipe asks for in a Region.

    Raises:
        ValidationError: a parameter breaks a rule of pipes.
        NotSimulated: the source, the target or a parameter is not simulated.
    """
    _refuse_unsimulated(request)
    source = str(request["Source"])
    _check_source(source)
    settings = PipeSettings(
        name=str(request["Name"]),
        source=source,
        target=str(request["Target"]),
        role_arn=str(request["RoleArn"]),
        description=request.get("Description") or "",
        enrichment=request.get("Enrichment") or "",
        source_parameters=_completed(
            source, _most(request["Target"], request.get("Enrichment")), request.get("SourceParameters") or {}
        ),
        enrichment_parameters=dict(request.get("EnrichmentParameters") or {}),
        target_parameters=dict(request.get("TargetParameters") or {}),
    )
    _check(settings)
    _check_region("Source", settings.source, region)
    _check_region("Target", settings.target, region)
    return settings


def settings_of_update(request: Request, settings: PipeSettings, region: str) -> PipeSettings:
    """The settings after UpdatePipe: what is not named stays; parameters of a service are replaced whole.

    Raises:
        ValidationError: a parameter breaks a rule of pipes.
        NotSimulated: the target or a parameter is not simulated.
    """
    _refuse_unsimulated(request)
    changes: dict[str, Any] = {"role_arn": str(request["RoleArn"])}
    if request.get("SourceParameters") is not None:
        merged = _merged(settings, request["SourceParameters"])
        target = request.get("Target") or settings.target
        enrichment = request.get("Enrichment", settings.enrichment)
        changes["source_parameters"] = _completed(settings.source, _most(target, enrichment), merged)
    for name, key in (
        *(("Description", "description"), ("Enrichment", "enrichment"), ("Target", "target")),
        *(
            ("EnrichmentParameters", "enrichment_parameters"),
            ("TargetParameters", "target_parameters"),
        ),
    ):
        if request.get(name) is not None:
            changes[key] = request[name]
    changed = replace(settings, **changes)
    _check(changed)
    _check_region("Target", changed.target, region)
    return changed


def _merged(settings: PipeSettings, given: Request) -> dict[str, Any]:
    """Source parameters after an update; where a stream is read from stays as it was."""
    merged = {**settings.source_parameters, **given}
    name = _name_of(settings.source)
    if settings.reads_stream and name in given:
        kept = ("StartingPosition", "StartingPositionTimestamp")
        start = {name: value for name, value in settings.of_source.items() if name in kept}
        merged[name] = {**start, **given[name]}
    return merged


def _most(target: str, enrichment: str | None) -> int | None:
    """The records of a batch that target and enrichment take; None where it is the size that counts."""
    kind = kind_of_target(target)
    mosts = (None if kind is None else kind.most, ENRICHMENTS.get(kind_of(enrichment or "")))
    return min((most for most in mosts if most is not None), default=None)


def _completed(source: str, most: int | None, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Source parameters with AWS's defaults, as it shows them.

    The default size of a batch is no larger than target and enrichment take, `most` (unverified).
    """
    name = _name_of(source)
    defaults = dict(_DEFAULTS[name])
    if most is not None:
        defaults["BatchSize"] = min(defaults["BatchSize"], most)
    completed = {**parameters, name: {**defaults, **(parameters.get(name) or {})}}
    if not (completed.get("FilterCriteria") or {}).get("Filters"):
        completed.pop("FilterCriteria", None)
    return completed


def _name_of(source: str) -> str:
    """The member of SourceParameters for a source."""
    return STREAM_PARAMETERS.get(service_of(source), _OF_QUEUE)


# ---- rules


def _refuse_unsimulated(request: Request) -> None:
    for name, advice in _UNSIMULATED.items():
        value = request.get(name)
        if value and not (isinstance(value, dict) and value.get("Level") == "OFF"):
            raise NotSimulated(f"{name} of a pipe", advice)


def _check_source(source: str) -> None:
    service = service_of(source)
    if service in _UNSIMULATED_SOURCES:
        raise NotSimulated(
            f"a pipe from {_UNSIMULATED_SOURCES[service]}",
            "Sources can be SQS queues and streams of Kinesis or DynamoDB.",
        )
    if service != "sqs" and service not in STREAM_PARAMETERS:
        raise ValidationError.of("Source", f"Source {source} is not supported.")


def _check_region(field: str, arn: str, region: str) -> None:
    """A pipe does not leave its Region."""
    if arn.split(":")[3] != region:
        raise ValidationError.of(field, "Creating cross-region pipe is not permitted.")


def _check(settings: PipeSettings) -> None:
    own = {_name_of(settings.source), "FilterCriteria"}
    foreign = [name for name in settings.source_parameters if name not in own]
    if foreign:
        raise ValidationError.of(
            f"SourceParameters.{foreign[0]}", "Invalid source parameter provided for source."
        )
    _check_target(settings)
    _check_enrichment(settings)
    _check_batch(settings)
    if settings.reads_stream:
        _check_stream(settings)
    _check_texts(settings)


def _check_target(settings: PipeSettings) -> None:
    service, target = kind_of(settings.target), settings.target
    if service in UNSIMULATED_TARGETS:
        raise NotSimulated(f"a pipe to {UNSIMULATED_TARGETS[service]}", _advice(TARGETS))
    if service == "events" and ":event-bus/" not in target:
        raise NotSimulated(
            f"a pipe to {target}", "Of EventBridge, event buses and API destinations can be targets."
        )
    kind = kind_of_target(target)
    if kind is None:
        raise ValidationError.of("Target", f"Target {target} is not supported.")
    if service == "sns" and target.endswith(".fifo"):
        raise ValidationError.of("Target", "SNS FIFO topics are not supported as a pipe target.")
    _check_target_parameters(settings, kind)


def _check_target_parameters(settings: PipeSettings, kind: TargetKind) -> None:
    if kind.required and not settings.target_parameters.get(kind.parameters or ""):
        raise ValidationError.of(f"TargetParameters.{kind.parameters}", _MISSING)
    for name in settings.target_parameters:
        if name not in {"InputTemplate", kind.parameters}:
            reason = "Invalid target parameter provided for target."
            raise ValidationError.of(f"TargetParameters.{name}", reason)
    if (settings.target_parameters.get("EventBridgeEventBusParameters") or {}).get("EndpointId"):
        raise NotSimulated("EndpointId of a pipe's target", "Global endpoints are not simulated.")
    if settings.target.endswith(".fifo"):
        own = settings.target_parameters.get(_OF_QUEUE) or {}
        if not own.get("MessageGroupId"):
            field = f"TargetParameters.{_OF_QUEUE}.MessageGroupId"
            raise ValidationError.of(field, _MISSING)


def _check_enrichment(settings: PipeSettings) -> None:
    if not settings.enrichment:
        return
    service = kind_of(settings.enrichment)
    if service in UNSIMULATED_ENRICHMENTS:
        advice = "Functions, express workflows and API destinations can be enrichments so far."
        raise NotSimulated(f"{UNSIMULATED_ENRICHMENTS[service]} as enrichment of a pipe", advice)
    if service not in ENRICHMENTS:
        raise ValidationError.of("Enrichment", "Invalid pipe enrichment.")
    if settings.enrichment_parameters.get("HttpParameters") and service != "api-destination":
        raise ValidationError.of(
            "EnrichmentParameters.HttpParameters", "Parameter is not valid for the enrichment."
        )


def _check_batch(settings: PipeSettings) -> None:
    """EBX-06: a window for large batches, none for FIFO queues, and no more than the target takes."""
    size, window = settings.batch_size, settings.maximum_batching_window
    field = f"SourceParameters.{_name_of(settings.source)}"
    if settings.fifo and window:
        raise ValidationError.of(f"{field}.{_WINDOW}", "Batching window is not supported for FIFO queues")
    if settings.fifo and size > LARGEST_FIFO_BATCH:
        reason = f"BatchSize must be at most {LARGEST_FIFO_BATCH} for FIFO queues"
        raise ValidationError.of(f"{field}.BatchSize", reason)
    if size > LARGEST_BATCH_WITHOUT_WINDOW and not window and not settings.reads_stream:
        reason = (
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
        raise ValidationError.of(f"{field}.{_WINDOW}", reason)
    if settings.enrichment and (ENRICHMENTS[kind_of(settings.enrichment)] or size) < size:
        raise ValidationError.of(f"{field}.BatchSize", _too_large(size, 1))
    kind = TARGETS[kind_of(settings.target)]
    if kind.most is not None and size > kind.most:
        raise ValidationError.of(f"{field}.BatchSize", _too_large(size, kind.most))


def _too_large(size: int, most: int) -> str:
    return f"The configured batch size {size} is greater than the max supported {most}"


def _check_stream(settings: PipeSettings) -> None:
    """What only streams have; the texts about what is missing and about the age are recorded."""
    own, field = settings.of_source, f"SourceParameters.{_name_of(settings.source)}"
    if not own.get("StartingPosition"):
        raise ValidationError.of(f"{field}.StartingPosition", _MISSING)
    if own["StartingPosition"] == "AT_TIMESTAMP" and not own.get("StartingPositionTimestamp"):
        raise ValidationError.of(f"{field}.StartingPositionTimestamp", _MISSING)
    age, reasons = own["MaximumRecordAgeInSeconds"], {}
    if age != -1 and not LEAST_AGE <= age <= MOST_AGE:
        reasons["MaximumRecordAgeInSeconds"] = (
            f"MaximumRecordAgeInSeconds must be either -1 (forever) or between {LEAST_AGE} and {MOST_AGE} "
            "(inclusive)"
        )
    if age != -1 and settings.maximum_batching_window >= age:
        reasons[_WINDOW] = f"{_WINDOW} must be less than MaximumRecordAgeInSeconds."
    if reasons:
        raise ValidationError.of_fields(reasons)


def _check_texts(settings: PipeSettings) -> None:
    try:
        settings.filters  # noqa: B018 - it is compiled when it is first asked for
    except InvalidEventPattern as error:
        raise ValidationError.of(
            "SourceParameters.FilterCriteria", f"Invalid Event Pattern. Reason: {error}"
        ) from None
    if settings.reads_stream and unusable_pattern(settings.filters):
        reason = "Invalid Event Pattern. Reason: the pattern for data must be a JSON object"
        raise ValidationError.of("SourceParameters.FilterCriteria", reason)
    for field, name in (
        ("EnrichmentParameters", "enrichment_template"),
        ("TargetParameters", "target_template"),
    ):
        try:
            getattr(settings, name)
        except InvalidTemplate as error:
            raise ValidationError.of(f"{field}.InputTemplate", str(error)) from None


def _advice(services: Mapping[str, object]) -> str:
    return f"Simulated targets of pipes are resources of: {', '.join(sorted(services))}."
