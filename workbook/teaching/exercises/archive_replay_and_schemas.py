"""Exercises on the memory of a bus: what is kept for how long, and who gets it when it is sent again."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
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
from workbook.teaching.properties.resources import open_queue

LESSON = "17_archive_replay_and_schemas"
BUS, MEDALS, LETTERS = "library", "medals", "letters"
FRIDAY, SATURDAY, SUNDAY = 3, 6, 3
"""How many books come back on each of the three days."""


def _library() -> str:
    """The bus, with a rule for the club, which gets all books, and one for the office; the bus's ARN."""
    bus: str = boto3.client("events").create_event_bus(Name=BUS)["EventBusArn"]
    _rule("club", MEDALS, {"detail-type": ["Book returned"]})
    _rule("fees", LETTERS, {"detail": {"late": [{"numeric": [">", 0]}]}})
    return bus


def _rule(name: str, queue: str, pattern: Mapping[str, object]) -> None:
    events, arn = boto3.client("events"), open_queue(queue, "events")
    events.put_rule(Name=name, EventBusName=BUS, EventPattern=json.dumps(pattern))
    target = {"Id": "queue", "Arn": arn, "InputPath": "$.detail"}
    events.put_targets(Rule=name, EventBusName=BUS, Targets=[target])


def _give_back(lab: Lab, first: int, books: int) -> None:
    """Some books; every third of them is late, and no two by the same number of days."""
    events = boto3.client("events")
    for loan in range(first, first + books):
        detail = json.dumps({"loan": loan, "late": loan - 2 if loan % 3 == 0 else 0})
        entry = {"Source": "desk", "DetailType": "Book returned", "Detail": detail}
        events.put_events(Entries=[{**entry, "EventBusName": BUS}])
        lab.advance(20)


def _loans(run: Run, queue: str) -> list[int]:
    """The loans that a queue was told of, in order."""
    return [int(json.loads(str(hop.facts["body"]))["loan"]) for hop in hops_of(run.trace, "send", at=queue)]


# ---- replay-1: once more, but not for all


def a_lost_list(lab: Lab, answer: Answer) -> None:
    """Books of Friday and of Saturday; Saturday's are sent again, for the club alone; then Sunday's."""
    bus = _library()
    made = boto3.client("events").create_archive(ArchiveName="returns", EventSourceArn=bus)
    _give_back(lab, 1, FRIDAY)
    lab.advance(days=1)
    begin = lab.now
    _give_back(lab, 1 + FRIDAY, SATURDAY)
    end = lab.now
    lab.advance(hours=1)
    answer.send_again(made["ArchiveArn"], bus, begin, end)
    lab.run_until_idle(3600)
    _give_back(lab, 1 + FRIDAY + SATURDAY, SUNDAY)
    lab.run_until_idle(3600)


def _again(run: Run) -> list[int]:
    """The loans that the club was told of once more; Sunday's are new."""
    return [loan for loan in _loans(run, MEDALS)[FRIDAY + SATURDAY :] if loan <= FRIDAY + SATURDAY]


def the_club_has_them_again(run: Run) -> Finding:
    """Each of Saturday's books came to the club a second time."""
    again = sorted(_again(run))
    wanted = list(range(1 + FRIDAY, 1 + FRIDAY + SATURDAY))
    if set(again) >= set(wanted):
        return held()
    return broken(
        expected=f"The club gets the loans {wanted} again.",
        happened=f"It got these again: {again or 'none'}.",
    )


def nothing_else_comes_again(run: Run) -> Finding:
    """No other event is sent again."""
    again = _again(run)
    friday = sorted(loan for loan in again if loan <= FRIDAY)
    if not friday and len(again) == len(set(again)):
        return held()
    return broken(
        expected="Saturday's books come again, each once.",
        happened=f"Friday's loans {friday} came, too." if friday else "Some came several times.",
    )


def no_fee_is_charged_again(run: Run) -> Finding:
    """The office hears of each late book once."""
    loans = _loans(run, LETTERS)
    twice = sorted({loan for loan in loans if loans.count(loan) > 1})
    if not twice:
        return held()
    return broken(
        expected="The office gets no letter to write a second time.",
        happened=f"It was told again of loan {twice[0]}.",
    )


def sunday_is_told_as_ever(run: Run) -> Finding:
    """Both rules still hear of what is new."""
    new = range(1 + FRIDAY + SATURDAY, 1 + FRIDAY + SATURDAY + SUNDAY)
    wanted = {MEDALS: set(new), LETTERS: {loan for loan in new if loan % 3 == 0}}
    for queue, loans in wanted.items():
        missing = sorted(loans - set(_loans(run, queue)))
        if missing:
            return broken(
                expected=f"On Sunday the loans {sorted(loans)} come to the queue `{queue}`.",
                happened=f"These did not come: {missing}.",
            )
    return held()


AGAIN = Exercise(
    id="replay-1",
    title="Once more, but not for all",
    lesson=LESSON,
    level=2,
    topic="eventbridge",
    asks=Code("send_again(archive, bus, begin, end)"),
    situations=(
        Situation(
            name="saturday",
            set_up=f"{FRIDAY} books come back on Friday, {SATURDAY} on Saturday. Then Saturday's events are "
            f"to be sent again, for the club. On Sunday {SUNDAY} more books come back, one of them late.",
            play=a_lost_list,
        ),
    ),
    properties=(
        Property(name="the club gets Saturday's books again", points=2, judge=the_club_has_them_again),
        Property(name="nothing else is sent again", points=1, judge=nothing_else_comes_again),
        Property(name="no fee is charged again", points=3, judge=no_fee_is_charged_again),
        Property(name="both hear of new books afterwards", points=1, judge=sunday_is_told_as_ever),
    ),
    mistakes=(
        Mistake(
            name="office-left-deaf",
            recognised=lambda run: (
                no_fee_is_charged_again(run).holds and not sunday_is_told_as_ever(run).holds
            ),
            message="Nothing was charged twice, because the way to the office was cut; and it is cut "
            "still, so Sunday's late book was not charged at all. Say which rules a replay is for, "
            "and leave the rules as they are.",
        ),
        Mistake(
            name="to-all-rules",
            recognised=lambda run: (
                the_club_has_them_again(run).holds and not no_fee_is_charged_again(run).holds
            ),
            message="A replay goes to every rule of the bus whose pattern matches, so the office wrote "
            "its letters again. The replay can name the rules that it is for.",
        ),
        Mistake(
            name="all-that-is-kept",
            recognised=lambda run: (
                the_club_has_them_again(run).holds and not nothing_else_comes_again(run).holds
            ),
            message="Friday's books came again, too. A replay takes the events of a span of time: it has "
            "a start and an end.",
        ),
        Mistake(
            name="put-again",
            recognised=lambda run: not the_club_has_them_again(run).holds,
            message="The club got nothing again, or not all. The events are in the archive, and "
            "StartReplay sends them; to the bus from which they came, and to no other.",
        ),
    ),
)

# ---- archive-1: what is worth keeping

DAYS = 90
LATE = [3, 6, 9]
STILL_KEPT, FORGOTTEN = f"{DAYS - 1} days", f"{DAYS + 1} days"


def a_summer(lab: Lab, answer: Answer) -> list[int]:
    """Nine books, three of them late; returns which a replay finds a day too early."""
    return _kept_for(lab, answer, DAYS - 1)


def a_year(lab: Lab, answer: Answer) -> list[int]:
    """The same, and what a replay finds a day too late."""
    return _kept_for(lab, answer, DAYS + 1)


def _kept_for(lab: Lab, answer: Answer, days: int) -> list[int]:
    events, bus, begin = boto3.client("events"), _library(), lab.now
    answer.keep(bus)
    archives = events.list_archives()["Archives"]
    if not archives:
        raise Unfit(expected="`keep` makes an archive of the bus.", happened="There is no archive.")
    _give_back(lab, 1, 9)
    before = sum(1 for _ in hops_of(lab.trace, "send", at=MEDALS))
    lab.advance(days=days)
    archive = events.describe_archive(ArchiveName=archives[0]["ArchiveName"])["ArchiveArn"]
    end = begin + datetime.timedelta(hours=1)
    where = {"EventSourceArn": archive, "EventStartTime": begin, "EventEndTime": end}
    events.start_replay(ReplayName="see", Destination={"Arn": bus}, **where)
    lab.run_until_idle(3600)
    told = list(hops_of(lab.trace, "send", at=MEDALS))[before:]
    return sorted(int(json.loads(str(hop.facts["body"]))["loan"]) for hop in told)


def late_books_are_kept(run: Run) -> Finding:
    """The archive holds those of late books, for so long and no longer."""
    wanted = LATE if run.situation.name == STILL_KEPT else []
    if run.made == wanted:
        return held()
    return broken(
        expected=f"After {run.situation.name} a replay finds the loans {wanted}."
        if wanted
        else f"After {run.situation.name} a replay finds nothing any more.",
        happened=f"It finds {run.made}.",
    )


def _found(run: Run) -> list[int]:
    return run.made if isinstance(run.made, list) else []


KEEPING = Exercise(
    id="archive-1",
    title="What is worth keeping",
    lesson=LESSON,
    level=1,
    topic="eventbridge",
    asks=Code("keep(bus)"),
    situations=(
        Situation(
            name=STILL_KEPT,
            set_up=f"Nine books come back, {len(LATE)} of them late, by 1, 4 and 7 days. "
            f"{STILL_KEPT} later the archive is replayed.",
            play=a_summer,
        ),
        Situation(name=FORGOTTEN, set_up=f"The same, and a replay {FORGOTTEN} later.", play=a_year),
    ),
    properties=(
        Property(
            name="late books are kept, and only those",
            points=2,
            judge=late_books_are_kept,
            situations=(STILL_KEPT,),
        ),
        Property(
            name=f"after {DAYS} days they are gone",
            points=1,
            judge=late_books_are_kept,
            situations=(FORGOTTEN,),
        ),
    ),
    mistakes=(
        Mistake(
            name="keeps-everything",
            recognised=lambda run: run.situation.name == STILL_KEPT and len(_found(run)) > len(LATE),
            message="Every book is in the archive. An archive can have an event pattern, like a rule: "
            "then it keeps what matches.",
        ),
        Mistake(
            name="too-short",
            recognised=lambda run: run.situation.name == STILL_KEPT and _found(run) == [],
            message=f"After {STILL_KEPT} the archive was empty: nothing matched its pattern, or it keeps "
            "events for fewer days than that.",
        ),
        Mistake(
            name="only-some",
            recognised=lambda run: run.situation.name == STILL_KEPT and 0 < len(_found(run)) < len(LATE),
            message="Some late books were not kept. A book is late by any number of days; a pattern can "
            "compare a number instead of naming it.",
        ),
        Mistake(
            name="for-ever",
            recognised=lambda run: run.situation.name == FORGOTTEN and len(_found(run)) > 0,
            message="The archive still holds what should be forgotten. Unless you say for how many days, "
            "it keeps events for ever.",
        ),
    ),
)

EXERCISES = (AGAIN, KEEPING)
