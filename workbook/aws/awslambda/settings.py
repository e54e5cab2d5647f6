"""The settings of a function: what Lambda accepts, and the text with which it refuses the rest.

Sources: botocore's service model (ranges, patterns), "Lambda quotas" in the developer guide, and answers of
AWS recorded in public test suites (texts). AWS's model allows 900 s and 10,240 MB for functions as they are
simulated here; the larger numbers in it are for Lambda Managed Instances.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from workbook.aws.awslambda.errors import (
    InvalidParameterValue,
    NotSimulated,
    RequestEntityTooLarge,
    ValidationError,
)
from workbook.aws.awslambda.names import pattern_of
from workbook.aws.limits import limit

LONGEST_TIMEOUT = 900
"""Seconds."""
MEMORY = range(limit("lambda.memory.least"), limit("lambda.memory") + 1)
"""Megabytes."""
EPHEMERAL_STORAGE = range(512, 10_241)
"""Megabytes of /tmp."""
ENVIRONMENT_LIMIT = 4096
"""Bytes of all environment variables together, as JSON."""
ZIPPED_LIMIT = 52_428_800
UNZIPPED_LIMIT = 262_144_000

PYTHON_RUNTIMES = ("python3.10", "python3.11", "python3.12", "python3.13", "python3.14")
OTHER_RUNTIMES = (
    *("nodejs22.x", "nodejs24.x"),
    *("java8.al2", "java11", "java17", "java21", "java25"),
    *("dotnet8", "dotnet10"),
    *("ruby3.3", "ruby3.4"),
    "provided.al2023",
)
"""Runtimes in normal use on AWS in 2026 that are not Python."""
_NEWEST_RUNTIMES = (
    *("python3.15", "nodejs26.x", "ruby4.0"),
    *("java8.al2023", "java11.al2023", "java17.al2023"),
)
"""Runtimes that the service model has besides; whether they are in normal use is unverified."""
_RETIRED = re.compile(r"(python(2\.7|3\.[6-9])|nodejs.*|ruby.*|dotnet.*|java.*|go1\.x|provided.*)")

RESERVED_VARIABLES = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]
)

_UNSIMULATED = {
    "VpcConfig": "a VPC",
    "FileSystemConfigs": "a file system",
    "Layers": "layers",
    "ImageConfig": "container images",
    "CodeSigningConfigArn": "code signing",
    "TenancyConfig": "tenant isolation",
    "CapacityProviderConfig": "Lambda Managed Instances",
    "DurableConfig": "durable functions",
    "AcceleratorConfig": "accelerators",
    "KMSKeyArn": "encryption with a customer managed key",
    "PublishTo": "Lambda Managed Instances",
    "RuntimeConfig": "a pinned version of the runtime",
    "SourceKMSKeyArn": "encryption with a customer managed key",
    "S3ObjectStorageMode": "code that stays in S3",
}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Check what CreateFunction and UpdateFunctionConfiguration have in common; absent settings are fine.

    Raises:
        LambdaError: the first one that is not acceptable.
    """
    refuse_unsimulated(settings)
    _check_role(settings.get("Role"))
    _check_handler(settings.get("Handler"))
    _check_range("timeout", settings.get("Timeout"), range(1, LONGEST_TIMEOUT + 1))
    _check_range("memorySize", settings.get("MemorySize"), MEMORY)
    _check_range(
        "ephemeralStorage.size", (settings.get("EphemeralStorage") or {}).get("Size"), EPHEMERAL_STORAGE
    )
    _check_description(settings.get("Description"))
    _check_runtime(settings.get("Runtime"))
    _check_environment((settings.get("Environment") or {}).get("Variables"))
    _check_logging(settings.get("LoggingConfig") or {})


def check_architectures(architectures: list[str] | None) -> None:
    """Check Architectures, of which there is one."""
    if architectures is None:
        return
    shown = f"[{', '.join(architectures)}]"
    if len(architectures) > 1:
        raise ValidationError.of("architectures", shown, "Member must have length less than or equal to 1")
    if architectures[0] not in {"x86_64", "arm64"}:
        rule = (
            "Member must satisfy constraint: "
            "[Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"
        )
        raise ValidationError.of("architectures", shown, rule)


def check_zip(content: bytes) -> None:
    """Check that code is a zip file within Lambda's limits.

    Raises:
        RequestEntityTooLarge: more than 50 MB zipped.
        InvalidParameterValue: not a zip file, or more than 250 MB unzipped.
    """
    if len(content) >= ZIPPED_LIMIT:
        raise RequestEntityTooLarge(f"Zipped size must be smaller than {ZIPPED_LIMIT} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unzipped = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        message = "Could not unzip uploaded file. Please check your file, then try to upload again."
        raise InvalidParameterValue(message) from None
    if unzipped >= UNZIPPED_LIMIT:
        raise InvalidParameterValue(f"Unzipped size must be smaller than {UNZIPPED_LIMIT} bytes")


def refuse_unsimulated(settings: Mapping[str, Any]) -> None:
    """Refuse by name what a request asks for and the lab does not do.

    Raises:
        NotSimulated: the text says what to leave out.
        ValidationError: an enumeration has no such member.
    """
    for name, what in _UNSIMULATED.items():
        value = settings.get(name)
        if value and value != {"SubnetIds": [], "SecurityGroupIds": []}:
            raise NotSimulated(f"{name} ({what})", f"Leave {name} out.")
    _check_member("packageType", settings.get("PackageType"), ("Zip", "Image"))
    if settings.get("PackageType") == "Image":
        raise NotSimulated("PackageType Image (container images)", "Deploy a zip file.")
    if (settings.get("SnapStart") or {}).get("ApplyOn", "None") != "None":
        raise NotSimulated("SnapStart", "Leave SnapStart out.")
    tracing = (settings.get("TracingConfig") or {}).get("Mode")
    _check_member("tracingConfig.mode", tracing, ("Active", "PassThrough"))
    if tracing == "Active":
        raise NotSimulated("TracingConfig Mode Active (X-Ray)", "Leave TracingConfig out.")


def _check_member(parameter: str, value: str | None, members: tuple[str, ...]) -> None:
    if value is not None and value not in members:
        rule = f"Member must satisfy enum value set: [{', '.join(members)}]"
        raise ValidationError.of(parameter, value, rule)


def _check_role(role: str | None) -> None:
    pattern = pattern_of("RoleArn")
    if role is not None and not re.fullmatch(pattern, role):
        raise ValidationError.of("role", role, f"Member must satisfy regular expression pattern: {pattern}")


def _check_handler(handler: str | None) -> None:
    if handler is None:
        return
    if len(handler) > 128:
        raise ValidationError.of("handler", handler, "Member must have length less than or equal to 128")
    if not re.fullmatch(r"[^\s]+", handler):
        raise ValidationError.of(
            "handler", handler, r"Member must satisfy regular expression pattern: [^\s]+"
        )


def _check_range(parameter: str, value: int | None, allowed: range) -> None:
    if value is None:
        return
    if value >= allowed.stop:
        rule = f"Member must have value less than or equal to {allowed.stop - 1}"
        raise ValidationError.of(parameter, value, rule)
    if value < allowed.start:
        rule = f"Member must have value greater than or equal to {allowed.start}"
        raise ValidationError.of(parameter, value, rule)


def _check_description(description: str | None) -> None:
    if description is not None and len(description) > 256:
        raise ValidationError.of(
            "description", description, "Member must have length less than or equal to 256"
        )


def _check_runtime(runtime: str | None) -> None:
    if runtime is None or runtime in PYTHON_RUNTIMES:
        return
    if runtime in {*OTHER_RUNTIMES, *_NEWEST_RUNTIMES}:
        choice = f"Choose one of {', '.join(PYTHON_RUNTIMES)}."
        raise NotSimulated(f"the runtime {runtime}", choice)
    if _RETIRED.fullmatch(runtime):
        message = (
            f"The runtime parameter of {runtime} is no longer supported for creating or updating "
            "AWS Lambda functions. "
            f"We recommend you use a supported runtime while creating or updating functions."
        )
        raise InvalidParameterValue(message)
    known = ", ".join([*OTHER_RUNTIMES, *PYTHON_RUNTIMES])
    message = (
        f"Value {runtime} at 'runtime' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{known}] or be a valid ARN"
    )
    raise InvalidParameterValue(message)


def _check_environment(variables: Mapping[str, str] | None) -> None:
    if not variables:
        return
    start = (
        "Lambda was unable to configure your environment variables because "
        "the environment variables you have "
    )
    for name in variables:
        if not re.fullmatch(r"[a-zA-Z]([a-zA-Z0-9_])+", name) and name not in RESERVED_VARIABLES:
            shown = "{" + ", ".join(f"{key}={value}" for key, value in variables.items()) + "}"
            rule = (
                "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "
                "[a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]"
            )
            raise ValidationError.of("environment.variables", shown, rule)
    reserved = [name for name in variables if name in RESERVED_VARIABLES]
    if reserved:
        message = (
            f"{start}provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
        raise InvalidParameterValue(message)
    measured = json.dumps(dict(variables), separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > ENVIRONMENT_LIMIT:
        raise InvalidParameterValue(f"{start}provided exceeded the 4KB limit. String measured: {measured}")


def _check_logging(logging_config: Mapping[str, Any]) -> None:
    if logging_config.get("LogFormat", "Text") != "Text":
        raise NotSimulated("LoggingConfig LogFormat JSON", "Use LogFormat Text, which is the default.")
    for name in ("ApplicationLogLevel", "SystemLogLevel"):
        if logging_config.get(name):
            message = f"{name} is not supported for the LogFormat Text"
            raise InvalidParameterValue(message)
