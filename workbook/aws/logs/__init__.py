"""Amazon CloudWatch Logs, as far as it is ours: the policies by which other services may write.

Log groups, streams and events are moto's. Its resource policies are a registry that takes any text, so what
they say is checked here before it is kept, and asked where a service delivers
(`workbook.aws.delivery.to_log_group`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["install"]


def install(patches: Patches) -> None:
    """Put our checks before moto's operations."""
    from workbook.aws.logs import resource_policies  # noqa: PLC0415 - it may be what loads moto's Logs

    resource_policies.install(patches)
