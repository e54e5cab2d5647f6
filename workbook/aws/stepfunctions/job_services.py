"""The services whose jobs a Task can start and wait for, and how each describes a job.

The jobs themselves are stand-ins (`workbook.aws.job_runs`): they take the time and end as a learner has said.
What only a real run could tell (images, log streams, bytes scanned) is left out of their descriptions.

Sources: Step Functions Developer Guide, the pages of the optimised integrations; service models; the end of
an ECS task and the name of a Glue job in its answer: recorded in localstack's tests, 2023 to 2024.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.job_runs import FAILED, RUNNING, STOPPED, SUCCEEDED, JobRun
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    import datetime

Fields = dict[str, Any]


@dataclass(frozen=True)
class StartedJob:
    """A job that a Task has started: the run, and what was asked for, by the API's names."""

    run: JobRun
    request: Fields
    identifier: str
    prefix: str
    """What ARNs of the service begin with here: arn:aws:glue:us-east-1:123456789012."""

    @property
    def started(self) -> datetime.datetime:
        """When it began."""
        return datetime_of(self.run.started)

    @property
    def ended(self) -> datetime.datetime | None:
        """When it ended."""
        return None if self.run.ended is None else datetime_of(self.run.ended)

    def asked(self, *names: str) -> Fields:
        """What the request says under these names."""
        return {name: self.request[name] for name in names if name in self.request}


@dataclass(frozen=True)
class JobService:
    """How one service's jobs are named, answered, described and stopped."""

    name: Callable[[Fields], str]
    """What a learner calls the job, of its request."""
    answer: Callable[[StartedJob], Fields]
    """What the call that starts it is answered with, by the API's names."""
    shape: str
    """Of its description, in the service's model."""
    described: Callable[[StartedJob], Fields]
    stop: str
    """The IAM action that stops it."""
    wrapped: str | None = None
    """The name under which the result has the description; None where it is the result."""


def _known(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}


def _name(text: object) -> str:
    """The name in an ARN, or of a definition with a revision."""
    return re.sub(r":\d+$", "", str(text).rpartition("/")[2])


# ---- Glue


def _glue_run(job: StartedJob) -> Fields:
    run = job.run
    seconds = None if run.ended is None else (run.ended - run.started) // SECOND
    return _known(
        {
            "Id": job.identifier,
            "Attempt": 0,
            "JobName": job.request["JobName"],
            "StartedOn": job.started,
            "LastModifiedOn": job.ended or job.started,
            "CompletedOn": job.ended,
            "JobRunState": run.status,
            "ErrorMessage": run.reason,
            "PredecessorRuns": [],
            "ExecutionTime": seconds,
            **job.asked("Arguments", "Timeout", "MaxCapacity", "WorkerType", "NumberOfWorkers"),
        }
    )


# ---- Batch


def _batch_job(job: StartedJob) -> Fields:
    status = {RUNNING: "SUBMITTED", STOPPED: FAILED}.get(job.run.status, job.run.status)
    ended = None if job.run.ended is None else job.run.ended // 1000
    reason = "Essential container in task exited" if job.run.status == SUCCEEDED else job.run.reason
    return _known(
        {
            "jobArn": f"{job.prefix}:job/{job.identifier}",
            "jobId": job.identifier,
            "status": status,
            "statusReason": reason if ended is not None else None,
            "createdAt": job.run.started // 1000,
            "startedAt": job.run.started // 1000,
            "stoppedAt": ended,
            "dependsOn": [],
            "parameters": {},
            "tags": {},
            **job.asked("jobName", "jobQueue", "jobDefinition", "parameters", "tags"),
        }
    )


# ---- ECS


def _ecs_task(job: StartedJob) -> Fields:
    arn, run = _ecs_arn(job), job.run
    is_over = run.ended is not None
    overrides = job.request.get("overrides", {})
    definition = str(job.request["taskDefinition"])
    if not definition.startswith("arn:"):
        revision = "" if re.search(r":\d+$", definition) else ":1"
        definition = f"{job.prefix}:task-definition/{definition}{revision}"
    end = {
        "stopCode": "EssentialContainerExited" if run.status != STOPPED else "UserInitiated",
        "stoppedReason": run.reason if run.status == STOPPED else "Essential container in task exited",
        "stoppedAt": job.ended,
        "executionStoppedAt": job.ended,
    }
    return {
        "taskArn": arn,
        "taskDefinitionArn": definition,
        "clusterArn": _cluster(job),
        "createdAt": job.started,
        "startedAt": job.started,
        "lastStatus": "STOPPED" if is_over else "PROVISIONING",
        "desiredStatus": "STOPPED" if is_over else RUNNING,
        "containers": [_container(job, arn, each) for each in _containers(job)],
        "group": job.request.get("group", f"family:{_name(definition)}"),
        "overrides": overrides,
        "attachments": [],
        "tags": job.request.get("tags", []),
        **(end if is_over else {}),
        **job.asked("launchType", "platformVersion", "startedBy", "enableExecuteCommand"),
    }


def _containers(job: StartedJob) -> list[str]:
    """The containers that the request names; else one, of the task definition's name."""
    overrides = job.request.get("overrides", {}).get("containerOverrides", [])
    named = [str(each["name"]) for each in overrides if each.get("name")]
    return named or [_name(job.request["taskDefinition"])]


def _container(job: StartedJob, task_arn: str, name: str) -> Fields:
    run = job.run
    shown: Fields = {
        "name": name,
        "taskArn": task_arn,
        "lastStatus": "PENDING" if run.ended is None else "STOPPED",
    }
    if run.status in {SUCCEEDED, FAILED}:
        shown["exitCode"] = int(run.status == FAILED)
    return shown if run.status != FAILED else {**shown, "reason": run.reason}


def _cluster(job: StartedJob) -> str:
    cluster = str(job.request.get("cluster", "default"))
    return cluster if cluster.startswith("arn:") else f"{job.prefix}:cluster/{cluster}"


def _ecs_arn(job: StartedJob) -> str:
    return f"{job.prefix}:task/{_name(_cluster(job))}/{job.identifier.replace('-', '')}"


# ---- SageMaker


def _sagemaker(kind: str, resource: str, times: tuple[str, str]) -> JobService:
    """Training, transform and processing jobs: CreateTrainingJob, `training-job`."""
    name, status = f"{kind}JobName", f"{kind}JobStatus"
    statuses = {RUNNING: "InProgress", SUCCEEDED: "Completed", FAILED: "Failed", STOPPED: "Stopped"}

    def arn(job: StartedJob) -> str:
        return f"{job.prefix}:{resource}/{str(job.request[name]).lower()}"

    def described(job: StartedJob) -> Fields:
        began, over = times
        told = {
            f"{kind}JobArn": arn(job),
            status: statuses[job.run.status],
            "CreationTime": job.started,
            began: job.started,
            over: job.ended,
            "FailureReason": job.run.reason,
        }
        if kind == "Training":
            told["SecondaryStatus"] = statuses[job.run.status]
        return _known({**job.request, **told})

    return JobService(
        name=lambda request: str(request[name]),
        answer=lambda job: {f"{kind}JobArn": arn(job)},
        shape=f"Describe{kind}JobResponse",
        described=described,
        stop=f"sagemaker:Stop{kind}Job",
    )


# ---- Athena, CodeBuild


def _query(job: StartedJob) -> Fields:
    status = {"State": job.run.status if job.run.status != STOPPED else "CANCELLED"}
    times = {"SubmissionDateTime": job.started, "CompletionDateTime": job.ended}
    return {
        "QueryExecutionId": job.identifier,
        "Query": job.request["QueryString"],
        "WorkGroup": job.request.get("WorkGroup", "primary"),
        "Status": _known({**status, **times, "StateChangeReason": job.run.reason}),
        **job.asked("QueryExecutionContext", "ResultConfiguration", "ExecutionParameters"),
    }


def _build(job: StartedJob) -> Fields:
    status = {RUNNING: "IN_PROGRESS"}.get(job.run.status, job.run.status)
    return _known(
        {
            "id": f"{job.request['projectName']}:{job.identifier}",
            "arn": _build_arn(job),
            "projectName": job.request["projectName"],
            "buildStatus": status,
            "buildComplete": job.run.ended is not None,
            "currentPhase": "QUEUED" if job.run.ended is None else "COMPLETED",
            "startTime": job.started,
            "endTime": job.ended,
            "phases": None if job.run.reason is None else [_failed_phase(job)],
            **job.asked("sourceVersion"),
        }
    )


def _failed_phase(job: StartedJob) -> Fields:
    context = {"message": job.run.reason}
    return {"phaseType": "BUILD", "phaseStatus": job.run.status, "contexts": [context]}


def _build_arn(job: StartedJob) -> str:
    return f"{job.prefix}:build/{job.request['projectName']}:{job.identifier}"


JOB_SERVICES: Mapping[str, JobService] = {
    "glue:startJobRun": JobService(
        name=lambda request: str(request["JobName"]),
        answer=lambda job: {"JobRunId": job.identifier, "JobName": job.request["JobName"]},
        shape="JobRun",
        described=_glue_run,
        stop="glue:BatchStopJobRun",
    ),
    "batch:submitJob": JobService(
        name=lambda request: _name(request["jobDefinition"]),
        answer=lambda job: {
            "jobArn": f"{job.prefix}:job/{job.identifier}",
            "jobId": job.identifier,
            "jobName": job.request["jobName"],
        },
        shape="JobDetail",
        described=_batch_job,
        stop="batch:TerminateJob",
    ),
    "ecs:runTask": JobService(
        name=lambda request: _name(request["taskDefinition"]),
        answer=lambda job: {"tasks": [_ecs_task(job)], "failures": []},
        shape="Task",
        described=_ecs_task,
        stop="ecs:StopTask",
    ),
    "sagemaker:createTrainingJob": _sagemaker(
        "Training", "training-job", ("TrainingStartTime", "TrainingEndTime")
    ),
    "sagemaker:createTransformJob": _sagemaker(
        "Transform", "transform-job", ("TransformStartTime", "TransformEndTime")
    ),
    "sagemaker:createProcessingJob": _sagemaker(
        "Processing", "processing-job", ("ProcessingStartTime", "ProcessingEndTime")
    ),
    "athena:startQueryExecution": JobService(
        name=lambda request: str(request.get("WorkGroup", "primary")),
        answer=lambda job: {"QueryExecutionId": job.identifier},
        shape="QueryExecution",
        described=_query,
        stop="athena:StopQueryExecution",
        wrapped="QueryExecution",
    ),
    "codebuild:startBuild": JobService(
        name=lambda request: _name(request["projectName"]),
        answer=lambda job: {"build": _build(job)},
        shape="Build",
        described=_build,
        stop="codebuild:StopBuild",
        wrapped="Build",
    ),
}
"""By service and action, as Resource names them."""
