"""What of a state machine changes, and what is kept: revisions, versions and aliases."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from machine_room import PREFIX, MachineRoom

MACHINE = f"{PREFIX}:stateMachine:order"
GONE = ("ResourceNotFound", "Request references a resource that does not exist.")


def refused(call, **parameters):
    """(code, message) of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def says(word):
    return {"Say": {"Type": "Pass", "Result": word, "End": True}}


def definition(word):
    return json.dumps({"StartAt": "Say", "States": says(word)})


def update(room, word, **options):
    given = {"stateMachineArn": MACHINE, "definition": definition(word), **options}
    answer = room.machines.update_state_machine(**given)
    del answer["ResponseMetadata"]
    return answer


def routing(*shares):
    """Versions 1, 2 ... with these shares."""
    return [
        {"stateMachineVersionArn": f"{MACHINE}:{number}", "weight": share}
        for number, share in enumerate(shares, 1)
    ]


def alias(room, *shares, name="live", **options):
    given = {"name": name, "routingConfiguration": routing(*shares), **options}
    return room.machines.create_state_machine_alias(**given)["stateMachineAliasArn"]


def outputs(room, arn, times=1):
    executions = [room.start(arn) for _ in range(times)]
    room.lab.run_until_idle()
    return [json.loads(room.describe(one)["output"]) for one in executions]


# ---- revisions


def test_an_update_makes_a_revision_and_what_runs_keeps_its_own(room):
    wait = {"Sleep": {"Type": "Wait", "Seconds": 60, "Next": "Say"}, **says("old")}
    arn = room.make(wait)
    running = room.start(arn)
    assert "revisionId" not in room.machines.describe_state_machine(stateMachineArn=arn)
    answer = update(room, "new")
    shown = room.machines.describe_state_machine(stateMachineArn=arn)
    assert (shown["revisionId"], shown["definition"]) == (answer["revisionId"], definition("new"))
    assert outputs(room, arn) == ["new"]
    assert json.loads(room.describe(running)["output"]) == "old"
    kept = room.machines.describe_state_machine_for_execution(executionArn=running)
    del kept["ResponseMetadata"]
    assert kept == {
        "stateMachineArn": arn,
        "name": "order",
        "definition": json.dumps({"StartAt": "Sleep", "States": wait}),
        "roleArn": room.role,
        "updateDate": shown["creationDate"],
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False},
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }


def test_an_execution_keeps_the_role_that_it_started_with(room):
    queue = room.queue()
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue, "MessageBody": "x"},
        "End": True,
    }
    arn = room.make({"Sleep": {"Type": "Wait", "Seconds": 60, "Next": "Send"}, "Send": send})
    before = room.start(arn)
    weak = room.new_role("weak", "states.amazonaws.com", "sns:*")
    room.machines.update_state_machine(stateMachineArn=arn, roleArn=weak)
    after = room.start(arn)
    room.lab.run_until_idle()
    assert [room.describe(one)["status"] for one in (before, after)] == ["SUCCEEDED", "FAILED"]


def test_an_update_that_changes_nothing_makes_no_revision(room):
    room.make(says("old"))
    first = update(room, "new")
    assert update(room, "new")["revisionId"] == first["revisionId"]
    assert len([hop for hop in room.hops("configure") if hop.resource == MACHINE]) == 1


@pytest.mark.parametrize(
    ("options", "code", "start"),
    [
        ({}, "MissingRequiredParameter", "Either the definition, the role ARN, the LoggingConfiguration"),
        ({"definition": "{"}, "InvalidDefinition", "Invalid State Machine Definition: '"),
        ({"roleArn": "nobody"}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: nobody'"),
        (
            {"definition": definition("x"), "versionDescription": "x"},
            "ValidationException",
            "Version description can only be set when publish is true",
        ),
        (
            {"definition": definition("x"), "stateMachineArn": f"{MACHINE}:1"},
            "StateMachineDoesNotExist",
            f"State Machine Does Not Exist: '{MACHINE}:1'",
        ),
        (
            {"definition": definition("x"), "tracingConfiguration": {"enabled": True}},
            "NotSimulated",
            "Update",
        ),
    ],
)
def test_an_update_that_is_not_made(room, options, code, start):
    given = {"stateMachineArn": room.make(says("old"), publish=True), **options}
    found = refused(room.machines.update_state_machine, **given)
    assert found[0].startswith(code)
    assert found[1].startswith(start)
    assert outputs(room, MACHINE) == ["old"]


def test_the_same_request_finds_the_state_machine_though_role_and_tags_differ(room):
    arn = room.make(says("a"), publish=True, versionDescription="first")
    other = room.new_role("other", "states.amazonaws.com")
    again = room.make(says("a"), publish=True, versionDescription="first", roleArn=other, tags=[])
    assert again == arn
    assert room.machines.describe_state_machine(stateMachineArn=arn)["roleArn"] == room.role
    for options in ({}, {"publish": True}, {"type": "EXPRESS"}):
        assert refused(room.make, states=says("a"), **options)[0] == "StateMachineAlreadyExists"


# ---- versions


def test_a_version_is_published_once_for_a_revision(room):
    room.make(says("one"))
    publish = room.machines.publish_state_machine_version
    first = publish(stateMachineArn=MACHINE, description="the first")["stateMachineVersionArn"]
    assert first == f"{MACHINE}:1"
    assert publish(stateMachineArn=MACHINE)["stateMachineVersionArn"] == first
    assert update(room, "two", publish=True)["stateMachineVersionArn"] == f"{MACHINE}:2"
    shown = room.machines.describe_state_machine(stateMachineArn=first)
    assert (shown["stateMachineArn"], shown["definition"]) == (first, definition("one"))
    assert shown["description"] == "the first"
    listed = room.machines.list_state_machine_versions(stateMachineArn=MACHINE)["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in listed] == [f"{MACHINE}:2", first]


def test_a_version_is_published_only_of_the_revision_that_was_meant(room):
    room.make(says("one"))
    second = update(room, "two")["revisionId"]
    third = update(room, "three")["revisionId"]
    assert refused(
        room.machines.publish_state_machine_version, stateMachineArn=MACHINE, revisionId=second
    ) == (
        "ConflictException",
        (
            f"Failed to publish the State Machine version for revision {second}. The current State Machine "
            f"revision is {third}."
        ),
    )


def test_numbers_of_deleted_versions_are_not_used_again(room):
    room.make(says("one"), publish=True)
    update(room, "two", publish=True)
    for _ in range(2):
        room.machines.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:2")
    publish = room.machines.publish_state_machine_version
    assert publish(stateMachineArn=MACHINE)["stateMachineVersionArn"] == f"{MACHINE}:3"
    assert refused(room.start, machine=f"{MACHINE}:2")[0] == "StateMachineDoesNotExist"


def test_executions_of_a_version(room):
    arn = room.make(says("one"), publish=True)
    update(room, "two")
    assert outputs(room, f"{arn}:1") == ["one"]
    outputs(room, arn)
    [listed] = room.machines.list_executions(stateMachineArn=f"{arn}:1")["executions"]
    assert (listed["stateMachineArn"], listed["stateMachineVersionArn"]) == (arn, f"{arn}:1")
    assert "stateMachineAliasArn" not in listed
    assert len(room.machines.list_executions(stateMachineArn=arn)["executions"]) == 2


def test_more_versions_and_aliases_than_there_may_be(room, monkeypatch):
    from workbook.aws.stepfunctions import operations_aliases, operations_versions  # noqa: PLC0415 - as above

    monkeypatch.setattr(operations_versions, "limit", lambda name: 1)
    monkeypatch.setattr(operations_aliases, "limit", lambda name: 1)
    room.make(says("one"), publish=True)
    assert refused(update, room=room, word="two", publish=True)[0] == "ServiceQuotaExceededException"
    alias(room, 100)
    assert (
        refused(room.machines.create_state_machine_alias, name="other", routingConfiguration=routing(100))[0]
        == "ServiceQuotaExceededException"
    )


# ---- aliases


@pytest.fixture
def two(room):
    """A room with two versions, which say one and two."""
    room.make(says("one"), publish=True)
    update(room, "two", publish=True)
    return room


def test_an_alias_leads_to_a_version(two):
    arn = alias(two, 100, description="what is live")
    assert arn == f"{MACHINE}:live"
    shown = two.machines.describe_state_machine_alias(stateMachineAliasArn=arn)
    del shown["ResponseMetadata"]
    assert shown == {
        "stateMachineAliasArn": arn,
        "name": "live",
        "description": "what is live",
        "routingConfiguration": routing(100),
        "creationDate": shown["creationDate"],
        "updateDate": shown["creationDate"],
    }
    execution = two.start(arn)
    two.lab.run_until_idle()
    described = two.describe(execution)
    assert json.loads(described["output"]) == "one"
    assert described["stateMachineArn"] == MACHINE
    assert described["stateMachineVersionArn"] == f"{MACHINE}:1"
    assert described["stateMachineAliasArn"] == arn
    [listed] = two.machines.list_executions(stateMachineArn=arn)["executions"]
    assert listed["executionArn"] == execution
    new = [{"stateMachineVersionArn": f"{MACHINE}:2", "weight": 100}]
    two.machines.update_state_machine_alias(stateMachineAliasArn=arn, routingConfiguration=new)
    assert outputs(two, arn) == ["two"]


def test_an_alias_splits_executions_by_its_shares(two):
    said = outputs(two, alias(two, 90, 10), times=100)
    assert 2 <= said.count("two") <= 20
    assert outputs(two, alias(two, 100, 0, name="all"), times=20) == ["one"] * 20


def test_a_rule_starts_executions_of_an_alias(two):
    arn = alias(two, 100)
    events = two.lab.client("events")
    events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    role = two.new_role("rule", "events.amazonaws.com", "states:StartExecution")
    events.put_targets(Rule="orders", Targets=[{"Id": "m", "Arn": arn, "RoleArn": role}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    two.lab.run_until_idle()
    [listed] = two.machines.list_executions(stateMachineArn=arn)["executions"]
    assert listed["stateMachineVersionArn"] == f"{MACHINE}:1"


def test_an_alias_made_twice_alike_is_the_same_one(two):
    assert alias(two, 100) == alias(two, 100)
    conflict = (
        "ConflictException",
        (
            "Failed to create alias because an alias with the same name and a different routing "
            "configuration already exists."
        ),
    )
    create = two.machines.create_state_machine_alias
    assert refused(create, name="live", routingConfiguration=routing(50, 50)) == conflict
    assert refused(create, name="live", routingConfiguration=routing(100), description="x") == conflict


@pytest.mark.parametrize(
    ("configuration", "code", "message"),
    [
        (
            [{"stateMachineVersionArn": MACHINE, "weight": 100}],
            "ValidationException",
            f"Routing configuration must contain state machine version ARNs. Received: [{MACHINE}]",
        ),
        (
            [{"stateMachineVersionArn": f"{MACHINE}:1", "weight": 50}] * 2,
            "ValidationException",
            (
                "Routing configuration must contain distinct state machine version ARNs. Received: "
                f"[{MACHINE}:1, {MACHINE}:1]"
            ),
        ),
        (
            routing(70, 29),
            "ValidationException",
            "Sum of routing configuration weights must equal 100. Received: [70, 29]",
        ),
        ([{"stateMachineVersionArn": f"{MACHINE}:9", "weight": 100}], *GONE),
    ],
)
def test_a_routing_that_aws_does_not_accept(two, configuration, code, message):
    create = two.machines.create_state_machine_alias
    assert refused(create, name="live", routingConfiguration=configuration) == (code, message)


def test_a_name_of_an_alias_is_no_number(two):
    code, message = refused(
        two.machines.create_state_machine_alias, name="123", routingConfiguration=routing(100)
    )
    assert code == "ValidationException"
    assert "Value '123' at 'name' failed to satisfy constraint" in message


def test_a_version_that_an_alias_leads_to_is_not_deleted(two):
    arn = alias(two, 100)
    delete = two.machines.delete_state_machine_version
    assert refused(delete, stateMachineVersionArn=f"{MACHINE}:1") == (
        "ConflictException",
        (
            "Version to be deleted must not be referenced by an alias. Current list of aliases referencing "
            "this version: [live]"
        ),
    )
    for _ in range(2):
        two.machines.delete_state_machine_alias(stateMachineAliasArn=arn)
    delete(stateMachineVersionArn=f"{MACHINE}:1")
    assert refused(two.start, machine=arn)[0] == "StateMachineDoesNotExist"
    assert refused(two.machines.describe_state_machine_alias, stateMachineAliasArn=arn) == GONE


def test_aliases_are_listed_all_or_of_a_version(two):
    arns = [alias(two, 100, name="a"), alias(two, 50, 50, name="b")]
    every = two.machines.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"]
    assert [one["stateMachineAliasArn"] for one in every] == arns
    second = two.machines.list_state_machine_aliases(stateMachineArn=f"{MACHINE}:2")["stateMachineAliases"]
    assert [one["stateMachineAliasArn"] for one in second] == arns[1:]


def test_versions_and_aliases_go_with_their_state_machine(two):
    arn = alias(two, 100)
    two.machines.delete_state_machine(stateMachineArn=MACHINE)
    assert refused(two.start, machine=arn)[0] == "StateMachineDoesNotExist"
    assert refused(two.start, machine=f"{MACHINE}:1")[0] == "StateMachineDoesNotExist"


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words=st.lists(st.sampled_from("abc"), min_size=1, max_size=6))
def test_a_version_always_says_what_it_said_when_it_was_published(words):
    room = MachineRoom()
    with room.lab:
        room.make(says("a"), publish=True)
        said = {f"{MACHINE}:1": "a"}
        for word in words:
            said[update(room, word, publish=True)["stateMachineVersionArn"]] = word
            assert outputs(room, MACHINE) == [word]
        for arn, word in said.items():
            assert outputs(room, arn) == [word]
