"""Amazon Cognito user pools, as far as Lambda triggers reach: users sign up, are confirmed, and sign in.

    operations_* ──┬─ registry               pools, app clients, groups, users
                   ├─ sign_in, custom_challenges, migration, claims, tokens
                   ├─ messages               codes and passwords, to lab.mailbox
                   └─ triggers               the function is asked, and its answer decides

What is not here (MFA, SRP, passkeys, federation, managed login, devices ...) is refused by name.
"""

from __future__ import annotations

import types
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import BaseResponse

from workbook.aws.cognito import (
    operations_clients,
    operations_groups,
    operations_passwords,
    operations_pools,
    operations_sign_in,
    operations_sign_up,
    operations_users,
)
from workbook.aws.operations import method_of

__all__ = ["BACKENDS"]

_MODULES = (
    operations_pools,
    operations_clients,
    operations_groups,
    operations_users,
    operations_sign_up,
    operations_passwords,
    operations_sign_in,
)


class CognitoResponse(BaseResponse):
    """One request."""

    def __init__(self) -> None:
        super().__init__(service_name="cognito-idp")
        self.automated_parameter_parsing = True


class CognitoBackend(BaseBackend):
    """What moto asks for the URLs of a service; the pools themselves are in the world."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - moto takes any object with these two names
        return types.SimpleNamespace(
            url_bases=[r"https?://cognito-idp\.(.+)\.amazonaws\.com"],
            url_paths={"{0}/$": CognitoResponse.dispatch},
        )


for _module in _MODULES:
    for _operation in _module.OPERATIONS:
        setattr(CognitoResponse, _operation.__name__, method_of(_operation))

BACKENDS = BackendDict(CognitoBackend, "cognito-idp")
