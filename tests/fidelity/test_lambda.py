"""Lambda functions invoked synchronously, as the Lambda Developer Guide and API Reference describe them."""

from __future__ import annotations

import base64
import json

import pytest
from lambda_learner import invoke, invoke_at_once, worker
from learner import hops, refused

from workbook.aws.limits import limit
from workbook.packaging import package

ECHOES = "def handler(event, context):\n    return event\n"
MEGABYTES_6 = 6_291_456
MEGABYTE = 1_048_576


def test_la_05_a_synchronous_event_has_at_most_6_mb_and_an_asynchronous_one_1_mb(lab):
    worker(lab, "def handler(event, context):\n    return len(event)\n")
    client = lab.client("lambda")
    assert limit("lambda.payload.synchronous") == MEGABYTES_6
    answer = client.invoke(FunctionName="worker", Payload=json.dumps("x" * (MEGABYTES_6 - 2)))
    assert json.loads(answer["Payload"].read()) == MEGABYTES_6 - 2
    with refused("RequestTooLargeException", "(limit 6291456 bytes)"):
        client.invoke(FunctionName="worker", Payload=json.dumps("x" * (MEGABYTES_6 - 1)))
    assert limit("lambda.payload.asynchronous") == MEGABYTE
    fits = json.dumps("x" * (MEGABYTE - 2))
    assert client.invoke(FunctionName="worker", InvocationType="Event", Payload=fits)["StatusCode"] == 202
    with refused("RequestEntityTooLargeException", "(limit 1048576 bytes)"):
        client.invoke(FunctionName="worker", InvocationType="Event", Payload=fits + " ")


def test_la_06_an_error_or_a_throttle_goes_to_the_caller_and_is_not_tried_again(lab):
    worker(lab, "def handler(event, context):\n    raise ValueError('no')\n")
    answer = invoke(lab)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert answer["Payload"]["errorType"] == "ValueError"
    lab.advance(hours=6)
    assert len(hops(lab, "invoke")) == 1
    lab.client("lambda").put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    assert invoke_at_once(lab, 1) == ["ReservedFunctionConcurrentInvocationLimitExceeded"]
    lab.advance(hours=6)
    assert len(hops(lab, "throttle")) == 1
    assert len(hops(lab, "invoke")) == 1


def test_la_07_a_function_has_3_seconds_unless_it_is_given_more_at_most_900(lab):
    sleeps = "import time\n\ndef handler(event, context):\n    time.sleep(event)\n    return 'done'\n"
    worker(lab, sleeps)
    client = lab.client("lambda")
    assert client.get_function_configuration(FunctionName="worker")["Timeout"] == 3
    assert invoke(lab, event=2.9)["Payload"] == "done"
    start = lab.now
    answer = invoke(lab, event=60)
    assert "Task timed out after 3.00 seconds" in answer["Payload"]["errorMessage"]
    assert answer["FunctionError"] == "Unhandled"
    assert (lab.now - start).total_seconds() == pytest.approx(3, abs=0.2)
    worker(lab, sleeps, Timeout=900)
    assert invoke(lab, event=899)["Payload"] == "done"
    with refused("ValidationException", "less than or equal to 900"):
        client.update_function_configuration(FunctionName="worker", Timeout=901)


def test_la_08_an_account_has_1000_concurrent_executions_of_which_100_stay_unreserved(lab):
    client = lab.client("lambda")
    sleeps = "import time\n\ndef handler(event, context):\n    time.sleep(1)\n"
    worker(lab, sleeps)
    worker(lab, sleeps, name="other")
    assert client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1_000
    with refused("InvalidParameterValueException", "below its minimum value of [100]."):
        client.put_function_concurrency(FunctionName="other", ReservedConcurrentExecutions=901)
    client.put_function_concurrency(FunctionName="other", ReservedConcurrentExecutions=900)
    outcomes = invoke_at_once(lab, 103)
    assert outcomes.count("ok") == 100
    assert outcomes.count("ConcurrentInvocationLimitExceeded") == 3
    client.put_function_concurrency(FunctionName="other", ReservedConcurrentExecutions=0)
    assert invoke_at_once(lab, 1, "other") == ["ReservedFunctionConcurrentInvocationLimitExceeded"]
    assert invoke_at_once(lab, 1) == ["ok"]


# ---- refused by name for now


def test_ref_02_what_lambda_has_besides_is_refused_by_name(lab):
    worker(lab)
    client = lab.client("lambda")
    with refused("NotSimulatedByWorkbook", "lambda:InvokeAsync"):
        client.invoke_async(FunctionName="worker", InvokeArgs=b"{}")
    with refused("NotSimulatedByWorkbook", "InvokeMode RESPONSE_STREAM (response streaming)"):
        client.create_function_url_config(
            FunctionName="worker", AuthType="NONE", InvokeMode="RESPONSE_STREAM"
        )
    with refused("NotSimulatedByWorkbook", "lambda:InvokeWithResponseStream"):
        client.invoke_with_response_stream(FunctionName="worker")


# ---- further behaviours


def test_la_10_a_cold_start_runs_the_module_and_a_warm_one_finds_its_globals(lab):
    counts = "calls = []\n\ndef handler(event, context):\n    calls.append(1)\n    return len(calls)\n"
    worker(lab, counts)
    first, second = invoke(lab), invoke(lab)
    assert (first["Payload"], second["Payload"]) == (1, 2)
    assert "Init Duration" in first["Log"][-1]
    assert "Init Duration" not in second["Log"][-1]
    assert [hop.facts["start"] for hop in hops(lab, "invoke")] == ["cold", "warm"]
    worker(lab, counts, MemorySize=256)  # an update ends all environments
    assert invoke(lab)["Payload"] == 1


def test_la_11_the_log_has_start_end_and_report_and_is_in_cloudwatch_logs_too(lab):
    worker(lab, "def handler(event, context):\n    print('hello')\n    return context.aws_request_id\n")
    answer = invoke(lab)
    request_id = answer["Payload"]
    assert request_id == answer["ResponseMetadata"]["RequestId"]
    text = "\n".join(answer["Log"])
    for line in (f"START RequestId: {request_id} Version: $LATEST", "hello", f"END RequestId: {request_id}"):
        assert line in answer["Log"]
    assert f"REPORT RequestId: {request_id}\tDuration: " in text
    events = lab.client("logs").filter_log_events(logGroupName="/aws/lambda/worker")["events"]
    assert "hello" in [event["message"].strip() for event in events]


def test_la_12_a_tail_of_the_log_has_its_last_4_kb(lab):
    worker(lab, "def handler(event, context):\n    print('first')\n    print('x' * 5000)\n")
    answer = lab.client("lambda").invoke(FunctionName="worker", LogType="Tail")
    tail = base64.b64decode(answer["LogResult"])
    assert len(tail) == 4_096
    assert b"first" not in tail
    assert b"REPORT" in tail


def test_la_13_a_dry_run_checks_and_does_not_run(lab):
    worker(lab)
    answer = lab.client("lambda").invoke(FunctionName="worker", InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    assert hops(lab, "invoke") == []
    with refused("ResourceNotFoundException", "Function not found"):
        lab.client("lambda").invoke(FunctionName="nobody", InvocationType="DryRun")


def test_la_14_versions_are_fixed_and_aliases_point_to_them(lab):
    client = lab.client("lambda")
    worker(lab, "def handler(event, context):\n    return 'one'\n")
    client.publish_version(FunctionName="worker")
    worker(lab, "def handler(event, context):\n    return 'two'\n")
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    assert invoke(lab)["Payload"] == "two"
    for qualifier in ("1", "live"):
        answer = invoke(lab, Qualifier=qualifier)
        assert (answer["Payload"], answer["ExecutedVersion"]) == ("one", "1")
    with refused("ResourceNotFoundException"):
        client.invoke(FunctionName="worker", Qualifier="nothing")


def test_la_15_invocations_at_the_same_time_have_environments_of_their_own(lab):
    source = (
        "import time\ncalls = []\n\ndef handler(event, context):\n    calls.append(1)\n    time.sleep(1)\n"
    )
    worker(lab, source + "    assert len(calls) == 1\n")
    assert invoke_at_once(lab, 3) == ["ok"] * 3
    assert [hop.facts["start"] for hop in hops(lab, "invoke")] == ["cold"] * 3
    assert all(hop.outcome == "ok" for hop in hops(lab, "invoke"))


def test_la_16_billed_is_each_begun_millisecond_of_init_and_duration(lab):
    worker(lab, "import time\n\ndef handler(event, context):\n    time.sleep(0.0105)\n", MemorySize=1_024)
    invoke(lab)
    report = invoke(lab)["Log"][-1]
    assert "Duration: 10.50 ms\tBilled Duration: 11 ms\tMemory Size: 1024 MB" in report
    cold, warm = (hop.facts["billed_milliseconds"] for hop in hops(lab, "invoke"))
    assert warm == 11
    assert cold >= 11 + 100


def test_la_17_memory_is_128_to_10240_mb(lab):
    worker(lab)
    client = lab.client("lambda")
    assert client.get_function_configuration(FunctionName="worker")["MemorySize"] == 128
    for allowed in (128, 10_240):
        client.update_function_configuration(FunctionName="worker", MemorySize=allowed)
        lab.advance(10)
    with refused("ValidationException", "less than or equal to 10240"):
        client.update_function_configuration(FunctionName="worker", MemorySize=10_241)


def test_la_18_environment_variables_have_4_kb_and_some_names_are_lambda_s_own(lab):
    worker(lab, "import os\n\ndef handler(event, context):\n    return os.environ['STAGE']\n")
    client = lab.client("lambda")

    def set_variables(**variables):
        client.update_function_configuration(FunctionName="worker", Environment={"Variables": variables})
        lab.advance(10)

    set_variables(STAGE="test")
    assert invoke(lab)["Payload"] == "test"
    with refused("InvalidParameterValueException", "Reserved keys used in this request: AWS_REGION"):
        set_variables(AWS_REGION="eu-west-1")
    with refused("InvalidParameterValueException", "exceeded the 4KB limit"):
        set_variables(STAGE="x" * 4_096)


def test_la_19_a_function_that_is_being_created_cannot_be_invoked_yet(lab):
    worker(lab, ECHOES)  # makes the role that the next function needs too
    role = lab.client("lambda").get_function_configuration(FunctionName="worker")["Role"]
    client = lab.client("lambda")
    created = client.create_function(
        FunctionName="new",
        Role=role,
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": package(ECHOES).zip_bytes},
    )
    assert created["State"] == "Pending"
    with refused("ResourceConflictException", "Pending"):
        client.invoke(FunctionName="new")
    lab.advance(60)
    assert client.get_function_configuration(FunctionName="new")["State"] == "Active"
    assert invoke(lab, "new", event={"a": 1})["Payload"] == {"a": 1}


def test_la_20_a_payload_that_is_no_json_is_refused(lab):
    worker(lab, ECHOES)
    with refused("InvalidRequestContentException", "Could not parse request body into json"):
        lab.client("lambda").invoke(FunctionName="worker", Payload=b"not json")
    assert hops(lab, "invoke") == []


def test_la_21_a_response_of_more_than_6_mb_is_an_error(lab):
    worker(lab, "def handler(event, context):\n    return 'x' * event\n")
    assert len(invoke(lab, event=6_000_000)["Payload"]) == 6_000_000
    answer = invoke(lab, event=6_400_000)
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == "Function.ResponseSizeTooLarge"


def test_la_22_a_function_whose_module_cannot_be_loaded_fails_every_time(lab):
    worker(lab, "import nothing_of_this_name\n\ndef handler(event, context):\n    pass\n")
    for _ in range(2):
        answer = invoke(lab)
        assert answer["FunctionError"] == "Unhandled"
        assert answer["Payload"]["errorType"] == "Runtime.ImportModuleError"
        assert "No module named 'nothing_of_this_name'" in answer["Payload"]["errorMessage"]
    assert [hop.facts["start"] for hop in hops(lab, "invoke")] == ["cold", "cold"]


def test_la_23_time_within_a_function_is_the_lab_s_and_its_deadline_is_known(lab):
    worker(
        lab,
        "import time\n\ndef handler(event, context):\n"
        "    before = context.get_remaining_time_in_millis()\n    time.sleep(2)\n"
        "    return [before, context.get_remaining_time_in_millis(), time.time()]\n",
        Timeout=10,
    )
    before, after, now = invoke(lab)["Payload"]
    assert before == 10_000
    assert after == 8_000
    assert now == pytest.approx(lab.now.timestamp(), abs=0.1)


def test_la_24_what_a_function_calls_is_in_the_same_account(lab):
    worker(
        lab,
        "import boto3\n\ndef handler(event, context):\n"
        "    sqs = boto3.client('sqs')\n"
        "    return sqs.create_queue(QueueName='made-by-worker')['QueueUrl']\n",
    )
    url = invoke(lab)["Payload"]
    assert url == lab.client("sqs").get_queue_url(QueueName="made-by-worker")["QueueUrl"]


def test_la_25_a_function_that_does_not_exist_is_named_in_the_error(lab):
    with refused("ResourceNotFoundException", "arn:aws:lambda:us-east-1:123456789012:function:nobody"):
        lab.client("lambda").invoke(FunctionName="nobody")


def test_la_26_a_handler_returns_what_the_runtime_can_encode(lab):
    returns = "from decimal import Decimal\nfrom collections import namedtuple\n"
    returns += "Point = namedtuple('Point', 'x y')\n"
    worker(lab, f"{returns}def handler(event, context):\n    return [Point(1, 2), Decimal('1.5'), b'text']")
    assert invoke(lab)["Payload"] == [{"x": 1, "y": 2}, 1.5, "text"]
    worker(lab, "def handler(event, context):\n    return {1, 2}", name="other")
    error = invoke(lab, "other")["Payload"]
    assert error["errorType"] == "Runtime.MarshalError"
    assert error["errorMessage"] == "Unable to marshal response: Object of type set is not JSON serializable"


def test_la_27_a_function_that_invokes_itself_is_stopped_in_the_17th_round(lab):
    again = "import boto3\nclient = boto3.client('lambda')\ndef handler(event, context):\n"
    worker(lab, f"{again}    client.invoke(FunctionName='worker')", Timeout=60)
    invoke(lab)
    outcomes = [hop.outcome for hop in hops(lab, "invoke")]
    assert len(outcomes) == 16
    assert outcomes[-1] == "RecursiveInvocationException"


def test_la_36_a_function_of_another_account_runs_for_whom_its_policy_lets(lab):
    worker(lab, ECHOES)
    arn, other = "arn:aws:lambda:us-east-1:123456789012:function:worker", "210987654321"
    theirs = lab.client("lambda", account=other)
    with refused("AccessDeniedException", "because no resource-based policy allows"):
        theirs.invoke(FunctionName=arn)
    lab.client("lambda").add_permission(
        FunctionName="worker", StatementId="s", Action="lambda:InvokeFunction", Principal=other
    )
    answer = theirs.invoke(FunctionName=arn, Payload=json.dumps({"cakes": 3}))
    assert json.loads(answer["Payload"].read()) == {"cakes": 3}


def test_ref_01_a_service_that_is_not_simulated_is_refused_by_name(lab):
    with refused("NotSimulatedByWorkbook", "kafka:ListClusters is not simulated by this workbook"):
        lab.client("kafka").list_clusters()


def test_sts_01_get_caller_identity_names_the_caller_that_queues_and_policies_know(lab):
    identity = lab.client("sts").get_caller_identity()
    sqs = lab.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    answer = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["SenderId"])
    assert answer["Messages"][0]["Attributes"]["SenderId"] == identity["UserId"]
    stranger = lab.client("sts", account="999999999999").get_caller_identity()
    with refused("AccessDenied", f"User: {stranger['Arn']} is not authorized"):
        lab.client("sqs", account="999999999999").send_message(QueueUrl=url, MessageBody="x")
