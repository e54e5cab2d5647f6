"""A topic with three subscribers, one of which fails for a while.

The harbour office publishes that ferries are cancelled. Boards and buses read from queues of their own, and
have each notice at once, whatever becomes of the third: a function that sends text messages, while the phone
company does not answer. Subscribed directly, it gets two further tries from Lambda, and then nothing keeps
the notice. With a queue of its own before it, it is tried until the phone company answers.
"""

from __future__ import annotations

import json
import time
from typing import NamedTuple

import boto3

from workbook import Lab
from workbook.scenarios.framework.account import Findings
from workbook.scenarios.framework.reading import Hops, hops_of, seconds_from
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch

QUEUE = "texts"
FUNCTION = "send-texts"


def build(lab: Lab, queue_before: bool) -> str:
    """Create the topic, two subscribers with queues, and the function that sends text messages."""
    topic = boto3.client("sns").create_topic(Name="departures")["TopicArn"]
    for name in ("boards", "buses"):
        subscribe(topic, "sqs", queue_for(topic, name))
    silent = {"Variables": {"PHONE_COMPANY": "silent"}}
    function = lab.function("send-texts", send_text, Timeout=10, Environment=silent)
    if queue_before:
        texts = queue_for(topic, "texts")
        subscribe(topic, "sqs", texts)
        boto3.client("lambda").create_event_source_mapping(
            EventSourceArn=texts, FunctionName="send-texts", BatchSize=1
        )
        lab.run_until_idle()  # until the mapping is enabled
    else:
        let_invoke(topic, "send-texts")
        subscribe(topic, "lambda", function)
    return topic


def queue_for(topic: str, name: str) -> str:
    """Create a queue that takes what the topic delivers; its ARN."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = answer["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return arn


def let_invoke(topic: str, function: str) -> None:
    """Let the topic invoke the function."""
    boto3.client("lambda").add_permission(
        FunctionName=function,
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )


def subscribe(topic: str, protocol: str, endpoint: str) -> None:
    """Let an endpoint have what is published to the topic."""
    boto3.client("sns").subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)


def send_text(event: object, context: object) -> None:
    """Send a text message, if the phone company answers."""
    import os

    if os.environ["PHONE_COMPANY"] == "silent":
        raise RuntimeError("the phone company does not answer")


def trigger(lab: Lab, topic: str, notices: int, minutes: int) -> None:
    """Publish notices; after some minutes the phone company answers."""
    lab.program("phone company", answer_again, 60 * minutes)
    sns = boto3.client("sns")
    for number in range(1, notices + 1):
        sns.publish(TopicArn=topic, Message=f"Ferry {number} does not sail")


def answer_again(seconds: int) -> None:
    """Answer from now on, after a while of silence."""
    time.sleep(seconds - 1)  # the update takes another second
    boto3.client("lambda").update_function_configuration(
        FunctionName="send-texts", Environment={"Variables": {"PHONE_COMPANY": "answers"}}
    )


def measure(trace: Hops, queue_before: bool) -> Findings:
    """For each subscriber how many notices it has, after how many tries, and after how long."""
    published = list(hops_of(trace, "publish"))
    if not published:
        return Findings("Nothing was published yet.", (), ())
    columns = ("subscriber", "notices", "lost", "tries", "has the last one after")
    rows = [_row(trace, name, "deliver") for name in ("boards", "buses")]
    texts = _row(trace, FUNCTION, "invoke")
    others = (
        "Boards and buses had every notice at once."
        if all(row.notices == len(published) for row in rows)
        else "Notices are on their way."
    )
    conclusion = f"{others} {_of_texts(texts, queue_before=queue_before)}"
    return Findings(conclusion, columns, tuple(tuple(row) for row in (*rows, texts)))


class _Row(NamedTuple):
    """What one subscriber got."""

    subscriber: str
    notices: int
    lost: int
    tries: int
    last: str


def _row(trace: Hops, name: str, kind: str) -> _Row:
    """A subscriber's row; hops of this kind at its resource are the tries."""
    first = next(hops_of(trace, "publish"))
    tries = list(hops_of(trace, kind, at=name))
    done = [hop for hop in tries if hop.outcome == "ok"]
    lost = sum(1 for _ in hops_of(trace, "drop", at=name))
    last = f"{seconds_from(first, done[-1]):,.1f} s" if done else "never"
    return _Row(name, len(done), lost, len(tries), last)


def _of_texts(texts: _Row, *, queue_before: bool) -> str:
    sent = f"Text messages: {texts.notices:,} sent, {texts.lost or 'none'} lost."
    if texts.lost:
        return f"{sent} Lambda tried each event three times in 3 minutes, and nothing keeps it after that."
    where = "came back to the function's own queue" if queue_before else "was tried again by Lambda"
    again = f" What failed {where}." if texts.tries > texts.notices else ""
    return f"{sent}{again}"


SCENARIO = Scenario(
    name="fan-out",
    title="A topic and a subscriber that fails",
    question="What does it do to the others, and to its own messages, when one subscriber of a topic fails?",
    watch="Watch the function that sends text messages, and the two subscribers beside it.",
    settings=(
        Switch("queue_before", "queue before the function", default=False),
        Number("minutes", "the phone company is silent for", 10, minimum=1, maximum=120, unit="min"),
        Number("notices", "notices", 3, minimum=1, maximum=20, unit="notices"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE,),
    limit=3 * HOUR,
    differs="a topic delivers within 1 ms and in the order of its subscriptions; AWS promises neither.",
)
