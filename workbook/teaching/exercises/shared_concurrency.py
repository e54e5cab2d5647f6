"""An exercise on the concurrency that functions share: who takes it all, and who goes without."""

from __future__ import annotations

import json

import boto3
from botocore.exceptions import ClientError

from workbook.engine.clock import SECOND
from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of, instant_fact
from workbook.scenarios.framework.settings import Number
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Settings
from workbook.teaching.contract import (
    Exercise,
    Finding,
    Mistake,
    Property,
    Run,
    Situation,
    Unfit,
    broken,
    held,
)
from workbook.teaching.properties.counting import counted

DEVELOP, ORDER, SIGN_IN, REPORT = "develop", "order", "sign-in", "report"
FOR_REPORTS = 700
"""What is reserved already, so that little is left for the others."""
PICTURES = 330
VISITORS = 60
SECONDS_BETWEEN = 10
DONE_WITHIN = 30 * 60


def a_wedding_is_uploaded(lab: Lab, answer: Answer) -> dict[str, int]:
    """All pictures of a wedding at once, and visitors meanwhile; returns how many were turned away."""
    _built(lab, answer)
    functions = boto3.client("lambda")
    for number in range(PICTURES):
        picture = json.dumps({"picture": number})
        functions.invoke(FunctionName=DEVELOP, InvocationType="Event", Payload=picture)
    turned_away = {ORDER: 0, SIGN_IN: 0}
    for _ in range(VISITORS):
        for name in turned_away:
            try:
                functions.invoke(FunctionName=name)
            except functions.exceptions.TooManyRequestsException:
                turned_away[name] += 1
        lab.advance(SECONDS_BETWEEN)
    lab.run_until_idle(2 * DONE_WITHIN)
    return turned_away


def develop(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Develop a picture, which takes a minute."""
    import time

    time.sleep(60)


def serve(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Serve a visitor."""
    return "done"


def _built(lab: Lab, answer: Answer) -> None:
    lab.function(DEVELOP, develop, Timeout=90)
    lab.function(ORDER, serve)
    lab.function(SIGN_IN, serve)
    lab.function(REPORT, serve)
    _reserve(REPORT, FOR_REPORTS)
    for name in (DEVELOP, ORDER):
        reserved = answer.settings[f"reserved_for_{name}"]
        if reserved is not None:
            _reserve(name, reserved)


def _reserve(name: str, reserved: int) -> None:
    try:
        boto3.client("lambda").put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=reserved
        )
    except ClientError as error:
        raise Unfit(
            expected="Lambda accepts both reservations.", happened=error.response["Error"]["Message"]
        ) from error


def _turned_away(run: Run, name: str) -> int:
    return run.made.get(name, 0) if isinstance(run.made, dict) else 0


def every_order_is_taken(run: Run) -> Finding:
    """No call of the function that takes orders was throttled."""
    return _nobody_turned_away(run, ORDER, "who wanted to order")


def everybody_signs_in(run: Run) -> Finding:
    """No call of the function that nobody thought of was throttled."""
    return _nobody_turned_away(run, SIGN_IN, "who wanted to sign in")


def _nobody_turned_away(run: Run, name: str, who: str) -> Finding:
    lost = _turned_away(run, name)
    if not lost:
        return held()
    return broken(
        expected=f"None of the {VISITORS} visitors {who} is turned away.",
        happened=f"Lambda answered {lost} of them with TooManyRequestsException.",
    )


def pictures_are_done_in_time(run: Run) -> Finding:
    """Each picture was developed soon enough."""
    first = min(hop.time for hop in hops_of(run.trace, "enqueue", at=DEVELOP))
    ends = [instant_fact(hop, "ended_at") for hop in hops_of(run.trace, "invoke", at=DEVELOP)]
    done = [end for end in ends if end - first <= DONE_WITHIN * SECOND]
    if len(done) >= PICTURES:
        return held()
    return broken(
        expected=f"All {PICTURES:,} pictures are developed within {DONE_WITHIN // 60} minutes.",
        happened=f"By then {counted(len(done), 'picture')} were.",
    )


def _reserved(name: str) -> Number:
    return Number(
        f"reserved_for_{name}",
        f"the reserved concurrency of {name}",
        None,
        minimum=0,
        maximum=900,
        unit="invocations",
        without="none reserved",
    )


STARVED = Exercise(
    id="starve-1",
    title="The wedding that closed the shop",
    lesson="07_lambda_scaling",
    level=2,
    topic="lambda",
    asks=Settings((_reserved(DEVELOP), _reserved(ORDER))),
    situations=(
        Situation(
            name="wedding",
            set_up=f"{PICTURES:,} pictures are uploaded at once. For ten minutes, somebody orders and "
            f"somebody signs in every {SECONDS_BETWEEN} seconds.",
            play=a_wedding_is_uploaded,
        ),
    ),
    properties=(
        Property(name="every order is taken", points=2, judge=every_order_is_taken),
        Property(name="everybody can sign in", points=2, judge=everybody_signs_in),
        Property(
            name=f"all pictures are developed within {DONE_WITHIN // 60} minutes",
            points=2,
            judge=pictures_are_done_in_time,
        ),
    ),
    mistakes=(
        Mistake(
            name="nothing-reserved",
            recognised=lambda run: _turned_away(run, ORDER) > 0 and _turned_away(run, SIGN_IN) > 0,
            message="Pictures took all of the account's concurrent executions that nobody had reserved, "
            "and every other function went without until some of them were done.",
        ),
        Mistake(
            name="only-the-victim",
            recognised=lambda run: not _turned_away(run, ORDER) and _turned_away(run, SIGN_IN) > 0,
            message="Orders have a share of their own now. Everybody else is as hungry as before: the "
            "function that takes all must be held back, rather than one of its victims fed.",
        ),
        Mistake(
            name="pictures-wait-too-long",
            recognised=lambda run: not pictures_are_done_in_time(run).holds,
            message="The visitors are served, and the pictures are not: so few at a time do not get "
            "through in half an hour. Count how many minutes of work there are, and leave room: an event "
            "that found no place pauses for up to five minutes, though a place may be free by then.",
        ),
        Mistake(
            name="orders-held-back",
            recognised=lambda run: _turned_away(run, ORDER) > 0,
            message="A reservation is a limit, too: with 0 the function does not run at all.",
        ),
    ),
)

EXERCISES = (STARVED,)
