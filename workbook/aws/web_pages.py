"""The pages of AWS that anybody can visit, without a signature: those to which its messages have links.

    https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=...&Token=...     SubscribeURL
                                       /?Action=Unsubscribe&SubscriptionArn=...                UnsubscribeURL
                                       /confirmation.html, /unsubscribe.html                   links in emails
                                       /SimpleNotificationService-....pem                      SigningCertURL

A visit is an API call like any other, only unsigned, and so it is one in the trace. It goes the way that
boto3's requests go, so what it answers is AWS's XML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from workbook.aws.api_calls import ROUND_TRIP
from workbook.aws.endpoints import HttpResponse, NoConnection

if TYPE_CHECKING:
    from workbook.aws.endpoints import HttpRequest
    from workbook.engine.world import World

_HOST = re.compile(r"sns\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?")
_AWS = re.compile(r"(.*\.)?(amazonaws\.com(\.cn)?|aws\.amazon\.com)")
_ACTIONS = frozenset({"ConfirmSubscription", "Unsubscribe"})
"""What needs no signature."""
_CODE = re.compile(r"<Code>([^<]*)</Code>")
_SUBSCRIPTION = re.compile(r"<SubscriptionArn>([^<]*)</SubscriptionArn>")
_UNSIGNED = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code>"
    "<Message>Request is missing Authentication Token</Message></Error></ErrorResponse>"
)


def is_of_aws(url: str) -> bool:
    """Whether the host in a URL is AWS's."""
    return _AWS.fullmatch((urlsplit(url).hostname or "").lower()) is not None


def visit(world: World, request: HttpRequest) -> HttpResponse:
    """Ask a page of AWS; takes as long as an API call.

    Raises:
        NoConnection: the lab has no page there.
    """
    parts = urlsplit(request.url)
    match = _HOST.fullmatch((parts.hostname or "").lower())
    if match is None:
        raise _nothing_there(request.url)
    visited = _Visit(world, request, match[1], _parameters(request))
    if parts.path.endswith(".pem"):
        return visited.certificate()
    pages: Mapping[str, Callable[[], HttpResponse]] = {
        "": visited.action,
        "/": visited.action,
        "/confirmation.html": visited.confirmation_page,
        "/unsubscribe.html": visited.unsubscribe_page,
    }
    page = pages.get(parts.path)
    if page is None:
        raise _nothing_there(request.url)
    return page()


def _nothing_there(url: str) -> NoConnection:
    return NoConnection(
        f"the lab has no page of AWS at {url}; it has those of SNS: SubscribeURL, UnsubscribeURL, "
        "SigningCertURL and the links in its emails"
    )


def _parameters(request: HttpRequest) -> dict[str, str]:
    """Those in the URL, and in the body of a form."""
    body = parse_qs(request.body) if request.method == "POST" else {}
    return {**{name: values[-1] for name, values in body.items()}, **request.query}


@dataclass(frozen=True)
class _Visit:
    """One visit to the host of SNS in a Region."""

    world: World
    request: HttpRequest
    region: str
    parameters: Mapping[str, str]

    def certificate(self) -> HttpResponse:
        from workbook.aws.sns.certificate import (  # noqa: PLC0415 - only who verifies needs it
            certificate,
            is_certificate_url,
        )

        if not is_certificate_url(self.request.url, self.region):
            return HttpResponse(404, "Not Found")
        return HttpResponse(200, certificate(), {"Content-Type": "application/x-x509-ca-cert"})

    def action(self) -> HttpResponse:
        return self._call(self.parameters.get("Action", ""), self.parameters)

    def confirmation_page(self) -> HttpResponse:
        """What a person sees who clicks "Confirm subscription"."""
        answer = self._call("ConfirmSubscription", self.parameters)
        found = _SUBSCRIPTION.search(answer.body)
        if found is None:
            return HttpResponse(answer.status, "Subscription could not be confirmed.")
        topic = self.parameters["TopicArn"].rpartition(":")[2]
        who = self.parameters.get("Endpoint", "")
        return HttpResponse(
            200,
            f"Subscription confirmed!\n\nYou have subscribed {who} to the topic:\n{topic}.\n\n"
            f"Your subscription's id is:\n{found[1]}\n\n"
            "If it was not your intention to subscribe, click here to unsubscribe.",
        )

    def unsubscribe_page(self) -> HttpResponse:
        """What a person sees who clicks the link under a mail; its wording is unverified."""
        answer = self._call("Unsubscribe", self.parameters)
        if not answer.ok:
            return HttpResponse(answer.status, "Subscription could not be removed.")
        return HttpResponse(
            200,
            f"Subscription removed!\n\nYour subscription's id is:\n{self.parameters['SubscriptionArn']}\n\n"
            "If it was not your intention to unsubscribe, click here to resubscribe.",
        )

    def _call(self, action: str, parameters: Mapping[str, str]) -> HttpResponse:
        if action not in _ACTIONS:
            return HttpResponse(403, _UNSIGNED, {"Content-Type": "text/xml"})
        world = self.world
        hop = world.trace.record("api-call", f"sns:{action}", **_who(world), signed=False)
        with world.trace.under(hop):
            answer = self._ask_moto({**parameters, "Action": action})
        code = _CODE.search(answer.body)
        if not answer.ok:
            world.trace.amend(hop, outcome=code[1] if code else str(answer.status))
        world.kernel.sleep(ROUND_TRIP)
        return answer

    def _ask_moto(self, parameters: Mapping[str, str]) -> HttpResponse:
        import moto.sns  # noqa: F401, PLC0415 - our service goes in once moto's is there
        import requests  # noqa: PLC0415 - moto has it

        host = f"https://{urlsplit(self.request.url).hostname}/"
        answer = requests.get(host, params=dict(parameters), timeout=60)
        return HttpResponse(answer.status_code, answer.text, {"Content-Type": "text/xml"})


def _who(world: World) -> dict[str, Any]:
    actor = world.trace.actor
    return {} if actor is None else {"by": actor}
