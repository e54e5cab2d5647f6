"""Functions: create, get, update their code or their settings, delete, list."""

from __future__ import annotations

import base64
import copy
import json
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaFunction
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from workbook.aws.awslambda import registry, versions
from workbook.aws.awslambda.descriptions import describe, describe_in_list, latest_arn, record_settings
from workbook.aws.awslambda.destinations import check_dead_letter_target
from workbook.aws.awslambda.errors import (
    InvalidParameterValue,
    PreconditionFailed,
    ResourceConflict,
    ValidationError,
)
from workbook.aws.awslambda.event_invoke_configs import forget
from workbook.aws.awslambda.function_urls import forget_urls
from workbook.aws.awslambda.lifecycle import Deployment, Lifecycle
from workbook.aws.awslambda.names import LATEST, read
from workbook.aws.awslambda.paging import page
from workbook.aws.awslambda.registry import aliases, find, latest, lifecycle_of
from workbook.aws.awslambda.registry import versions as versions_of
from workbook.aws.awslambda.settings import (
    check_architectures,
    check_settings,
    check_zip,
    refuse_unsimulated,
)
from workbook.aws.awslambda.tags import check_tags
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

Parameters = dict[str, Any]


def deployment_of(function: LambdaFunction) -> Deployment:
    """The code and settings that a function has in the registry."""
    return Deployment(
        function_name=function.function_name,
        version=str(function.version),
        region=function.region,
        account=function.account_id,
        zip_file=function.code_bytes,
        handler=str(function.handler),
        runtime=str(function.run_time),
        memory=int(function.memory_size),
        timeout=int(function.timeout),
        environment=dict(function.environment_vars or {}),
        log_group=function.logs_group_name,
    )


def begin(function: LambdaFunction, spec: Parameters) -> None:
    """Give a function that moto has just made what moto does not keep: its lifecycle and more settings."""
    world = current_world()
    environment = spec.get("Environment")
    function.environment_vars = None if environment is None else environment.get("Variables", {})
    function.logs_group_name = (spec.get("LoggingConfig") or {}).get("LogGroup") or function.logs_group_name
    function.last_modified = _now()
    function.dead_letter_target = (spec.get("DeadLetterConfig") or {}).get("TargetArn")  # type: ignore[attr-defined]
    function.lifecycle = Lifecycle(world, deployment_of(function))  # type: ignore[attr-defined]


def create_function(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """CreateFunction. The function can be invoked a second later, when its State is Active."""
    name, qualifier = read(backend, parameters["FunctionName"], longest=140)
    _check_new_name(name, qualifier)
    _check_required(parameters)
    check_settings(parameters)
    check_architectures(parameters.get("Architectures"))
    check_tags(parameters.get("Tags") or {})
    if registry.is_taken(backend, name):
        raise ResourceConflict(f"Function already exist: {name}")
    _check_assumable(backend, parameters["Role"])
    _check_dead_letters(backend, parameters, parameters["Role"])
    code = _code_of(parameters["Code"])
    function = LambdaFunction(  # type: ignore[abstract]  # moto itself makes them, too
        account_id=backend.account_id,
        spec={**parameters, "FunctionName": name, "Code": code},
        region=backend.region_name,
        version=LATEST,
    )
    check_zip(function.code_bytes)
    registry.add(backend, function)
    record_settings("create", function)
    answer = describe(function)
    if parameters.get("Publish"):
        published = versions.publish(backend, function)
        answer["Version"] = str(published.version)
    return answer


def get_function(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """GetFunction."""
    name, qualifier = read(backend, parameters["FunctionName"], parameters.get("Qualifier"))
    target = find(backend, name, qualifier)
    function = target.function
    answer: Parameters = {
        "Configuration": describe(function, arn=target.arn),
        "Code": {"RepositoryType": "S3", "Location": _location_of(function)},
    }
    if function.tags:
        answer["Tags"] = dict(function.tags)
    reserved = latest(backend, name).reserved_concurrency
    if reserved is not None and qualifier is None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": int(reserved)}
    return answer


def get_function_configuration(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """GetFunctionConfiguration."""
    name, qualifier = read(backend, parameters["FunctionName"], parameters.get("Qualifier"))
    target = find(backend, name, qualifier)
    return describe(target.function, arn=target.arn)


def update_function_code(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """UpdateFunctionCode. Invocations run the old code for another second."""
    function = _changeable(backend, parameters)
    refuse_unsimulated(parameters)
    check_architectures(parameters.get("Architectures"))
    code = _code_of({name: parameters[name] for name in _CODE if parameters.get(name) is not None})
    trial = copy.copy(function)
    trial.code = dict(function.code)
    trial._set_function_code(code)  # noqa: SLF001 - fetches from S3 and computes the digest
    check_zip(trial.code_bytes)
    if parameters.get("Architectures"):
        trial.architectures = parameters["Architectures"]
    if parameters.get("DryRun"):
        return describe(trial)
    for name in ("code", "code_bytes", "code_size", "code_sha_256", "code_digest", "architectures"):
        setattr(function, name, getattr(trial, name))
    _redeploy(function)
    if parameters.get("Publish"):
        return describe(versions.publish(backend, function))
    return describe(function)


def update_function_configuration(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """UpdateFunctionConfiguration. Invocations run with the old settings for another second."""
    function = _changeable(backend, parameters)
    check_settings(parameters)
    if parameters.get("Role") is not None:
        _check_assumable(backend, parameters["Role"])
    _check_dead_letters(backend, parameters, parameters.get("Role") or str(function.role))
    for parameter, attribute in _SETTINGS.items():
        if parameters.get(parameter) is not None:
            setattr(function, attribute, parameters[parameter])
    if parameters.get("Environment") is not None:
        function.environment_vars = parameters["Environment"].get("Variables", {})
    if parameters.get("EphemeralStorage") is not None:
        function.ephemeral_storage = parameters["EphemeralStorage"]["Size"]
    if parameters.get("DeadLetterConfig") is not None:
        function.dead_letter_target = parameters["DeadLetterConfig"].get("TargetArn")  # type: ignore[attr-defined]
    if (parameters.get("LoggingConfig") or {}).get("LogGroup"):
        function.logs_group_name = parameters["LoggingConfig"]["LogGroup"]
    _redeploy(function)
    return describe(function)


def delete_function(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """DeleteFunction: the function with all of its versions and aliases, or one version.

    The status is 204, as recorded; the service model leaves it open.
    """
    name, qualifier = read(backend, parameters["FunctionName"], parameters.get("Qualifier"))
    if qualifier == LATEST:
        raise InvalidParameterValue("$LATEST version cannot be deleted without deleting the function.")
    function = latest(backend, name)
    if qualifier is None:
        forget_urls(backend, name)
        registry.remove(backend, name)
        current_world().trace.record("remove", function.function_arn)
        return {"StatusCode": 204}
    _delete_version(backend, name, qualifier)
    return {"StatusCode": 204}


def list_functions(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """ListFunctions, 50 a page; with FunctionVersion ALL every version."""
    wanted = parameters.get("FunctionVersion")
    if wanted not in {None, "ALL"}:
        raise ValidationError.of("functionVersion", wanted, "Member must satisfy enum value set: [ALL]")
    functions = sorted(registry.functions(backend), key=lambda function: function.function_name)
    entries = []
    for function in functions:
        if wanted is None:
            entries.append(describe_in_list(function))
        else:
            entries.append(describe_in_list(function, arn=latest_arn(function)))
            entries += [describe_in_list(version) for version in versions_of(backend, function.function_name)]
    return page("Functions", entries, parameters)


# ---- helpers

_CODE = ("ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri")
_SETTINGS = {
    "Description": "description",
    "Handler": "handler",
    "MemorySize": "memory_size",
    "Role": "role",
    "Runtime": "run_time",
    "Timeout": "timeout",
    "TracingConfig": "tracing_config",
}


def _now() -> str:
    return current_world().clock.datetime().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _check_new_name(name: str, qualifier: str | None) -> None:
    if len(name) > 64:
        rule = "Member must have length less than or equal to 64"
        raise InvalidParameterValue(str(ValidationError.of("functionName", name, rule)))
    if qualifier is not None:
        raise InvalidParameterValue("A qualifier cannot be part of the name of a new function; leave it out.")


def _check_required(parameters: Parameters) -> None:
    for name in ("Runtime", "Handler"):
        if not parameters.get(name) and parameters.get("PackageType", "Zip") == "Zip":
            message = (
                "Runtime and Handler are mandatory parameters for functions created with deployment packages."
            )
            raise InvalidParameterValue(message)


def _check_assumable(backend: LambdaBackend, role_arn: str) -> None:
    """Lambda must be able to take on the role: it exists, and its trust policy names Lambda."""
    if role_arn.split(":")[4] != backend.account_id:
        raise InvalidParameterValue("Cross-account pass role is not allowed.")
    refused = InvalidParameterValue("The role defined for the function cannot be assumed by Lambda.")
    try:
        role = iam_backends[backend.account_id][backend.partition].get_role_by_arn(role_arn)
    except NotFoundException:
        raise refused from None
    try:
        document = json.loads(role.assume_role_policy_document)
    except (TypeError, ValueError):
        return
    if "lambda.amazonaws.com" not in json.dumps(document):
        raise refused


def _check_dead_letters(backend: LambdaBackend, parameters: Parameters, role_arn: str) -> None:
    check_dead_letter_target(backend, role_arn, (parameters.get("DeadLetterConfig") or {}).get("TargetArn"))


def _code_of(code: Parameters) -> Parameters:
    """The code as moto wants it; a zip file comes from the parser as bytes."""
    if code.get("ImageUri"):
        message = "Please don't provide ImageUri when updating or creating a function with a zip file."
        raise InvalidParameterValue(message)
    if code.get("ZipFile") is not None:
        content = code["ZipFile"]
        content = content if isinstance(content, bytes) else str(content).encode()
        check_zip(content)
        return {"ZipFile": base64.b64encode(content).decode()}
    if not (code.get("S3Bucket") and code.get("S3Key")):
        raise InvalidParameterValue("Please provide a source for function code.")
    return dict(code)


def _changeable(backend: LambdaBackend, parameters: Parameters) -> LambdaFunction:
    """The function that an update is for, if it can be updated now."""
    name, qualifier = read(backend, parameters["FunctionName"], longest=140)
    function = latest(backend, name, shown=qualifier)
    if qualifier not in {None, LATEST}:
        raise InvalidParameterValue("This operation is permitted on $LATEST only; leave the qualifier out.")
    check_settled(function)
    wanted = parameters.get("RevisionId")
    if wanted is not None and wanted != lifecycle_of(function).revision:
        raise PreconditionFailed
    return function


def check_settled(function: LambdaFunction) -> None:
    """Refuse to touch a function that is being created or updated.

    Raises:
        ResourceConflict: with AWS's text.
    """
    lifecycle = lifecycle_of(function)
    if lifecycle.pending:
        message = (
            "The operation cannot be performed at this time. "
            "The function is currently in the following state: Pending"
        )
        raise ResourceConflict(message)
    if lifecycle.updating:
        message = (
            "The operation cannot be performed at this time. "
            f"An update is in progress for resource: {function.function_arn}"
        )
        raise ResourceConflict(message)


def _redeploy(function: LambdaFunction) -> None:
    function.last_modified = _now()
    function.code_or_config_updated = True
    lifecycle_of(function).update(deployment_of(function))
    record_settings("configure", function)


def _delete_version(backend: LambdaBackend, name: str, qualifier: str) -> None:
    pointing = [alias.arn for alias in aliases(backend, name).values() if alias.function_version == qualifier]
    if pointing:
        message = f"Version {qualifier} is used by aliases: {', '.join(pointing)}. Delete or move them first."
        raise ResourceConflict(message)
    registry.remove_version(backend, name, qualifier)
    forget(backend, name, qualifier)


def _location_of(function: LambdaFunction) -> str:
    """Where the code could be downloaded from; a presigned S3 URL on AWS, which the lab has no use for."""
    key = f"{function.account_id}/{function.function_name}"
    host = f"awslambda-{function.region}-tasks.s3.{function.region}.amazonaws.com"
    return f"https://{host}/snapshots/{key}"
