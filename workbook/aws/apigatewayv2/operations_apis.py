"""The operations on APIs themselves and on tags.

With Target, CreateApi makes all that is needed for one function ("quick create"): an integration, the route
$default and the stage $default with AutoDeploy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.apigatewayv2.errors import NotFound
from workbook.aws.apigatewayv2.front import HttpApiFront
from workbook.aws.apigatewayv2.pages import page
from workbook.aws.apigatewayv2.registry import HttpApi, Settings, find_api, identifier, registry_of
from workbook.aws.apigatewayv2.settings import DEFAULT, LONGEST_TIMEOUT, check_api
from workbook.aws.endpoints import close_front, open_front
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

_KEPT = ("CorsConfiguration", "Description", "DisableExecuteApiEndpoint", "Name", "Version")


def create_api(call: Call) -> Answer:
    """CreateApi."""
    check_api(call.parameters, "CreateApi")
    world, parameters = call.world, call.parameters
    settings: Settings = {
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "CreatedDate": datetime_of(world.clock.now),
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "ProtocolType": "HTTP",
        "RouteSelectionExpression": "$request.method $request.path",
        "Tags": dict(parameters.get("Tags") or {}),
        **{name: parameters[name] for name in _KEPT if parameters.get(name) is not None},
    }
    api = HttpApi(identifier(world, 10), call.account, call.region, settings)
    registry_of(world, call.account, call.region)[api.id] = api
    open_front(world, api.endpoint, HttpApiFront(world, api))
    world.trace.record("create", api.endpoint, settings={"Name": settings["Name"], "ProtocolType": "HTTP"})
    if parameters.get("Target"):
        _create_quickly(call, api)
    return _description(api)


def get_api(call: Call) -> Answer:
    """GetApi."""
    return _description(_api(call))


def get_apis(call: Call) -> Answer:
    """GetApis."""
    apis = registry_of(call.world, call.account, call.region).values()
    return page([_description(api) for api in apis], call.parameters)


def update_api(call: Call) -> Answer:
    """UpdateApi. What is not given stays as it is; of an API that was created quickly, Target too."""
    check_api(call.parameters, "UpdateApi")
    api, parameters = _api(call), call.parameters
    api.settings |= {name: parameters[name] for name in _KEPT if parameters.get(name) is not None}
    if parameters.get("Target"):
        for integration in api.integrations.values():
            if integration.get("ApiGatewayManaged"):
                integration["IntegrationUri"] = parameters["Target"]
        api.deploy_automatically(call.world)
    _changed(call, api)
    return _description(api)


def delete_cors_configuration(call: Call) -> Answer:
    """DeleteCorsConfiguration."""
    api = _api(call)
    api.settings.pop("CorsConfiguration", None)
    _changed(call, api)
    return None


def delete_api(call: Call) -> Answer:
    """DeleteApi, with all that belongs to it."""
    api = _api(call)
    del registry_of(call.world, call.account, call.region)[api.id]
    close_front(call.world, api.endpoint)
    return None


def get_tags(call: Call) -> Answer:
    """GetTags."""
    return {"Tags": dict(_tags(call))}


def tag_resource(call: Call) -> Answer:
    """TagResource: an API or a stage."""
    _tags(call).update(call.parameters.get("Tags") or {})
    return {}


def untag_resource(call: Call) -> Answer:
    """UntagResource; it need not have the tags."""
    tags = _tags(call)
    for key in call.parameters["TagKeys"]:
        tags.pop(key, None)
    return None


OPERATIONS = (
    create_api,
    get_api,
    get_apis,
    update_api,
    delete_cors_configuration,
    delete_api,
    get_tags,
    tag_resource,
    untag_resource,
)


# ---- helpers


def _api(call: Call) -> HttpApi:
    return find_api(call.world, call.account, call.region, call.parameters["ApiId"])


def _changed(call: Call, api: HttpApi) -> None:
    kept = {name: api.settings[name] for name in _KEPT if name in api.settings}
    call.world.trace.record("configure", api.endpoint, settings=kept)


def _description(api: HttpApi) -> dict[str, Any]:
    return {"ApiEndpoint": api.endpoint, "ApiId": api.id, **api.settings}


def _create_quickly(call: Call, api: HttpApi) -> None:
    world, target = call.world, str(call.parameters["Target"])
    integration_id, route_id = identifier(world, 7), identifier(world, 7)
    to_function = target.startswith("arn:")
    api.integrations[integration_id] = {
        "ApiGatewayManaged": True,
        "ConnectionType": "INTERNET",
        "IntegrationId": integration_id,
        "IntegrationMethod": "POST" if to_function else "ANY",
        "IntegrationType": "AWS_PROXY" if to_function else "HTTP_PROXY",
        "IntegrationUri": target,
        "PayloadFormatVersion": "2.0" if to_function else "1.0",
        "TimeoutInMillis": LONGEST_TIMEOUT,
    }
    if call.parameters.get("CredentialsArn"):
        api.integrations[integration_id]["CredentialsArn"] = call.parameters["CredentialsArn"]
    api.routes[route_id] = {
        "ApiGatewayManaged": True,
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        "RouteId": route_id,
        "RouteKey": call.parameters.get("RouteKey") or DEFAULT,
        "Target": f"integrations/{integration_id}",
    }
    now = datetime_of(world.clock.now)
    api.stages[DEFAULT] = {
        "ApiGatewayManaged": True,
        "AutoDeploy": True,
        "CreatedDate": now,
        "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
        "LastUpdatedDate": now,
        "RouteSettings": {},
        "StageName": DEFAULT,
        "StageVariables": {},
        "Tags": {},
    }
    api.deploy_automatically(world)


def _tags(call: Call) -> dict[str, str]:
    """The tags of the API or stage that an ARN names."""
    arn = str(call.parameters["ResourceArn"])
    identifier_, _, stage = arn.partition("/apis/")[2].partition("/stages/")
    api = registry_of(call.world, call.account, call.region).get(identifier_)
    if api is None:
        raise NotFound(f"Invalid API identifier specified {arn}")
    tags: dict[str, str] = (api.part("Stage", stage) if stage else api.settings)["Tags"]
    return tags
