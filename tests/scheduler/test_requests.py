"""The API of EventBridge Scheduler: what is accepted and shown, and in which words the rest is refused."""

from __future__ import annotations

import datetime

import pytest
from botocore.exceptions import ClientError
from learner import refused
from scheduler_learner import (
    ACCOUNT,
    GROUP_ARN,
    OFF,
    ROLE,
    create_queue,
    create_role,
    create_schedule,
    schedule_arn,
    trust,
)

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:cook"
BUS = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
UTC = datetime.UTC
NO_NETWORK = "Parameter NetworkConfiguration must be specified for the target when launch type is FARGATE."
NO_QUEUE_URL = (
    "Invalid RequestJson provided. Reason Request payload is missing the following field(s): QueueUrl."
)


@pytest.fixture
def scheduler(lab):
    create_role(lab)
    return lab.client("scheduler")


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def create(scheduler, name="daily", expression="rate(1 hour)", window=OFF, **parameters):
    target = {"Arn": QUEUE, "RoleArn": ROLE, **parameters.pop("Target", {})}
    return scheduler.create_schedule(
        Name=name, ScheduleExpression=expression, FlexibleTimeWindow=window, Target=target, **parameters
    )


def refusal(call, *arguments, **parameters):
    """The code, the text and the status of an error."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    response = caught.value.response
    assert response["Message"] == response["Error"]["Message"]
    return (
        response["Error"]["Code"],
        response["Error"]["Message"],
        response["ResponseMetadata"]["HTTPStatusCode"],
    )


def invalid(text):
    return "ValidationException", text, 400


class TestASchedule:
    def test_it_is_shown_with_all_defaults_as_recorded(self, scheduler):
        answer = create(scheduler, expression="rate(1 minute)", Target={"Input": '{"key": "value"}'})
        assert without_metadata(answer) == {"ScheduleArn": schedule_arn("daily")}
        shown = without_metadata(scheduler.get_schedule(Name="daily"))
        created, modified = shown.pop("CreationDate"), shown.pop("LastModificationDate")
        assert created == modified
        assert shown == {
            "ActionAfterCompletion": "NONE",
            "Arn": schedule_arn("daily"),
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "GroupName": "default",
            "Name": "daily",
            "ScheduleExpression": "rate(1 minute)",
            "ScheduleExpressionTimezone": "UTC",
            "State": "ENABLED",
            "Target": {
                "Arn": QUEUE,
                "Input": '{"key": "value"}',
                "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
                "RoleArn": ROLE,
            },
        }

    def test_an_update_replaces_everything_and_keeps_when_it_was_made(self, lab, scheduler):
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60}
        create(
            scheduler, window=window, Description="first", State="DISABLED", ActionAfterCompletion="DELETE"
        )
        before = scheduler.get_schedule(Name="daily")
        lab.advance(minutes=5)
        answer = scheduler.update_schedule(
            Name="daily",
            ScheduleExpression="rate(2 minute)",
            FlexibleTimeWindow=OFF,
            Target={"Arn": QUEUE, "RoleArn": ROLE},
        )
        assert without_metadata(answer) == {"ScheduleArn": schedule_arn("daily")}
        after = scheduler.get_schedule(Name="daily")
        assert "Description" not in after
        assert (after["State"], after["ActionAfterCompletion"]) == ("ENABLED", "NONE")
        assert after["CreationDate"] == before["CreationDate"]
        assert after["LastModificationDate"] > before["LastModificationDate"]

    def test_what_it_was_given_comes_back(self, scheduler):
        start, end = datetime.datetime(2026, 2, 1, tzinfo=UTC), datetime.datetime(2026, 3, 1, tzinfo=UTC)
        create(scheduler, StartDate=start, EndDate=end, ScheduleExpressionTimezone="Asia/Tokyo")
        shown = scheduler.get_schedule(Name="daily")
        assert (shown["StartDate"], shown["EndDate"]) == (start, end)
        assert shown["ScheduleExpressionTimezone"] == "Asia/Tokyo"

    def test_a_part_of_a_retry_policy_is_completed(self, scheduler):
        create(scheduler, Target={"RetryPolicy": {"MaximumRetryAttempts": 0}})
        policy = scheduler.get_schedule(Name="daily")["Target"]["RetryPolicy"]
        assert policy == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 0}

    def test_names_are_unique_in_a_group(self, scheduler):
        create(scheduler)
        conflict = ("ConflictException", "Schedule daily already exists.", 409)
        assert refusal(create, scheduler) == conflict
        scheduler.create_schedule_group(Name="night")
        create(scheduler, GroupName="night")
        assert scheduler.get_schedule(Name="daily", GroupName="night")["Arn"] == schedule_arn(
            "daily", "night"
        )

    def test_what_is_not_there_is_not_found(self, scheduler):
        missing = ("ResourceNotFoundException", "Schedule no does not exist.", 404)
        assert refusal(scheduler.get_schedule, Name="no") == missing
        assert refusal(scheduler.delete_schedule, Name="no") == missing
        no_group = ("ResourceNotFoundException", "Schedule group no does not exist.", 404)
        assert refusal(scheduler.get_schedule, Name="no", GroupName="no") == no_group
        assert refusal(create, scheduler, GroupName="no") == no_group

    def test_a_deleted_schedule_is_gone(self, scheduler):
        create(scheduler)
        assert without_metadata(scheduler.delete_schedule(Name="daily")) == {}
        assert scheduler.list_schedules()["Schedules"] == []


class TestLists:
    def test_they_come_in_pages_and_can_be_narrowed(self, scheduler):
        scheduler.create_schedule_group(Name="night")
        for name in ("a1", "a2", "b1"):
            create(scheduler, name)
        create(scheduler, "a3", GroupName="night", State="DISABLED")
        pages = list(scheduler.get_paginator("list_schedules").paginate(PaginationConfig={"PageSize": 3}))
        assert [len(page["Schedules"]) for page in pages] == [3, 1]

        def names(**parameters):
            return [each["Name"] for each in scheduler.list_schedules(**parameters)["Schedules"]]

        assert names(NamePrefix="a") == ["a1", "a2", "a3"]
        assert names(GroupName="night") == ["a3"]
        assert names(State="ENABLED") == ["a1", "a2", "b1"]
        first = scheduler.list_schedules(GroupName="night")["Schedules"][0]
        assert first.keys() == {
            *("Arn", "CreationDate", "GroupName", "LastModificationDate", "Name", "State", "Target")
        }
        assert first["Target"] == {"Arn": QUEUE}

    def test_a_made_up_token_is_refused(self, scheduler):
        assert refusal(scheduler.list_schedules, NextToken="x")[0] == "ValidationException"


class TestGroups:
    def test_there_is_always_a_default_group_that_nobody_made(self, scheduler):
        groups = scheduler.list_schedule_groups()["ScheduleGroups"]
        assert groups == [{"Arn": GROUP_ARN, "Name": "default", "State": "ACTIVE"}]
        text = "This operation cannot be performed on schedule group default."
        assert refusal(scheduler.create_schedule_group, Name="default") == invalid(text)
        assert refusal(scheduler.delete_schedule_group, Name="default") == invalid(text)

    def test_a_group_is_made_shown_and_deleted_with_its_schedules(self, scheduler):
        arn = scheduler.create_schedule_group(Name="night")["ScheduleGroupArn"]
        assert arn == GROUP_ARN.replace("default", "night")
        shown = scheduler.get_schedule_group(Name="night")
        assert (shown["Arn"], shown["Name"], shown["State"]) == (arn, "night", "ACTIVE")
        assert shown["CreationDate"] == shown["LastModificationDate"]
        assert refusal(scheduler.create_schedule_group, Name="night")[0] == "ConflictException"
        create(scheduler, GroupName="night")
        scheduler.delete_schedule_group(Name="night")
        missing = ("ResourceNotFoundException", "Schedule group night does not exist.", 404)
        assert refusal(scheduler.get_schedule_group, Name="night") == missing
        assert scheduler.list_schedules()["Schedules"] == []

    def test_groups_have_tags(self, scheduler):
        arn = scheduler.create_schedule_group(Name="night", Tags=[{"Key": "a", "Value": "1"}])[
            "ScheduleGroupArn"
        ]
        scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
        tags = scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"]
        assert tags == [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}]
        scheduler.untag_resource(ResourceArn=arn, TagKeys=["a", "b", "c"])
        assert scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"] == []

    def test_schedules_have_none(self, scheduler):
        create(scheduler)
        code, text, _ = refusal(scheduler.list_tags_for_resource, ResourceArn=schedule_arn("daily"))
        assert code == "ValidationException"
        assert "at 'resourceArn' failed to satisfy constraint: Member must satisfy" in text


class TestClientTokens:
    def test_a_request_that_comes_twice_is_carried_out_once(self, lab, scheduler):
        first = create(scheduler, ClientToken="token-1")
        assert without_metadata(create(scheduler, ClientToken="token-1")) == without_metadata(first)
        scheduler.delete_schedule(Name="daily", ClientToken="token-2")
        scheduler.delete_schedule(Name="daily", ClientToken="token-2")
        assert [hop.kind for hop in lab.trace if hop.resource == schedule_arn("daily")][:2] == [
            "create",
            "remove",
        ]

    def test_a_token_is_for_one_request(self, scheduler):
        create(scheduler, ClientToken="token-1")
        assert refusal(create, scheduler, "other", ClientToken="token-1")[0] == "ConflictException"

    def test_a_request_that_failed_may_be_tried_again(self, scheduler):
        refusal(create, scheduler, "daily", "whenever", ClientToken="token-1")
        create(scheduler, ClientToken="token-1")


class TestWhatTheModelForbids:
    def test_one_answer_names_all(self, scheduler):
        target = {"RetryPolicy": {"MaximumRetryAttempts": 186}}
        assert refusal(create, scheduler, State="ON", Target=target) == invalid(
            "2 validation errors detected: Value 'ON' at 'state' failed to satisfy constraint: Member must "
            "satisfy enum value set: [ENABLED, DISABLED]; Value '186' at "
            "'target.retryPolicy.maximumRetryAttempts' failed to satisfy constraint: Member must have value "
            "less than or equal to 185"
        )

    def test_a_fifo_queue_is_no_dead_letter_queue(self, scheduler):
        letters = {"DeadLetterConfig": {"Arn": f"{QUEUE}.fifo"}}
        assert refusal(create, scheduler, Target=letters) == invalid(
            f"1 validation error detected: Value '{QUEUE}.fifo' at 'target.deadLetterConfig.arn' failed to "
            "satisfy constraint: Member must satisfy regular expression pattern: "
            r"arn:aws[a-z-]*:sqs:[a-z0-9\-]+:\d{12}:[a-zA-Z0-9\-_]+"
        )


class TestWhatDoesNotFit:
    @pytest.mark.parametrize("text", ["whenever", "rate(10 seconds)", "cron(0 1 * * * *)", "at(2021-12-31)"])
    def test_an_expression(self, scheduler, text):
        assert refusal(create, scheduler, "daily", text) == invalid(f"Invalid Schedule Expression {text}.")

    def test_a_time_zone(self, scheduler):
        zone = {"ScheduleExpressionTimezone": "Europe/Atlantis"}
        code, text, _ = refusal(create, scheduler, **zone)
        assert code == "ValidationException"
        assert "Europe/Atlantis" in text

    def test_a_window(self, scheduler):
        assert refusal(create, scheduler, window={"Mode": "FLEXIBLE"}) == invalid(
            "MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE."
        )
        assert refusal(create, scheduler, window={"Mode": "OFF", "MaximumWindowInMinutes": 5}) == invalid(
            "MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF."
        )

    def test_dates(self, scheduler):
        nine = datetime.datetime(2026, 1, 5, 9, tzinfo=UTC)
        past = {"StartDate": nine - datetime.timedelta(minutes=6)}
        assert refusal(create, scheduler, **past) == invalid(
            "The StartDate you specify cannot be earlier than 5 minutes ago."
        )
        swapped = {"StartDate": nine + datetime.timedelta(days=1), "EndDate": nine}
        assert refusal(create, scheduler, **swapped) == invalid(
            "The StartDate you specify must come before the EndDate."
        )
        create(scheduler, "once", "at(2026-02-01T00:00:00)", **past)  # which is not looked at

    @pytest.mark.parametrize(
        ("target", "text"),
        [
            ({"Arn": "orders"}, "Provided Arn is not in correct format."),
            (
                {"Arn": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:x"},
                "rds is not a supported service for a target.",
            ),
            ({"Arn": BUS.replace("event-bus", "api-destination")}, "Provided Arn is not in correct format."),
            (
                {"Arn": QUEUE.replace("us-east-1", "eu-west-1")},
                "The target ARN provided does not match the current region us-east-1.",
            ),
            ({"Arn": f"{QUEUE}.fifo"}, "Parameters SqsParameters must be specified."),
            (
                {"SqsParameters": {"MessageGroupId": "a"}},
                "Parameters MessageGroupId not valid for the target.",
            ),
            (
                {"Arn": FUNCTION, "SqsParameters": {"MessageGroupId": "a"}},
                "Parameters SqsParameters not supported for the target.",
            ),
            ({"Arn": BUS}, "Parameters EventBridgeParameters must be specified."),
            ({"Arn": FUNCTION, "Input": "no JSON"}, "JSON syntax error in input for the target."),
            (
                {
                    "Arn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/c",
                    "EcsParameters": {"TaskDefinitionArn": "t", "LaunchType": "FARGATE"},
                },
                NO_NETWORK,
            ),
        ],
    )
    def test_a_target(self, scheduler, target, text):
        assert refusal(create, scheduler, Target=target) == invalid(text)

    @pytest.mark.parametrize(
        ("arn", "request_text", "text"),
        [
            ("sqs:getQueueUrl", "{}", "getQueueUrl API is not supported."),
            ("ec2:describeInstances", "{}", "describeInstances API is not supported."),
            ("sqs:sendMessage", None, "You must provide an input to set this target for your schedule."),
            ("sqs:sendMessage", "{", "JSON syntax error in input for the target."),
            (
                "sqs:sendMessage",
                '{"MessageBody": "x"}',
                NO_QUEUE_URL,
            ),
        ],
    )
    def test_a_universal_target(self, scheduler, arn, request_text, text):
        target = {"Arn": f"arn:aws:scheduler:::aws-sdk:{arn}"}
        if request_text is not None:
            target["Input"] = request_text
        assert refusal(create, scheduler, Target=target) == invalid(text)

    def test_a_universal_target_with_a_region(self, scheduler):
        target = {"Arn": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:aws-sdk:sqs:sendMessage", "Input": "{}"}
        text = "scheduler is not a supported service for a target."
        assert refusal(create, scheduler, Target=target) == invalid(text)

    def test_an_input_of_more_than_256_kilobytes(self, scheduler):
        create(scheduler, Target={"Input": "x" * 262_144})
        assert refusal(create, scheduler, "more", Target={"Input": "x" * 262_145})[0] == "ValidationException"


class TestTheRole:
    TEXT = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."

    def test_it_has_to_exist_and_to_trust_scheduler(self, lab):
        scheduler = lab.client("scheduler")
        assert refusal(create, scheduler) == invalid(self.TEXT)
        create_role(lab, trusts=trust("events.amazonaws.com"))
        assert refusal(create, scheduler) == invalid(self.TEXT)

    def test_the_trust_policy_sees_the_group_and_not_the_schedule(self, lab):
        scheduler = lab.client("scheduler")
        create_role(lab, trusts=trust(ArnLike={"aws:SourceArn": schedule_arn("*")}))
        assert refusal(create, scheduler) == invalid(self.TEXT)
        of_group = trust(StringEquals={"aws:SourceArn": GROUP_ARN, "aws:SourceAccount": ACCOUNT})
        lab.client("iam").update_assume_role_policy(RoleName="schedules", PolicyDocument=of_group)
        create(scheduler)


class TestWhatIsNotSimulated:
    @pytest.mark.parametrize(
        "parameters",
        [
            {"KmsKeyArn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"},
            {"Target": {"EventBridgePutRawEventsParameters": {"Metadata": {"a": "b"}}}},
            {"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:rds:stopDBCluster", "Input": "{}"}},
        ],
    )
    def test_it_is_refused_by_name(self, scheduler, parameters):
        with refused("NotSimulatedByWorkbook"):
            create(scheduler, **parameters)


class TestTheTrace:
    def test_what_was_made_changed_and_removed_is_there(self, lab, scheduler):
        create_queue(lab)
        create(scheduler, State="DISABLED")
        scheduler.update_schedule(
            Name="daily",
            ScheduleExpression="rate(2 hours)",
            FlexibleTimeWindow=OFF,
            State="DISABLED",
            Target={"Arn": QUEUE, "RoleArn": ROLE},
        )
        scheduler.delete_schedule(Name="daily")
        hops = [hop for hop in lab.trace if hop.resource == schedule_arn("daily")]
        assert [hop.kind for hop in hops] == ["create", "configure", "remove"]
        assert hops[0].facts["settings"]["ScheduleExpression"] == "rate(1 hour)"
        assert hops[1].facts["settings"]["ScheduleExpression"] == "rate(2 hours)"


def test_schedules_of_another_region_and_account_are_others(lab):
    create_role(lab)
    create_queue(lab)
    create_schedule(lab, "rate(1 hour)", QUEUE)
    assert lab.client("scheduler", region_name="eu-west-1").list_schedules()["Schedules"] == []
    assert lab.client("scheduler", account="999999999999").list_schedules()["Schedules"] == []
