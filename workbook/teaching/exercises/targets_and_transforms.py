"""An exercise on a target that is not there for an hour."""

from __future__ import annotations

import json

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import fates, hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import counted
from workbook.teaching.properties.resources import open_queue

LESSON = "16_targets_and_transforms"
BUS = "cable-car"
GUIDES = "guides"
UNREACHED = "unreached"
HOUR = 3600
OLDEST = 15 * 60
"""Seconds after which the news that the car has stopped helps nobody any more."""


def a_short_outage(lab: Lab, answer: Answer) -> None:
    """The guides' queue is away for a minute."""
    _built(lab, answer)
    lab.outage(GUIDES, minutes=1)
    _stopped("wind")
    lab.advance(2 * HOUR)


def a_long_outage(lab: Lab, answer: Answer) -> None:
    """The guides' queue is away for half an hour."""
    _built(lab, answer)
    lab.outage(GUIDES, minutes=30)
    _stopped("storm")
    lab.advance(6 * HOUR)


def _built(lab: Lab, answer: Answer) -> None:
    boto3.client("events").create_event_bus(Name=BUS)
    for name in (GUIDES, UNREACHED):
        open_queue(name, "events")
    answer.build(lab)


def _stopped(note: str) -> None:
    event = {
        "EventBusName": BUS,
        "Source": "winch",
        "DetailType": "Car Stopped",
        "Detail": json.dumps({"car": "Karhorn", "note": note}),
    }
    boto3.client("events").put_events(Entries=[event])


def it_arrives_after_all(run: Run) -> Finding:
    """After a short outage the event is delivered."""
    if "delivered" in fates(run.trace, GUIDES).values():
        return held()
    return broken(
        expected="When the queue is back after a minute, the guides hear of it.",
        happened=f"The event is {_fate(run)}.",
    )


def no_old_news(run: Run) -> Finding:
    """After a long outage it is not delivered."""
    if not list(hops_of(run.trace, "send", at=GUIDES)):
        return held()
    return broken(
        expected=f"News that is older than {OLDEST // 60} minutes is not delivered any more.",
        happened="The guides were told half an hour later, of a car that was long on its way.",
    )


def it_is_kept(run: Run) -> Finding:
    """What could not be delivered lies in the dead-letter queue, with its reason."""
    kept = list(hops_of(run.trace, "send", at=UNREACHED))
    if len(kept) == 1:
        return held()
    return broken(
        expected=f"What could not be delivered lies in {UNREACHED}.",
        happened=f"{counted(len(kept), 'event')} in it; what became of the event: {_fate(run)}.",
    )


def _fate(run: Run) -> str:
    return next(iter(fates(run.trace, GUIDES).values()), "nowhere")


OLD_NEWS = Exercise(
    id="target-1",
    title="Old news",
    lesson=LESSON,
    level=2,
    topic="eventbridge",
    asks=Code("build(lab)"),
    situations=(
        Situation(name="short", set_up="The guides' queue is away for a minute.", play=a_short_outage),
        Situation(name="long", set_up="The guides' queue is away for half an hour.", play=a_long_outage),
    ),
    properties=(
        Property(
            name="after a short outage it arrives",
            points=1,
            judge=it_arrives_after_all,
            situations=("short",),
        ),
        Property(name="old news does not arrive", points=2, judge=no_old_news, situations=("long",)),
        Property(name="what does not arrive is kept", points=2, judge=it_is_kept, situations=("long",)),
    ),
    mistakes=(
        Mistake(
            name="a-day-of-tries",
            recognised=lambda run: run.situation.name == "long" and not no_old_news(run).holds,
            message="Unless it is told otherwise, EventBridge tries for 24 hours. "
            "MaximumEventAgeInSeconds says after how long the news is old.",
        ),
        Mistake(
            name="no-dead-letters",
            recognised=lambda run: (
                run.situation.name == "long" and "lost" in fates(run.trace, GUIDES).values()
            ),
            message="When EventBridge gives up and the target has no dead-letter queue, the event is "
            "gone, and nobody hears of it.",
        ),
        Mistake(
            name="never-again",
            recognised=lambda run: (
                run.situation.name == "short"
                and not it_arrives_after_all(run).holds
                and sum(1 for _ in hops_of(run.trace, "deliver", at=GUIDES)) == 1
            ),
            message="Without a second try a hiccup of a minute is enough to lose the news. Let it "
            "try, within the time in which it matters.",
        ),
    ),
)

EXERCISES = (OLD_NEWS,)
