"""What proves the keys of the questions in questions/sns.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
TOPIC = "arn:aws:sns:us-east-1:123456789012:"


def policy_for(queue: str, topic: str = "") -> str:
    """A queue's policy that lets SNS send to it, for one topic only if that is named."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE + queue,
    }
    if topic:
        statement["Condition"] = {"ArnEquals": {"aws:SourceArn": TOPIC + topic}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def open_queue(sqs: Any, name: str, **attributes: str) -> str:
    """A queue whose policy lets SNS send to it; its URL."""
    attributes = {"Policy": policy_for(name), **attributes}
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def subscribe(sns: Any, topic: str, queue: str, **attributes: str) -> None:
    """Subscribe a queue by its name."""
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + queue, Attributes=attributes)


def texts(sqs: Any, url: str) -> list[str]:
    """What up to ten messages of a queue say, out of the envelope if they are in one; they are deleted."""
    found = []
    for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        body = message["Body"]
        found.append(json.loads(body)["Message"] if '"Type" : "Notification"' in body else body)
    return found


def open_server(lab: Lab, sns: Any, topic: str, url: str) -> list[str]:
    """Subscribe a web server, which confirms; the texts that it gets from then on."""
    kept: list[str] = []

    def server(request: Any) -> None:
        message = request.json()
        if message["Type"] == "SubscriptionConfirmation":
            lab.http(message["SubscribeURL"])
        else:
            kept.append(message["Message"])

    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=lab.endpoint(url, server))
    lab.run_until_idle()
    return kept


def four_systems_and_an_order(lab: Lab) -> Shown:
    """An order on a Sunday morning. Loyalty is new, and the shop's program has not been changed for it."""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    systems = ["billing", "baking", "statistics", "loyalty"]

    def topic_and_queues() -> list[str]:
        topic = sns.create_topic(Name="orders")["TopicArn"]
        urls = {system: open_queue(sqs, system) for system in systems}
        for system in systems:
            subscribe(sns, topic, system)
        sns.publish(TopicArn=topic, Message="20 rolls")
        lab.advance(hours=20)
        return [system for system in systems if texts(sqs, urls[system])]

    def topic_and_servers() -> list[str]:
        topic = sns.create_topic(Name="orders")["TopicArn"]
        kept = {system: open_server(lab, sns, topic, f"https://{system}.example.com") for system in systems}
        lab.outage("https://statistics.example.com", hours=20)
        sns.publish(TopicArn=topic, Message="20 rolls")
        lab.advance(hours=21)
        return [system for system in systems if kept[system]]

    def one_queue() -> list[str]:
        url = open_queue(sqs, "orders")
        sqs.send_message(QueueUrl=url, MessageBody="20 rolls")
        return [system for system in systems if texts(sqs, url)]

    def queue_for_each() -> list[str]:
        urls = {system: open_queue(sqs, system) for system in systems}
        for system in systems[:3]:  # the program as it is
            sqs.send_message(QueueUrl=urls[system], MessageBody="20 rolls")
        lab.advance(hours=20)
        return [system for system in systems if texts(sqs, urls[system])]

    ways = {"a": topic_and_queues, "b": topic_and_servers, "c": one_queue, "d": queue_for_each}
    told = {}
    for way, play in ways.items():
        lab.reset()
        told[way] = play()
    return Shown(
        answer={way: sorted(names) == sorted(systems) for way, names in told.items()},
        says="An order came while statistics was off; a fourth system, loyalty, had just been added.",
        each={way: f"learned of it: {', '.join(names)}" for way, names in told.items()},
    )


def topics_that_reach_a_queue(lab: Lab) -> Shown:
    """Two topics publish to the queue. Each option is one change; which topics arrive after it?"""
    sns, sqs = lab.client("sns"), lab.client("sqs")

    def arrived(queue_policy: str = "", topic_grants: str = "", **attributes: str) -> list[str]:
        lab.reset()
        url = sqs.create_queue(QueueName="tariffs", Attributes={"Policy": queue_policy})["QueueUrl"]
        topics = [sns.create_topic(Name=name)["TopicArn"] for name in ("prices", "adverts")]
        if topic_grants:
            sns.add_permission(
                TopicArn=topics[0], Label="queue", AWSAccountId=["123456789012"], ActionName=[topic_grants]
            )
        for topic in topics:
            subscribe(sns, topic, "tariffs", **attributes)
            sns.publish(TopicArn=topic, Message=topic.split(":")[-1])
        lab.advance(seconds=1)
        return texts(sqs, url)

    ways = {
        "a": arrived(policy_for("tariffs", "prices")),
        "b": arrived(policy_for("tariffs")),
        "c": arrived(topic_grants="Publish"),
        "d": arrived(RawMessageDelivery="true"),
    }
    return Shown(
        answer={way: topics == ["prices"] for way, topics in ways.items()},
        says="After each of the four changes prices and adverts each published one message.",
        each={way: f"arrived from {' and '.join(topics) or 'no topic'}" for way, topics in ways.items()},
    )


def what_the_consumer_of_parcels_reads(lab: Lab) -> Shown:
    """After each option's change the parcel is published, and the consumer reads the body."""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    parcel = json.dumps({"parcel": 7})

    def body(subscription: dict[str, str], topic: dict[str, str], **publish: str) -> str:
        lab.reset()
        url = open_queue(sqs, "parcels")
        arn = sns.create_topic(Name="parcels")["TopicArn"]
        subscribe(sns, arn, "parcels", **subscription)
        for name, value in topic.items():
            try:
                sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
            except ClientError as error:
                return "refused: " + error.response["Error"]["Message"]
        sns.publish(TopicArn=arn, **{"Message": parcel, **publish})
        message: str = sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"]
        return message

    raw = {"RawMessageDelivery": "true"}
    by_body = {"FilterPolicyScope": "MessageBody", "FilterPolicy": '{"parcel": [{"exists": true}]}'}
    for_sqs = json.dumps({"default": parcel, "sqs": parcel})
    bodies = {
        "a": body(raw, {}),
        "b": body({}, raw),
        "c": body(by_body, {}),
        "d": body({}, {}, Message=for_sqs, MessageStructure="json"),
    }
    return Shown(
        answer={way: text == parcel for way, text in bodies.items()},
        says="One parcel was published with each of the four changes.",
        each={
            way: text if len(text) < 90 else f"{len(text)} characters: {' '.join(text[:40].split())} ..."
            for way, text in bodies.items()
        },
    )


def messages_that_pass_a_filter_policy(lab: Lab) -> Shown:
    """Publish each of the five messages and see whether it is in the queue."""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    url = open_queue(sqs, "large-orders")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    policy = {"kind": ["cut", "potted"], "total": [{"numeric": [">=", 500]}]}
    subscribe(sns, topic, "large-orders", FilterPolicy=json.dumps(policy))

    def passes(text: str, **attributes: tuple[str, str]) -> bool:
        written = {
            name: {"DataType": kind, "StringValue": value} for name, (kind, value) in attributes.items()
        }
        sns.publish(TopicArn=topic, Message=text, MessageAttributes=written)
        lab.advance(seconds=1)
        return bool(texts(sqs, url))

    kinds = json.dumps(["bulbs", "potted"])
    return Shown(
        answer={
            "a": passes("500 roses", kind=("String", "cut"), total=("Number", "500")),
            "b": passes("a lorry", kind=("String.Array", kinds), total=("Number", "900")),
            "c": passes("900 lilies", kind=("String", "cut"), total=("String", "900")),
            "d": passes("900 tulips", kind=("String", "Cut"), total=("Number", "900")),
            "e": passes(json.dumps({"kind": "cut", "total": 900})),
        },
        says="Each of the five messages was published, and then the queue was looked at.",
        picture=lab.flow(),
    )


def orders_for_austria(lab: Lab) -> Shown:
    """Three orders, two of them for Austria: what lies in the queue, and how much runs for it?"""
    sns, sqs, functions = lab.client("sns"), lab.client("sqs"), lab.client("lambda")
    countries = ["AT", "CH", "AT"]
    pick = (
        "import boto3, json\n\n\ndef handler(event, context):\n"
        "    text = event['Records'][0]['Sns']['Message']\n"
        "    if json.loads(text)['country'] == 'AT':\n"
        "        sqs = boto3.client('sqs')\n"
        "        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName='austria')['QueueUrl'], "
        "MessageBody=text)\n"
    )

    def outcome(*, through_function: bool = False, **attributes: str) -> tuple[list[str], int]:
        lab.reset()
        url = open_queue(sqs, "austria")
        topic = sns.create_topic(Name="orders")["TopicArn"]
        if through_function:
            arn = lab.function("pick", pick)
            functions.add_permission(
                FunctionName="pick",
                StatementId="orders",
                Action="lambda:InvokeFunction",
                Principal="sns.amazonaws.com",
                SourceArn=topic,
            )
            sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
        else:
            subscribe(sns, topic, "austria", **attributes)
        for country in countries:
            sns.publish(TopicArn=topic, Message=json.dumps({"country": country, "lots": 3}))
        lab.advance(minutes=1)
        runs = sum(hop.kind == "invoke" for hop in lab.trace)
        return [json.loads(text)["country"] for text in texts(sqs, url)], runs

    policy = json.dumps({"country": ["AT"]})
    ways = {
        "a": outcome(FilterPolicy=policy, FilterPolicyScope="MessageBody"),
        "b": outcome(FilterPolicy=policy),
        "c": outcome(through_function=True),
        "d": outcome(),
    }
    return Shown(
        answer={way: (found, runs) == (["AT", "AT"], 0) for way, (found, runs) in ways.items()},
        says="Orders for AT, CH and AT were published in each of the four ways.",
        each={
            way: f"in the queue: {', '.join(found) or 'nothing'}; a function ran {runs} times"
            for way, (found, runs) in ways.items()
        },
    )


def two_hours_in_which_nothing_is_reached(lab: Lab) -> Shown:
    """Nothing is reached from the publish on, for two hours. How often does SNS try, and what arrives?"""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    topic, url = sns.create_topic(Name="news")["TopicArn"], "https://news.example.com"
    shown = open_server(lab, sns, topic, url)
    archive = open_queue(sqs, "archive")
    closed = sqs.create_queue(QueueName="closed")["QueueUrl"]
    subscribe(sns, topic, "archive")
    subscribe(sns, topic, "closed")
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="editor@example.com")
    lab.run_until_idle()
    lab.http(lab.mailbox[-1].link)
    letters = len(lab.mailbox)
    for place in ("archive", url, "mailto"):
        lab.outage(place, hours=2)
    answer = sns.publish(TopicArn=topic, Message="rain at noon")
    lab.advance(hours=2)
    sqs.set_queue_attributes(QueueUrl=closed, Attributes={"Policy": policy_for("closed")})
    lab.advance(hours=1)
    arrived = {
        "queue": texts(sqs, archive) != [],
        "server": shown != [],
        "mail": len(lab.mailbox) > letters,
        "closed": texts(sqs, closed) != [],
    }
    places = {"queue": QUEUE + "archive", "server": url, "mail": "editor@", "closed": QUEUE + "closed"}
    tried = [hop.resource for hop in lab.trace.of(answer) if hop.kind == "deliver"]
    tries = {option: sum(place in resource for resource in tried) for option, place in places.items()}
    ends = {1: "It is given up at the first failure", 4: "It is given up after three retries"}
    return Shown(
        answer={
            option: "It is delivered after the two hours" if arrived[option] else ends[count]
            for option, count in tries.items()
        },
        says="One message was published. Nothing was reached for two hours; then all was well for an hour.",
        each={
            option: f"tried {count} times, {'arrived' if arrived[option] else 'never arrived'}"
            for option, count in tries.items()
        },
    )


def retries_that_outlast_a_restart(lab: Lab) -> Shown:
    """Allow one retry more at a time, until a message comes through a restart of 100 seconds."""
    sns, films = lab.client("sns"), []
    topic = sns.create_topic(Name="films")["TopicArn"]
    restarted = lab.now

    def server(request: Any) -> int:
        if request.json()["Type"] == "SubscriptionConfirmation":
            lab.http(request.json()["SubscribeURL"])
        elif (lab.now - restarted).total_seconds() < 100:
            return 503
        else:
            films.append(round((lab.now - restarted).total_seconds()))
        return 200

    url = lab.endpoint("https://cinema.example.com", server)
    answer = sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=url, ReturnSubscriptionArn=True)
    lab.run_until_idle()
    retries = 0
    while not films:
        retries += 1
        policy = {"numRetries": retries, "minDelayTarget": 30, "maxDelayTarget": 30}
        sns.set_subscription_attributes(
            SubscriptionArn=answer["SubscriptionArn"],
            AttributeName="DeliveryPolicy",
            AttributeValue=json.dumps({"healthyRetryPolicy": policy}),
        )
        restarted = lab.now
        sns.publish(TopicArn=topic, Message="at eight: The Third Man")
        lab.advance(minutes=10)
    return Shown(
        answer=retries,
        says=f"With fewer retries than {retries} it was lost; with {retries} it came after {films[0]} s.",
        picture=lab.sequence(since=restarted),
    )


def where_undelivered_notices_are_kept(lab: Lab) -> Shown:
    """A notice is delivered, then the shop's queue is deleted, and another one is published."""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    kept_apart = json.dumps({"deadLetterTargetArn": QUEUE + "undelivered"})
    received_too_often = json.dumps({"deadLetterTargetArn": QUEUE + "undelivered", "maxReceiveCount": 1})

    def in_the_drawer(place: str) -> list[str]:
        lab.reset()
        drawer = open_queue(sqs, "undelivered")
        topic = sns.create_topic(Name="notices")["TopicArn"]
        of_queue = {"RedrivePolicy": received_too_often} if place == "queue" else {}
        shop = open_queue(sqs, "shop", **of_queue)
        of_subscription = {"RedrivePolicy": kept_apart} if place == "subscription" else {}
        subscribe(sns, topic, "shop", **of_subscription)
        if place == "topic":
            try:
                sns.set_topic_attributes(
                    TopicArn=topic, AttributeName="RedrivePolicy", AttributeValue=kept_apart
                )
            except ClientError:
                return []
        if place == "second subscription":
            subscribe(sns, topic, "undelivered")
        sns.publish(TopicArn=topic, Message="open until nine")
        lab.advance(minutes=1)
        sqs.delete_queue(QueueUrl=shop)
        sns.publish(TopicArn=topic, Message="closed on Monday")
        lab.advance(minutes=1)
        return texts(sqs, drawer)

    ways = {
        "a": in_the_drawer("subscription"),
        "b": in_the_drawer("queue"),
        "c": in_the_drawer("topic"),
        "d": in_the_drawer("second subscription"),
    }
    return Shown(
        answer={way: kept == ["closed on Monday"] for way, kept in ways.items()},
        says="The first notice was delivered to the shop; before the second one its queue was deleted.",
        each={way: f"kept: {' and '.join(kept) or 'nothing'}" for way, kept in ways.items()},
    )
