"""Step Functions as docs/fidelity.md says it is; one test for each row."""

from __future__ import annotations

import itertools
import json

import pytest
from access import make_role
from botocore.exceptions import ClientError, ParamValidationError
from inbox import open_queue
from machine_room import ACCOUNT, MachineRoom

from workbook import Chaos, Lab


@pytest.fixture
def room():
    room = MachineRoom()
    with room.lab:
        yield room


def code_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


WAIT = {"Sleep": {"Type": "Wait", "Seconds": 3600, "End": True}}


def test_sfn_01_a_name_and_an_input_start_one_standard_execution(room):
    machine = room.make(WAIT)
    first = room.start(machine, {"n": 1}, name="once")
    assert room.start(machine, {"n": 1}, name="once") == first
    assert code_of(room.start, machine=machine, value={"n": 2}, name="once") == "ExecutionAlreadyExists"
    room.lab.run_until_idle()
    assert code_of(room.start, machine=machine, value={"n": 1}, name="once") == "ExecutionAlreadyExists"
    room.lab.advance(days=90)
    room.start(machine, {"n": 1}, name="once")
    assert len(room.hops("start-execution")) == 2
    express = room.make(WAIT, name="express", type="EXPRESS")
    assert room.start(express, {"n": 1}, name="once") != room.start(express, {"n": 1}, name="once")


def test_sfn_02_an_express_execution_ends_after_5_minutes_and_a_standard_one_after_a_year(room):
    wait = {"Sleep": {"Type": "Wait", "Seconds": 2 * 365 * 86_400, "End": True}}
    machine = room.make(wait, name="express", type="EXPRESS")
    answer = room.machines.start_sync_execution(stateMachineArn=machine)
    assert answer["status"] == "TIMED_OUT"
    assert (answer["stopDate"] - answer["startDate"]).total_seconds() == 300
    execution = room.start(room.make(wait))
    room.lab.advance(days=366)
    shown = room.describe(execution)
    assert shown["status"] == "TIMED_OUT"
    assert (shown["stopDate"] - shown["startDate"]).days == 365


def test_sfn_03_a_retrier_waits_1_2_and_4_seconds_and_then_the_catcher_takes_over(room):
    def fail(event, context):
        raise RuntimeError("no")

    call = {
        "Type": "Task",
        "Resource": room.lab.function("fail", fail),
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "Catch": [{"ErrorEquals": ["RuntimeError"], "Next": "Sorry"}],
        "End": True,
    }
    shown = room.run({"Call": call, "Sorry": {"Type": "Succeed"}})
    assert json.loads(shown["output"])["Error"] == "RuntimeError"
    runs = room.hops("invoke")
    pauses = [
        round((after.time - before.facts["ended_at"]) / 1e6) for before, after in itertools.pairwise(runs)
    ]
    assert pauses == [1, 2, 4]


def failing(room, **more):
    """A task whose function raises a RuntimeError."""

    def fail(event, context):
        raise RuntimeError("no")

    return {"Type": "Task", "Resource": room.lab.function("fail", fail), "End": True, **more}


def pauses_of(room, *retriers):
    """Seconds between the end of a try of a task that fails and the next."""
    room.run({"Call": failing(room, Retry=list(retriers))})
    runs = room.hops("invoke")
    return [(after.time - before.facts["ended_at"]) / 1e6 for before, after in itertools.pairwise(runs)]


@pytest.mark.parametrize("jitter", ["NONE", "FULL"])
def test_sfn_80_a_pause_grows_up_to_the_largest_delay_and_full_jitter_shortens_it(room, jitter):
    retry = {"ErrorEquals": ["RuntimeError"], "IntervalSeconds": 10, "MaxAttempts": 5}
    pauses = pauses_of(room, {**retry, "MaxDelaySeconds": 25, "JitterStrategy": jitter})
    longest = [10, 20, 25, 25, 25]
    if jitter == "NONE":
        assert [round(pause) for pause in pauses] == longest
    else:
        assert all(0 <= pause < most + 0.1 for pause, most in zip(pauses, longest, strict=True))
        assert sum(pauses) < 0.95 * sum(longest)


def test_sfn_81_the_first_retrier_that_names_an_error_decides(room):
    never = {"ErrorEquals": ["RuntimeError"], "MaxAttempts": 0}
    assert pauses_of(room, never, {"ErrorEquals": ["States.ALL"]}) == []


@pytest.mark.parametrize(
    ("language", "keep"),
    [("JSONPath", {"ResultPath": "$.why"}), ("JSONata", {"Output": {"order": "{% $states.input.order %}"}})],
)
def test_sfn_82_a_caught_error_takes_the_place_of_the_input(room, language, keep):
    def handed_on(**more):
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "Sorry", **more}]
        state = failing(room, QueryLanguage=language, Catch=catch)
        shown = room.run({"Call": state, "Sorry": {"Type": "Succeed"}}, {"order": 7}, name=f"m{len(more)}")
        return json.loads(shown["output"])

    assert set(handed_on()) == {"Error", "Cause"}
    room.lab.client("lambda").delete_function(FunctionName="fail")
    assert handed_on(**keep)["order"] == 7


def test_sfn_06_a_wait_costs_no_compute_and_a_retry_is_billed(room):
    def fail(event, context):
        raise RuntimeError("no")

    room.run({"Sleep": {"Type": "Wait", "Seconds": 30 * 86_400, "End": True}}, name="waits")
    assert room.lab.cost().units("Step Functions", "state transitions") == 1
    call = {"Type": "Task", "Resource": room.lab.function("fail", fail), "End": True}
    room.run({"Call": {**call, "Retry": [{"ErrorEquals": ["States.ALL"]}]}}, name="retries")
    assert room.lab.cost().units("Step Functions", "state transitions") == 1 + 4


def test_sfn_08_a_redriven_execution_goes_on_where_it_failed(room):
    done, queue = room.queue("done"), "https://sqs.us-east-1.amazonaws.com/123456789012/late"

    def send(url, **more):
        parameters = {"QueueUrl": url, "MessageBody": "x"}
        resource = "arn:aws:states:::sqs:sendMessage"
        return {"Type": "Task", "Resource": resource, "Parameters": parameters, **more}

    execution = room.run({"First": send(done, Next="Second"), "Second": send(queue, End=True)})[
        "executionArn"
    ]
    assert room.describe(execution)["status"] == "FAILED"
    room.lab.advance(days=13)
    late = room.queue("late")
    room.machines.redrive_execution(executionArn=execution)
    room.lab.run_until_idle()
    assert room.describe(execution)["status"] == "SUCCEEDED"
    assert len(room.bodies(late)) == 1
    sent = [hop for hop in room.hops("send") if hop.resource.endswith(":done")]
    assert len(sent) == 1


def test_sfn_09_25_000_events_end_a_standard_execution(room):
    round_and_round = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "C"}}
    again = {"Variable": "$.never", "IsPresent": True, "Next": "End"}
    choice = {"Type": "Choice", "Choices": [again], "Default": "A"}
    shown = room.run({**round_and_round, "C": choice, "End": {"Type": "Succeed"}})
    assert shown["status"] == "FAILED"
    last = room.events(shown["executionArn"], reverseOrder=True, maxResults=1)
    assert (last[0]["id"], last[0]["type"]) == (25_000, "ExecutionFailed")


def test_sfn_10_the_role_decides_what_a_state_may_call(room):
    queue = room.queue()
    parameters = {"QueueUrl": queue, "MessageBody": "x"}
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": parameters,
        "End": True,
    }
    assert room.run({"Send": send}, name="may")["status"] == "SUCCEEDED"
    weak = room.new_role("weak", "states.amazonaws.com", "sqs:ReceiveMessage")
    shown = room.run({"Send": send}, name="may-not", roleArn=weak)
    assert shown["status"] == "FAILED"
    assert "because no identity-based policy allows the sqs:SendMessage action" in shown["cause"]
    stranger = room.new_role("stranger", "lambda.amazonaws.com")
    assert code_of(room.make, states={"Send": send}, name="no", roleArn=stranger) == "AccessDeniedException"
    assert len(room.bodies(queue)) == 1


def test_sfn_11_a_definition_that_leads_nowhere_is_not_taken(room):
    states = {"pass1": {"Type": "Pass", "Next": "pass3"}, "pass2": {"Type": "Pass", "End": True}}
    with pytest.raises(ClientError) as caught:
        room.make(states)
    assert caught.value.response["Error"] == {
        "Code": "InvalidDefinition",
        "Message": (
            "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at "
            '/States/pass1/Next, MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at '
            "/States/pass2'"
        ),
    }


def test_sfn_12_stop_execution_ends_the_execution_and_not_what_it_called(room):
    def slow(event, context):
        import time  # noqa: PLC0415 - a function brings its own imports

        time.sleep(50)

    call = {"Type": "Task", "Resource": room.lab.function("slow", slow, Timeout=60), "End": True}
    execution = room.start(room.make({"Call": call}))
    room.lab.advance(10)
    room.machines.stop_execution(executionArn=execution)
    assert room.describe(execution)["status"] == "ABORTED"
    room.lab.run_until_idle()
    [run] = room.hops("invoke")
    assert run.outcome == "ok"
    assert run.facts["ended_at"] - run.time >= 50_000_000
    assert room.events(execution)[-1]["type"] == "ExecutionAborted"


def test_sfn_13_a_rule_starts_executions_and_their_failure_is_no_failed_delivery(room):
    machine = room.make({"No": {"Type": "Fail", "Error": "E"}})
    events = room.lab.client("events")
    events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    role = room.new_role("rule", "events.amazonaws.com", "states:StartExecution")
    events.put_targets(Rule="orders", Targets=[{"Id": "m", "Arn": machine, "RoleArn": role}])
    for number in range(2):
        events.put_events(
            Entries=[{"Source": "shop", "DetailType": "order", "Detail": json.dumps({"n": number})}]
        )
    room.lab.run_until_idle()
    executions = room.machines.list_executions(stateMachineArn=machine)["executions"]
    assert [one["status"] for one in executions] == ["FAILED", "FAILED"]
    tries = [hop for hop in room.hops("deliver") if hop.resource == machine]
    assert [hop.outcome for hop in tries] == ["ok", "ok"]


def test_sfn_14_the_default_bus_hears_of_each_status_of_an_execution(room):
    queue, arn = open_queue(room.sqs, "work", "events.amazonaws.com")
    events = room.lab.client("events")
    pattern = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}
    events.put_rule(Name="states", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="states", Targets=[{"Id": "q", "Arn": arn}])
    room.start(room.make(WAIT), {"n": 1})
    room.lab.run_until_idle()
    details = [json.loads(body)["detail"] for body in room.bodies(queue)]
    told = {detail["status"]: (detail["stopDate"], detail["output"]) for detail in details}
    assert told["RUNNING"] == (None, None)
    assert told["SUCCEEDED"][1] == '{"n":1}'
    assert set(told) == {"RUNNING", "SUCCEEDED"}


def test_sfn_15_what_runs_keeps_the_revision_that_it_started_with(room):
    def says(word):
        return {**WAIT, "Sleep": {"Type": "Wait", "Seconds": 60, "Next": "Say"}} | {
            "Say": {"Type": "Pass", "Result": word, "End": True}
        }

    machine = room.make(says("old"))
    before = room.start(machine)
    definition = json.dumps({"StartAt": "Sleep", "States": says("new")})
    room.machines.update_state_machine(stateMachineArn=machine, definition=definition)
    after = room.start(machine)
    room.lab.run_until_idle()
    assert [json.loads(room.describe(one)["output"]) for one in (before, after)] == ["old", "new"]


def test_sfn_16_an_alias_splits_executions_between_two_versions(room):
    machine = room.make({"Say": {"Type": "Pass", "Result": 1, "End": True}}, publish=True)
    definition = json.dumps({"StartAt": "Say", "States": {"Say": {"Type": "Pass", "Result": 2, "End": True}}})
    room.machines.update_state_machine(stateMachineArn=machine, definition=definition, publish=True)
    shares = [{"stateMachineVersionArn": f"{machine}:{number}", "weight": 50} for number in (1, 2)]
    alias = room.machines.create_state_machine_alias(name="live", routingConfiguration=shares)
    executions = [room.start(alias["stateMachineAliasArn"]) for _ in range(40)]
    room.lab.run_until_idle()
    said = [json.loads(room.describe(one)["output"]) for one in executions]
    assert 10 <= said.count(1) <= 30


def test_sfn_17_an_express_execution_is_known_by_its_log_only(room):
    logs = room.lab.client("logs")
    logs.create_log_group(logGroupName="express")
    room.new_role("logged", "states.amazonaws.com", "logs:*")
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:express:*"
    machine = room.make(
        {"Done": {"Type": "Succeed"}},
        type="EXPRESS",
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/logged",
        loggingConfiguration={
            "level": "ALL",
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
        },
    )
    execution = room.start(machine)
    room.lab.run_until_idle()
    assert code_of(room.machines.get_execution_history, executionArn=execution) == "InvalidArn"
    assert code_of(room.machines.list_executions, stateMachineArn=machine) == "StateMachineTypeNotSupported"
    found = logs.filter_log_events(logGroupName="express")["events"]
    kinds = [json.loads(event["message"])["type"] for event in found]
    assert kinds == ["ExecutionStarted", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"]


def test_sfn_18_an_asynchronous_express_execution_may_run_twice():
    with Lab(seed=7, chaos=Chaos(duplicate_executions=1.0)) as lab:
        room = MachineRoom(lab=lab)
        machine = room.make({"Done": {"Type": "Succeed"}}, type="EXPRESS")
        room.start(machine)
        room.machines.start_sync_execution(stateMachineArn=machine)
        room.lab.run_until_idle()
        room.start(room.make({"Done": {"Type": "Succeed"}}, name="standard"))
        room.lab.run_until_idle()
        how = ["synchronous" in hop.facts for hop in room.hops("start-execution")]
        assert how == [False, False, True, False]


def test_sfn_19_the_type_of_a_state_machine_is_for_ever(room):
    machine = room.make({"Done": {"Type": "Succeed"}})
    with pytest.raises(ParamValidationError, match="type"):
        room.machines.update_state_machine(stateMachineArn=machine, type="EXPRESS")
    again = {"states": {"Done": {"Type": "Succeed"}}, "type": "EXPRESS"}
    assert code_of(room.make, **again) == "StateMachineAlreadyExists"
    assert room.machines.describe_state_machine(stateMachineArn=machine)["type"] == "STANDARD"


def test_sfn_50_a_worker_asks_for_the_tasks_of_an_activity(room):
    activity = room.machines.create_activity(name="stamp")["activityArn"]
    task = {"Type": "Task", "Resource": activity, "TimeoutSeconds": 30, "End": True}
    before = room.lab.now
    assert "taskToken" not in room.machines.get_activity_task(activityArn=activity)
    assert 60 <= (room.lab.now - before).total_seconds() < 61
    machine = room.make({"Stamp": task})
    first = room.start(machine, {"n": 1})
    room.lab.advance(minutes=10)
    taken = room.machines.get_activity_task(activityArn=activity, workerName="clerk")
    room.machines.send_task_success(taskToken=taken["taskToken"], output="1")
    second = room.start(machine, {"n": 2})
    room.machines.get_activity_task(activityArn=activity)
    room.lab.run_until_idle()
    assert [room.describe(one)["status"] for one in (first, second)] == ["SUCCEEDED", "FAILED"]
    assert room.describe(second)["error"] == "States.Timeout"


JSONATA = {"QueryLanguage": "JSONata"}
DONE = {"Type": "Succeed"}


def alone(state, name="Only"):
    """A machine of one state."""
    return {"StartAt": name, "States": {name: state}}


def test_sfn_04_for_all_means_neither_too_much_data_nor_what_is_wrong_with_the_machine(room):
    def caught(branch, *names):
        catch = [{"ErrorEquals": list(names), "Next": "Done"}]
        state = {"Type": "Parallel", "Branches": [alone(branch)], "Catch": catch, "Next": "Done"}
        name = f"machine-{len(room.hops('start-execution'))}"
        return room.run({"Try": state, "Done": DONE}, name=name)["status"] == "SUCCEEDED"

    too_large = {"Type": "Pass", "Output": "{% $pad('', 300000) %}", "End": True, **JSONATA}
    broken = {"Type": "Pass", "Parameters": {"it.$": "$.nothing"}, "End": True}
    assert caught({"Type": "Fail", "Error": "Mine"}, "States.ALL")
    assert not caught(too_large, "States.ALL")
    assert caught(too_large, "States.DataLimitExceeded")
    assert not caught(broken, "States.ALL")
    assert not caught(broken, "States.Runtime")


def test_sfn_84_an_execution_is_forgotten_90_days_after_its_end(room):
    execution = room.run({"Done": DONE})["executionArn"]
    room.lab.advance(days=89)
    assert room.describe(execution)["status"] == "SUCCEEDED"
    room.lab.advance(days=2)
    with pytest.raises(ClientError) as refused:
        room.describe(execution)
    assert refused.value.response["Error"]["Code"] == "ExecutionDoesNotExist"


def test_sfn_86_a_function_counts_by_how_it_is_called(room):
    def work(event, context):
        return event

    arn = room.lab.function("work", work)
    room.run({"Work": {"Type": "Task", "Resource": arn, "End": True}}, name="by-its-arn")
    parameters = {"FunctionName": arn, "Payload": {}}
    invoke = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters}
    room.run({"Work": {**invoke, "End": True}}, name="by-invoke")
    room.lab.advance(minutes=2)
    found = room.lab.client("cloudwatch").list_metrics(Namespace="AWS/States")["Metrics"]
    dimensions = {
        name: {pair["Value"] for each in found if each["MetricName"] == name for pair in each["Dimensions"]}
        for name in ("LambdaFunctionsSucceeded", "ServiceIntegrationsSucceeded")
    }
    assert dimensions == {
        "LambdaFunctionsSucceeded": {arn},
        "ServiceIntegrationsSucceeded": {f"arn:aws:states:us-east-1:{ACCOUNT}:lambda:invoke"},
    }


def test_sfn_83_a_task_is_called_with_256_kib_at_most(room):
    def outcome(size):
        url = room.queue()
        around = len(json.dumps({"QueueUrl": url, "MessageBody": ""}, separators=(",", ":")))
        arguments = {"QueueUrl": url, "MessageBody": f"{{% $pad('', {size - around}) %}}"}
        task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": arguments}
        shown = room.run({"Send": {**task, "End": True, **JSONATA}}, name=f"send-{size}")
        return shown.get("error"), len(room.bodies(url))

    assert outcome(262_144) == (None, 1)
    assert outcome(262_145) == ("States.DataLimitExceeded", 0)


def test_sfn_07_branches_and_iterations_run_side_by_side(room):
    slow, quick = ({"Type": "Wait", "Seconds": seconds, "End": True} for seconds in (20, 10))
    both = {"Type": "Parallel", "Branches": [alone(slow), alone(quick, "Quick")], "End": True}
    shown = room.run({"Both": both}, 1, name="both")
    assert (json.loads(shown["output"]), (shown["stopDate"] - shown["startDate"]).total_seconds()) == (
        [1, 1],
        20,
    )
    failing = {**both, "Branches": [alone(slow), alone({"Type": "Fail", "Error": "Mine"}, "Stop")]}
    shown = room.run({"Both": failing}, name="failing")
    assert (shown["error"], shown["stopDate"]) == ("Mine", shown["startDate"])
    each = {"Type": "Map", "ItemProcessor": alone(quick), "End": True}
    shown = room.run({"Each": each}, list(range(41)), name="each")
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == 20


def test_sfn_40_a_failed_expression_says_where_it_stands(room):
    state = {"Type": "Pass", "Output": {"v": "{% $states.input.missing %}"}, "End": True, **JSONATA}
    shown = room.run({"Look": state})
    assert shown["error"] == "States.QueryEvaluationError"
    assert shown["cause"] == (
        "An error occurred while executing the state 'Look' (entered at the event id #2). "
        "The JSONata expression '$states.input.missing' specified for the field 'Output/v' "
        "returned nothing (undefined)."
    )


def test_sfn_41_a_state_does_not_see_what_it_assigns(room):
    states = {
        "First": {"Type": "Pass", "Assign": {"count": 1}, "Next": "Second"},
        "Second": {"Type": "Pass", "Assign": {"count": 2}, "Output": "{% $count %}", "Next": "Third"},
        "Third": {"Type": "Pass", "Output": "{% [$states.input, $count] %}", "End": True},
    }
    shown = room.run({name: {**state, **JSONATA} for name, state in states.items()})
    assert json.loads(shown["output"]) == [1, 2]


def test_sfn_42_a_function_that_cannot_be_computed_ends_the_execution(room):
    def failure(call, name):
        state = {"Type": "Pass", "Parameters": {"it.$": call}, "End": True}
        shown = room.run({"Compute": state}, {"list": [1]}, name=name)
        return shown["error"], shown["cause"]

    error, cause = failure("States.ArrayGetItem($.list, 5)", "function")
    assert error == "States.Runtime"
    assert "Invalid arguments in States.ArrayGetItem" in cause
    error, cause = failure("States.ArrayLength($.nothing)", "path")
    assert error == "States.Runtime"
    assert "The JsonPath argument for the field '$.nothing' could not be found in the input" in cause


def test_sfn_94_a_path_that_may_lead_to_many_places_gives_a_list(room):
    paths = {
        "one.$": "$.lines[0].order.id",
        "object.$": "$.lines[0].order",
        "all.$": "$.lines[*].order.id",
        "deep.$": "$..id",
        "none.$": "$.lines[?(@.order.id > 7)]",
        "missing.$": "$.nothing[*]",
        "filtered.$": "$.lines[?(@.order.id == 7 && @.order)].order.id",
    }
    state = {"Type": "Pass", "Parameters": paths, "End": True}
    assert json.loads(room.run({"Pick": state}, {"lines": [{"order": {"id": 7}}]})["output"]) == {
        "one": 7,
        "object": {"id": 7},
        "all": [7],
        "deep": [7],
        "none": [],
        "missing": [],
        "filtered": [7],
    }


def test_sfn_95_a_place_behind_the_end_of_a_list_is_null_in_a_template(room):
    state = {"Type": "Pass", "Parameters": {"it.$": "$.lines[5]"}, "End": True}
    assert json.loads(room.run({"Pick": state}, {"lines": [1]})["output"]) == {"it": None}
    state = {"Type": "Pass", "InputPath": "$.lines[5]", "End": True}
    assert room.run({"Pick": state}, {"lines": [1]}, name="other")["error"] == "States.Runtime"


def test_sfn_96_a_rule_knows_offsets_of_times_and_one_wildcard(room):
    rules = [
        {"Variable": "$.at", "TimestampEquals": "2026-01-05T09:00:00.5Z", "Next": "Time"},
        {"Variable": "$.name", "StringMatches": r"a?\**", "Next": "Name"},
    ]
    ends = {end: {"Type": "Pass", "Result": end, "End": True} for end in ("Time", "Name", "Other")}
    look = {"Type": "Choice", "Choices": rules, "Default": "Other"}
    given = [
        ({"at": "2026-01-05T10:00:00.500+01:00", "name": ""}, "Time"),
        ({"at": "2026-01-05 09:00:00.5Z", "name": "a?*1"}, "Name"),
        ({"at": "soon", "name": "ab*1"}, "Other"),
    ]
    for number, (value, expected) in enumerate(given):
        shown = room.run({"Look": look, **ends}, value, name=f"m{number}")
        assert json.loads(shown["output"]) == expected


def test_sfn_97_a_large_input_is_refused_without_being_shown(room):
    machine = room.make({"Done": DONE})
    with pytest.raises(ClientError) as caught:
        room.machines.start_execution(
            stateMachineArn=machine, input=json.dumps("é" * 131_072, ensure_ascii=False)
        )
    assert caught.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": (
            "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have "
            "size less than or equal to 262144 bytes in UTF-8 encoding"
        ),
    }


def test_sfn_43_a_choice_that_leads_nowhere(room):
    rule = {"Variable": "$.n", "NumericEquals": 1, "Next": "Done"}
    shown = room.run({"Look": {"Type": "Choice", "Choices": [rule]}, "Done": DONE}, {"n": 2})
    assert shown["error"] == "States.Runtime"
    assert shown["cause"].endswith(
        "Failed to transition out of the state. The state does not point to a next state."
    )


def over_items(processor, **fields):
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return {"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **processor}, "End": True, **fields}


def test_sfn_44_a_distributed_map_starts_executions(room):
    each = over_items(alone({"Type": "Pass", "End": True}), ItemBatcher={"MaxItemsPerBatch": 2})
    shown = room.run({"Each": each}, [1, 2, 3])
    assert json.loads(shown["output"]) == [{"Items": [1, 2]}, {"Items": [3]}]
    (run,) = room.machines.list_map_runs(executionArn=shown["executionArn"])["mapRuns"]
    children = room.machines.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert len(children) == 2
    assert {len(room.history(child["executionArn"])) for child in children} == {4}
    parents = [event["type"] for event in room.history(shown["executionArn"])]
    assert "MapRunStarted" in parents
    assert "PassStateEntered" not in parents


def test_sfn_91_an_item_knows_where_it_is_from(room):
    room.role = make_role(room.lab, "caller", "states.amazonaws.com", "*")
    s3 = room.lab.client("s3")
    s3.create_bucket(Bucket="orders")
    s3.put_object(Bucket="orders", Key="today.json", Body=b"[1]")
    picks = {"from.$": "$$.Map.Item.Source"}
    processor = alone({"Type": "Pass", "End": True})

    def source(name, **fields):
        shown = room.run({"Each": over_items(processor, ItemSelector=picks, **fields)}, [1], name=name)
        return json.loads(shown["output"])[0]["from"]

    def reader(operation, **parameters):
        resource = f"arn:aws:states:::s3:{operation}"
        return {"Resource": resource, "Parameters": {"Bucket": "orders", **parameters}}

    assert source("state") == "STATE_DATA"
    assert source("object", ItemReader=reader("getObject", Key="today.json")) == "S3://orders/today.json"
    assert source("list", ItemReader=reader("listObjectsV2")) == "S3://orders"
    inline = {"Type": "Map", "ItemSelector": picks, "ItemProcessor": processor, "End": True}
    assert json.loads(room.run({"Each": inline}, [1], name="inline")["output"]) == [{"from": "STATE_DATA"}]


def test_sfn_92_a_branch_that_fails_is_told_before_its_parallel(room):
    resource = "arn:aws:states:::sqs:sendMessage"
    parameters = {"QueueUrl": room.queue() + "-missing", "MessageBody": "hi"}
    send = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
    branches = [alone(send), {"StartAt": "Z", "States": {"Z": {"Type": "Wait", "Seconds": 9, "End": True}}}]
    shown = room.run({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}, name="both")
    told = [event["type"] for event in room.history(shown["executionArn"])]
    assert told[-5:] == [
        *("TaskFailed", "TaskStateAborted", "WaitStateAborted", "ParallelStateFailed", "ExecutionFailed")
    ]
    runtime = {"Type": "Pass", "Parameters": {"m.$": "$.nope"}, "End": True}
    branches[0] = alone(runtime)
    shown = room.run({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}, name="runtime")
    told = [event["type"] for event in room.history(shown["executionArn"])]
    assert not [event for event in told if event.endswith(("Aborted", "StateFailed"))]


def test_sfn_45_a_map_run_tolerates_what_it_is_told_to(room):
    look = {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Stop"}],
            "Default": "Sleep",
        },
        "Stop": {"Type": "Fail", "Error": "Mine"},
        "Sleep": {"Type": "Wait", "Seconds": 600, "End": True},
    }
    processor = {"StartAt": "Look", "States": look}
    shown = room.run({"Each": over_items(processor)}, [1, 2, 3], name="none")
    assert (shown["error"], shown["stopDate"]) == (
        "States.ExceedToleratedFailureThreshold",
        shown["startDate"],
    )
    shown = room.run({"Each": over_items(processor, ToleratedFailureCount=1)}, [1, 2, 3], name="one")
    assert json.loads(shown["output"]) == [1, 3]
    both = {"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 20}
    shown = room.run({"Each": over_items(processor, **both)}, [1, 2, 3], name="both")
    assert shown["error"] == "States.ExceedToleratedFailureThreshold"


def test_sfn_46_what_a_map_aborts_follows_the_event_of_the_iteration_that_failed(room):
    look = {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "Sleep"}],
            "Default": "Stop",
        },
        "Stop": {"Type": "Fail", "Error": "Mine"},
        "Sleep": {"Type": "Wait", "Seconds": 600, "End": True},
    }
    state = {"Type": "Map", "ItemProcessor": {"StartAt": "Look", "States": look}, "End": True}
    shown = room.run({"Each": state}, [1, 2])
    events = room.events(shown["executionArn"])
    [failed] = [event["id"] for event in events if event["type"] == "FailStateEntered"]
    assert [(event["type"], event["previousEventId"]) for event in events[-5:-1]] == [
        ("MapIterationFailed", failed),
        ("WaitStateAborted", failed),
        ("MapIterationAborted", failed),
        ("MapStateFailed", failed),
    ]


def test_sfn_63_a_redriven_execution_redrives_its_map_run(room):
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl.$": "$", "MessageBody": "hello"},
        "ResultSelector": {"sent": True},
        "End": True,
    }
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Send",
        "States": {"Send": send},
    }
    state = {"Type": "Map", "ItemProcessor": processor, "MaxConcurrency": 1, "End": True}
    there = room.queue("there")
    missing = there.replace("there", "missing")
    execution = room.start(room.make({"All": state}), [there, missing, there])
    room.lab.run_until_idle()

    def shown():
        (run,) = room.machines.list_map_runs(executionArn=execution)["mapRuns"]
        return room.machines.describe_map_run(mapRunArn=run["mapRunArn"])

    before = {name: number for name, number in shown()["executionCounts"].items() if number}
    assert before == {"succeeded": 1, "failed": 1, "pending": 1, "total": 3}
    room.queue("missing")
    room.machines.redrive_execution(executionArn=execution)
    room.lab.run_until_idle()
    assert json.loads(room.describe(execution)["output"]) == 3 * [{"sent": True}]
    assert (shown()["status"], shown()["redriveCount"]) == ("SUCCEEDED", 1)
    children = room.machines.list_executions(mapRunArn=shown()["mapRunArn"])["executions"]
    assert sorted(child["redriveCount"] for child in children) == [0, 0, 1]
