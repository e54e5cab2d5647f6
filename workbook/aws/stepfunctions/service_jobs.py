"""The start of a job by a Task, and the wait for its end: Glue, Batch, ECS, SageMaker, Athena, CodeBuild.

The role needs the action that starts a job; when a task is aborted it needs the one that stops it, else the
job runs on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.core.utils import get_service_model
from moto.utilities.utils import get_partition

from workbook.aws.iam_actions import action_of
from workbook.aws.job_runs import SUCCEEDED, start_run
from workbook.aws.stepfunctions.job_services import JOB_SERVICES, JobService, StartedJob
from workbook.aws.stepfunctions.role_calls import NotAssumed, demand, present_execution
from workbook.aws.stepfunctions.sdk_metadata import sdk_metadata
from workbook.aws.stepfunctions.service_errors import TaskError, error_and_cause
from workbook.aws.stepfunctions.shapes import VERSION_1, compact, result_of
from workbook.engine.clock import datetime_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.integrations import Integration

_HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


class ServiceJob:
    """A job as the state sees it that has started it."""

    def __init__(self, integration: Integration, request: dict[str, Any], region: str, role_arn: str) -> None:
        """Start it.

        Raises:
            TaskError: the role may not.
        """
        self._integration, self._region, self._role_arn = integration, region, role_arn
        self._service: JobService = JOB_SERVICES[integration.called]
        self._request = request
        action = action_of(integration.client, integration.operation)
        try:
            demand(integration.client, action, request, region, role_arn)
        except ClientError as error:
            raise TaskError(*error_and_cause(integration.errors, error)) from error
        self._job = self._start(action)

    def _start(self, action: str) -> StartedJob:
        world, execution = current_world(), present_execution.get()
        client = self._integration.client
        prefix = f"arn:{get_partition(self._region)}:{client}:{self._region}:{self._role_arn.split(':')[4]}"
        name = self._service.name(self._request)
        run = start_run(
            world,
            client,
            name,
            f"{prefix}:{name}",
            action=action,
            body=compact(self._request),
            settings={"Name": name, "Execution": execution.arn},
        )
        return StartedJob(run, self._request, world.seeds.uuid("stepfunctions.job"), prefix)

    def answer(self) -> dict[str, Any]:
        """What the call that has started it is answered with."""
        model = get_service_model(self._integration.client)
        shape = model.operation_model(self._integration.operation).output_shape
        given = self._service.answer(self._job)
        extra = {name: value for name, value in given.items() if name not in shape.members}
        result = {**result_of(shape, given, VERSION_1), **extra, **self._metadata(model)}
        return dict(sorted(result.items()))

    def _metadata(self, model: Any) -> dict[str, Any]:  # noqa: ANN401 - botocore's ServiceModel, which is not typed
        world = current_world()
        request_id = world.seeds.uuid("stepfunctions.request-id")
        kind = f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.1')}"
        headers = {
            "x-amzn-requestid": request_id,
            "date": datetime_of(world.clock.now).strftime(_HTTP_DATE),
            "content-type": "application/json" if model.metadata["protocol"] == "rest-json" else kind,
        }
        given = {"HTTPHeaders": headers, "HTTPStatusCode": 200, "RequestId": request_id}
        return sdk_metadata(given, self._integration.service)

    # ---- the wait for its end

    @property
    def has_ended(self) -> bool:
        """Whether it has."""
        return self._job.run.ended is not None

    def tell(self, wake: Callable[[], object]) -> None:
        """Call `wake` when it has ended."""
        self._job.run.tell(wake)

    def result(self) -> Any:  # noqa: ANN401 - any JSON
        """The job as its service describes it.

        Raises:
            TaskError: it did not succeed.
        """
        shape = get_service_model(self._integration.client).shape_for(self._service.shape)
        described = result_of(shape, self._service.described(self._job), VERSION_1)
        result = described if self._service.wrapped is None else {self._service.wrapped: described}
        if self._job.run.status != SUCCEEDED:
            raise TaskError("States.TaskFailed", compact(result))
        return result

    def stop(self) -> None:
        """Stop it, if the role may."""
        try:
            demand(self._integration.client, self._service.stop, {}, self._region, self._role_arn)
        except (ClientError, NotAssumed):
            return
        self._job.run.stop("Execution was aborted")
