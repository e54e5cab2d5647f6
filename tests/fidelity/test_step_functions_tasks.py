"""What tasks of Step Functions call and wait for, as docs/fidelity.md says it; one test for each row."""

from __future__ import annotations

import json

import pytest
from access import make_role
from botocore.exceptions import ClientError
from machine_room import ACCOUNT, MachineRoom


@pytest.fixture
def room():
    room = MachineRoom()
    with room.lab:
        room.role = make_role(room.lab, "worker", "states.amazonaws.com", "*")
        yield room


def refusal(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def task(resource, parameters, **more):
    arn = f"arn:aws:states:::{resource}"
    return {"Type": "Task", "Resource": arn, "Parameters": parameters, "End": True, **more}


def asking(room, **more):
    """An execution that waits for an answer, and the token that it has sent to a queue."""
    queue = room.queue()
    parameters = {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"}
    execution = room.start(room.make({"Ask": task("sqs:sendMessage.waitForTaskToken", parameters, **more)}))
    room.lab.advance(seconds=1)
    return execution, room.bodies(queue)[0]


def test_sfn_05_a_state_waits_for_the_holder_of_its_token_and_for_each_heartbeat(room):
    execution, token = asking(room, HeartbeatSeconds=3600)
    for _ in range(3):
        room.lab.advance(minutes=50)
        room.machines.send_task_heartbeat(taskToken=token)
    room.machines.send_task_success(taskToken=token, output='"approved"')
    room.lab.run_until_idle()
    assert room.describe(execution)["output"] == '"approved"'
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Late"}]
    states = {
        "Ask": task(
            "sqs:sendMessage.waitForTaskToken",
            {"QueueUrl": room.queue(), "MessageBody": "x"},
            HeartbeatSeconds=60,
            Catch=catch,
        ),
        "Late": {"Type": "Pass", "End": True},
    }
    shown = room.run(states, name="silent")
    assert json.loads(shown["output"])["Error"] == "States.Timeout"
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == pytest.approx(60, abs=0.1)


def test_sfn_20_a_token_is_good_for_one_answer(room):
    _, token = asking(room)
    room.machines.send_task_failure(taskToken=token, error="Refused")
    assert refusal(room.machines.send_task_success, taskToken=token, output="1") == "TaskTimedOut"
    assert refusal(room.machines.send_task_heartbeat, taskToken="none") == "InvalidToken"


def test_sfn_21_a_parent_waits_for_a_child_and_fails_with_it(room):
    states = {
        "Wait": {"Type": "Wait", "Seconds": 60, "Next": "End"},
        "End": {"Type": "Pass", "Result": {"a": 1}, "End": True},
    }
    child = room.make(states, name="child")
    for number, (way, output) in enumerate(((".sync", '{"a":1}'), (".sync:2", {"a": 1}))):
        state = task(f"states:startExecution{way}", {"StateMachineArn": child})
        shown = room.run({"Start": state}, name=f"parent{number}")
        assert json.loads(shown["output"])["Output"] == output
        assert 60 <= (shown["stopDate"] - shown["startDate"]).total_seconds() < 61
    failing = room.make({"No": {"Type": "Fail", "Error": "Declined"}}, name="failing")
    shown = room.run({"Start": task("states:startExecution.sync", {"StateMachineArn": failing})}, name="sad")
    assert (shown["error"], json.loads(shown["cause"])["Error"]) == ("States.TaskFailed", "Declined")


def test_sfn_22_a_job_is_stopped_with_the_execution_that_waits_for_it(room):
    room.lab.job("glue", "clean", hours=1)
    execution = room.start(room.make({"Clean": task("glue:startJobRun.sync", {"JobName": "clean"})}))
    room.lab.advance(minutes=1)
    room.machines.stop_execution(executionArn=execution)
    room.lab.run_until_idle()
    assert [hop.outcome for hop in room.hops("start-task")] == ["STOPPED"]


def test_sfn_23_a_role_must_be_able_to_make_the_rule_that_sync_needs(room):
    room.role = make_role(room.lab, "poor", "states.amazonaws.com", "ecs:*")
    state = task("ecs:runTask.sync", {"TaskDefinition": "render"})
    assert refusal(room.make, states={"Run": state}) == "AccessDeniedException"
    room.make({"Run": task("ecs:runTask", {"TaskDefinition": "render"})})


def test_sfn_24_an_aws_sdk_integration_has_the_names_of_the_java_sdk(room):
    queue = room.queue()
    sent = room.run(
        {"Do": task("aws-sdk:sqs:sendMessage", {"QueueUrl": queue, "MessageBody": "x"})}, name="sent"
    )
    assert list(json.loads(sent["output"])) == ["Md5OfMessageBody", "MessageId"]
    lost = room.run({"Do": task("aws-sdk:s3:listObjects", {"Bucket": "nobody-has-this"})}, name="lost")
    assert lost["error"] == "S3.NoSuchBucketException"
    assert "(Service: S3, Status Code: 404, Request ID: " in lost["cause"]


def test_sfn_25_an_optimised_integration_names_errors_by_the_service(room):
    url = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/nobody"
    shown = room.run({"Do": task("sqs:sendMessage", {"QueueUrl": url, "MessageBody": "x"})}, name="queue")
    assert shown["error"] == "SQS.QueueDoesNotExistException"
    arn = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:nobody"
    shown = room.run({"Do": task("states:startExecution", {"StateMachineArn": arn})}, name="machine")
    assert shown["error"] == "StepFunctions.StateMachineDoesNotExistException"
    assert "; Error Code: StateMachineDoesNotExist; Request ID: " in shown["cause"]


def test_sfn_26_credentials_give_a_state_a_role_of_its_own(room):
    trust = {"Effect": "Allow", "Principal": {"AWS": room.role}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    other = room.iam.create_role(RoleName="other", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    parameters = {"QueueUrl": room.queue(), "MessageBody": "x"}
    state = task("sqs:sendMessage", parameters, Credentials={"RoleArn": other})
    shown = room.run({"Do": state})
    assert shown["error"] == "SQS.AmazonSQSException"
    assert "assumed-role/other/" in shown["cause"]


def test_sfn_27_an_http_task_fails_by_the_status_of_the_answer(room):
    def shop(request):
        return 429

    room.lab.endpoint("https://shop.example.com", shop)
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "key", "ApiKeyValue": "1"}}
    made = room.lab.client("events").create_connection(
        Name="shop", AuthorizationType="API_KEY", AuthParameters=key
    )
    parameters = {
        "ApiEndpoint": "https://shop.example.com/a",
        "Method": "GET",
        "Authentication": {"ConnectionArn": made["ConnectionArn"]},
    }
    assert room.run({"Do": task("http:invoke", parameters)})["error"] == "States.Http.StatusCode.429"


def test_sfn_90_a_connection_adds_to_an_http_task_and_wins(room):
    room.lab.endpoint("https://shop.example.com", lambda request: {"url": request.url, "body": request.body})
    added = {
        "QueryStringParameters": [{"Key": "page", "Value": "2"}],
        "BodyParameters": [{"Key": "shop", "Value": "Ann"}],
    }
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "key", "ApiKeyValue": "1"}}
    made = room.lab.client("events").create_connection(
        Name="shop",
        AuthorizationType="API_KEY",
        AuthParameters={**key, "InvocationHttpParameters": added},
    )
    parameters = {
        "ApiEndpoint": "https://shop.example.com/a",
        "Method": "POST",
        "Authentication": {"ConnectionArn": made["ConnectionArn"]},
        "QueryParameters": {"page": 1},
        "RequestBody": {"shop": "Bob", "ids": [1, 2]},
        "Transform": {
            "RequestBodyEncoding": "URL_ENCODED",
            "RequestEncodingOptions": {"ArrayFormat": "COMMAS"},
        },
    }
    answer = json.loads(room.run({"Do": task("http:invoke", parameters)}, name="good")["output"])
    seen = answer["ResponseBody"]
    assert seen == {"url": "https://shop.example.com/a?page=2", "body": "shop=Ann&ids=1,2"}
    shown = room.run({"Do": task("http:invoke", {**parameters, "Headers": {"Via": "me"}})}, name="bad")
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")


def test_sfn_28_parameters_that_are_no_request_end_the_execution(room):
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]
    parameters = {"QueueUrl": room.queue(), "MessageBody.$": "$.n"}
    states = {
        "Do": task("aws-sdk:sqs:sendMessage", parameters, Catch=catch),
        "Sorry": {"Type": "Pass", "End": True},
    }
    shown = room.run(states, {"n": 7})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")
    assert "could not be used to start the Task: [" in shown["cause"]


def test_sfn_29_the_cause_of_a_function_that_fails_is_its_answer(room):
    def fail(event, context):
        raise KeyError("price")

    room.lab.function("fail", fail)
    function = {"Type": "Task", "Resource": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:fail", "End": True}
    direct = room.run({"Do": function}, name="direct")
    invoked = room.run({"Do": task("lambda:invoke", {"FunctionName": "fail"})}, name="invoked")
    assert direct["error"] == invoked["error"] == "KeyError"
    assert direct["cause"].startswith('{"errorMessage": "\'price\'", "errorType": "KeyError", "requestId": "')
    assert invoked["cause"].startswith('{"errorMessage":"\'price\'","errorType":"KeyError","requestId":"')


def test_sfn_93_a_stopped_child_says_whose_task_was_aborted(room):
    room.role = make_role(room.lab, "starter", "states.amazonaws.com", "*")
    child = room.make({"Sleep": {"Type": "Wait", "Seconds": 600, "End": True}}, name="child")
    parent = room.make(
        {"Do": task("states:startExecution.sync:2", {"StateMachineArn": child})}, name="parent"
    )
    execution = room.start(parent)
    room.lab.advance(5)
    room.machines.stop_execution(executionArn=execution)
    room.lab.run_until_idle()
    [listed] = room.machines.list_executions(stateMachineArn=child)["executions"]
    told = room.describe(listed["executionArn"])
    assert told["status"] == "ABORTED"
    assert f"execution [{execution}] which was managing this resource was aborted" in told["cause"]
