"""The program on an instance: how it begins, fails and ends, and what the trace says of it."""

from __future__ import annotations

import pytest
from auto_scaling_learner import GROUP, create_group, instances
from learner import contents, hops, queue, send

from workbook.aws.autoscaling.programs import RESTART
from workbook.packaging import PackagingError


@pytest.fixture
def asg(lab):
    """A group with one instance in service."""
    client = create_group(lab, 1, 3)
    lab.advance(61)
    return client


def test_a_function_of_the_notebook_is_a_program(lab, asg):
    def program(instance):
        print(instance.instance_id, instance.group_name, instance.availability_zone, instance.region)  # noqa: T201 - what it prints is the point

    lab.worker(GROUP, program)
    lab.advance(1)
    (line,) = hops(lab, "log")
    assert line.facts["line"] == f"{instances(asg)[0]} workers us-east-1a us-east-1"


def test_a_program_begins_on_each_instance_that_comes_into_service(lab, asg):
    lab.worker(GROUP, "def program(instance):\n    print('hello')")
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=3)
    lab.advance(61)
    assert {hop.facts["instance"] for hop in hops(lab, "log")} == set(instances(asg))


def test_a_program_that_returns_has_ended(lab, asg):
    lab.worker(GROUP, "def program(instance):\n    print('once')")
    lab.advance(600)
    assert (len(hops(lab, "log")), len(hops(lab, "end")), hops(lab, "fail")) == (1, 1, [])


def test_after_an_error_it_is_started_again(lab, asg):
    lab.worker(
        GROUP,
        """
        def program(instance):
            order = {}
            print(order["flour"])
        """,
    )
    lab.advance(3 * RESTART / 1e6 - 1)
    failures = hops(lab, "fail")
    assert [hop.outcome for hop in failures] == ["KeyError"] * 3
    assert failures[0].facts["error"] == "'flour' (line 3 of the program)"
    assert failures[0].facts["restart_at"] == failures[0].time + RESTART == failures[1].time


def test_a_program_that_always_fails_does_not_keep_the_lab_busy(lab, asg):
    lab.worker(GROUP, "def program(instance):\n    raise SystemExit(1)")
    assert lab.run_until_idle()
    assert [hop.outcome for hop in hops(lab, "fail")] == ["SystemExit"]


def test_a_poison_message_makes_it_fail_until_the_dead_letter_queue_has_it(lab, sqs, asg):
    dead = queue(sqs, "dead")
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 2}}'
    url = queue(sqs, RedrivePolicy=policy)
    lab.worker(
        GROUP,
        """
        import boto3
        def program(instance):
            sqs = boto3.client("sqs")
            url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
            while True:
                for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", []):
                    int(message["Body"])
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        """,
    )
    send(sqs, url, "seven")
    assert lab.run_until_idle()
    assert [hop.outcome for hop in hops(lab, "fail")] == ["ValueError"] * 2
    assert (contents(lab, url), contents(lab, dead)) == ([], ["seven"])


def test_a_program_that_catches_everything_ends_with_its_instance_all_the_same(lab, asg):
    lab.worker(
        GROUP,
        """
        import time, boto3
        def program(instance):
            while True:
                try:
                    time.sleep(10)
                    boto3.client("sqs").list_queues()
                except BaseException:
                    print("not me")
        """,
    )
    lab.advance(15)
    asg.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=0, DesiredCapacity=0)
    calls = len(hops(lab, "api-call"))
    lab.advance(3600)
    assert len(hops(lab, "api-call")) == calls
    assert hops(lab, "log") == []
    assert not [name for name, _ in lab.world.kernel.waiting() if name.startswith("program on")]


def test_a_long_poll_of_a_terminated_worker_is_shown_as_cut_off(lab, sqs, asg):
    queue(sqs)
    lab.worker(
        GROUP,
        """
        import boto3
        def program(instance):
            sqs = boto3.client("sqs")
            url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
            while True:
                sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
        """,
    )
    lab.advance(5)
    asg.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=0, DesiredCapacity=0)
    lab.advance(1)
    receives = [hop for hop in hops(lab, "api-call") if hop.resource == "sqs:ReceiveMessage"]
    assert [hop.outcome for hop in receives] == ["Terminated"]


def test_a_program_that_spins_is_stopped_and_says_so(lab, asg):
    lab.world.kernel.real_time_limit = 0.2
    lab.worker(GROUP, "def program(instance):\n    while True:\n        pass")
    lab.advance(60)
    (failure,) = hops(lab, "fail")
    assert failure.outcome == "Stuck"
    assert "computed for 0.2 real seconds" in failure.facts["error"]


def test_another_program_takes_the_place_of_the_first(lab, asg):
    endless = (
        "import time\ndef program(instance):\n    while True:\n        time.sleep(10)\n        print({})"
    )
    lab.worker(GROUP, endless.format("'old'"))
    lab.advance(15)
    lab.worker(GROUP, endless.format("'new'"))
    lab.advance(15)
    assert [hop.facts["line"] for hop in hops(lab, "log")] == ["old", "new"]


def test_instances_share_neither_globals_nor_chance(lab, asg):
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=3)
    lab.advance(61)
    lab.worker(
        GROUP,
        """
        import random
        count = 0
        def program(instance):
            global count
            count += 1
            print(count, random.random())
        """,
    )
    lab.advance(1)
    lines = [hop.facts["line"].split() for hop in hops(lab, "log")]
    assert [line[0] for line in lines] == ["1", "1", "1"]
    assert len({line[1] for line in lines}) == 3


def test_environment_variables_reach_the_program(lab, asg):
    lab.worker(
        GROUP,
        "import os\ndef program(instance):\n    print(os.environ['QUEUE'], os.environ['AWS_REGION'])",
        environment={"QUEUE": "orders"},
    )
    lab.advance(1)
    assert hops(lab, "log")[0].facts["line"] == "orders us-east-1"
    with pytest.raises(TypeError, match=r"str\(3\)"):
        lab.worker(GROUP, "def program(instance): pass", environment={"N": 3})


def test_a_program_may_invoke_a_function(lab, asg):
    lab.function("bake", "def handler(event, context):\n    return event['cake']")
    lab.worker(
        GROUP,
        """
        import json, boto3
        def program(instance):
            answer = boto3.client("lambda").invoke(FunctionName="bake", Payload=json.dumps({"cake": "plum"}))
            print(answer["Payload"].read().decode())
        """,
    )
    lab.advance(1)
    assert [hop.facts["line"] for hop in hops(lab, "log")] == ['"plum"']


def test_a_group_that_is_not_there_is_named_with_those_that_are(lab, asg):
    with pytest.raises(LookupError, match="'bakers'; groups: workers"):
        lab.worker("bakers", "def program(instance): pass")


def test_what_a_program_takes_from_the_notebook_is_named(lab, asg):
    url = "https://sqs"

    def program(instance):
        print(url)  # noqa: T201 - it never runs

    with pytest.raises(PackagingError, match="An instance's program is deployed alone"):
        lab.worker(GROUP, program)
    with pytest.raises(PackagingError, match=r"def program\(instance\)"):
        lab.worker(GROUP, "x = 1")


def test_reset_and_close_end_all_programs(lab, asg):
    lab.worker(GROUP, "import time\ndef program(instance):\n    while True:\n        time.sleep(1)")
    lab.advance(5)
    lab.reset()
    assert lab.world.kernel.waiting() == []
    assert lab.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"] == []
