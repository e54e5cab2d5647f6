"""What answers at a function URL: the plainest way from the web to a function.

No time limit but the function's own, no routes, no transformation. When the function fails the client gets
502 and no word of the error; when it is throttled, 429.

Sources: Lambda Developer Guide, "Invoking Lambda function URLs", "Control access to Lambda function URLs" and
"Monitoring Lambda function URLs"; answers as users of AWS report them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.access import ACTION, function_access
from workbook.aws.awslambda.errors import LambdaError, RequestTooLarge, ResourceNotFound, TooManyRequests
from workbook.aws.endpoints import Front, HttpResponse
from workbook.aws.policies import Principal
from workbook.aws.web.calling import call
from workbook.aws.web.cors import is_preflight, preflight, with_cors
from workbook.aws.web.payload_2 import MalformedAnswer, Place, event_2, response_2
from workbook.aws.web.requests import WebRequest, web_request
from workbook.aws.web.signatures import iam_authorizer, signer_of

if TYPE_CHECKING:
    from workbook.aws.awslambda.function_urls import FunctionUrl
    from workbook.aws.awslambda.invocation import Invocation
    from workbook.aws.endpoints import HttpRequest
    from workbook.engine.world import World

URL_ACTION = "lambda:InvokeFunctionUrl"
_JSON = "application/json"
_ANYBODY = Principal(account="", arn="anonymous", user_id="anonymous")
_FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


class FunctionUrlFront(Front):
    """The server at a function URL."""

    def __init__(self, world: World, url: FunctionUrl) -> None:
        self._world = world
        self._url = url

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request, after the function has run."""
        arrived = web_request(self._world, request, self._world.seeds.uuid("lambda.url-request-id"))
        cors = self._url.cors
        if cors is not None and is_preflight(arrived):
            return preflight(arrived, cors, 200)
        response = self._response(arrived)
        headers = {**response.headers, "x-amzn-requestid": arrived.id}
        headers["x-amzn-trace-id"] = arrived.headers["x-amzn-trace-id"]
        answered = HttpResponse(response.status, response.body, headers, response.cookies, response.facts)
        return answered if cors is None else with_cors(arrived, answered, cors)

    def _response(self, request: WebRequest) -> HttpResponse:
        signer = None
        if self._url.auth_type == "AWS_IAM":
            signer = signer_of(request, "lambda", self._url.arn.split(":")[3])
            if signer is None:
                return _refusal(403, _FORBIDDEN, "the request is not signed for lambda in this Region")
        reason = self._refused(signer or _ANYBODY)
        if reason is not None:
            return _refusal(403, _FORBIDDEN, reason)
        event = json.dumps(event_2(request, self._place(request, signer)), ensure_ascii=False)
        try:
            return _of_invocation(call(self._world, self._url.arn, event))
        except TooManyRequests as error:
            return _refusal(429, "Rate Exceeded.", error.reason, code=error.code)
        except RequestTooLarge as error:
            return _refusal(413, error.message, error.message, code=error.code)
        except LambdaError as error:
            return _refusal(502, "Internal Server Error", error.message)

    def _refused(self, who: Principal) -> str | None:
        """Why somebody may not ask; None for who may.

        An identity of the account itself needs no word of the function's policy, where its own allows it.
        """
        auth_type = self._url.auth_type
        if who.account == self._url.arn.split(":")[4]:
            return None
        asked: dict[str, dict[str, object]] = {
            URL_ACTION: {"lambda:FunctionUrlAuthType": auth_type},
            ACTION: {"lambda:InvokedViaFunctionUrl": "true"},
        }
        for action, context in asked.items():
            try:
                access = function_access(self._world, self._url.arn, who, context, action)
            except ResourceNotFound as error:
                return error.message
            if not access.allowed:
                return f"{action} is not allowed, {access.reason}"
        return None

    def _place(self, request: WebRequest, signer: Principal | None) -> Place:
        return Place(
            account="anonymous" if signer is None else signer.account,
            api_id=request.host.partition(".")[0],
            authorizer=None if signer is None else iam_authorizer(request, signer),
        )


def _of_invocation(invocation: Invocation) -> HttpResponse:
    if invocation.function_error is not None:
        return _refusal(502, "Internal Server Error", f"the function failed: {invocation.hop.outcome}")
    try:
        return response_2(invocation.payload, _JSON)
    except MalformedAnswer as error:
        return _refusal(502, "Internal Server Error", str(error))


def _refusal(status: int, message: str, reason: str, *, code: str | None = None) -> HttpResponse:
    """An answer of the URL itself; `reason` is for the trace alone."""
    headers: dict[str, Any] = {"content-type": _JSON}
    if status == 403:
        headers["x-amzn-errortype"] = "AccessDeniedException"
    elif code is not None:
        headers["x-amzn-errortype"] = code
    text = "Internal Server Error" if status == 502 else json.dumps({"Message": message})
    return HttpResponse(status, text, headers, facts={"reason": reason})
