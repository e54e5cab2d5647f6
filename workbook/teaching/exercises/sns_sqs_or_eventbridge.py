"""A design: one announcement, and subscribers who each want something else of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.resources import url_of_queue

Sale = Mapping[str, object]
HOME = "DK"
LARGE = 1_000
WANTS: Mapping[str, Callable[[Sale], bool]] = MappingProxyType(
    {
        "accounts": lambda _: True,
        "export": lambda sale: sale["country"] != HOME,
        "fraud": lambda sale: float(str(sale["amount"])) >= LARGE,
    }
)
"""Which sales each department wants."""
SALES: tuple[Sale, ...] = (
    {"sale": 1, "country": "DK", "amount": 40},
    {"sale": 2, "country": "SE", "amount": 40},
    {"sale": 3, "country": "DK", "amount": 2400},
    {"sale": 4, "country": "NO", "amount": 1000},
    {"sale": 5, "country": "DK", "amount": 999.5},
    {"sale": 6, "country": "DE", "amount": 15},
)
ANNOUNCING = ("SendMessage", "SendMessageBatch", "Publish", "PublishBatch", "PutEvents")


def a_day(lab: Lab, answer: Answer) -> int:
    """Six sales; returns with how many calls they were announced."""
    return _announced(lab, answer)


def a_department_that_is_cut_off(lab: Lab, answer: Answer) -> int:
    """The same, while for ten minutes nothing can be delivered to the accounts."""
    return _announced(lab, answer, minutes=10)


def _announced(lab: Lab, answer: Answer, *, minutes: int = 0) -> int:
    answer.build(lab)
    for name in WANTS:
        url_of_queue(name)
    lab.advance(60)
    if minutes:
        lab.outage("accounts", minutes=minutes)
    before = len(lab.trace)
    for sale in SALES:
        answer.announce(dict(sale))
    lab.run_until_idle(3 * 3600)
    calls = [hop.resource.rpartition(":")[2] for hop in hops_of(lab.trace[before:], "api-call")]
    return sum(call in ANNOUNCING for call in calls)


def _arrived(run: Run, name: str) -> list[object]:
    """What was sent to a queue, read from JSON where it is JSON."""
    return [_read(str(hop.facts["body"])) for hop in hops_of(run.trace, "send", at=name)]


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _sale_in(value: object) -> object:
    """The number of the sale in a message, however deep in an envelope it lies; None if there is none."""
    if isinstance(value, str) and value.startswith("{"):
        return _sale_in(_read(value))
    if not isinstance(value, dict):
        return None
    if "sale" in value:
        return value["sale"]
    return next((found for each in value.values() if (found := _sale_in(each)) is not None), None)


def everybody_gets_theirs(run: Run) -> Finding:
    """Each queue has the sales that its department wants, once each, and no other."""
    for name, wants in WANTS.items():
        wanted = [sale["sale"] for sale in SALES if wants(sale)]
        found = sorted(str(_sale_in(message)) for message in _arrived(run, name))
        if found != [str(number) for number in wanted]:
            return broken(
                expected=f"`{name}` gets the sales {_listed(wanted)}.",
                happened=f"It got {_listed(found)}.",
            )
    return held()


def _listed(numbers: Sequence[object]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def as_it_was_written(run: Run) -> Finding:
    """The body of each message is the sale itself."""
    sales = {sale["sale"]: sale for sale in SALES}
    for name in WANTS:
        messages = _arrived(run, name)
        wrong = [message for message in messages if message != sales.get(_sale_in(message))]
        if wrong or not messages:
            shown = json.dumps(wrong[0])[:60] + " ..." if wrong else "no message at all"
            return broken(
                expected="The body of each message is the sale, and nothing around it.",
                happened=f"In `{name}` there is {shown}",
            )
    return held()


def one_call_for_a_sale(run: Run) -> Finding:
    """The shop says it once, however many want to hear it."""
    if run.made == len(SALES):
        return held()
    return broken(
        expected=f"The {len(SALES)} sales are announced with {len(SALES)} calls.",
        happened=f"There were {run.made}.",
    )


FAN_OUT = Exercise(
    id="fan-1",
    title="One announcement, three departments",
    lesson="19_sns_sqs_or_eventbridge",
    level=3,
    topic="choosing",
    asks=Code("build(lab)", "announce(sale)"),
    situations=(
        Situation(name="a day", set_up="Six sales are announced.", play=a_day),
        Situation(
            name="cut off",
            set_up="Six sales are announced. For ten minutes nothing can be delivered to the queue of "
            "the accounts.",
            play=a_department_that_is_cut_off,
        ),
    ),
    properties=(
        Property(
            name="each department gets its sales, and only those", points=4, judge=everybody_gets_theirs
        ),
        Property(name="a message is the sale and nothing else", points=2, judge=as_it_was_written),
        Property(name="one call for a sale", points=2, judge=one_call_for_a_sale),
    ),
    mistakes=(
        Mistake(
            name="tells-each-one",
            recognised=lambda run: isinstance(run.made, int) and run.made > len(SALES),
            message="The shop knows all departments and tells each of them. With the next department "
            "somebody has to change the shop, and if it stops half way, some have heard and some "
            "have not. Say it once, to something that hands it on.",
        ),
        Mistake(
            name="not-let-in",
            recognised=lambda run: _arrived(run, "accounts") == [] and _arrived(run, "export") == [],
            message="Nothing came to any queue. A queue takes messages from a service only if its own "
            "policy lets that service in.",
        ),
        Mistake(
            name="everything-to-everybody",
            recognised=lambda run: len(_arrived(run, "export")) == len(_arrived(run, "fraud")) == len(SALES),
            message="Each department got every sale, and would have to throw away what it does not want. "
            "A subscription of a topic has a filter policy, a rule of a bus a pattern.",
        ),
        Mistake(
            name="in-an-envelope",
            recognised=lambda run: everybody_gets_theirs(run).holds and not as_it_was_written(run).holds,
            message="The right sales, in an envelope. A topic leaves it out with raw message delivery, a "
            "rule with an InputPath.",
        ),
    ),
)

EXERCISES = (FAN_OUT,)
