"""The parameters that only some kinds of targets have: `EcsParameters`, `KinesisParameters` and the like.

PutTargets refuses a block of another kind of target, and asks for the block without which a target cannot be
called. `SqsParameters` are the exception: AWS takes them for every target, and only a FIFO queue needs them.

Source: refusals of PutTargets that were measured and published in 2026 (us-east-1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.eventbridge.errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workbook.aws.eventbridge.targets import Target

_ONLY_OF = {
    "EcsParameters": frozenset({"ecs"}),
    "KinesisParameters": frozenset({"kinesis"}),
    "BatchParameters": frozenset({"batch"}),
    "HttpParameters": frozenset({"events", "execute-api"}),
    "RedshiftDataParameters": frozenset({"redshift", "redshift-serverless"}),
    "RunCommandParameters": frozenset({"ssm"}),
    "SageMakerPipelineParameters": frozenset({"sagemaker"}),
    "AppSyncParameters": frozenset({"appsync"}),
}
"""Services of the targets that each block is for."""
_REQUIRED_BY = {"ecs": "EcsParameters", "batch": "BatchParameters"}
_MOST_TASKS = 10
_ALTERNATIVES = (("Sql", "Sqls", "sql", "sqls"), ("DbUser", "SecretManagerArn", "dBUser", "secretManagerArn"))


def check_parameters(target: Target) -> None:
    """Let a target pass whose blocks of parameters fit its kind.

    Raises:
        ValidationError: one is for another kind of target, is missing, or is wrong in itself.
    """
    for name, services in _ONLY_OF.items():
        if target.given.get(name) is not None and target.service not in services:
            raise ValidationError(f"Parameter(s) {name} not supported for target: {target.id}.")
    missing = _missing(target)
    if missing is not None:
        raise ValidationError(f"Parameter(s) {missing} must be specified for target: {target.id}.")
    _check_ecs(target, target.given.get("EcsParameters") or {})
    _check_redshift(target.given.get("RedshiftDataParameters") or {})


def _missing(target: Target) -> str | None:
    """The block without which the target cannot be called; a FIFO queue needs a message group."""
    if target.service == "sqs" and target.arn.endswith(".fifo"):
        group = (target.given.get("SqsParameters") or {}).get("MessageGroupId")
        return None if group else "SqsParameters"
    required = _REQUIRED_BY.get(target.service)
    return required if required is not None and target.given.get(required) is None else None


def _check_ecs(target: Target, given: Mapping[str, Any]) -> None:
    """What a task needs depends on where it is launched."""
    launch_type = given.get("LaunchType")
    if launch_type == "FARGATE" and given.get("NetworkConfiguration") is None:
        raise ValidationError(
            f"Parameter NetworkConfiguration must be specified for target {target.id} "
            "when launch type is FARGATE."
        )
    if launch_type == "EC2" and given.get("PlatformVersion") is not None:
        raise ValidationError(
            f"Parameter PlatformVersion for target {target.id} is not supported when launch type is EC2."
        )
    if (given.get("TaskCount") or 1) > _MOST_TASKS:
        raise ValidationError(f"Parameter(s) TaskCount not valid for target: {target.id}.")


def _check_redshift(given: Mapping[str, Any]) -> None:
    for one, other, first, second in _ALTERNATIVES:
        if given.get(one) is not None and given.get(other) is not None:
            block = "RedshiftDataParameters"
            raise ValidationError(f"Either {block}.{first} or {block}.{second}")
