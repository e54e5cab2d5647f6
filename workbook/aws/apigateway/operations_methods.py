"""The operations on methods and their integrations: what a resource does when it is asked.

Integrations with a function are of the type AWS_PROXY (the function gets the request) or AWS (it gets the
body as it is); mapping templates, which are written in VTL, are refused by name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbook.aws.apigateway.errors import BadRequest, Conflict, NotFound
from workbook.aws.apigateway.registry import Resource, Settings, find_api
from workbook.aws.constraints import constraint_errors
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated, refuse_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workbook.aws.operations import Answer, Call

LONGEST_TIMEOUT = limit("apigateway.rest.timeout")
"""Milliseconds that an integration has."""
LEAST_TIMEOUT = 50
_METHODS = frozenset({"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_OF_METHOD = frozenset(
    {
        *("restApiId", "resourceId", "httpMethod", "authorizationType", "operationName"),
        *("apiKeyRequired", "requestParameters"),
    }
)
_OF_INTEGRATION = frozenset(
    {
        *("restApiId", "resourceId", "httpMethod", "type", "integrationHttpMethod", "uri", "connectionType"),
        *("credentials", "passthroughBehavior", "timeoutInMillis", "cacheNamespace"),
        "requestParameters",
    }
)
_OF_RESPONSE = frozenset({"restApiId", "resourceId", "httpMethod", "statusCode", "selectionPattern"})
_INVOCATIONS = re.compile(r"arn:[^:]+:apigateway:[^:]+:lambda:path/2015-03-31/functions/[^/]+/invocations")


def put_method(call: Call) -> Answer:
    """PutMethod."""
    parameters, resource = call.parameters, _resource(call)
    name = str(parameters["httpMethod"]).upper()
    if name not in _METHODS:
        raise BadRequest(f"Invalid HttpMethod specified. Valid options are {', '.join(sorted(_METHODS))}")
    authorization = parameters["authorizationType"]
    if authorization in {"CUSTOM", "COGNITO_USER_POOLS"}:
        raise NotSimulated(f"authorizationType {authorization}", "Use NONE or AWS_IAM.")
    if authorization not in {"NONE", "AWS_IAM"}:
        raise BadRequest(
            "Invalid Authorization type specified. Valid options are "
            "NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS"
        )
    if parameters.get("apiKeyRequired"):
        raise NotSimulated("apiKeyRequired (API keys and usage plans)", "Leave it out.")
    refuse_parameters(parameters, _OF_METHOD, "PutMethod")
    if name in resource.methods:
        raise Conflict("Method already exists for this resource")
    method: Settings = {
        "httpMethod": name,
        "authorizationType": authorization,
        "apiKeyRequired": False,
    }
    if parameters.get("operationName"):
        method["operationName"] = parameters["operationName"]
    if parameters.get("requestParameters"):
        _check_names(parameters["requestParameters"], "method")
        method["requestParameters"] = parameters["requestParameters"]
    resource.methods[name] = method
    return method


def get_method(call: Call) -> Answer:
    """GetMethod."""
    return _method(call)


def delete_method(call: Call) -> Answer:
    """DeleteMethod."""
    resource = _resource(call)
    del resource.methods[resource.method(call.parameters["httpMethod"])["httpMethod"]]
    return None


def put_method_response(call: Call) -> Answer:
    """PutMethodResponse: a status that an integration of the type AWS may answer with."""
    refuse_parameters(call.parameters, _OF_RESPONSE, "PutMethodResponse")
    method, status = _method(call), str(call.parameters["statusCode"])
    _check_status(status)
    responses = method.setdefault("methodResponses", {})
    if status in responses:
        raise Conflict("Response already exists for this resource")
    responses[status] = {"statusCode": status}
    return responses[status]  # type: ignore[no-any-return]


# ---- integrations


def put_integration(call: Call) -> Answer:
    """PutIntegration; it replaces the one that there is."""
    method, parameters = _method(call), call.parameters
    _check_integration(parameters)
    integration: Settings = {
        "type": parameters["type"],
        "httpMethod": parameters["integrationHttpMethod"],
        "uri": parameters["uri"],
        "passthroughBehavior": parameters.get("passthroughBehavior") or "WHEN_NO_MATCH",
        "timeoutInMillis": parameters.get("timeoutInMillis") or LONGEST_TIMEOUT,
        "cacheNamespace": parameters.get("cacheNamespace") or parameters["resourceId"],
        "cacheKeyParameters": [],
        "integrationResponses": {},
    }
    for name in ("credentials", "connectionType"):
        if parameters.get(name):
            integration[name] = parameters[name]
    if parameters.get("requestParameters"):
        _check_mappings(parameters["requestParameters"], method)
        integration["requestParameters"] = parameters["requestParameters"]
    method["methodIntegration"] = integration
    _record(call, integration)
    return integration


def get_integration(call: Call) -> Answer:
    """GetIntegration."""
    return _integration(call)


def delete_integration(call: Call) -> Answer:
    """DeleteIntegration."""
    _integration(call)
    del _method(call)["methodIntegration"]
    return None


def put_integration_response(call: Call) -> Answer:
    """PutIntegrationResponse: by which pattern of an error an answer of the type AWS gets its status."""
    if any((call.parameters.get("responseTemplates") or {}).values()):
        raise NotSimulated("responseTemplates (mapping templates in VTL)", "Let the body pass as it is.")
    parameters = {name: value for name, value in call.parameters.items() if name != "responseTemplates"}
    refuse_parameters(parameters, _OF_RESPONSE, "PutIntegrationResponse")
    status = str(call.parameters["statusCode"])
    _check_status(status)
    if status not in _method(call).get("methodResponses", {}):
        raise NotFound("Invalid Response status code specified")
    response = {"statusCode": status}
    if call.parameters.get("selectionPattern") is not None:
        _check_pattern(call.parameters["selectionPattern"])
        response["selectionPattern"] = call.parameters["selectionPattern"]
    _integration(call)["integrationResponses"][status] = response
    return response


OPERATIONS = (
    put_method,
    get_method,
    delete_method,
    put_method_response,
    put_integration,
    get_integration,
    delete_integration,
    put_integration_response,
)


# ---- helpers


def _resource(call: Call) -> Resource:
    api = find_api(call.world, call.account, call.region, call.parameters["restApiId"])
    return api.resource(call.parameters["resourceId"])


def _method(call: Call) -> Settings:
    return _resource(call).method(str(call.parameters["httpMethod"]))


def _integration(call: Call) -> Settings:
    integration: Settings | None = _method(call).get("methodIntegration")
    if integration is None:
        raise NotFound.of("Integration")
    return integration


def _check_status(status: str) -> None:
    if not re.fullmatch(r"[1-5]\d\d", status):
        raise BadRequest(f"Invalid status code {status} specified")


def _check_names(names: Iterable[str], side: str) -> None:
    for name in names:
        if not name.startswith(f"{side}.request.path."):
            raise NotSimulated(f"requestParameters {name}", "Variables of the path can be mapped.")


def _check_mappings(mappings: Mapping[str, str], method: Settings) -> None:
    """What an integration takes from the request must be declared by the method."""
    _check_names(mappings, "integration")
    undeclared = [one for one in mappings.values() if one not in method.get("requestParameters", {})]
    if undeclared:
        raise BadRequest(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
            f"[Invalid mapping expression parameter specified: {undeclared[0]}]"
        )


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        text = f"Invalid selection pattern specified: {error}"  # words unverified
        raise BadRequest(text) from None


def _check_integration(parameters: Any) -> None:  # noqa: ANN401 - a request's parameters
    errors = constraint_errors("apigateway", "PutIntegration", parameters)
    if errors is not None:
        raise BadRequest(errors)
    kind = parameters["type"]
    if kind in {"MOCK", "HTTP"}:
        raise NotSimulated(
            f"An integration of the type {kind} (it needs mapping templates in VTL)",
            "Use AWS_PROXY or HTTP_PROXY.",
        )
    if any((parameters.get("requestTemplates") or {}).values()):
        raise NotSimulated("requestTemplates (mapping templates in VTL)", "Use AWS_PROXY.")
    if parameters.get("connectionType") == "VPC_LINK":
        raise NotSimulated("connectionType VPC_LINK (a private integration)", "Use INTERNET.")
    known = {name: value for name, value in parameters.items() if name != "requestTemplates"}
    refuse_parameters(known, _OF_INTEGRATION, "PutIntegration")
    if not parameters.get("integrationHttpMethod"):
        raise BadRequest("Enumeration value for HttpMethod must be non-empty")
    timeout = parameters.get("timeoutInMillis")
    if timeout is not None and not LEAST_TIMEOUT <= timeout <= LONGEST_TIMEOUT:
        raise BadRequest(f"Timeout should be between {LEAST_TIMEOUT} ms and {LONGEST_TIMEOUT} ms")
    _check_uri(kind, str(parameters.get("uri") or ""))


def _check_uri(kind: str, uri: str) -> None:
    if kind == "HTTP_PROXY":
        if not re.match(r"https?://", uri):
            raise BadRequest("Invalid HTTP endpoint specified for URI")
        return
    if not uri.startswith("arn:"):
        raise BadRequest("Invalid ARN specified in the request")
    if not re.fullmatch(r"arn:[^:]+:apigateway:[^:]+:[^:]+:(path|action)/.+", uri):
        raise BadRequest("AWS ARN for integration must contain path or action")
    if not _INVOCATIONS.fullmatch(uri):
        service = uri.split(":")[4]
        if kind == "AWS_PROXY":
            raise BadRequest(
                "Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
                "Firehose stream invocations."
            )
        raise NotSimulated(f"An integration with {service}", "Let a function call that service.")


def _record(call: Call, integration: Settings) -> None:
    api = find_api(call.world, call.account, call.region, call.parameters["restApiId"])
    resource = api.resource(call.parameters["resourceId"])
    settings = {"Method": f"{call.parameters['httpMethod']} {resource.path}", "Uri": integration["uri"]}
    call.world.trace.record("configure", api.endpoint, settings=settings)
