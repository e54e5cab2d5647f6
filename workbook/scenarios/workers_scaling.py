"""EC2 workers in an Auto Scaling group that follows the backlog of a queue.

How deep a queue is says little: 40 messages are much for one worker and little for twenty. AWS advises to
track the backlog per instance, messages that wait divided by instances in service. What it should be follows
from how long a message may wait and how long one takes: 20 minutes and 4 minutes make 5.
"""

from __future__ import annotations

import itertools
from typing import Any

import boto3

from workbook import Lab
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.durations import duration_text
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of, lives, seconds_from
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch

QUEUE = "films"
GROUP = "renderers"
MINUTE = 60 * SECOND


def build(
    lab: Lab,
    work: int,
    most_instances: int,
    per_instance: bool,
    target: int,
    protect: bool,
) -> str:
    """Create the queue, the group with its workers, and the policy that scales it."""
    sqs = boto3.client("sqs")
    attributes = {"VisibilityTimeout": str(work + 60)}
    films = sqs.create_queue(QueueName=QUEUE, Attributes=attributes)["QueueUrl"]
    create_group(most_instances)
    variables = {"WORK": str(work), "PROTECT": "yes" if protect else "no"}
    lab.worker(GROUP, render, environment=variables)
    boto3.client("autoscaling").put_scaling_policy(
        AutoScalingGroupName=GROUP,
        PolicyName="enough-renderers",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "TargetValue": float(target),
            "CustomizedMetricSpecification": {"Metrics": metrics(per_instance)},
        },
    )
    lab.advance(minutes=5)  # until the first instance is in service, and metrics have come in
    return films


def create_group(most_instances: int) -> None:
    """Create an Auto Scaling group of one instance and more."""
    boto3.client("ec2").create_launch_template(
        LaunchTemplateName="renderer",
        LaunchTemplateData={"ImageId": "ami-0abcdef1234567890", "InstanceType": "c7i.large"},
    )
    scaling = boto3.client("autoscaling")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        LaunchTemplate={"LaunchTemplateName": "renderer"},
        AvailabilityZones=["us-east-1a"],
        MinSize=1,
        MaxSize=most_instances,
        DefaultInstanceWarmup=60,
    )
    scaling.enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="1Minute")


def metrics(per_instance: bool) -> list[dict[str, Any]]:
    """What is tracked: the messages that wait, for each instance in service or all in all."""
    depth = metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", QUEUE)
    instances = metric("AWS/AutoScaling", "GroupInServiceInstances", "AutoScalingGroupName", GROUP)
    waiting = {"Id": "waiting", "MetricStat": depth, "ReturnData": not per_instance}
    if not per_instance:
        return [waiting]
    return [
        waiting,
        {"Id": "instances", "MetricStat": instances, "ReturnData": False},
        {"Id": "backlog", "Expression": "waiting / instances", "ReturnData": True},
    ]


def metric(namespace: str, name: str, dimension: str, value: str) -> dict[str, Any]:
    """One metric of CloudWatch, averaged."""
    dimensions = [{"Name": dimension, "Value": value}]
    which = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    return {"Metric": which, "Stat": "Average"}


def render(instance: "Any") -> None:
    """Take one film after the other; if so told, keep Auto Scaling away while at work."""
    import os
    import time

    import boto3

    sqs, scaling = boto3.client("sqs"), boto3.client("autoscaling")
    films = sqs.get_queue_url(QueueName="films")["QueueUrl"]
    me = {
        "InstanceIds": [instance.instance_id],
        "AutoScalingGroupName": instance.group_name,
    }
    protect = os.environ["PROTECT"] == "yes"
    while True:
        for film in sqs.receive_message(QueueUrl=films, WaitTimeSeconds=20).get("Messages", []):
            if protect:
                scaling.set_instance_protection(**me, ProtectedFromScaleIn=True)
            time.sleep(float(os.environ["WORK"]))
            sqs.delete_message(QueueUrl=films, ReceiptHandle=film["ReceiptHandle"])
            if protect:
                scaling.set_instance_protection(**me, ProtectedFromScaleIn=False)


def trigger(lab: Lab, films: str, messages: int) -> None:
    """Send all films at once."""
    sqs = boto3.client("sqs")
    for number in range(1, messages + 1):
        sqs.send_message(QueueUrl=films, MessageBody=f"film {number}")


def measure(trace: Hops, most_instances: int) -> Findings:
    """When the group grew and shrank, with what was left to do then; and what was done twice."""
    sent = list(hops_of(trace, "send", at=QUEUE))
    if not sent:
        return Findings("No films were sent yet.", (), ())
    deleted = [hop for hop in hops_of(trace, "delete", at=QUEUE) if not hop.facts.get("kept")]
    scalings = _scalings(trace, sent[0])
    rows = [
        _row(sent, deleted, hop, f"{hop.facts['from']} -> {hop.facts['to']} instances") for hop in scalings
    ]
    if deleted:
        rows.append(_row(sent, deleted, deleted[-1], "the last film is done"))
    rows.sort(key=lambda row: row[0])
    receives = [sum(hop.kind == "receive" for hop in life) for life in lives(trace).values()]
    again = sum(count > 1 for count in receives)
    took = f"took {duration_text(seconds_from(sent[0], deleted[-1]))}" if deleted else "are not begun"
    conclusion = (
        f"{counted(len(sent), 'film')} {took}, with at most {most_in_service(trace, sent[0]):,} of "
        f"{counted(most_instances, 'instance')} in service, "
        f"{instance_minutes(trace, sent[0]):,} instance-minutes in all. {_twice(again)}"
    )
    return Findings(conclusion, ("minute", "what happens", "films left"), tuple(rows))


def _scalings(trace: Hops, since: Hop) -> list[Hop]:
    scalings = hops_of(trace[since.number :], "scale")
    return [hop for hop in scalings if hop.facts.get("from") != hop.facts.get("to")]


def _row(sent: list[Hop], deleted: list[Hop], hop: Hop, event: str) -> tuple[float, str, int]:
    left = sum(each.time <= hop.time for each in sent) - sum(each.time <= hop.time for each in deleted)
    return round(seconds_from(sent[0], hop) / 60, 1), event, left


def _in_service(trace: Hops, since: Hop) -> list[tuple[int, int]]:
    """From the first film on: at which instants the number of instances in service changed, and to what."""
    now, found = 0, [(since.time, 0)]
    for hop in hops_of(trace, "in-service", "terminate"):
        if hop.outcome == "ok":
            now += 1 if hop.kind == "in-service" else -1
        if hop.time <= since.time:
            found = [(since.time, now)]
        else:
            found.append((hop.time, now))
    return found


def most_in_service(trace: Hops, since: Hop) -> int:
    """Instances in service at a time, from the first film on."""
    return max(number for _, number in _in_service(trace, since))


def instance_minutes(trace: Hops, since: Hop) -> int:
    """Minutes that instances were in service, from the first film to the last that happened, added up."""
    changes = [*_in_service(trace, since), (trace[-1].time, 0)]
    total = sum(number * (end - begin) for (begin, number), (end, _) in itertools.pairwise(changes))
    return round(total / MINUTE)


def _twice(again: int) -> str:
    if again:
        return f"{counted(again, 'film')} came back: the instance that worked on it was terminated."
    return "No film was begun twice."


SCENARIO = Scenario(
    name="workers-scaling",
    title="Workers in an Auto Scaling group",
    question="How does a group of workers follow the backlog of a queue, and what does its shrinking cost?",
    watch="Watch when the group grows, by how much, and when it shrinks again.",
    settings=(
        Number("messages", "films at once", 40, minimum=1, maximum=500, unit="messages"),
        Number("work", "work for one film", 240, minimum=1, maximum=3600, unit="s"),
        Switch("per_instance", "track the backlog per instance", default=True),
        Number("target", "target of the metric", 5, minimum=1, maximum=1000, unit="messages"),
        Number("most_instances", "MaxSize", 20, minimum=1, maximum=50, unit="instances"),
        Switch("protect", "scale-in protection while at work", default=False),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE,),
    limit=48 * HOUR,
    tells_vain_polls=False,
    afterwards=HOUR,
    differs="an instance takes 60 s to launch. The formula of target tracking is the lab's reading of \"in "
    'proportion", and so are the single steps on the way back: AWS says "more gradually".',
)
