"""An integration with a function: payload format 1.0 or 2.0, at most 30 seconds, no retries.

The function's policy must let apigateway.amazonaws.com invoke it for this API, stage and route; with
credentials, a role's policies must. A failure of any kind is a 500, and one that takes too long a 503.

Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs" and "Troubleshooting
issues with HTTP API Lambda integrations". What a throttled function is to the client is unverified (500).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbook.aws.apigatewayv2.refusals import Refused
from workbook.aws.awslambda.errors import LambdaError
from workbook.aws.web.calling import NotInTime, call, demand_permission, demand_role, function_of
from workbook.aws.web.payload_1 import event_1, response_1
from workbook.aws.web.payload_2 import MalformedAnswer, event_2, response_2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workbook.aws.awslambda.invocation import Invocation
    from workbook.aws.endpoints import HttpResponse
    from workbook.aws.web.payload_2 import Place
    from workbook.aws.web.requests import WebRequest
    from workbook.engine.world import World

SERVICE = "apigateway.amazonaws.com"
_TEXT = "text/plain; charset=utf-8"


def ask_function(
    world: World, request: WebRequest, place: Place, integration: Mapping[str, Any], source: str
) -> HttpResponse:
    """The response that a function makes of a request; `source` is the ARN of the API.

    Raises:
        Refused: the function did not run, failed, answered what is no response, or not in time.
    """
    version = integration["PayloadFormatVersion"]
    event = event_1(request, place, version="1.0") if version == "1.0" else event_2(request, place)
    context = {"aws:SourceArn": f"{source}/{place.stage}/{_route_in_arn(place.route_key)}"}
    try:
        invocation = _invoke(world, integration, json.dumps(event, ensure_ascii=False), context)
    except NotInTime as error:
        raise Refused(503, "Service Unavailable", str(error)) from None
    except LambdaError as error:
        raise Refused(500, "Internal Server Error", error.message) from None
    if invocation.function_error is not None:
        reason = f"the function failed: {invocation.hop.outcome}"
        raise Refused(500, "Internal Server Error", reason)
    try:
        if version == "1.0":
            return response_1(invocation.payload, _TEXT)
        return response_2(invocation.payload, _TEXT)
    except MalformedAnswer as error:
        raise Refused(500, "Internal Server Error", str(error)) from None


def _invoke(
    world: World, integration: Mapping[str, Any], event: str, context: Mapping[str, object]
) -> Invocation:
    arn, role = function_of(integration["IntegrationUri"]), integration.get("CredentialsArn")
    if role is None:
        demand_permission(world, arn, SERVICE, context)
    else:
        demand_role(world, role, arn, SERVICE, context)
    return call(world, arn, event, integration["TimeoutInMillis"] / 1_000)


def _route_in_arn(key: str) -> str:
    """A route as the ARN in a policy's condition names it: GET/orders/{id}, */orders, $default."""
    method, _, path = key.partition(" ")
    return key if not path else f"{'*' if method == 'ANY' else method}{path}"
