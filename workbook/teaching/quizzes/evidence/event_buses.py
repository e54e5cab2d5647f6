"""What proves the keys of the questions in questions/event_buses.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/"


def policy(statement: Mapping[str, object]) -> str:
    """A policy of one statement that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def role_for(lab: Lab, action: str) -> str:
    """A role that EventBridge may assume, and that may do one action; its ARN."""
    iam = lab.client("iam")
    trust = policy({"Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="courier", AssumeRolePolicyDocument=trust)["Role"]
    may = policy({"Action": action, "Resource": "*"})
    iam.put_role_policy(RoleName="courier", PolicyName="may", PolicyDocument=may)
    return str(role["Arn"])


def open_queue(sqs: Any, name: str, **attributes: str) -> str:
    """A queue whose policy lets EventBridge send to it; its URL."""
    service = {"Service": "events.amazonaws.com"}
    may = policy({"Principal": service, "Action": "sqs:SendMessage", "Resource": QUEUE + name})
    answer = sqs.create_queue(QueueName=name, Attributes={"Policy": may, **attributes})
    return str(answer["QueueUrl"])


def make_rule(events: Any, name: str, target: str, bus: str = "default", **more: object) -> str:
    """A rule that sends all events of the shop to a target; its ARN."""
    pattern = json.dumps({"source": ["shop"]})
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
    target_of_it = {"Id": "1", "Arn": target, **more}
    events.put_targets(Rule=name, EventBusName=bus, Targets=[target_of_it])
    return str(rule["RuleArn"])


def put(lab: Lab, events: Any, bus: str = "default", detail: Mapping[str, object] | None = None) -> None:
    """Put one event of the shop on a bus, and let a second go by."""
    entry = {"Source": "shop", "DetailType": "Paid", "Detail": json.dumps(detail or {})}
    events.put_events(Entries=[{"EventBusName": bus, **entry}])
    lab.advance(seconds=1)


def count(sqs: Any, url: str) -> int:
    """How many messages wait in a queue."""
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def history_for_a_new_team(lab: Lab) -> Shown:
    """Three payments are in the archive. Then fraud wants them, and billing must not get them again."""
    events, sqs = lab.client("events"), lab.client("sqs")

    def gets(way: str) -> tuple[int, int]:
        lab.reset()
        bus = events.create_event_bus(Name="payments")["EventBusArn"]
        tests = events.create_event_bus(Name="tests")["EventBusArn"]
        billing, fraud, dead = (open_queue(sqs, name) for name in ("billing", "fraud", "dead"))
        letters: dict[str, Any] = {"DeadLetterConfig": {"Arn": QUEUE + "dead"}}
        make_rule(events, "billing", QUEUE + "billing", "payments", **letters)
        archive = events.create_archive(ArchiveName="all", EventSourceArn=bus)["ArchiveArn"]
        began = lab.now
        for _ in range(3):
            put(lab, events, "payments")
        lab.advance(hours=1)
        before = count(sqs, billing)
        rule = make_rule(events, "fraud", QUEUE + "fraud", "tests" if way == "c" else "payments")
        if way == "d":
            return count(sqs, dead), 0  # what a redrive could send
        to = {"Arn": tests if way == "c" else bus, **({"FilterArns": [rule]} if way == "a" else {})}
        hour = {"EventStartTime": began, "EventEndTime": began + timedelta(hours=1)}
        try:
            events.start_replay(ReplayName="history", EventSourceArn=archive, Destination=to, **hour)
        except ClientError:
            return 0, 0
        lab.run_until_idle()
        return count(sqs, fraud), count(sqs, billing) - before

    found = {way: gets(way) for way in "abcd"}
    return Shown(
        answer={way: fraud == 3 and billing == 0 for way, (fraud, billing) in found.items()},
        says="Three payments were put on the bus. An hour later the new rule was made, in each way.",
        each={
            way: f"fraud got {fraud} of 3, and billing got {billing} again"
            for way, (fraud, billing) in found.items()
        },
    )


def events_of_another_account(lab: Lab) -> Shown:
    """Put an event in an application's account, with some of the steps; how many reach the central bus?"""
    app = lab.client("events")
    account = "210987654321"
    central = lab.client("events", account=account)

    def arrived(steps: str) -> int:
        lab.reset()
        bus = central.create_event_bus(Name="central")["EventBusArn"]
        app.create_event_bus(Name="app")
        let_in = {"Action": "events:PutEvents", "StatementId": "let-in"}
        if "a" in steps:
            central.put_permission(EventBusName="central", Principal="123456789012", **let_in)
        if "b" in steps:
            make_rule(app, "onward", bus, "app", RoleArn=role_for(lab, "events:PutEvents"))
        if "c" in steps:
            app.put_permission(EventBusName="app", Principal=account, **let_in)
        if "d" in steps:
            pattern = json.dumps({"account": ["123456789012"]})
            central.put_rule(Name="apps", EventBusName="central", EventPattern=pattern)
        put(lab, app, "app")
        lab.advance(minutes=1)
        return sum(hop.kind == "put-event" and hop.resource == bus for hop in lab.trace)

    both, without = arrived("ab"), {"a": arrived("b"), "b": arrived("a")}
    instead = {"c": arrived("bc"), "d": arrived("ad")}
    return Shown(
        answer={
            **{step: number < both for step, number in without.items()},
            **{step: number == both for step, number in instead.items()},
        },
        says=f"With both right steps {both} event of 1 reached the central bus.",
        each={
            **{step: f"without it: {number} of 1" for step, number in without.items()},
            **{
                step: f"with it in the place of a right one: {number} of 1"
                for step, number in instead.items()
            },
        },
    )


def events_on_a_chain_of_buses(lab: Lab) -> Shown:
    """Put an event at the head of the chain, and one in its middle; then mend it with a direct rule."""
    events, sqs = lab.client("events"), lab.client("sqs")
    url, seen = open_queue(sqs, "audit"), open_queue(sqs, "seen")
    for name in ("shop", "district", "group"):
        events.create_event_bus(Name=name)
    role = role_for(lab, "events:PutEvents")
    make_rule(events, "to-district", BUS + "district", "shop", RoleArn=role)
    make_rule(events, "to-group", BUS + "group", "district", RoleArn=role)
    make_rule(events, "look", QUEUE + "seen", "district")
    make_rule(events, "audit", QUEUE + "audit", "group")
    put(lab, events, "shop")
    lab.advance(days=2)
    chained, matched = count(sqs, url), count(sqs, seen)
    put(lab, events, "district")
    middle = count(sqs, url) - chained
    make_rule(events, "straight", BUS + "group", "shop", RoleArn=role)
    put(lab, events, "shop")
    direct = count(sqs, url) - chained - middle
    return Shown(
        answer={
            "a": chained == 0 and direct == 1,
            "b": matched == 0,
            "c": middle == 0,
            "d": chained > 0,
        },
        says=(
            f"By the chain {chained} events of the shop reached the audit, and by a rule from the shop's bus "
            f"straight to the group's {direct}."
        ),
        each={
            "b": f"a rule with the same pattern on the district's bus matched {matched} event of the shop",
            "c": f"of an event that was put on the district's bus {middle} came",
            "d": f"after two days {chained} had come",
        },
    )


def one_event_in_four_forms(lab: Lab) -> Shown:
    """Give the target each form in turn, and see which need its message meets."""
    events, sqs = lab.client("events"), lab.client("sqs")
    open_queue(sqs, "inbox")
    sentence = {"InputPathsMap": {"who": "$.detail.who"}, "InputTemplate": '"Paid by <who>."'}
    forms: dict[str, dict[str, Any]] = {
        "Input": {"Input": '{"ring": 1}'},
        "InputPath": {"InputPath": "$.detail"},
        "InputTransformer": {"InputTransformer": sentence},
        "None of the three": {},
    }
    bodies: dict[str, Any] = {}
    for name, form in forms.items():
        make_rule(events, "paid", QUEUE + "inbox", **form)
        put(lab, events, detail={"who": "Ann", "total": 7})
        bodies[name] = json.loads(lab.queue("inbox").frame()["body"].iloc[-1])
    needs: dict[str, Callable[[Any], bool]] = {
        "fixed": lambda body: body == {"ring": 1},
        "detail": lambda body: body == {"who": "Ann", "total": 7},
        "text": lambda body: body == "Paid by Ann.",
        "whole": lambda body: isinstance(body, dict) and {"source", "time", "detail"} <= set(body),
    }
    met = {need: [name for name, body in bodies.items() if fits(body)] for need, fits in needs.items()}
    return Shown(
        answer={need: names[0] for need, names in met.items()},
        says="The same payment was put four times, and the target had another form each time.",
        each={need: f"the target got {json.dumps(bodies[names[0]])[:75]}" for need, names in met.items()},
    )


def answers_of_a_partner(lab: Lab) -> Shown:
    """Let the partner's server answer in each way, and count how often it is called in a day."""
    events = lab.client("events")
    found: dict[str, int] = {}

    def calls(status: int) -> int:
        lab.reset()
        requests: list[object] = []

        def serve(request: object) -> int:
            requests.append(request)
            return status

        lab.endpoint("https://partner.example.com/orders", serve)
        key = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "secret"}}
        connection = events.create_connection(Name="partner", AuthorizationType="API_KEY", AuthParameters=key)
        made = events.create_api_destination(
            Name="orders",
            ConnectionArn=connection["ConnectionArn"],
            InvocationEndpoint="https://partner.example.com/orders",
            HttpMethod="POST",
        )
        few: dict[str, Any] = {"RetryPolicy": {"MaximumRetryAttempts": 3}}
        role = role_for(lab, "events:InvokeApiDestination")
        make_rule(events, "orders", made["ApiDestinationArn"], RoleArn=role, **few)
        put(lab, events)
        lab.advance(hours=25)
        return len(requests)

    for status in (400, 404, 429, 503):
        found[str(status)] = calls(status)
    words = {1: "Given up at once", 4: "Tried again"}
    return Shown(
        answer={status: words.get(number, f"{number} calls") for status, number in found.items()},
        says="One event was put, with three retries allowed, and the server always gave the same answer.",
        each={status: f"calls of the server: {number}" for status, number in found.items()},
    )


def events_of_a_long_weekend(lab: Lab) -> Shown:
    """Let the target's queue be away for 60 hours, with each setting; is the event kept?"""
    events, sqs = lab.client("events"), lab.client("sqs")

    def kept(way: str) -> int:
        lab.reset()
        redrive = json.dumps({"deadLetterTargetArn": QUEUE + "letters", "maxReceiveCount": 3})
        letters = open_queue(sqs, "letters")
        orders = open_queue(sqs, "orders", **({"RedrivePolicy": redrive} if way == "c" else {}))
        settings: dict[str, dict[str, Any]] = {
            "a": {"DeadLetterConfig": {"Arn": QUEUE + "letters"}},
            "b": {"RetryPolicy": {"MaximumEventAgeInSeconds": 259_200}},
        }
        try:
            make_rule(events, "orders", QUEUE + "orders", **settings.get(way, {}))
        except ClientError:
            return 0  # PutTargets refuses it, and the rule has no target
        if way == "d":
            make_rule(events, "again", QUEUE + "orders")
        lab.outage("orders", hours=60)
        put(lab, events)
        lab.advance(hours=72)
        return count(sqs, orders) + count(sqs, letters)

    found = {way: kept(way) for way in "abcd"}
    return Shown(
        answer={way: number == 1 for way, number in found.items()},
        says="One order was put on the bus on Friday night, and the queue was away for 60 hours.",
        each={way: f"events kept: {number}" for way, number in found.items()},
    )


def orders_from_anywhere_but_one_country(lab: Lab) -> Shown:
    """Ask TestEventPattern: does the pattern take Austria and an order without a country, and not Germany?"""
    events = lab.client("events")
    seen = {"id": "1", "account": "1", "time": "2026-01-05T09:00:00Z", "region": "us-east-1", "resources": []}
    event = {**seen, "source": "shop", "detail-type": "Order"}

    def taken(clauses: list[object]) -> list[bool]:
        pattern = json.dumps({"detail": {"country": clauses}})
        details: list[dict[str, object]] = [{"country": "AT"}, {"total": 12}, {"country": "DE"}]
        return [
            events.test_event_pattern(EventPattern=pattern, Event=json.dumps({**event, "detail": detail}))[
                "Result"
            ]
            for detail in details
        ]

    found = {
        "a": taken([{"anything-but": ["DE"]}, {"exists": False}]),
        "b": taken([{"anything-but": ["DE"]}]),
        "c": taken([{"anything-but": ["DE", ""]}, {"exists": True}]),
        "d": taken([{"anything-but": ["DE"]}, ""]),
    }
    return Shown(
        answer={way: results == [True, True, False] for way, results in found.items()},
        says="Each pattern was asked about an order from AT, one without a country, and one from DE.",
        each={
            way: f"AT: {austria}, no country: {nowhere}, DE: {germany}"
            for way, (austria, nowhere, germany) in found.items()
        },
    )


def files_that_a_rule_hears_of(lab: Lab) -> Shown:
    """Upload a file, with some of the steps; how many events reach the queue?"""
    events, sqs, s3 = lab.client("events"), lab.client("sqs"), lab.client("s3")

    def heard(steps: str) -> int:
        lab.reset()
        url = open_queue(sqs, "scans")
        events.create_event_bus(Name="scans")
        s3.create_bucket(Bucket="scans")
        if "a" in steps:
            tell: dict[str, object] = {"EventBridgeConfiguration": {}}
            s3.put_bucket_notification_configuration(Bucket="scans", NotificationConfiguration=tell)
        for step, bus in (("b", "default"), ("c", "scans")):
            if step in steps:
                events.put_rule(Name=step, EventBusName=bus, EventPattern='{"source": ["aws.s3"]}')
                target = {"Id": "1", "Arn": QUEUE + "scans"}
                events.put_targets(Rule=step, EventBusName=bus, Targets=[target])
        s3.put_object(Bucket="scans", Key="one.pdf", Body=b"scan")
        lab.run_until_idle()
        return count(sqs, url)

    both, without_a, without_b, custom = heard("ab"), heard("b"), heard("a"), heard("ac")
    return Shown(
        answer={"a": without_a < both, "b": without_b < both, "c": custom == both},
        says=f"A file was uploaded. With the two right steps {both} event reached the rule's target.",
        each={
            "a": f"events without it: {without_a}",
            "b": f"events without it: {without_b}",
            "c": f"events with this rule in the place of the right one: {custom}",
        },
    )


def fields_that_are_found_out(lab: Lab) -> Shown:
    """Put two forms of an event on a bus with a discoverer and an archive; who knows the fields then?"""
    events, schemas = lab.client("events"), lab.client("schemas")
    bus = events.create_event_bus(Name="shop")["EventBusArn"]
    schemas.create_discoverer(SourceArn=bus)
    events.create_archive(ArchiveName="all", EventSourceArn=bus)
    make_rule(events, "all", QUEUE + "inbox", "shop")
    put(lab, events, "shop", {"order": 7})
    put(lab, events, "shop", {"order": 8, "coupon": "SPRING"})
    where = {"RegistryName": "discovered-schemas"}
    [found] = schemas.list_schemas(**where)["Schemas"]
    content = schemas.describe_schema(**where, SchemaName=found["SchemaName"])["Content"]
    texts = {
        "a": content,
        "b": json.dumps(events.describe_archive(ArchiveName="all"), default=str),
        "c": json.dumps(events.describe_rule(Name="all", EventBusName="shop")),
    }
    return Shown(
        answer={way: "order" in text and "coupon" in text for way, text in texts.items()},
        says=(
            f"Two events of one type were put. The schema {found['SchemaName']} has "
            f"{found['VersionCount']} versions. The descriptions of archive and rule were read, too."
        ),
        each={way: f"names the field coupon: {'coupon' in text}" for way, text in texts.items()},
    )
