"""The errors of Elastic Load Balancing, with AWS's codes; texts that nobody has reported are unverified."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ElbError(ServiceException):
    """An error; each has a code of its own."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def not_found(kind: str) -> ElbError:
    """There is no such load balancer, target group, listener or rule."""
    return {
        "LoadBalancer": ElbError("LoadBalancerNotFound", "One or more load balancers not found"),
        "TargetGroup": ElbError("TargetGroupNotFound", "One or more target groups not found"),
        "Listener": ElbError("ListenerNotFound", "One or more listeners not found"),
        "Rule": ElbError("RuleNotFound", "One or more rules not found"),
    }[kind]


def invalid(message: str) -> ElbError:
    """A parameter is not accepted."""
    return ElbError("ValidationError", message)
