"""Files that come to a bucket, are cleaned by Glue, asked about by Athena, and reported by SNS.

Each step takes a job that runs for minutes somewhere else. A state that only starts its job goes on at once,
and the query sees data that nobody has cleaned yet. With .sync the state waits until the job has ended, and
fails where the job has failed: then it can be tried again, and somebody be told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3

from workbook import Lab
from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of, instant_fact
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch

BUCKET = "sales-of-the-day"
MACHINE = "pipeline"
REPORTS = "reports"


def build(lab: Lab, glue: int, failures: int, athena: int, wait: bool, retries: int) -> str:
    """Create the bucket, the topic, the state machine, and the rule that starts it; the bucket."""
    lab.job("glue", "clean", minutes=glue, fails=["out of memory"] * failures)
    lab.job("athena", "primary", seconds=athena)
    topic = boto3.client("sns").create_topic(Name=REPORTS)["TopicArn"]
    subscribe_queue(topic)
    role = create_role()
    machine = boto3.client("stepfunctions").create_state_machine(
        name=MACHINE, roleArn=role, definition=json.dumps(pipeline(topic, wait, retries))
    )["stateMachineArn"]
    s3, events = boto3.client("s3"), boto3.client("events")
    s3.create_bucket(Bucket=BUCKET)
    configuration: dict[str, Any] = {"EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=configuration)
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
    events.put_rule(Name="new-file", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="new-file", Targets=[{"Id": "start", "Arn": machine, "RoleArn": role}])
    return BUCKET


def subscribe_queue(topic: str) -> None:
    """Let a queue have what is reported."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=REPORTS)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = answer["Attributes"]["QueueArn"]
    sns = {"Service": "sns.amazonaws.com"}
    allow = {"Effect": "Allow", "Principal": sns, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)


def create_role() -> str:
    """Create a role for the rule, which starts executions, and for these; its ARN."""
    iam = boto3.client("iam")
    services = {"Service": ["states.amazonaws.com", "events.amazonaws.com"]}
    trust = {"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"}
    actions = ["states:StartExecution", "glue:*", "athena:*", "sns:Publish"]
    allow = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    policies = [json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (trust, allow)]
    role = iam.create_role(RoleName=MACHINE, AssumeRolePolicyDocument=policies[0])["Role"]
    iam.put_role_policy(RoleName=MACHINE, PolicyName="work", PolicyDocument=policies[1])
    return role["Arn"]


def pipeline(topic: str, wait: bool, retries: int) -> dict[str, Any]:
    """Clean, ask, report; and say so where the cleaning failed."""
    way, clean_up = (".sync" if wait else ""), {"JobName": "clean"}
    question = {"QueryString": "SELECT sum(amount) FROM sales", "WorkGroup": "primary"}
    states = {
        "Clean": {
            **task(f"glue:startJobRun{way}", clean_up),
            "Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": retries}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Complain"}],
            "Next": "Ask",
        },
        "Ask": {**task(f"athena:startQueryExecution{way}", question), "Next": "Report"},
        "Report": {**task("sns:publish", {"TopicArn": topic, "Message": "the sums"}), "End": True},
        "Complain": {
            **task("sns:publish", {"TopicArn": topic, "Message": "no sums today"}),
            "Next": "Failed",
        },
        "Failed": {"Type": "Fail", "Error": "NotCleaned"},
    }
    return {"QueryLanguage": "JSONata", "StartAt": "Clean", "States": states}


def task(called: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A task that calls a service."""
    return {"Type": "Task", "Resource": f"arn:aws:states:::{called}", "Arguments": arguments}


def trigger(lab: Lab, bucket: str, files: int) -> None:
    """Put files into the bucket, half an hour apart."""
    s3 = boto3.client("s3")
    for number in range(1, files + 1):
        s3.put_object(Bucket=bucket, Key=f"shop-{number}.csv", Body=b"amount\n12\n")
        lab.advance(minutes=30)


def measure(trace: Hops) -> Findings:
    """How many reports there are, and how many were made of data that was not clean."""
    executions = list(hops_of(trace, "start-execution", at=MACHINE))
    if not executions:
        return Findings("No file has come yet.", (), ())
    jobs = list(hops_of(trace, "start-task", at="clean"))
    sums = [hop for hop in hops_of(trace, "publish", at=REPORTS) if hop.facts.get("body") == "the sums"]
    early = sum(_still_cleaning(hop, jobs) for hop in hops_of(trace, "start-task", at="primary"))
    failed = sum(hop.outcome == "FAILED" for hop in jobs)
    complaints = sum(hop.outcome == "NotCleaned" for hop in executions)
    rows: tuple[tuple[Cell, ...], ...] = (
        ("files", len(executions)),
        ("runs of the Glue job", len(jobs)),
        ("of which failed", failed),
        ("reports with sums", len(sums)),
        ("queries while the data was being cleaned", early),
        ("reports that say what went wrong", complaints),
    )
    return Findings(_conclusion(len(executions), len(sums), early, complaints), ("what", "number"), rows)


def _still_cleaning(query: Hop, jobs: list[Hop]) -> bool:
    """Was the job of this query's execution still running when it began?"""
    own = [job for job in jobs if _execution_of(job) == _execution_of(query)]
    return any(job.outcome == "waits" or instant_fact(job, "ended_at") > query.time for job in own)


def _execution_of(job: Hop) -> object:
    settings = job.facts["settings"]
    return settings["Execution"] if isinstance(settings, Mapping) else None


def _conclusion(files: int, sums: int, early: int, complaints: int) -> str:
    reported = f"{counted(files, 'file')}, {counted(sums, 'report')} with sums"
    if early:
        return f"{reported}, of which {early:,} asked before the data was clean. Nobody was told."
    told = f", and for {counted(complaints, 'file')} somebody was told why not" if complaints else ""
    return f"{reported}, each of clean data{told}."


SCENARIO = Scenario(
    name="data-pipeline",
    title="A pipeline of jobs, from a file to a report",
    question="What does a workflow report when it does not wait for its jobs, or when a job fails?",
    watch="Watch when Athena is asked, and when the Glue job before it has ended.",
    settings=(
        Number("files", "files, one in half an hour", 3, minimum=1, maximum=10, unit="files"),
        Number("glue", "the Glue job takes", 10, minimum=1, maximum=240, unit="min"),
        Number("failures", "its first runs run out of memory", 1, minimum=0, maximum=10, unit="runs"),
        Number("athena", "the query takes", 20, minimum=1, maximum=1800, unit="s"),
        Switch("wait", "states wait for their jobs (.sync)", default=True),
        Number("retries", "MaxAttempts after a failed job", 1, minimum=0, maximum=5, unit="retries"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(REPORTS,),
    limit=48 * HOUR,
    differs="no job is run and no data is looked at: jobs take the time and fail as the settings say.",
)
