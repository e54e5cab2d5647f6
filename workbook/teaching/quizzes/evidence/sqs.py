"""What proves the keys of the questions in questions/sqs.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from botocore.exceptions import ClientError

from workbook import Chaos, Lab
from workbook.scenarios.framework.reading import caller_of
from workbook.teaching.quizzes.shown import Shown

KB = 1024


def worker(sqs: Any, url: str, seconds: int, wait: int = 0) -> None:
    """Receive, work, delete, again and again."""
    while True:
        for message in receive(sqs, url, WaitTimeSeconds=wait):
            time.sleep(seconds)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        time.sleep(5)


def receive(sqs: Any, url: str, **how: object) -> list[dict[str, Any]]:
    """One receive request; returns its messages."""
    return sqs.receive_message(QueueUrl=url, **how).get("Messages", [])


def redrive_policy(queue: str, receives: int) -> str:
    """After so many receives to this queue."""
    arn = f"arn:aws:sqs:us-east-1:123456789012:{queue}"
    return json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": receives})


def work_longer_than_the_visibility_timeout(lab: Lab) -> Shown:
    """Each option names a cause. Take it away, and see whether the poster is printed once."""
    sqs = lab.client("sqs")

    def times_printed(wait: int = 0, **attributes: str) -> int:
        lab.reset()
        orders = sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]
        sqs.send_message(QueueUrl=orders, MessageBody="poster")
        lab.program("worker 1", worker, sqs, orders, 45, wait)
        lab.program("worker 2", worker, sqs, orders, 45, wait)
        lab.advance(minutes=2)
        return sum(hop.kind == "receive" for hop in lab.trace)

    timeout = times_printed(VisibilityTimeout="120")
    long_polls = times_printed(wait=20)
    retention = times_printed(MessageRetentionPeriod="1209600")
    return Shown(
        answer={"a": timeout == 1, "b": timeout > 1, "c": long_polls == 1, "d": retention == 1},
        says="Two workers were at work for two minutes, each time with one possible cause taken away.",
        each={
            "a": f"with a visibility timeout of 120 s: received {timeout} time",
            "b": f"two workers polled all the time, and it was received {timeout} time",
            "c": f"with long polls and 30 s: received {long_polls} times",
            "d": f"with a retention of 14 days and 30 s: received {retention} times",
        },
        picture=lab.sequence(),
    )


def two_workers_and_one_message(lab: Lab) -> Shown:
    """The order in which the trace has the receives and the deletes."""
    sqs = lab.client("sqs")
    posters = sqs.create_queue(QueueName="posters", Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    sqs.send_message(QueueUrl=posters, MessageBody="poster")
    lab.program("a", worker, sqs, posters, 40)
    lab.program("b", worker, sqs, posters, 5)
    lab.advance(minutes=1)
    begin = lab.trace[0].time
    steps = {
        f"{caller_of(lab.trace, hop)}-{hop.kind}s": round((hop.time - begin) / 1_000_000)
        for hop in lab.trace
        if hop.kind in {"receive", "delete"}
    }
    return Shown(
        answer=list(steps),
        says="No call failed; the trace has each receive and each delete with its time.",
        each={step: f"at second {second}" for step, second in steps.items()},
        picture=lab.sequence(),
    )


def delay_of_a_message_and_of_its_queue(lab: Lab) -> Shown:
    """Send to a queue with a delay a message with a delay of its own, and wait for it."""
    sqs = lab.client("sqs")
    mails = sqs.create_queue(QueueName="mails", Attributes={"DelaySeconds": "60"})["QueueUrl"]
    sqs.send_message(QueueUrl=mails, MessageBody="urgent", DelaySeconds=10)
    sent = lab.now
    while not receive(sqs, mails, WaitTimeSeconds=20):
        pass
    seconds = round((lab.now - sent).total_seconds())
    return Shown(
        answer=seconds,
        says=f"The queue delays by 60 s, the message by 10 s. It came after {seconds} s.",
        picture=lab.sequence(),
    )


def when_a_dead_letter_arrives(lab: Lab) -> Shown:
    """Receive the broken booking again and again, and note when, until it is in the other queue."""
    sqs = lab.client("sqs")
    sqs.create_queue(QueueName="broken")
    attributes = {"VisibilityTimeout": "20", "RedrivePolicy": redrive_policy("broken", receives=3)}
    bookings = sqs.create_queue(QueueName="bookings", Attributes=attributes)["QueueUrl"]
    sqs.send_message(QueueUrl=bookings, MessageBody="seat 99Z")
    sent, received = lab.now, []
    while not len(lab.queue("broken")):
        if receive(sqs, bookings, WaitTimeSeconds=20):
            received.append(round((lab.now - sent).total_seconds()))
    moved = next(hop for hop in lab.trace if hop.kind == "dead-letter")
    seconds = round(moved.time / 1_000_000 - sent.timestamp())
    return Shown(
        answer=seconds,
        says=f"It was received at seconds {received}, and moved at second {seconds}.",
        picture=lab.sequence(),
    )


def messages_of_900_kb(lab: Lab) -> Shown:
    """Try what the options do, and look at what arrives."""
    sqs = lab.client("sqs")
    agreements = sqs.create_queue(QueueName="agreements")["QueueUrl"]
    sqs.send_message(QueueUrl=agreements, MessageBody="x" * 900 * KB)
    whole = [len(message["Body"]) for message in receive(sqs, agreements)]
    parts = [{"Id": f"part-{number}", "MessageBody": "x" * 180 * KB} for number in range(5)]
    sqs.send_message_batch(QueueUrl=agreements, Entries=parts)
    apart = [len(message["Body"]) for message in receive(sqs, agreements, MaxNumberOfMessages=10)]
    refusal = ""
    try:
        sqs.set_queue_attributes(QueueUrl=agreements, Attributes={"MaximumMessageSize": str(2048 * KB)})
    except ClientError as error:
        refusal = error.response["Error"]["Message"]
    return Shown(
        answer={"a": whole == [900 * KB], "c": apart == [900 * KB], "d": not refusal},
        says="An agreement was sent whole, and in parts; then the queue was asked for a higher limit.",
        each={
            "a": f"arrived in {len(whole)} message of {whole[0]:,} bytes",
            "c": f"arrived in {len(apart)} messages",
            "d": f"refused: {refusal}",
        },
        picture=lab.flow(),
    )


def requests_of_a_museum(lab: Lab) -> Shown:
    """One order in five minutes: how many requests does each way make, and how long does the order wait?"""
    sqs = lab.client("sqs")

    def consumer(orders: str, pause: int, how: dict[str, int]) -> None:
        while True:
            receive(sqs, orders, **how)
            time.sleep(pause)

    def five_minutes(pause: int, attributes: dict[str, str], **how: int) -> tuple[int, int]:
        lab.reset()
        orders = sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]
        lab.program("consumer", consumer, orders, pause, how)
        lab.advance(seconds=92)
        sqs.send_message(QueueUrl=orders, MessageBody="two tickets")
        sent = lab.now.timestamp()
        lab.advance(seconds=209)
        received = next(hop for hop in lab.trace if hop.kind == "receive")
        requests = sum(hop.resource == "sqs:ReceiveMessage" for hop in lab.trace)
        return requests, round(received.time / 1_000_000 - sent)

    ways = {
        "a": five_minutes(0, {"ReceiveMessageWaitTimeSeconds": "20"}),
        "b": five_minutes(5, {}, MaxNumberOfMessages=10),
        "c": five_minutes(300, {}, MaxNumberOfMessages=10),
        "d": five_minutes(5, {"VisibilityTimeout": "20"}),
    }
    in_time = {way: requests for way, (requests, wait) in ways.items() if wait <= 10}
    return Shown(
        answer={way: in_time.get(way) == min(in_time.values()) for way in ways},
        says="Five minutes were played in each way, with one order after a minute and a half.",
        each={
            way: f"{requests} requests; the order waited {wait} s" for way, (requests, wait) in ways.items()
        },
    )


def groups_and_deduplication_of_a_bank(lab: Lab) -> Shown:
    """Two workers, two accounts, one transfer sent twice: what is booked, and how much of it at once?"""
    sqs = lab.client("sqs")
    sent = [("account-A", "1"), ("account-A", "2"), ("account-B", "3"), ("account-B", "3")]

    def booked(group: str, deduplication: str) -> tuple[list[str], int]:
        lab.reset()
        attributes = {"FifoQueue": "true"} if deduplication else {}
        name = "transfers.fifo" if deduplication else "transfers"
        transfers = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        for account, number in sent:
            ids = {"account": account, "number": number, "bank": "bank"}
            how = {"MessageDeduplicationId": ids[deduplication]} if deduplication else {}
            sqs.send_message(QueueUrl=transfers, MessageBody=number, MessageGroupId=ids[group], **how)
        done, at_once = [], 0
        while messages := receive(sqs, transfers) + receive(sqs, transfers):  # two workers, at the same time
            at_once = max(at_once, len(messages))
            for message in messages:
                done.append(message["Body"])
                sqs.delete_message(QueueUrl=transfers, ReceiptHandle=message["ReceiptHandle"])
        return done, at_once

    def meets(done: list[str], at_once: int) -> bool:
        return sorted(done) == ["1", "2", "3"] and done.index("1") < done.index("2") and at_once == 2

    right = booked("account", "number")
    ways = {
        "a": right,
        "b": right,
        "c": booked("bank", "number"),
        "d": booked("account", "account"),
        "e": booked("account", ""),
    }
    return Shown(
        answer={way: meets(*outcome) for way, outcome in ways.items()},
        says="Transfers 1 and 2 of one account and 3 of another were sent, 3 twice; two workers took them.",
        each={way: f"booked {', '.join(done)}; {count} at once" for way, (done, count) in ways.items()},
    )


def what_each_setting_changes(lab: Lab) -> Shown:
    """Set one attribute of a queue at a time, and see which of the wishes it fulfils."""
    sqs = lab.client("sqs")

    def stays_hidden(orders: str) -> bool:
        before = receive(sqs, orders)
        lab.advance(seconds=110)
        return bool(before and not receive(sqs, orders))

    def comes_later(orders: str) -> bool:
        before = receive(sqs, orders)
        lab.advance(seconds=121)
        return bool(not before and receive(sqs, orders))

    def waits(orders: str) -> bool:
        receive(sqs, orders)
        sqs.send_message(QueueUrl=orders, MessageBody="late", DelaySeconds=15)
        return bool(receive(sqs, orders))

    def is_kept(orders: str) -> bool:
        lab.advance(days=10)
        return bool(receive(sqs, orders))

    wishes = {"hidden": stays_hidden, "later": comes_later, "waits": waits, "kept": is_kept}
    settings = {
        "VisibilityTimeout": "120",
        "DelaySeconds": "120",
        "ReceiveMessageWaitTimeSeconds": "20",
        "MessageRetentionPeriod": "1209600",
    }
    found: dict[str, list[str]] = {wish: [] for wish in wishes}
    for setting, value in settings.items():
        for wish, is_fulfilled in wishes.items():
            lab.reset()
            orders = sqs.create_queue(QueueName="orders", Attributes={setting: value})["QueueUrl"]
            sqs.send_message(QueueUrl=orders, MessageBody="order")
            if is_fulfilled(orders):
                found[wish].append(setting)
    answer = {wish: " or ".join(fulfilling) for wish, fulfilling in found.items()}
    return Shown(
        answer=answer,
        says="Each of the four settings was tried on each of the four wishes.",
        each={wish: f"{setting} fulfilled it, and no other" for wish, setting in answer.items()},
    )


def a_consumer_that_is_away_for_a_week(lab: Lab) -> Shown:
    """One reading a day for a week, and nobody there: how many are left, in whatever queue?"""
    sqs = lab.client("sqs")

    def left(**attributes: str) -> int:
        lab.reset()
        sqs.create_queue(QueueName="dead")
        readings = sqs.create_queue(QueueName="readings", Attributes=attributes)["QueueUrl"]
        for day in range(7):
            sqs.send_message(QueueUrl=readings, MessageBody=f"day {day + 1}")
            lab.advance(days=1)
        return len(lab.queue("readings")) + len(lab.queue("dead"))

    kept = {
        "a": left(MessageRetentionPeriod="1209600"),
        "b": left(RedrivePolicy=redrive_policy("dead", receives=1)),
        "c": left(VisibilityTimeout="43200"),
        "d": left(ReceiveMessageWaitTimeSeconds="20"),
    }
    return Shown(
        answer={option: readings == 7 for option, readings in kept.items()},
        says="Each day a reading was sent; after the seventh day the two queues were counted.",
        each={option: f"{readings} of 7 readings are left" for option, readings in kept.items()},
    )


def orders_that_come_twice(lab: Lab) -> Shown:
    """Ten orders; what AWS does rarely happens to each: it comes twice. And every third turn is a crash."""
    sqs = lab.client("sqs")

    def charges(habit: str, **attributes: str) -> Counter[str]:
        lab.reset()
        lab.chaos = Chaos(duplicates=1.0)
        sqs.create_queue(QueueName="dead")
        orders = sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]
        for number in range(10):
            sqs.send_message(QueueUrl=orders, MessageBody=f"order {number}")
        charged: Counter[str] = Counter()
        for turn in range(40):
            for message in receive(sqs, orders):
                handle = message["ReceiptHandle"]
                if habit == "deletes first":
                    sqs.delete_message(QueueUrl=orders, ReceiptHandle=handle)
                if turn % 3 == 2:
                    continue  # it crashes before the charge
                if habit != "sends the number" or message["Body"] not in charged:
                    charged[message["Body"]] += 1
                if turn % 4 == 1:
                    continue  # it crashes after the charge, before the delete
                sqs.delete_message(QueueUrl=orders, ReceiptHandle=handle)
            lab.advance(minutes=30)
        return charged

    ways = {
        "a": charges("sends the number"),
        "b": charges("deletes first"),
        "c": charges("charges", VisibilityTimeout="43200"),
        "d": charges("charges", RedrivePolicy=redrive_policy("dead", receives=1)),
    }
    each = {
        way: f"{10 - len(charged)} never charged, {sum(count > 1 for count in charged.values())} twice"
        for way, charged in ways.items()
    }
    return Shown(
        answer={way: len(charged) == 10 and max(charged.values()) == 1 for way, charged in ways.items()},
        says="Ten orders went through each of the four consumers, with the same crashes.",
        each=each,
    )
