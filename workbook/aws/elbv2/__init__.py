"""Elastic Load Balancing: application load balancers whose targets are functions.

    server ── operations_balancers, operations_listeners      the API that makes them
                └ registry                                    load balancers, listeners, rules, target groups
    front                                                     what answers at http://{name}-{number}...

Other types of load balancers and targets, HTTPS, health checks, weights and authentication are refused by
name.
"""

from __future__ import annotations

import types
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import BaseResponse

from workbook.aws.elbv2 import operations_balancers, operations_listeners
from workbook.aws.operations import method_of

__all__ = ["BACKENDS"]


class LoadBalancingResponse(BaseResponse):
    """One request."""

    def __init__(self) -> None:
        super().__init__(service_name="elbv2")
        self.automated_parameter_parsing = True


class LoadBalancingBackend(BaseBackend):
    """What moto asks for the URLs of a service; the load balancers themselves are in the world."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - moto takes any object with these two names
        return types.SimpleNamespace(
            url_bases=[r"https?://elasticloadbalancing\.(.+)\.amazonaws\.com"],
            url_paths={"{0}/$": LoadBalancingResponse.dispatch},
        )


for _operation in (*operations_balancers.OPERATIONS, *operations_listeners.OPERATIONS):
    setattr(LoadBalancingResponse, _operation.__name__, method_of(_operation))

BACKENDS = BackendDict(LoadBalancingBackend, "elbv2")
