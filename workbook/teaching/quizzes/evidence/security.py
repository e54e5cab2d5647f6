"""What proves the keys of the questions in questions/security.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def policy(**statement: object) -> str:
    """A policy of one statement that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def letting_in(queue: str, service: str, condition: Mapping[str, object] | None = None) -> str:
    """The policy of a queue that lets a service of AWS send, on a condition if one is given."""
    more = {"Condition": condition} if condition else {}
    principal = {"Service": f"{service}.amazonaws.com"}
    return policy(Principal=principal, Action="sqs:SendMessage", Resource=QUEUE + queue, **more)


def a_workflow_that_may_not_send(lab: Lab) -> Shown:
    """Start an execution as it was, and after each of the changes; does it succeed?"""
    iam, sqs, machines = lab.client("iam"), lab.client("sqs"), lab.client("stepfunctions")

    def end(*, queue_policy: str = "", allowed: str = "lambda:InvokeFunction", on: str = "*") -> str:
        lab.reset()
        attributes = {"Policy": queue_policy} if queue_policy else {}
        url = sqs.create_queue(QueueName="letters", Attributes=attributes)["QueueUrl"]
        trust = policy(Principal={"Service": "states.amazonaws.com"}, Action="sts:AssumeRole")
        role = iam.create_role(RoleName="writer", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        may = policy(Action=allowed, Resource=on)
        iam.put_role_policy(RoleName="writer", PolicyName="may", PolicyDocument=may)
        send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
        send["Parameters"] = {"QueueUrl": url, "MessageBody": "a letter"}
        definition = json.dumps({"StartAt": "Send", "States": {"Send": send}})
        made = machines.create_state_machine(name="write", roleArn=role, definition=definition)
        started = machines.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]
        lab.run_until_idle()
        status: str = machines.describe_execution(executionArn=started)["status"]
        return status

    ends = {
        "role": end(allowed="sqs:SendMessage", on=QUEUE + "letters"),
        "queue": end(queue_policy=letting_in("letters", "states")),
        "developer": end(),
    }
    return Shown(
        answer={option: status == "SUCCEEDED" for option, status in ends.items()},
        says="An execution was started after each change, by somebody who may do everything.",
        each={
            **ends,
            "all": f"{end(allowed='sqs:*')}, and with it everything else that can be done to queues",
        },
    )


def keys_with_which_a_topic_can_deliver(lab: Lab) -> Shown:
    """Give the queue one key after the other; each time something is published."""
    sns, sqs, kms = lab.client("sns"), lab.client("sqs"), lab.client("kms")
    attributes = {"Policy": letting_in("results", "sns"), "KmsMasterKeyId": "alias/aws/sqs"}
    url = sqs.create_queue(QueueName="results", Attributes=attributes)["QueueUrl"]
    topic = sns.create_topic(Name="results")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "results")

    def arrived(key: str) -> int:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": key})
        before = len(lab.queue("results"))
        sns.publish(TopicArn=topic, Message="all is well")
        lab.advance(minutes=1)
        return len(lab.queue("results")) - before

    managed = arrived("alias/aws/sqs")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns")
    both = arrived("alias/aws/sqs")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue="")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    new = arrived(key)
    document = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    use = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Resource": "*"}
    document["Statement"].append({**use, "Action": ["kms:GenerateDataKey*", "kms:Decrypt"]})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document))
    own = arrived(key)
    return Shown(
        answer={"own": own > 0, "new": new > 0, "topic": both > 0},
        says=f"A message was published with each of the keys; with alias/aws/sqs {managed} arrived.",
        each={"own": f"{own} message", "new": f"{new} messages", "topic": f"{both} messages"},
        picture=lab.sequence(),
    )


def rules_that_reach_a_queue(lab: Lab) -> Shown:
    """Put an event that two rules send to the queue, under each policy; whose events arrive?"""
    sqs, events = lab.client("sqs"), lab.client("events")
    url = sqs.create_queue(QueueName="mint")["QueueUrl"]
    rules = {}
    for name in ("coins", "mistake"):
        rules[name] = events.put_rule(Name=name, EventPattern=json.dumps({"source": ["press"]}))["RuleArn"]
        target = {"Id": "mint", "Arn": QUEUE + "mint", "Input": json.dumps(name)}
        events.put_targets(Rule=name, Targets=[target])

    def arrived(document: str) -> list[str]:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
        before = len(lab.queue("mint"))
        events.put_events(Entries=[{"Source": "press", "DetailType": "Struck", "Detail": "{}"}])
        lab.run_until_idle(90_000)
        return sorted(json.loads(body) for body in lab.queue("mint").frame()["body"][before:])

    service = {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    root = {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sqs:SendMessage"}
    account = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    found = {
        "source": arrived(letting_in("mint", "events", {"ArnEquals": {"aws:SourceArn": rules["coins"]}})),
        "account": arrived(letting_in("mint", "events", account)),
        "root": arrived(policy(**root, Resource=QUEUE + "mint")),
        "resource": arrived(policy(**service, Resource=rules["coins"])),
    }
    return Shown(
        answer={option: names == ["coins"] for option, names in found.items()},
        says="Under each policy an event was put that both rules match; what came is told by rule.",
        each={option: " and ".join(names) or "neither" for option, names in found.items()},
    )


def where_a_service_is_let_in(lab: Lab) -> Shown:
    """Give each connection a policy alone, and a role alone; with which does the message come through?"""
    clients = {name: lab.client(name) for name in ("iam", "sqs", "events", "scheduler", "pipes", "lambda")}

    def moor(event: object, context: object) -> None:
        return None

    def role(service: str, *actions: str) -> str:
        trust = policy(Principal={"Service": f"{service}.amazonaws.com"}, Action="sts:AssumeRole")
        iam = clients["iam"]
        arn: str = iam.create_role(RoleName=service, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        may = policy(Action=actions or "iam:GetUser", Resource="*")
        iam.put_role_policy(RoleName=service, PolicyName="may", PolicyDocument=may)
        return arn

    def begin(service: str, *, by_policy: bool) -> str:
        lab.reset()
        document = letting_in("ships", service) if by_policy else ""
        clients["sqs"].create_queue(QueueName="ships", Attributes={"Policy": document} if document else {})
        function = lab.function("moor", moor)
        if by_policy:
            who = {"StatementId": "in", "Principal": f"{service}.amazonaws.com"}
            clients["lambda"].add_permission(FunctionName="moor", Action="lambda:InvokeFunction", **who)
        return function

    def came_through() -> bool:
        lab.run_until_idle(3600)
        return any(hop.kind == "invoke" for hop in lab.trace)

    def rule(*, by_policy: bool) -> bool:
        target = {"Id": "moor", "Arn": begin("events", by_policy=by_policy)}
        clients["events"].put_rule(Name="ships", EventPattern='{"source": ["harbour"]}')
        clients["events"].put_targets(Rule="ships", Targets=[target])
        event = {"Source": "harbour", "DetailType": "Ship", "Detail": "{}"}
        clients["events"].put_events(Entries=[event])
        return came_through()

    def schedule(*, by_policy: bool) -> bool:
        function = begin("scheduler", by_policy=by_policy)
        allowed = () if by_policy else ("lambda:InvokeFunction",)
        clients["scheduler"].create_schedule(
            Name="ships",
            ScheduleExpression="at(2026-01-05T09:30:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": function, "RoleArn": role("scheduler", *allowed)},
        )
        return came_through()

    def pipe(*, by_policy: bool) -> bool:
        function = begin("pipes", by_policy=by_policy)
        read = () if by_policy else ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
        arn = role("pipes", "lambda:InvokeFunction", *read)
        clients["pipes"].create_pipe(Name="ships", Source=QUEUE + "ships", Target=function, RoleArn=arn)
        lab.advance(60)
        url = clients["sqs"].get_queue_url(QueueName="ships")["QueueUrl"]
        clients["sqs"].send_message(QueueUrl=url, MessageBody="a ship")
        return came_through()

    connections = {"rule": rule, "schedule": schedule, "pipe": pipe}
    found = {name: (way(by_policy=True), way(by_policy=False)) for name, way in connections.items()}
    places = {
        (True, False): "The policy of what is called",
        (False, True): "A role that the caller takes on",
    }
    return Shown(
        answer={name: places.get(outcome, "both or neither") for name, outcome in found.items()},
        says="Each connection was made with a policy alone and with a role alone, and given a message.",
    )
