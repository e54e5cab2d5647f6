"""Events of AWS's services on the default bus (see `workbook.aws.service_events`).

Only there: a rule on a custom bus for `aws.ec2` never matches. An event that no rule could see is not
recorded, so that a lab whose default bus has no rules pays nothing for what its services do.

Sources: service model, PutRule; Amazon EventBridge User Guide, "Events from AWS services".
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.buses import registry_of
from workbook.aws.eventbridge.events import Event
from workbook.aws.eventbridge.ingestion import arrive
from workbook.aws.eventbridge.names import DEFAULT
from workbook.aws.eventbridge.watching import is_watched
from workbook.engine.clock import instant_of

if TYPE_CHECKING:
    from workbook.engine.world import World


def emit(world: World, account: str, region: str, event: Mapping[str, Any]) -> None:
    """Have a service's event on the default bus, if a rule there could see it.

    `event` has all fields of the envelope, with AWS's names; it is caused by the hop in progress.
    """
    bus = registry_of(world, account, region).buses[DEFAULT]
    seen = any(rule.enabled and rule.pattern is not None for rule in bus.rules.values())
    if seen or is_watched(world, bus.arn):
        arrive(world, bus.address, _event(world, event))


def _event(world: World, given: Mapping[str, Any]) -> Event:
    return Event(
        id=given["id"],
        source=given["source"],
        detail_type=given["detail-type"],
        account=given["account"],
        region=given["region"],
        time=instant_of(datetime.datetime.fromisoformat(given["time"])),
        detail=given["detail"],
        ingested=world.clock.now,
        resources=tuple(given.get("resources") or ()),
    )
