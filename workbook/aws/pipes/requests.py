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

from workbook.aws.delivery.targets import service_of
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated
from workbook.aws.patterns import InvalidEventPattern
from workbook.aws.pipes.errors import ValidationError
from workbook.aws.pipes.settings import DEFAULT_BATCH_SIZE, PipeSettings
from workbook.aws.pipes.targets import (
    ENRICHMENTS,
    TARGETS,
    UNSIMULATED_ENRICHMENTS,
    UNSIMULATED_TARGETS,
    Taking,
    kind_of_target,
)
from workbook.aws.pipes.templates import InvalidTemplate

Request = Mapping[str, Any]

LARGEST_BATCH_WITHOUT_WINDOW = limit("lambda.mapping.batch-size.without-window")
LARGEST_FIFO_BATCH = limit("lambda.mapping.batch-size.fifo")
_OF_QUEUE = "SqsQueueParameters"
_WINDOW = "MaximumBatchingWindowInSeconds"
_UNSIMULATED_SOURCES = {
    "kinesis": "a Kinesis data stream",
    "dynamodb": "a DynamoDB stream",
    "kafka": "an Amazon MSK cluster",
    "mq": "an Amazon MQ broker",
    "smk": "a self-managed Kafka cluster",
}
_UNSIMULATED = {
    "LogConfiguration": "Leave it out, or use Level OFF: a pipe writes no logs here; see lab.trace.",
    "KmsKeyIdentifier": "Leave it out: pipe data is then under a key of AWS.",
}


def settings_of_creation(request: Request) -> PipeSettings:
    """The settings that CreatePipe asks for.

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
        source_parameters=_completed(request, request.get("SourceParameters") or {}),
        enrichment_parameters=dict(request.get("EnrichmentParameters") or {}),
        target_parameters=dict(request.get("TargetParameters") or {}),
    )
    _check(settings)
    return settings


def settings_of_update(request: Request, settings: PipeSettings) -> PipeSettings:
    """The settings after UpdatePipe: what is not named stays; parameters of a service are replaced whole.

    Raises:
        ValidationError: a parameter breaks a rule of pipes.
        NotSimulated: the target or a parameter is not simulated.
    """
    _refuse_unsimulated(request)
    changes: dict[str, Any] = {"role_arn": str(request["RoleArn"])}
    if request.get("SourceParameters") is not None:
        merged = {**settings.source_parameters, **request["SourceParameters"]}
        changes["source_parameters"] = _completed({"Target": settings.target, **request}, merged)
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
    return changed


def _completed(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Source parameters with AWS's defaults, as it shows them.

    Where the target takes one record, the default is one (unverified).
    """
    kind = kind_of_target(str(request["Target"]))
    most = DEFAULT_BATCH_SIZE if kind is None or kind.most is None else min(DEFAULT_BATCH_SIZE, kind.most)
    given = parameters.get(_OF_QUEUE) or {}
    completed = {**parameters, _OF_QUEUE: {"BatchSize": most, _WINDOW: 0, **given}}
    if not (completed.get("FilterCriteria") or {}).get("Filters"):
        completed.pop("FilterCriteria", None)
    return completed


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
            f"a pipe from {_UNSIMULATED_SOURCES[service]}", "Only SQS queues can be sources of pipes so far."
        )
    if service != "sqs":
        raise ValidationError.of("Source", f"Source {source} is not supported.")


def _check(settings: PipeSettings) -> None:
    foreign = [name for name in settings.source_parameters if name not in {_OF_QUEUE, "FilterCriteria"}]
    if foreign:
        raise ValidationError.of(f"SourceParameters.{foreign[0]}", "Parameter is not valid for the source.")
    _check_target(settings)
    _check_enrichment(settings)
    _check_batch(settings)
    _check_texts(settings)


def _check_target(settings: PipeSettings) -> None:
    service, target = service_of(settings.target), settings.target
    if service in UNSIMULATED_TARGETS:
        raise NotSimulated(f"a pipe to {UNSIMULATED_TARGETS[service]}", _advice(TARGETS))
    if service == "events" and ":event-bus/" not in target:
        raise NotSimulated(
            f"a pipe to {target}", "Of EventBridge, event buses can be targets of pipes so far."
        )
    kind = kind_of_target(target)
    if kind is None or (service == "sns" and target.endswith(".fifo")):
        raise ValidationError.of("Target", f"Target {target} is not supported.")
    if kind.required and not settings.target_parameters.get(kind.parameters or ""):
        raise ValidationError.of(f"TargetParameters.{kind.parameters}", "Missing required parameter.")
    for name in settings.target_parameters:
        if name not in {"InputTemplate", kind.parameters}:
            raise ValidationError.of(f"TargetParameters.{name}", "Parameter is not valid for the target.")
    if (settings.target_parameters.get("EventBridgeEventBusParameters") or {}).get("EndpointId"):
        raise NotSimulated("EndpointId of a pipe's target", "Global endpoints are not simulated.")
    if target.endswith(".fifo"):
        own = settings.target_parameters.get(_OF_QUEUE) or {}
        if not own.get("MessageGroupId"):
            field = f"TargetParameters.{_OF_QUEUE}.MessageGroupId"
            raise ValidationError.of(field, "Missing required parameter.")


def _check_enrichment(settings: PipeSettings) -> None:
    if not settings.enrichment:
        return
    service = service_of(settings.enrichment)
    if service in UNSIMULATED_ENRICHMENTS:
        advice = "Only Lambda functions can be enrichments so far."
        raise NotSimulated(f"{UNSIMULATED_ENRICHMENTS[service]} as enrichment of a pipe", advice)
    if service not in ENRICHMENTS:
        raise ValidationError.of("Enrichment", f"Enrichment {settings.enrichment} is not supported.")
    if settings.enrichment_parameters.get("HttpParameters"):
        raise ValidationError.of(
            "EnrichmentParameters.HttpParameters", "Parameter is not valid for the enrichment."
        )


def _check_batch(settings: PipeSettings) -> None:
    """EBX-06: a window for large batches, none for FIFO queues, and no more than the target takes."""
    size, window = settings.batch_size, settings.maximum_batching_window
    field = f"SourceParameters.{_OF_QUEUE}"
    if settings.fifo and window:
        raise ValidationError.of(f"{field}.{_WINDOW}", "Batching window is not supported for FIFO queues")
    if settings.fifo and size > LARGEST_FIFO_BATCH:
        reason = f"BatchSize must be at most {LARGEST_FIFO_BATCH} for FIFO queues"
        raise ValidationError.of(f"{field}.BatchSize", reason)
    if size > LARGEST_BATCH_WITHOUT_WINDOW and not window:
        reason = (
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
        raise ValidationError.of(f"{field}.{_WINDOW}", reason)
    kind = TARGETS[service_of(settings.target)]
    if kind.most is not None and size > kind.most:
        takes = "no batches" if kind.taking is Taking.ONE else f"batches of at most {kind.most}"
        raise ValidationError.of(f"{field}.BatchSize", f"BatchSize is {size}, and the target takes {takes}.")


def _check_texts(settings: PipeSettings) -> None:
    try:
        settings.filters  # noqa: B018 - it is compiled when it is first asked for
    except InvalidEventPattern as error:
        raise ValidationError.of(
            "SourceParameters.FilterCriteria", f"Invalid filter pattern: {error}"
        ) from None
    for field, name in (
        ("EnrichmentParameters", "enrichment_template"),
        ("TargetParameters", "target_template"),
    ):
        try:
            getattr(settings, name)
        except InvalidTemplate as error:
            raise ValidationError.of(f"{field}.InputTemplate", f"Invalid input template: {error}") from None


def _advice(services: Mapping[str, object]) -> str:
    return f"Simulated targets of pipes are resources of: {', '.join(sorted(services))}."
