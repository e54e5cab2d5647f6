"""The address of a user pool, at which anybody gets the keys that verify its tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.aws.cognito.tokens import public_keys
from workbook.aws.endpoints import Front, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from workbook.aws.cognito.registry import Pool

_JSON = {"content-type": "application/json"}


@dataclass
class PoolFront(Front):
    """What answers below the issuer of a pool's tokens."""

    pool: Pool

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The keys; of its other pages none is simulated."""
        if request.method == "GET" and request.url == f"{self.pool.issuer}/.well-known/jwks.json":
            return HttpResponse(200, json.dumps(public_keys()), _JSON)
        return HttpResponse(404, json.dumps({"message": "Not Found"}), _JSON)
