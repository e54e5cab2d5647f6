"""Events that AWS's services send to EventBridge themselves: to the default bus of their account and Region.

A service that has something to tell does not depend on EventBridge. Where nobody has used EventBridge yet
there is no rule and no archive, so nobody could see the event, and nothing is loaded for it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbook.engine.world import World

_USED = "moto.events.models"
"""Loaded by the first call to EventBridge."""


def emit(world: World, account: str, region: str, event: Mapping[str, Any]) -> None:
    """Put an event of a service on the default bus; it is caused by the hop in progress.

    `event` has all fields of EventBridge's envelope.
    """
    if _USED not in sys.modules:
        return
    from workbook.aws.eventbridge import emit as emit_event  # noqa: PLC0415 - only who emits waits for it

    emit_event(world, account, region, event)
