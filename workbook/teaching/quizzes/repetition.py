"""When a question should come again: the scheduler of `fsrs`, with what it knows kept as plain JSON.

A question that was missed comes again at once, one that was answered after longer and longer times: how long
is for the FSRS algorithm to say. It spreads reviews by chance over some days; that is switched off, so that
the same answers give the same days.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import fsrs

Card = Mapping[str, Any]
"""What the scheduler knows of one question; empty if it was never answered."""


def reviewed(card: Card, *, right: bool, now: datetime.datetime) -> dict[str, Any]:
    """The card after an answer given `now` (with a time zone)."""
    from fsrs import Rating

    rating = Rating.Good if right else Rating.Again
    after, _ = _scheduler().review_card(_card(card, now), rating, now)
    return dict(after.to_dict())


def due(card: Card) -> datetime.datetime | None:
    """When the question should come again; None if it was never answered, or if the card cannot be read."""
    try:
        return datetime.datetime.fromisoformat(card["due"])
    except (KeyError, TypeError, ValueError):
        return None


@cache
def _scheduler() -> fsrs.Scheduler:
    from fsrs import Scheduler

    return Scheduler(enable_fuzzing=False)


def _card(card: Card, now: datetime.datetime) -> fsrs.Card:
    from fsrs import Card as FsrsCard

    new = FsrsCard(card_id=0, due=now)
    try:
        return FsrsCard.from_dict({**new.to_dict(), **card})  # type: ignore[typeddict-item]  # as it was kept
    except (KeyError, TypeError, ValueError):
        return new  # somebody has edited the file: the question begins anew
