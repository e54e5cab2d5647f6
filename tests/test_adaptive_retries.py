"""Retry mode "adaptive": a throttled client slows down in AWS time, and no call ever waits in real time."""

import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.retries.adaptive import RateClocker
from botocore.retries.bucket import Clock, TokenBucket
from botocore.retries.throttling import CubicCalculator

from workbook import Lab

ADAPTIVE = Config(retries={"mode": "adaptive", "max_attempts": 10})
FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


def flood(lab, client, count=330):
    """Send more to a FIFO queue than its 300 calls a second, from a client that is quicker than that."""
    url = client.create_queue(QueueName="orders.fifo", Attributes=FIFO)["QueueUrl"]
    for number in range(count):
        client.send_message(QueueUrl=url, MessageBody=str(number), MessageGroupId="a")
    return sum(hop.kind == "throttle" for hop in lab.trace), len(lab.queue("orders.fifo"))


def never(_seconds):
    raise AssertionError("somebody waits in real time")


def test_all_messages_arrive_although_some_sends_are_throttled(lab, monkeypatch):
    monkeypatch.setattr("time.sleep", never)
    begin = lab.now
    throttled, arrived = flood(lab, lab.client("sqs", config=ADAPTIVE))
    assert arrived == 330
    assert throttled > 0
    assert (lab.now - begin).total_seconds() < 600


def test_it_goes_on_after_a_reset_which_puts_the_clock_back(lab):
    client = lab.client("sqs", config=ADAPTIVE)
    flood(lab, client)
    lab.advance(days=30)
    client.list_queues()
    lab.reset()
    begin = lab.now
    assert flood(lab, client)[1] == 330
    assert (lab.now - begin).total_seconds() < 600


def test_a_client_made_before_the_lab_does_not_wait_until_its_own_time_comes():
    program = """
    import boto3
    from botocore.config import Config
    config = Config(retries={"mode": "adaptive", "max_attempts": 10})
    before = boto3.client("sqs", region_name="us-east-1", config=config)
    from test_adaptive_retries import flood
    import datetime
    from workbook import Lab
    with Lab(start=datetime.datetime(2001, 1, 1)) as lab:
        begin = lab.now
        throttled, arrived = flood(lab, before)
        assert throttled and arrived == 330, (throttled, arrived)
        assert (lab.now - begin).total_seconds() < 600
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"AWS_EC2_METADATA_DISABLED": "true", "PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, env=environment, timeout=300)


class Still(Clock):
    """A clock that stands still, and stops whoever waits for it."""

    def current_time(self):
        return 100.0


def test_botocore_still_waits_on_a_condition_and_believes_that_time_goes_on(monkeypatch):
    class Waited(Exception):
        pass

    def wait(*_arguments):
        raise Waited

    monkeypatch.setattr(threading.Condition, "wait", wait)
    bucket = TokenBucket(max_rate=1, clock=Still())
    with pytest.raises(Waited):
        bucket.acquire()
    bucket._last_timestamp = 1000.0
    bucket._refill()
    assert bucket.available_capacity < -100
    clocker = RateClocker(Still())
    clocker._last_bucket = 1000.0
    clocker.record()
    assert clocker.measured_rate == 0
    assert CubicCalculator(10, start_time=1000.0).success_received(100.0) < 0


def test_an_acquire_that_does_not_block_still_fails_at_once(lab):
    bucket = TokenBucket(max_rate=1, clock=Clock())
    with pytest.raises(Exception, match="capacity"):
        bucket.acquire(block=False)
    begin = lab.now
    assert bucket.acquire()
    assert (lab.now - begin).total_seconds() == pytest.approx(1, abs=0.01)


def test_botocore_is_as_it_was_when_the_lab_is_closed():
    before = TokenBucket.acquire, TokenBucket._refill, RateClocker.record, CubicCalculator.success_received
    with Lab(seed=1):
        assert TokenBucket.acquire is not before[0]
    assert (
        TokenBucket.acquire,
        TokenBucket._refill,
        RateClocker.record,
        CubicCalculator.success_received,
    ) == before
