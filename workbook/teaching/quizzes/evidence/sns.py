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


def events_of_a_function_that_fails(lab: Lab) -> Shown:
    """An event comes while the function fails, for 20 minutes. Is it handled later, or kept somewhere?"""
    sns, sqs, functions, iam = (lab.client(name) for name in ("sns", "sqs", "lambda", "iam"))

    def subscribe_function(topic: str, arn: str) -> None:
        functions.add_permission(
            FunctionName="declare",
            StatementId="parcels",
            Action="lambda:InvokeFunction",
            Principal="sns.amazonaws.com",
        )
        redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": QUEUE + "undelivered"})}
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn, Attributes=redrive)

    def keep_failures() -> None:
        statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE + "failures"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        role = functions.get_function_configuration(FunctionName="declare")["Role"].split("/")[-1]
        iam.put_role_policy(RoleName=role, PolicyName="send", PolicyDocument=policy)
        destination = {"OnFailure": {"Destination": QUEUE + "failures"}}
        functions.put_function_event_invoke_config(FunctionName="declare", DestinationConfig=destination)

    def handled_and_kept(change: str) -> tuple[int, int]:
        lab.reset()
        topic = sns.create_topic(Name="parcels")["TopicArn"]
        for name in ("work", "undelivered", "failures"):
            open_queue(sqs, name, VisibilityTimeout="300")
        arn = lab.function("declare", "def handler(event, context):\n    raise OSError\n", Timeout=10)
        if change == "queue":
            subscribe(sns, topic, "work")
            functions.create_event_source_mapping(EventSourceArn=QUEUE + "work", FunctionName="declare")
            lab.run_until_idle()
        else:
            subscribe_function(topic, arn)
        if change == "destination":
            keep_failures()
        if change == "retries":
            policy = json.dumps({"http": {"defaultHealthyRetryPolicy": {"numRetries": 100}}})
            sns.set_topic_attributes(TopicArn=topic, AttributeName="DeliveryPolicy", AttributeValue=policy)
        sns.publish(TopicArn=topic, Message="parcel 7")
        lab.advance(minutes=20)
        lab.function("declare", "def handler(event, context):\n    return 'declared'\n", Timeout=10)
        lab.advance(minutes=10)
        handled = sum(hop.kind == "invoke" and hop.outcome == "ok" for hop in lab.trace)
        return handled, len(lab.queue("undelivered")) + len(lab.queue("failures"))

    ways = {"a": "destination", "b": "queue", "c": "retries"}
    found = {way: handled_and_kept(change) for way, change in ways.items()}
    return Shown(
        answer={way: handled + kept > 0 for way, (handled, kept) in found.items()},
        says="With each change an event came, and the function failed for 20 minutes. Then it was repaired.",
        each={way: f"handled: {handled}, kept: {kept}" for way, (handled, kept) in found.items()},
    )


def a_server_that_is_asked_first(lab: Lab) -> Shown:
    """A message before the server has confirmed, and one after it; the order is read from the trace."""
    sns = lab.client("sns")
    topic, posts = sns.create_topic(Name="tides")["TopicArn"], []
    url = lab.endpoint("https://tides.example.com", lambda request: posts.append(request.json()))
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=url)
    lab.advance(minutes=10)
    sns.publish(TopicArn=topic, Message="high water at 10:10")
    lab.advance(minutes=50)
    lab.http(posts[0]["SubscribeURL"])
    sns.publish(TopicArn=topic, Message="high water at 22:40")
    lab.advance(minutes=10)
    steps: list[str] = []
    kinds = iter([post["Type"] for post in posts])
    for hop in lab.trace:
        if hop.resource == "sns:Subscribe":
            steps.append("calls")
        elif hop.resource == "sns:ConfirmSubscription":
            steps.append("visits")
        elif hop.kind == "deliver":
            steps.append({"SubscriptionConfirmation": "asked", "Notification": "notified"}[next(kinds)])
        elif hop.kind == "publish" and not any(hop.number in other.causes for other in lab.trace):
            steps.append("missed")
    return Shown(
        answer=steps,
        says="The link was visited an hour after Subscribe; one message was published before, and one after.",
        picture=lab.sequence(),
    )


def who_gets_the_mail_of_an_alarm(lab: Lab) -> Shown:
    """Two of three engineers have confirmed. The alarm speaks, the third confirms, and it speaks again."""
    sns, cloudwatch = lab.client("sns"), lab.client("cloudwatch")
    engineers = ["ada@example.com", "ben@example.com", "cem@example.com"]
    topic = sns.create_topic(Name="cranes")["TopicArn"]
    for address in engineers:
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    lab.run_until_idle()
    links = {address: lab.mailbox.of(address)[0].link for address in engineers}
    cloudwatch.put_metric_alarm(
        AlarmName="load",
        Namespace="Shipyard",
        MetricName="Load",
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=40,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
    )

    def reached(minutes_without_mail: float = 0) -> int:
        before = len(lab.mailbox)
        if minutes_without_mail:
            lab.outage("mailto", minutes=minutes_without_mail)
        for state in ("OK", "ALARM"):
            cloudwatch.set_alarm_state(AlarmName="load", StateValue=state, StateReason="a drill")
        lab.advance(hours=1)
        return len(lab.mailbox) - before

    for address in engineers[:2]:
        lab.http(links[address])
    two = reached()
    lab.http(links[engineers[2]])
    three, late = reached(), reached(minutes_without_mail=5)
    return Shown(
        answer={"a": (two, three) == (2, 3), "b": two == 0, "c": two == 1, "d": late == 0},
        says=f"The alarm reached {two} engineers, and {three} after the third had visited the link.",
        each={
            "b": f"with the policy of a new topic: {two} were reached",
            "c": f"one change to ALARM reached {two}",
            "d": f"with no email for five minutes: {late} were reached in the end",
        },
        picture=lab.flow(),
    )


def routes_of_900_kb(lab: Lab) -> Shown:
    """Publish 900 KB in the ways of the options, and look at what the queues get."""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    route = "x" * 900_000

    def outcome(parts: int = 1, **attributes: str) -> str:
        lab.reset()
        topic = sns.create_topic(Name="routes", Attributes=attributes)["TopicArn"]
        urls = [open_queue(sqs, name) for name in ("planner", "archive")]
        for name in ("planner", "archive"):
            subscribe(sns, topic, name, RawMessageDelivery="true")
        size = len(route) // parts
        entries = [{"Id": str(part), "Message": route[:size]} for part in range(parts)]
        try:
            if parts == 1:
                sns.publish(TopicArn=topic, Message=route)
            else:
                sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
        except ClientError as error:
            return "refused: " + error.response["Error"]["Message"]
        lab.advance(seconds=1)
        whole = [texts(sqs, url) == [route] for url in urls]
        return "arrived whole in both queues" if all(whole) else "did not arrive whole"

    ways = {"a": outcome(MaximumMessageSize="1048576"), "b": outcome(), "c": outcome(parts=4)}
    return Shown(
        answer={way: text.startswith("arrived") for way, text in ways.items()},
        says="A route of 900,000 bytes was published in each way.",
        each=ways,
    )


def keys_with_which_an_alarm_can_publish(lab: Lab) -> Shown:
    """Give the topic one key after the other; each time the alarm changes, and the mailbox is looked at."""
    sns, kms, cloudwatch = lab.client("sns"), lab.client("kms"), lab.client("cloudwatch")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="night-shift@example.com")
    lab.run_until_idle()
    lab.http(lab.mailbox[-1].link)
    cloudwatch.put_metric_alarm(
        AlarmName="oxygen",
        Namespace="Hospital",
        MetricName="Pressure",
        Statistic="Minimum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=4,
        ComparisonOperator="LessThanThreshold",
        AlarmActions=[topic],
    )

    def mails(key: str) -> int:
        before = len(lab.mailbox)
        sns.set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue=key)
        for state in ("OK", "ALARM"):
            cloudwatch.set_alarm_state(AlarmName="oxygen", StateValue=state, StateReason="a drill")
        lab.advance(minutes=1)
        return len(lab.mailbox) - before

    key = kms.create_key()["KeyMetadata"]["Arn"]
    new_key = mails(key)
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "Resource": "*",
    }
    policy["Statement"].append(statement)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    open_key = mails(key)
    allowed = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    publish = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic}
    allowed["Statement"].append({**publish, "Principal": {"Service": "cloudwatch.amazonaws.com"}})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(allowed))
    managed = mails("alias/aws/sns")
    return Shown(
        answer={"a": open_key > 0, "c": managed > 0, "d": new_key > 0},
        says="The alarm changed to ALARM once with each of the three settings.",
        each={"a": f"{open_key} mail", "c": f"{managed} mails", "d": f"{new_key} mails"},
    )


def a_queue_of_another_account(lab: Lab) -> Shown:
    """Account B subscribes its queue. Leave out one step at a time, and see whether it can be left out."""
    sns, partner, sqs = (
        lab.client("sns"),
        lab.client("sns", account="210987654321"),
        lab.client("sqs", account="210987654321"),
    )
    queue = "arn:aws:sqs:us-east-1:210987654321:books"

    def subscribed(*, b_may_subscribe: bool = True, topic_may_send: bool = True) -> tuple[str, int]:
        lab.reset()
        topic = sns.create_topic(Name="new-books")["TopicArn"]
        policy = policy_for("books", "new-books").replace(QUEUE + "books", queue)
        attributes = {"Policy": policy} if topic_may_send else {}
        url = sqs.create_queue(QueueName="books", Attributes=attributes)["QueueUrl"]
        if b_may_subscribe:
            sns.add_permission(
                TopicArn=topic, Label="b", AWSAccountId=["210987654321"], ActionName=["Subscribe"]
            )
        try:
            arn = partner.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
        except ClientError as error:
            return error.response["Error"]["Code"], 0
        sns.publish(TopicArn=topic, Message="The Tin Drum")
        lab.advance(seconds=1)
        return arn, len(texts(sqs, url))

    def send_is_an_action_of_topics() -> bool:
        topic = sns.create_topic(Name="new-books")["TopicArn"]
        statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": topic}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        try:
            sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
        except ClientError:
            return False
        return True

    arn, both = subscribed()
    code, without_topic_policy = subscribed(b_may_subscribe=False)
    _, without_queue_policy = subscribed(topic_may_send=False)
    return Shown(
        answer={
            "a": without_topic_policy < both,
            "b": without_queue_policy < both,
            "c": send_is_an_action_of_topics(),
            "d": both == 0,
            "e": arn == "pending confirmation",
        },
        says=f"With two steps {both} message arrived. Then each of the two was left out.",
        each={
            "a": f"without it Subscribe is refused: {code}",
            "b": f"without it {without_queue_policy} messages arrived",
            "c": "SNS refuses such a policy",
            "d": f"without it {both} message arrived",
            "e": "the subscription was confirmed from the beginning",
        },
    )


def requests_for_45_readings(lab: Lab) -> Shown:
    """Find the largest batch that SNS takes, and go on with batches of that size."""
    sns = lab.client("sns")
    topic = sns.create_topic(Name="readings")["TopicArn"]

    def publish(count: int) -> bool:
        entries = [{"Id": str(number), "Message": "x" * 60_000} for number in range(count)]
        try:
            sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
        except ClientError:
            return False
        return True

    largest = next(count for count in range(10, 0, -1) if publish(count))
    requests, left = 1, 45 - largest
    while left > 0:
        requests += publish(min(left, largest))
        left -= largest
    return Shown(
        answer=requests,
        says=f"SNS took at most {largest} readings in a request, so {requests} requests brought all 45.",
    )
