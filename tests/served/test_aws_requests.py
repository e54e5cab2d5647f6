"""Any client of AWS gets what boto3 in a notebook gets, and leaves the same hops."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from access import document, grant, lets, trust
from botocore.exceptions import ClientError
from http_calls import ACCOUNT, LOCAL, ONE_TRY, call, form, over_http, posted, signed
from moto.iam.utils import generate_access_key_id_from_account_id

from workbook import Lab
from workbook.aws.simulated import NOT_SIMULATED, SIMULATED
from workbook.engine.exports import record_of
from workbook.served.aws_requests import FAULT, answer_aws
from workbook.served.questions import service_of
from workbook.served.requests import HttpRequest
from workbook.served.signatures import account_in_key

AT_AWS = {"sqs": "sqs.us-east-1.amazonaws.com"}
"""SQS calls queues by the address that was asked, so this is compared at AWS's own."""


class Caller:
    """Makes calls in one of two ways, and keeps what came of them."""

    def __init__(self, lab, *, from_outside):
        self.lab = lab
        self._from_outside = from_outside
        self._clients = {}
        self.outcomes = []

    def __call__(self, service, operation, /, **parameters):
        try:
            answer = self._answer(service, operation, parameters)
        except ClientError as error:
            self.outcomes.append((operation, error.response["Error"], self._plain(error.response)))
            return None
        self.outcomes.append((operation, self._plain(answer)))
        return answer

    def _answer(self, service, operation, parameters):
        if service not in self._clients:
            self._clients[service] = (
                over_http(service, host=AT_AWS.get(service))
                if self._from_outside
                else self.lab.client(service, config=ONE_TRY)
            )
        client = self._clients[service]
        if self._from_outside:
            return call(client, operation, **parameters)
        return client._make_api_call(operation, parameters)

    @staticmethod
    def _plain(answer):
        """An answer without what says how it travelled; streams are read."""
        plain = {}
        for name, value in answer.items():
            if name == "ResponseMetadata":
                headers = {
                    key.lower(): text
                    for key, text in value["HTTPHeaders"].items()
                    if key.lower() not in {"content-length", "status"}
                }
                plain[name] = value["HTTPStatusCode"], value.get("RequestId"), headers
            else:
                plain[name] = value.read() if hasattr(value, "read") else value
        return plain


def outcome_of(history, *, from_outside):
    with Lab(seed=7) as lab:
        caller = Caller(lab, from_outside=from_outside)
        history(caller)
        lab.run_until_idle(3600)
        return caller.outcomes, [record_of(hop) for hop in lab.trace]


def code_of(source):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), source)
    return packed.getvalue()


def role(call, name="role", service="lambda.amazonaws.com", *actions):
    made = call("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust(service), Path="/")
    policy = grant(*(actions or ["*"]))
    call("iam", "PutRolePolicy", RoleName=name, PolicyName="does", PolicyDocument=policy)
    return made["Role"]["Arn"]


def queue(call, name="orders"):
    url = call("sqs", "CreateQueue", QueueName=name, Attributes={"VisibilityTimeout": "5"})["QueueUrl"]
    return url, f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def queues(call):
    url, _ = queue(call)
    call("sqs", "SendMessage", QueueUrl=url, MessageBody="é<&>", DelaySeconds=2)
    call("sqs", "SendMessage", QueueUrl=url, MessageBody="")
    call("sqs", "SendMessageBatch", QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "1"}])
    attribute = {"kind": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    call("sqs", "SendMessage", QueueUrl=url, MessageBody="x", MessageAttributes=attribute)
    got = call("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    call("sqs", "DeleteMessage", QueueUrl=url, ReceiptHandle=got["Messages"][0]["ReceiptHandle"])
    call("sqs", "GetQueueUrl", QueueName="nowhere")
    call("sqs", "ListQueues")


def topics(call):
    url, arn = queue(call)
    topic = call("sns", "CreateTopic", Name="news")["TopicArn"]
    policy = document(lets("sns.amazonaws.com", "sqs:SendMessage", arn))
    call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})
    call("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    text = {"kind": {"DataType": "String", "StringValue": "a & b"}}
    call("sns", "Publish", TopicArn=topic, Message="é", MessageAttributes=text)
    call("sns", "PublishBatch", TopicArn=topic, PublishBatchRequestEntries=[{"Id": "1", "Message": "x"}])
    call("sns", "Publish", TopicArn=topic + "x", Message="lost")
    call("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)


def buses(call):
    url, arn = queue(call)
    pattern = json.dumps({"source": ["shop"]})
    rule = call("events", "PutRule", Name="sold", EventPattern=pattern)["RuleArn"]
    policy = document(lets("events.amazonaws.com", "sqs:SendMessage", arn, ArnEquals={"aws:SourceArn": rule}))
    call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})
    call("events", "PutTargets", Rule="sold", Targets=[{"Id": "q", "Arn": arn}])
    entry = {"Source": "shop", "DetailType": "sold", "Detail": '{"price": 5}'}
    call("events", "PutEvents", Entries=[entry, {"Source": "shop"}])
    call("events", "PutRule", Name="bad", EventPattern="{")
    call("sqs", "ReceiveMessage", QueueUrl=url)


def calls_told_to_a_bus(call):
    """The event that CloudTrail would send has the parameters and the answer of the call."""
    url, arn = queue(call)
    pattern = json.dumps({"detail-type": ["AWS API Call via CloudTrail"]})
    rule = call("events", "PutRule", Name="calls", EventPattern=pattern)["RuleArn"]
    policy = document(lets("events.amazonaws.com", "sqs:SendMessage", arn, ArnEquals={"aws:SourceArn": rule}))
    call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})
    call("events", "PutTargets", Rule="calls", Targets=[{"Id": "q", "Arn": arn}])
    call("sns", "CreateTopic", Name="told", Attributes={"DisplayName": "x"})
    call("iam", "DeleteUser", UserName="nobody")
    call("stepfunctions", "DeleteStateMachine", stateMachineArn="arn:x")
    for _ in range(3):
        call("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)


def state_machines(call):
    arn = role(call, "steps", "states.amazonaws.com")
    states = {"Wait": {"Type": "Wait", "Seconds": 60, "Next": "Done"}, "Done": {"Type": "Succeed"}}
    definition = json.dumps({"StartAt": "Wait", "States": states})
    made = call("stepfunctions", "CreateStateMachine", name="slow", definition=definition, roleArn=arn)
    begun = call("stepfunctions", "StartExecution", stateMachineArn=made["stateMachineArn"], input="{}")
    call("stepfunctions", "DescribeExecution", executionArn=begun["executionArn"])
    call.lab.advance(61)
    call("stepfunctions", "GetExecutionHistory", executionArn=begun["executionArn"])
    call("stepfunctions", "StartExecution", stateMachineArn=made["stateMachineArn"], input="no JSON")


def functions(call):
    arn = role(call)
    code = {"ZipFile": code_of("def handler(event, context):\n    return {'got': event, 'é': 1}\n")}
    settings = {"Runtime": "python3.13", "Handler": "index.handler", "Role": arn, "Timeout": 5}
    call("lambda", "CreateFunction", FunctionName="f", Code=code, **settings)
    call.lab.advance(10)
    call("lambda", "Invoke", FunctionName="f", Payload=b'{"a": 1}', LogType="Tail")
    call("lambda", "Invoke", FunctionName="f", InvocationType="Event", Payload=b"{}")
    call("lambda", "GetFunctionConfiguration", FunctionName="f")
    call("lambda", "Invoke", FunctionName="nowhere", Payload=b"{}")
    call("lambda", "TagResource", Resource=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f", Tags={"a": "b"})
    call("lambda", "ListTags", Resource=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f")


def buckets(call):
    call("s3", "CreateBucket", Bucket="shelf")
    call("s3", "PutObject", Bucket="shelf", Key="a b/é+c", Body=b"\x00hello", Metadata={"kind": "x"})
    call("s3", "GetObject", Bucket="shelf", Key="a b/é+c")
    call("s3", "PutObject", Bucket="shelf", Key="binary", Body=bytes(range(256)))
    call("s3", "GetObject", Bucket="shelf", Key="binary", Range="bytes=100-199")
    call("s3", "HeadObject", Bucket="shelf", Key="none")
    call("s3", "ListObjectsV2", Bucket="shelf", Prefix="a b/")
    call("s3", "GetObject", Bucket="shelf", Key="none")
    call("s3", "DeleteObject", Bucket="shelf", Key="a b/é+c")


def tables(call):
    schema = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    schema |= {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
    call("dynamodb", "CreateTable", TableName="t", BillingMode="PAY_PER_REQUEST", **schema)
    item = {"id": {"S": "1"}, "blob": {"B": b"\x00"}, "n": {"N": "1.50"}}
    call("dynamodb", "PutItem", TableName="t", Item=item)
    call("dynamodb", "GetItem", TableName="t", Key={"id": {"S": "1"}})
    condition = {"ConditionExpression": "attribute_not_exists(id)"}
    call("dynamodb", "PutItem", TableName="t", Item=item, **condition)
    call("dynamodb", "GetItem", TableName="nowhere", Key={"id": {"S": "1"}})


def identities(call):
    role(call, "reader", "ec2.amazonaws.com", "sqs:ReceiveMessage")
    call("iam", "GetRole", RoleName="reader")
    call("iam", "GetRole", RoleName="nobody")
    call("iam", "ListRoles")
    call("sts", "GetCallerIdentity")
    call("sts", "AssumeRole", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/reader", RoleSessionName="me")


def schedules_and_alarms(call):
    arn = role(call, "clock", "scheduler.amazonaws.com")
    _, target = queue(call)
    window = {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": {"Arn": target, "RoleArn": arn}}
    call("scheduler", "CreateSchedule", Name="soon", ScheduleExpression="rate(1 minutes)", **window)
    call("scheduler", "GetSchedule", Name="soon")
    call("scheduler", "GetSchedule", Name="never")
    call("cloudwatch", "PutMetricData", Namespace="shop", MetricData=[{"MetricName": "sold", "Value": 1.5}])
    call("cloudwatch", "ListMetrics", Namespace="shop")
    call("scheduler", "DeleteSchedule", Name="soon")


HISTORIES = [
    queues, topics, buses, calls_told_to_a_bus, state_machines, functions, buckets, tables, identities,
    schedules_and_alarms,
]  # fmt: skip


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.__name__)
def test_the_answers_and_the_hops_are_those_of_boto3_in_a_notebook(history):
    in_the_notebook = outcome_of(history, from_outside=False)
    from_outside = outcome_of(history, from_outside=True)
    assert from_outside[0] == in_the_notebook[0]
    assert from_outside[1] == in_the_notebook[1]


# ---- SQS in both of its protocols, at a local address


def test_the_older_query_protocol_is_answered_and_leaves_the_same_hops():
    """As SDKs before 2023 and curl ask."""
    with Lab(seed=7) as lab:
        made = answer_aws(form("sqs", "CreateQueue", QueueName="orders"))
        assert b"<QueueUrl>http://localhost:4566/123456789012/orders</QueueUrl>" in made.body
        sent = form("sqs", "SendMessage", path="/123456789012/orders", MessageBody="a&b", DelaySeconds=1)
        assert answer_aws(sent).status == 200
        lab.advance(1)
        got = answer_aws(form("sqs", "ReceiveMessage", path="/123456789012/orders"))
        assert b"<Body>a&amp;b</Body>" in got.body
        hops = [(hop.kind, hop.resource, hop.outcome) for hop in lab.trace]
    with Lab(seed=7) as lab:
        sqs = lab.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="a&b", DelaySeconds=1)
        lab.advance(1)
        sqs.receive_message(QueueUrl=url)
        assert hops == [(hop.kind, hop.resource, hop.outcome) for hop in lab.trace]


def test_a_query_may_be_in_the_url(lab):
    sent = HttpRequest("GET", LOCAL, "/", "Action=CreateQueue&QueueName=orders", (signed("sqs"),))
    assert answer_aws(sent).status == 200
    assert len(lab.client("sqs").list_queues()["QueueUrls"]) == 1


def test_a_queue_is_called_by_the_address_that_was_asked_and_found_by_it_from_within(lab):
    """What makes the queue over HTTP hands its URL to a function, which asks in the lab."""
    sqs = over_http("sqs", host=LOCAL)
    url = call(sqs, "CreateQueue", QueueName="orders")["QueueUrl"]
    assert url == f"http://{LOCAL}/{ACCOUNT}/orders"
    lab.client("sqs").send_message(QueueUrl=url, MessageBody="from within")
    elsewhere = over_http("sqs", host="127.0.0.1:4566")
    assert call(elsewhere, "ReceiveMessage", QueueUrl=url)["Messages"][0]["Body"] == "from within"


def test_a_url_of_a_server_that_nobody_asked_is_no_queue(lab):
    call(over_http("sqs", host=LOCAL), "CreateQueue", QueueName="orders")
    with pytest.raises(ClientError) as refused:
        lab.client("sqs").receive_message(QueueUrl=f"http://elsewhere:80/{ACCOUNT}/orders")
    assert refused.value.response["Error"]["Code"] == "InvalidAddress"


# ---- S3: where the bucket is named


@pytest.mark.parametrize(
    ("host", "path"),
    [
        (LOCAL, "/shelf/key"),
        ("127.0.0.1:4566", "/shelf/key"),
        ("shelf.localhost:4566", "/key"),
        ("shelf.s3.localhost", "/key"),
        ("shelf.s3.us-east-1.amazonaws.com", "/key"),
    ],
)
def test_a_bucket_may_be_named_in_the_path_or_in_the_host(lab, host, path):
    lab.client("s3").create_bucket(Bucket="shelf")
    assert answer_aws(HttpRequest("PUT", host, path, "", (signed("s3"),), b"hello")).status == 200
    assert lab.client("s3").get_object(Bucket="shelf", Key="key")["Body"].read() == b"hello"


def test_a_body_in_chunks_with_a_checksum_behind_is_what_is_in_the_chunks(lab):
    lab.client("s3").create_bucket(Bucket="shelf")
    headers = (
        ("Content-Encoding", "aws-chunked"),
        ("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("X-Amz-Decoded-Content-Length", "5"),
        ("X-Amz-Trailer", "x-amz-checksum-crc32"),
        signed("s3"),
    )
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    assert answer_aws(HttpRequest("PUT", LOCAL, "/shelf/key", "", headers, body)).status == 200
    assert lab.client("s3").get_object(Bucket="shelf", Key="key")["Body"].read() == b"hello"


# ---- errors


def code_and_text(response):
    """The code and the text of an error in JSON, as clients find them."""
    told = json.loads(response.body)
    code = told.get("__type") or response.header("x-amzn-ErrorType")
    return code, told.get("message") or told.get("Message")


def rest(service, method, path, body=b""):
    return HttpRequest(method, LOCAL, path, "", (signed(service),), body)


def test_an_error_of_a_service_comes_in_its_own_protocol(lab):
    json_10 = answer_aws(posted("sqs", "AmazonSQS.GetQueueUrl", b'{"QueueName": "nowhere"}'))
    assert json_10.status == 400
    assert json_10.header("x-amzn-query-error") == "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert code_and_text(json_10)[0] == "com.amazonaws.sqs#QueueDoesNotExist"
    query = answer_aws(form("sqs", "GetQueueUrl", QueueName="nowhere"))
    assert b"<Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in query.body
    rest_json = answer_aws(rest("lambda", "GET", "/2015-03-31/functions/nowhere"))
    assert (rest_json.status, rest_json.header("x-amzn-errortype")) == (404, "ResourceNotFoundException")
    rest_xml = answer_aws(rest("s3", "GET", "/nowhere"))
    assert (rest_xml.status, b"<Code>NoSuchBucket</Code>" in rest_xml.body) == (404, True)


@pytest.mark.parametrize(
    ("request_sent", "code", "words"),
    [
        (
            posted("events", "AWSEvents.PutEvents", b"{}"),
            "ValidationException",
            "1 validation error detected: Value null at 'entries' failed to satisfy constraint: Member",
        ),
        (
            posted("dynamodb", "DynamoDB_20120810.PutItem", b'{"TableName": 5, "Item": {}}'),
            "SerializationException",
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            posted("events", "AWSEvents.PutEvents", b'{"Entries": "x"}'),
            "SerializationException",
            "a parameter of PutEvents is not of its type",
        ),
        (posted("events", "AWSEvents.PutEvents", b"{nonsense"), "SerializationException", "no JSON"),
        (posted("events", "AWSEvents.PutEvents", b"[]"), "SerializationException", "no JSON object"),
    ],
)
def test_what_boto3_would_not_send_is_answered_as_aws_does_and_leaves_no_hop(lab, request_sent, code, words):
    """Other SDKs leave these checks to AWS."""
    response = answer_aws(request_sent)
    assert response.status == 400
    assert code_and_text(response)[0] == code
    assert words in code_and_text(response)[1]
    assert len(lab.trace) == 0


def test_a_body_that_is_no_xml_is_malformed_and_one_where_none_belongs_is_not_looked_at(lab):
    lab.client("s3").create_bucket(Bucket="shelf")
    listed = answer_aws(HttpRequest("GET", LOCAL, "/", "", (signed("s3"),), b"no XML"))
    assert listed.status == 200
    put = HttpRequest("PUT", LOCAL, "/shelf", "versioning", (signed("s3"),), b"no XML")
    assert b"<Code>MalformedXML</Code>" in answer_aws(put).body


def test_what_is_missing_in_the_query_protocol_is_a_validation_error(lab):
    response = answer_aws(form("monitoring", "PutMetricData"))
    assert b"<Code>ValidationError</Code>" in response.body
    assert b"Value null at 'namespace'" in response.body


# ---- what is refused by name


@pytest.mark.parametrize(
    ("request_sent", "words"),
    [
        (posted("xray", "AWSXRay.PutTraceSegments", b"{}"), "xray:PutTraceSegments is not simulated"),
        (posted("sqs", "AmazonSQS.Teleport", b"{}"), "sqs:Teleport is not simulated"),
        (posted("kinesis", "Kinesis_20131202.SplitShard", b"{}"), "kinesis:SplitShard is not simulated"),
        (posted("states", "AWSStepFunctions.Teleport", b"{}"), "stepfunctions:Teleport is not simulated"),
        (rest("lambda", "GET", "/2018-10-31/layers"), "lambda:ListLayers is not simulated"),
        (rest("lambda", "PATCH", "/nothing"), "lambda:PATCH /nothing is not simulated"),
        (
            posted("sqs", "AmazonSQS.ListQueues", b"{}", region="moon-1"),
            "the Region 'moon-1' is none of AWS's",
        ),
        (
            posted("monitoring", "x", b"", ("smithy-protocol", "rpc-v2-cbor")),
            "cloudwatch in the protocol rpc-v2-cbor is not simulated",
        ),
    ],
)
def test_what_is_not_simulated_is_refused_by_name_and_leaves_no_hop(lab, request_sent, words):
    response = answer_aws(request_sent)
    assert response.status == 400
    code, text = code_and_text(response)
    assert code == NOT_SIMULATED
    assert words in text
    assert len(lab.trace) == 0


def test_a_refusal_is_xml_where_the_service_speaks_xml(lab):
    query = answer_aws(form("sns", "Teleport"))
    assert f"<ErrorResponse><Error><Type>Sender</Type><Code>{NOT_SIMULATED}</Code>".encode() in query.body
    assert b"sns:Teleport" in query.body
    ec2 = answer_aws(form("ec2", "RunInstances", ImageId="x", MinCount=1, MaxCount=1))
    assert f"<Response><Errors><Error><Code>{NOT_SIMULATED}</Code>".encode() in ec2.body
    s3 = answer_aws(HttpRequest("GET", LOCAL, "/shelf", "acl", (signed("s3"),)))
    assert f"<Error><Code>{NOT_SIMULATED}</Code>".encode() in s3.body
    assert b"s3:GetBucketAcl" in s3.body


def test_a_presigned_url_is_refused_as_its_end_would_be_of_another_clock(lab):
    query = (
        "X-Amz-Credential=AKIA123456789012LABX%2F20261128%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0"
    )
    response = answer_aws(HttpRequest("GET", LOCAL, "/shelf/key", query))
    assert NOT_SIMULATED.encode() in response.body
    assert b"presigned URLs are not simulated" in response.body


def test_who_does_not_sign_is_told_so(lab):
    response = answer_aws(HttpRequest("GET", LOCAL, "/"))
    assert (response.status, code_and_text(response)[0]) == (403, "MissingAuthenticationToken")


def test_an_operation_that_needs_no_signature_needs_none(lab):
    target = ("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
    headers = (target, ("Content-Type", "application/x-amz-json-1.1"))
    body = b'{"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "none"}'
    response = answer_aws(HttpRequest("POST", LOCAL, "/", "", headers, body))
    assert code_and_text(response)[0] == "ResourceNotFoundException"


def test_a_fault_of_the_simulation_is_told_as_one_that_no_sdk_tries_again(lab, monkeypatch):
    monkeypatch.setattr("workbook.served.aws_requests.question_of", lambda *_: 1 / 0)
    response = answer_aws(posted("sqs", "AmazonSQS.ListQueues", b"{}"))
    assert response.status == 400
    assert code_and_text(response) == (FAULT, "the simulation failed: ZeroDivisionError: division by zero")


# ---- who calls


def identity(key):
    return call(over_http("sts", key=key), "GetCallerIdentity")["Arn"]


def test_any_key_is_the_learners_own(lab):
    assert identity("test") == identity("AKIAIOSFODNN7EXAMPLE") == f"arn:aws:iam::{ACCOUNT}:user/learner"


def test_the_key_of_a_role_is_the_role(lab):
    sts, iam = over_http("sts"), over_http("iam")
    made = call(iam, "CreateRole", RoleName="reader", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    got = call(sts, "AssumeRole", RoleArn=made["Role"]["Arn"], RoleSessionName="me")["Credentials"]
    assert identity(got["AccessKeyId"]) == f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/me"
    assert account_in_key(got["AccessKeyId"]) == ACCOUNT


def test_a_key_that_iam_made_is_its_users_until_it_is_deleted(lab):
    iam = over_http("iam")
    call(iam, "CreateUser", UserName="ann")
    key = call(iam, "CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    assert identity(key) == f"arn:aws:iam::{ACCOUNT}:user/ann"
    call(iam, "DeleteAccessKey", UserName="ann", AccessKeyId=key)
    with pytest.raises(ClientError) as refused:
        identity(key)
    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"


def test_a_header_of_motos_own_does_not_change_whose_request_it_is(lab):
    request = posted("sqs", "AmazonSQS.CreateQueue", b'{"QueueName": "q"}', ("x-moto-account-id", "9" * 12))
    assert f"/{ACCOUNT}/q".encode() in answer_aws(request).body


@pytest.mark.parametrize("number", ["000000000000", "123456789012", "123456789013", "999999999999"])
def test_an_account_is_found_in_the_keys_that_are_made_for_it(number):
    for prefix in ("AKIA", "ASIA"):
        assert account_in_key(generate_access_key_id_from_account_id(number, prefix)) == number


@pytest.mark.parametrize("service", sorted(SIMULATED))
def test_each_service_that_is_simulated_is_found_by_the_name_that_signs_for_it(lab, service):
    signing_name = lab.client(service).meta.service_model.signing_name
    path = "/v2/apis" if service == "apigatewayv2" else "/"
    assert service_of(HttpRequest("GET", LOCAL, path), signing_name) == service
