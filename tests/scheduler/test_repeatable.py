"""Same seed, same schedules: the same invocations at the same seconds, with the same ids."""

from __future__ import annotations

from scheduler_learner import bodies, create_queue, create_role, create_schedule

from workbook import Lab

INPUT = "<aws.scheduler.execution-id>"


def day(seed):
    with Lab(seed=seed) as lab:
        create_role(lab)
        url, arn = create_queue(lab)
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 90}
        create_schedule(lab, "rate(1 hour)", {"Arn": arn, "Input": INPUT}, "narrow")
        create_schedule(lab, "rate(1 hour)", {"Arn": arn, "Input": INPUT}, "wide", FlexibleTimeWindow=window)
        lab.advance(days=1)
        times = [(hop.resource, hop.time) for hop in lab.trace if hop.kind == "fire"]
        return times, bodies(lab, url)


def test_the_seed_decides():
    first = day(1)
    assert day(1) == first
    assert day(2) != first
