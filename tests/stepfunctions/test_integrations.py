"""What a Task can call: parameters, results, errors and permissions of each integration."""

from __future__ import annotations

import json

import pytest
from access import document
from botocore.exceptions import ClientError
from machine_room import ACCOUNT, PREFIX

from workbook.aws.stepfunctions.registry import registry_of

START = 1_767_603_600_000
"""Milliseconds since the epoch at which a lab begins."""


def task(resource, **parameters):
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
        "End": True,
    }


def output(shown):
    assert shown["status"] == "SUCCEEDED", (shown.get("error"), shown.get("cause"))
    return json.loads(shown["output"])


def without_metadata(answer):
    metadata = {name: answer.pop(name) for name in ("SdkHttpMetadata", "SdkResponseMetadata")}
    assert metadata["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert set(metadata["SdkResponseMetadata"]) == {"RequestId"}
    return answer


def run(room, resource, name="order", **parameters):
    return room.run({"Do": task(resource, **parameters)}, name=name)


def allow(room, *actions, role="machine"):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    room.iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=document(statement))


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


# ---- functions, queues, topics


def test_the_answer_of_a_function_has_all_that_invoke_says(room):
    def double(event, context):
        return {"twice": event["n"] * 2}

    room.lab.function("double", double)
    answer = without_metadata(output(run(room, "lambda:invoke", FunctionName="double", Payload={"n": 4})))
    assert answer == {"ExecutedVersion": "$LATEST", "Payload": {"twice": 8}, "StatusCode": 200}


def test_a_function_invoked_as_an_event_is_not_waited_for(room):
    def slow(event, context):
        import time  # noqa: PLC0415 - a function brings its own imports

        time.sleep(60)

    room.lab.function("slow", slow, Timeout=100)
    shown = run(room, "lambda:invoke", FunctionName="slow", InvocationType="Event", Payload={})
    assert output(shown)["StatusCode"] == 202
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() < 1
    assert len(room.hops("invoke")) == 1


def test_a_function_that_fails_has_the_name_of_its_exception(room):
    def fail(event, context):
        raise KeyError("price")

    room.lab.function("fail", fail)
    shown = run(room, "lambda:invoke", FunctionName="fail", Payload={})
    assert (shown["status"], shown["error"]) == ("FAILED", "KeyError")
    assert json.loads(shown["cause"])["errorMessage"] == "'price'"
    failed = room.events(shown["executionArn"])[4]
    assert failed["type"] == "TaskFailed"
    assert failed["taskFailedEventDetails"]["resourceType"] == "lambda"


def test_a_throttled_function_can_be_retried_by_its_error(room):
    def never(event, context):
        return None

    room.lab.function("never", never)
    room.lab.client("lambda").put_function_concurrency(FunctionName="never", ReservedConcurrentExecutions=0)
    shown = run(room, "lambda:invoke", FunctionName="never", Payload={})
    assert shown["error"] == "Lambda.TooManyRequestsException"
    assert "Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException" in shown["cause"]


def test_each_attempt_of_a_state_asks_once_and_no_sdk_asks_again_behind_it(room):
    def work(event, context):
        return event

    arn = room.lab.function("work", work)
    room.lab.client("lambda").put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=0)
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": arn},
        "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 2}],
        "End": True,
    }
    assert room.run({"Call": call})["status"] == "FAILED"
    assert len(room.hops("throttle")) == len(room.hops("fail-state")) == 3


def test_a_queue_that_does_not_exist(room):
    url = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/nobody"
    shown = run(room, "sqs:sendMessage", QueueUrl=url, MessageBody="x")
    assert (shown["status"], shown["error"]) == ("FAILED", "SQS.QueueDoesNotExistException")
    assert "(Service: AmazonSQS; Status Code: 400; Error Code:" in shown["cause"]
    assert shown["cause"].endswith("; Proxy: null)")


def test_a_topic_that_does_not_exist(room):
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:nobody"
    shown = run(room, "sns:publish", TopicArn=topic, Message="x")
    assert (shown["status"], shown["error"]) == ("FAILED", "SNS.NotFoundException")


def test_a_message_with_attributes(room):
    queue = room.queue()
    attribute = {"colour": {"DataType": "String", "StringValue": "red"}}
    answer = output(
        run(room, "sqs:sendMessage", QueueUrl=queue, MessageBody="x", MessageAttributes=attribute)
    )
    assert {"MD5OfMessageAttributes", "MD5OfMessageBody", "MessageId"} < set(answer)


# ---- DynamoDB


@pytest.fixture
def table(room):
    allow(room, "dynamodb:*")
    room.lab.client("dynamodb").create_table(
        TableName="stock",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return "stock"


def test_items_are_put_read_changed_and_deleted(room, table):
    key = {"id": {"S": "a"}}
    steps = [
        ("putItem", {"Item": {**key, "n": {"N": "1"}, "new": {"BOOL": True}}}),
        (
            "updateItem",
            {
                "Key": key,
                "UpdateExpression": "SET n = n + :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
                "ReturnValues": "UPDATED_NEW",
            },
        ),
        ("getItem", {"Key": key, "ConsistentRead": True}),
        ("deleteItem", {"Key": key}),
        ("getItem", {"Key": key}),
    ]
    answers = [
        without_metadata(output(run(room, f"dynamodb:{action}", f"m{number}", TableName=table, **parameters)))
        for number, (action, parameters) in enumerate(steps)
    ]
    item = {"id": {"S": "a"}, "n": {"N": "2"}, "new": {"BOOL": True}}
    assert answers[1]["Attributes"] == {"n": {"N": "2"}}
    assert [answers[number] for number in (0, 2, 3, 4)] == [{}, {"Item": item}, {}, {}]


def test_a_condition_that_does_not_hold(room, table):
    parameters = {"Item": {"id": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(id)"}
    run(room, "dynamodb:putItem", "first", TableName=table, **parameters)
    shown = run(room, "dynamodb:putItem", "second", TableName=table, **parameters)
    assert (shown["status"], shown["error"]) == ("FAILED", "DynamoDB.ConditionalCheckFailedException")
    assert shown["cause"].startswith(
        "The conditional request failed (Service: AmazonDynamoDBv2; Status Code: 400;"
    )


def test_a_table_that_does_not_exist(room):
    allow(room, "dynamodb:*")
    shown = run(room, "dynamodb:getItem", TableName="none", Key={"id": {"S": "a"}})
    assert shown["error"] == "DynamoDB.ResourceNotFoundException"


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "cause"),
    [
        (
            "sqs:sendMessage",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q", "MessageBody": None},
            "SQS.AmazonSQSException",
            "The request must contain the parameter MessageBody. (Service: AmazonSQS; Status Code: 400; ",
        ),
        (
            "aws-sdk:dynamodb:putItem",
            {"TableName": "stock", "Item": None},
            "DynamoDb.DynamoDbException",
            (
                "1 validation error detected: Value null at 'item' failed to satisfy constraint: "
                "Member must not be null (Service: DynamoDb, Status Code: 400, "
            ),
        ),
    ],
)
def test_a_parameter_that_is_null_is_not_sent(room, resource, parameters, error, cause):
    allow(room, "*")
    shown = run(room, resource, **parameters)
    assert (shown["status"], shown["error"]) == ("FAILED", error)
    assert shown["cause"].startswith(cause)


# ---- executions of other state machines


@pytest.fixture
def child(room):
    allow(room, "states:*", "events:*")
    states = {
        "Sleep": {"Type": "Wait", "Seconds": 60, "Next": "Look"},
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.fail", "IsPresent": True, "Next": "No"}],
            "Default": "Yes",
        },
        "Yes": {"Type": "Pass", "Result": {"paid": True}, "End": True},
        "No": {"Type": "Fail", "Error": "Declined", "Cause": "no money"},
    }
    return room.make(states, name="pay")


def test_an_execution_is_started_and_not_waited_for(room, child):
    shown = run(room, "states:startExecution", StateMachineArn=child, Name="one", Input={"order": 7})
    answer = without_metadata(output(shown))
    assert answer["ExecutionArn"] == f"{PREFIX}:execution:pay:one"
    assert START <= answer["StartDate"] < START + 1000
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() < 1
    assert room.describe(f"{PREFIX}:execution:pay:one")["input"] == '{"order":7}'


def test_an_execution_is_waited_for_and_described_as_texts(room, child):
    shown = run(room, "states:startExecution.sync", StateMachineArn=child, Name="one", Input={"order": 7})
    answer = output(shown)
    assert list(answer) == sorted(answer)
    assert 60 <= (shown["stopDate"] - shown["startDate"]).total_seconds() < 61
    assert answer.pop("StopDate") - answer.pop("StartDate") == 60_000
    assert answer == {
        "ExecutionArn": f"{PREFIX}:execution:pay:one",
        "Input": '{"order":7}',
        "InputDetails": {"Included": True},
        "Name": "one",
        "Output": '{"paid":true}',
        "OutputDetails": {"Included": True},
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        "StateMachineArn": child,
        "Status": "SUCCEEDED",
    }
    kinds = [event["type"] for event in room.events(shown["executionArn"])]
    assert kinds[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


def test_the_second_way_of_waiting_has_json_in_the_place_of_texts(room, child):
    answer = output(run(room, "states:startExecution.sync:2", StateMachineArn=child, Input={"order": 7}))
    assert (answer["Input"], answer["Output"]) == ({"order": 7}, {"paid": True})


def test_a_child_that_fails_fails_its_parent_s_state(room, child):
    shown = run(room, "states:startExecution.sync", StateMachineArn=child, Input={"fail": 1})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(shown["cause"])
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("FAILED", "Declined", "no money")
    assert cause["RedriveStatus"] == "REDRIVABLE"


def test_a_child_is_stopped_with_its_parent(room, child):
    parent = room.start(
        room.make({"Pay": task("states:startExecution.sync", StateMachineArn=child, Name="one")})
    )
    room.lab.advance(seconds=10)
    room.machines.stop_execution(executionArn=parent)
    room.lab.run_until_idle()
    assert room.describe(f"{PREFIX}:execution:pay:one")["status"] == "ABORTED"


def test_a_child_runs_on_where_the_state_s_role_can_no_longer_be_assumed(room, child):
    trust = {"Effect": "Allow", "Principal": {"AWS": room.role}, "Action": "sts:AssumeRole"}
    made = room.iam.create_role(RoleName="other", AssumeRolePolicyDocument=document(trust))["Role"]
    allow(room, "states:*", "events:*", role="other")
    allow(room, "sts:AssumeRole", "states:*", "events:*")
    pay = task("states:startExecution.sync", StateMachineArn=child, Name="one")
    parent = room.start(room.make({"Pay": {**pay, "Credentials": {"RoleArn": made["Arn"]}}}))
    room.lab.advance(seconds=10)
    lost = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    room.iam.update_assume_role_policy(RoleName="other", PolicyDocument=document(lost))
    room.machines.stop_execution(executionArn=parent)
    room.lab.run_until_idle()
    assert room.describe(parent)["status"] == "ABORTED"
    assert room.describe(f"{PREFIX}:execution:pay:one")["status"] == "SUCCEEDED"


def test_a_child_that_is_redriven_tells_no_state_that_it_was_waited_for(room, child):
    run(room, "states:startExecution.sync", StateMachineArn=child, Name="one", Input={"fail": 1})
    failed = registry_of(room.lab.world, ACCOUNT, "us-east-1").execution(f"{PREFIX}:execution:pay:one")
    assert (failed.status, failed.when_ended) == ("FAILED", [])


def test_a_state_machine_that_does_not_exist(room):
    allow(room, "states:*")
    arn = f"{PREFIX}:stateMachine:nobody"
    shown = run(room, "states:startExecution", StateMachineArn=arn)
    assert shown["error"] == "StepFunctions.StateMachineDoesNotExistException"
    expected = f"State Machine Does Not Exist: '{arn}' (Service: AWSStepFunctions; Status Code: 400; "
    assert shown["cause"].startswith(expected)


def test_a_name_that_is_taken(room, child):
    run(room, "states:startExecution", "a", StateMachineArn=child, Name="one")
    shown = run(room, "states:startExecution", "b", StateMachineArn=child, Name="one")
    assert shown["error"] == "StepFunctions.ExecutionAlreadyExistsException"


# ---- any operation


def test_an_operation_by_the_names_of_the_java_sdk(room):
    queue = room.queue()
    shown = run(room, "aws-sdk:sqs:sendMessage", QueueUrl=queue, MessageBody="x")
    answer = output(shown)
    assert list(answer) == ["Md5OfMessageBody", "MessageId"]
    scheduled = room.events(shown["executionArn"])[2]["taskScheduledEventDetails"]
    assert (scheduled["resourceType"], scheduled["resource"]) == ("aws-sdk:sqs", "sendMessage")


def test_times_are_written_as_the_sdk_does(room):
    allow(room, "s3:*")
    room.lab.client("s3").create_bucket(Bucket="photos")
    [bucket] = output(run(room, "aws-sdk:s3:listBuckets"))["Buckets"]
    assert bucket["Name"] == "photos"
    assert bucket["CreationDate"].startswith("2026-01-05T09:00:00")
    assert bucket["CreationDate"].endswith("Z")


def test_an_object_s_body_is_the_json_that_is_given(room):
    allow(room, "s3:*")
    room.lab.client("s3").create_bucket(Bucket="photos")
    run(room, "aws-sdk:s3:putObject", "put", Bucket="photos", Key="a", Body={"n": 1})
    answer = output(run(room, "aws-sdk:s3:getObject", "get", Bucket="photos", Key="a"))
    assert json.loads(answer["Body"]) == {"n": 1}
    assert answer["ContentLength"] == 7


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "service"),
    [
        ("s3:getObject", {"Bucket": "nobody-has-this", "Key": "a"}, "S3.NoSuchBucketException", "S3"),
        (
            "sqs:getQueueUrl",
            {"QueueName": "nobody"},
            "Sqs.QueueDoesNotExistException",
            "Sqs",
        ),
        (
            "dynamodb:getItem",
            {"TableName": "none", "Key": {"id": {"S": "a"}}},
            "DynamoDb.ResourceNotFoundException",
            "DynamoDb",
        ),
        (
            "sfn:describeExecution",
            {"ExecutionArn": f"{PREFIX}:execution:order:nobody"},
            "Sfn.ExecutionDoesNotExistException",
            "Sfn",
        ),
    ],
)
def test_errors_have_the_names_of_the_java_sdk(room, resource, parameters, error, service):
    allow(room, "*")
    shown = run(room, f"aws-sdk:{resource}", **parameters)
    assert (shown["status"], shown["error"]) == ("FAILED", error)
    assert f"(Service: {service}, Status Code: 4" in shown["cause"]
    assert ", Request ID: " in shown["cause"]


def test_an_operation_can_wait_for_a_token_too(room):
    queue = room.queue()
    state = task(
        "aws-sdk:sqs:sendMessage.waitForTaskToken", QueueUrl=queue, **{"MessageBody.$": "$$.Task.Token"}
    )
    execution = room.start(room.make({"Ask": state}))
    room.lab.advance(seconds=1)
    room.machines.send_task_success(taskToken=room.bodies(queue)[0], output="1")
    room.lab.run_until_idle()
    assert room.describe(execution)["output"] == "1"


# ---- what cannot be called


@pytest.mark.parametrize(
    "resource", ["aws-sdk:sqs:fly", "aws-sdk:pigeon:send", "aws-sdk:sqs:SendMessage", "dynamodb:getItem.sync"]
)
def test_what_aws_does_not_know_is_no_resource(room, resource):
    code, message = refused(room.make, states={"Do": task(resource)})
    assert code == "InvalidDefinition"
    assert f"The resource provided arn:aws:states:::{resource} is not recognized." in message


@pytest.mark.parametrize(
    "resource", ["aws-sdk:polly:synthesizeSpeech", "aws-sdk:lambda:putProvisionedConcurrencyConfig"]
)
def test_what_the_lab_does_not_simulate_is_refused_by_name(room, resource):
    code, message = refused(room.make, states={"Do": task(resource)})
    assert code == "NotSimulatedByWorkbook"
    assert resource in message


def test_parameters_are_checked_when_the_machine_is_made(room):
    code, message = refused(room.make, states={"Do": task("aws-sdk:sqs:sendMessage", Colour="red")})
    assert code == "InvalidDefinition"
    assert 'The field "Colour" is not supported by Step Functions at /States/Do/Parameters' in message
    assert "The field 'MessageBody' is required but was missing at /States/Do/Parameters" in message


def test_a_parameter_of_another_type_ends_the_execution_and_is_not_caught(room):
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]
    state = {
        **task("aws-sdk:sqs:sendMessage", QueueUrl=room.queue(), **{"MessageBody.$": "$.n"}),
        "Catch": catch,
    }
    execution = room.start(room.make({"Do": state, "Sorry": {"Type": "Pass", "End": True}}), {"n": 7})
    room.lab.run_until_idle()
    shown = room.describe(execution)
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")
    assert (
        "could not be used to start the Task: [The value for the field 'MessageBody' must be a STRING]"
        in shown["cause"]
    )


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("DelaySeconds", "soon", "a NUMBER"),
        ("DelaySeconds", 1.5, "a NUMBER"),
        ("DelaySeconds", True, "a NUMBER"),
        ("MessageAttributes", [1], "an OBJECT"),
        ("MessageAttributes", {"a": 1}, "an OBJECT"),
        ("MessageGroupId", {}, "a STRING"),
    ],
)
def test_a_parameter_of_another_type_is_named_in_aws_s_words_and_not_in_python_s(room, name, value, word):
    given = {"QueueUrl": room.queue(), "MessageBody": "x", f"{name}.$": "$.v"}
    shown = room.run({"Do": task("sqs:sendMessage", **given)}, {"v": value})
    assert shown["error"] == "States.Runtime"
    assert f"[The value for the field '{name}' must be {word}]" in shown["cause"]


@pytest.mark.parametrize("value", [None, 5, "x", [1]])
@pytest.mark.parametrize("resource", ["lambda:invoke", "events:putEvents", "aws-sdk:sqs:sendMessage"])
def test_arguments_that_are_no_object_end_the_execution(room, resource, value):
    state = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "QueryLanguage": "JSONata",
        "End": True,
    }
    shown = room.run({"Do": {**state, "Arguments": "{% $states.input.v %}"}}, {"v": value})
    assert shown["error"] == "States.Runtime"
    assert (
        "could not be used to start the Task: [The value for the field 'Arguments' must be an OBJECT]"
        in (shown["cause"])
    )


# ---- permissions


@pytest.mark.parametrize(
    ("resource", "parameters", "action", "error"),
    [
        (
            "lambda:invoke",
            {"FunctionName": "f"},
            f"lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:{ACCOUNT}:function:f",
            "Lambda.AWSLambdaException",
        ),
        (
            "dynamodb:getItem",
            {"TableName": "t", "Key": {"id": {"S": "a"}}},
            f"dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t",
            "DynamoDB.AmazonDynamoDBException",
        ),
        (
            "aws-sdk:s3:putObject",
            {"Bucket": "b", "Key": "k", "Body": "x"},
            "s3:PutObject on resource: arn:aws:s3:::b/k",
            "S3.AccessDeniedException",
        ),
        ("aws-sdk:s3:listBuckets", {}, "s3:ListAllMyBuckets on resource: *", "S3.AccessDeniedException"),
    ],
)
def test_the_role_needs_the_action_of_each_call(room, resource, parameters, action, error):
    room.iam.delete_role_policy(RoleName="machine", PolicyName="does")
    shown = run(room, resource, **parameters)
    assert (shown["status"], shown["error"]) == ("FAILED", error)
    assert f"is not authorized to perform: {action} because no identity-based policy allows" in shown["cause"]


def test_a_state_can_have_a_role_of_its_own(room):
    queue = room.queue()
    room.iam.delete_role_policy(RoleName="machine", PolicyName="does")
    trust = {"Effect": "Allow", "Principal": {"AWS": room.role}, "Action": "sts:AssumeRole"}
    other = room.iam.create_role(RoleName="other", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    allow(room, "sqs:SendMessage", role="other")
    state = {
        **task("sqs:sendMessage", QueueUrl=queue, MessageBody="x"),
        "Credentials": {"RoleArn": other},
    }
    shown = room.run({"Do": state}, name="before")
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")
    expected = f"The role {room.role} is not authorized to assume the task state's role, {other}."
    assert shown["cause"].endswith(expected)
    allow(room, "sts:AssumeRole")
    shown = room.run({"Do": state}, name="after")
    assert shown["status"] == "SUCCEEDED", shown
    scheduled = room.events(shown["executionArn"])[2]["taskScheduledEventDetails"]
    assert scheduled["taskCredentials"] == {"roleArn": other}
    assert room.bodies(queue) == ["x"]
