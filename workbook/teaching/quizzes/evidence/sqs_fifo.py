"""What proves the keys of the questions in questions/sqs_fifo.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
import time
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown


def make_queue(sqs: Any, name: str, **attributes: str) -> str:
    """A queue, FIFO if its name says so; its URL."""
    if name.endswith(".fifo"):
        attributes["FifoQueue"] = "true"
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def receive(sqs: Any, url: str, **how: object) -> list[dict[str, Any]]:
    """One receive request; returns its messages."""
    messages: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, **how).get("Messages", [])
    return messages


def finish(sqs: Any, url: str, message: dict[str, Any]) -> None:
    """Delete a message that was worked on."""
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def refusal(call: Any, **parameters: object) -> str:
    """What AWS says against a call; nothing if it accepts it."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return ""


def visitors_at_two_turnstiles(lab: Lab) -> Shown:
    """Three visitors at turnstile 1, two at turnstile 2, and the last message is repeated: how many count?"""
    sqs = lab.client("sqs")
    openings = [("1", "1"), ("1", "2"), ("1", "3"), ("2", "1"), ("2", "2"), ("2", "2")]

    def counted(content_based: str = "true", scope: str = "queue", sends: str = "") -> str:
        lab.reset()
        attributes = {"ContentBasedDeduplication": content_based, "DeduplicationScope": scope}
        visitors = make_queue(sqs, "visitors.fifo", **attributes)
        for turnstile, count in openings:
            more: dict[str, object] = {}
            if sends == "id":
                more["MessageDeduplicationId"] = f"{turnstile}-{count}"
            if sends == "attribute":
                more["MessageAttributes"] = {"count": {"DataType": "Number", "StringValue": count}}
            text = refusal(
                sqs.send_message, QueueUrl=visitors, MessageBody="opened", MessageGroupId=turnstile, **more
            )
            if text:
                return f"refused: {text}"
        return f"visitors counted: {len(lab.queue('visitors.fifo'))}"

    ways = {
        "a": counted(sends="id"),
        "b": counted(sends="attribute"),
        "c": counted(scope="messageGroup"),
        "d": counted(content_based="false"),
    }
    return Shown(
        answer={way: text == "visitors counted: 5" for way, text in ways.items()},
        says="Three visitors came at one turnstile and two at the other, whose last message was sent twice.",
        each=ways,
    )


def what_the_second_worker_gets(lab: Lab) -> Shown:
    """Worker 1 has A1 for 50 seconds; what worker 2 receives, and when."""
    sqs = lab.client("sqs")
    work = make_queue(sqs, "work.fifo", ContentBasedDeduplication="true", VisibilityTimeout="120")
    for text in ("A1", "A2", "A3", "B1"):
        sqs.send_message(QueueUrl=work, MessageBody=text, MessageGroupId=text[0])
    begin, handed_out = lab.now, {}

    def worker(seconds: int, messages: int) -> None:
        for _ in range(messages):
            while not (received := receive(sqs, work, WaitTimeSeconds=20)):
                pass
            handed_out[received[0]["Body"]] = round((lab.now - begin).total_seconds())
            time.sleep(seconds)
            finish(sqs, work, received[0])

    lab.program("worker 1", worker, 50, 1)
    lab.program("worker 2", worker, 10, 3)
    lab.run_until_idle()
    others = [text for text in handed_out if text != "A1"]
    return Shown(
        answer=others,
        says=f"Worker 1 took A1 at second {handed_out['A1']}, and worker 2 took the other three.",
        each={text: f"at second {handed_out[text]}" for text in others},
        picture=lab.sequence(),
    )


def a_deed_that_takes_too_long(lab: Lab) -> Shown:
    """Two workers, a timeout of 60 seconds, and 75 seconds of work."""
    sqs = lab.client("sqs")
    deeds = make_queue(sqs, "deeds.fifo", ContentBasedDeduplication="true", VisibilityTimeout="60")
    sqs.send_message(QueueUrl=deeds, MessageBody="deed", MessageGroupId="notary")
    begin, received = lab.now, []
    first = receive(sqs, deeds)[0]

    def second_worker() -> None:
        while not receive(sqs, deeds, WaitTimeSeconds=20):
            pass
        received.append(round((lab.now - begin).total_seconds()))
        time.sleep(75)

    lab.program("second worker", second_worker)
    lab.advance(seconds=76)
    says_no = refusal(sqs.delete_message, QueueUrl=deeds, ReceiptHandle=first["ReceiptHandle"])
    reason = says_no.partition("Reason: ")[2] or "yes."
    return Shown(
        answer={
            "a": received == [60] and bool(says_no),
            "b": received == [60] and not says_no,
            "c": not received,
            "d": not received,
        },
        says=f"The second worker received the deed at second {received[0]}. To the delete SQS said: {reason}",
        picture=lab.sequence(),
    )


def a_change_of_a_plot_that_fails(lab: Lab) -> Shown:
    """The first change of plot 1 fails whenever it is tried. What is applied within ten minutes?"""
    sqs = lab.client("sqs")

    def applied(kind: str, groups: dict[str, str], *, dead_letters: bool) -> list[str]:
        lab.reset()
        make_queue(sqs, f"dead{kind}")
        attributes = {"ContentBasedDeduplication": "true"} if kind else {}
        if dead_letters:
            arn = f"arn:aws:sqs:us-east-1:123456789012:dead{kind}"
            attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        changes = make_queue(sqs, f"changes{kind}", **attributes)
        for change in ("plot 1, first", "plot 1, second", "plot 2, first"):
            sqs.send_message(QueueUrl=changes, MessageBody=change, MessageGroupId=groups[change[:6]])
        done = []
        for _ in range(20):
            for message in receive(sqs, changes):
                if message["Body"] != "plot 1, first":
                    done.append(message["Body"])
                    finish(sqs, changes, message)
            lab.advance(seconds=30)
        return done

    own, one = {"plot 1": "1", "plot 2": "2"}, {"plot 1": "all", "plot 2": "all"}
    ways = {
        "a": applied(".fifo", own, dead_letters=False),
        "b": applied(".fifo", own, dead_letters=True),
        "c": applied(".fifo", one, dead_letters=False),
        "d": applied("", own, dead_letters=True),
    }
    return Shown(
        answer={way: done == ["plot 2, first"] for way, done in ways.items()},
        says="Two changes of plot 1 were sent, of which the first always fails, and one of plot 2.",
        each={way: f"applied: {' and '.join(sorted(done)) or 'nothing'}" for way, done in ways.items()},
    )


def one_more_position_in_a_full_second(lab: Lab) -> Shown:
    """300 calls within a second; then each change is made, and one more position is sent."""
    sqs = lab.client("sqs", config=Config(retries={"total_max_attempts": 1}))
    positions = make_queue(sqs, "positions.fifo")
    numbers = iter(range(1000))

    def report() -> str:
        number = next(numbers)
        ids = {"MessageGroupId": f"car-{number % 100}", "MessageDeduplicationId": str(number)}
        return refusal(sqs.send_message, QueueUrl=positions, MessageBody="48.2, 16.4", **ids)

    def change(name: str, value: str) -> str:
        return refusal(sqs.set_queue_attributes, QueueUrl=positions, Attributes={name: value}) or report()

    lab.advance(seconds=1 - lab.now.microsecond / 1_000_000)  # to the beginning of a second
    accepted = 0
    while not report():
        accepted += 1
    limit_alone = change("FifoThroughputLimit", "perMessageGroupId")
    others = {
        "c": change("ContentBasedDeduplication", "true"),
        "d": change("FifoQueue", "false"),
        "e": change("DelaySeconds", "60"),
    }
    scope_alone = change("DeduplicationScope", "messageGroup")
    both = change("FifoThroughputLimit", "perMessageGroupId")
    return Shown(
        answer={"a": bool(limit_alone) and not both, "b": bool(scope_alone) and not both}
        | {option: not text for option, text in others.items()},
        says=f"After {accepted} calls the second was full. Then one more position was sent "
        f"after each change; with the scope and the limit changed it was {both or 'accepted'}.",
        each={"a": f"alone: {scope_alone}", "b": f"alone: {limit_alone}", **others},
    )


def twelve_workers_and_three_schools(lab: Lab) -> Shown:
    """Let twelve workers work, and look when the last paper is done."""
    sqs = lab.client("sqs")
    papers = make_queue(sqs, "papers.fifo", ContentBasedDeduplication="true", VisibilityTimeout="120")
    for school, count in (("A", 6), ("B", 4), ("C", 2)):
        entries = [
            {"Id": str(number), "MessageBody": f"{school}{number}", "MessageGroupId": school}
            for number in range(count)
        ]
        sqs.send_message_batch(QueueUrl=papers, Entries=entries)
    begin = lab.now
    done: list[float] = []

    def worker() -> None:
        while len(done) < 12:
            for message in receive(sqs, papers, WaitTimeSeconds=20):
                time.sleep(60)
                finish(sqs, papers, message)
                done.append((lab.now - begin).total_seconds() / 60)

    for number in range(12):
        lab.program(f"worker {number + 1}", worker)
    lab.run_until_idle()
    minutes = round(done[-1], 1)
    return Shown(
        answer=minutes,
        says=f"After a minute {sum(when < 1.5 for when in done)} papers were done, the last after {minutes}.",
    )


def an_answer_that_was_lost(lab: Lab) -> Shown:
    """An order is received, and nobody has the answer. Then each option tries to get it."""
    sqs = lab.client("sqs")

    def brought(*, sends_again: bool = False, **how: object) -> list[str]:
        lab.reset()
        orders = make_queue(sqs, "orders.fifo", VisibilityTimeout="600")
        order = {"MessageBody": "12 cars", "MessageGroupId": "ferry", "MessageDeduplicationId": "1"}
        sqs.send_message(QueueUrl=orders, **order)
        receive(sqs, orders, ReceiveRequestAttemptId="attempt-1")
        lab.advance(seconds=5)
        if sends_again:
            sqs.send_message(QueueUrl=orders, **order)
        return [message["Body"] for message in receive(sqs, orders, **how)]

    ways = {
        "a": brought(ReceiveRequestAttemptId="attempt-1"),
        "b": brought(VisibilityTimeout=0),
        "c": brought(WaitTimeSeconds=20),
        "d": brought(sends_again=True),
    }
    return Shown(
        answer={way: texts == ["12 cars"] for way, texts in ways.items()},
        says="Five seconds after a receive whose answer was lost each way was tried.",
        each={way: f"brought {', '.join(texts) or 'nothing'}" for way, texts in ways.items()},
    )


def sends_after_the_first(lab: Lab) -> Shown:
    """After the first message has gone each send is tried, and then a receive."""
    sqs = lab.client("sqs")

    def outcome(minutes: int, body: str, **ids: object) -> str:
        lab.reset()
        queue = make_queue(sqs, "orders.fifo")
        sqs.send_message(QueueUrl=queue, MessageBody="X", MessageGroupId="A", MessageDeduplicationId="17")
        finish(sqs, queue, receive(sqs, queue)[0])
        lab.advance(minutes=minutes)
        if refusal(sqs.send_message, QueueUrl=queue, MessageBody=body, **ids):
            return "Refused"
        return "Delivered" if receive(sqs, queue) else "Accepted, and not delivered"

    answer = {
        "again": outcome(4, "Y", MessageGroupId="A", MessageDeduplicationId="17"),
        "other-group": outcome(4, "X", MessageGroupId="B", MessageDeduplicationId="17"),
        "late": outcome(6, "X", MessageGroupId="A", MessageDeduplicationId="17"),
        "no-group": outcome(4, "X", MessageDeduplicationId="18"),
        "delayed": outcome(4, "X", MessageGroupId="A", MessageDeduplicationId="18", DelaySeconds=30),
    }
    return Shown(
        answer=answer,
        says="Each send was tried in a queue of its own, after X had been sent, received and deleted.",
    )
