"""An exercise on tries that come all at once: how long to pause, and how to spread the pauses."""

from __future__ import annotations

from bisect import bisect_left

from workbook.engine.clock import SECOND
from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import counted
from workbook.teaching.properties.workflows import machine_of, started, status_of

BANK = "bank"
GUESTS = 25
AWAY = 20
"""Seconds for which the bank does not answer."""
MOST_CALLS = 200
MOST_IN_A_SECOND = 12
FIRST_RUSH = 2
"""Seconds after the start in which nobody can do anything about the guests coming all at once."""
PAID_WITHIN = 5 * 60


def the_bank_falls_over(lab: Lab, answer: Answer) -> list[str]:
    """All guests pay at once, while the bank is away; returns how each execution ended."""
    return _sold(lab, answer, AWAY)


def the_bank_is_well(lab: Lab, answer: Answer) -> list[str]:
    """The same guests on a day without trouble."""
    return _sold(lab, answer, 0)


def _sold(lab: Lab, answer: Answer, away: int) -> list[str]:
    back = str(lab.now.timestamp() + away + 1)
    variables = {"BACK": back if away else "0"}
    arn = lab.function(BANK, bank, Environment={"Variables": variables})
    machine = machine_of(answer.definition(arn), "lambda:InvokeFunction", name="tickets")
    guests = [started(machine, guest=number) for number in range(GUESTS)]
    lab.advance(AWAY + PAID_WITHIN)
    return [status_of(guest) for guest in guests]


def bank(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Charge a card, or be away."""
    import os
    import time

    class BankDown(Exception):
        pass

    if time.time() < float(os.environ["BACK"]):
        raise BankDown("the bank does not answer")
    return {"paid": 30}


def everybody_has_paid(run: Run) -> Finding:
    """Each execution succeeded in time."""
    ends = run.made if isinstance(run.made, list) else []
    paid = ends.count("SUCCEEDED")
    if paid == GUESTS:
        return held()
    return broken(
        expected=f"Each of the {GUESTS} guests has paid {PAID_WITHIN // 60} minutes after the bank is back.",
        happened=f"{paid} have; {ends.count('FAILED')} were refused, and {ends.count('RUNNING')} still wait.",
    )


def few_calls(run: Run) -> Finding:
    """The bank was not called more often than it has to be."""
    calls = len(_calls(run))
    if calls <= MOST_CALLS:
        return held()
    return broken(
        expected=f"The bank is called {MOST_CALLS} times at most.", happened=f"It was called {calls:,} times."
    )


def never_all_at_once(run: Run) -> Finding:
    """After the first rush, no second has too many calls."""
    most = _most_in_a_second(run)
    if most <= MOST_IN_A_SECOND:
        return held()
    return broken(
        expected=f"After the first rush, no second brings more than {MOST_IN_A_SECOND} calls.",
        happened=f"There was a second with {counted(most, 'call')}.",
    )


def _calls(run: Run) -> list[int]:
    return sorted(hop.time for hop in hops_of(run.trace, "invoke", at=BANK))


def _most_in_a_second(run: Run) -> int:
    calls = _calls(run)
    later = [call for call in calls if call > calls[0] + FIRST_RUSH * SECOND]
    in_a_second = (bisect_left(later, call + SECOND) - place for place, call in enumerate(later))
    return max(in_a_second, default=0)


def _outage(run: Run) -> bool:
    return run.situation.name == "outage"


STORM = Exercise(
    id="storm-1",
    title="A bank that is down, and everybody at its door",
    lesson="22_retry_catch_and_saga",
    level=2,
    topic="step-functions",
    asks=Code("definition(bank)"),
    situations=(
        Situation(
            name="outage",
            set_up=f"{GUESTS} executions start at once. For {AWAY} seconds the bank raises BankDown.",
            play=the_bank_falls_over,
        ),
        Situation(
            name="well",
            set_up=f"{GUESTS} executions start at once, and the bank is well.",
            play=the_bank_is_well,
        ),
    ),
    properties=(
        Property(name="everybody has paid", points=3, judge=everybody_has_paid),
        Property(name=f"the bank is called {MOST_CALLS} times at most", points=2, judge=few_calls),
        Property(
            name=f"no more than {MOST_IN_A_SECOND} calls in a second, after the first rush",
            points=3,
            judge=never_all_at_once,
        ),
    ),
    mistakes=(
        Mistake(
            name="gives-up",
            recognised=lambda run: isinstance(run.made, list) and "FAILED" in run.made,
            message="The tries were used up before the bank was back. Three tries more, after 1, 2 and 4 "
            "seconds, are what you get unless you say something else; add up how long yours last.",
        ),
        Mistake(
            name="hammers",
            recognised=lambda run: _outage(run) and not few_calls(run).holds,
            message="Everybody asked again and again, as fast as before. A service that is falling over "
            "is held down by that: this is a retry storm. Let each pause be longer than the one "
            "before.",
        ),
        Mistake(
            name="all-at-the-same-time",
            recognised=lambda run: _outage(run) and _most_in_a_second(run) == GUESTS,
            message="The pauses grow, but they are the same for all, so all of them come back in the same "
            "instant. Chance spreads them: look for jitter, and leave it room.",
        ),
        Mistake(
            name="too-patient",
            recognised=lambda run: isinstance(run.made, list) and "RUNNING" in run.made,
            message="The bank has been back for minutes, and guests still wait for their next try. A "
            "pause that doubles each time needs an upper limit.",
        ),
    ),
)

EXERCISES = (STORM,)
