"""The operations on routes and integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.apigatewayv2.errors import Conflict, NotFound
from workbook.aws.apigatewayv2.pages import page
from workbook.aws.apigatewayv2.registry import HttpApi, Settings, find_api, identifier
from workbook.aws.apigatewayv2.settings import LONGEST_TIMEOUT, check_integration, check_route

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call


# ---- routes


def create_route(call: Call) -> Answer:
    """CreateRoute."""
    api, parameters = _api(call), call.parameters
    check_route(api, parameters, "CreateRoute")
    _refuse_key_in_use(api, parameters["RouteKey"])
    route: Settings = {
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        **_given(parameters),
        "RouteId": identifier(call.world, 7),
    }
    api.routes[route["RouteId"]] = route
    _changed(call, api)
    return route


def get_route(call: Call) -> Answer:
    """GetRoute."""
    return _api(call).part("Route", call.parameters["RouteId"])


def get_routes(call: Call) -> Answer:
    """GetRoutes."""
    return page(list(_api(call).routes.values()), call.parameters)


def update_route(call: Call) -> Answer:
    """UpdateRoute. What is not given stays as it is."""
    api = _api(call)
    route = api.part("Route", call.parameters["RouteId"])
    check_route(api, call.parameters, "UpdateRoute")
    key = call.parameters.get("RouteKey")
    if key is not None and key != route["RouteKey"]:
        _refuse_key_in_use(api, key)
    route |= _given(call.parameters)
    _changed(call, api)
    return route


def delete_route(call: Call) -> Answer:
    """DeleteRoute."""
    api = _api(call)
    del api.routes[api.part("Route", call.parameters["RouteId"])["RouteId"]]
    _changed(call, api)
    return None


# ---- integrations


def create_integration(call: Call) -> Answer:
    """CreateIntegration."""
    api = _api(call)
    integration: Settings = {
        "ConnectionType": "INTERNET",
        "PayloadFormatVersion": "1.0",
        "TimeoutInMillis": LONGEST_TIMEOUT,
        **_given(call.parameters),
    }
    check_integration(integration, "CreateIntegration")
    integration["IntegrationId"] = identifier(call.world, 7)
    api.integrations[integration["IntegrationId"]] = integration
    _changed(call, api)
    return integration


def get_integration(call: Call) -> Answer:
    """GetIntegration."""
    return _api(call).part("Integration", call.parameters["IntegrationId"])


def get_integrations(call: Call) -> Answer:
    """GetIntegrations."""
    return page(list(_api(call).integrations.values()), call.parameters)


def update_integration(call: Call) -> Answer:
    """UpdateIntegration. What is not given stays as it is."""
    api = _api(call)
    integration = api.part("Integration", call.parameters["IntegrationId"])
    changed = integration | _given(call.parameters)
    check_integration(
        {name: value for name, value in changed.items() if name != "ApiGatewayManaged"}, "UpdateIntegration"
    )
    integration |= changed
    _changed(call, api)
    return integration


def delete_integration(call: Call) -> Answer:
    """DeleteIntegration; one that a route leads to is refused (text unverified)."""
    api = _api(call)
    identifier_ = api.part("Integration", call.parameters["IntegrationId"])["IntegrationId"]
    using = [
        route["RouteId"]
        for route in api.routes.values()
        if route.get("Target") == f"integrations/{identifier_}"
    ]
    if using:
        raise Conflict(
            f"Cannot delete Integration {identifier_}, it is referenced in route {', '.join(using)}"
        )
    del api.integrations[identifier_]
    _changed(call, api)
    return None


OPERATIONS = (
    create_route,
    get_route,
    get_routes,
    update_route,
    delete_route,
    create_integration,
    get_integration,
    get_integrations,
    update_integration,
    delete_integration,
)


# ---- helpers


def _api(call: Call) -> HttpApi:
    return find_api(call.world, call.account, call.region, call.parameters["ApiId"])


def _given(parameters: Any) -> Settings:  # noqa: ANN401 - a request's parameters
    return {name: value for name, value in parameters.items() if value is not None and name != "ApiId"}


def _refuse_key_in_use(api: HttpApi, key: str) -> None:
    if any(route["RouteKey"] == key for route in api.routes.values()):
        raise Conflict(f"Route with key {key} already exists for this API")


def _changed(call: Call, api: HttpApi) -> None:
    """Routes are how an API is set: the trace shows where each leads, and stages may follow."""
    routes: dict[str, Any] = {}
    for route in api.routes.values():
        try:
            integration = api.part("Integration", str(route.get("Target")).removeprefix("integrations/"))
        except NotFound:
            routes[route["RouteKey"]] = None
        else:
            routes[route["RouteKey"]] = integration["IntegrationUri"]
    call.world.trace.record("configure", api.endpoint, settings={"Routes": routes})
    api.deploy_automatically(call.world)
