"""What proves the keys of the questions in questions/secure_callers.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

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


def outcome(call: Callable[..., object], **parameters: object) -> str:
    """What comes of a call: "done", or the code of the error."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def a_public_function_url(lab: Lab) -> Shown:
    """A browser without any signature visits the URL after each change."""
    functions, iam = lab.client("lambda"), lab.client("iam")
    by_url = {"Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE"}
    invoke = {"Action": "lambda:InvokeFunction", "Principal": "*", "InvokedViaFunctionUrl": True}

    def role_that_may_invoke() -> str:
        trust = policy({"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
        role = iam.create_role(RoleName="menu", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        document = policy({"Action": "lambda:InvokeFunction", "Resource": "*"})
        iam.put_role_policy(RoleName="menu", PolicyName="may", PolicyDocument=document)
        return str(role)

    def visit(*permissions: Mapping[str, object], by_role: bool = False, **settings: object) -> int:
        lab.reset()
        role = {"Role": role_that_may_invoke()} if by_role else {}
        lab.function("menu", "def handler(event, context):\n    return 'soup'\n", **role)
        made = functions.create_function_url_config(FunctionName="menu", **{"AuthType": "NONE", **settings})
        for number, one in enumerate((by_url, *permissions)):
            functions.add_permission(FunctionName="menu", StatementId=f"s{number}", **one)
        lab.advance(minutes=1)
        return lab.http(made["FunctionUrl"]).status

    found = {
        "url": visit(invoke),
        "iam": visit(AuthType="AWS_IAM"),
        "cors": visit(Cors={"AllowOrigins": ["*"]}),
        "role": visit(by_role=True),
    }
    return Shown(
        answer={option: status == 200 for option, status in found.items()},
        says="After each change somebody without credentials visited the URL.",
        each={option: f"status {status}" for option, status in found.items()},
    )


def a_log_group_that_calls_a_function(lab: Lab) -> Shown:
    """After each change the subscription filter is put, and an error is logged; is the function run?"""
    logs, functions = lab.client("logs"), lab.client("lambda")
    group = f"arn:aws:logs:us-east-1:{OWN}:log-group:shop"

    def ran(principal: str = "", source: str = "") -> str:
        lab.reset()
        arn = lab.function("alarm", "def handler(event, context):\n    return None\n")
        if principal:
            who = {"StatementId": "in", "Action": "lambda:InvokeFunction", "Principal": principal}
            functions.add_permission(FunctionName="alarm", **who, SourceArn=source)
        logs.create_log_group(logGroupName="shop")
        logs.create_log_stream(logGroupName="shop", logStreamName="till")
        to = {"filterName": "errors", "filterPattern": "ERROR", "destinationArn": arn}
        said = outcome(logs.put_subscription_filter, logGroupName="shop", **to)
        event = {"timestamp": int(lab.now.timestamp() * 1000), "message": "ERROR no change"}
        logs.put_log_events(logGroupName="shop", logStreamName="till", logEvents=[event])
        lab.run_until_idle()
        runs = sum(hop.kind == "invoke" for hop in lab.trace)
        return f"filter: {said}; runs: {runs}"

    found = {
        "group": ran("logs.amazonaws.com", group + ":*"),
        "role": ran(),
        "watch": ran("lambda.alarms.cloudwatch.amazonaws.com", group + ":*"),
        "events": ran("events.amazonaws.com", group + ":*"),
    }
    return Shown(
        answer={option: text.endswith(": 1") for option, text in found.items()},
        says="After each change the filter was put, and one line with ERROR was written to the log.",
        each=found,
    )


def where_a_key_can_be_read(lab: Lab) -> Shown:
    """Keep the partner's key in each place; does the call have it, and does anybody read it who may look?"""
    events, functions = lab.client("events"), lab.client("lambda")
    secret = "k-4711"  # noqa: S105 - an invented one

    def key_of(
        connection_key: str, *, of_target: Mapping[str, object], constant: str = ""
    ) -> tuple[bool, bool]:
        lab.reset()
        calls: list[Any] = []
        lab.endpoint("https://partner.example.com", lambda request: calls.append(request))
        key = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": connection_key}}
        made = events.create_connection(Name="c", AuthorizationType="API_KEY", AuthParameters=key)
        to = {"InvocationEndpoint": "https://partner.example.com/orders", "HttpMethod": "POST"}
        place = events.create_api_destination(Name="d", ConnectionArn=made["ConnectionArn"], **to)
        events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
        target = {"Id": "1", "Arn": place["ApiDestinationArn"], "RoleArn": caller(lab), **of_target}
        events.put_targets(Rule="r", Targets=[target])
        events.put_events(Entries=[{"Source": "shop", "DetailType": "Order", "Detail": "{}"}])
        lab.run_until_idle(3600)
        shown = [events.describe_connection(Name="c"), events.list_targets_by_rule(Rule="r")]
        sent = any(secret in str(call.headers) + str(call.body) for call in calls)
        return sent, secret in str(shown)

    def in_a_function() -> tuple[bool, bool]:
        lab.reset()
        code = "import os\n\n\ndef handler(event, context):\n    return os.environ['KEY']\n"
        lab.function("call", code, Environment={"Variables": {"KEY": secret}})
        sent = functions.invoke(FunctionName="call")["Payload"].read().decode()
        shown = functions.get_function_configuration(FunctionName="call")
        return secret in sent, secret in str(shown)

    header = {"HttpParameters": {"HeaderParameters": {"X-Partner": secret}}}
    body = {"InputTransformer": {"InputTemplate": json.dumps({"key": secret})}}
    found = {
        "connection": key_of(secret, of_target={}),
        "header": key_of("none", of_target=header),
        "template": key_of("none", of_target=body),
        "variable": in_a_function(),
    }
    return Shown(
        answer={option: sent and not read for option, (sent, read) in found.items()},
        says="In each way the key was used once; then all settings were read.",
        each={
            option: f"{'used' if sent else 'not used'}, {'shown' if read else 'not shown'} with the settings"
            for option, (sent, read) in found.items()
        },
    )


def caller(lab: Lab) -> str:
    """A role with which EventBridge may call API destinations; its ARN."""
    iam = lab.client("iam")
    trust = policy({"Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"})
    arn = iam.create_role(RoleName="caller", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    may = policy({"Action": "events:InvokeApiDestination", "Resource": "*"})
    iam.put_role_policy(RoleName="caller", PolicyName="may", PolicyDocument=may)
    return str(arn)


def rules_that_hear_of_changed_policies(lab: Lab) -> Shown:
    """Under each rule a policy is changed, a change is refused, and a message is sent. What is heard of?"""
    sqs, events = lab.client("sqs"), lab.client("events")
    service = {"Service": "events.amazonaws.com"}
    let_in = policy({"Principal": service, "Action": "sqs:SendMessage", "Resource": QUEUE + "inbox"})
    inbox = sqs.create_queue(QueueName="inbox", Attributes={"Policy": let_in})["QueueUrl"]
    never = {"Effect": "Deny", "Principal": "*", "Action": "sqs:AddPermission", "Resource": QUEUE + "vault"}
    vault = sqs.create_queue(QueueName="vault")["QueueUrl"]
    events.put_rule(Name="watch", EventPattern='{"source": ["none"]}')
    events.put_targets(Rule="watch", Targets=[{"Id": "1", "Arn": QUEUE + "inbox"}])

    def heard(kind: str, **detail: object) -> list[str]:
        pattern = {"source": ["aws.sqs"], "detail-type": [kind], "detail": detail}
        events.put_rule(Name="watch", EventPattern=json.dumps(pattern))
        sqs.set_queue_attributes(QueueUrl=vault, Attributes={"Policy": policy(never)})
        give = {"Label": "x", "AWSAccountIds": [PARTNER], "Actions": ["ReceiveMessage"]}
        outcome(sqs.add_permission, QueueUrl=vault, **give)
        sqs.send_message(QueueUrl=vault, MessageBody="gold")
        lab.advance(minutes=1)
        found = sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=inbox, ReceiptHandle=message["ReceiptHandle"])
        return sorted(json.loads(message["Body"])["detail"]["eventName"] for message in found)

    call = "AWS API Call via CloudTrail"
    changes = {"eventName": ["AddPermission", "RemovePermission", "SetQueueAttributes"]}
    found = {
        "names": heard(call, **changes),
        "worked": heard(call, **changes, errorCode=[{"exists": False}]),
        "service": heard("AWS Service Event via CloudTrail", **changes),
        "send": heard(call, eventName=["SendMessage"]),
    }
    return Shown(
        answer={option: names == ["AddPermission", "SetQueueAttributes"] for option, names in found.items()},
        says="Under each rule SetQueueAttributes changed the policy, and AddPermission was refused.",
        each={option: f"heard of: {' and '.join(names) or 'nothing'}" for option, names in found.items()},
    )


def a_topic_for_a_bucket(lab: Lab) -> Shown:
    """After each change the notification is configured, and an object is put; does anybody hear of it?"""
    s3, sns, sqs = lab.client("s3"), lab.client("sns"), lab.client("sqs")
    to = {"TopicArn": TOPIC + "plans", "Events": ["s3:ObjectCreated:*"]}
    send = {"Action": "sqs:SendMessage", "Resource": QUEUE + "read"}
    bucket = {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::plans"}}

    def heard(action: str, services: tuple[str, ...] = ("sns",), **principal: str) -> str:
        lab.reset()
        s3.create_bucket(Bucket="plans")
        sns.create_topic(Name="plans")
        senders = {"Service": [f"{name}.amazonaws.com" for name in services]}
        document = policy({"Principal": senders, **send})
        url = sqs.create_queue(QueueName="read", Attributes={"Policy": document})["QueueUrl"]
        sns.subscribe(TopicArn=TOPIC + "plans", Protocol="sqs", Endpoint=QUEUE + "read")
        if principal:
            let_in = {"Principal": principal, "Action": action, "Resource": TOPIC + "plans"}
            document = policy({**let_in, "Condition": bucket})
            sns.set_topic_attributes(TopicArn=to["TopicArn"], AttributeName="Policy", AttributeValue=document)
        configuration = {"NotificationConfiguration": {"TopicConfigurations": [to]}}
        said = outcome(s3.put_bucket_notification_configuration, Bucket="plans", **configuration)
        s3.put_object(Bucket="plans", Key="roof.pdf", Body=b"...")
        lab.run_until_idle()
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        about = sum("roof.pdf" in message["Body"] for message in found)
        return f"configuration: {said}; messages about the object: {about}"

    found = {
        "topic": heard("sns:Publish", Service="s3.amazonaws.com"),
        "subscribe": heard("sns:Subscribe", Service="s3.amazonaws.com"),
        "account": heard("sns:Publish", AWS=OWN),
        "queue": heard("", services=("sns", "s3")),
    }
    return Shown(
        answer={option: text.endswith(": 1") for option, text in found.items()},
        says="After each change the notification was configured, and one object was uploaded.",
        each=found,
    )


def key_for_topics(kms: Any) -> str:
    """A customer managed key that SNS may use; its ARN."""
    root = {"Principal": {"AWS": OWN}, "Action": "kms:*", "Resource": "*"}
    use = {"Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*"}
    document = policy(root, {**use, "Principal": {"Service": "sns.amazonaws.com"}})
    return str(kms.create_key(Policy=document)["KeyMetadata"]["Arn"])


def encryption_with_the_least_effort(lab: Lab) -> Shown:
    """Encrypt the queue in each way: what has to be set up, and does what the topic publishes arrive?"""
    sqs, sns, kms = lab.client("sqs"), lab.client("sns"), lab.client("kms")
    send = {
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE + "mail",
    }

    def tried(**settings: str) -> tuple[bool, int, int]:
        lab.reset()
        changes = sum(name != "Policy" for name in settings)
        if settings.get("KmsMasterKeyId") == "own":
            settings["KmsMasterKeyId"], changes = key_for_topics(kms), changes + 1
        url = sqs.create_queue(QueueName="mail", Attributes={"Policy": policy(send), **settings})["QueueUrl"]
        shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        encrypted = shown.get("SqsManagedSseEnabled") == "true" or "KmsMasterKeyId" in shown
        topic = sns.create_topic(Name="mail")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "mail")
        sns.publish(TopicArn=topic, Message="a letter")
        lab.advance(minutes=1)
        return encrypted, len(lab.queue("mail")), changes

    found = {
        "default": tried(),
        "managed": tried(KmsMasterKeyId="alias/aws/sqs"),
        "own": tried(KmsMasterKeyId="own"),
        "off": tried(SqsManagedSseEnabled="false"),
    }
    good = {option: changes for option, (encrypted, came, changes) in found.items() if encrypted and came}
    return Shown(
        answer={option: good.get(option) == min(good.values()) for option in found},
        says="The topic published one message. Keys and settings to look after are counted.",
        each={
            option: f"{'' if encrypted else 'not '}encrypted; arrived: {came}; to look after: {changes}"
            for option, (encrypted, came, changes) in found.items()
        },
    )


def ways_to_lock_a_queue(lab: Lab) -> Shown:
    """Three messages lie in the queue. Lock it in each way, try to read, and open it again: what is there?"""
    sqs, kms = lab.client("sqs"), lab.client("kms")
    receive = {"MaxNumberOfMessages": 10}

    def locked(way: str) -> tuple[str, int]:
        lab.reset()
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        settings = {"KmsMasterKeyId": key} if way == "disable" else {}
        url = sqs.create_queue(QueueName="cases", Attributes=settings)["QueueUrl"]
        for number in range(3):
            sqs.send_message(QueueUrl=url, MessageBody=f"case {number}")
        if way == "disable":
            kms.disable_key(KeyId=key)
        if way == "purge":
            sqs.purge_queue(QueueUrl=url)
        if way == "hide":
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "43200"})
        if way == "switch":
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": key})
        lab.advance(minutes=5)
        during = outcome(sqs.receive_message, QueueUrl=url, **receive)
        kms.enable_key(KeyId=key)
        lab.advance(hours=12)
        return during, len(sqs.receive_message(QueueUrl=url, **receive).get("Messages", []))

    found = {way: locked(way) for way in ("disable", "purge", "hide", "switch")}
    return Shown(
        answer={way: during != "done" and later == 3 for way, (during, later) in found.items()},
        says="Three messages were sent, the queue was locked, read after five minutes, and opened again.",
        each={
            way: f"a receive while locked: {during}; messages later: {later}"
            for way, (during, later) in found.items()
        },
    )


def what_a_reader_needs_of_a_key(lab: Lab) -> Shown:
    """The key's policy allows the partner something; can it receive, and could it send?"""
    sqs, kms, partner = lab.client("sqs"), lab.client("kms"), lab.client("sqs", account=PARTNER)
    root = {"Principal": {"AWS": OWN}, "Action": "kms:*", "Resource": "*"}

    def tried(*actions: str) -> tuple[str, str]:
        lab.reset()
        given = {"Principal": {"AWS": PARTNER}, "Action": list(actions), "Resource": "*"}
        key = kms.create_key(Policy=policy(root, given))["KeyMetadata"]["Arn"]
        url = sqs.create_queue(QueueName="tests", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
        may = ["ReceiveMessage", "DeleteMessage", "SendMessage"]
        sqs.add_permission(QueueUrl=url, Label="partner", AWSAccountIds=[PARTNER], Actions=may)
        sqs.send_message(QueueUrl=url, MessageBody="negative")
        received = outcome(partner.receive_message, QueueUrl=url)
        return received, outcome(partner.send_message, QueueUrl=url, MessageBody="forged")

    found = {
        "decrypt": tried("kms:Decrypt"),
        "generate": tried("kms:GenerateDataKey"),
        "both": tried("kms:Decrypt", "kms:GenerateDataKey"),
        "describe": tried("kms:DescribeKey", "kms:ListAliases"),
    }
    return Shown(
        answer={option: of[0] == "done" and of[1] != "done" for option, of in found.items()},
        says="With each permission the partner received and sent; here the queue's policy allowed both.",
        each={option: f"receive: {of[0]}; send: {of[1]}" for option, of in found.items()},
    )
