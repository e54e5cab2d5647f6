"""From a connection to the headers that say who calls; for OAuth, after a token was fetched.

The authorization server is asked with the client's id and secret in a Basic header, and a form whose fields
are the connection's BodyParameters: grant_type is among them, as AWS's own examples add it. Which of OAuth's
two ways of sending the credentials AWS takes is unverified. A token is kept until a call with it is answered
with 401 or 407; then a new one is fetched.

Sources: botocore 1.44, CreateConnection; EventBridge User Guide, "Amazon EventBridge connections".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from workbook.aws.endpoints import HttpRequest, HttpResponse, NoAnswer, NoConnection, ask
from workbook.aws.eventbridge.connections import (
    API_KEY,
    AUTHORIZED,
    AUTHORIZING,
    BASIC,
    DEAUTHORIZED,
    OAUTH,
    Connection,
)
from workbook.aws.limits import limit

if TYPE_CHECKING:
    from workbook.engine.world import World

TIMEOUT = float(limit("eventbridge.api-destination.timeout"))
"""Seconds that EventBridge waits for an answer (of an authorization server: unverified)."""
DEFAULT_TOKEN_TYPE = "Bearer"  # noqa: S105 - the word that stands before a token


def credentials(connection: Connection) -> dict[str, str]:
    """The headers that say who calls."""
    parameters = connection.parameters
    if connection.type == BASIC:
        given = parameters["BasicAuthParameters"]
        return {"Authorization": _basic(given["Username"], given["Password"])}
    if connection.type == API_KEY:
        given = parameters["ApiKeyAuthParameters"]
        return {given["ApiKeyName"]: given["ApiKeyValue"]}
    return {"Authorization": connection.token} if connection.token else {}


def authorize(world: World, connection: Connection) -> None:
    """Begin to authorize a connection that is new or changed; with OAuth that takes a request, and time."""
    connection.generation += 1
    connection.authorized, connection.reason = world.clock.now, None
    if connection.type != OAUTH:
        connection.state = AUTHORIZED
        return
    connection.state, connection.token = AUTHORIZING, None
    generation = connection.generation
    world.kernel.spawn(
        lambda: _fetch(world, connection, generation), name=f"authorization of {connection.name}"
    )


def renew(world: World, connection: Connection) -> None:
    """Fetch another token, now, because the one that was used is not taken any more."""
    if connection.type == OAUTH:
        connection.generation += 1
        _fetch(world, connection, connection.generation)


def _fetch(world: World, connection: Connection, generation: int) -> None:
    given = connection.parameters["OAuthParameters"]
    reason = token = None
    try:
        token = _token_in(ask(world, _request(given), TIMEOUT))
    except (NoConnection, NoAnswer) as error:
        reason = str(error)
    except ValueError as error:
        reason = f"The authorization endpoint gave no token: {error}"
    if connection.generation != generation:  # it was changed or deleted meanwhile
        return
    connection.token, connection.reason = token, reason
    connection.state = AUTHORIZED if token else DEAUTHORIZED
    if token:
        connection.authorized = world.clock.now
    world.trace.record("configure", connection.arn, settings=connection.settings())


def _request(given: Mapping[str, Any]) -> HttpRequest:
    extra = given.get("OAuthHttpParameters") or {}
    client = given["ClientParameters"]
    headers = {
        "Authorization": _basic(client["ClientID"], client["ClientSecret"]),
        "Content-Type": "application/x-www-form-urlencoded",
        **_fields(extra, "HeaderParameters"),
    }
    query = urlencode(_fields(extra, "QueryStringParameters"))
    url = given["AuthorizationEndpoint"]
    if query:
        url += ("&" if "?" in url else "?") + query
    body = urlencode(_fields(extra, "BodyParameters"))
    return HttpRequest(given["HttpMethod"], url, headers, body)


def _token_in(response: HttpResponse) -> str:
    """The Authorization header that an authorization server's answer stands for.

    Raises:
        ValueError: it gives no token.
    """
    if not response.ok:
        raise ValueError(f"status {response.status}")
    answer = json.loads(response.body)
    if not isinstance(answer, dict) or not answer.get("access_token"):
        raise ValueError("no access_token in its answer")
    return f"{answer.get('token_type') or DEFAULT_TOKEN_TYPE} {answer['access_token']}"


def _fields(parameters: Mapping[str, Any], kind: str) -> dict[str, str]:
    return {entry["Key"]: entry.get("Value", "") for entry in parameters.get(kind) or ()}


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
