"""What proves the keys of the questions in questions/sqs_queues.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

PARTNER = "210987654321"
ACCOUNT = "123456789012"
MEGABYTE = 1_000_000


def make_queue(sqs: Any, name: str, **attributes: str) -> str:
    """A standard queue; its URL."""
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def receive(sqs: Any, url: str, **how: object) -> list[dict[str, Any]]:
    """One receive request; returns its messages."""
    messages: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, **how).get("Messages", [])
    return messages


def refusal(call: Any, **parameters: object) -> str:
    """What AWS says against a call; nothing if it accepts it."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return ""


def redrive_policy(queue: str, receives: int) -> str:
    """After so many receives to this queue."""
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{queue}"
    return json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": receives})


def requests(lab: Lab, *operations: str) -> int:
    """How many requests of these operations the trace has."""
    return sum(hop.resource in {f"sqs:{name}" for name in operations} for hop in lab.trace)


def a_job_of_an_hour_and_a_crash(lab: Lab) -> Shown:
    """A job of an hour, first without a crash, then with one in minute 12; another worker asks every five."""
    sqs = lab.client("sqs")

    def begun(minutes_hidden: int, habit: str, crash: int) -> list[int]:
        lab.reset()
        jobs = make_queue(sqs, "jobs", VisibilityTimeout=str(minutes_hidden * 60))
        sqs.send_message(QueueUrl=jobs, MessageBody="film")
        handle = receive(sqs, jobs)[0]["ReceiptHandle"]
        if habit == "deletes at once":
            sqs.delete_message(QueueUrl=jobs, ReceiptHandle=handle)
        begins = [0]
        for minute in range(5, 60, 5):
            lab.advance(minutes=5)
            if habit == "renews" and minute < crash:
                sqs.change_message_visibility(QueueUrl=jobs, ReceiptHandle=handle, VisibilityTimeout=600)
            if receive(sqs, jobs):
                begins.append(minute)
        return begins

    hidden = {"a": (10, "renews"), "b": (120, "waits"), "c": (10, "waits"), "d": (10, "deletes at once")}
    well = {way: begun(*settings, crash=99) for way, settings in hidden.items()}
    crashed = {way: begun(*settings, crash=12) for way, settings in hidden.items()}
    back = {way: next((minute for minute in crashed[way] if minute >= 12), 999) for way in hidden}
    return Shown(
        answer={way: well[way] == [0] and back[way] <= 12 + 15 for way in hidden},
        says="A job of an hour was done in each way without a crash, and then with a crash in minute 12.",
        each={
            way: f"times begun without a crash: {len(well[way])}; after one begun again "
            + (f"in minute {back[way]}" if back[way] < 60 else "not within the hour")
            for way in hidden
        },
    )


def orders_on_their_way_back(lab: Lab) -> Shown:
    """Twenty dead orders. What is back in the shop's queue after a minute, and with how many requests?"""
    sqs = lab.client("sqs")

    def come_back(how: str) -> tuple[int, int]:
        lab.reset()
        dead = make_queue(sqs, "dead")
        orders = make_queue(sqs, "orders", RedrivePolicy=redrive_policy("dead", receives=1))
        for part in range(2):
            entries = [{"Id": str(number), "MessageBody": f"{part}{number}"} for number in range(10)]
            sqs.send_message_batch(QueueUrl=orders, Entries=entries)
        for _ in range(4):
            receive(sqs, orders, MaxNumberOfMessages=10, VisibilityTimeout=0)
        before = len(lab.trace)
        if how == "moves":
            arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"
            sqs.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=10)
        elif how == "copies":
            while messages := receive(sqs, dead, MaxNumberOfMessages=10):
                for message in messages:
                    sqs.send_message(QueueUrl=orders, MessageBody=message["Body"])
                    sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
                lab.advance(seconds=1)
        elif how == "keeps":
            sqs.set_queue_attributes(QueueUrl=orders, Attributes={"RedrivePolicy": ""})
        else:
            sqs.set_queue_attributes(QueueUrl=dead, Attributes={"VisibilityTimeout": "0"})
        calls = sum(hop.resource.startswith("sqs:") for hop in lab.trace[before:])
        lab.advance(minutes=1)
        return len(lab.queue("orders")), calls

    ways = {
        way: come_back(how) for way, how in zip("abcd", ("moves", "copies", "keeps", "shows"), strict=True)
    }
    fewest = min(calls for back, calls in ways.values() if back == 20)
    return Shown(
        answer={way: back == 20 and calls == fewest for way, (back, calls) in ways.items()},
        says="Twenty orders were in the dead-letter queue; each way was given a minute.",
        each={
            way: f"{back} of 20 came back; requests of ours: {calls}" for way, (back, calls) in ways.items()
        },
    )


def how_long_a_claim_is_dead(lab: Lab) -> Shown:
    """Let a claim fail on its third day, and look into the dead-letter queue every hour."""
    sqs = lab.client("sqs")
    days = 24 * 3600
    make_queue(sqs, "dead", MessageRetentionPeriod=str(10 * days))
    claims = make_queue(
        sqs,
        "claims",
        MessageRetentionPeriod=str(14 * days),
        RedrivePolicy=redrive_policy("dead", receives=1),
    )
    sqs.send_message(QueueUrl=claims, MessageBody="hail")
    lab.advance(days=3)
    receive(sqs, claims, VisibilityTimeout=0)
    receive(sqs, claims)  # this one moves it
    moved, found = lab.now, len(lab.queue("dead"))
    while len(lab.queue("dead")):
        lab.advance(hours=1)
    in_the_queue = (lab.now - moved) / timedelta(days=1)
    return Shown(
        answer=round(in_the_queue, 2),
        says=f"{found} claim was moved after 3 days. After {in_the_queue:.1f} more days it was gone.",
    )


def pictures_of_two_megabytes(lab: Lab) -> Shown:
    """Send one picture in each way. Two programs receive one message each: has one of them the picture?"""
    sqs, s3 = lab.client("sqs"), lab.client("s3")
    picture = "x" * 2 * MEGABYTE
    parts = [picture[: len(picture) // 4]] * 4

    def sizes(how: str) -> list[int] | str:
        lab.reset()
        queue, text = make_queue(sqs, "pictures"), ""
        if how == "s3":
            s3.create_bucket(Bucket="pictures")
            s3.put_object(Bucket="pictures", Key="1.png", Body=picture)
            sqs.send_message(QueueUrl=queue, MessageBody="1.png")
            key = receive(sqs, queue)[0]["Body"]
            return [s3.get_object(Bucket="pictures", Key=key)["ContentLength"]]
        if how == "larger":
            attributes = {"MaximumMessageSize": str(2 * 1024 * 1024)}
            text = refusal(sqs.set_queue_attributes, QueueUrl=queue, Attributes=attributes)
        if how == "batch":
            entries = [{"Id": str(number), "MessageBody": part} for number, part in enumerate(parts)]
            text = refusal(sqs.send_message_batch, QueueUrl=queue, Entries=entries)
        if how == "group":
            for part in parts:
                sqs.send_message(QueueUrl=queue, MessageBody=part, MessageGroupId="picture-1")
        programs = receive(sqs, queue), receive(sqs, queue)
        return text or [sum(len(message["Body"]) for message in got) for got in programs]

    ways = {way: sizes(how) for way, how in zip("abcd", ("s3", "larger", "batch", "group"), strict=True)}
    return Shown(
        answer={way: len(picture) in found for way, found in ways.items() if not isinstance(found, str)}
        | {way: not found for way, found in ways.items() if isinstance(found, str)},
        says="A picture of 2,000,000 bytes was sent in each way, and two programs received.",
        each={
            way: f"refused: {found}"
            if isinstance(found, str)
            else f"received {' and '.join(map(str, found))} bytes"
            for way, found in ways.items()
        },
    )


def what_the_partner_cannot_do_without(lab: Lab) -> Shown:
    """Give the partner all actions but one, and let it print an address."""
    owner, partner = lab.client("sqs"), lab.client("sqs", account=PARTNER)
    actions = {
        "a": "ReceiveMessage",
        "b": "DeleteMessage",
        "c": "SendMessage",
        "d": "PurgeQueue",
        "e": "ChangeMessageVisibility",
    }

    def prints(allowed: list[str]) -> str:
        lab.reset()
        queue = make_queue(owner, "addresses")
        owner.add_permission(QueueUrl=queue, Label="partner", AWSAccountIds=[PARTNER], Actions=allowed)
        owner.send_message(QueueUrl=queue, MessageBody="7 Mill Lane")
        try:
            message = receive(partner, queue, WaitTimeSeconds=20)[0]
            partner.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        except ClientError as error:
            return f"fails: {error.operation_name}, {error.response['Error']['Code']}"
        return "goes on"

    without = {
        option: prints([name for name in actions.values() if name != action])
        for option, action in actions.items()
    }
    needed = [action for option, action in actions.items() if without[option] != "goes on"]
    return Shown(
        answer={option: text != "goes on" for option, text in without.items()},
        says=f"The partner's work was tried with one action left out each time. With {' and '.join(needed)} "
        f"alone it {prints(needed)}.",
        each={option: f"without it, the work {text}" for option, text in without.items()},
    )


def keys_of_a_bank_and_its_partner(lab: Lab) -> Shown:
    """In each configuration the partner sends, and we look whose key it is."""
    sqs, kms, partner = lab.client("sqs"), lab.client("kms"), lab.client("sqs", account=PARTNER)

    def statement(account: str, *actions: str) -> dict[str, Any]:
        principal = {"AWS": f"arn:aws:iam::{account}:root"}
        return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*"}

    bank = statement(ACCOUNT, "kms:*")
    user = statement(PARTNER, "kms:GenerateDataKey", "kms:Decrypt")

    def outcome(*statements: dict[str, Any], alias: str = "") -> tuple[str, str]:
        lab.reset()
        key, manager = alias, "AWS" if alias else "SQS"
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            made = kms.create_key(Policy=policy)["KeyMetadata"]
            key, manager = made["KeyId"], made["KeyManager"]
        attributes = {"KmsMasterKeyId": key} if key else {"SqsManagedSseEnabled": "true"}
        queue = make_queue(sqs, "payments", **attributes)
        sqs.add_permission(QueueUrl=queue, Label="partner", AWSAccountIds=[PARTNER], Actions=["SendMessage"])
        try:
            partner.send_message(QueueUrl=queue, MessageBody="100 euros")
        except ClientError as error:
            return error.response["Error"]["Code"], manager
        return "accepted", manager

    ways = {
        "a": outcome(bank, user),
        "b": outcome(alias="alias/aws/sqs"),
        "c": outcome(),
        "d": outcome(bank),
    }
    return Shown(
        answer={way: found == ("accepted", "CUSTOMER") for way, found in ways.items()},
        says="The partner sent one message in each configuration.",
        each={
            way: f"the partner's message: {answer}; key managed by: {manager}"
            for way, (answer, manager) in ways.items()
        },
    )


def requests_for_ten_readings(lab: Lab) -> Shown:
    """Ten readings go through the queue as before, and with each change. How many requests is it?"""
    sqs = lab.client("sqs")

    def count(size: int = 1000, *, sends: int = 1, receives: int = 1, **attributes: str) -> int:
        lab.reset()
        queue = make_queue(sqs, "readings", **attributes)
        entries = [{"Id": str(number), "MessageBody": "x" * size} for number in range(10)]
        for first in range(0, 10, sends):
            if sends > 1:
                sqs.send_message_batch(QueueUrl=queue, Entries=entries[first : first + sends])
            else:
                sqs.send_message(QueueUrl=queue, MessageBody=entries[first]["MessageBody"])
        lab.advance(seconds=10)
        for _ in range(0, 10, receives):
            got = receive(sqs, queue, MaxNumberOfMessages=receives)
            handles = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(got)
            ]
            if receives > 1:
                sqs.delete_message_batch(QueueUrl=queue, Entries=handles)
            else:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=handles[0]["ReceiptHandle"])
        return requests(
            lab, "SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"
        )

    before = count()
    ways = {
        "a": count(sends=10),
        "b": count(receives=10),
        "c": count(300),
        "d": count(DelaySeconds="10"),
        "e": count(VisibilityTimeout="3600"),
    }
    return Shown(
        answer={way: number < before for way, number in ways.items()},
        says=f"Ten readings took {before} requests, and {count(sends=10, receives=10)} with both batches.",
        each={way: f"{number} requests" for way, number in ways.items()},
    )


def requests_of_an_old_program(lab: Lab) -> Shown:
    """Let the program ask at an empty queue for ten minutes, and count."""
    sqs = lab.client("sqs")
    tickets = make_queue(sqs, "tickets", ReceiveMessageWaitTimeSeconds="20")

    def old_program() -> None:
        while True:
            receive(sqs, tickets, WaitTimeSeconds=5)

    lab.program("old program", old_program)
    lab.advance(minutes=10)
    asked = requests(lab, "ReceiveMessage")
    return Shown(
        answer=asked * 6,
        says=f"In ten minutes at an empty queue it made {asked} requests, that is {asked * 6} in an hour.",
    )


def a_message_in_three_days(lab: Lab) -> Shown:
    """Try each way at check-out. After how many hours is the message received?"""
    sqs, scheduler, iam = lab.client("sqs"), lab.client("scheduler"), lab.client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    sends = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}

    def schedule() -> None:
        role = iam.create_role(
            RoleName="reviews", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
        )
        policy = json.dumps({"Version": "2012-10-17", "Statement": [sends]})
        iam.put_role_policy(RoleName="reviews", PolicyName="sends", PolicyDocument=policy)
        target = {
            "Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:reviews",
            "RoleArn": role["Role"]["Arn"],
            "Input": "room 7",
        }
        scheduler.create_schedule(
            Name="room-7",
            ScheduleExpression=f"at({lab.now + timedelta(days=3):%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target=target,
        )

    def hours(how: str) -> str:
        lab.reset()
        queue, text = make_queue(sqs, "reviews"), ""
        begin = lab.now
        if how == "schedule":
            schedule()
        elif how == "message":
            text = refusal(sqs.send_message, QueueUrl=queue, MessageBody="room 7", DelaySeconds=259_200)
        elif how == "queue":
            text = refusal(sqs.set_queue_attributes, QueueUrl=queue, Attributes={"DelaySeconds": "259200"})
        else:
            sqs.send_message(QueueUrl=queue, MessageBody="room 7")
            handle = receive(sqs, queue)[0]["ReceiptHandle"]
            text = refusal(
                sqs.change_message_visibility, QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=259_200
            )
        while not text and not receive(sqs, queue):
            lab.advance(hours=1)
        return (
            f"refused: {text}" if text else f"received after {(lab.now - begin) // timedelta(hours=1)} hours"
        )

    names = {"a": "schedule", "b": "message", "c": "queue", "d": "hide"}
    ways = {way: hours(how) for way, how in names.items()}
    return Shown(
        answer={
            way: text in {"received after 72 hours", "received after 73 hours"} for way, text in ways.items()
        },
        says="Each way was tried; the consumer looked into the queue every hour.",
        each=ways,
    )
