"""Aliases: names for versions, which can split their traffic between two of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaAlias

from workbook.aws.awslambda.descriptions import describe_alias
from workbook.aws.awslambda.errors import (
    InvalidParameterValue,
    LatestHasWeights,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
    ValidationError,
)
from workbook.aws.awslambda.event_invoke_configs import forget
from workbook.aws.awslambda.function_urls import forget_urls
from workbook.aws.awslambda.names import LATEST, arn_of, read
from workbook.aws.awslambda.paging import page
from workbook.aws.awslambda.registry import aliases, latest, version
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

Parameters = dict[str, Any]


def create_alias(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """CreateAlias."""
    name, _ = read(backend, parameters["FunctionName"], longest=140)
    alias_name = parameters["Name"]
    _check_alias_name(alias_name)
    number = parameters["FunctionVersion"]
    weights = _weights_of(parameters)
    _check_weights(weights, number)
    version(backend, name, number)
    _check_weighted_versions(backend, name, weights)
    if alias_name in aliases(backend, name):
        raise ResourceConflict(f"Alias already exists: {arn_of(backend, name, alias_name)}")
    alias = LambdaAlias(
        account_id=backend.account_id,
        region=backend.region_name,
        name=alias_name,
        function_name=name,
        function_version=number,
        description=parameters.get("Description") or "",
        routing_config=_routing(weights),  # type: ignore[arg-type]  # moto says str and means the structure
    )
    alias.revision_id = _new_revision()
    aliases(backend, name)[alias_name] = alias
    return describe_alias(alias)


def get_alias(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """GetAlias."""
    return describe_alias(_find(backend, parameters))


def update_alias(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """UpdateAlias."""
    alias = _find(backend, parameters)
    wanted = parameters.get("RevisionId")
    if wanted is not None and wanted != alias.revision_id:
        raise PreconditionFailed
    name, _ = read(backend, parameters["FunctionName"], longest=140)
    number = parameters.get("FunctionVersion") or alias.function_version
    weights = (
        _weights_of(parameters) if parameters.get("RoutingConfig") is not None else _current_weights(alias)
    )
    _check_weights(weights, number)
    version(backend, name, number)
    _check_weighted_versions(backend, name, weights)
    alias.update(parameters.get("Description"), number, None)
    alias.routing_config = _routing(weights)  # type: ignore[assignment]
    alias.revision_id = _new_revision()
    return describe_alias(alias)


def delete_alias(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """DeleteAlias; an alias that does not exist is no error."""
    name, _ = read(backend, parameters["FunctionName"], longest=140)
    latest(backend, name)
    aliases(backend, name).pop(parameters["Name"], None)
    forget(backend, name, parameters["Name"])
    forget_urls(backend, name, parameters["Name"])
    return {}


def list_aliases(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """ListAliases, by name; with FunctionVersion those that point to it."""
    name, _ = read(backend, parameters["FunctionName"], longest=140)
    latest(backend, name)
    wanted = parameters.get("FunctionVersion")
    found = [alias for _, alias in sorted(aliases(backend, name).items())]
    entries = [describe_alias(alias) for alias in found if wanted in {None, alias.function_version}]
    return page("Aliases", entries, parameters)


# ---- helpers


def _find(backend: LambdaBackend, parameters: Parameters) -> LambdaAlias:
    name, _ = read(backend, parameters["FunctionName"], longest=140)
    alias = aliases(backend, name).get(parameters["Name"])
    if alias is None:
        raise ResourceNotFound.alias(arn_of(backend, name, parameters["Name"]))
    return alias


def _check_alias_name(name: str) -> None:
    pattern = "(?!^[0-9]+$)([a-zA-Z0-9-_]+)"
    if len(name) > 128:
        raise ValidationError.of("name", name, "Member must have length less than or equal to 128")
    if not re.fullmatch(r"(?!^[0-9]+$)([a-zA-Z0-9_-]+)", name):
        raise ValidationError.of("name", name, f"Member must satisfy regular expression pattern: {pattern}")


def _weights_of(parameters: Parameters) -> dict[str, float]:
    return (parameters.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


def _current_weights(alias: LambdaAlias) -> dict[str, float]:
    routing: Any = alias.routing_config or {}
    return routing.get("AdditionalVersionWeights") or {}


def _routing(weights: dict[str, float]) -> dict[str, Any] | None:
    return {"AdditionalVersionWeights": weights} if weights else None


def _check_weights(weights: dict[str, float], number: str) -> None:
    shown = "{" + ", ".join(f"{key}={float(value)}" for key, value in weights.items()) + "}"
    if any(not re.fullmatch("[0-9]+", key) for key in weights):
        rule = (
            "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, "
            "Member must have length greater than or equal to 1, "
            "Member must satisfy regular expression pattern: [0-9]+, Member must not be null]"
        )
        raise ValidationError.of("routingConfig.additionalVersionWeights", shown, rule)
    if any(not 0.0 <= value <= 1.0 for value in weights.values()):
        rule = (
            "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
            "Member must have value greater than or equal to 0.0, Member must not be null]"
        )
        raise ValidationError.of("routingConfig.additionalVersionWeights", shown, rule)
    if len(weights) > 1:
        raise InvalidParameterValue("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if weights and number == LATEST:
        raise LatestHasWeights
    if number in weights:
        message = (
            f"Invalid function version {number}. "
            f"Function version {number} is already included in routing configuration."
        )
        raise InvalidParameterValue(message)


def _check_weighted_versions(backend: LambdaBackend, name: str, weights: dict[str, float]) -> None:
    for number in weights:
        version(backend, name, number)


def _new_revision() -> str:
    return current_world().seeds.uuid("lambda.revision")
