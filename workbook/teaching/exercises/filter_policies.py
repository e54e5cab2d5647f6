"""An exercise on a filter that drops everything."""

from __future__ import annotations

import json

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import of_all
from workbook.teaching.properties.resources import arn_of_topic, url_of_queue

LESSON = "11_filter_policies"
TOPIC = "rides"
QUEUES = ("far", "fragile", "archive")
RIDES = (
    {"ride": 1, "kilometres": 3, "load": ["letters"]},
    {"ride": 2, "kilometres": 12, "load": ["glass", "letters"]},
    {"ride": 3, "kilometres": 25, "load": ["books"]},
    {"ride": 4, "kilometres": 10, "load": []},
    {"ride": 5, "kilometres": 40, "load": ["flowers"]},
    {"ride": 6, "kilometres": 2, "load": ["eggs"]},
    {"ride": 7, "kilometres": 11},
)
"""The last one is of an old till that does not write what is carried."""


def a_day(lab: Lab, answer: Answer) -> None:
    """Seven rides are published."""
    answer.build(lab)
    for name in QUEUES:
        url_of_queue(name)
    sns = boto3.client("sns")
    for ride in RIDES:
        sns.publish(TopicArn=arn_of_topic(TOPIC), Message=json.dumps(ride))
    lab.run_until_idle(3600)


def _rides_in(run: Run, queue: str) -> list[int]:
    bodies = [json.loads(str(hop.facts["body"])) for hop in hops_of(run.trace, "send", at=queue)]
    return sorted(body["ride"] if "ride" in body else json.loads(body["Message"])["ride"] for body in bodies)


def _compared(run: Run, queue: str, wanted: list[int], which: str) -> Finding:
    got = _rides_in(run, queue)
    if got == wanted:
        return held()
    return broken(
        expected=f"In {queue} there are the rides {', '.join(map(str, wanted))}: {which}.",
        happened=f"There are {', '.join(map(str, got))}." if got else "There is none.",
    )


def far_rides(run: Run) -> Finding:
    """Those of more than ten kilometres."""
    return _compared(run, "far", [2, 3, 5, 7], "those of more than 10 kilometres")


def fragile_rides(run: Run) -> Finding:
    """Those that carry glass or eggs."""
    return _compared(run, "fragile", [2, 6], "those that carry glass or eggs")


def all_rides(run: Run) -> Finding:
    """Every one."""
    return _compared(run, "archive", [1, 2, 3, 4, 5, 6, 7], "all of them")


RIDES_BY_KIND = Exercise(
    id="filter-1",
    title="A filter that drops everything",
    lesson=LESSON,
    level=2,
    topic="sns",
    asks=Code("build(lab)"),
    situations=(
        Situation(
            name="day",
            set_up="Seven rides are published. One was written by an old till, without its load.",
            play=a_day,
        ),
    ),
    properties=(
        Property(name="far rides are in far", points=2, judge=far_rides),
        Property(name="fragile rides are in fragile", points=2, judge=fragile_rides),
        Property(name="all rides are in archive", points=1, judge=all_rides),
    ),
    mistakes=(
        Mistake(
            name="scope",
            recognised=lambda run: (
                of_all(run.trace, "filter") >= 2 * len(RIDES) and of_all(run.trace, "send", at="far") == 0
            ),
            message="A filter policy looks at message attributes, unless it is told to look into the "
            "body, and these messages have no attributes. FilterPolicyScope decides.",
        ),
        Mistake(
            name="ten-included",
            recognised=lambda run: 4 in _rides_in(run, "far"),
            message="Ride 4 is exactly 10 kilometres long, and the task says more than 10: use > and not >=.",
        ),
        Mistake(
            name="as-text",
            recognised=lambda run: (
                of_all(run.trace, "send", at="fragile") > 0 and of_all(run.trace, "send", at="far") == 0
            ),
            message="Kilometres are numbers. A text in a filter policy equals only a text; numbers are "
            "compared with numeric.",
        ),
    ),
)

EXERCISES = (RIDES_BY_KIND,)
