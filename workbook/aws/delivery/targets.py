"""Who takes a delivery: one target for each service, found by the ARN and loaded when first used.

A target does what that service does with a request of another service: it asks for permission, checks what
comes, takes it, and answers. It raises `Undelivered` and nothing else.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery.shipment import Parcel, Sender

if TYPE_CHECKING:
    from workbook.engine.world import World

Answer = Mapping[str, Any]
Accept = Callable[["World", Sender, str, Parcel], Answer]


@dataclass(frozen=True)
class Target:
    """How one service takes what another delivers."""

    accept: Accept
    """World, sender, the target's ARN or URL, parcel -> what the target answers."""
    takes_time: bool = False
    """Whether an answer takes virtual time, so that others must not wait for it."""
    turn: Callable[[World, str], int] | None = None
    """For a target with a limited rate: the instant of the next turn, which is taken by asking."""


_MODULES = {
    "sqs": "workbook.aws.delivery.to_queue",
    "lambda": "workbook.aws.delivery.to_function",
    "sns": "workbook.aws.sns.delivery_target",
    "events": "workbook.aws.eventbridge.delivery_target",
    "api-destination": "workbook.aws.eventbridge.api_destination_target",
    "states": "workbook.aws.delivery.to_state_machine",
    "kinesis": "workbook.aws.delivery.to_stream",
    "firehose": "workbook.aws.delivery.to_delivery_stream",
    "scheduler": "workbook.aws.scheduler.universal_target",
    "logs": "workbook.aws.delivery.to_log_group",
    "https": "workbook.aws.delivery.to_endpoint",
    "http": "workbook.aws.delivery.to_endpoint",
    "mailto": "workbook.aws.mailbox",
    "sms": "workbook.aws.sns.sms_delivery",
    **dict.fromkeys(
        (
            *("ecs", "batch", "glue", "codebuild", "codepipeline", "sagemaker", "redshift"),
            *("redshift-serverless", "inspector", "ssm"),
        ),
        "workbook.aws.delivery.stand_ins",
    ),
}
"""The module with `TARGET` for each service in an ARN, or scheme of a URL; API destinations are not buses."""
_OVER_MOTO = {
    "sns": "moto.sns",
    "sms": "moto.sns",
    "events": "moto.events.responses",
    "api-destination": "moto.events.responses",
    "lambda": "moto.awslambda",
}
"""What has to be loaded before: our service goes in when moto's is loaded, and so must not load it itself."""


def service_of(target: str) -> str:
    """The service in an ARN, or the scheme of a URL."""
    if target.startswith("arn:"):
        parts = target.split(":")
        return parts[2] if len(parts) > 5 else ""
    return target.partition(":")[0]


@functools.lru_cache(maxsize=4096)
def kind_of(target: str) -> str:
    """The service, as `service_of` says it, but API destinations are a kind of their own."""
    return "api-destination" if ":api-destination/" in target else service_of(target)


def find_target(target: str) -> Target | None:
    """Who takes what is delivered to an ARN or URL; None for a service that takes nothing."""
    kind = kind_of(target)
    return _load(kind) if kind in _MODULES else None


@functools.cache
def _load(kind: str) -> Target:
    if kind in _OVER_MOTO:
        importlib.import_module(_OVER_MOTO[kind])
    found: Target = importlib.import_module(_MODULES[kind]).TARGET
    return found
