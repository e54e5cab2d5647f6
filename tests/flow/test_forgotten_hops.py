"""Pictures of a trace that has forgotten its beginning: they show whole stories, and say what is missing."""

import pytest

from workbook import Lab
from workbook.engine.clock import Clock
from workbook.engine.retention import Retention
from workbook.engine.trace import Trace
from workbook.flow.chart import chart_of
from workbook.flow.cost import cost_of
from workbook.flow.flow import flow_of
from workbook.flow.kept import told_of, whole_stories
from workbook.flow.scene import Scene
from workbook.flow.sequence import sequence_of
from workbook.flow.state_machine import state_machine_of
from workbook.scenarios import SCENARIOS

EVERY = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
SHORT = {
    "lambda-scaling": {"messages": 300},
    "synchronous-chain": {"requests": 40},
    "buffered-writes": {"customers": 20},
    "map-fan-out": {"pages": 12, "capacity": 2},
    "one-event-three-ways": {"events": 1, "departments": 2},
    "polling": {"minutes": 2},
    "workers-scaling": {"messages": 4, "work": 60},
}


def forgetting(hops, most):
    """The trace of a server that keeps `most` hops, after all of `hops` have happened there."""
    trace = Trace(Clock(hops[-1].time))
    trace.keep(Retention(most, 10**9))
    for hop in hops:
        clock = trace._clock
        clock._now = hop.time
        trace.record(
            hop.kind,
            hop.resource,
            message=hop.message,
            causes=hop.causes,
            outcome=hop.outcome,
            size=hop.size,
            **hop.facts,
        )
    return trace


@EVERY
def test_every_picture_can_be_drawn_wherever_the_trace_begins(scenario):
    with Lab(seed=7) as lab:
        scenario.run(lab, **SHORT.get(scenario.name, {}))
        hops, now = list(lab.trace), lab.world.clock.now
    for share in (0.8, 0.6, 0.3, 0.05):
        trace = forgetting(hops, max(1, round(len(hops) * share)))
        told = f"the first {trace.forgotten:,} hops are forgotten"
        whole = whole_stories(trace)
        assert told in flow_of(trace, now).prose()
        assert told[1:] in sequence_of(trace, now).prose()
        assert told[1:] in repr(cost_of(whole, now, told_of(trace))) or not cost_of(whole, now).rows
        chart_of(Scene.of(list(whole), now), (), forgotten=told_of(trace)).prose()
        if any(hop.kind == "enter-state" for hop in whole):
            state_machine_of(list(whole), now, next(_machines(whole))).prose()


def _machines(hops):
    return (
        hop.resource
        for hop in hops
        if hop.kind in {"create", "configure"} and ":stateMachine:" in hop.resource
    )


def test_a_story_that_began_in_what_is_forgotten_is_left_out_and_a_later_one_is_whole():
    trace = Trace(Clock(0))
    trace.keep(Retention(6, 10**9))
    queue = "arn:aws:sqs:us-east-1:123456789012:orders"
    trace.record("create", queue, settings={})
    trace.record("send", queue, message="early")
    for _ in range(2):
        trace.record("api-call", "sqs:ListQueues")
    trace.record("receive", queue, message="early", causes=[2])
    trace.record("send", queue, message="late")
    trace.record("receive", queue, message="late")
    trace.record("delete", queue, message="late")
    shown = whole_stories(trace)
    assert [(hop.kind, hop.message) for hop in shown if hop.message] == [
        ("send", "late"),
        ("receive", "late"),
        ("delete", "late"),
    ]
    assert shown[1].kind == "create"
    assert [hop.number for hop in shown] == list(range(1, len(shown) + 1))
    assert shown[-1].causes == (shown[-2].number,)


def test_where_nothing_is_forgotten_nothing_is_said():
    trace = Trace(Clock(0))
    trace.record("send", "orders")
    assert whole_stories(trace) is trace
    assert told_of(trace) == ""
