"""Jobs that a Task starts and waits for (.sync): they take the time and end as `lab.job` has said."""

from __future__ import annotations

import json

import pytest
from access import make_role
from botocore.exceptions import ClientError

from workbook.flow.resources import label_of

ECS = {"Cluster": "shop", "TaskDefinition": "render:3", "LaunchType": "FARGATE"}
BATCH = {"JobName": "tonight", "JobQueue": "large", "JobDefinition": "nightly:2"}
TRAINING = {
    "TrainingJobName": "prices",
    "RoleArn": "arn:aws:iam::123456789012:role/sage",
    "OutputDataConfig": {"S3OutputPath": "s3://models"},
}
QUERY = {"QueryString": "SELECT 1", "WorkGroup": "reports"}
CALLS = {
    "glue:startJobRun": {"JobName": "clean", "Arguments": {"--day": "monday"}},
    "batch:submitJob": BATCH,
    "ecs:runTask": ECS,
    "sagemaker:createTrainingJob": TRAINING,
    "athena:startQueryExecution": QUERY,
    "codebuild:startBuild": {"ProjectName": "site"},
}
NAMES = {
    "glue": "clean",
    "batch": "nightly",
    "ecs": "render",
    "sagemaker": "prices",
    "athena": "reports",
    "codebuild": "site",
}


@pytest.fixture
def room(room):
    make_role(room.lab, "worker", "states.amazonaws.com", "*")
    room.role = "arn:aws:iam::123456789012:role/worker"
    return room


def job(called, way=".sync", **more):
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{called}{way}",
        "Parameters": CALLS[called],
        "End": True,
        **more,
    }


def seconds(shown):
    return (shown["stopDate"] - shown["startDate"]).total_seconds()


@pytest.mark.parametrize("called", CALLS)
def test_a_state_waits_as_long_as_the_job_takes(room, called):
    service = called.partition(":")[0]
    room.lab.job(service, NAMES[service], minutes=20)
    shown = room.run({"Work": job(called)})
    assert shown["status"] == "SUCCEEDED", shown.get("cause")
    assert seconds(shown) == 1200
    kinds = [event["type"] for event in room.events(shown["executionArn"])]
    assert kinds[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


@pytest.mark.parametrize("called", CALLS)
def test_a_job_that_fails_fails_the_state_with_its_description(room, called):
    service = called.partition(":")[0]
    room.lab.job(service, NAMES[service], seconds=5, fails="out of memory")
    shown = room.run({"Work": job(called)})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.TaskFailed")
    assert "out of memory" in json.dumps(json.loads(shown["cause"]))


@pytest.mark.parametrize("called", CALLS)
def test_a_job_that_nobody_waits_for_goes_on_by_itself(room, called):
    service = called.partition(":")[0]
    room.lab.job(service, NAMES[service], hours=3)
    shown = room.run({"Work": job(called, way="")})
    assert seconds(shown) < 1
    [hop] = room.hops("start-task")
    assert hop.facts["ended_at"] - hop.time == 3 * 3600 * 1_000_000
    answer = json.loads(shown["output"])
    assert {"SdkHttpMetadata", "SdkResponseMetadata"} < set(answer)


def test_a_job_of_which_nothing_was_said_succeeds_at_once(room):
    shown = room.run({"Work": job("glue:startJobRun")})
    assert (shown["status"], seconds(shown)) == ("SUCCEEDED", 0)


def test_a_job_of_glue_as_glue_describes_it(room):
    room.lab.job("glue", "clean", seconds=90)
    described = json.loads(room.run({"Work": job("glue:startJobRun")})["output"])
    assert (described["JobName"], described["JobRunState"]) == ("clean", "SUCCEEDED")
    assert described["ExecutionTime"] == 90
    assert described["CompletedOn"] - described["StartedOn"] == 90_000
    assert described["Arguments"] == {"--day": "monday"}


def test_a_task_of_ecs_as_ecs_describes_it(room):
    room.lab.job("ecs", "render", seconds=90)
    shown = room.run({"Work": job("ecs:runTask")})
    described = json.loads(shown["output"])
    assert described["LastStatus"] == described["DesiredStatus"] == "STOPPED"
    assert (described["StopCode"], described["StoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert described["StartedBy"] == "AWS Step Functions"
    assert [container["ExitCode"] for container in described["Containers"]] == [0]
    assert described["TaskDefinitionArn"].endswith(":task-definition/render:3")
    events = room.events(shown["executionArn"])
    assert (
        json.loads(events[2]["taskScheduledEventDetails"]["parameters"])["StartedBy"] == "AWS Step Functions"
    )
    submitted = json.loads(events[4]["taskSubmittedEventDetails"]["output"])
    assert (submitted["Failures"], submitted["Tasks"][0]["LastStatus"]) == ([], "PROVISIONING")


def test_a_container_of_batch_knows_who_has_started_it(room):
    shown = room.run({"Work": job("batch:submitJob")})
    parameters = json.loads(room.events(shown["executionArn"])[2]["taskScheduledEventDetails"]["parameters"])
    pair = {"name": "MANAGED_BY_AWS", "value": "STARTED_BY_STEP_FUNCTIONS"}
    assert parameters["ContainerOverrides"]["Environment"] == [pair]
    described = json.loads(shown["output"])
    assert (described["Status"], described["JobName"], described["JobQueue"]) == (
        "SUCCEEDED",
        "tonight",
        "large",
    )


@pytest.mark.parametrize(
    ("called", "name"), [("athena:startQueryExecution", "QueryExecution"), ("codebuild:startBuild", "Build")]
)
def test_queries_and_builds_are_described_under_a_name(room, called, name):
    assert list(json.loads(room.run({"Work": job(called)})["output"])) == [name]


def test_the_first_runs_can_fail_and_the_next_succeed(room):
    room.lab.job("glue", "cl*", seconds=10, fails=["no workers", "no workers"])
    retry = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 60, "BackoffRate": 2}]
    shown = room.run({"Work": job("glue:startJobRun", Retry=retry)})
    assert (shown["status"], seconds(shown)) == ("SUCCEEDED", 10 + 60 + 10 + 120 + 10)


def test_stopping_the_execution_stops_the_job(room):
    room.lab.job("ecs", "render", hours=1)
    execution = room.start(room.make({"Work": job("ecs:runTask")}))
    room.lab.advance(minutes=10)
    room.machines.stop_execution(executionArn=execution)
    room.lab.run_until_idle()
    [hop] = room.hops("start-task")
    assert hop.outcome == "STOPPED"
    assert (hop.facts["ended_at"] - hop.time) // 1_000_000 == 600


def test_a_time_limit_of_the_state_leaves_the_job_alone(room):
    room.lab.job("ecs", "render", hours=1)
    shown = room.run({"Work": job("ecs:runTask", TimeoutSeconds=60)})
    assert (shown["error"], seconds(shown)) == ("States.Timeout", 60)
    [hop] = room.hops("start-task")
    assert (hop.outcome, hop.facts["ended_at"] - hop.time) == ("ok", 3600 * 1_000_000)


def test_the_role_needs_the_action_that_starts_the_job(room):
    room.role = make_role(room.lab, "nothing", "states.amazonaws.com", "events:*")
    shown = room.run({"Work": job("glue:startJobRun")})
    assert shown["error"] == "Glue.AccessDeniedException"
    assert "is not authorized to perform: glue:StartJobRun" in shown["cause"]
    assert room.hops("start-task") == []


@pytest.mark.parametrize(("service", "name", "more"), [("fargate", "x", {}), ("ecs", "x", {"seconds": -1})])
def test_what_cannot_be_said_of_a_job(room, service, name, more):
    with pytest.raises(ValueError, match=r"job\("):
        room.lab.job(service, name, **more)


def test_a_rule_s_task_takes_its_time_too(room):
    room.lab.job("ecs", "render", minutes=5)
    role = make_role(room.lab, "rule", "events.amazonaws.com", "ecs:RunTask")
    events = room.lab.client("events")
    events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    definition = "arn:aws:ecs:us-east-1:123456789012:task-definition/render:3"
    target = {
        "Id": "t",
        "Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/shop",
        "RoleArn": role,
        "EcsParameters": {"TaskDefinitionArn": definition},
    }
    events.put_targets(Rule="orders", Targets=[target])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    room.lab.run_until_idle()
    [hop] = room.hops("start-task")
    assert (hop.outcome, hop.facts["ended_at"] - hop.time) == ("ok", 300 * 1_000_000)


@pytest.mark.parametrize("called", ["ecs:runTask", "batch:submitJob", "codebuild:startBuild"])
def test_the_role_must_be_able_to_make_the_rule_by_which_aws_hears_of_the_end(room, called):
    room.role = make_role(room.lab, "nothing", "states.amazonaws.com", "sqs:*")
    with pytest.raises(ClientError) as caught:
        room.make({"Work": job(called)})
    assert caught.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": f"'{room.role}' is not authorized to create managed-rule.",
    }
    room.make({"Work": job(called, way="")})


def test_a_picture_draws_jobs_from_the_state_machine(room):
    room.lab.job("glue", "clean", minutes=5)
    room.run({"Work": job("glue:startJobRun")})
    ways = [(label_of(move.source), label_of(move.target)) for move in room.lab.flow().scene.moves]
    assert ("order", "clean") in ways
    assert ("you", "clean") not in ways
