"""What a schedule may have as its target, checked when it is created and not when it fires.

AWS looks at the ARN and at the parameters beside it. It does not look whether the resource exists: a queue
that is not there is found out only when the schedule fires.

Texts: measured with CreateSchedule in us-east-1 in September 2026 by users who published them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbook.aws.delivery import find_target
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated
from workbook.aws.scheduler.apis import TEMPLATED, universal_api
from workbook.aws.scheduler.errors import ValidationError
from workbook.aws.scheduler.universal import check_universal_target, json_input

Target = Mapping[str, Any]

_SERVICE_OF = {
    "EcsParameters": "ecs",
    "EventBridgeParameters": "events",
    "KinesisParameters": "kinesis",
    "SageMakerPipelineParameters": "sagemaker",
    "SqsParameters": "sqs",
}
_DEMANDED = {"ecs": "EcsParameters", "events": "EventBridgeParameters", "kinesis": "KinesisParameters"}
_TAKES_JSON = {"lambda", "states", "events"}
_NEW_BUSES = ("EventBridgePutEventsV2Parameters", "EventBridgePutRawEventsParameters")


def check_target(target: Target, region: str, operation: str) -> None:
    """Let a target pass that AWS accepts and the lab can deliver to.

    Raises:
        ValidationError: AWS does not accept it.
        NotSimulated: AWS does, and the lab cannot.
    """
    for name in _NEW_BUSES:
        if target.get(name) is not None:
            raise NotSimulated(f"{operation}: Target.{name}", "Use an event bus with EventBridgeParameters.")
    _check_size(target.get("Input"))
    if universal_api(target["Arn"]) is not None:
        _refuse_parameters(target, "")
        check_universal_target(target, operation)
        return
    service = _service_of(target["Arn"], region)
    _refuse_parameters(target, service)
    _check_parameters(target, service)
    if service in _TAKES_JSON and target.get("Input") is not None:
        json_input(target["Input"])
    if find_target(target["Arn"]) is None:
        advice = "Simulated targets are queues, topics, functions, state machines, buses and streams."
        raise NotSimulated(f"{operation}: a target of the service {service}", advice)


def _check_size(text: str | None) -> None:
    most = limit("scheduler.input")
    size = len((text or "").encode())
    if size > most:
        raise ValidationError(f"The target's Input has {size} bytes; it may have {most}.")  # text unverified


def _service_of(target_arn: str, region: str) -> str:
    parts = target_arn.split(":")
    if len(parts) < 6 or parts[0] != "arn" or not parts[1].startswith("aws") or not parts[5]:
        raise ValidationError("Provided Arn is not in correct format.")
    service = parts[2]
    if service not in TEMPLATED:
        raise ValidationError(f"{service} is not a supported service for a target.")
    if service == "events" and not parts[5].startswith("event-bus/"):
        raise ValidationError("Provided Arn is not in correct format.")
    if parts[3] != region:
        raise ValidationError(f"The target ARN provided does not match the current region {region}.")
    return service


def _refuse_parameters(target: Target, service: str) -> None:
    for name, wanted in _SERVICE_OF.items():
        if target.get(name) is not None and wanted != service:
            raise ValidationError(f"Parameters {name} not supported for the target.")


def _check_parameters(target: Target, service: str) -> None:
    demanded = _DEMANDED.get(service)
    if demanded is not None and target.get(demanded) is None:
        raise ValidationError(f"Parameters {demanded} must be specified.")
    if service == "sqs":
        _check_queue(target)
    ecs = target.get("EcsParameters") or {}
    if ecs.get("LaunchType") == "FARGATE" and ecs.get("NetworkConfiguration") is None:
        raise ValidationError(
            "Parameter NetworkConfiguration must be specified for the target when launch type is FARGATE."
        )


def _check_queue(target: Target) -> None:
    fifo = target["Arn"].endswith(".fifo")
    parameters = target.get("SqsParameters")
    group = (parameters or {}).get("MessageGroupId")
    if fifo and parameters is None:
        raise ValidationError("Parameters SqsParameters must be specified.")
    if fifo and group is None:
        raise ValidationError("Parameters MessageGroupId must be specified.")  # text unverified
    if group is not None and not fifo:
        raise ValidationError("Parameters MessageGroupId not valid for the target.")
