"""Whatever a target does, each message is delivered, filtered out, in its queue still, or a dead letter."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from pipe_system import PipeSystem

from workbook import Lab
from workbook.aws.delivery.outages import begin_outage
from workbook.engine.clock import SECOND

messages = st.lists(
    st.tuples(
        st.sampled_from(["order", "order", "noise"]),
        st.sampled_from([1, 1, 2000]),  # a body of 2,000 bytes is more than the target takes
        st.integers(0, 3),
    ),
    max_size=25,
)


@settings(max_examples=12, deadline=None)
@given(messages, st.integers(1, 10), st.sampled_from([0, 0, 15, 90]), st.booleans())
def test_no_message_is_lost_or_made(sent, batch_size, outage, fifo):
    with Lab(seed=1) as lab:
        system = PipeSystem(lab)
        suffix = ".fifo" if fifo else ""
        dead = system.queue(f"dead{suffix}")
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
        source = system.queue(f"in{suffix}", RedrivePolicy=redrive, VisibilityTimeout="30")
        target = system.queue("out", MaximumMessageSize="1024")
        pattern = json.dumps({"body": {"kind": ["order"]}})
        system.pipe(
            source,
            target,
            SourceParameters={
                "FilterCriteria": {"Filters": [{"Pattern": pattern}]},
                "SqsQueueParameters": {"BatchSize": batch_size},
            },
            TargetParameters={"InputTemplate": "<$.body>"},
        )
        if outage:
            begin_outage(lab.world, target, lab.world.clock.now + outage * SECOND)
        bodies = {}
        for number, (kind, size, pause) in enumerate(sent):
            body = {"kind": kind, "n": number, "pad": "x" * size}
            [identifier] = system.send(f"in{suffix}", body, group=f"g{number % 3}" if fifo else None)
            bodies[identifier] = body
            lab.advance(seconds=pause)
        assert lab.run_until_idle() is not False
        delivered = [json.loads(body)["n"] for body in system.bodies("out")]
        dead_letters = [json.loads(body)["n"] for body in system.bodies(f"dead{suffix}")]
        filtered = [bodies[hop.message]["n"] for hop in lab.trace if hop.kind == "filter"]
        left = [json.loads(body)["n"] for body in system.bodies(f"in{suffix}")]
    assert left == []
    assert sorted(delivered + dead_letters + filtered) == list(range(len(sent)))
    noise = [number for number, (kind, _, _) in enumerate(sent) if kind == "noise"]
    assert sorted(filtered) == noise
    if not outage and not fifo:
        large = [number for number, (kind, size, _) in enumerate(sent) if kind == "order" and size > 1]
        assert sorted(dead_letters) == large
    if fifo:
        for group in range(3):
            of_group = [number for number in delivered if number % 3 == group]
            assert of_group == sorted(of_group)
