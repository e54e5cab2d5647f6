"""What proves the keys of the questions in questions/cloudwatch.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from typing import Any

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

ARN = "arn:aws:sqs:us-east-1:123456789012:"


def metric_of_queue(name: str, queue: str) -> dict[str, Any]:
    """A metric that SQS reports about a queue each minute."""
    return {
        "Namespace": "AWS/SQS",
        "MetricName": name,
        "Dimensions": [{"Name": "QueueName", "Value": queue}],
    }


def watch(cloudwatch: Any, name: str, metric: dict[str, Any], above: float, **more: object) -> None:
    """An alarm on the highest value of each of so many minutes."""
    alarm = {"Period": 60, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"}
    alarm |= {"AlarmName": name, "Statistic": "Maximum", "Threshold": above}
    cloudwatch.put_metric_alarm(**{**alarm, **metric, **more})


def letters_from(lab: Lab, sns: Any) -> str:
    """A topic that writes to the mailbox of the team; its ARN."""
    topic: str = sns.create_topic(Name="team")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="team@shop.example")
    lab.http(lab.mailbox[-1].link)
    return topic


def alarms_told(lab: Lab) -> int:
    """How many emails say that an alarm rings."""
    return sum(mail.subject.startswith("ALARM") for mail in lab.mailbox)


def make_machines(ec2: Any, scaling: Any, least: int, most: int) -> None:
    """A group of machines that reports how many are in service."""
    machine = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "c7i.large"}
    ec2.create_launch_template(LaunchTemplateName="machine", LaunchTemplateData=machine)
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="machines",
        LaunchTemplate={"LaunchTemplateName": "machine"},
        AvailabilityZones=["us-east-1a"],
        MinSize=least,
        MaxSize=most,
        DefaultInstanceWarmup=60,
    )
    scaling.enable_metrics_collection(AutoScalingGroupName="machines", Granularity="1Minute")


def keep_near(scaling: Any, target: float, metric: dict[str, Any]) -> None:
    """A target tracking policy."""
    scaling.put_scaling_policy(
        AutoScalingGroupName="machines",
        PolicyName="near-the-target",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={"TargetValue": target, "CustomizedMetricSpecification": metric},
    )


def backlog_per_instance(queue: str) -> dict[str, Any]:
    """Metric math: the messages that wait, by the machines in service."""
    of_group = [{"Name": "AutoScalingGroupName", "Value": "machines"}]
    in_service = {
        "Namespace": "AWS/AutoScaling",
        "MetricName": "GroupInServiceInstances",
        "Dimensions": of_group,
    }
    waiting = metric_of_queue("ApproximateNumberOfMessagesVisible", queue)
    both = {"waiting": waiting, "machines": in_service}
    queries: list[dict[str, Any]] = [
        {"Id": name, "MetricStat": {"Metric": metric, "Stat": "Average"}, "ReturnData": False}
        for name, metric in both.items()
    ]
    return {"Metrics": [*queries, {"Id": "each", "Expression": "waiting / machines", "ReturnData": True}]}


def desired(scaling: Any) -> int:
    """How many machines the group wants."""
    (group,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["machines"])["AutoScalingGroups"]
    return int(group["DesiredCapacity"])


def metrics_to_scale_by(lab: Lab) -> Shown:
    """A queue of 40 films that take half an hour each, under each policy; how many machines are wanted?"""
    sqs, ec2, scaling = lab.client("sqs"), lab.client("ec2"), lab.client("autoscaling")

    def wanted(target: float, metric: dict[str, Any]) -> int:
        lab.reset()
        films = sqs.create_queue(QueueName="films")["QueueUrl"]
        make_machines(ec2, scaling, least=1, most=20)
        keep_near(scaling, target, metric)
        for begin in range(0, 40, 10):
            entries = [{"Id": str(begin + n), "MessageBody": "film"} for n in range(10)]
            sqs.send_message_batch(QueueUrl=films, Entries=entries)
        lab.advance(minutes=8)
        return desired(scaling)

    def per_minute(name: str) -> dict[str, Any]:
        return {**metric_of_queue(name, "films"), "Statistic": "Sum"}

    ways = {
        "a": wanted(5, backlog_per_instance("films")),
        "b": wanted(5, per_minute("ApproximateNumberOfMessagesVisible")),
        "c": wanted(5, per_minute("NumberOfMessagesDeleted")),
    }
    return Shown(
        answer={way: number == 40 / 5 for way, number in ways.items()},
        says=(
            "40 films were sent, and eight minutes later, with all of them still waiting, the group was "
            "asked for its desired capacity. For 5 films a machine it should be 8."
        ),
        each={way: f"machines wanted: {number}" for way, number in ways.items()},
    )


def machines_for_a_backlog(lab: Lab) -> Shown:
    """Let a policy with the target of the text see the backlog of the text."""
    sqs, ec2, scaling = lab.client("sqs"), lab.client("ec2"), lab.client("autoscaling")
    scans = sqs.create_queue(QueueName="scans")["QueueUrl"]
    make_machines(ec2, scaling, least=2, most=30)
    target = 10 * 60 / 30  # a wait of ten minutes, at 30 seconds a scan
    keep_near(scaling, target, backlog_per_instance("scans"))
    lab.advance(minutes=2)
    for _ in range(16):
        entries = [{"Id": str(n), "MessageBody": "scan"} for n in range(10)]
        sqs.send_message_batch(QueueUrl=scans, Entries=entries)
    before = desired(scaling)
    lab.advance(minutes=5)
    return Shown(
        answer=desired(scaling),
        says=(
            f"The target was {target:.0f} scans a machine. With 160 scans waiting, the policy changed the "
            f"desired capacity from {before} to {desired(scaling)}."
        ),
    )


def a_program_that_falls_silent(lab: Lab) -> Shown:
    """Ten minutes of signs of life, then ten of silence, with each way to treat missing data."""
    sns, cloudwatch = lab.client("sns"), lab.client("cloudwatch")

    def told(treatment: str, periods: int = 3) -> tuple[str, int]:
        lab.reset()
        lab.advance(seconds=1)
        cloudwatch.put_metric_alarm(
            AlarmName="silent",
            Namespace="Shop",
            MetricName="Alive",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=periods,
            Threshold=1,
            ComparisonOperator="LessThanThreshold",
            TreatMissingData=treatment,
            AlarmActions=[letters_from(lab, sns)],
        )
        for _ in range(10):
            cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Alive", "Value": 1}])
            lab.advance(minutes=1)
        before = alarms_told(lab)
        lab.advance(minutes=10)
        (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
        return alarm["StateValue"], alarms_told(lab) - before

    ways = {"a": told("breaching"), "b": told("notBreaching"), "c": told("ignore"), "d": told("missing", 1)}
    return Shown(
        answer={way: letters == 1 for way, (_, letters) in ways.items()},
        says="In each way the program reported for ten minutes, and then was silent for ten.",
        each={way: f"{state}, emails: {letters}" for way, (state, letters) in ways.items()},
    )


def alarms_on_dead_letters(lab: Lab) -> Shown:
    """An hour of good orders, then one that fails twice; which alarm rings for it, and for nothing else?"""
    sqs, sns, cloudwatch = lab.client("sqs"), lab.client("sns"), lab.client("cloudwatch")

    def rings(metric: str, queue: str) -> tuple[int, int]:
        lab.reset()
        sqs.create_queue(QueueName="dead")
        policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": 2})
        orders = sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": policy})["QueueUrl"]
        watch(cloudwatch, "alarm", metric_of_queue(metric, queue), 0, AlarmActions=[letters_from(lab, sns)])
        sqs.send_message(QueueUrl=orders, MessageBody="good")
        lab.advance(minutes=2)
        for message in sqs.receive_message(QueueUrl=orders)["Messages"]:
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
        lab.advance(minutes=10)
        before = alarms_told(lab)
        sqs.send_message(QueueUrl=orders, MessageBody="broken")
        while sqs.receive_message(QueueUrl=orders).get("Messages"):
            lab.advance(seconds=10)
            sqs.receive_message(QueueUrl=orders)
            lab.advance(seconds=21)
        lab.advance(minutes=5)
        return before, alarms_told(lab) - before

    ways = {
        "a": rings("ApproximateNumberOfMessagesVisible", "dead"),
        "b": rings("NumberOfMessagesSent", "dead"),
        "c": rings("ApproximateAgeOfOldestMessage", "orders"),
        "d": rings("NumberOfMessagesReceived", "dead"),
    }
    return Shown(
        answer={way: counts == (0, 1) for way, counts in ways.items()},
        says="A good order waited two minutes and was handled; then a broken one became a dead letter.",
        each={
            way: f"alarms: {good} for the good order, {bad} for the broken"
            for way, (good, bad) in ways.items()
        },
    )


def alarms_on_late_orders(lab: Lab) -> Shown:
    """A rush that is handled within two minutes, and three orders for which nobody is there."""
    sqs, sns, cloudwatch = lab.client("sqs"), lab.client("sns"), lab.client("cloudwatch")

    def rings(metric: str, above: float) -> tuple[int, int]:
        lab.reset()
        orders = sqs.create_queue(QueueName="orders")["QueueUrl"]
        watch(
            cloudwatch,
            "late",
            metric_of_queue(metric, "orders"),
            above,
            AlarmActions=[letters_from(lab, sns)],
        )
        entries = [{"Id": str(n), "MessageBody": "order"} for n in range(10)]
        for _ in range(12):
            sqs.send_message_batch(QueueUrl=orders, Entries=entries)
        lab.advance(seconds=100)
        while messages := sqs.receive_message(QueueUrl=orders, MaxNumberOfMessages=10).get("Messages"):
            done = [{"Id": each["MessageId"], "ReceiptHandle": each["ReceiptHandle"]} for each in messages]
            sqs.delete_message_batch(QueueUrl=orders, Entries=done)
        lab.advance(minutes=5)
        rush = alarms_told(lab)
        sqs.send_message_batch(QueueUrl=orders, Entries=entries[:3])
        lab.advance(minutes=8)
        return rush, alarms_told(lab) - rush

    ways = {
        "a": rings("ApproximateAgeOfOldestMessage", 240),
        "b": rings("ApproximateNumberOfMessagesVisible", 100),
        "c": rings("NumberOfMessagesSent", 100),
        "d": rings("ApproximateNumberOfMessagesNotVisible", 100),
    }
    return Shown(
        answer={way: counts == (0, 1) for way, counts in ways.items()},
        says=(
            "A rush of 120 orders was handled within two minutes. Later three orders came, and for eight "
            "minutes nobody took them."
        ),
        each={way: f"alarms: {rush} in the rush, {late} for the three" for way, (rush, late) in ways.items()},
    )


def notifications_of_half_an_hour(lab: Lab) -> Shown:
    """Thirty minutes of backlog, ten of quiet; count what the alarm tells the team."""
    sqs, sns, cloudwatch = lab.client("sqs"), lab.client("sns"), lab.client("cloudwatch")
    parcels = sqs.create_queue(QueueName="parcels")["QueueUrl"]
    backlog = metric_of_queue("ApproximateNumberOfMessagesVisible", "parcels")
    watch(cloudwatch, "backlog", backlog, 5, EvaluationPeriods=3, AlarmActions=[letters_from(lab, sns)])
    lab.advance(minutes=5)
    before = len(lab.mailbox)
    for _ in range(6):
        sqs.send_message(QueueUrl=parcels, MessageBody="parcel")
    lab.advance(minutes=30)
    sqs.purge_queue(QueueUrl=parcels)
    lab.advance(minutes=10)
    subjects = [mail.subject for mail in lab.mailbox[before:]]
    return Shown(
        answer=len(subjects),
        says=f"In forty minutes the mailbox of the team got this: {'; '.join(subjects)}.",
        picture=lab.chart("parcels"),
    )


def two_alarms_that_make_one(lab: Lab) -> Shown:
    """A rush with a program that lives, and a small backlog with one that does not; count the emails."""
    sns, cloudwatch = lab.client("sns"), lab.client("cloudwatch")
    high, dead = ({"Namespace": "Shop", "MetricName": name} for name in ("Waiting", "Dead"))

    def told(rule: str = "", *, own: bool = False, **more: object) -> tuple[int, int, int]:
        lab.reset()
        topic = letters_from(lab, sns)
        actions = {"AlarmActions": [topic]} if own else {}
        watch(cloudwatch, "backlog", high, 10, **actions, **more)
        watch(cloudwatch, "dead", dead, 0, **actions, **more)
        if rule:
            cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule=rule, AlarmActions=[topic])
        lab.advance(seconds=1)
        found = []
        for waiting, is_dead in [(50, 0), (0, 0), (0, 1), (0, 0), (50, 1)]:
            before = alarms_told(lab)
            data = [{"MetricName": "Waiting", "Value": waiting}, {"MetricName": "Dead", "Value": is_dead}]
            for _ in range(3):
                cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
                lab.advance(minutes=1)
            found.append(alarms_told(lab) - before)
        return found[0], found[2], found[4]

    both = "ALARM(backlog) AND ALARM(dead)"
    right = told(both)
    ways = {
        "a": right,
        "b": right,
        "c": told("ALARM(backlog) OR ALARM(dead)"),
        "d": told(both, own=True),
        "e": told(own=True, EvaluationPeriods=3),
    }
    return Shown(
        answer={way: counts == (0, 0, 1) for way, counts in ways.items()},
        says="Three minutes each were played of only a backlog, only a dead program, and both at once.",
        each={way: "emails: " + ", ".join(map(str, counts)) for way, counts in ways.items()},
    )
