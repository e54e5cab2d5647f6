"""Workers at a queue: they grow with the backlog, shrink without it, and lose nothing."""

from __future__ import annotations

import pytest
from auto_scaling_learner import (
    BACKLOG,
    GROUP,
    WORKS_FIVE_SECONDS,
    create_group,
    described,
    instances,
    scalings,
    track,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from learner import contents, hops, queue, send, send_many

from workbook import Lab

PROTECTS_ITSELF = """
import time
import boto3


def program(instance):
    sqs, autoscaling = boto3.client("sqs"), boto3.client("autoscaling")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]

    def protect(protected):
        autoscaling.set_instance_protection(
            InstanceIds=[instance.instance_id],
            AutoScalingGroupName=instance.group_name,
            ProtectedFromScaleIn=protected,
        )

    while True:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", []):
            protect(True)
            time.sleep(300)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            protect(False)
"""


def workers(lab, least, most, program=WORKS_FIVE_SECONDS, **options):
    """A group of workers in service, scaled on its backlog; the client of Auto Scaling."""
    asg = create_group(lab, least, most, DefaultInstanceWarmup=0, **options)
    asg.enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="1Minute")
    lab.worker(GROUP, program)
    track(asg, 10.0, {"Metrics": BACKLOG})
    lab.advance(61)
    return asg


def test_a_burst_of_1000_messages_scales_from_1_to_8_and_back(lab, sqs):
    url = queue(sqs)
    asg = workers(lab, 1, 8)
    send_many(sqs, url, map(str, range(1000)))
    assert lab.run_until_idle()
    assert contents(lab, url) == []
    assert len(hops(lab, "delete")) == 1000
    assert described(asg)["DesiredCapacity"] == 8
    lab.advance(minutes=30)
    assert scalings(lab) == [(0, 1), (1, 8), *[(each, each - 1) for each in range(8, 1, -1)]]
    assert len(instances(asg)) == 1


def test_more_workers_finish_earlier(lab, sqs):
    """1,000 messages of 5 s: one worker needs 5,000 s, eight of them a good deal less."""
    url = queue(sqs)
    workers(lab, 1, 8)
    begin = lab.now
    send_many(sqs, url, map(str, range(1000)))
    lab.run_until_idle()
    assert 5000 / 8 < (lab.now - begin).total_seconds() < 1200


def test_a_worker_that_is_terminated_leaves_its_message_to_another(lab, sqs):
    url = queue(sqs, VisibilityTimeout=90)
    asg = create_group(lab, 0, 2, DesiredCapacity=1)
    lab.worker(GROUP, WORKS_FIVE_SECONDS, environment={"SECONDS": "60"})
    lab.advance(70)
    send(sqs, url, "cake")
    lab.advance(10)
    (first,) = instances(asg)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    asg.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=True)
    assert lab.run_until_idle()
    received = [hop.causes for hop in hops(lab, "receive")]
    callers = [lab.trace[causes[-1] - 1].facts["by"] for causes in received]
    assert len(callers) == 2
    assert callers[0] == first != callers[1]
    assert contents(lab, url) == []


def test_a_worker_that_protects_itself_finishes_before_it_goes(lab, sqs):
    url = queue(sqs, VisibilityTimeout=600)
    asg = create_group(lab, 0, 2, DesiredCapacity=2)
    lab.worker(GROUP, PROTECTS_ITSELF)
    lab.advance(70)
    send(sqs, url, "cake")
    lab.advance(10)
    busy = next(each for each in described(asg)["Instances"] if each["ProtectedFromScaleIn"])
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=0)
    assert instances(asg) == [busy["InstanceId"]]
    lab.run_until_idle()
    assert (len(hops(lab, "receive")), len(hops(lab, "delete"))) == (1, 1)
    assert instances(asg) == []


def test_workers_that_wait_at_an_empty_queue_are_no_work(lab, sqs):
    queue(sqs)
    workers(lab, 3, 8)
    before = lab.now
    assert lab.run_until_idle()
    assert (lab.now - before).total_seconds() < 1


def test_a_message_that_will_come_back_is_work_that_workers_wait_for(lab, sqs):
    url = queue(sqs, VisibilityTimeout=3000)
    workers(lab, 1, 1)
    sqs.receive_message(QueueUrl=url)
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=600)
    assert lab.run_until_idle()
    assert contents(lab, url) == []


def test_the_calls_of_a_worker_are_its_own_and_nothing_caused_them(lab, sqs):
    url = queue(sqs)
    asg = workers(lab, 2, 2)
    send(sqs, url, "cake")
    lab.run_until_idle()
    deletes = [hop for hop in hops(lab, "api-call") if hop.resource == "sqs:DeleteMessage"]
    assert [hop.causes for hop in deletes] == [()]
    assert deletes[0].facts["by"] in instances(asg)


def test_the_same_seed_gives_the_same_trace():
    def run():
        with Lab(seed=11) as lab:
            sqs = lab.client("sqs")
            url = queue(sqs)
            workers(lab, 1, 4, AvailabilityZones=["us-east-1a", "us-east-1b"])
            send_many(sqs, url, map(str, range(120)))
            lab.run_until_idle()
            lab.advance(minutes=30)
            return lab.trace.text()

    assert run() == run()


@given(
    messages=st.integers(1, 12),
    sizes=st.lists(st.integers(0, 3), min_size=1, max_size=6),
    pauses=st.lists(st.integers(1, 90), min_size=6, max_size=6),
    seconds=st.sampled_from(["1", "20", "50"]),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happens_to_the_workers_no_message_is_lost_or_invented(messages, sizes, pauses, seconds):
    with Lab(seed=5) as lab:
        sqs = lab.client("sqs")
        url = queue(sqs, VisibilityTimeout=60)
        asg = create_group(lab, 0, 3, DesiredCapacity=2)
        lab.worker(GROUP, WORKS_FIVE_SECONDS, environment={"SECONDS": seconds})
        send_many(sqs, url, map(str, range(messages)))
        for size, pause in zip(sizes, pauses, strict=False):
            asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=size)
            lab.advance(pause)
            deleted = {hop.message for hop in hops(lab, "delete")}
            assert len(deleted) + len(contents(lab, url)) == messages
        asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)
        lab.advance(60)
        assert lab.run_until_idle()
        deletes = [hop.message for hop in hops(lab, "delete")]
        assert len(deletes) == len(set(deletes)) == messages
        assert contents(lab, url) == []


@pytest.mark.parametrize("wait", [0, 20])
def test_workers_without_messages_do_not_keep_a_lab_busy_however_they_poll(lab, sqs, wait):
    queue(sqs)
    polls = f"""
import time, boto3
def program(instance):
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    while True:
        sqs.receive_message(QueueUrl=url, WaitTimeSeconds={wait})
        time.sleep(5)
"""
    create_group(lab, 1, 1)
    lab.worker(GROUP, polls)
    assert lab.run_until_idle()
    assert len(hops(lab, "in-service")) == 1
    lab.advance(60)
    assert lab.run_until_idle()
