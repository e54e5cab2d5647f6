"""Random things that happen to two queues: for tests that compare a picture with what the queues answered.

They happen on the message plane, without an API before it: a history takes milliseconds.
"""

import json
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from message_plane import Desk, draft

from workbook.flow.flow import flow_of

RELAXED = settings(max_examples=60, deadline=None)
STEPS = st.one_of(
    st.tuples(st.just("send"), st.integers(1, 4)),
    st.tuples(st.just("send_later"), st.integers(1, 60)),
    st.tuples(st.just("receive"), st.integers(1, 10)),
    st.tuples(st.just("receive_dead"), st.integers(1, 10)),
    st.tuples(st.just("delete"), st.integers(0, 5)),
    st.tuples(st.just("give_back"), st.integers(0, 5)),
    st.tuples(st.just("advance"), st.integers(1, 45)),
)
HAPPENINGS = st.lists(STEPS, max_size=20)


class Happenings:
    """Lets steps happen and counts what went where, by what the queues answered and by nothing else."""

    def __init__(self, seed=7, **settings):
        self.desk = Desk(seed)
        self.dead = self.desk.queue("dead")
        self.orders = self.desk.queue("orders", dead_letters=self.dead, receives=2, **settings)
        policy = json.dumps({"deadLetterTargetArn": self.dead.arn, "maxReceiveCount": 2})
        self._announce(self.dead, {})
        self._announce(self.orders, {"RedrivePolicy": policy, **settings})
        self.counts = Counter()
        self.held = []

    def _announce(self, queue, settings):
        self.desk.world.trace.record("create", queue.arn, settings=settings)

    def happen(self, steps):
        for name, number in steps:
            getattr(self, name)(number)
        return self

    def flow(self, **narrowing):
        for queue in (self.orders, self.dead):
            queue.settle()
        return flow_of(self.desk.world.trace, self.desk.now, **narrowing)

    def contents(self, name):
        return {"orders": self.orders, "dead": self.dead}[name].counts()

    def send(self, number):
        for _ in range(number):
            self.orders.send(draft())
        self.counts["you", "orders"] += number

    def send_later(self, seconds):
        self.orders.send(draft(delay_seconds=seconds))
        self.counts["you", "orders"] += 1

    def receive(self, most):
        got = self.orders.receive(most, None)
        self.counts["orders", "you"] += len(got)
        self.held += [delivery.receipt_handle for delivery in got]

    def receive_dead(self, most):
        self.counts["dead", "you"] += len(self.dead.receive(most, None))

    def delete(self, place):
        if place < len(self.held):
            self.orders.delete(self.held.pop(place))

    def give_back(self, place):
        """Only what is still in flight: else it is an error."""
        if place < len(self.held) and self.orders.counts().in_flight == len(self.held):
            self.orders.change_visibility(self.held.pop(place), 0)

    def advance(self, seconds):
        self.desk.advance(seconds)
