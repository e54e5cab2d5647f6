"""What a learner types to have workers in an Auto Scaling group: plain boto3, and `lab.worker`."""

from __future__ import annotations

ZONES = ["us-east-1a"]
GROUP = "workers"
WORKS_FIVE_SECONDS = """
import os
import time
import boto3


def program(instance):
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    while True:
        answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            time.sleep(float(os.environ.get("SECONDS", "5")))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
"""
"""A worker: one message at a time, SECONDS of work each."""
BACKLOG = [
    {
        "Id": "backlog",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/SQS",
                "MetricName": "ApproximateNumberOfMessagesVisible",
                "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
            },
            "Stat": "Sum",
        },
        "ReturnData": False,
    },
    {
        "Id": "instances",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/AutoScaling",
                "MetricName": "GroupInServiceInstances",
                "Dimensions": [{"Name": "AutoScalingGroupName", "Value": GROUP}],
            },
            "Stat": "Average",
        },
        "ReturnData": False,
    },
    {"Id": "per_instance", "Expression": "backlog / instances", "ReturnData": True},
]
"""The backlog per instance, as the EC2 Auto Scaling User Guide computes it by metric math."""
LOAD = {"Namespace": "Bakery", "MetricName": "Load", "Statistic": "Average"}
"""A metric that tests set by `feed`."""


def clients(lab):
    """The clients of Auto Scaling and CloudWatch."""
    return lab.client("autoscaling"), lab.client("cloudwatch")


def launch_template(lab, name="worker", **data):
    """Create a launch template."""
    data = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "t3.micro", **data}
    lab.client("ec2").create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)


def create_group(lab, least, most, *, name=GROUP, **options):
    """Create a group of workers, from a launch template made for it; the client of Auto Scaling."""
    launch_template(lab, f"{name}-template")
    asg = lab.client("autoscaling")
    parameters = {
        "LaunchTemplate": {"LaunchTemplateName": f"{name}-template"},
        "AvailabilityZones": ZONES,
        **options,
    }
    asg.create_auto_scaling_group(AutoScalingGroupName=name, MinSize=least, MaxSize=most, **parameters)
    return asg


def described(asg, name=GROUP):
    """One group, as DescribeAutoScalingGroups shows it."""
    (group,) = asg.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return group


def instances(asg, *states, name=GROUP):
    """The ids of instances in these lifecycle states, or all that are not terminating."""
    return [
        instance["InstanceId"]
        for instance in described(asg, name)["Instances"]
        if instance["LifecycleState"] in (states or ("Pending", "InService"))
    ]


def activities(asg, name=GROUP):
    """The scaling activities of a group, newest first."""
    return asg.describe_scaling_activities(AutoScalingGroupName=name)["Activities"]


def track(asg, target=10.0, metric=None, *, policy="track", name=GROUP, **options):
    """Put a target tracking policy on a metric; what PutScalingPolicy answers."""
    configuration = {"TargetValue": target, "CustomizedMetricSpecification": metric or LOAD}
    if "DisableScaleIn" in options:
        configuration["DisableScaleIn"] = options.pop("DisableScaleIn")
    return asg.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName=policy,
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration=configuration,
        **options,
    )


def alarm(cloudwatch, action=None, *, name="load-high", threshold=50.0, periods=1, **options):
    """Put an alarm on the metric of `feed`."""
    parameters = {
        "ComparisonOperator": "GreaterThanThreshold",
        "Period": 60,
        **LOAD,
        **options,
    }
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Threshold=threshold,
        EvaluationPeriods=periods,
        AlarmActions=[action] if action else [],
        **parameters,
    )


def state_of(cloudwatch, name="load-high"):
    """The state of an alarm."""
    (shown,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return shown["StateValue"]


def feed(lab, *values, metric="Load"):
    """Let a minute pass for each value: it is the metric's in that minute; None for none."""
    cloudwatch = lab.client("cloudwatch")
    for value in values:
        if value is not None:
            data = {"MetricName": metric, "Value": float(value)}
            cloudwatch.put_metric_data(Namespace="Bakery", MetricData=[data])
        full_minute(lab)


def full_minute(lab):
    """Let time pass until the next full minute, and a millisecond for what happens then."""
    lab.advance(60.001 - lab.now.second - lab.now.microsecond / 1e6)


def scalings(lab, outcome="ok"):
    """(from, to) of each change of a desired capacity."""
    return [
        (hop.facts["from"], hop.facts["to"])
        for hop in lab.trace
        if hop.kind == "scale" and hop.outcome == outcome
    ]
