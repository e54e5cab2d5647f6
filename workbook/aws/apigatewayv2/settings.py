"""What API Gateway accepts for an HTTP API: the rules that no service model states, and what is refused.

Sources: texts of AWS as its users report them (route keys, deployments without routes); API Gateway Developer
Guide, "Working with HTTP APIs". Other texts are unverified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.apigatewayv2.errors import BadRequest
from workbook.aws.constraints import constraint_errors
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated, refuse_parameters

if TYPE_CHECKING:
    from workbook.aws.apigatewayv2.registry import HttpApi

DEFAULT = "$default"
LONGEST_TIMEOUT = limit("apigateway.http.timeout")
"""Milliseconds that an integration has."""
_ROUTE_KEY = re.compile(r"(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) (/\S*)")
_SELECTION = frozenset({"$request.method $request.path", "${request.method} ${request.path}"})
_STAGE = re.compile(r"[a-zA-Z0-9_-]+")

_OF_API = frozenset(
    {
        *("CorsConfiguration", "CredentialsArn", "Description", "DisableExecuteApiEndpoint", "Name"),
        *("ProtocolType", "RouteKey", "RouteSelectionExpression", "Tags", "Target", "Version", "ApiId"),
    }
)
_OF_ROUTE = frozenset(
    {"ApiId", "ApiKeyRequired", "AuthorizationType", "OperationName", "RouteId", "RouteKey", "Target"}
)
_OF_INTEGRATION = frozenset(
    {
        *("ApiId", "ConnectionType", "CredentialsArn", "Description", "IntegrationId", "IntegrationMethod"),
        *("IntegrationType", "IntegrationUri", "PayloadFormatVersion", "TimeoutInMillis"),
    }
)
_OF_STAGE = frozenset(
    {
        *("ApiId", "AutoDeploy", "DefaultRouteSettings", "DeploymentId", "Description", "RouteSettings"),
        *("StageName", "StageVariables", "Tags"),
    }
)
_THROTTLING = frozenset({"ThrottlingBurstLimit", "ThrottlingRateLimit"})


def check_api(parameters: Mapping[str, Any], operation: str) -> None:
    """Check what CreateApi or UpdateApi gets.

    Raises:
        BadRequest: a value is not accepted.
        NotSimulated: it is a WebSocket API, or uses what the lab does not have.
    """
    _check_model(operation, parameters)
    if parameters.get("ProtocolType") == "WEBSOCKET":
        raise NotSimulated("A WebSocket API", "Use ProtocolType HTTP.")
    refuse_parameters(parameters, _OF_API, operation)
    expression = parameters.get("RouteSelectionExpression")
    if expression is not None and expression not in _SELECTION:
        raise BadRequest("Only $request.method $request.path is supported for HTTP APIs")


def check_route(api: HttpApi, parameters: Mapping[str, Any], operation: str) -> None:
    """Check what CreateRoute or UpdateRoute gets.

    Raises:
        BadRequest: the key has another form, or the target is no integration of this API.
        NotSimulated: it asks for an authorizer.
    """
    _check_model(operation, parameters)
    authorization = parameters.get("AuthorizationType")
    if authorization in {"JWT", "CUSTOM"}:
        raise NotSimulated(f"AuthorizationType {authorization}", "Use NONE or AWS_IAM.")
    refuse_parameters(parameters, _OF_ROUTE, operation)
    key = parameters.get("RouteKey")
    if key is not None and key != DEFAULT and not _ROUTE_KEY.fullmatch(key):
        raise BadRequest(
            "The provided route key is not formatted properly for HTTP protocol. "
            'Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
        )
    target = parameters.get("Target")
    if target is not None and target.removeprefix("integrations/") not in api.integrations:
        raise BadRequest(f"Invalid Integration identifier specified {target.removeprefix('integrations/')}")


def check_integration(settings: Mapping[str, Any], operation: str) -> None:
    """Check an integration as it would be after CreateIntegration or UpdateIntegration.

    Raises:
        BadRequest: a value is not accepted.
        NotSimulated: it leads elsewhere than to a function or a public server, or maps parameters.
    """
    _check_model(operation, settings)
    if settings.get("IntegrationSubtype"):
        raise NotSimulated(
            f"IntegrationSubtype {settings['IntegrationSubtype']}", "Let a function call that service."
        )
    if settings.get("ConnectionType") == "VPC_LINK":
        raise NotSimulated("ConnectionType VPC_LINK (a private integration)", "Use INTERNET.")
    refuse_parameters(settings, _OF_INTEGRATION, operation)
    kind, version = settings["IntegrationType"], settings.get("PayloadFormatVersion")
    if kind not in {"AWS_PROXY", "HTTP_PROXY"}:
        raise BadRequest(f"Integration type {kind} is not supported for HTTP APIs")
    if version not in ({"1.0", "2.0"} if kind == "AWS_PROXY" else {"1.0"}):
        raise BadRequest(f"PayloadFormatVersion {version} is not supported for {kind} integrations")
    if not settings.get("IntegrationUri"):
        raise BadRequest("IntegrationUri is a required parameter")
    if kind == "HTTP_PROXY" and not settings.get("IntegrationMethod"):
        raise BadRequest("HttpMethod must be specified for HTTP_PROXY integrations")


def check_stage(parameters: Mapping[str, Any], operation: str) -> None:
    """Check what CreateStage or UpdateStage gets.

    Raises:
        BadRequest: a value is not accepted.
        NotSimulated: it asks for logs or metrics.
    """
    _check_model(operation, parameters)
    refuse_parameters(parameters, _OF_STAGE, operation)
    name = parameters.get("StageName", DEFAULT)
    if name != DEFAULT and not _STAGE.fullmatch(name):
        raise BadRequest("Stage name only allows a-zA-Z0-9_- or $default")
    given = [parameters.get("DefaultRouteSettings") or {}, *(parameters.get("RouteSettings") or {}).values()]
    for settings in given:
        refuse_parameters(
            {name: value for name, value in settings.items() if value},
            _THROTTLING,
            f"{operation}, route settings",
        )


def _check_model(operation: str, parameters: Mapping[str, Any]) -> None:
    errors = constraint_errors("apigatewayv2", operation, parameters)
    if errors is not None:
        raise BadRequest(errors)
