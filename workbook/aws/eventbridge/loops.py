"""A rule whose target causes the event that it matches: AWS lets it go on for ever, and charges for it.

A lab lets it go on, too, but says so in the end: a call that waits until nothing is left to do would never
come back. A round is found in the trace: from an event that a rule matches, through what put it there, back
to an earlier match of the same rule. Lambda's own detection of loops does not see it, as on AWS.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.aws.eventbridge.rules import Rule
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

MOST_ROUNDS = 200
"""Rounds of one rule after which the lab stops and tells; the lab's own figure, AWS has none."""
FARTHEST = 64
"""Hops that one round is looked for in: from a match to what its target puts, a dozen or so."""
_STATE = "eventbridge.rounds"


class EndlessLoop(RuntimeError):
    """A rule has matched what it caused, again and again."""

    def __init__(self, rule: Rule, rounds: int) -> None:
        super().__init__(
            f"the rule {rule.name!r} has caused {rounds:,} times in a row, by what it invokes, the event "
            "that it matches. On AWS this goes on for ever, and every round is charged. Give the rule a "
            "pattern that does not match what its target puts, or disable it. lab.advance(...) goes on."
        )


def count_round(world: World, rule: Rule, match: Hop) -> None:
    """Note a rule's match; after many rounds, tell whoever waits for the lab."""
    rounds = _rounds(world)
    before = _earlier_match(world, rule, match)
    if before is None:
        return
    rounds[match.number] = number = rounds.pop(before.number, 0) + 1
    if number % MOST_ROUNDS == 0:
        world.kernel.interrupt(EndlessLoop(rule, number))


def _earlier_match(world: World, rule: Rule, match: Hop) -> Hop | None:
    """The nearest match of the same rule among what led to this one."""
    waiting, seen = deque(match.causes), set(match.causes)
    while waiting and len(seen) <= FARTHEST:
        hop = world.trace[waiting.popleft() - 1]
        if hop.kind == "match" and hop.resource == rule.arn:
            return hop
        new = [cause for cause in hop.causes if cause not in seen]
        waiting.extend(new)
        seen.update(new)
    return None


def _rounds(world: World) -> dict[int, int]:
    """How many rounds led to a match, by the match's number; only of the latest in each chain."""
    return world.kept(_STATE, dict)
