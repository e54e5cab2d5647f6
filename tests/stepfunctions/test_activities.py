"""Activities: work for workers outside AWS, who come and ask for it."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from machine_room import PREFIX

ARN = f"{PREFIX}:activity:stamp"


def refused(call, **parameters):
    """(code, message) of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def desk(room):
    """A room with the activity `stamp`."""
    room.machines.create_activity(name="stamp")
    return room


def stamp(**more):
    return {"Stamp": {"Type": "Task", "Resource": ARN, "End": True, **more}}


def take(room, **options):
    answer = room.machines.get_activity_task(activityArn=ARN, **options)
    del answer["ResponseMetadata"]
    return answer


def test_a_worker_takes_a_task_and_answers_it(desk):
    execution = desk.start(desk.make(stamp()), {"Value": "Hello"})
    task = take(desk, workerName="clerk")
    assert json.loads(task["input"]) == {"Value": "Hello"}
    desk.machines.send_task_success(taskToken=task["taskToken"], output='{"stamped": true}')
    desk.lab.run_until_idle()
    shown = desk.describe(execution)
    assert (shown["status"], json.loads(shown["output"])) == ("SUCCEEDED", {"stamped": True})
    events = desk.events(execution)
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["previousEventId"] for event in events] == [0, 0, 2, 3, 4, 5, 6]
    assert events[2]["activityScheduledEventDetails"] == {
        "resource": ARN,
        "input": '{"Value":"Hello"}',
        "inputDetails": {"truncated": False},
    }
    assert events[3]["activityStartedEventDetails"] == {"workerName": "clerk"}
    assert events[4]["activitySucceededEventDetails"] == {
        "output": '{"stamped": true}',
        "outputDetails": {"truncated": False},
    }
    [taken] = desk.hops("take-task")
    assert (taken.resource, taken.message, taken.facts["worker"]) == (ARN, task["taskToken"], "clerk")


def test_a_worker_waits_for_a_minute_and_goes_away_with_nothing(desk):
    before = desk.lab.now
    assert take(desk) == {}
    assert 60 <= (desk.lab.now - before).total_seconds() < 61


def test_a_worker_who_waits_gets_the_task_as_soon_as_there_is_one(desk):
    wait = {"Sleep": {"Type": "Wait", "Seconds": 30, "Next": "Stamp"}, **stamp()}
    desk.start(desk.make(wait))
    before = desk.lab.now
    assert "taskToken" in take(desk)
    assert 30 <= (desk.lab.now - before).total_seconds() < 31


def test_tasks_are_taken_in_the_order_of_their_offers(desk):
    machine = desk.make(stamp())
    for number in range(3):
        desk.start(machine, {"n": number})
    assert [json.loads(take(desk)["input"])["n"] for _ in range(3)] == [0, 1, 2]


def test_parameters_make_the_input_of_the_task(desk):
    desk.start(desk.make(stamp(Parameters={"who.$": "$.name"})), {"name": "Ada", "age": 36})
    assert take(desk)["input"] == '{"who":"Ada"}'


def test_a_worker_fails_a_task_and_the_state_catches_it(desk):
    catch = [{"ErrorEquals": ["NoInk"], "Next": "Sorry"}]
    execution = desk.start(desk.make({**stamp(Catch=catch), "Sorry": {"Type": "Succeed"}}))
    desk.machines.send_task_failure(taskToken=take(desk)["taskToken"], error="NoInk", cause="dry")
    desk.lab.run_until_idle()
    assert json.loads(desk.describe(execution)["output"]) == {"Error": "NoInk", "Cause": "dry"}
    [failed] = [event for event in desk.events(execution) if event["type"] == "ActivityFailed"]
    assert failed["activityFailedEventDetails"] == {"error": "NoInk", "cause": "dry"}


def test_a_failed_task_is_offered_again_by_a_retry(desk):
    retry = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 5}]
    execution = desk.start(desk.make(stamp(Retry=retry)))
    first = take(desk)["taskToken"]
    desk.machines.send_task_failure(taskToken=first, error="NoInk")
    second = take(desk)["taskToken"]
    assert second != first
    desk.machines.send_task_success(taskToken=second, output="1")
    desk.lab.run_until_idle()
    assert desk.describe(execution)["status"] == "SUCCEEDED"


def test_a_time_limit_begins_when_a_worker_has_the_task(desk):
    execution = desk.start(desk.make(stamp(TimeoutSeconds=30)))
    desk.lab.advance(minutes=5)
    assert desk.describe(execution)["status"] == "RUNNING"
    token = take(desk)["taskToken"]
    desk.lab.advance(31)
    shown = desk.describe(execution)
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Timeout")
    events = desk.events(execution)
    assert events[2]["activityScheduledEventDetails"]["timeoutInSeconds"] == 30
    assert (events[-2]["type"], events[-2]["activityTimedOutEventDetails"]) == (
        "ActivityTimedOut",
        {"error": "States.Timeout"},
    )
    assert refused(desk.machines.send_task_success, taskToken=token, output="1")[0] == "TaskTimedOut"


@pytest.mark.parametrize("name", ["States.Timeout", "States.HeartbeatTimeout"])
def test_a_worker_who_shows_no_sign_of_life_loses_the_task(desk, name):
    catch = [{"ErrorEquals": [name], "Next": "Late"}]
    states = {**stamp(HeartbeatSeconds=10, TimeoutSeconds=60, Catch=catch), "Late": {"Type": "Succeed"}}
    execution = desk.start(desk.make(states))
    desk.lab.advance(minutes=5)
    token = take(desk)["taskToken"]
    for _ in range(3):
        desk.lab.advance(9)
        desk.machines.send_task_heartbeat(taskToken=token)
    assert desk.describe(execution)["status"] == "RUNNING"
    desk.lab.advance(11)
    assert desk.describe(execution)["status"] == "SUCCEEDED"
    assert "ActivityTimedOut" in [event["type"] for event in desk.events(execution)]


def test_a_task_of_a_stopped_execution_is_not_given_out(desk):
    machine = desk.make(stamp())
    desk.machines.stop_execution(executionArn=desk.start(machine, {"n": 1}))
    desk.start(machine, {"n": 2})
    assert json.loads(take(desk)["input"]) == {"n": 2}


def test_a_state_whose_activity_does_not_exist_fails(room):
    shown = room.run(stamp())
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")
    assert shown["cause"] == (
        "An error occurred while executing the state 'Stamp' (entered at the event id #2). "
        f"The activity {ARN} does not exist."
    )


def test_activities_are_made_once_shown_listed_tagged_and_deleted(room):
    create = room.machines.create_activity
    first = create(name="stamp", tags=[{"key": "team", "value": "post"}])
    again = create(name="stamp", tags=[{"key": "team", "value": "other"}])
    assert (first["activityArn"], first["creationDate"]) == (again["activityArn"], again["creationDate"])
    assert room.machines.list_tags_for_resource(resourceArn=ARN)["tags"] == [{"key": "team", "value": "post"}]
    shown = room.machines.describe_activity(activityArn=ARN)
    assert (shown["activityArn"], shown["name"]) == (ARN, "stamp")
    create(name="seal")
    page = room.machines.list_activities(maxResults=1)
    assert [one["name"] for one in page["activities"]] == ["stamp"]
    rest = room.machines.list_activities(nextToken=page["nextToken"])["activities"]
    assert [one["name"] for one in rest] == ["seal"]
    for _ in range(2):
        room.machines.delete_activity(activityArn=ARN)
    missing = ("ActivityDoesNotExist", f"Activity Does Not Exist: '{ARN}'")
    assert refused(room.machines.describe_activity, activityArn=ARN) == missing
    assert refused(room.machines.get_activity_task, activityArn=ARN) == missing
    assert refused(create, name="no blanks$") == ("InvalidName", "Invalid Name: 'no blanks$'")
    assert refused(room.machines.describe_activity, activityArn="stamp")[0] == "InvalidArn"


def test_a_worker_in_the_lab_does_what_is_offered(desk):
    machine = desk.make(stamp())
    executions = [desk.start(machine, {"n": number}) for number in range(3)]
    for _ in executions:
        task = take(desk, workerName="w")
        desk.machines.send_task_success(taskToken=task["taskToken"], output=task["input"])
    desk.lab.run_until_idle()
    assert [json.loads(desk.describe(one)["output"])["n"] for one in executions] == [0, 1, 2]


@pytest.fixture
def measured(desk):
    """The sum of a metric of the activity, over the day."""
    cloudwatch = desk.lab.client("cloudwatch")

    def measure(name):
        end = desk.lab.now
        statistics = cloudwatch.get_metric_statistics(
            Namespace="AWS/States",
            MetricName=name,
            Dimensions=[{"Name": "ActivityArn", "Value": ARN}],
            StartTime=end.replace(hour=0),
            EndTime=end,
            Period=86_400,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in statistics["Datapoints"])

    return measure


ENDS = ("Succeeded", "Failed", "TimedOut", "HeartbeatTimedOut")


def ends(measured):
    """How often tasks of the activity ended in each way that was there."""
    counts = {how: measured(f"Activities{how}") for how in ENDS}
    return {how: count for how, count in counts.items() if count}


def test_activities_are_measured(desk, measured):
    execution = desk.start(desk.make(stamp()))
    desk.lab.advance(10)
    token = take(desk)["taskToken"]
    desk.lab.advance(5)
    desk.machines.send_task_success(taskToken=token, output="1")
    desk.lab.advance(minutes=2)
    assert desk.describe(execution)["status"] == "SUCCEEDED"
    assert [measured(f"Activities{what}") for what in ("Scheduled", "Started")] == [1, 1]
    assert ends(measured) == {"Succeeded": 1}
    assert 10_000 <= measured("ActivityScheduleTime") < 10_100
    assert 5_000 <= measured("ActivityRunTime") < 5_100
    assert measured("ActivityTime") == pytest.approx(
        measured("ActivityScheduleTime") + measured("ActivityRunTime")
    )


def test_a_task_that_its_worker_fails_is_counted_as_failed(desk, measured):
    desk.start(desk.make(stamp(Retry=[{"ErrorEquals": ["NoInk"], "IntervalSeconds": 1, "MaxAttempts": 1}])))
    for _ in range(2):
        token = take(desk)["taskToken"]
        desk.lab.advance(5)
        desk.machines.send_task_failure(taskToken=token, error="NoInk")
    desk.lab.advance(minutes=2)
    assert ends(measured) == {"Failed": 2}
    assert [measured(f"Activities{what}") for what in ("Scheduled", "Started")] == [2, 2]
    assert 10_000 <= measured("ActivityRunTime") < 10_100


@pytest.mark.parametrize(
    ("bound", "how"),
    [({"TimeoutSeconds": 30}, "TimedOut"), ({"HeartbeatSeconds": 30}, "HeartbeatTimedOut")],
)
def test_a_task_that_takes_too_long_is_counted_by_the_bound_that_it_passed(desk, measured, bound, how):
    desk.start(desk.make(stamp(**bound)))
    desk.lab.advance(10)
    take(desk)
    desk.lab.advance(minutes=2)
    assert ends(measured) == {how: 1}
    assert measured("ActivityRunTime") == 30_000


def test_a_task_that_is_stopped_has_not_ended_in_any_of_these_ways(desk, measured):
    execution = desk.start(desk.make(stamp()))
    take(desk)
    desk.machines.stop_execution(executionArn=execution)
    desk.lab.advance(minutes=2)
    assert ends(measured) == {}
    assert measured("ActivitiesStarted") == 1
