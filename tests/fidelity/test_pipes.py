"""EventBridge Pipes: the rows EBX-05 and EBX-06, and what is around them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from workbook import Lab

ARN = "arn:aws:sqs:us-east-1:123456789012:"


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def role(lab):
    def document(statement):
        return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})

    iam = lab.client("iam")
    trust = document({"Principal": {"Service": "pipes.amazonaws.com"}, "Action": "sts:AssumeRole"})
    arn = iam.create_role(RoleName="pipe", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    everything = document({"Action": "*", "Resource": "*"})
    iam.put_role_policy(RoleName="pipe", PolicyName="does", PolicyDocument=everything)
    return arn


def queues(lab, *names, **attributes):
    sqs = lab.client("sqs")
    for name in names:
        sqs.create_queue(QueueName=name, Attributes=attributes)


def create(lab, role, **options):
    pipe = {"Name": "orders", "Source": f"{ARN}in", "Target": f"{ARN}out", "RoleArn": role, **options}
    created = lab.client("pipes").create_pipe(**pipe)
    lab.advance(seconds=30)
    return created


def send(lab, *bodies):
    sqs = lab.client("sqs")
    url = sqs.get_queue_url(QueueName="in")["QueueUrl"]
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))
    lab.advance(seconds=2)


def counts(lab, name):
    sqs = lab.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
    return sum(map(int, attributes.values()))


def refusal(lab, role, **options):
    with pytest.raises(ClientError) as caught:
        create(lab, role, **options)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    return caught.value.response["Error"]["Message"]


def test_ebx_05_what_a_pipe_filters_out_is_gone_from_its_queue(lab, role):
    queues(lab, "in", "out")
    filters = {"Filters": [{"Pattern": json.dumps({"body": {"kind": ["order"]}})}]}
    create(lab, role, SourceParameters={"FilterCriteria": filters})
    send(lab, {"kind": "order"}, {"kind": "noise"}, {"kind": "noise"})
    assert (counts(lab, "in"), counts(lab, "out")) == (0, 1)
    filtered = [hop for hop in lab.trace if hop.kind == "filter"]
    assert [hop.resource for hop in filtered] == ["arn:aws:pipes:us-east-1:123456789012:pipe/orders"] * 2


def test_ebx_06_a_batch_waits_for_its_window_and_is_no_larger_than_the_target_takes(lab, role):
    queues(lab, "in", "out", VisibilityTimeout="300")
    window = {"SqsQueueParameters": {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 301}}
    assert "less than or equal to 300" in refusal(lab, role, SourceParameters=window)
    large = {"SqsQueueParameters": {"BatchSize": 20, "MaximumBatchingWindowInSeconds": 5}}
    assert "BatchSize" in refusal(lab, role, SourceParameters=large)
    gathering = {"SqsQueueParameters": {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 60}}
    create(lab, role, SourceParameters=gathering)
    send(lab, {"n": 1})
    lab.advance(seconds=20)
    send(lab, {"n": 2})
    assert counts(lab, "out") == 0
    lab.advance(seconds=60)
    assert counts(lab, "out") == 2
    assert [hop.facts["messages"] for hop in lab.trace if hop.kind == "batch"] == [2]


def test_ebx_08_a_pipe_needs_three_permissions_on_its_queue_or_its_creation_fails(lab, role):
    queues(lab, "in", "out")
    lab.client("iam").delete_role_policy(RoleName="pipe", PolicyName="does")
    create(lab, role)
    shown = lab.client("pipes").describe_pipe(Name="orders")
    assert shown["CurrentState"] == "CREATE_FAILED"
    assert shown["StateReason"].endswith("does not have permissions to call ReceiveMessage on SQS")


def test_ebx_09_an_empty_answer_of_the_enrichment_keeps_the_target_from_being_invoked(lab, role):
    queues(lab, "in", "out")

    def choose(event, context):
        return [record for record in event if "7" in record["body"]]

    create(lab, role, Enrichment=lab.function("choose", choose))
    send(lab, {"n": 1})
    assert (counts(lab, "in"), counts(lab, "out")) == (0, 0)
    send(lab, {"n": 7})
    assert (counts(lab, "in"), counts(lab, "out")) == (0, 1)


def test_ebx_10_only_the_records_that_failed_come_back(lab, role):
    queues(lab, "in", "out", MaximumMessageSize="1024")
    lab.client("sqs").set_queue_attributes(
        QueueUrl=lab.client("sqs").get_queue_url(QueueName="in")["QueueUrl"],
        Attributes={"MaximumMessageSize": "1048576"},
    )
    create(lab, role, TargetParameters={"InputTemplate": "<$.body>"})
    send(lab, {"n": 1}, {"n": "x" * 2000}, {"n": 3})
    assert (counts(lab, "in"), counts(lab, "out")) == (1, 2)


def test_ebx_11_a_function_gets_an_array_even_for_one_record(lab, role):
    queues(lab, "in")

    def sink(event, context):
        return {"batchItemFailures": [] if isinstance(event, list) and len(event) == 1 else [{}]}

    create(lab, role, Target=lab.function("sink", sink))
    send(lab, {"n": 1})
    assert counts(lab, "in") == 0


def test_ebx_12_a_path_leads_into_a_body_that_is_json_and_an_object_needs_no_quotes(lab, role):
    queues(lab, "in", "out")
    template = '{"order": <$.body.id>, "line": <$.body.lines[0]>, "text": "no. <$.body.id>"}'
    create(lab, role, TargetParameters={"InputTemplate": template})
    send(lab, {"id": 7, "lines": [{"sku": "x"}]})
    sqs = lab.client("sqs")
    url = sqs.get_queue_url(QueueName="out")["QueueUrl"]
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"order": 7, "line": {"sku": "x"}, "text": "no. 7"}


def test_ebx_14_a_pipe_waits_for_the_end_of_an_express_workflow(lab, role):
    queues(lab, "in", VisibilityTimeout="60")
    iam, machines = lab.client("iam"), lab.client("stepfunctions")
    trust = iam.get_role(RoleName="pipe")["Role"]["AssumeRolePolicyDocument"]
    trust["Statement"][0]["Principal"] = {"Service": ["pipes.amazonaws.com", "states.amazonaws.com"]}
    iam.update_assume_role_policy(RoleName="pipe", PolicyDocument=json.dumps(trust))
    failed = {"batchItemFailures": "{% $states.input[body = '\"bad\"'].{'itemIdentifier': messageId}[] %}"}
    states = {
        "Work": {"Type": "Wait", "Seconds": 5, "Next": "Tell"},
        "Tell": {"Type": "Pass", "Output": failed, "End": True},
    }
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Work", "States": states})
    made = machines.create_state_machine(name="m", definition=definition, roleArn=role, type="EXPRESS")
    batch = {"SqsQueueParameters": {"BatchSize": 2, "MaximumBatchingWindowInSeconds": 5}}
    create(lab, role, Target=made["stateMachineArn"], SourceParameters=batch)
    send(lab, "good", "bad")
    lab.advance(seconds=20)
    (deliver,) = [hop for hop in lab.trace if hop.kind == "deliver"]
    assert deliver.facts["ended_at"] - deliver.time == 5_000_000
    assert counts(lab, "in") == 1


def test_ebx_13_a_failing_record_holds_up_its_shard_and_its_dead_letter_says_where_it_is(lab, role):
    queues(lab, "out", "dead", MaximumMessageSize="1024")
    kinesis = lab.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    lab.advance(seconds=30)
    stream = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
    parameters = {
        "StartingPosition": "LATEST",
        "BatchSize": 1,
        "MaximumRetryAttempts": 5,
        "DeadLetterConfig": {"Arn": f"{ARN}dead"},
    }
    template = {"InputTemplate": "<$.data>"}
    source = {"KinesisStreamParameters": parameters}
    create(lab, role, Source=stream, SourceParameters=source, TargetParameters=template)
    numbers = [
        kinesis.put_record(StreamName="clicks", PartitionKey="a", Data=json.dumps(data))["SequenceNumber"]
        for data in (1, "x" * 2000, 3)
    ]
    lab.advance(seconds=10)
    assert counts(lab, "out") == 1
    lab.advance(seconds=60)
    assert (counts(lab, "out"), counts(lab, "dead")) == (2, 1)
    sqs = lab.client("sqs")
    [letter] = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="dead")["QueueUrl"])["Messages"]
    told = json.loads(letter["Body"])
    assert told["context"]["condition"] == "RetryAttemptsExhausted"
    assert told["KinesisBatchInfo"]["startSequenceNumber"] == numbers[1]
    assert "xxx" not in letter["Body"]
