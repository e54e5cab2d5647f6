"""Amazon CloudWatch Logs, as far as it is ours: policies by which others may write, and what it sends on.

Log groups, streams and events are moto's. Its resource policies are a registry that takes any text, so what
they say is checked here before it is kept, and asked where a service delivers
(`workbook.aws.delivery.to_log_group`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["install"]


def install(patches: Patches) -> None:
    """Put our checks before moto's operations."""
    from moto.logs.models import LogStream  # noqa: PLC0415 - as below
    from moto.logs.responses import LogsResponse  # noqa: PLC0415 - as below

    from workbook.aws.logs import (  # noqa: PLC0415 - it may be what loads moto's Logs
        operations_subscriptions,
        resource_policies,
    )
    from workbook.aws.operations import install_operations  # noqa: PLC0415 - as above

    resource_policies.install(patches)
    operations = {operation.__name__: operation for operation in operations_subscriptions.OPERATIONS}
    install_operations(patches, LogsResponse, operations)
    patches.set(LogStream, "_send_log_events", _send_on)


def _send_on(
    stream: Any,  # noqa: ANN401 - moto's LogStream
    service: str,
    destination_arn: str,
    filter_name: str,
    log_events: list[dict[str, Any]],
) -> None:
    """In the place of moto's, which applies no pattern and asks for no permission."""
    from workbook.aws.logs.subscriptions import send  # noqa: PLC0415 - only who has filters needs it

    del service, destination_arn
    subscription = stream.log_group.subscription_filters[filter_name]
    send(current_world(), subscription, stream.log_stream_name, log_events)
