"""Amazon API Gateway, REST APIs; and how requests find these and the HTTP APIs, which share an address.

    https://apigateway.{region}.amazonaws.com/v2/apis...       HTTP APIs      workbook.aws.apigatewayv2
    https://apigateway.{region}.amazonaws.com/restapis...      REST APIs      here

    server ── operations_apis, operations_methods, operations_stages      the API that makes them
                └ registry                APIs, resources, methods, deployments, stages
    front ── integration                                                  what answers at the address

Neither is moto's: moto's API Gateway does not run what it keeps, and needs a package of its own to be loaded.
"""

from __future__ import annotations

import types
from typing import Any

import moto.awslambda  # noqa: F401 - our Lambda goes in once moto's is there
from moto.core.base_backend import BackendDict, BaseBackend

from workbook.aws.apigateway.server import RestApiResponse
from workbook.aws.apigatewayv2.server import HttpApiResponse

__all__ = ["BACKENDS"]


class ApiGatewayBackend(BaseBackend):
    """What moto asks for the URLs of a service; the APIs themselves are in the world."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - moto takes any object with these two names
        return types.SimpleNamespace(
            url_bases=[r"https?://apigateway\.(.+)\.amazonaws\.com"],
            url_paths={
                "{0}/v2/.*$": HttpApiResponse.dispatch,
                "{0}/.*$": RestApiResponse.dispatch,
            },
        )


BACKENDS = BackendDict(ApiGatewayBackend, "apigateway")
