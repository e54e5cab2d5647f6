"""Programs of a learner's own run beside the cell, in AWS time."""

import datetime
import time
from time import sleep

import pytest

from workbook.engine.tasks import TaskFailed


def seconds_since(lab, start):
    return round((lab.now - start).total_seconds(), 3)


def test_two_programs_work_at_the_same_time(lab):
    done = []

    def worker(name, seconds):
        time.sleep(seconds)
        done.append((name, time.time()))

    start = lab.now
    lab.program("slow", worker, "slow", 30)
    lab.program("quick", worker, "quick", 10)
    assert lab.run_until_idle()
    assert [(name, at - start.timestamp()) for name, at in done] == [("quick", 10.0), ("slow", 30.0)]
    assert seconds_since(lab, start) == 30


def nap():
    sleep(5)


def now():
    return datetime.datetime.now(datetime.UTC)


def naps_and_tells(times):
    import time as clock  # noqa: PLC0415 - this is what is tested

    nap()
    times.append(now())
    clock.sleep(5)
    times.append(now())


def test_every_way_to_import_time_gives_aws_time_also_in_functions_beside_it(lab):
    times = []
    start = lab.now
    lab.program("napper", naps_and_tells, times)
    lab.run_until_idle()
    assert [(moment - start).total_seconds() for moment in times] == [5, 10]


def test_the_trace_says_who_made_its_calls_and_that_no_cell_caused_them(lab, sqs):
    def producer():
        sqs.create_queue(QueueName="orders")

    with lab.actor("somebody else"):
        lab.program("producer", producer)
    lab.run_until_idle()
    call = lab.trace[0]
    assert (call.resource, call.facts["by"], call.causes) == ("sqs:CreateQueue", "producer", ())


def test_an_error_in_a_program_reaches_the_cell(lab):
    def broken():
        time.sleep(5)
        raise ValueError("no flour")

    lab.program("cook", broken)
    with pytest.raises(TaskFailed, match="'cook' failed: ValueError: no flour"):
        lab.run_until_idle()


def test_a_reset_ends_programs(lab):
    done = []

    def worker():
        time.sleep(5)
        done.append("never")

    lab.program("worker", worker)
    lab.advance(1)
    lab.reset()
    lab.run_until_idle()
    assert done == []


def endless():
    yield 1


async def later():
    pass


@pytest.mark.parametrize("function", ["cook", print, endless, later, None])
def test_only_a_plain_function_can_be_a_program(lab, function):
    with pytest.raises(TypeError, match=r"pass a function|plain function"):
        lab.program("cook", function)


def test_a_program_has_a_name(lab):
    with pytest.raises(TypeError, match=r"lab\.program\('second cook'"):
        lab.program("", endless)


def test_the_real_time_of_the_process_is_untouched(lab):
    def worker():
        time.sleep(3600)

    before, real = lab.now, time.monotonic()
    lab.program("worker", worker)
    lab.run_until_idle()
    assert time.sleep.__module__ == "time"
    assert (lab.now - before).total_seconds() >= 3600 > time.monotonic() - real


def test_a_consumer_that_asks_for_ever_does_not_keep_the_lab_busy(lab, sqs):
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    baked = []

    def cook():
        while True:
            for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20).get("Messages", []):
                time.sleep(25)
                baked.append(message["Body"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    lab.program("cook", cook)
    lab.advance(minutes=30)
    sqs.send_message(QueueUrl=queue, MessageBody="cake")
    assert lab.run_until_idle()
    assert baked == ["cake"]
    assert len(lab.queue("orders")) == 0


def test_a_producer_counts_as_work_until_it_ends(lab):
    def producer():
        time.sleep(2 * 3600)

    start = lab.now
    lab.program("producer", producer)
    assert lab.run_until_idle()
    assert seconds_since(lab, start) == 7200
