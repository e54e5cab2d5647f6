"""What proves the keys of the questions in questions/cloudwatch_alarms.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from typing import Any

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

ACCOUNT = "123456789012"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"
RENDERER = """
import time
import boto3


def program(instance):
    sqs, scaling = boto3.client("sqs"), boto3.client("autoscaling")
    films = sqs.get_queue_url(QueueName="films")["QueueUrl"]

    def protect(whether):
        if PROTECTS:
            scaling.set_instance_protection(
                InstanceIds=[instance.instance_id],
                AutoScalingGroupName=instance.group_name,
                ProtectedFromScaleIn=whether,
            )

    while True:
        for film in sqs.receive_message(QueueUrl=films, WaitTimeSeconds=20).get("Messages", []):
            protect(True)
            time.sleep(60 * int(film["Body"]))
            sqs.delete_message(QueueUrl=films, ReceiptHandle=film["ReceiptHandle"])
            protect(False)
"""
"""A worker that renders one film at a time; the body of a message says for how many minutes."""


def put_alarm(cloudwatch: Any, name: str, **settings: Any) -> None:
    """An alarm on the metric of its own name: above 100 in one minute, unless settings say otherwise."""
    alarm = {
        "Namespace": "Shop",
        "MetricName": name,
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 100,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    cloudwatch.put_metric_alarm(AlarmName=name, **{**alarm, **settings})


def report(lab: Lab, cloudwatch: Any, **values: float) -> None:
    """Put one value of each metric, and let a minute pass."""
    data = [{"MetricName": name, "Value": value} for name, value in values.items()]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
    lab.advance(minutes=1)


def state_of(cloudwatch: Any, name: str) -> str:
    """The state of an alarm on a metric."""
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarm["StateValue"])


def topic_with_email(lab: Lab, sns: Any, *, confirmed: bool = True) -> str:
    """A topic with an email subscription; its ARN."""
    arn: str = sns.create_topic(Name="on-call")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="engineer@example.com")
    if confirmed:
        lab.http(lab.mailbox[-1].link)
    return arn


def alarm_mails(lab: Lab) -> int:
    """How many emails tell of a change to ALARM."""
    return sum(mail.subject.startswith("ALARM:") for mail in lab.mailbox)


def open_queue(sqs: Any, name: str, service: str) -> str:
    """A queue to which a service may send; its URL."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE + name,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url: str = sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    return url


def why_no_email_came(lab: Lab) -> Shown:
    """Make each cause, let the alarm change to ALARM, and look into the mailbox."""
    cloudwatch, sns = lab.client("cloudwatch"), lab.client("sns")

    def emails(*, confirmed: bool = True, enabled: bool = True, ok_too: bool = False, **settings: str) -> int:
        lab.reset()
        topic = topic_with_email(lab, sns, confirmed=confirmed)
        ok_actions = [topic] if ok_too else []
        put_alarm(cloudwatch, "load", AlarmActions=[topic], OKActions=ok_actions, **settings)
        if not enabled:
            cloudwatch.disable_alarm_actions(AlarmNames=["load"])
        report(lab, cloudwatch, load=10)
        report(lab, cloudwatch, load=900)
        lab.advance(seconds=5)
        return alarm_mails(lab)

    causes = {
        "a": emails(confirmed=False),
        "b": emails(enabled=False),
        "c": emails(),
        "d": emails(TreatMissingData="notBreaching"),
        "e": emails(ok_too=True),
    }
    return Shown(
        answer={option: mails == 0 for option, mails in causes.items()},
        says="Under each of the five conditions the load rose above the threshold.",
        each={option: f"emails about the change to ALARM: {mails}" for option, mails in causes.items()},
    )


def a_rush_and_a_trouble_that_goes_up_and_down(lab: Lab) -> Shown:
    """Report a rush of one minute, one of two, and the trouble. At which does the alarm go off?"""
    cloudwatch = lab.client("cloudwatch")
    situations = {
        "a rush of one minute": [10, 10, 10, 10, 10, 300, 10, 10, 10, 10],
        "a rush of two minutes": [10, 10, 10, 10, 10, 300, 300, 10, 10, 10],
        "the trouble": [10, 10, 10, 10, 10, 120, 90, 130, 80, 110],
    }

    alarms = {
        "a": {"EvaluationPeriods": 5, "DatapointsToAlarm": 3},
        "b": {"EvaluationPeriods": 3},
        "c": {"EvaluationPeriods": 5, "DatapointsToAlarm": 1},
        "d": {"EvaluationPeriods": 2, "DatapointsToAlarm": 2},
    }
    ways: dict[str, list[str]] = {way: [] for way in alarms}
    for situation, minutes in situations.items():
        lab.reset()
        for way, settings in alarms.items():
            put_alarm(cloudwatch, way, MetricName="backlog", **settings)
        for backlog in minutes:
            report(lab, cloudwatch, backlog=backlog)
        for way, found in ways.items():
            history = cloudwatch.describe_alarm_history(AlarmName=way, HistoryItemType="StateUpdate")
            if any("to ALARM" in item["HistorySummary"] for item in history["AlarmHistoryItems"]):
                found.append(situation)
    return Shown(
        answer={way: found == ["the trouble"] for way, found in ways.items()},
        says=f"In the trouble the backlog of the last five minutes was {situations['the trouble'][5:]}.",
        each={way: f"ALARM at: {', '.join(found) or 'nothing'}" for way, found in ways.items()},
    )


def four_treatments_of_silence(lab: Lab) -> Shown:
    """Try each treatment on an alarm in OK and on one in ALARM, and let ten minutes pass without data."""
    cloudwatch = lab.client("cloudwatch")
    treatments = ("breaching", "notBreaching", "ignore", "missing")
    for treatment in treatments:
        for name in ("low", "high"):
            put_alarm(cloudwatch, f"{name}-{treatment}", MetricName=name, TreatMissingData=treatment)
    report(lab, cloudwatch, low=10, high=900)
    before = tuple(state_of(cloudwatch, f"{name}-missing") for name in ("low", "high"))
    lab.advance(minutes=10)
    after = {
        treatment: tuple(state_of(cloudwatch, f"{name}-{treatment}") for name in ("low", "high"))
        for treatment in treatments
    }
    wishes = {
        "alive": ("ALARM", "ALARM"),
        "errors": ("OK", "OK"),
        "pauses": before,
        "unknown": ("INSUFFICIENT_DATA", "INSUFFICIENT_DATA"),
    }
    fulfilled = {
        wish: [name for name in treatments if after[name] == states] for wish, states in wishes.items()
    }
    return Shown(
        answer={wish: " or ".join(names) for wish, names in fulfilled.items()},
        says=f"For each treatment one alarm was {before[0]} and one {before[1]} before the ten minutes.",
        each={
            wish: f"after the silence {' and '.join(dict.fromkeys(after[names[0]]))}"
            for wish, names in fulfilled.items()
        },
    )


def a_backlog_that_outlasts_a_maintenance(lab: Lab) -> Shown:
    """A backlog on an ordinary day, and one that begins in a maintenance and goes on after it."""
    cloudwatch, sns = lab.client("cloudwatch"), lab.client("sns")

    def mails(way: str) -> tuple[int, int, int]:
        lab.reset()
        topic = topic_with_email(lab, sns)
        put_alarm(cloudwatch, "maintenance", Threshold=0)
        changes: dict[str, dict[str, Any]] = {
            "c": {"EvaluationPeriods": 12},
            "d": {"TreatMissingData": "ignore"},
        }
        put_alarm(cloudwatch, "backlog", AlarmActions=[] if way == "a" else [topic], **changes.get(way, {}))
        if way == "a":
            rule = "ALARM(backlog) AND NOT ALARM(maintenance)"
            cloudwatch.put_composite_alarm(AlarmName="call", AlarmRule=rule, AlarmActions=[topic])

        def minutes(count: int, backlog: int, maintenance: int = 0) -> int:
            before = alarm_mails(lab)
            for _ in range(count):
                report(lab, cloudwatch, backlog=backlog, maintenance=maintenance)
            lab.advance(seconds=5)
            return alarm_mails(lab) - before

        minutes(2, backlog=10)
        ordinary = minutes(5, backlog=300)
        minutes(2, backlog=10)
        if way == "b":
            cloudwatch.disable_alarm_actions(AlarmNames=["backlog"])
        meanwhile = minutes(3, backlog=10, maintenance=1) + minutes(7, backlog=300, maintenance=1)
        if way == "b":
            cloudwatch.enable_alarm_actions(AlarmNames=["backlog"])
        return ordinary, meanwhile, minutes(5, backlog=300)

    ways = {way: mails(way) for way in "abcd"}
    return Shown(
        answer={way: found == (1, 0, 1) for way, found in ways.items()},
        says="A backlog came on its own for five minutes; another began in a maintenance, and outlasted it.",
        each={
            way: f"calls at other times: {ordinary}, during maintenance: {meanwhile}, after it: {afterwards}"
            for way, (ordinary, meanwhile, afterwards) in ways.items()
        },
    )


def who_may_invoke_for_an_alarm(lab: Lab) -> Shown:
    """After each change the alarm goes to ALARM. Is the function invoked?"""
    cloudwatch, functions, iam = lab.client("cloudwatch"), lab.client("lambda"), lab.client("iam")

    def restart(_event: object, _context: object) -> str:
        return "the consumer was started again"

    def invoked(principal: str = "", role_may: str = "") -> int:
        lab.reset()
        lab.function("restart", restart)
        if principal:
            functions.add_permission(
                FunctionName="restart",
                StatementId="alarm",
                Action="lambda:InvokeFunction",
                Principal=principal,
            )
        if role_may:
            role = functions.get_function(FunctionName="restart")["Configuration"]["Role"].split("/")[-1]
            statement = {"Effect": "Allow", "Action": role_may, "Resource": "*"}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=policy)
        function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:restart"
        put_alarm(cloudwatch, "backlog", AlarmActions=[function])
        report(lab, cloudwatch, backlog=300)
        lab.advance(seconds=5)
        return sum(hop.kind == "invoke" for hop in lab.trace)

    ways = {
        "a": invoked("lambda.alarms.cloudwatch.amazonaws.com"),
        "b": invoked("events.amazonaws.com"),
        "c": invoked("sns.amazonaws.com"),
        "d": invoked(role_may="cloudwatch:*"),
    }
    return Shown(
        answer={way: count == 1 for way, count in ways.items()},
        says="After each of the four changes the alarm went to ALARM.",
        each={way: f"times invoked: {count}" for way, count in ways.items()},
    )


def every_change_to_alarm_in_one_queue(lab: Lab) -> Shown:
    """Two alarms are there, a third comes later; all go to ALARM. How many of the three are in the queue?"""
    cloudwatch, sns, sqs, events = (lab.client(name) for name in ("cloudwatch", "sns", "sqs", "events"))

    def told(way: str) -> int:
        lab.reset()
        url = open_queue(sqs, "operations", "events.amazonaws.com" if way == "a" else "sns.amazonaws.com")
        topic = sns.create_topic(Name="operations")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "operations")
        for name in ("orders", "stock"):
            put_alarm(cloudwatch, name, AlarmActions=[topic] if way == "b" else [])
        if way == "a":
            pattern = {
                "source": ["aws.cloudwatch"],
                "detail-type": ["CloudWatch Alarm State Change"],
                "detail": {"state": {"value": ["ALARM"]}},
            }
            events.put_rule(Name="alarms", EventPattern=json.dumps(pattern))
            events.put_targets(Rule="alarms", Targets=[{"Id": "queue", "Arn": QUEUE + "operations"}])
        if way == "c":
            rule = "ALARM(orders) OR ALARM(stock)"
            cloudwatch.put_composite_alarm(AlarmName="any", AlarmRule=rule, AlarmActions=[topic])
        put_alarm(cloudwatch, "invoices")  # by another team, next week
        report(lab, cloudwatch, orders=10, stock=10, invoices=10)
        report(lab, cloudwatch, orders=300, stock=300, invoices=300)
        lab.advance(seconds=5)
        return len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []))

    ways = {way: told(way) for way in "abc"}
    return Shown(
        answer={way: count == 3 for way, count in ways.items()},
        says="Three alarms went to ALARM, one of which was made after everything else.",
        each={way: f"{count} of 3 changes are in the queue" for way, count in ways.items()},
    )


def which_instance_goes(lab: Lab) -> Shown:
    """Three instances: the oldest and the newest render, the one in between is idle. Then two are wanted."""
    sqs, scaling, ec2 = lab.client("sqs"), lab.client("autoscaling"), lab.client("ec2")

    def left_and_done(
        timeout: str = "630", protects: str = "False", policy: str = "Default"
    ) -> tuple[int, int]:
        lab.reset()
        films = sqs.create_queue(QueueName="films", Attributes={"VisibilityTimeout": timeout})["QueueUrl"]
        image = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "c7i.large"}
        ec2.create_launch_template(LaunchTemplateName="renderer", LaunchTemplateData=image)
        scaling.create_auto_scaling_group(
            AutoScalingGroupName="renderers",
            LaunchTemplate={"LaunchTemplateName": "renderer"},
            AvailabilityZones=["us-east-1a"],
            MinSize=0,
            MaxSize=3,
            TerminationPolicies=[policy],
        )
        lab.worker("renderers", RENDERER.replace("PROTECTS", protects))
        for instances, minutes in enumerate(("10", "2", "10"), start=1):
            scaling.set_desired_capacity(AutoScalingGroupName="renderers", DesiredCapacity=instances)
            sqs.send_message(QueueUrl=films, MessageBody=minutes)
            lab.advance(minutes=1, seconds=5)
        lab.advance(minutes=2)
        scaling.set_desired_capacity(AutoScalingGroupName="renderers", DesiredCapacity=2)
        lab.advance(minutes=10)
        (group,) = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        return len(group["Instances"]), sum(hop.kind == "delete" for hop in lab.trace)

    ways = {
        "a": left_and_done(protects="True"),
        "b": left_and_done(policy="NewestInstance"),
        "c": left_and_done(timeout="7200"),
    }
    return Shown(
        answer={way: (instances, done) == (2, 3) for way, (instances, done) in ways.items()},
        says="The oldest and the newest of three instances had long films when the group shrank to two.",
        each={
            way: f"instances left: {instances}; films done without beginning anew: {done} of 3"
            for way, (instances, done) in ways.items()
        },
    )
