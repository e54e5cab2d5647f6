"""Exercises on workers that come and go with the backlog: a plan for a burst, and a metric that misleads.

The group, its workers and what they cost are those of the scenario `workers-scaling`. The lab's way of target
tracking is a reading of "in proportion"; what is asked for leaves room on both sides of it.
"""

from __future__ import annotations

from collections.abc import Callable

import boto3

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.lab import Lab
from workbook.scenarios import workers_scaling
from workbook.scenarios.framework.reading import hops_of, lives
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of
from workbook.scenarios.workers_scaling import (
    GROUP,
    QUEUE,
    create_group,
    instance_minutes,
    most_in_service,
    render,
)
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code, Settings
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import counted

LESSON = "08_workers_and_auto_scaling"
WORK = 240
"""Seconds that a film takes."""
DONE_WITHIN = 30
"""Minutes in which the last film has to be done."""
EVENING, QUIET = 36, 6
"""Films at once on a busy evening, and on a quiet one."""


def _films(count: int) -> None:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    for number in range(1, count + 1):
        sqs.send_message(QueueUrl=url, MessageBody=f"film {number}")


def _first(run: Run) -> Hop:
    return next(iter(hops_of(run.trace, "send", at=QUEUE)))


def _minutes(run: Run) -> float | None:
    """After how many minutes the last film was done; None if some are not."""
    sent = list(hops_of(run.trace, "send", at=QUEUE))
    done = {hop.message: hop.time for hop in hops_of(run.trace, "delete", at=QUEUE)}
    if len(done) < len(sent):
        return None
    return (max(done.values()) - sent[0].time) / SECOND / 60


def done_within(minutes: int) -> Callable[[Run], Finding]:
    """What judges whether the last film was done in time."""

    def judge(run: Run) -> Finding:
        took = _minutes(run)
        if took is not None and took <= minutes:
            return held()
        happened = "Some are not done at all." if took is None else f"It took {took:.0f} minutes."
        return broken(expected=f"The last film is done within {minutes} minutes.", happened=happened)

    return judge


# ---- plan-1: a plan for a burst

BUDGET = {"evening": 250, "quiet": 100}
"""Instance-minutes that may be paid for in the 90 minutes after the first film."""


def an_evening(lab: Lab, answer: Answer) -> None:
    """Many films at once."""
    _planned(lab, answer)
    _films(EVENING)
    lab.advance(minutes=90)


def a_quiet_evening(lab: Lab, answer: Answer) -> None:
    """A few films at once."""
    _planned(lab, answer)
    _films(QUIET)
    lab.advance(minutes=90)


def a_machine_that_dies(lab: Lab, answer: Answer) -> None:
    """A few films, and after six minutes one of the machines is terminated by hand."""
    _planned(lab, answer)
    _films(QUIET)
    lab.advance(minutes=6)
    scaling = boto3.client("autoscaling")
    group = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])["AutoScalingGroups"][0]
    victim = next(each for each in group["Instances"] if each["LifecycleState"] == "InService")
    scaling.terminate_instance_in_auto_scaling_group(
        InstanceId=victim["InstanceId"], ShouldDecrementDesiredCapacity=False
    )
    lab.advance(minutes=60)


def _planned(lab: Lab, answer: Answer) -> None:
    plan = answer.settings
    films = workers_scaling.build(
        lab,
        work=WORK,
        most_instances=plan["max_size"],
        per_instance=True,
        target=plan["backlog_per_instance"],
        protect=plan["protect"],
    )
    timeout = {"VisibilityTimeout": str(plan["visibility_timeout"])}
    boto3.client("sqs").set_queue_attributes(QueueUrl=films, Attributes=timeout)


def it_is_cheap(run: Run) -> Finding:
    """No more machines ran, and no longer, than the budget allows."""
    paid, budget = instance_minutes(run.trace, _first(run)), BUDGET[run.situation.name]
    if paid <= budget:
        return held()
    return broken(
        expected=f"In 90 minutes, {budget} instance-minutes are paid for at most.", happened=f"It was {paid}."
    )


def no_film_is_rendered_twice(run: Run) -> Finding:
    """Nothing was received a second time."""
    again = [life[0] for life in lives(run.trace).values() if sum(hop.kind == "receive" for hop in life) > 1]
    if not again:
        return held()
    return broken(
        expected="Each film is begun once.", happened=f"{counted(len(again), 'film')} were begun again."
    )


PLAN = Exercise(
    id="plan-1",
    title="A plan for wedding season",
    lesson=LESSON,
    level=3,
    topic="cloudwatch",
    asks=Settings(
        (
            Number(
                "backlog_per_instance",
                "target: films that wait for each instance",
                10,
                minimum=1,
                maximum=100,
                unit="films",
            ),
            Number("max_size", "MaxSize of the group", 4, minimum=1, maximum=16, unit="instances"),
            Number(
                "visibility_timeout",
                "the queue's VisibilityTimeout",
                limit_of("sqs.visibility-timeout.default"),
                minimum=0,
                maximum=limit_of("sqs.visibility-timeout.maximum"),
                unit="s",
                source=source_of("sqs.visibility-timeout.maximum"),
            ),
            Switch("protect", "workers protect themselves while at work", default=False),
        )
    ),
    situations=(
        Situation(name="evening", set_up=f"{EVENING} films come at once.", play=an_evening),
        Situation(name="quiet", set_up=f"{QUIET} films come at once.", play=a_quiet_evening),
        Situation(
            name="death",
            set_up=f"{QUIET} films come at once. After six minutes a machine is terminated by hand.",
            play=a_machine_that_dies,
        ),
    ),
    properties=(
        Property(
            name=f"the last film is done within {DONE_WITHIN} minutes",
            points=3,
            judge=done_within(DONE_WITHIN),
            situations=("evening", "quiet"),
        ),
        Property(
            name="it stays within the budget", points=2, judge=it_is_cheap, situations=("evening", "quiet")
        ),
        Property(
            name="no film is rendered twice",
            points=2,
            judge=no_film_is_rendered_twice,
            situations=("evening", "quiet"),
        ),
        Property(
            name="what a dead machine had begun is done within the hour",
            points=2,
            judge=done_within(60),
            situations=("death",),
        ),
    ),
    mistakes=(
        Mistake(
            name="timeout-shorter-than-work",
            recognised=lambda run: run.answer.settings["visibility_timeout"] <= WORK,
            message="While a machine renders, the visibility timeout ends and a second one gets the same "
            "film. It has to be longer than the work.",
        ),
        Mistake(
            name="machines-taken-away",
            recognised=lambda run: (
                run.situation.name != "death"
                and not no_film_is_rendered_twice(run).holds
                and not run.answer.settings["protect"]
            ),
            message="When the group shrank it took machines in the middle of a film; it does not know who "
            "is busy. A worker can protect itself while it works.",
        ),
        Mistake(
            name="hidden-for-hours",
            recognised=lambda run: run.situation.name == "death" and not done_within(60)(run).holds,
            message="The film of the machine that died stayed hidden until its visibility timeout ended. "
            "Longer than the work, yes, but not by hours.",
        ),
        Mistake(
            name="too-few",
            recognised=lambda run: (
                run.situation.name == "evening" and not done_within(DONE_WITHIN)(run).holds
            ),
            message="So few machines do not get through in time. Acceptable waiting time divided by the "
            "time for one film is what may wait for each; and there must be room for as many "
            "machines as that makes.",
        ),
        Mistake(
            name="too-many",
            recognised=lambda run: run.situation.name in BUDGET and not it_is_cheap(run).holds,
            message="All was done long before it had to be, by machines that were paid for to start, and "
            "to wait for being sent away. More may wait for each of them.",
        ),
    ),
)

# ---- follow-1: a metric that misleads


def a_sunday(lab: Lab, answer: Answer) -> None:
    """Many films at once, for a group that follows the learner's policy."""
    _followed(lab, answer, EVENING, minutes=60)


def a_monday(lab: Lab, answer: Answer) -> None:
    """A few films at once, for the same group: a number of machines that never changes shows itself here."""
    _followed(lab, answer, QUIET, minutes=40)


def _followed(lab: Lab, answer: Answer, films: int, *, minutes: int) -> None:
    url = _studio(lab)
    answer.follow(GROUP, url)
    lab.advance(minutes=5)
    _films(films)
    lab.advance(minutes=minutes)


def _studio(lab: Lab) -> str:
    attributes = {"VisibilityTimeout": str(WORK + 60)}
    url: str = boto3.client("sqs").create_queue(QueueName=QUEUE, Attributes=attributes)["QueueUrl"]
    create_group(20)
    lab.worker(GROUP, render, environment={"WORK": str(WORK), "PROTECT": "yes"})
    return url


MOST = {"sunday": 10, "monday": 3}
"""Machines that may be in service at a time."""


def not_too_many(run: Run) -> Finding:
    """The group is as large as the evening needs, and well below its maximum."""
    most, allowed = most_in_service(run.trace, _first(run)), MOST[run.situation.name]
    if most <= allowed:
        return held()
    films = counted(len(list(hops_of(run.trace, "send", at=QUEUE))), "film")
    return broken(
        expected=f"For {films} there are at most {allowed} machines.",
        happened=f"{most} were in service at a time.",
    )


def _scaled(run: Run) -> bool:
    """Whether the size of the group changed after the first film had come."""
    scalings = hops_of(run.trace[_first(run).number :], "scale")
    return any(hop.facts.get("from") != hop.facts.get("to") for hop in scalings)


FOLLOW = Exercise(
    id="follow-1",
    title="Twenty machines for a few films",
    lesson=LESSON,
    level=2,
    topic="cloudwatch",
    asks=Code("follow(group, queue)"),
    situations=(
        Situation(name="sunday", set_up=f"{EVENING} films come at once.", play=a_sunday),
        Situation(name="monday", set_up=f"{QUIET} films come at once.", play=a_monday),
    ),
    properties=(
        Property(
            name=f"the last film is done within {DONE_WITHIN} minutes",
            points=2,
            judge=done_within(DONE_WITHIN),
        ),
        Property(name="there are no more machines than the evening needs", points=3, judge=not_too_many),
    ),
    mistakes=(
        Mistake(
            name="length-of-the-queue",
            recognised=lambda run: (
                run.situation.name == "sunday"
                and most_in_service(run.trace, _first(run)) >= 2 * MOST["sunday"]
            ),
            message="The number of messages does not fall in proportion when machines come, so the group "
            "multiplied again and again, up to its maximum. Divide it by the machines in service.",
        ),
        Mistake(
            name="too-few",
            recognised=lambda run: not done_within(DONE_WITHIN)(run).holds,
            message="There were too few machines for half an hour. How many films may wait for each, if "
            "one takes four minutes?",
        ),
        Mistake(
            name="always-so-many",
            recognised=lambda run: (
                run.situation.name == "monday" and not not_too_many(run).holds and not _scaled(run)
            ),
            message="The group had the same number of machines all the time, whatever came: right for one "
            "Sunday, and paid for on every other day. A policy follows what there is to do.",
        ),
        Mistake(
            name="too-eager",
            recognised=lambda run: not not_too_many(run).holds,
            message="The films were done long before they had to be. More may wait for each machine.",
        ),
    ),
)

EXERCISES = (PLAN, FOLLOW)
