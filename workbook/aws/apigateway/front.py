"""What answers at the address of a REST API: stage, resource, policy, authorization, throttle, integration.

    https://{id}.execute-api.{region}.amazonaws.com/{stage}/orders/7

What is not there is not a 404: the client is told that it lacks a token, as a resource with a method is what
a permission is for.

Sources: API Gateway Developer Guide, "Gateway response types for API Gateway" and "Troubleshooting"; answers
of AWS recorded in public test suites and reported by its users.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbook.aws.apigateway.integration import ask_function, ask_function_plainly, ask_server
from workbook.aws.apigateway.refusals import Refused
from workbook.aws.apigatewayv2.routing import match_path
from workbook.aws.endpoints import Front, HttpResponse
from workbook.aws.limits import limit
from workbook.aws.policies import Principal, Verdict, parse_policy
from workbook.aws.policy_conditions import request_keys
from workbook.aws.web.payload_2 import Place
from workbook.aws.web.requests import WebRequest, web_request
from workbook.aws.web.signatures import iam_authorizer, signer_of

if TYPE_CHECKING:
    from workbook.aws.apigateway.registry import Deployment, Resource, RestApi, Settings
    from workbook.aws.endpoints import HttpRequest
    from workbook.engine.world import World

ACTION = "execute-api:Invoke"
LARGEST_PAYLOAD = limit("apigateway.payload")
"""Bytes of a request's body."""
_ANYBODY = Principal(account="", arn="anonymous", user_id="anonymous")


class RestApiFront(Front):
    """The server at the address of an API."""

    def __init__(self, world: World, api: RestApi) -> None:
        self._world = world
        self._api = api

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request, after the integration has answered."""
        arrived = web_request(self._world, request, self._world.seeds.uuid("apigateway.request-id"))
        try:
            response = self._response(arrived)
        except Refused as refusal:
            response = refusal.response
        headers = {**response.headers, "x-amzn-requestid": arrived.id}
        return replace(response, headers={**headers, "x-amzn-trace-id": arrived.headers["x-amzn-trace-id"]})

    def _response(self, request: WebRequest) -> HttpResponse:
        name, _, rest = request.path[1:].partition("/")
        stage = self._api.stages.get(name)
        if stage is None or self._api.is_disabled:
            raise Refused(403, "Forbidden", "ForbiddenException", f"there is no stage {name!r} to ask")
        path = f"/{rest}"
        deployment = self._api.deployments[stage["deploymentId"]]
        resource, variables = _resource(deployment, path)
        method = resource.methods.get(request.method) or resource.methods.get("ANY")
        if method is None:
            raise _no_token(f"{resource.path} has no method {request.method}")
        self._world.trace.note(route=f"{method['httpMethod']} {resource.path}", stage=name)
        signer = self._signer(request, method)
        self._demand_policy(deployment.policy, signer, f"{name}/{request.method}{path}")
        self._throttle(stage)
        if len(request.content) > LARGEST_PAYLOAD:
            raise Refused(413, "Request Too Long", "RequestEntityTooLargeException", "more than 10 MB")
        place = Place(
            account=self._api.account,
            api_id=self._api.id,
            route_key=f"{method['httpMethod']} {resource.path}",
            stage=name,
            authorizer=None if signer is None else iam_authorizer(request, signer),
            path_parameters=variables,
            stage_variables=stage.get("variables", {}),
        )
        return self._integrate(request, place, path, method, resource)

    def _integrate(
        self, request: WebRequest, place: Place, path: str, method: Settings, resource: Resource
    ) -> HttpResponse:
        integration = method["methodIntegration"]
        if integration["type"] == "HTTP_PROXY":
            return ask_server(self._world, request, place, integration)
        verb = "*" if method["httpMethod"] == "ANY" else method["httpMethod"]
        source = f"{self._api.arn}/{place.stage}/{verb}{resource.path}"
        if integration["type"] == "AWS":
            return ask_function_plainly(self._world, request, integration, source)
        context = {"deploymentId": self._api.stages[place.stage]["deploymentId"], "resourceId": resource.id}
        return ask_function(self._world, request, place, integration, source, path=path, context=context)

    def _signer(self, request: WebRequest, method: Settings) -> Principal | None:
        if method["authorizationType"] == "NONE":
            return None
        signer = signer_of(request, "execute-api", self._api.region)
        if signer is None:
            raise _no_token("the request is not signed for execute-api in this Region")
        return signer

    def _demand_policy(self, policy: str, signer: Principal | None, place: str) -> None:
        """Hold a request against the resource policy that was deployed.

        An identity of another account needs its word; of the own account, and unsigned, only a policy that is
        there counts.
        """
        if not policy and (signer is None or signer.account == self._api.account):
            return
        who, resource = signer or _ANYBODY, f"{self._api.arn}/{place}"
        context = request_keys(self._world.clock.datetime(), self._api.region, self._api.account)
        verdict = Verdict.SILENT
        if policy:
            verdict = parse_policy(policy).verdict(who, ACTION, resource, context)
        if verdict is Verdict.ALLOWED or (verdict is Verdict.SILENT and who.account == self._api.account):
            return
        hidden = resource.replace(self._api.account, f"********{self._api.account[-4:]}")
        why = " with an explicit deny" if verdict is Verdict.DENIED else ""
        text = f"User: {who.arn} is not authorized to perform: {ACTION} on resource: {hidden}{why}"
        raise Refused(403, text, "AccessDeniedException", "the API's resource policy", field="Message")

    def _throttle(self, stage: Settings) -> None:
        settings = stage["methodSettings"].get("*/*", {})
        rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
        if not self._api.throttle.lets_through(
            (stage["stageName"], "*/*"), rate, burst, self._world.clock.now
        ):
            reason = f"the stage takes {rate:g} requests a second, {burst} at once"
            raise Refused(429, "Too Many Requests", "TooManyRequestsException", reason)


def _no_token(reason: str) -> Refused:
    return Refused(403, "Missing Authentication Token", "MissingAuthenticationTokenException", reason)


def _resource(deployment: Deployment, path: str) -> tuple[Resource, dict[str, str]]:
    """The most specific resource with methods whose path matches, and the variables in it."""
    found = []
    for resource in deployment.resources.values():
        matched = ({}, ()) if resource.path == path else match_path(resource.path, path)
        if matched is not None and resource.methods:
            found.append((matched[1], matched[0], resource))
    if not found:
        raise _no_token(f"no resource matches {path}")
    _, variables, resource = min(found, key=lambda one: one[0])
    return resource, variables
