"""An exercise on a Map that overwhelms the service behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import boto3

from workbook.engine.clock import SECOND
from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import counted, of_all, times
from workbook.teaching.properties.workflows import machine_of, started, status_of

LESSON = "20_workflows_and_states"
SERVICE = "read-page"
PAGES = 60
BEARS = 6
WITHIN = 40
"""Seconds in which the book has to be read; by six at a time it takes ten and some."""


@dataclass(frozen=True)
class Reading:
    """How the execution ended, and with what."""

    status: str
    pages: list[object]


def a_book(lab: Lab, answer: Answer) -> Reading:
    """Sixty pages, and a service that reads six at a time."""
    arn = lab.function(SERVICE, read_page, Timeout=10)
    boto3.client("lambda").put_function_concurrency(FunctionName=SERVICE, ReservedConcurrentExecutions=BEARS)
    machine = machine_of(answer.definition(arn), "lambda:InvokeFunction", name="read-book")
    execution = started(machine, pages=list(range(1, PAGES + 1)))
    lab.run_until_idle(3600)
    output = boto3.client("stepfunctions").describe_execution(executionArn=execution).get("output", "[]")
    pages = json.loads(output)
    return Reading(status_of(execution), pages if isinstance(pages, list) else [])


def read_page(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Read one page, which takes a second."""
    import time

    time.sleep(1)
    return {"page": event}


def _made(run: Run) -> Reading:
    return run.made if isinstance(run.made, Reading) else Reading("RUNNING", [])


def all_pages_are_read(run: Run) -> Finding:
    """The execution succeeds, and its output has all pages in order."""
    reading = _made(run)
    if reading.status == "SUCCEEDED" and reading.pages == [{"page": page} for page in range(1, PAGES + 1)]:
        return held()
    return broken(
        expected=f"The execution succeeds, and its output has the answers for {PAGES} pages, in order.",
        happened=f"It is {reading.status}, with {counted(len(reading.pages), 'page')} in its output.",
    )


def nobody_is_turned_away(run: Run) -> Finding:
    """The service gets no more calls at a time than it bears."""
    refused = of_all(run.trace, "throttle")
    if not refused:
        return held()
    return broken(
        expected=f"At most {BEARS} pages are read at the same time, so that no call is throttled.",
        happened=f"{counted(refused, 'call')} {'was' if refused == 1 else 'were'} throttled.",
    )


def it_is_quick(run: Run) -> Finding:
    """It does not take the pages one by one."""
    reads = [hop.time for hop in hops_of(run.trace, "invoke", at=SERVICE)]
    seconds = (max(reads) - min(reads)) / SECOND if reads else 0
    if len(reads) >= PAGES and seconds <= WITHIN:
        return held()
    return broken(
        expected=f"The last page is begun within {WITHIN} s of the first.",
        happened=f"The service was called {times(len(reads))}, over {seconds:,.0f} s.",
    )


BOOK = Exercise(
    id="map-1",
    title="A book of sixty pages",
    lesson=LESSON,
    level=2,
    topic="step-functions",
    asks=Code("definition(read_page)"),
    situations=(
        Situation(
            name="book",
            set_up=f"The input has {PAGES} pages. The service takes a second for a page, and bears {BEARS} "
            "calls at a time.",
            play=a_book,
        ),
    ),
    properties=(
        Property(name="all pages are read", points=3, judge=all_pages_are_read),
        Property(name="no call is throttled", points=3, judge=nobody_is_turned_away),
        Property(name="it is quick", points=1, judge=it_is_quick),
    ),
    mistakes=(
        Mistake(
            name="no-limit",
            recognised=lambda run: of_all(run.trace, "throttle") > 0,
            message="An inline Map works on up to 40 items at a time, and does not ask what the service "
            "bears. MaxConcurrency says it.",
        ),
        Mistake(
            name="one-at-a-time",
            recognised=lambda run: all_pages_are_read(run).holds and not it_is_quick(run).holds,
            message="One after the other harms nobody, and takes a minute. The service bears six at a time.",
        ),
    ),
)

EXERCISES = (BOOK,)
