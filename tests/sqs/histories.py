"""Random lives of a queue with a dead-letter queue: what is done to it, and checks on the way."""

import contextlib
import itertools
from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from message_plane import Desk, change, draft

from workbook.aws.sqs import errors
from workbook.aws.sqs.message import State
from workbook.aws.sqs.move_tasks import MoveTasks

GROUPS = st.sampled_from(["A", "B", "C"])

ACTIONS = st.one_of(
    st.tuples(st.just("send"), GROUPS, st.integers(1, 4)),
    st.tuples(st.just("send"), GROUPS, st.integers(1, 4)),
    st.tuples(st.just("receive"), st.integers(1, 10), st.sampled_from([0, 1, 7, 30, None])),
    st.tuples(st.just("receive"), st.integers(1, 3), st.sampled_from([0, 1])),
    st.tuples(st.just("delete"), st.integers(0, 99), st.just(0)),
    st.tuples(st.just("hide"), st.integers(0, 99), st.sampled_from([0, 3, 50])),
    st.tuples(st.just("advance"), st.sampled_from([0.001, 1, 7, 29, 30, 61]), st.just(0)),
    st.tuples(st.just("advance"), st.sampled_from([1, 7, 30]), st.just(0)),
    st.tuples(st.just("retention"), st.sampled_from([60, 100, 345_600]), st.just(0)),
    st.tuples(st.just("delay"), st.sampled_from([0, 5, 60]), st.just(0)),
    st.tuples(st.just("purge"), st.just(0), st.just(0)),
    st.tuples(st.just("move"), st.sampled_from([1, 3, None]), st.just(0)),
)
HISTORIES = st.lists(ACTIONS, min_size=20, max_size=60) | st.lists(ACTIONS, max_size=20)
RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class History:
    """Plays a list of actions on a queue with a dead-letter queue, and checks each answer.

    `seen` has, for each instant, how many hops there were after the last action at it, and what was in them.
    """

    def __init__(self, suffix, seed=1, chaos=None):
        self.desk = Desk(seed, chaos)
        self.fifo = bool(suffix)
        self.calm = chaos is None
        self.dead = self.desk.queue("dead" + suffix)
        self.queue = self.desk.queue("orders" + suffix, dead_letters=self.dead, receives=2)
        self.tasks = MoveTasks(self.desk.world, self.desk.queues.get)
        self.handles = []
        self.hidden_until = {}
        self.seen = {}
        self.sends = 0

    def play(self, actions):
        for name, first, second in actions:
            getattr(self, name)(first, second)
            self.check()
        return self

    def send(self, group, number):
        for _ in range(number):
            self.sends += 1
            self.queue.send(draft(str(self.sends), **self.parts(group)))

    def parts(self, group):
        """FIFO: every fifth message is a duplicate; standard: some are delayed, some have a tenant."""
        if self.fifo:
            return {"group_id": group, "deduplication_id": str(self.sends - (self.sends % 5 == 0))}
        return {"A": {}, "B": {"group_id": "B"}, "C": {"delay_seconds": 7}}[group]

    def receive(self, maximum, timeout):
        before = self.queue.contents()
        deliveries = self.queue.receive_waiting(maximum, timeout, 0)
        assert len(deliveries) <= maximum
        for delivery in deliveries:
            identity = delivery.message.message_id
            if self.calm:
                assert self.hidden_until.get(identity, 0) <= self.desk.now, "shown while invisible"
            self.hidden_until[identity] = delivery.visible_at
            self.handles.append(delivery.receipt_handle)
        if self.fifo:
            self.check_order(before, deliveries)

    def check_order(self, before, deliveries):
        """Of each group come the first that are no dead letters, in order, and none after one in flight."""
        dead = {hop.message for hop in self.desk.hops("dead-letter")}
        for group in {delivery.message.group_id for delivery in deliveries}:
            mine = [d.message.message_id for d in deliveries if d.message.group_id == group]
            there = (s for s in before if s.group_id == group and s.message_id not in dead)
            free = list(itertools.takewhile(lambda s: s.state is not State.IN_FLIGHT, there))
            assert [s.message_id for s in free][: len(mine)] == mine

    def delete(self, index, _):
        if self.handles:
            try:
                self.queue.delete(self.handles[index % len(self.handles)])
            except errors.InvalidParameterValue:
                assert self.fifo

    def hide(self, index, seconds):
        if not self.handles:
            return
        handle = self.handles[index % len(self.handles)]
        try:
            self.queue.change_visibility(handle, seconds)
        except (errors.InvalidParameterValue, errors.MessageNotInflight):
            return
        hop = self.desk.hops("hide")[-1]
        self.hidden_until[hop.message] = hop.facts["visible_at"]

    def advance(self, seconds, _):
        self.desk.advance(seconds)

    def retention(self, seconds, _):
        change(self.queue, message_retention_period=seconds)

    def delay(self, seconds, _):
        change(self.queue, delay_seconds=seconds)

    def purge(self, _, __):
        with contextlib.suppress(errors.PurgeQueueInProgress):
            self.queue.purge()

    def move(self, rate, _):
        with contextlib.suppress(errors.InvalidParameterValue):
            self.tasks.start(self.dead, None, rate)

    def check(self):
        for queue in (self.queue, self.dead):
            self.check_conservation(queue)
        counts = {queue.arn: queue.counts() for queue in (self.queue, self.dead)}
        self.seen[self.desk.now] = len(self.desk.world.trace), counts

    def check_conservation(self, queue):
        counts = queue.counts()
        snapshots = queue.contents()
        states = Counter(snapshot.state for snapshot in snapshots)
        assert counts == (states[State.VISIBLE], states[State.IN_FLIGHT], states[State.DELAYED])
        hops = [hop for hop in self.desk.world.trace if hop.resource == queue.arn and hop.message is not None]
        came = Counter(hop.message for hop in hops if hop.kind in ("send", "dead-letter", "move"))
        went = Counter(hop.message for hop in hops if ended(hop))
        for hop in self.desk.world.trace:
            if hop.kind in ("dead-letter", "move") and hop.facts["source"] == queue.arn:
                went[hop.facts.get("original", hop.message)] += 1
        assert not went - came, "something ended that was not here, or ended twice"
        assert set((came - went).elements()) == {snapshot.message_id for snapshot in snapshots}


def ended(hop):
    if hop.kind == "delete":
        return not hop.facts.get("kept") and not hop.facts.get("already_deleted")
    return hop.kind in ("expire", "purge")
