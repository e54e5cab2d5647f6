"""What an event source mapping is told to do, as one frozen value that is replaced when it is updated.

A batch keeps the settings under which it was read, so an update in the middle of an invocation changes
nothing about that invocation.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbook.aws.event_sources.filters import NO_FILTERS, FilterCriteria
from workbook.aws.limits import limit

DEFAULT_BATCH_SIZE = limit("lambda.mapping.batch-size.default")
"""Messages, for SQS."""

REPORT_BATCH_ITEM_FAILURES = "ReportBatchItemFailures"


@dataclass(frozen=True, slots=True)
class MappingSettings:
    """The settings of a mapping of an SQS queue; those it does not have are those of other sources."""

    event_source_arn: str
    function_arn: str
    """With a qualifier, if the mapping was made with one."""
    batch_size: int = DEFAULT_BATCH_SIZE
    """The most messages of one invocation."""
    maximum_batching_window: int = 0
    """Seconds spent gathering a batch, from its first message."""
    filters: FilterCriteria = NO_FILTERS
    function_response_types: tuple[str, ...] = ()
    maximum_concurrency: int | None = None
    """The most invocations at a time; None leaves it to the mapping's scaling."""

    @property
    def reads_for(self) -> str:
        """The function, as hops name it: the mapping may have another by the time that one looks."""
        return self.function_arn

    @property
    def fifo(self) -> bool:
        """Whether the source is a FIFO queue; their names, and so their ARNs, end with ".fifo"."""
        return self.event_source_arn.endswith(".fifo")

    @property
    def reports_item_failures(self) -> bool:
        """Whether the function names the messages that failed."""
        return REPORT_BATCH_ITEM_FAILURES in self.function_response_types

    def configuration(self) -> dict[str, object]:
        """The settings as the API shows them; what was never set is left out, as AWS does."""
        shown: dict[str, object] = {
            "BatchSize": self.batch_size,
            "MaximumBatchingWindowInSeconds": self.maximum_batching_window,
            "EventSourceArn": self.event_source_arn,
            "FunctionArn": self.function_arn,
            "FunctionResponseTypes": list(self.function_response_types),
        }
        if self.filters.patterns:
            shown["FilterCriteria"] = self.filters.configuration()
        if self.maximum_concurrency is not None:
            shown["ScalingConfig"] = {"MaximumConcurrency": self.maximum_concurrency}
        return shown
