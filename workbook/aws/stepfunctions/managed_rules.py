"""The rules of EventBridge by which AWS hears that a job has ended: the role must be able to make them.

AWS asks when a state machine with a `.sync` task is made. The rules themselves are AWS's own, and are not
shown here; of Glue and Athena AWS asks for the state of a job instead.

Source: Step Functions Developer Guide, IAM policies of the optimised integrations; refusal reported by users.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moto.utilities.utils import get_partition

from workbook.aws.roles import role_access
from workbook.aws.stepfunctions.errors import AccessDenied
from workbook.aws.stepfunctions.role_calls import SERVICE

if TYPE_CHECKING:
    from workbook.engine.world import World

_RULES = {
    "states:startExecution": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
    "ecs:runTask": "StepFunctionsGetEventsForECSTaskRule",
    "batch:submitJob": "StepFunctionsGetEventsForBatchJobsRule",
    "sagemaker:createTrainingJob": "StepFunctionsGetEventsForSageMakerTrainingJobsRule",
    "sagemaker:createTransformJob": "StepFunctionsGetEventsForSageMakerTransformJobsRule",
    "codebuild:startBuild": "StepFunctionsGetEventForCodeBuildStartBuildRule",
}
"""By what the task calls."""
_ACTIONS = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
_WAITING = re.compile(r'"arn:[a-z-]+:states:[^"]*?:([a-z]+:[A-Za-z]+)\.sync(?::2)?"')


def demand_managed_rules(world: World, definition: str, role_arn: str, region: str) -> None:
    """Let a role pass that may make the rules which the tasks of a definition need.

    Raises:
        AccessDenied: it may not.
    """
    account = role_arn.split(":")[4]
    prefix = f"arn:{get_partition(region)}:events:{region}:{account}:rule/"
    context = {"events:ManagedBy": SERVICE}
    names = sorted({_RULES[called] for called in _WAITING.findall(definition) if called in _RULES})
    for resource in (f"{prefix}{name}" for name in names):
        for action in _ACTIONS:
            if not role_access(world, role_arn, SERVICE, action, resource, context).allowed:
                raise AccessDenied.managed_rule(role_arn)
