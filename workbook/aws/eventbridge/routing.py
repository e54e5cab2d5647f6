"""From an event on a bus to the targets of the rules that match it.

    event ── rule matches ──> its archive, or its targets: each a delivery of its own
       └──── does not ──────> a `filter` hop, and nothing

A rule's targets are invoked in parallel and in no order. Nothing that happens to a delivery comes back to who
put the event.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbook.aws.delivery import Delivery, Outcome, Parcel, Sender, Undelivered, deliver, fail_at_once
from workbook.aws.eventbridge.loops import count_round
from workbook.aws.eventbridge.metrics import RuleTally, tally_of
from workbook.aws.eventbridge.retries import Refused, dead_letters, retry_policy
from workbook.aws.eventbridge.transformers import InvalidResult

if TYPE_CHECKING:
    from workbook.aws.eventbridge.buses import Bus
    from workbook.aws.eventbridge.events import Event
    from workbook.aws.eventbridge.rules import Rule
    from workbook.aws.eventbridge.targets import Target
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

SERVICE = "events.amazonaws.com"


def route(world: World, bus: Bus, event: Event, hop: Hop, only: Iterable[str] | None = None) -> None:
    """Hold an event against the rules of its bus; `hop` is its arrival.

    `only` are the ARNs of the rules that may see it, where a replay names some.
    """
    allowed = None if not only else frozenset(only)
    for rule in list(bus.rules.values()):
        if rule.enabled and rule.pattern is not None and (allowed is None or rule.arn in allowed):
            _hold_against(world, rule, event, hop)


def _hold_against(world: World, rule: Rule, event: Event, arrival: Hop) -> None:
    if rule.matches(event):
        hop = world.trace.record("match", rule.arn, message=event.id, causes=(arrival,))
        tally_of(world, rule).matched()
        count_round(world, rule, hop)
        invoke_targets(world, rule, event, hop)
    elif rule.managed_by is None:
        reason = "the pattern does not match"
        world.trace.record("filter", rule.arn, message=event.id, causes=(arrival,), reason=reason)


def invoke_targets(world: World, rule: Rule, event: Event, hop: Hop) -> None:
    """Send an event to all targets of a rule, because of `hop`."""
    with world.trace.under(hop):
        if rule.archive is not None:
            rule.archive.keep(world, event, hop)
        else:
            _invoke_targets(world, rule, event)


def _invoke_targets(world: World, rule: Rule, event: Event) -> None:
    tally = tally_of(world, rule)
    tally.triggered(len(rule.targets))
    deliveries = []
    for target in rule.targets.values():
        delivery = _delivery(world, rule, target, event, tally)
        if delivery is not None:
            deliveries.append(delivery)
    deliver(world, deliveries)


def _delivery(world: World, rule: Rule, target: Target, event: Event, tally: RuleTally) -> Delivery | None:
    """The delivery to one target; None where there is nothing that could be delivered."""
    try:
        text = target.input_for(event, rule)
    except InvalidResult as error:
        refused = Refused("INVALID_JSON", str(error))
        fail_at_once(world, delivery_of(rule, target, event, Parcel(event.text), tally), refused)
        return None
    return delivery_of(rule, target, event, _parcel(target, event, text), tally)


def _parcel(target: Target, event: Event, text: str) -> Parcel:
    options = target.options_for(event)
    if target.is_bus:
        options["Event"] = event
    return Parcel(text, group_id=target.group_for(event), options=options)


def delivery_of(rule: Rule, target: Target, event: Event, parcel: Parcel, tally: RuleTally) -> Delivery:
    """A delivery to a target, with the rule's sender, the target's retries and its dead-letter queue."""
    account, region = rule.arn.split(":")[4], rule.arn.split(":")[3]

    def on_try(_error: Undelivered | None) -> None:
        tally.attempted()

    def on_end(outcome: Outcome) -> None:
        tally.ended(outcome)

    return Delivery(
        sender=Sender(SERVICE, rule.arn, account, region, target.role_for(rule)),
        target=target.arn,
        parcel=parcel,
        message=event.id,
        retries=retry_policy(target),
        dead_letters=dead_letters(target, rule, event),
        dead_letter_sender=Sender(SERVICE, rule.arn, account, region),
        facts={"rule": rule.arn, "target_id": target.id},
        on_try=on_try,
        on_end=on_end,
    )
