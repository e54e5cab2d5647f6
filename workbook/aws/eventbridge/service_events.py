"""Events of AWS's services on the default bus (see `workbook.aws.service_events`).

Only there: a rule on a custom bus for `aws.ec2` never matches. An event that no rule could see is not
recorded, so that a lab whose default bus has no rules pays nothing for what its services do.

Sources: service model, PutRule; Amazon EventBridge User Guide, "Events from AWS services".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbook.aws.eventbridge.buses import registry_of
from workbook.aws.eventbridge.events import Event, new_id
from workbook.aws.eventbridge.ingestion import arrive
from workbook.aws.eventbridge.names import DEFAULT
from workbook.aws.eventbridge.watching import is_watched

if TYPE_CHECKING:
    from workbook.aws.service_events import Detail
    from workbook.engine.world import World


def emit(
    world: World,
    account: str,
    region: str,
    *,
    source: str,
    detail_type: str,
    resources: Sequence[str],
    detail: Detail,
) -> None:
    """Have a service's event on the default bus, if a rule there could see it.

    It is caused by the hop in progress; `detail` is called only where the event is seen.
    """
    bus = registry_of(world, account, region).buses[DEFAULT]
    seen = any(rule.enabled and rule.pattern is not None for rule in bus.rules.values())
    if not seen and not is_watched(world, bus.arn):
        return
    event = Event(
        id=new_id(world),
        source=source,
        detail_type=detail_type,
        account=account,
        region=region,
        time=world.clock.now,
        detail=detail(),
        ingested=world.clock.now,
        resources=tuple(resources),
    )
    arrive(world, bus.address, event)
