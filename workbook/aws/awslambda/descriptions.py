"""A function as the API describes it: the FunctionConfiguration shape.

GetFunction and the operations that change a function show its state; lists do not. Source: answers of AWS
recorded in public test suites (2023 to 2025), field by field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.environment import runtime_version_arn
from workbook.aws.awslambda.event_invoke_configs import all_settings
from workbook.aws.awslambda.names import LATEST
from workbook.aws.awslambda.registry import lifecycle_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaAlias, LambdaFunction


def describe(function: LambdaFunction, *, arn: str | None = None) -> dict[str, Any]:
    """A function (or version) with its state; `arn` is shown in place of its own."""
    lifecycle = lifecycle_of(function)
    answer = _settings(function, arn or function.function_arn)
    answer["RuntimeVersionConfig"] = {
        "RuntimeVersionArn": runtime_version_arn(function.region, str(function.run_time))
    }
    if lifecycle.pending:
        return answer | {
            "State": "Pending",
            "StateReason": "The function is being created.",
            "StateReasonCode": "Creating",
        }
    if lifecycle.updating:
        return answer | {
            "State": "Active",
            "LastUpdateStatus": "InProgress",
            "LastUpdateStatusReason": "The function is being created.",
            "LastUpdateStatusReasonCode": "Creating",
        }
    return answer | {"State": "Active", "LastUpdateStatus": "Successful"}


def describe_in_list(function: LambdaFunction, *, arn: str | None = None) -> dict[str, Any]:
    """A function (or version) as an entry of a list."""
    return _settings(function, arn or function.function_arn)


def record_settings(kind: str, function: LambdaFunction) -> None:
    """Write into the trace that a function was created or configured, and how it is set now."""
    settings: dict[str, Any] = {
        "Runtime": function.run_time,
        "Timeout": int(function.timeout),
        "MemorySize": int(function.memory_size),
    }
    if function.reserved_concurrency is not None:
        settings["ReservedConcurrentExecutions"] = int(function.reserved_concurrency)
    target: str | None = function.dead_letter_target  # type: ignore[attr-defined]
    if target:
        settings["DeadLetterConfig"] = {"TargetArn": target}
    configs = vars(function).get("event_invoke_configs")
    if configs:
        settings["FunctionEventInvokeConfigs"] = all_settings(configs)
    current_world().trace.record(kind, function.function_arn, settings=settings)


def latest_arn(function: LambdaFunction) -> str:
    """The ARN of $LATEST with its qualifier, as lists of versions show it."""
    return f"{function.function_arn}:{LATEST}"


def describe_alias(alias: LambdaAlias) -> dict[str, Any]:
    """An alias; the routing configuration only where there is one."""
    answer: dict[str, Any] = {
        "AliasArn": alias.arn,
        "Name": alias.name,
        "FunctionVersion": alias.function_version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    }
    routing: Any = alias.routing_config
    if routing and routing.get("AdditionalVersionWeights"):
        answer["RoutingConfig"] = routing
    return answer


def _settings(function: LambdaFunction, arn: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "FunctionName": function.function_name,
        "FunctionArn": arn,
        "Runtime": function.run_time,
        "Role": function.role,
        "Handler": function.handler,
        "CodeSize": function.code_size,
        "CodeSha256": function.code_sha_256,
        "Description": function.description,
        "Timeout": function.timeout,
        "MemorySize": function.memory_size,
        "LastModified": function.last_modified,
        "Version": str(function.version),
        "TracingConfig": function.tracing_config,
        "RevisionId": lifecycle_of(function).revision,
        "PackageType": function.package_type,
        "Architectures": function.architectures,
        "EphemeralStorage": {"Size": function.ephemeral_storage},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": function.logs_group_name},
    }
    if function.environment_vars is not None:
        answer["Environment"] = {"Variables": function.environment_vars}
    target: str | None = function.dead_letter_target  # type: ignore[attr-defined]
    if target:
        answer["DeadLetterConfig"] = {"TargetArn": target}
    return answer
