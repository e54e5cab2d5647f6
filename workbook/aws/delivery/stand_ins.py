"""Targets that AWS would run something for: the request is checked, and a job run as `job_runs` has it.

    ECS RunTask, Batch SubmitJob, Glue workflows, CodeBuild, CodePipeline, SageMaker pipelines,
    the Redshift Data API, Inspector assessments, Systems Manager (Run Command, Automation)

What matters for messaging is that the target was asked, with which input and by whose permission; a cluster
is beyond this workbook. So each try that AWS would accept leaves a `start-task` hop with its input, and takes
as long as a learner has said of it (`lab.job`). Whether the cluster, queue or project exists is not looked
at, since nothing here could make one.

Sources: EventBridge User Guide, "Amazon EventBridge targets" and "Identity-based policies" (which action each
target needs); service models of EventBridge, Scheduler and Pipes for the names of target parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target, service_of
from workbook.aws.job_runs import start_run

if TYPE_CHECKING:
    from workbook.engine.world import World

Options = Mapping[str, Any]


@dataclass(frozen=True)
class StandIn:
    """What a service is asked to do with an event."""

    action: str
    """The action that the role must allow."""
    parameters: tuple[str, ...] = ()
    """The target parameters that it takes, by the names of EventBridge, Scheduler and Pipes."""
    required: bool = False
    """Whether it cannot be asked without them."""
    resource: Callable[[str, Options], str] = lambda target, _parameters: target
    """On which resource the action is asked for: target and its parameters -> ARN."""
    name: Callable[[str, Options], str] = lambda target, _parameters: target
    """The ARN or the name of the job, by which a learner tells of it."""


def _task_definition(target: str, parameters: Options) -> str:
    return str(parameters.get("TaskDefinitionArn", target))


def _job_definition(target: str, parameters: Options) -> str:
    return str(parameters.get("JobDefinition", target))


STAND_INS = {
    "ecs": StandIn(
        "ecs:RunTask",
        ("EcsParameters", "EcsTaskParameters"),
        required=True,
        resource=_task_definition,
        name=_task_definition,
    ),
    "batch": StandIn(
        "batch:SubmitJob",
        ("BatchParameters", "BatchJobParameters"),
        required=True,
        name=_job_definition,
    ),
    "glue": StandIn("glue:notifyEvent"),
    "codebuild": StandIn("codebuild:StartBuild"),
    "codepipeline": StandIn("codepipeline:StartPipelineExecution"),
    "sagemaker": StandIn("sagemaker:StartPipelineExecution", ("SageMakerPipelineParameters",)),
    "redshift": StandIn("redshift-data:ExecuteStatement", ("RedshiftDataParameters",), required=True),
    "redshift-serverless": StandIn(
        "redshift-data:ExecuteStatement", ("RedshiftDataParameters",), required=True
    ),
    "inspector": StandIn("inspector:StartAssessmentRun"),
    "ssm": StandIn("ssm:SendCommand", ("RunCommandParameters",)),
}
_AUTOMATION = StandIn("ssm:StartAutomationExecution")


def accept(world: World, sender: Sender, target: str, parcel: Parcel) -> Answer:
    """Record that a service was asked to start something, with its input.

    Raises:
        Undelivered: the sender has no role, the role does not allow it, or target parameters lack.
    """
    stand_in = _stand_in_of(target)
    if sender.role_arn is None:
        raise Undelivered(
            Failure.NO_ROLE, f"{stand_in.action} on {target} needs a role: give the target a RoleArn"
        )
    parameters = _parameters(stand_in, parcel.options)
    if stand_in.required and not parameters:
        names = " or ".join(stand_in.parameters)
        raise Undelivered(Failure.REJECTED, f"{stand_in.action} needs {names}", status=400)
    demand_role(world, sender, stand_in.action, stand_in.resource(target, parameters))
    name = re.sub(r":\d+$", "", stand_in.name(target, parameters).rpartition("/")[2])
    start_run(
        world,
        service_of(target),
        name,
        target,
        action=stand_in.action,
        body=parcel.text,
        settings=parameters,
    )
    return {}


def _stand_in_of(target: str) -> StandIn:
    if ":automation-definition/" in target:
        return _AUTOMATION
    return STAND_INS[service_of(target)]


def _parameters(stand_in: StandIn, options: Options) -> Options:
    for name in stand_in.parameters:
        if options.get(name):
            found: Options = options[name]
            return found
    return {}


TARGET = Target(accept)
