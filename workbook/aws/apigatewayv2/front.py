"""What answers at the address of an HTTP API: stage, throttle, CORS, route, authorization, integration.

    https://{id}.execute-api.{region}.amazonaws.com/orders          stage $default
    https://{id}.execute-api.{region}.amazonaws.com/test/orders     stage test

Whatever goes wrong on the way, the client reads one word of it at most; the reason is in the trace.

Sources: API Gateway Developer Guide, "Working with HTTP APIs" and "Throttle requests to your HTTP APIs";
answers as users of AWS report them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbook.aws.apigatewayv2.http_integration import ask_server
from workbook.aws.apigatewayv2.lambda_integration import ask_function
from workbook.aws.apigatewayv2.refusals import Refused
from workbook.aws.apigatewayv2.routing import DEFAULT, Match, choose_route
from workbook.aws.endpoints import Front, HttpResponse
from workbook.aws.limits import limit
from workbook.aws.web.cors import is_preflight, preflight, with_cors
from workbook.aws.web.payload_2 import Place
from workbook.aws.web.requests import WebRequest, web_request
from workbook.aws.web.signatures import iam_authorizer, signer_of

if TYPE_CHECKING:
    from workbook.aws.apigatewayv2.registry import Deployment, HttpApi, Settings
    from workbook.aws.endpoints import HttpRequest
    from workbook.engine.world import World

LARGEST_PAYLOAD = limit("apigateway.payload")
"""Bytes of a request's body."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class HttpApiFront(Front):
    """The server at the address of an API."""

    def __init__(self, world: World, api: HttpApi) -> None:
        self._world = world
        self._api = api

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request, after the integration has answered."""
        arrived = web_request(self._world, request, self._request_id())
        cors = self._api.settings.get("CorsConfiguration")
        if cors is not None and is_preflight(arrived):
            response = preflight(arrived, cors, 204)
        else:
            try:
                response = self._response(arrived)
            except Refused as refusal:
                response = refusal.response
            response = response if cors is None else with_cors(arrived, response, cors)
        return replace(response, headers={**response.headers, "apigw-requestid": arrived.id})

    def _response(self, request: WebRequest) -> HttpResponse:
        if self._api.settings["DisableExecuteApiEndpoint"]:
            raise Refused(404, "Not Found", "the API's own endpoint is disabled")
        stage, path = self._stage(request)
        deployment = self._api.deployments.get(stage.get("DeploymentId", ""))
        if deployment is None:
            raise Refused(404, "Not Found", f"nothing is deployed to stage {stage['StageName']}")
        match = choose_route(deployment.routes.values(), request.method, path)
        if match is None:
            raise Refused(404, "Not Found", "no route matches")
        self._world.trace.note(route=match.route["RouteKey"], stage=stage["StageName"])
        self._throttle(stage, match.route["RouteKey"])
        if len(request.content) > LARGEST_PAYLOAD:
            raise Refused(413, "Request Entity Too Large", "the body has more than 10 MB")
        place = self._place(request, stage, match)
        return self._integrate(request, place, _integration(deployment, match))

    def _integrate(self, request: WebRequest, place: Place, integration: Settings) -> HttpResponse:
        if integration["IntegrationType"] == "HTTP_PROXY":
            return ask_server(self._world, request, place, integration)
        return ask_function(self._world, request, place, integration, self._api.arn)

    def _stage(self, request: WebRequest) -> tuple[Settings, str]:
        """The stage, and the path without its name."""
        name, _, rest = request.path[1:].partition("/")
        if name in self._api.stages and name != DEFAULT:
            return self._api.stages[name], f"/{rest}"
        if DEFAULT in self._api.stages:
            return self._api.stages[DEFAULT], request.path
        raise Refused(404, "Not Found", f"there is no stage {name!r}, and none called $default")

    def _throttle(self, stage: Settings, key: str) -> None:
        """Hold a request against the limits of its route, where the stage has some."""
        settings: dict[str, Any] = {**stage["DefaultRouteSettings"], **stage["RouteSettings"].get(key, {})}
        rate, burst = settings.get("ThrottlingRateLimit"), settings.get("ThrottlingBurstLimit")
        place = stage["StageName"], key
        if not self._api.throttle.lets_through(place, rate, burst, self._world.clock.now):
            raise Refused(
                429, "Too Many Requests", f"{key} takes {rate:g} requests a second, {burst} at once"
            )

    def _place(self, request: WebRequest, stage: Settings, match: Match) -> Place:
        authorizer = None
        if match.route["AuthorizationType"] == "AWS_IAM":
            signer = signer_of(request, "execute-api", self._api.region)
            if signer is None:
                raise Refused(403, "Forbidden", "the request is not signed for execute-api in this Region")
            if signer.account != self._api.account:
                raise Refused(403, "Forbidden", "the signer is of another account; there is no policy")
            authorizer = iam_authorizer(request, signer)
        return Place(
            account=self._api.account,
            api_id=self._api.id,
            route_key=match.route["RouteKey"],
            stage=stage["StageName"],
            authorizer=authorizer,
            path_parameters=match.variables,
            stage_variables=stage["StageVariables"],
        )

    def _request_id(self) -> str:
        chance = self._world.seeds.stream("apigatewayv2.request-ids")
        return "".join(chance.choices(_LETTERS, k=15)) + "="


def _integration(deployment: Deployment, match: Match) -> Settings:
    target = str(match.route.get("Target", "")).removeprefix("integrations/")
    integration = deployment.integrations.get(target)
    if integration is None:
        raise Refused(500, "Internal Server Error", "the route has no integration")
    return integration
