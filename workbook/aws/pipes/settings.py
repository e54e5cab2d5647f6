"""What a pipe is told to do, as one frozen value that is replaced when it is updated.

It keeps the parameters as they were given, since AWS shows them so, with the defaults of its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workbook.aws.delivery.targets import service_of
from workbook.aws.event_sources.filters import FilterCriteria
from workbook.aws.limits import limit
from workbook.aws.patterns.dialects import PIPES
from workbook.aws.pipes.templates import InputTemplate

DEFAULT_BATCH_SIZE = limit("pipes.batch-size.default")
LARGEST_CONCURRENCY = limit("pipes.sqs.largest")

STREAM_PARAMETERS = {"kinesis": "KinesisStreamParameters", "dynamodb": "DynamoDBStreamParameters"}
"""The member of SourceParameters for each kind of stream, by the service in its ARN."""

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class PipeSettings:
    """The settings of one pipe; empty mappings stand for parameters that it does not have."""

    name: str
    source: str
    target: str
    role_arn: str
    description: str = ""
    enrichment: str = ""
    source_parameters: Parameters = field(default_factory=dict)
    enrichment_parameters: Parameters = field(default_factory=dict)
    target_parameters: Parameters = field(default_factory=dict)

    # ---- what polling asks

    @property
    def batch_size(self) -> int:
        """The most records of one execution."""
        return int(self.of_source.get("BatchSize", DEFAULT_BATCH_SIZE))

    @property
    def maximum_batching_window(self) -> int:
        """Seconds spent gathering a batch, from its first message."""
        return int(self.of_source.get("MaximumBatchingWindowInSeconds", 0))

    @property
    def maximum_concurrency(self) -> int | None:
        """A pipe has no setting for it."""
        return LARGEST_CONCURRENCY

    @property
    def reads_for(self) -> None:
        """Whom batches are for, other than the pipe."""
        return

    @property
    def fifo(self) -> bool:
        """Whether the source is a FIFO queue."""
        return self.source.endswith(".fifo")

    @property
    def ordered(self) -> bool:
        """Whether the source keeps an order that the pipe keeps, too."""
        return self.fifo or self.reads_stream

    @property
    def reads_stream(self) -> bool:
        """Whether the source is a stream, of Kinesis or of a DynamoDB table."""
        return service_of(self.source) in STREAM_PARAMETERS

    @property
    def dead_letter_arn(self) -> str | None:
        """Where a pipe from a stream tells of what it gave up."""
        return (self.of_source.get("DeadLetterConfig") or {}).get("Arn")

    @cached_property
    def filters(self) -> FilterCriteria:
        """Which records go on; the others are deleted."""
        criteria = self.source_parameters.get("FilterCriteria") or {}
        return FilterCriteria.of([one["Pattern"] for one in criteria.get("Filters") or ()], PIPES)

    # ---- what an execution asks

    @cached_property
    def enrichment_template(self) -> InputTemplate | None:
        """The template before the enrichment."""
        return _template(self.enrichment_parameters)

    @cached_property
    def target_template(self) -> InputTemplate | None:
        """The template before the target."""
        return _template(self.target_parameters)

    @property
    def waits_for_target(self) -> bool:
        """Whether the target is invoked synchronously: AWS's default for functions and workflows."""
        of_function = self.target_parameters.get("LambdaFunctionParameters")
        own = of_function or self.target_parameters.get("StepFunctionStateMachineParameters") or {}
        return bool(own.get("InvocationType", "REQUEST_RESPONSE") == "REQUEST_RESPONSE")

    def shown(self) -> dict[str, Any]:
        """The settings as DescribePipe shows them."""
        shown: dict[str, Any] = {
            "Source": self.source,
            "SourceParameters": self.source_parameters,
            "EnrichmentParameters": self.enrichment_parameters,
            "Target": self.target,
            "TargetParameters": self.target_parameters,
            "RoleArn": self.role_arn,
        }
        if self.description:
            shown["Description"] = self.description
        if self.enrichment:
            shown["Enrichment"] = self.enrichment
        return shown

    @property
    def of_source(self) -> Parameters:
        """The parameters for its kind of source."""
        name = STREAM_PARAMETERS.get(service_of(self.source), "SqsQueueParameters")
        found: Parameters = self.source_parameters.get(name) or {}
        return found


def _template(parameters: Parameters) -> InputTemplate | None:
    text = parameters.get("InputTemplate")
    return InputTemplate(text) if text else None
