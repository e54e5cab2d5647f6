"""Events of AWS's services on the default bus (see `workbook.aws.service_events`).

Only there: a rule on a custom bus for `aws.ec2` never matches. An event that no rule could see is not made,
so that a lab whose default bus has no rules pays nothing for what its services do.

Sources: service model, PutRule; Amazon EventBridge User Guide, "Events from AWS services".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbook.aws.eventbridge.buses import registry_of
from workbook.aws.eventbridge.events import Event, new_id
from workbook.aws.eventbridge.ingestion import arrive
from workbook.aws.eventbridge.names import DEFAULT

if TYPE_CHECKING:
    from workbook.aws.service_events import Detail
    from workbook.engine.world import World


def take(
    world: World,
    account: str,
    region: str,
    *,
    source: str,
    detail_type: str,
    resources: Sequence[str],
    detail: Detail,
) -> None:
    """Have a service's event on the default bus, if a rule there could see it."""
    bus = registry_of(world, account, region).buses[DEFAULT]
    if not any(rule.enabled and rule.pattern is not None for rule in bus.rules.values()):
        return
    now = world.clock.now
    event = Event(
        id=new_id(world),
        source=source,
        detail_type=detail_type,
        account=account,
        region=region,
        time=now,
        detail=detail() if callable(detail) else detail,
        ingested=now,
        resources=tuple(resources),
    )
    arrive(world, bus.address, event)
