"""The operation of AWS that a target stands for. For Scheduler every target is a call of some API.

    templated    arn:aws:sqs:us-east-1:123456789012:orders      a resource; AWS chooses the operation
    universal    arn:aws:scheduler:::aws-sdk:sqs:sendMessage    an operation; its request is the Input

Sources: EventBridge Scheduler User Guide, "Using templated targets" and "Using universal targets".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Api:
    """An operation, named as the AWS SDK for Java names it: service `sfn`, action `startExecution`."""

    service: str
    action: str

    @property
    def arn(self) -> str:
        """As a universal target names it, and dead letters do."""
        return f"arn:aws:scheduler:::aws-sdk:{self.service}:{self.action}"

    @property
    def operation(self) -> str:
        """As the service model names it: `StartExecution`."""
        return self.action[:1].upper() + self.action[1:]


TEMPLATED = {
    "codebuild": Api("codebuild", "startBuild"),
    "codepipeline": Api("codepipeline", "startPipelineExecution"),
    "ecs": Api("ecs", "runTask"),
    "events": Api("eventbridge", "putEvents"),
    "firehose": Api("firehose", "putRecord"),
    "inspector": Api("inspector", "startAssessmentRun"),
    "kinesis": Api("kinesis", "putRecord"),
    "lambda": Api("lambda", "invoke"),
    "sagemaker": Api("sagemaker", "startPipelineExecution"),
    "sns": Api("sns", "publish"),
    "sqs": Api("sqs", "sendMessage"),
    "states": Api("sfn", "startExecution"),
}
"""What is called, by the service in the target's ARN."""

_UNIVERSAL = ("arn", "scheduler", "", "", "aws-sdk")


def universal_api(target_arn: str) -> Api | None:
    """The operation that a universal target names; None for any other ARN."""
    parts = target_arn.split(":")
    if len(parts) != 8 or (parts[0], *parts[2:6]) != _UNIVERSAL:
        return None
    return Api(parts[6], parts[7])


def api_of(target_arn: str) -> Api | None:
    """The operation that a target stands for; None for what is no target of a schedule."""
    parts = target_arn.split(":")
    return universal_api(target_arn) or (TEMPLATED.get(parts[2]) if len(parts) > 5 else None)
