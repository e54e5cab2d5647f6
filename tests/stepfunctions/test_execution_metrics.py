"""The metrics AWS/States of executions: what an alarm on a workflow looks at."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def measured(room):
    """The sum and the number of samples of a metric, over all that has happened."""
    cloudwatch = room.lab.client("cloudwatch")

    def measure(name, **dimensions):
        room.lab.advance(minutes=2)
        end = room.lab.now
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/States",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=end.replace(month=1, day=1),
            EndTime=end,
            Period=86_400,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points), sum(point["SampleCount"] for point in points)

    return measure


SLEEP = {"Sleep": {"Type": "Wait", "Seconds": 5, "End": True}}


def test_executions_are_counted_by_how_they_end(room, measured):
    good = room.make(SLEEP, name="good")
    bad = room.make({"No": {"Type": "Fail"}}, name="bad")
    late = room.make(SLEEP, name="late", TimeoutSeconds=1)
    for machine in (good, good, bad, late):
        room.start(machine)
    room.machines.stop_execution(executionArn=room.start(good))
    room.lab.run_until_idle()
    assert measured("ExecutionsStarted") == (5, 10)
    assert measured("ExecutionsStarted", StateMachineArn=good) == (3, 6)
    assert measured("ExecutionsSucceeded", StateMachineArn=good)[0] == 2
    assert measured("ExecutionsAborted", StateMachineArn=good)[0] == 1
    assert measured("ExecutionsFailed", StateMachineArn=bad)[0] == 1
    assert measured("ExecutionsTimedOut", StateMachineArn=late)[0] == 1
    assert measured("ExecutionsFailed", StateMachineArn=good) == (0, 0)


def test_the_time_of_an_execution_is_measured(room, measured):
    machine = room.make(SLEEP)
    room.start(machine)
    room.lab.run_until_idle()
    assert measured("ExecutionTime", StateMachineArn=machine) == (5000, 1)


def test_an_execution_counts_for_its_version_or_its_alias(room, measured):
    machine = room.make(SLEEP, publish=True)
    share = [{"stateMachineVersionArn": f"{machine}:1", "weight": 100}]
    room.machines.create_state_machine_alias(name="live", routingConfiguration=share)
    for arn in (machine, f"{machine}:1", f"{machine}:live"):
        room.start(arn)
    room.lab.run_until_idle()
    assert measured("ExecutionsSucceeded", StateMachineArn=machine)[0] == 3
    assert measured("ExecutionsSucceeded", StateMachineArn=machine, Version="1")[0] == 1
    assert measured("ExecutionsSucceeded", StateMachineArn=machine, Alias="live")[0] == 1


def test_redriven_executions_count_twice_over(room, measured):
    machine = room.make({"No": {"Type": "Fail"}})
    execution = room.start(machine)
    room.lab.run_until_idle()
    room.machines.redrive_execution(executionArn=execution)
    room.lab.run_until_idle()
    assert measured("ExecutionsRedriven", StateMachineArn=machine)[0] == 1
    assert measured("RedrivenExecutionsFailed", StateMachineArn=machine)[0] == 1
    assert measured("ExecutionsFailed", StateMachineArn=machine)[0] == 2
    assert measured("ExecutionsStarted", StateMachineArn=machine)[0] == 1


def test_express_executions_are_measured_by_what_is_billed(room, measured):
    machine = room.make(SLEEP, type="EXPRESS")
    room.machines.start_sync_execution(stateMachineArn=machine, input=json.dumps({}))
    assert measured("ExpressExecutionBilledDuration", StateMachineArn=machine) == (5000, 1)
    assert measured("ExpressExecutionBilledMemory", StateMachineArn=machine) == (64 * 1024 * 1024, 1)
    assert measured("ExecutionsSucceeded", StateMachineArn=machine)[0] == 1


# ---- of the tasks in them

INVOKE = "arn:aws:states:us-east-1:123456789012:lambda:invoke"


def work(event, context):
    import time  # noqa: PLC0415 - a function is deployed alone

    time.sleep(event["seconds"])
    if event["fails"]:
        raise ValueError("no")


def task(resource, **more):
    return {"Call": {"Type": "Task", "Resource": resource, "End": True, **more}}


def of_each_end(measured, family, **dimensions):
    ends = ("Scheduled", "Started", "Succeeded", "Failed", "TimedOut")
    return [measured(f"{family}{end}", **dimensions)[0] for end in ends]


def test_a_function_that_is_the_resource_has_metrics_of_its_own(room, measured):
    arn = room.lab.function("work", work, Timeout=30)
    for value in ({"seconds": 2, "fails": False}, {"seconds": 3, "fails": True}):
        room.start(room.make(task(arn), name=f"machine-{value['seconds']}"), value)
    room.lab.run_until_idle()
    assert of_each_end(measured, "LambdaFunctions", LambdaFunctionArn=arn) == [2, 2, 1, 1, 0]
    total, samples = measured("LambdaFunctionRunTime", LambdaFunctionArn=arn)
    assert (round(total / 1000), samples) == (5, 2)
    schedule, _ = measured("LambdaFunctionScheduleTime", LambdaFunctionArn=arn)
    assert measured("LambdaFunctionTime", LambdaFunctionArn=arn)[0] == pytest.approx(total + schedule)
    assert measured("ServiceIntegrationsScheduled", ServiceIntegrationResourceArn=INVOKE) == (0, 0)


def test_the_same_function_called_by_lambda_invoke_counts_for_the_integration(room, measured):
    arn = room.lab.function("work", work, Timeout=30)
    parameters = {"FunctionName": arn, "Payload": {"seconds": 2, "fails": False}}
    room.run(task("arn:aws:states:::lambda:invoke", Parameters=parameters))
    counts = of_each_end(measured, "ServiceIntegrations", ServiceIntegrationResourceArn=INVOKE)
    assert counts == [1, 1, 1, 0, 0]
    assert of_each_end(measured, "LambdaFunctions", LambdaFunctionArn=arn) == [0] * 5
    total, samples = measured("ServiceIntegrationRunTime", ServiceIntegrationResourceArn=INVOKE)
    assert (round(total / 1000), samples) == (2, 1)


def test_the_way_of_waiting_is_part_of_the_integrations_name(room, measured):
    queue = room.queue()
    parameters = {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}}
    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    room.start(room.make(task(resource, Parameters=parameters, TimeoutSeconds=60)))
    room.lab.run_until_idle()
    waiting = "arn:aws:states:us-east-1:123456789012:sqs:sendMessage.waitForTaskToken"
    counts = of_each_end(measured, "ServiceIntegrations", ServiceIntegrationResourceArn=waiting)
    assert counts == [1, 1, 0, 0, 1]
    assert measured("ServiceIntegrationRunTime", ServiceIntegrationResourceArn=waiting) == (60_000, 1)


def test_every_try_of_a_task_is_counted(room, measured):
    arn = room.lab.function("work", work, Timeout=30)
    again = [{"ErrorEquals": ["ValueError"], "MaxAttempts": 2, "IntervalSeconds": 1}]
    room.run(task(arn, Retry=again), {"seconds": 0, "fails": True})
    assert of_each_end(measured, "LambdaFunctions", LambdaFunctionArn=arn) == [3, 3, 0, 3, 0]


def test_branches_that_run_at_the_same_time_are_not_mixed_up(room, measured):
    arn = room.lab.function("work", work, Timeout=30)
    waits = {"StartAt": "Call", "States": task(arn)}
    each = {"Type": "Map", "ItemProcessor": waits, "End": True}
    room.run({"All": each}, [{"seconds": n, "fails": False} for n in (1, 2, 3)])
    total, samples = measured("LambdaFunctionRunTime", LambdaFunctionArn=arn)
    assert (round(total / 1000), samples) == (6, 3)
