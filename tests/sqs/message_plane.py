"""What the tests of the message plane share: queues without an API before them."""

import hashlib
from dataclasses import replace

from workbook.aws.sqs.attributes import QueueSettings, RedrivePolicy
from workbook.aws.sqs.errors import SQSError
from workbook.aws.sqs.message import Draft
from workbook.aws.sqs.queue import Queue
from workbook.engine.clock import SECOND
from workbook.engine.seeds import Chaos
from workbook.engine.world import World

ACCOUNT = "123456789012"
REGION = "us-east-1"


def draft(body="hello", **parts):
    digest = hashlib.md5(body.encode()).hexdigest()
    return Draft(body, {}, {}, "AIDA", len(body.encode()), digest, **parts)


class Desk:
    """A world, its queues, and short names for what a test does with them."""

    def __init__(self, seed=7, chaos=None):
        self.world = World.for_tests(seed=seed, chaos=chaos or Chaos())
        self.queues = {}

    def queue(self, name="orders", *, dead_letters=None, receives=3, **settings):
        fifo = name.endswith(".fifo")
        policy = RedrivePolicy(dead_letters.arn, receives) if dead_letters is not None else None
        settings = QueueSettings(fifo_queue=fifo, redrive_policy=policy, **settings)
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        queue = Queue(self.world, name, arn, REGION, ACCOUNT, settings, self.queues.get)
        self.queues[arn] = queue
        return queue

    def advance(self, seconds):
        with self.world.kernel:
            self.world.kernel.sleep(seconds)

    @property
    def now(self):
        return self.world.clock.now

    def spawn(self, function, *arguments):
        """A task whose result is collected in the list that is returned, with the seconds that it took."""
        results = []
        started = self.now

        def run():
            try:
                result = function(*arguments)
            except SQSError as error:
                result = error
            results.append((result, (self.now - started) / SECOND))

        self.world.kernel.spawn(run, name=f"test task {getattr(function, '__name__', '')}")
        return results

    def hops(self, kind):
        return [hop for hop in self.world.trace if hop.kind == kind]


def bodies(deliveries):
    return [delivery.message.body for delivery in deliveries]


def change(queue, **settings):
    queue.apply(replace(queue.settings, **settings))
