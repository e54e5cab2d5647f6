"""What proves the keys of the questions in questions/event_rules.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def document(*statements: Mapping[str, object]) -> str:
    """A policy that holds these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def open_queue(sqs: Any, name: str) -> str:
    """A queue whose policy lets EventBridge send to it; its URL."""
    let_in: dict[str, object] = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}
    let_in |= {"Action": "sqs:SendMessage", "Resource": QUEUE + name}
    url: str = sqs.create_queue(QueueName=name, Attributes={"Policy": document(let_in)})["QueueUrl"]
    return url


def make_rule(
    events: Any, name: str, pattern: object, *targets: Mapping[str, object], bus: str = "default"
) -> str:
    """A rule with targets, which are numbered; its ARN."""
    rule: str = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
    numbered = [{"Id": str(number), **target} for number, target in enumerate(targets)]
    events.put_targets(Rule=name, EventBusName=bus, Targets=numbered)
    return rule


def put(events: Any, detail: object, bus: str = "default", source: str = "shop") -> dict[str, Any]:
    """Put one event on a bus; what PutEvents says of it."""
    entry = {"EventBusName": bus, "Source": source, "DetailType": "News", "Detail": json.dumps(detail)}
    answer: dict[str, Any] = events.put_events(Entries=[entry])["Entries"][0]
    return answer


def count(sqs: Any, url: str) -> int:
    """How many messages wait in a queue."""
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def fits(events: Any, pattern: object, detail: object) -> bool:
    """Whether TestEventPattern says that a pattern takes an event with this detail."""
    event = {"id": "1", "account": "1", "region": "us-east-1", "time": "2026-01-05T09:00:00Z"}
    event |= {"source": "shop", "detail-type": "News"}
    whole = json.dumps({**event, "resources": [], "detail": detail})
    return bool(events.test_event_pattern(EventPattern=json.dumps(pattern), Event=whole)["Result"])


def role_for(iam: Any, action: str) -> str:
    """A role with which EventBridge may do one thing; its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role: str = iam.create_role(RoleName="courier", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    allow = document({"Effect": "Allow", "Action": action, "Resource": "*"})
    iam.put_role_policy(RoleName="courier", PolicyName="may", PolicyDocument=allow)
    return role


def clauses_for_places(lab: Lab) -> Shown:
    """Try each clause on the places of each rule, and find the one that takes and leaves as it should."""
    events = lab.client("events")
    clauses: list[dict[str, object]] = [
        {"prefix": "depot"},
        {"suffix": "-north"},
        {"wildcard": "depot-north-*"},
        {"anything-but": {"prefix": "depot"}},
    ]
    takes = {
        "depots": ["depot-north-7", "depot-south"],
        "north": ["depot-north", "shop-north"],
        "middle": ["depot-north-7", "depot-north-12"],
        "others": ["shop-north", "Depot-9"],
    }
    leaves = {
        "depots": ["shop-north", "Depot-9"],
        "north": ["depot-north-7", "depot-south"],
        "middle": ["depot-north", "shop-north-7"],
        "others": ["depot-north-7", "depot-south"],
    }

    def right(clause: dict[str, object], rule: str) -> bool:
        pattern = {"detail": {"place": [clause]}}
        wrong = [place for place in takes[rule] if not fits(events, pattern, {"place": place})]
        wrong += [place for place in leaves[rule] if fits(events, pattern, {"place": place})]
        return not wrong

    found = {rule: [json.dumps(clause) for clause in clauses if right(clause, rule)] for rule in takes}
    return Shown(
        answer={rule: " or ".join(fitting) for rule, fitting in found.items()},
        says="TestEventPattern was asked for each clause and each place. Of each rule one clause suits all.",
    )


def patterns_for_one_or_the_other(lab: Lab) -> Shown:
    """Ask of each pattern which of four parcels it takes."""
    events = lab.client("events")
    dear = {"numeric": [">", 1000]}
    details: dict[str, object] = {
        "a": {"$or": [{"value": [dear]}, {"country": ["NO"]}]},
        "b": {"value": [dear], "country": ["NO", {"exists": True}]},
        "c": {"value": [dear], "country": ["NO"]},
        "d": {"value": [dear, "NO"], "country": [{"exists": True}]},
    }
    parcels = {
        f"{value} from {country}": (value, country) for value in (20, 5000) for country in ("NO", "SE")
    }
    wanted = [name for name, (value, country) in parcels.items() if value > 1000 or country == "NO"]
    taken = {}
    for option, detail in details.items():
        taken[option] = [
            name
            for name, (value, country) in parcels.items()
            if fits(events, {"detail": detail}, {"value": value, "country": country})
        ]
    return Shown(
        answer={option: found == wanted for option, found in taken.items()},
        says=f"TestEventPattern was asked about four parcels. Wanted are {', '.join(wanted)}.",
        each={option: "takes " + ", ".join(found) for option, found in taken.items()},
    )


def rules_that_hear_of_calls_that_only_read(lab: Lab) -> Shown:
    """List the queues and create one, under each rule. The lab acts as if the account had a trail."""
    sqs, events = lab.client("sqs"), lab.client("events")
    inbox = open_queue(sqs, "inbox")
    calls = {"source": ["aws.sqs"], "detail-type": ["AWS API Call via CloudTrail"]}

    def heard(pattern: object, state: str = "ENABLED") -> list[str]:
        make_rule(events, "calls", pattern, {"Arn": QUEUE + "inbox"})
        events.put_rule(Name="calls", EventPattern=json.dumps(pattern), State=state)
        sqs.list_queues()
        sqs.create_queue(QueueName="other")
        lab.advance(minutes=1)
        messages = sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["detail"]["eventName"] for message in messages]

    found = {
        "b": heard({**calls, "detail": {"eventName": ["ListQueues"]}}),
        "a": heard(calls, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
    }
    return Shown(
        answer={option: {"ListQueues", "CreateQueue"} <= set(names) for option, names in found.items()},
        says="Under each rule the queues were listed once, and a queue was created.",
        each={option: f"heard of: {', '.join(names) or 'nothing'}" for option, names in found.items()},
        picture=lab.sequence(),
    )


def titles_with_quotation_marks(lab: Lab) -> Shown:
    """Put a ticket whose title has quotation marks, with each form of the target."""
    sqs, events = lab.client("sqs"), lab.client("events")
    inbox = open_queue(sqs, "inbox")
    events.put_rule(Name="tickets", EventPattern=json.dumps({"source": ["shop"]}))
    title = 'Cannot open "report.pdf"'

    def arrived(template: str, **more: object) -> int:
        form = {"InputPathsMap": {"title": "$.detail.title"}, "InputTemplate": template}
        target = {"Id": "1", "Arn": QUEUE + "inbox", "InputTransformer": form, **more}
        before = count(sqs, inbox)
        try:
            events.put_targets(Rule="tickets", Targets=[target])
        except ClientError:
            return 0
        put(events, {"title": title})
        lab.advance(days=2)
        return count(sqs, inbox) - before

    old = '{"text": "New: <title>"}'
    retries = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400}
    found = {
        "b": arrived('{"text": "<title>"}'),
        "c": arrived(old, InputPath="$.detail.title"),
        "d": arrived(old, RetryPolicy=retries),
        "a": arrived('{"text": <title>}'),
    }
    body = sqs.receive_message(QueueUrl=inbox)["Messages"][0]["Body"]
    return Shown(
        answer={option: number == 1 for option, number in found.items()},
        says=f"One ticket was put with each form of the target. What arrived in the end is {body}.",
        each={option: f"{number} of 1 arrived" for option, number in found.items()},
        picture=lab.sequence(),
    )


def dead_letters_of_one_target(lab: Lab) -> Shown:
    """Three targets, one with a dead-letter queue; two of their queues are deleted."""
    sqs, events = lab.client("sqs"), lab.client("events")
    urls = {name: open_queue(sqs, name) for name in ("oven", "shop", "statistics", "dead")}
    targets: list[dict[str, object]] = [{"Arn": QUEUE + name} for name in ("oven", "shop", "statistics")]
    targets[0]["DeadLetterConfig"] = {"Arn": QUEUE + "dead"}
    make_rule(events, "bakes", {"source": ["shop"]}, *targets)
    sqs.delete_queue(QueueUrl=urls["oven"])
    sqs.delete_queue(QueueUrl=urls["statistics"])
    for number in range(8):
        put(events, {"number": number})
    lab.advance(days=2)
    dead, shop = count(sqs, urls["dead"]), count(sqs, urls["shop"])
    return Shown(
        answer=dead,
        says=f"Two days later {shop} messages are in the shop's queue, and {dead} in the dead-letter queue.",
        picture=lab.flow(),
    )


def events_in_an_archive_after_replays(lab: Lab) -> Shown:
    """Six events, two replays of them, one more event; and what DescribeArchive counts."""
    sqs, events = lab.client("sqs"), lab.client("events")
    bus = events.create_event_bus(Name="zoo")["EventBusArn"]
    inbox = open_queue(sqs, "inbox")
    make_rule(events, "all", {"source": ["shop"]}, {"Arn": QUEUE + "inbox"}, bus="zoo")
    archive = events.create_archive(ArchiveName="all", EventSourceArn=bus)["ArchiveArn"]
    begin = lab.now
    for number in range(6):
        put(events, {"number": number}, "zoo")
    lab.advance(hours=1)
    end = lab.now
    for name in ("first", "second"):
        events.start_replay(
            ReplayName=name,
            EventSourceArn=archive,
            EventStartTime=begin,
            EventEndTime=end,
            Destination={"Arn": bus},
        )
        lab.advance(hours=1)
    put(events, {"number": 6}, "zoo")
    lab.advance(days=3)
    kept = events.describe_archive(ArchiveName="all")["EventCount"]
    return Shown(
        answer=kept,
        says=f"The rule's queue got {count(sqs, inbox)} messages in all. The archive holds {kept} events.",
        picture=lab.flow(),
    )


def calls_of_a_server_that_takes_two_a_second(lab: Lab) -> Shown:
    """Ten sales at once, under each setting; a server that answers 429 to a third call within a second.

    The server counts 0.9 seconds as a second, since not every call takes equally long to arrive.
    """
    events = lab.client("events")
    address = "https://books.example.com/sales"
    calls: list[datetime] = []
    refused: list[datetime] = []

    def server(request: object) -> int:
        recent = [call for call in calls if lab.now - call < timedelta(seconds=0.9)]
        (refused if len(recent) >= 2 else calls).append(lab.now)
        return 429 if len(recent) >= 2 else 200

    def sell(retry_policy: Mapping[str, int], **rate: int) -> tuple[int, int]:
        lab.reset()
        calls.clear()
        refused.clear()
        lab.endpoint(address, server)
        login = {"BasicAuthParameters": {"Username": "vineyard", "Password": "secret"}}
        connection = events.create_connection(Name="books", AuthorizationType="BASIC", AuthParameters=login)
        books = {"ConnectionArn": connection["ConnectionArn"], "InvocationEndpoint": address, **rate}
        made = events.create_api_destination(Name="books", HttpMethod="POST", **books)
        role = role_for(lab.client("iam"), "events:InvokeApiDestination")
        target = {"Arn": made["ApiDestinationArn"], "RoleArn": role, "RetryPolicy": retry_policy}
        make_rule(events, "sales", {"source": ["shop"]}, target)
        for number in range(10):
            put(events, {"sale": number})
        lab.advance(days=1)
        return len(refused), len(calls)

    found = {
        "b": sell({"MaximumRetryAttempts": 2}),
        "c": sell({"MaximumEventAgeInSeconds": 60}),
        "a": sell({}, InvocationRateLimitPerSecond=2),
    }
    return Shown(
        answer={way: fees == 0 and booked == 10 for way, (fees, booked) in found.items()},
        says="Under each setting ten sales were put within a second, and a day went by.",
        each={way: f"answers 429: {fees}; sales booked: {booked}" for way, (fees, booked) in found.items()},
        picture=lab.flow(),
    )


def rules_that_keep_replays_out(lab: Lab) -> Shown:
    """Change one thing, put one event that wins a prize, replay it to all rules, and count payments."""
    sqs, events = lab.client("sqs"), lab.client("events")
    every = {"source": ["shop"]}

    def happen(
        paying: Mapping[str, object] = every, kept: object = every, **more: object
    ) -> tuple[int, int, int]:
        lab.reset()
        bus = events.create_event_bus(Name="lottery")["EventBusArn"]
        prizes, statistics = open_queue(sqs, "prizes"), open_queue(sqs, "statistics")
        make_rule(events, "pay", paying, {"Arn": QUEUE + "prizes", **more}, bus="lottery")
        make_rule(events, "count", every, {"Arn": QUEUE + "statistics"}, bus="lottery")
        pattern = json.dumps(kept)
        archive = events.create_archive(ArchiveName="all", EventSourceArn=bus, EventPattern=pattern)
        begin = lab.now
        put(events, {"prize": 500}, "lottery")
        lab.advance(hours=1)
        paid = count(sqs, prizes)
        span = {"EventStartTime": begin, "EventEndTime": lab.now, "Destination": {"Arn": bus}}
        events.start_replay(ReplayName="again", EventSourceArn=archive["ArchiveArn"], **span)
        lab.advance(hours=1)
        return paid, count(sqs, prizes) - paid, count(sqs, statistics) - 1

    found = {
        "a": happen({**every, "replay-name": [{"exists": False}]}),
        "b": happen({**every, "replay-name": [{"anything-but": ""}]}),
        "c": happen(RetryPolicy={"MaximumRetryAttempts": 0}),
        "d": happen(kept={**every, "detail": {"prize": [{"exists": False}]}}),
    }
    return Shown(
        answer={way: numbers == (1, 0, 1) for way, numbers in found.items()},
        says="After each change one prize was won, and then everything was replayed to all rules.",
        each={
            way: f"paid at once: {paid}, at the replay: {again}; replayed for the statistics: {replayed}"
            for way, (paid, again, replayed) in found.items()
        },
        picture=lab.sequence(),
    )


def what_a_discoverer_writes_down(lab: Lab) -> Shown:
    """One event before discovery begins, then one of another source, then one with a field more."""
    events, schemas = lab.client("events"), lab.client("schemas")
    bus = events.create_event_bus(Name="books")["EventBusArn"]
    make_rule(events, "unknown", {"detail": {"colour": ["red"]}}, {"Arn": QUEUE + "red"}, bus="books")
    put(events, {"title": "Early"}, "books", source="early")
    schemas.create_discoverer(SourceArn=bus)
    put(events, {"title": "Old"}, "books")
    put(events, {"title": "New", "pages": 300}, "books")
    odd = put(events, {"pages": "many"}, "books")
    lab.advance(days=1)
    listed = schemas.list_schemas(RegistryName="discovered-schemas")["Schemas"]
    versions = {schema["SchemaName"]: schema["VersionCount"] for schema in listed}
    state = events.describe_rule(Name="unknown", EventBusName="books")["State"]
    return Shown(
        answer={
            "a": "shop@News" in versions,
            "b": len(versions) == 1 and versions["shop@News"] > 1,
            "c": "EventId" not in odd,
            "d": any(name.startswith("early") for name in versions),
            "e": state == "DISABLED",
        },
        says="An event was put before discovery began, and three of one kind, in three forms, after it.",
        each={
            "a": f"the registry holds {', '.join(versions)}",
            "b": f"versions of this schema: {versions['shop@News']}, after three forms",
            "c": "an event with other fields was taken" if "EventId" in odd else "it was refused",
            "e": f"the rule is {state}",
        },
    )


def requests_for_six_contracts(lab: Lab) -> Shown:
    """Put as many entries in a request as are taken, until the six are on the bus."""
    events = lab.client("events")
    events.create_event_bus(Name="contracts")
    entry = {"EventBusName": "contracts", "Source": "notary", "DetailType": "Contract Signed"}
    around = len(json.dumps({"text": ""})) + len(entry["Source"]) + len(entry["DetailType"])
    entry["Detail"] = json.dumps({"text": "x" * (300 * 1024 - around)})
    left, sizes = 6, []
    while left:
        for size in range(left, 0, -1):
            try:
                answer = events.put_events(Entries=[entry] * size)
            except ClientError:
                continue
            if answer["FailedEntryCount"] == 0:
                break
        sizes.append(size)
        left -= size
    return Shown(
        answer=len(sizes),
        says=f"As many as were taken were put into each request: {' and '.join(map(str, sizes))} entries.",
    )


def price(event: dict[str, str], context: object) -> None:
    """Work for a second, and put the event again, with its price."""
    import time

    import boto3

    time.sleep(1)
    entry = {"Source": "rental", "DetailType": "Ride Priced", "Detail": '{"price": 4}'}
    boto3.client("events").put_events(Entries=[entry])


def function_that_causes_what_its_rule_takes(lab: Lab) -> Shown:
    """One ride under each change; how often does the function run within six seconds?"""
    events, functions = lab.client("events"), lab.client("lambda")

    def runs(detail_type: str = "", **more: object) -> int:
        lab.reset()
        open_queue(lab.client("sqs"), "dead")
        arn = lab.function("price", price)
        let_in = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
        functions.add_permission(FunctionName="price", StatementId="rule", **let_in)
        pattern = {"source": ["rental"]} | ({"detail-type": [detail_type]} if detail_type else {})
        make_rule(events, "rides", pattern, {"Arn": arn, **more})
        ride = {"Source": "rental", "DetailType": "Ride Ended", "Detail": "{}"}
        events.put_events(Entries=[ride])
        lab.advance(seconds=6)
        events.disable_rule(Name="rides")
        return sum(hop.kind == "invoke" for hop in lab.trace)

    found = {
        "a": runs("Ride Ended"),
        "b": runs(RetryPolicy={"MaximumRetryAttempts": 0}),
        "c": runs("Ride Priced"),
        "d": runs(DeadLetterConfig={"Arn": QUEUE + "dead"}),
    }
    return Shown(
        answer={way: times == 1 for way, times in found.items()},
        says="Under each change one ride ended. A run takes a second, and six seconds went by.",
        each={way: f"runs in 6 seconds: {times}" for way, times in found.items()},
        picture=lab.flow(),
    )
