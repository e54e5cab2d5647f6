"""What proves the keys of the questions in questions/pipes.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
READ = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
DELIVER = ("sqs:SendMessage", "lambda:InvokeFunction", "sns:Publish", "events:PutEvents")


def role_for(lab: Lab, *actions: str, name: str = "plumber") -> str:
    """A role that pipes may assume to do these actions; its ARN."""
    iam = lab.client("iam")
    trust = policy({"Principal": {"Service": "pipes.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    may = policy({"Action": actions, "Resource": "*"})
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=may)
    return str(role["Arn"])


def policy(statement: Mapping[str, object]) -> str:
    """A policy of one statement that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def queue(sqs: Any, name: str, **attributes: str) -> str:
    """A queue that lets AWS's services in; its URL."""
    services = ["events.amazonaws.com", "sns.amazonaws.com"]
    may = {"Principal": {"Service": services}, "Action": "sqs:SendMessage", "Resource": QUEUE + name}
    attributes = {"Policy": policy(may), **attributes}
    return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def only(**body: Sequence[object]) -> dict[str, object]:
    """Source parameters: a pipe takes only messages whose body matches."""
    return {"FilterCriteria": {"Filters": [{"Pattern": json.dumps({"body": body})}]}}


def send(lab: Lab, sqs: Any, url: str, *bodies: object) -> None:
    """Send messages, and wait until nothing more happens."""
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))
    lab.run_until_idle()


def count(sqs: Any, url: str) -> int:
    """How many messages a queue holds, those in flight as well."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(map(int, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()))


def small_claims_at_night(lab: Lab) -> Shown:
    """One large claim and two small ones; look for the small ones in all the places that are named."""
    sqs, pipes = lab.client("sqs"), lab.client("pipes")
    dead = queue(sqs, "dead")
    redrive = json.dumps({"deadLetterTargetArn": QUEUE + "dead", "maxReceiveCount": 3})
    claims, large = queue(sqs, "claims", RedrivePolicy=redrive), queue(sqs, "large")
    role = role_for(lab, *READ, *DELIVER)
    over = only(amount=[{"numeric": [">", 10_000]}])
    ends = {"Source": QUEUE + "claims", "SourceParameters": over, "Target": QUEUE + "large"}
    pipes.create_pipe(Name="large", RoleArn=role, **ends)
    lab.run_until_idle()
    send(lab, sqs, claims, {"amount": 90}, {"amount": 20_000}, {"amount": 700})
    lab.advance(hours=13)
    found = {"source": count(sqs, claims), "dead": count(sqs, dead), "target": count(sqs, large)}
    deleted = sum(hop.kind == "delete" for hop in lab.trace)
    return Shown(
        answer={
            "a": deleted == 3 and found == {"source": 0, "dead": 0, "target": 1},
            "b": found["source"] > 0,
            "c": found["dead"] > 0,
            "d": found["target"] > 1,
        },
        says=f"One of three claims was large. After 13 hours all {deleted} were deleted from the queue.",
        each={
            "a": f"{deleted} messages were deleted, and {found['target']} delivered",
            "b": f"messages in the queue: {found['source']}",
            "c": f"messages in the dead-letter queue: {found['dead']}",
            "d": f"messages for the target: {found['target']}",
        },
        picture=lab.flow(),
    )


def where_to_leave_out_readings(lab: Lab) -> Shown:
    """Five readings, one of them an alarm, in each way: count what works, and what arrives."""
    sqs, pipes = lab.client("sqs"), lab.client("pipes")

    def look_up(event: list[dict[str, str]], context: object) -> list[object]:
        import json

        return [{**json.loads(record["body"]), "house": 7} for record in event]

    def look_up_alarms(event: list[dict[str, str]], context: object) -> list[object]:
        import json

        bodies = [json.loads(record["body"]) for record in event]
        return [{**body, "house": 7} for body in bodies if body["alarm"]]

    def ring(event: list[dict[str, bool]], context: object) -> int:
        return sum(body["alarm"] for body in event)

    def night(enrich: Any, source: Mapping[str, object], template: str = "") -> tuple[int, int]:
        lab.reset()
        readings = queue(sqs, "readings")
        pipes.create_pipe(
            Name="alarms",
            Source=QUEUE + "readings",
            SourceParameters={"SqsQueueParameters": {"BatchSize": 1}, **source},
            Enrichment=lab.function("look-up", enrich),
            Target=lab.function("ring", ring),
            TargetParameters={"InputTemplate": template} if template else {},
            RoleArn=role_for(lab, *READ, *DELIVER),
        )
        lab.run_until_idle()
        send(lab, sqs, readings, *({"alarm": number == 4} for number in range(5)))
        kinds = [hop.kind for hop in lab.trace]
        return kinds.count("batch"), kinds.count("invoke")

    found = {
        "a": night(look_up, only(alarm=[True])),
        "b": night(look_up_alarms, {}),
        "c": night(look_up, {}),
        "d": night(look_up, {}, '{"alarm": <$.alarm>}'),
    }
    fewest = min(found.values())
    return Shown(
        answer={way: work == fewest for way, work in found.items()},
        says="Five readings came in each way, one of them an alarm. A batch had one reading.",
        each={
            way: f"{events} events processed by the pipe, {runs} invocations"
            for way, (events, runs) in found.items()
        },
    )


def steps_of_a_pipe(lab: Lab) -> Shown:
    """Send one order to a pipe with a filter and an enrichment, and read from the trace what came when."""
    sqs, pipes = lab.client("sqs"), lab.client("pipes")
    orders = queue(sqs, "orders")
    queue(sqs, "kitchen")

    def add_table(event: list[dict[str, str]], context: object) -> list[object]:
        import json

        return [{"dish": json.loads(record["body"])["dish"], "table": 4} for record in event]

    pipes.create_pipe(
        Name="orders",
        Source=QUEUE + "orders",
        Enrichment=lab.function("add-table", add_table),
        Target=QUEUE + "kitchen",
        TargetParameters={"InputTemplate": '"<$.dish> for table <$.table>"'},
        RoleArn=role_for(lab, *READ, *DELIVER),
        SourceParameters=only(hot=[True]),
    )
    lab.run_until_idle()
    send(lab, sqs, orders, {"dish": "salad", "hot": False}, {"dish": "soup", "hot": True})
    steps = {
        "receive": "receive",
        "filter": "filter",
        "enrich": "enrich",
        "deliver": "target",
        "delete": "delete",
    }
    last: dict[str, int] = {}
    for number, hop in enumerate(lab.trace):
        if hop.kind in steps:
            last[steps[hop.kind]] = number  # of deletions the last is that of the order that was delivered
    [cooked] = lab.queue("kitchen").frame()["body"]
    return Shown(
        answer=sorted(last, key=lambda step: last[step]),
        says=f"A salad was filtered out, and the kitchen got: {cooked}.",
        picture=lab.sequence(),
    )


def bookings_that_cannot_be_enriched(lab: Lab) -> Shown:
    """Let the enrichment fail for a booking, with each place for a dead-letter queue."""
    sqs, pipes, functions = lab.client("sqs"), lab.client("pipes"), lab.client("lambda")

    def fail(event: object, context: object) -> None:
        message = "there is no such passenger"
        raise ValueError(message)

    def letters(way: str) -> int:
        lab.reset()
        dead = queue(sqs, "dead")
        redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": QUEUE + "dead", "maxReceiveCount": 3})}
        bookings = queue(sqs, "bookings", **(redrive if way == "a" else {}))
        queue(sqs, "seats", **(redrive if way == "d" else {}))
        function = lab.function("look-up", fail)
        role = functions.get_function_configuration(FunctionName="look-up")["Role"].split("/")[-1]
        sends = policy({"Action": "sqs:SendMessage", "Resource": QUEUE + "dead"})
        lab.client("iam").put_role_policy(RoleName=role, PolicyName="sends", PolicyDocument=sends)
        if way == "b":
            functions.update_function_configuration(
                FunctionName="look-up", DeadLetterConfig={"TargetArn": QUEUE + "dead"}
            )
        if way == "c":
            functions.put_function_event_invoke_config(
                FunctionName="look-up", DestinationConfig={"OnFailure": {"Destination": QUEUE + "dead"}}
            )
        ends = {"Source": QUEUE + "bookings", "Enrichment": function, "Target": QUEUE + "seats"}
        pipes.create_pipe(Name="seats", RoleArn=role_for(lab, *READ, *DELIVER), **ends)
        lab.advance(minutes=1)
        sqs.send_message(QueueUrl=bookings, MessageBody="{}")
        lab.advance(minutes=3)
        return count(sqs, dead)

    found = {way: letters(way) for way in "abcd"}
    return Shown(
        answer={way: kept == 1 for way, kept in found.items()},
        says="One booking came in each way. Three minutes later the dead letters were counted.",
        each={way: f"dead letters: {kept}" for way, kept in found.items()},
    )


def permissions_that_a_pipe_lacks(lab: Lab) -> Shown:
    """Make a pipe with the two permissions that it has and all five others, and without one in turn."""
    sqs, pipes = lab.client("sqs"), lab.client("pipes")
    has = ("sqs:ReceiveMessage", "lambda:InvokeFunction")
    others = {
        "a": "sqs:DeleteMessage",
        "b": "sqs:GetQueueAttributes",
        "c": "sqs:ChangeMessageVisibility",
        "d": "sqs:GetQueueUrl",
        "e": "sqs:SendMessage",
    }
    queue(sqs, "photos")

    def resize(event: object, context: object) -> None:
        return None

    target = lab.function("resize", resize)

    def state(name: str, *more: str) -> str:
        role = role_for(lab, *has, *more, name=name)
        pipes.create_pipe(Name=name, Source=QUEUE + "photos", Target=target, RoleArn=role)
        lab.advance(minutes=1)
        shown: str = pipes.describe_pipe(Name=name)["CurrentState"]
        return shown

    without = {
        option: state(f"without-{option}", *(each for each in others.values() if each != permission))
        for option, permission in others.items()
    }
    return Shown(
        answer={option: reached != "RUNNING" for option, reached in without.items()},
        says=f"With all five the pipe was {state('all', *others.values())}. Then one was left out in turn.",
        each={option: f"without it the pipe was {reached}" for option, reached in without.items()},
    )


def orders_for_three_teams(lab: Lab) -> Shown:
    """Send six orders, two for each team, through each design; count what each team gets."""
    sqs, sns = lab.client("sqs"), lab.client("sns")
    events, pipes = lab.client("events"), lab.client("pipes")
    teams = ("books", "games", "music")
    bus = "arn:aws:events:us-east-1:123456789012:event-bus/default"

    def design(way: str) -> list[int]:
        lab.reset()
        orders, inboxes = queue(sqs, "orders"), [queue(sqs, team) for team in teams]
        role = role_for(lab, *READ, *DELIVER)

        def pipe(name: str, target: str, **more: object) -> None:
            pipes.create_pipe(Name=name, Source=QUEUE + "orders", Target=target, RoleArn=role, **more)

        if way == "a":
            fields = '{"team": <$.body.team>, "order": <$.body.order>}'
            pipe("all", bus, TargetParameters={"InputTemplate": fields})
            for team in teams:
                events.put_rule(Name=team, EventPattern=json.dumps({"detail": {"team": [team]}}))
                events.put_targets(Rule=team, Targets=[{"Id": "1", "Arn": QUEUE + team}])
        if way == "b":
            for team in teams:
                pipe(team, QUEUE + team, SourceParameters=only(team=[team]))
        if way == "c":
            topic = sns.create_topic(Name="orders")["TopicArn"]
            pipe("all", topic)
            for team in teams:
                sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + team)
        lab.advance(minutes=1)
        send(lab, sqs, orders, *({"team": team, "order": number} for number in (1, 2) for team in teams))
        return [count(sqs, inbox) for inbox in inboxes]

    found = {way: design(way) for way in "abc"}
    return Shown(
        answer={way: counts == [2, 2, 2] for way, counts in found.items()},
        says="Two orders for each of three teams came in each way.",
        each={way: f"the teams got {', '.join(map(str, counts))}" for way, counts in found.items()},
    )
