"""EventBridge calls an API destination: at its rate, with the credentials of its connection, for 5 seconds.

    turn (rate) ── role ── connection authorized? ── request ──> 2xx: delivered
                                                        ├──────> 401, 407 (and a new token), 409, 429, 5xx,
                                                        │        no answer in 5 s: tried again
                                                        └──────> everything else: given up

Retry-After is heeded where it asks for a longer pause than the retry policy; a negative one ends the tries.
Parameters of the connection beat those of the target. The input is the request's body.

Sources: EventBridge User Guide, "API destinations" (headers, error codes); botocore 1.44, HttpParameters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from workbook.aws.delivery import Failure, Parcel, Sender, Target, Undelivered
from workbook.aws.delivery.outages import refuse_in_outage
from workbook.aws.delivery.permission import demand_role
from workbook.aws.endpoints import HttpRequest, HttpResponse, NoAnswer, NoConnection, ask
from workbook.aws.eventbridge.api_destinations import ApiDestination, find_api_destination
from workbook.aws.eventbridge.connections import AUTHORIZED, AUTHORIZING, Connection
from workbook.aws.eventbridge.credentials import TIMEOUT, credentials, renew
from workbook.aws.eventbridge.delivery_target import KINDS

if TYPE_CHECKING:
    from workbook.aws.delivery.targets import Answer
    from workbook.engine.world import World

USER_AGENT = "Amazon/EventBridge/ApiDestinations"
_FIXED = {"User-Agent": USER_AGENT, "Range": "bytes=0-1048575"}
"""Headers that nobody can change."""
_REMOVED = frozenset(
    {
        *("a-im", "accept-charset", "accept-datetime", "accept-encoding", "cache-control", "connection"),
        *("content-encoding", "content-length", "content-md5", "date", "expect", "forwarded", "from"),
        *("host", "http2-settings", "if-match", "if-modified-since", "if-none-match", "if-range"),
        *("if-unmodified-since", "max-forwards", "origin", "pragma", "proxy-authorization", "range"),
        *("referer", "te", "trailer", "transfer-encoding", "user-agent", "upgrade", "via", "warning"),
    }
)
"""Headers that EventBridge takes out of what a target or a connection asks for."""
_CREDENTIALS_REFUSED = frozenset({401, 407})
_TRIED_AGAIN = frozenset({401, 407, 409, 429})


def turn(world: World, arn: str) -> int:
    """The instant at which the next call of an API destination may start."""
    destination = find_api_destination(world, arn)
    return world.clock.now if destination is None else destination.take_turn(world.clock.now)


def accept(world: World, sender: Sender, arn: str, parcel: Parcel) -> Answer:
    """Call an API destination; `parcel.options` may have HttpParameters.

    Raises:
        Undelivered: it is gone or inactive, the role does not allow it, or the server did not take it.
    """
    destination = find_api_destination(world, arn)
    if destination is None:
        raise Undelivered(Failure.NO_RESOURCE, f"Api-destination {arn} does not exist.", status=400)
    demand_role(world, sender, "events:InvokeApiDestination", arn)
    connection = destination.connection(world)
    if connection is None or connection.state != AUTHORIZED:
        raise _unauthorized(connection)
    response = _called(world, _request(destination, connection, parcel))
    if response.status in _CREDENTIALS_REFUSED:
        renew(world, connection)
    if not response.ok:
        raise _refusal(response)
    return {"status": response.status, "body": response.body, "headers": dict(response.headers)}


def _unauthorized(connection: Connection | None) -> Undelivered:
    """A call waits while its connection is being authorized, and else is given up (both unverified)."""
    if connection is not None and connection.state == AUTHORIZING:
        return Undelivered(Failure.UNAVAILABLE, "The connection is being authorized.")
    return Undelivered(Failure.REJECTED, "The connection is not authorized.")


def _called(world: World, request: HttpRequest) -> HttpResponse:
    refuse_in_outage(world, request.url.partition("?")[0])
    try:
        return ask(world, request, TIMEOUT)
    except NoConnection as error:
        raise Undelivered(Failure.UNAVAILABLE, str(error)) from None
    except NoAnswer as error:
        raise Undelivered(Failure.TIMEOUT, str(error)) from None


def _refusal(response: HttpResponse) -> Undelivered:
    status, message = response.status, f"HTTP status {response.status}: {response.body}".rstrip(": ")
    if status < 500 and status not in _TRIED_AGAIN:
        return Undelivered(Failure.REJECTED, message, status=status)
    pause = _retry_after(response)
    if pause is not None and pause < 0:
        return Undelivered(Failure.REJECTED, message, status=status)
    failure = Failure.THROTTLED if status == 429 else Failure.UNAVAILABLE
    return Undelivered(failure, message, status=status, retry_after=pause)


def _retry_after(response: HttpResponse) -> float | None:
    """Seconds, as the server asks for; a date is not read (unverified whether AWS reads one)."""
    values = [value for name, value in response.headers.items() if name.lower() == "retry-after"]
    try:
        return float(values[0]) if values else None
    except ValueError:
        return None


def _request(destination: ApiDestination, connection: Connection, parcel: Parcel) -> HttpRequest:
    given: Mapping[str, Any] = parcel.options.get("HttpParameters") or {}
    query = {
        **(given.get("QueryStringParameters") or {}),
        **connection.http_parameters("QueryStringParameters"),
    }
    url = _with_path(destination.url, given.get("PathParameterValues") or ())
    if query:
        url += ("&" if "?" in url else "?") + urlencode(query)
    return HttpRequest(
        destination.method, url, _headers(connection, given, url), _body(connection, parcel.text)
    )


def _with_path(url: str, values: Any) -> str:  # noqa: ANN401 - a list of texts, as it was given
    """Each * replaced by the next value, encoded; those without a value stay."""
    for value in values:
        url = url.replace("*", quote(str(value), safe=""), 1)
    return url


def _headers(connection: Connection, given: Mapping[str, Any], url: str) -> dict[str, str]:
    wanted = {
        **(given.get("HeaderParameters") or {}),
        **connection.http_parameters("HeaderParameters"),
        **credentials(connection),
    }
    kept = {name: value for name, value in wanted.items() if name.lower() not in _REMOVED}
    if not any(name.lower() == "content-type" for name in kept):
        kept["Content-Type"] = "application/json; charset=utf-8"
    return {"Host": urlsplit(url).netloc, **_FIXED, **kept}


def _body(connection: Connection, text: str) -> str:
    """The input; the connection's own parameters are added where it is a JSON object."""
    added = connection.http_parameters("BodyParameters")
    if not added:
        return text
    try:
        document = json.loads(text)
    except ValueError:
        return text
    if not isinstance(document, dict):
        return text
    return json.dumps({**document, **added}, ensure_ascii=False, separators=(",", ":"))


KINDS["api-destination"] = accept

TARGET = Target(accept, takes_time=True, turn=turn)
