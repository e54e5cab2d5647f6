"""What a Task starts: a call that is answered, and behind it perhaps a job for whose end the state waits."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.http_calls import HTTP_CALLS
from workbook.aws.stepfunctions.integrations import SYNC, SYNC_2
from workbook.aws.stepfunctions.job_services import JOB_SERVICES
from workbook.aws.stepfunctions.nested_executions import NestedExecution
from workbook.aws.stepfunctions.service_calls import call_service
from workbook.aws.stepfunctions.service_jobs import ServiceJob

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.integrations import Integration
    from workbook.aws.stepfunctions.jobs import Job

Parameters = dict[str, Any]
_MANAGED = {"name": "MANAGED_BY_AWS", "value": "STARTED_BY_STEP_FUNCTIONS"}
"""What containers of Batch find in their environment, by the names in which AWS's history has it."""


def complete(integration: Integration, parameters: Parameters) -> Parameters:
    """The parameters of a task, with what Step Functions itself adds when it waits for a job."""
    if integration.way != SYNC:
        return parameters
    if integration.called == "ecs:runTask":
        return {**parameters, "StartedBy": "AWS Step Functions"}
    if integration.called != "batch:submitJob":
        return parameters
    overrides = copy.deepcopy(parameters.get("ContainerOverrides") or {})
    overrides["Environment"] = [*(overrides.get("Environment") or ()), dict(_MANAGED)]
    return {**parameters, "ContainerOverrides": overrides}


def start(
    integration: Integration, request: Parameters, region: str, role_arn: str
) -> tuple[Parameters, Job | None]:
    """Call a service in the name of a role: its answer, and the job to wait for, if the task waits for one.

    Raises:
        TaskError: the service refuses it, or what it was asked for has failed.
    """
    if integration.called in HTTP_CALLS:
        return HTTP_CALLS[integration.called](request, region, role_arn), None
    waits = integration.way in {SYNC, SYNC_2}
    if integration.called in JOB_SERVICES:
        job = ServiceJob(integration, request, region, role_arn)
        return job.answer(), job if waits else None
    answer = call_service(integration, request, region, role_arn)
    if not waits:
        return answer, None
    return answer, NestedExecution(integration, answer["ExecutionArn"], region, role_arn)
