"""Reserved and account concurrency, throttling, scaling: LA-06, LA-08."""

import pytest
from botocore.exceptions import ClientError

from workbook.aws import awslambda
from workbook.aws.awslambda.throttling import Concurrency

SLEEPS = "import time\ndef handler(event, context):\n    time.sleep(1)\n    return 'done'"


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response


def invoke_at_once(lab, arn, count):
    """Invoke `count` times at the same instant; returns "ok" or the reason of the throttle for each."""
    outcomes = []

    def one():
        try:
            awslambda.invoke(lab.world, arn, "{}")
            outcomes.append("ok")
        except awslambda.TooManyRequests as error:
            outcomes.append(error.reason)

    for _ in range(count):
        lab.world.kernel.spawn(one, name="caller")
    lab.run_until_idle()
    return outcomes


def test_reserved_concurrency_comes_and_goes(aws_lambda, deploy):
    deploy("f", SLEEPS)
    assert "ReservedConcurrentExecutions" not in aws_lambda.get_function_concurrency(FunctionName="f")
    for wanted in (0, 1):
        answer = aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=wanted)
        assert answer["ReservedConcurrentExecutions"] == wanted
        assert aws_lambda.get_function_concurrency(FunctionName="f")["ReservedConcurrentExecutions"] == wanted
        assert aws_lambda.get_function(FunctionName="f")["Concurrency"] == {
            "ReservedConcurrentExecutions": wanted
        }
    answer = aws_lambda.delete_function_concurrency(FunctionName="f")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "ReservedConcurrentExecutions" not in aws_lambda.get_function_concurrency(FunctionName="f")


def test_la_08_a_hundred_must_be_left_for_the_others(aws_lambda, deploy):
    deploy("f", SLEEPS)
    deploy("g", SLEEPS)
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=900)
    error = refused(aws_lambda.put_function_concurrency, FunctionName="g", ReservedConcurrentExecutions=1)[
        "Error"
    ]
    assert error == {
        "Code": "InvalidParameterValueException",
        "Message": "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100].",
    }
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=899)
    aws_lambda.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=1)
    limits = aws_lambda.get_account_settings()["AccountLimit"]
    assert (limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]) == (1000, 100)


def test_account_settings_count_functions_and_code(aws_lambda, deploy):
    deploy("f", SLEEPS)
    size = aws_lambda.get_function_configuration(FunctionName="f")["CodeSize"]
    assert aws_lambda.get_account_settings()["AccountUsage"] == {"TotalCodeSize": size, "FunctionCount": 1}
    limits = aws_lambda.get_account_settings()["AccountLimit"]
    assert (limits["CodeSizeZipped"], limits["CodeSizeUnzipped"]) == (52_428_800, 262_144_000)
    assert limits["TotalCodeSize"] == 80_530_636_800


def test_la_08_reserving_nothing_stops_a_function(lab, aws_lambda, deploy):
    deploy("f", SLEEPS)
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    before = lab.now
    answer = refused(aws_lambda.invoke, FunctionName="f")
    assert answer["Error"] == {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert answer["Type"] == "User"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    attempts = answer["ResponseMetadata"]["RetryAttempts"] + 1
    assert attempts > 1
    assert (lab.now - before).total_seconds() < 60
    throttles = [hop for hop in lab.trace if hop.kind == "throttle"]
    assert len(throttles) == attempts
    assert throttles[0].facts["reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert throttles[0].outcome == "TooManyRequestsException"


def test_a_reservation_is_a_limit(lab, aws_lambda, deploy):
    arn = deploy("f", SLEEPS)
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=2)
    outcomes = invoke_at_once(lab, arn, 3)
    assert sorted(outcomes) == ["ReservedFunctionConcurrentInvocationLimitExceeded", "ok", "ok"]
    assert invoke_at_once(lab, arn, 2) == ["ok", "ok"]


def test_versions_and_aliases_share_a_functions_reservation(lab, aws_lambda, deploy):
    arn = deploy("f", SLEEPS)
    aws_lambda.publish_version(FunctionName="f")
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    outcomes = []

    def one(qualified):
        try:
            awslambda.invoke(lab.world, qualified, "{}")
            outcomes.append("ok")
        except awslambda.TooManyRequests:
            outcomes.append("throttled")

    for qualified in (arn, f"{arn}:1"):
        lab.world.kernel.spawn(one, qualified, name="caller")
    lab.run_until_idle()
    assert sorted(outcomes) == ["ok", "throttled"]


def test_what_one_function_reserves_the_others_cannot_have(lab, aws_lambda, deploy):
    arn = deploy("f", SLEEPS)
    deploy("g", SLEEPS)
    aws_lambda.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=895)
    outcomes = invoke_at_once(lab, arn, 107)
    assert outcomes.count("ok") == 105
    assert outcomes.count("ConcurrentInvocationLimitExceeded") == 2


def test_la_08_a_function_grows_by_1000_environments_in_10_seconds():
    concurrency = Concurrency()
    for _ in range(1000):
        concurrency.start_environment("f", 0)
    with pytest.raises(awslambda.TooManyRequests):
        concurrency.start_environment("f", 9_999_999)
    concurrency.start_environment("g", 9_999_999)
    concurrency.start_environment("f", 10_000_000)


def test_la_06_a_throttle_is_told_to_the_caller_and_not_retried_by_lambda(lab, aws_lambda, deploy):
    arn = deploy("f", SLEEPS)
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with lab.world.kernel, pytest.raises(awslambda.TooManyRequests) as caught:
        awslambda.invoke(lab.world, arn, "{}")
    assert caught.value.code == "TooManyRequestsException"
    assert not [hop for hop in lab.trace if hop.kind == "invoke"]
