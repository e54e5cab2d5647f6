"""What proves the keys of the questions in questions/secure_policies.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

OWN, PARTNER = "123456789012", "210987654321"
QUEUE = f"arn:aws:sqs:us-east-1:{OWN}:"
TOPIC = f"arn:aws:sns:us-east-1:{OWN}:"


def policy(*statements: Mapping[str, object]) -> str:
    """A policy of these statements, each of which allows unless it says otherwise."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
    )


def letting_in(service: str, queue: str, condition: Mapping[str, object]) -> str:
    """The policy of a queue that lets a service of AWS send, on a condition."""
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Principal": principal, "Action": "sqs:SendMessage", "Resource": QUEUE + queue}
    return policy({**statement, "Condition": condition} if condition else statement)


def outcome(call: Callable[..., object], **parameters: object) -> str:
    """What comes of a call: "done", or the code of the error."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def read(sqs: Any, url: str) -> list[str]:
    """Receive and delete what is in a queue; the bodies."""
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return sorted(message["Body"] for message in found)


def names(found: list[str]) -> str:
    """Names in a sentence; "nothing" if there are none."""
    return " and ".join(found) or "nothing"


def topics_that_may_fill_a_queue(lab: Lab) -> Shown:
    """Two topics of the own account and one of a former partner publish; who comes through?"""
    sqs, own, partner = lab.client("sqs"), lab.client("sns"), lab.client("sns", account=PARTNER)
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    topics = {name: (own, own.create_topic(Name=name)["TopicArn"]) for name in ("spring", "summer")}
    foreign = partner.create_topic(Name="old")["TopicArn"]
    partner.add_permission(TopicArn=foreign, Label="us", AWSAccountId=[OWN], ActionName=["Subscribe"])
    topics["old"] = (partner, foreign)
    for _, topic in topics.values():
        raw = {"RawMessageDelivery": "true"}
        own.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "orders", Attributes=raw)

    def arrived(key: str, value: str) -> list[str]:
        document = letting_in("sns", "orders", {"StringEquals": {key: value}})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
        for name, (client, topic) in topics.items():
            client.publish(TopicArn=topic, Message=name)
        lab.advance(seconds=1)
        return read(sqs, url)

    found = {
        "account": arrived("aws:SourceAccount", OWN),
        "arn": arrived("aws:SourceArn", TOPIC + "spring"),
        "principal": arrived("aws:PrincipalAccount", OWN),
        "resource": arrived("aws:ResourceAccount", OWN),
    }
    return Shown(
        answer={option: bodies == ["spring", "summer"] for option, bodies in found.items()},
        says=(
            "Under each condition two topics of the company (spring, and summer, which is new) and the "
            "partner's (old) published."
        ),
        each={option: f"let in: {names(bodies)}" for option, bodies in found.items()},
    )


def policies_for_a_bucket() -> dict[str, str]:
    """The policy of the queue scans as it was, and with each change."""
    bucket: dict[str, dict[str, str]] = {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::scans"}}
    longer = {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:us-east-1:{OWN}:scans"}}
    objects = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::scans/*"}}
    root = {"Principal": {"AWS": OWN}, "Action": "sqs:SendMessage", "Resource": QUEUE + "scans"}
    return {
        "before": letting_in("s3", "scans", bucket),
        "account": letting_in("s3", "scans", {**bucket, "StringEquals": {"aws:SourceAccount": OWN}}),
        "longer": letting_in("s3", "scans", longer),
        "root": policy({**root, "Condition": bucket}),
        "objects": letting_in("s3", "scans", objects),
    }


def a_bucket_name_that_somebody_else_takes(lab: Lab) -> Shown:
    """The company's bucket is configured to tell; then it is deleted, and a stranger takes its name."""
    sqs, owner, stranger = lab.client("sqs"), lab.client("s3"), lab.client("s3", account=PARTNER)
    to_queue = {"QueueArn": QUEUE + "scans", "Events": ["s3:ObjectCreated:*"]}
    configuration = {"QueueConfigurations": [to_queue]}

    def tells(s3: Any) -> str:
        s3.create_bucket(Bucket="scans")
        call = s3.put_bucket_notification_configuration
        return outcome(call, Bucket="scans", NotificationConfiguration=configuration)

    def under(document: str) -> tuple[str, str]:
        lab.reset()
        sqs.create_queue(QueueName="scans", Attributes={"Policy": document})
        first = tells(owner)
        owner.delete_bucket(Bucket="scans")
        return first, tells(stranger)

    found = {option: under(document) for option, document in policies_for_a_bucket().items()}
    before = found.pop("before")
    return Shown(
        answer={option: of[0] == "done" and of[1] != "done" for option, of in found.items()},
        says=(
            "A notification was configured on the own bucket, then on the stranger's of the same name. "
            f"With the policy as it was: the own {before[0]}, the stranger's {before[1]}."
        ),
        each={option: f"the own bucket: {of[0]}; the stranger's: {of[1]}" for option, of in found.items()},
    )


def who_may_purge_a_queue(lab: Lab) -> Shown:
    """Under each policy an administrator and the role janitor purge the queue."""
    sqs, iam, sts = lab.client("sqs"), lab.client("iam"), lab.client("sts")
    janitor = f"arn:aws:iam::{OWN}:role/janitor"
    purge = {"Action": "sqs:PurgeQueue", "Resource": QUEUE + "claims"}

    def hire_janitor() -> None:
        trust = policy({"Principal": {"AWS": OWN}, "Action": "sts:AssumeRole"})
        iam.create_role(RoleName="janitor", AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName="janitor", PolicyName="may", PolicyDocument=policy(purge))

    def as_janitor() -> Any:
        given = sts.assume_role(RoleArn=janitor, RoleSessionName="monday")["Credentials"]
        keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
        return lab.client("sqs", **keys, aws_session_token=given["SessionToken"])

    def under(*statements: Mapping[str, object]) -> tuple[str, str]:
        lab.reset()
        hire_janitor()
        url = sqs.create_queue(QueueName="claims", Attributes={"Policy": policy(*statements)})["QueueUrl"]
        lab.advance(minutes=1)
        administrator = outcome(sqs.purge_queue, QueueUrl=url)
        lab.advance(minutes=2)
        return administrator, outcome(as_janitor().purge_queue, QueueUrl=url)

    unless = {"ArnNotEquals": {"aws:PrincipalArn": janitor}}
    everybody = {**purge, "Principal": "*"}
    allow = {**purge, "Principal": {"AWS": janitor}}
    found = {
        "unless": under({**everybody, "Effect": "Deny", "Condition": unless}),
        "allow": under(allow),
        "both": under({**everybody, "Effect": "Deny"}, allow),
        "condition": under({**everybody, "Condition": {"ArnEquals": {"aws:PrincipalArn": janitor}}}),
    }
    return Shown(
        answer={option: of[0] != "done" and of[1] == "done" for option, of in found.items()},
        says="Under each policy an administrator purged the queue, and two minutes later the role janitor.",
        each={option: f"administrator: {of[0]}; janitor: {of[1]}" for option, of in found.items()},
    )


def queues_that_take_a_dead_letter_queue(lab: Lab) -> Shown:
    """Under each setting the own queue and another team's name the dead-letter queue as theirs."""
    sqs = lab.client("sqs")

    def attach(source: str, **attributes: str) -> str:
        redrive = json.dumps({"deadLetterTargetArn": QUEUE + "dead", "maxReceiveCount": 3})
        made = {"RedrivePolicy": redrive, **attributes}
        return outcome(sqs.create_queue, QueueName=source, Attributes=made)

    def under(dead: Mapping[str, str], **invoices: str) -> tuple[str, str]:
        lab.reset()
        sqs.create_queue(QueueName="dead", Attributes=dead)
        return attach("invoices", **invoices), attach("games")

    def allow(permission: str, *sources: str) -> dict[str, str]:
        rule: dict[str, object] = {"redrivePermission": permission}
        arns = [QUEUE + name for name in sources]
        return {"RedriveAllowPolicy": json.dumps({**rule, "sourceQueueArns": arns} if arns else rule)}

    send = {"Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE + "dead"}
    others = {"ArnNotEquals": {"aws:SourceArn": QUEUE + "invoices"}}
    deny = {"Policy": policy({**send, "Effect": "Deny", "Condition": others})}
    found = {
        "by-queue": under(allow("byQueue", "invoices")),
        "deny-all": under(allow("denyAll")),
        "policy": under(deny),
        "source": under({}, **allow("byQueue", "dead")),
    }
    return Shown(
        answer={option: of[0] == "done" and of[1] != "done" for option, of in found.items()},
        says="Under each setting invoices, and then games of the other team, named the dead-letter queue.",
        each={option: f"invoices: {of[0]}; games: {of[1]}" for option, of in found.items()},
    )


def orders_topics_of_every_country(lab: Lab) -> Shown:
    """A topic of orders, a new one, and one of invoices publish under each condition; who comes through?"""
    sqs, sns = lab.client("sqs"), lab.client("sns")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    topics = {}
    for name in ("orders-at", "orders-pl", "invoices-at"):
        topics[name] = sns.create_topic(Name=name)["TopicArn"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topics[name], Protocol="sqs", Endpoint=QUEUE + "orders", Attributes=raw)

    def arrived(condition: Mapping[str, object]) -> list[str]:
        document = letting_in("sns", "orders", condition)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
        for name, topic in topics.items():
            sns.publish(TopicArn=topic, Message=name)
        lab.advance(seconds=1)
        return read(sqs, url)

    pattern = TOPIC + "orders-*"
    found = {
        "equals": arrived({"StringEquals": {"aws:SourceArn": pattern}}),
        "like": arrived({"ArnLike": {"aws:SourceArn": pattern}}),
        "account": arrived({"StringEquals": {"aws:SourceAccount": OWN}}),
        "list": arrived({"ArnEquals": {"aws:SourceArn": [TOPIC + "orders-at"]}}),
    }
    return Shown(
        answer={option: bodies == ["orders-at", "orders-pl"] for option, bodies in found.items()},
        says="Under each condition orders-at, the new topic orders-pl, and invoices-at published a message.",
        each={option: f"let in: {names(bodies)}" for option, bodies in found.items()},
    )


def what_a_queue_can_allow_another_account(lab: Lab) -> Shown:
    """The policy of a queue allows a partner everything; then the partner tries each action."""
    own, partner = lab.client("sqs"), lab.client("sqs", account=PARTNER)
    everything = {"Principal": {"AWS": PARTNER}, "Action": "sqs:*", "Resource": QUEUE + "jobs"}
    document = policy(everything)
    url = own.create_queue(QueueName="jobs", Attributes={"Policy": document})["QueueUrl"]
    tag, day = {"owner": "partner"}, {"MessageRetentionPeriod": "86400"}
    tries = {
        "send": outcome(partner.send_message, QueueUrl=url, MessageBody="a job"),
        "purge": outcome(partner.purge_queue, QueueUrl=url),
        "settings": outcome(partner.set_queue_attributes, QueueUrl=url, Attributes=day),
        "tag": outcome(partner.tag_queue, QueueUrl=url, Tags=tag),
        "delete": outcome(partner.delete_queue, QueueUrl=url),
    }
    words = {True: "The queue's policy can allow it", False: "Only the owner's account can do it"}
    return Shown(
        answer={option: words[code == "done"] for option, code in tries.items()},
        says="The policy allowed the partner sqs:* on the queue. The partner's account tried each action.",
        each=tries,
    )


def what_a_partner_needs_to_publish(lab: Lab) -> Shown:
    """Take away one step at a time from all of them; can the partner still publish to the encrypted topic?"""
    own, kms, partner = lab.client("sns"), lab.client("kms"), lab.client("sns", account=PARTNER)
    root = {"Principal": {"AWS": OWN}, "Action": "kms:*", "Resource": "*"}
    use = {"Principal": {"AWS": PARTNER}, "Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*"}
    service = {**use, "Principal": {"Service": "sns.amazonaws.com"}}

    def published(leave_out: str) -> str:
        lab.reset()
        keep = [one for name, one in (("key", use), ("service", service)) if name != leave_out]
        key = kms.create_key(Policy=policy(root, *keep))["KeyMetadata"]["Arn"]
        topic = own.create_topic(Name="tides", Attributes={"KmsMasterKeyId": key})["TopicArn"]
        for name, action in (
            ("publish", "Publish"),
            ("subscribe", "Subscribe"),
            ("read", "GetTopicAttributes"),
        ):
            if name != leave_out:
                own.add_permission(TopicArn=topic, Label=name, AWSAccountId=[PARTNER], ActionName=[action])
        return outcome(partner.publish, TopicArn=topic, Message="high water")

    without = {step: published(step) for step in ("publish", "key", "service", "subscribe", "read")}
    return Shown(
        answer={step: code != "done" for step, code in without.items()},
        says=f"With all five the partner's publish is {published('')}. Then one was left out each time.",
        each={step: f"without it: {code}" for step, code in without.items()},
    )


def signed(lab: Lab, url: str, account: str) -> dict[str, str]:
    """The headers of a request that a role of an account has signed."""
    role = f"arn:aws:iam::{account}:role/shop"
    given = lab.client("sts", account=account).assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    keys = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    request = AWSRequest("GET", url)
    SigV4Auth(keys, "lambda", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def visitors_of_a_function_url(lab: Lab) -> Shown:
    """With each setting the partner, a third account and somebody without a signature visit the URL."""
    functions = lab.client("lambda")
    partner, third = PARTNER, "111122223333"

    def visits(auth: str, principal: str = "", **cors: object) -> list[str]:
        lab.reset()
        lab.function("stock", "def handler(event, context):\n    return 'seven'\n")
        made = functions.create_function_url_config(FunctionName="stock", AuthType=auth, **cors)
        steps: tuple[dict[str, object], ...] = (
            {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": auth},
            {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
        )
        for number, step in enumerate(steps if principal else ()):
            functions.add_permission(
                FunctionName="stock", StatementId=f"s{number}", Principal=principal, **step
            )
        url = made["FunctionUrl"]
        headers = {"partner": signed(lab, url, partner), "third": signed(lab, url, third), "unsigned": {}}
        return [name for name, given in headers.items() if lab.http(url, headers=given).status == 200]

    found = {
        "partner": visits("AWS_IAM", partner),
        "alone": visits("AWS_IAM"),
        "none": visits("NONE", "*"),
        "everybody": visits("AWS_IAM", "*"),
    }
    return Shown(
        answer={option: let_in == ["partner"] for option, let_in in found.items()},
        says="With each setting three visited: the partner and a third account, who sign, and one unsigned.",
        each={option: f"let in: {names(let_in)}" for option, let_in in found.items()},
    )
