"""An execution that another one has started and waits for: `states:startExecution.sync` and `.sync:2`.

The first writes input and output as the texts that they are, the second as the JSON that is in them. The role
needs to start, describe and stop executions. With the parent the child is stopped, too.

Sources: Step Functions Developer Guide, "Start AWS Step Functions workflow executions"; answers of AWS that
were recorded in localstack's tests, 2023, and by users in 2024.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workbook.aws.stepfunctions.integrations import SYNC_2
from workbook.aws.stepfunctions.registry import registry_of
from workbook.aws.stepfunctions.role_calls import NotAssumed, call_as_role, present_execution
from workbook.aws.stepfunctions.service_errors import TaskError, error_and_cause
from workbook.aws.stepfunctions.shapes import VERSION_1, compact, result_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.integrations import Integration

_CLIENT = "stepfunctions"
_SUCCEEDED = "SUCCEEDED"
_ABORTED = "The Task state in AWS Step Functions execution [{}] which was managing this resource was aborted"
"""Why a child was stopped (floci-io/floci, measured on AWS, 2026)."""


class NestedExecution:
    """The child, as its parent's state sees it."""

    def __init__(self, integration: Integration, arn: str, region: str, role_arn: str) -> None:
        self._integration, self._arn = integration, arn
        self._region, self._role_arn = region, role_arn
        self._parent_arn = present_execution.get().arn
        account, where = arn.split(":")[4], arn.split(":")[3]
        self._execution = registry_of(current_world(), account, where).execution(arn)

    @property
    def has_ended(self) -> bool:
        """Whether it has."""
        return self._execution.ended is not None

    def tell(self, wake: Callable[[], object]) -> None:
        """Call `wake` when it has ended."""
        self._execution.when_ended.append(wake)

    def result(self) -> Any:  # noqa: ANN401 - any JSON
        """What DescribeExecution says of it.

        Raises:
            TaskError: it did not succeed, or the role may not ask.
        """
        described = self._described()
        if described["Status"] != _SUCCEEDED:
            raise TaskError("States.TaskFailed", compact(described))
        return described

    def stop(self) -> None:
        """Stop it, if the role may; AWS does its best, too."""
        try:
            self._call("StopExecution", cause=_ABORTED.format(self._parent_arn))
        except (ClientError, NotAssumed):
            return

    def _described(self) -> dict[str, Any]:
        try:
            answer = self._call("DescribeExecution")
        except ClientError as error:
            raise TaskError(*error_and_cause(self._integration.errors, error)) from error
        described: dict[str, Any] = result_of(_description_shape(), answer, VERSION_1)
        if self._integration.way == SYNC_2:
            texts = {name: described[name] for name in ("Input", "Output") if name in described}
            described |= {name: json.loads(text) for name, text in texts.items()}
        return described

    def _call(self, operation: str, **more: str) -> dict[str, Any]:
        request = {"executionArn": self._arn, **more}
        answer: dict[str, Any] = call_as_role(_CLIENT, operation, request, self._region, self._role_arn)
        return answer


def _description_shape() -> Any:  # noqa: ANN401 - botocore's Shape, which is not typed
    from moto.core.utils import get_service_model  # noqa: PLC0415 - loaded with the call

    return get_service_model(_CLIENT).operation_model("DescribeExecution").output_shape
