"""What proves the keys of the questions in questions/pipe_records.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def policy(statement: Mapping[str, object]) -> str:
    """A policy of one statement that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def role_for(lab: Lab, *services: str) -> str:
    """A role that these services may assume, and that may do anything; its ARN."""
    iam = lab.client("iam")
    trust = policy({"Principal": {"Service": services}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="plumber", AssumeRolePolicyDocument=trust)["Role"]
    everything = policy({"Action": "*", "Resource": "*"})
    iam.put_role_policy(RoleName="plumber", PolicyName="may", PolicyDocument=everything)
    return str(role["Arn"])


def count(sqs: Any, url: str) -> int:
    """How many messages a queue holds, those in flight as well."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, found.values()))


def settings_for_a_record_that_is_too_large(lab: Lab) -> Shown:
    """Let a record fail with all settings but one, each in turn; in the end with those that are needed."""
    sqs, kinesis, pipes = lab.client("sqs"), lab.client("kinesis"), lab.client("pipes")
    settings: dict[str, dict[str, object]] = {
        "a": {"MaximumRetryAttempts": 3},
        "b": {"DeadLetterConfig": {"Arn": QUEUE + "dead"}},
        "c": {"ParallelizationFactor": 10},
        "d": {"OnPartialBatchItemFailure": "AUTOMATIC_BISECT"},
        "e": {"MaximumBatchingWindowInSeconds": 60},
    }

    def works(chosen: str) -> bool:
        lab.reset()
        out = sqs.create_queue(QueueName="out", Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        kinesis.create_stream(StreamName="buoys", ShardCount=1)
        lab.advance(minutes=1)
        source: dict[str, object] = {"StartingPosition": "LATEST", "BatchSize": 1}
        for option in chosen:
            source |= settings[option]
        pipes.create_pipe(
            Name="readings",
            RoleArn=role_for(lab, "pipes.amazonaws.com"),
            Source="arn:aws:kinesis:us-east-1:123456789012:stream/buoys",
            SourceParameters={"KinesisStreamParameters": source},
            Target=QUEUE + "out",
            TargetParameters={"InputTemplate": "<$.data>"},
        )
        lab.advance(minutes=1)
        for reading in ("1", "2" * 2000, "3"):
            kinesis.put_record(StreamName="buoys", PartitionKey="buoy-7", Data=json.dumps(reading))
        lab.advance(minutes=3)
        return count(sqs, out) == 2 and count(sqs, dead) == 1

    without = {option: works("abcde".replace(option, "")) for option in "abcde"}
    needed = "".join(option for option, worked in without.items() if not worked)
    enough = works(needed)
    return Shown(
        answer={option: enough and option in needed for option in settings},
        says="Each time one of the five was left out. Then only those were set without which it failed.",
        each={option: f"without it: {'works' if worked else 'fails'}" for option, worked in without.items()},
        picture=lab.flow(),
    )


def write(event: list[dict[str, str]], context: object) -> object:
    """Write a label for each address that can be read. The queue's name ends in what to do about others."""
    import boto3

    sqs, bad, good = boto3.client("sqs"), [], []
    labels = sqs.get_queue_url(QueueName="labels")["QueueUrl"]
    for record in event:
        if record["body"] == "?":
            bad.append(record)
        else:
            sqs.send_message(QueueUrl=labels, MessageBody=record["body"])
            good.append(record["messageId"])
    way = event[0]["eventSourceARN"].split("-")[-1]
    if way == "c" and bad:
        raise ValueError("an address cannot be read")
    if way == "a":
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in bad]}
    return good if way == "b" else bad


def labels_of_a_batch_with_one_bad_address(lab: Lab) -> Shown:
    """Five messages, one of them with an address that cannot be read; after two tries it is a dead letter."""
    sqs, pipes = lab.client("sqs"), lab.client("pipes")

    def labels(way: str) -> tuple[int, int]:
        lab.reset()
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        written = sqs.create_queue(QueueName="labels")["QueueUrl"]
        twice = json.dumps({"deadLetterTargetArn": QUEUE + "dead", "maxReceiveCount": 2})
        source = f"stamps-{way}"
        url = sqs.create_queue(QueueName=source, Attributes={"RedrivePolicy": twice})["QueueUrl"]
        gathering = {"BatchSize": 5, "MaximumBatchingWindowInSeconds": 5}
        pipes.create_pipe(
            Name="stamps",
            RoleArn=role_for(lab, "pipes.amazonaws.com"),
            Source=QUEUE + source,
            SourceParameters={"SqsQueueParameters": gathering},
            Target=lab.function("write", write),
        )
        lab.advance(seconds=30)
        for address in ("Oslo", "Bonn", "?", "Rome", "Nice"):
            sqs.send_message(QueueUrl=url, MessageBody=address)
        lab.advance(minutes=2)
        return count(sqs, written), count(sqs, dead)

    found = {way: labels(way) for way in "abcd"}
    return Shown(
        answer={way: numbers == (4, 1) for way, numbers in found.items()},
        says="Four addresses of five could be read. The queue lets a message be tried twice.",
        each={way: f"labels: {written}; messages kept: {kept}" for way, (written, kept) in found.items()},
        picture=lab.flow(),
    )


def workflows_that_a_pipe_starts(lab: Lab) -> Shown:
    """A good sample and a bad one, each by itself; which of them are still in the queue after a minute?"""
    sqs, pipes, machines = lab.client("sqs"), lab.client("pipes"), lab.client("stepfunctions")
    good = {"Condition": "{% $states.input[0].body = 'good' %}", "Next": "Done"}
    states = {
        "Test": {"Type": "Choice", "Choices": [good], "Default": "Broken"},
        "Broken": {"Type": "Fail"},
        "Done": {"Type": "Succeed"},
    }
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Test", "States": states})

    def left(kind: str, invocation: str) -> list[str]:
        lab.reset()
        url = sqs.create_queue(QueueName="samples")["QueueUrl"]
        role = role_for(lab, "pipes.amazonaws.com", "states.amazonaws.com")
        made = machines.create_state_machine(name="test", definition=definition, roleArn=role, type=kind)
        pipes.create_pipe(
            Name="samples",
            RoleArn=role,
            Source=QUEUE + "samples",
            SourceParameters={"SqsQueueParameters": {"BatchSize": 1}},
            Target=made["stateMachineArn"],
            TargetParameters={"StepFunctionStateMachineParameters": {"InvocationType": invocation}},
        )
        lab.advance(minutes=1)
        names: list[str] = []
        for sample in ("good", "bad"):
            sqs.send_message(QueueUrl=url, MessageBody=sample)
            lab.advance(minutes=1)
            if count(sqs, url) > len(names):
                names.append(sample)
        return names

    found = {
        "a": left("EXPRESS", "REQUEST_RESPONSE"),
        "b": left("EXPRESS", "FIRE_AND_FORGET"),
        "c": left("STANDARD", "FIRE_AND_FORGET"),
        "d": left("STANDARD", "REQUEST_RESPONSE"),
    }
    return Shown(
        answer={way: names == ["bad"] for way, names in found.items()},
        says="A good sample was sent, and a minute later a bad one, whose run fails.",
        each={way: f"still in the queue: {', '.join(names) or 'none'}" for way, names in found.items()},
        picture=lab.flow(),
    )
