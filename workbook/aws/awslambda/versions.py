"""PublishVersion and ListVersionsByFunction: immutable copies of $LATEST, numbered from 1."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.descriptions import describe, describe_in_list, latest_arn
from workbook.aws.awslambda.errors import InvalidParameterValue, PreconditionFailed
from workbook.aws.awslambda.lifecycle import Lifecycle
from workbook.aws.awslambda.names import arn_of, read
from workbook.aws.awslambda.paging import page
from workbook.aws.awslambda.registry import add_version, latest, lifecycle_of
from workbook.aws.awslambda.registry import versions as versions_of
from workbook.aws.awslambda.settings import refuse_unsimulated
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend, LambdaFunction

Parameters = dict[str, Any]


def publish(backend: LambdaBackend, function: LambdaFunction, description: str = "") -> LambdaFunction:
    """A new version of what $LATEST is now, or the last version when nothing has changed since."""
    name = function.function_name
    published = versions_of(backend, name)
    content = _content_of(function)
    if published and published[-1].published_content == content:  # type: ignore[attr-defined]
        return published[-1]
    version = copy.copy(function)
    version.version = getattr(function, "last_published", 0) + 1
    function.last_published = version.version  # type: ignore[attr-defined]
    version.function_arn = arn_of(backend, name, str(version.version))
    version.description = description or function.description
    version.published_content = content  # type: ignore[attr-defined]
    _start(version, lifecycle_of(function))
    add_version(backend, version)
    return version


def publish_version(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """PublishVersion."""
    from workbook.aws.awslambda.functions import check_settled  # noqa: PLC0415 - functions needs `publish` above

    name, qualifier = read(backend, parameters["FunctionName"], longest=140)
    function = latest(backend, name, shown=qualifier)
    refuse_unsimulated(parameters)
    check_settled(function)
    digest = parameters.get("CodeSha256")
    if digest and digest != function.code_sha_256:
        message = (
            f"CodeSHA256 ({digest}) is different from current CodeSHA256 in $LATEST "
            f"({function.code_sha_256}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
        raise InvalidParameterValue(message)
    revision = parameters.get("RevisionId")
    if revision and revision != lifecycle_of(function).revision:
        raise PreconditionFailed
    return describe(publish(backend, function, parameters.get("Description") or ""))


def list_versions_by_function(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """ListVersionsByFunction: $LATEST first, then the versions, oldest first."""
    name, _ = read(backend, parameters["FunctionName"])
    function = latest(backend, name)
    entries = [describe_in_list(function, arn=latest_arn(function))]
    entries += [describe_in_list(version) for version in versions_of(backend, name)]
    return page("Versions", entries, parameters)


def _content_of(function: LambdaFunction) -> tuple[object, ...]:
    """What makes a version differ from the one before."""
    variables = function.environment_vars
    return (
        function.code_sha_256,
        function.handler,
        function.run_time,
        function.memory_size,
        function.timeout,
        function.role,
        function.description,
        function.ephemeral_storage,
        tuple(function.architectures),
        function.logs_group_name,
        function.dead_letter_target,  # type: ignore[attr-defined]
        str(function.tracing_config),
        None if variables is None else tuple(sorted(variables.items())),
    )


def _start(version: LambdaFunction, latest_lifecycle: Lifecycle) -> None:
    """A version is ready when $LATEST, of which it is a copy, is."""
    from workbook.aws.awslambda.functions import deployment_of  # noqa: PLC0415 - functions needs `publish` above

    settled = not (latest_lifecycle.pending or latest_lifecycle.updating)
    version.lifecycle = Lifecycle(current_world(), deployment_of(version), settled=settled)  # type: ignore[attr-defined]
