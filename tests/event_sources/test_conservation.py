"""Whatever a function does, no message is lost or in two batches at a time, and groups keep their order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook.aws.awslambda.errors import TooManyRequests
from workbook.aws.awslambda.invocation import Invocation
from workbook.aws.event_sources import processing
from workbook.aws.event_sources.poller import Poller
from workbook.aws.event_sources.processing import Processor
from workbook.aws.event_sources.settings import REPORT_BATCH_ITEM_FAILURES, MappingSettings
from workbook.aws.event_sources.source_queue import SourceQueue
from workbook.aws.sqs.attributes import QueueSettings, RedrivePolicy
from workbook.aws.sqs.message import Draft
from workbook.aws.sqs.queue import Queue
from workbook.engine.hop import Hop
from workbook.engine.world import World, close_world

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:plan"
RECEIVES = 3
VISIBILITY = 300
"""Seconds: far more than an invocation takes with all its throttled tries, as AWS advises. With less, a
message is seen again while it is still being worked on, and rightly so."""


class Plan:
    """A function whose invocations succeed, fail, report one message, are throttled, or take their time."""

    def __init__(self, outcomes: list[tuple[str, int]]) -> None:
        self.outcomes = outcomes
        self.invocations = 0
        self.now_in_batch: set[str] = set()
        self.groups_now: set[str] = set()
        self.first_seen: dict[str, list[str]] = {}
        self.running = 0
        self.most_running = 0
        self.done: set[str] = set()
        self.failed_last: set[str] = set()

    def invoke(self, world: World, arn: str, payload: str, *, causes: list[Hop]) -> Invocation:
        """As `workbook.aws.awslambda.invocation.invoke`."""
        outcome, seconds = self.outcomes[self.invocations % len(self.outcomes)]
        self.invocations += 1
        if outcome == "throttle":
            reason = "ConcurrentInvocationLimitExceeded"
            raise TooManyRequests(reason)
        hop = world.trace.record("invoke", arn, causes=causes)
        records: list[dict[str, Any]] = json.loads(payload)["Records"]
        with self._in_progress(records):
            world.kernel.sleep(seconds)
        ids = {record["messageId"] for record in records}
        if outcome == "ok":
            self.done |= ids
        self.failed_last = self.failed_last | ids if outcome == "fail" else self.failed_last - ids
        failures = [{"itemIdentifier": records[0]["messageId"]}] if outcome == "report" else []
        error = "Unhandled" if outcome == "fail" else None
        answer = json.dumps({"batchItemFailures": failures})
        return Invocation("id", answer, error, "", "$LATEST", seconds, 1, hop)

    @contextmanager
    def _in_progress(self, records: list[dict[str, Any]]) -> Iterator[None]:
        ids = {record["messageId"] for record in records}
        groups = {group for group in map(group_of, records) if group}
        assert not ids & self.now_in_batch, "a message is in two batches at the same time"
        assert not groups & self.groups_now, "a group has two batches at the same time"
        for record in records:
            seen = self.first_seen.setdefault(group_of(record), [])
            if record["body"] not in seen:
                seen.append(record["body"])
        self.now_in_batch |= ids
        self.groups_now |= groups
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        yield
        self.running -= 1
        self.now_in_batch -= ids
        self.groups_now -= groups


def group_of(record: dict[str, Any]) -> str:
    return str(record["attributes"].get("MessageGroupId", ""))


def draft(body: str, group: str | None) -> Draft:
    digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
    return Draft(body, {}, {}, "AIDA", len(body), digest, group_id=group, deduplication_id=group and body)


def run(
    plan: Plan, mapping: MappingSettings, sends: list[tuple[int, str | None]]
) -> tuple[World, list[str], list[str]]:
    """Send, let a poller work until nothing is left to do; what is left in the queue, and in its DLQ."""
    world = World.for_tests(seed=7)
    try:
        suffix = ".fifo" if mapping.fifo else ""
        queues: dict[str, Queue] = {}

        def queue(name: str, **settings: Any) -> Queue:
            arn = f"arn:aws:sqs:us-east-1:123456789012:{name}{suffix}"
            made = QueueSettings(fifo_queue=mapping.fifo, **settings)
            queues[arn] = Queue(world, name + suffix, arn, "us-east-1", "123456789012", made, queues.get)
            return queues[arn]

        dead = queue("dead")
        redrive = RedrivePolicy(dead.arn, RECEIVES)
        orders = queue("orders", redrive_policy=redrive, visibility_timeout=VISIBILITY)
        source = SourceQueue(world, "mapping", orders)
        worker = Poller(world, source, mapping, Processor(world, source), lambda problem: None)
        with (
            mock.patch.object(processing, "invoke", plan.invoke),
            mock.patch.object(processing, "function_exists", return_value=True),
            world.kernel,
        ):
            worker.start()
            for number, (pause, group) in enumerate(sends):
                world.kernel.sleep(pause)
                orders.send(draft(f"m{number:03}", group))
            assert world.kernel.run_until_idle()
            left = [snapshot.body for snapshot in orders.contents()]
            return world, left, [snapshot.body for snapshot in dead.contents()]
    finally:
        world.kernel.close()
        close_world()


outcomes = st.lists(
    st.tuples(st.sampled_from(["ok", "ok", "fail", "report", "throttle"]), st.integers(0, 20)),
    min_size=1,
    max_size=6,
).filter(lambda plan: any(outcome != "throttle" for outcome, _ in plan))
pauses = st.sampled_from([0, 0, 0, 1, 10, 40])


def check_conservation(plan: Plan, world: World, sent: int, left: list[str], dead: list[str]) -> None:
    deleted = {hop.message for hop in world.trace if hop.kind == "delete" and hop.outcome == "ok"}
    assert left == []
    assert len(deleted) + len(dead) == sent
    assert plan.done <= deleted
    assert not plan.failed_last & deleted
    for hop in world.trace:
        if hop.kind == "receive":
            assert int(str(hop.facts["receive_count"])) <= RECEIVES


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    outcomes,
    st.lists(st.tuples(pauses, st.none()), min_size=8, max_size=40),
    st.sampled_from([1, 3, 10]),
    st.sampled_from([0, 5]),
    st.sampled_from([2, 3, None]),
    st.booleans(),
)
def test_a_standard_queue_loses_nothing(
    plan: list[tuple[str, int]],
    sends: list[tuple[int, str | None]],
    batch_size: int,
    window: int,
    maximum: int | None,
    reports: bool,
) -> None:
    types = (REPORT_BATCH_ITEM_FAILURES,) if reports else ()
    arn = "arn:aws:sqs:us-east-1:123456789012:orders"
    mapping = MappingSettings(
        arn, FUNCTION, batch_size, window, function_response_types=types, maximum_concurrency=maximum
    )
    function = Plan(plan)
    world, left, dead = run(function, mapping, sends)
    check_conservation(function, world, len(sends), left, dead)
    assert function.most_running <= (maximum or 1250)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    outcomes.filter(lambda plan: all(outcome != "report" for outcome, _ in plan)),
    st.lists(st.tuples(pauses, st.sampled_from(["a", "b", "c"])), max_size=30),
    st.sampled_from([1, 3, 10]),
)
def test_the_groups_of_a_fifo_queue_keep_their_order(
    plan: list[tuple[str, int]], sends: list[tuple[int, str | None]], batch_size: int
) -> None:
    mapping = MappingSettings("arn:aws:sqs:us-east-1:123456789012:orders.fifo", FUNCTION, batch_size)
    function = Plan(plan)
    world, left, dead = run(function, mapping, sends)
    check_conservation(function, world, len(sends), left, dead)
    for seen in function.first_seen.values():
        assert seen == sorted(seen)
