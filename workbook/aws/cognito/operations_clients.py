"""The operations on app clients."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.checks import check, check_model
from workbook.aws.cognito.errors import InvalidParameter
from workbook.aws.cognito.registry import (
    Client,
    Pool,
    Settings,
    clients_of,
    find_client,
    find_pool,
    letters_and_digits,
)
from workbook.aws.cognito.tokens import seconds_of
from workbook.aws.paging import Pages

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

_LETTERS = string.ascii_lowercase + string.digits
_SETTINGS = """
    ClientName RefreshTokenValidity AccessTokenValidity IdTokenValidity TokenValidityUnits ReadAttributes
    WriteAttributes ExplicitAuthFlows PreventUserExistenceErrors EnableTokenRevocation AuthSessionValidity
"""
_DEFAULTS: Settings = {
    "RefreshTokenValidity": 30,
    "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
    "AllowedOAuthFlowsUserPoolClient": False,
    "PreventUserExistenceErrors": "LEGACY",
    "EnableTokenRevocation": True,
    "EnablePropagateAdditionalUserContextData": False,
    "AuthSessionValidity": 3,
}
_RANGES = {
    "AccessToken": (300, 86_400, "5 minutes and 1 day"),
    "IdToken": (300, 86_400, "5 minutes and 1 day"),
    "RefreshToken": (3_600, 315_360_000, "60 minutes and 3650 days"),
}
"""The seconds for which tokens may be good."""
_PAGES = Pages(size=60, largest=60, invalid=lambda: InvalidParameter("Invalid NextToken"))


def create_user_pool_client(call: Call) -> Answer:
    """CreateUserPoolClient."""
    check("CreateUserPoolClient", call.parameters, f"UserPoolId GenerateSecret {_SETTINGS}")
    pool = _pool(call)
    world, now = call.world, call.world.clock.now
    settings = _settings(call.parameters)
    if call.parameters.get("GenerateSecret"):
        settings["ClientSecret"] = letters_and_digits(world, 51, _LETTERS)
    client = Client(letters_and_digits(world, 26, _LETTERS), pool, settings, now, now)
    _check_validities(client)
    pool.clients[client.id] = clients_of(world)[client.id] = client
    return {"UserPoolClient": client.description()}


def describe_user_pool_client(call: Call) -> Answer:
    """DescribeUserPoolClient."""
    return {"UserPoolClient": _client(call).description()}


def update_user_pool_client(call: Call) -> Answer:
    """UpdateUserPoolClient: what is not given is as in a new one."""
    check("UpdateUserPoolClient", call.parameters, f"UserPoolId ClientId {_SETTINGS}")
    client = _client(call)
    before = client.settings
    client.settings = {"ClientName": before["ClientName"], **_settings(call.parameters)}
    if client_secret := before.get("ClientSecret"):
        client.settings["ClientSecret"] = client_secret
    try:
        _check_validities(client)
    except InvalidParameter:
        client.settings = before
        raise
    client.changed_at = call.world.clock.now
    return {"UserPoolClient": client.description()}


def delete_user_pool_client(call: Call) -> Answer:
    """DeleteUserPoolClient."""
    client = _client(call)
    del client.pool.clients[client.id]
    del clients_of(call.world)[client.id]
    return None


def list_user_pool_clients(call: Call) -> Answer:
    """ListUserPoolClients."""
    check_model("ListUserPoolClients", call.parameters)
    pool = _pool(call)
    shown = [
        {"ClientId": client.id, "UserPoolId": pool.id, "ClientName": client.settings["ClientName"]}
        for client in pool.clients.values()
    ]
    return _PAGES.page("UserPoolClients", shown, call.parameters)


OPERATIONS = (
    create_user_pool_client,
    describe_user_pool_client,
    update_user_pool_client,
    delete_user_pool_client,
    list_user_pool_clients,
)


# ---- helpers


def _pool(call: Call) -> Pool:
    return find_pool(call.world, call.account, call.region, call.parameters["UserPoolId"])


def _client(call: Call) -> Client:
    return find_client(call.world, call.parameters["ClientId"], _pool(call))


def _settings(parameters: Mapping[str, Any]) -> Settings:
    others = {"UserPoolId", "ClientId", "GenerateSecret"}
    given = {name: value for name, value in parameters.items() if value is not None and name not in others}
    kinds = {flow.startswith("ALLOW_") for flow in given.get("ExplicitAuthFlows") or ()}
    if len(kinds) > 1:
        raise InvalidParameter("ALLOW_ and legacy values of ExplicitAuthFlows cannot be mixed")
    if given.get("RefreshTokenValidity") == 0:
        del given["RefreshTokenValidity"]
    return {**_DEFAULTS, **given}


def _check_validities(client: Client) -> None:
    for kind, (least, most, text) in _RANGES.items():
        if not least <= seconds_of(client, kind) <= most:
            raise InvalidParameter(f"Invalid range for token validity: {kind}Validity is between {text}.")
