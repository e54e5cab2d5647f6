"""EventBridge Scheduler, as its guide and the service model describe it: rows EBX and SCH of the ledger."""

from __future__ import annotations

import datetime
import json

from learner import hops, refused
from scheduler_learner import (
    ACCOUNT,
    GROUP_ARN,
    OFF,
    ROLE,
    allow,
    bodies,
    create_queue,
    create_role,
    create_schedule,
    fired,
    instant,
    received,
    schedule_arn,
    trust,
)

from workbook import Lab
from workbook.aws.delivery.outages import begin_outage
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

UTC = datetime.UTC
DELETE = {"ActionAfterCompletion": "DELETE"}


def january(day, hour, minute=0):
    return datetime.datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def names(scheduler):
    return [each["Name"] for each in scheduler.list_schedules()["Schedules"]]


def outage(lab, arn, seconds):
    world = lab._simulation.world
    with world.kernel:
        begin_outage(world, arn, world.clock.now + seconds * SECOND)


def delays(lab):
    """Seconds from the time set to the invocation."""
    return [(hop.time - hop.facts["scheduled_at"]) // SECOND for hop in hops(lab, "fire")]


def attributes_of(message):
    return {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}


def test_ebx_01_a_one_time_schedule_fires_once_and_goes_only_if_told_to(lab):
    create_role(lab)
    url, arn = create_queue(lab)
    create_schedule(lab, "at(2026-01-05T10:00:00)", arn, "stays")
    scheduler = create_schedule(lab, "at(2026-01-05T10:00:00)", arn, "goes", **DELETE)
    lab.advance(days=3)
    assert bodies(lab, url) == ["hello", "hello"]
    assert names(scheduler) == ["stays"]
    assert [hop.resource for hop in hops(lab, "remove")] == [schedule_arn("goes")]


def test_ebx_02_it_fires_within_60_seconds_or_within_its_window(lab):
    create_role(lab)
    _, arn = create_queue(lab)
    scheduler = create_schedule(lab, "cron(0 * * * ? *)", arn)
    lab.advance(days=3)
    assert all(0 <= delay < limit("scheduler.precision") for delay in delays(lab))
    assert len(set(delays(lab))) > 10
    scheduler.delete_schedule(Name="daily")
    before = len(delays(lab))
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    create_schedule(lab, "cron(0 * * * ? *)", arn, FlexibleTimeWindow=window)
    lab.advance(days=3)
    flexible = delays(lab)[before:]
    assert all(0 <= delay < 15 * 60 for delay in flexible)
    assert max(flexible) > 60
    too_wide = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1_440 + 1}
    with refused("ValidationException", "Member must have value less than or equal to 1440"):
        create_schedule(lab, "rate(1 hour)", arn, "no", FlexibleTimeWindow=too_wide)


def test_ebx_03_cron_follows_the_clocks_of_its_time_zone():
    with Lab(seed=7, start=datetime.datetime(2026, 3, 7, tzinfo=UTC)) as lab:
        create_role(lab)
        _, arn = create_queue(lab)
        for name, zone in (("la", "America/Los_Angeles"), ("utc", "UTC")):
            create_schedule(lab, "cron(30 8 * * ? *)", arn, name, ScheduleExpressionTimezone=zone)
        lab.advance(days=3)  # the clocks of Los Angeles are set forward on 8 March
        hours = {"la": [], "utc": []}
        for hop in hops(lab, "fire"):
            hours[hop.resource.rpartition("/")[2]].append(hop.facts["scheduled_at"] // SECOND // 3600 % 24)
        assert hours == {"la": [16, 15, 15], "utc": [8, 8, 8]}


def test_ebx_04_it_retries_as_told_and_then_the_dead_letter_queue_has_it(lab):
    create_role(lab)
    url, arn = create_queue(lab)
    letters_url, letters = create_queue(lab, "letters")
    policy = {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 86_400}
    target = {"Arn": arn, "RetryPolicy": policy, "DeadLetterConfig": {"Arn": letters}}
    create_schedule(lab, "at(2026-01-05T10:00:00)", target, "tries")
    target = {**target, "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 60}}
    create_schedule(lab, "at(2026-01-05T10:00:00)", target, "ages")
    outage(lab, arn, 86_400)
    lab.advance(hours=12)
    assert bodies(lab, url) == []
    found = {attributes_of(each)["SCHEDULE_ARN"]: attributes_of(each) for each in received(lab, letters_url)}
    tries, ages = found[schedule_arn("tries")], found[schedule_arn("ages")]
    assert (tries["EXHAUSTED_RETRY_CONDITION"], tries["RETRY_ATTEMPTS"]) == ("MaximumRetryAttempts", "3")
    assert ages["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
    of_tries = [hop for hop in hops(lab, "deliver") if hop.facts["source"] == schedule_arn("tries")]
    assert [hop.facts["attempt"] for hop in of_tries] == [1, 2, 3, 4]
    of_ages = [hop for hop in hops(lab, "deliver") if hop.facts["source"] == schedule_arn("ages")]
    assert of_ages[-1].time - of_ages[0].time <= 60 * SECOND


def test_sch_01_a_rate_begins_at_once_or_at_its_start_and_a_day_has_24_hours():
    with Lab(seed=7, start=datetime.datetime(2026, 3, 7, 12, tzinfo=UTC)) as lab:
        create_role(lab)
        _, arn = create_queue(lab)
        start = datetime.datetime(2026, 3, 7, 15, 0, 30, tzinfo=UTC)
        zone = {"ScheduleExpressionTimezone": "America/Los_Angeles"}
        create_schedule(lab, "rate(1 days)", arn, "at-once", **zone)
        create_schedule(lab, "rate(1 days)", arn, "later", StartDate=start, **zone)
        lab.advance(days=1.5)
        assert [planned[8:16] for planned, _ in fired(lab)] == [
            "07 12:00",
            "07 15:00",
            "08 12:00",
            "08 15:00",
        ]


def test_sch_02_the_role_must_trust_scheduler_which_comes_for_the_group(lab):
    _, arn = create_queue(lab)
    message = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
    create_role(lab, trusts=trust("events.amazonaws.com"))
    with refused("ValidationException", message):
        create_schedule(lab, "rate(1 hour)", arn)
    iam = lab.client("iam")
    for source, accepted in ((schedule_arn("*"), False), (GROUP_ARN, True)):
        document = trust(ArnLike={"aws:SourceArn": source})
        iam.update_assume_role_policy(RoleName="schedules", PolicyDocument=document)
        if accepted:
            create_schedule(lab, "rate(1 hour)", arn)
        else:
            with refused("ValidationException", message):
                create_schedule(lab, "rate(1 hour)", arn)


def test_sch_03_what_the_role_may_not_do_is_found_out_when_it_fires_and_not_tried_again(lab):
    create_role(lab, allow("sqs:SendMessage", resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:letters"))
    url, arn = create_queue(lab)
    letters_url, letters = create_queue(lab, "letters")
    create_schedule(lab, "at(2026-01-05T10:00:00)", {"Arn": arn, "DeadLetterConfig": {"Arn": letters}})
    lab.advance(hours=30)
    assert bodies(lab, url) == []
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_PERMISSION"]
    attributes = attributes_of(received(lab, letters_url)[0])
    assert attributes["RETRY_ATTEMPTS"] == "0"
    assert "EXHAUSTED_RETRY_CONDITION" not in attributes
    assert "is not authorized to perform: sqs:SendMessage" in attributes["ERROR_MESSAGE"]


def test_sch_04_a_dead_letter_holds_the_request_and_says_why(lab):
    create_role(lab)
    letters_url, letters = create_queue(lab, "letters")
    missing = f"arn:aws:sqs:us-east-1:{ACCOUNT}:does-not-exist"
    create_schedule(lab, "at(2026-01-05T10:00:00)", {"Arn": missing, "DeadLetterConfig": {"Arn": letters}})
    lab.advance(hours=2)
    message = received(lab, letters_url)[0]
    assert json.loads(message["Body"]) == {
        "MessageBody": "hello",
        "QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/does-not-exist",
    }
    attributes = attributes_of(message)
    assert attributes.pop("ERROR_MESSAGE").startswith("The specified queue does not exist")
    assert attributes == {
        "ERROR_CODE": "AWS.SimpleQueueService.NonExistentQueue",
        "EXECUTION_ID": hops(lab, "fire")[0].message,
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": "0",
        "SCHEDULED_TIME": "2026-01-05T10:00:00Z",
        "SCHEDULE_ARN": schedule_arn("daily"),
        "TARGET_ARN": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
    }


def test_sch_05_the_dead_letter_queue_needs_the_role_s_permission_too(lab):
    create_role(lab, allow("sqs:SendMessage", resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"))
    letters_url, letters = create_queue(lab, "letters")
    missing = f"arn:aws:sqs:us-east-1:{ACCOUNT}:does-not-exist"
    create_schedule(lab, "at(2026-01-05T10:00:00)", {"Arn": missing, "DeadLetterConfig": {"Arn": letters}})
    lab.advance(hours=2)
    assert received(lab, letters_url) == []
    assert [hop.outcome for hop in hops(lab, "drop")] == ["dropped"]


def test_sch_06_context_attributes_tell_the_target_which_try_it_is(lab):
    create_role(lab)
    url, arn = create_queue(lab)
    text = "<aws.scheduler.attempt-number> <aws.scheduler.execution-id> <aws.scheduler.scheduled-time>"
    create_schedule(lab, "at(2026-01-05T10:00:00)", {"Arn": arn, "Input": text})
    outage(lab, arn, 3_660)
    lab.advance(hours=3)
    number, execution, scheduled = bodies(lab, url)[0].split()
    assert int(number) == len(hops(lab, "deliver")) > 1
    assert execution != hops(lab, "fire")[0].message
    assert scheduled == "2026-01-05T10:00:00Z"


def test_sch_07_a_universal_target_calls_any_operation_that_does_not_only_read(lab):
    create_role(lab, allow("sqs:CreateQueue"))
    name = "arn:aws:scheduler:::aws-sdk:sqs"
    request = json.dumps({"QueueName": "made"})
    create_schedule(lab, "at(2026-01-05T10:00:00)", {"Arn": f"{name}:createQueue", "Input": request})
    lab.advance(hours=2)
    assert lab.client("sqs").list_queues()["QueueUrls"]
    with refused("ValidationException", "getQueueUrl API is not supported."):
        create_schedule(lab, "rate(1 hour)", {"Arn": f"{name}:getQueueUrl", "Input": request}, "reads")


def test_sch_08_update_replaces_all_settings(lab):
    create_role(lab)
    _, arn = create_queue(lab)
    scheduler = create_schedule(lab, "rate(1 hour)", arn, State="DISABLED", Description="mine", **DELETE)
    scheduler.update_schedule(
        Name="daily",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow=OFF,
        Target={"Arn": arn, "RoleArn": ROLE},
    )
    shown = scheduler.get_schedule(Name="daily")
    assert (shown["State"], shown["ActionAfterCompletion"]) == ("ENABLED", "NONE")
    assert "Description" not in shown
    assert "Input" not in shown["Target"]


def test_sch_09_a_recurring_schedule_goes_after_its_last_invocation_if_it_has_an_end(lab):
    create_role(lab)
    url, arn = create_queue(lab)
    create_schedule(lab, "rate(1 hour)", arn, "ends", EndDate=january(5, 12, 30), **DELETE)
    scheduler = create_schedule(lab, "cron(0 10 5 1 ? 2026)", arn, "has-no-end", **DELETE)
    lab.advance(days=2)
    assert len(bodies(lab, url)) == 5
    assert names(scheduler) == ["has-no-end"]


def test_sch_10_a_fifo_queue_needs_a_message_group_and_is_no_dead_letter_queue(lab):
    create_role(lab)
    fifo = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders.fifo"
    with refused("ValidationException", "Parameters SqsParameters must be specified."):
        create_schedule(lab, "rate(1 hour)", fifo)
    letters = {"Arn": fifo.removesuffix(".fifo"), "DeadLetterConfig": {"Arn": fifo}}
    with refused("ValidationException", "at 'target.deadLetterConfig.arn' failed to satisfy constraint"):
        create_schedule(lab, "rate(1 hour)", letters)


def test_sch_11_a_request_with_a_token_that_was_used_is_not_carried_out_again(lab):
    create_role(lab)
    _, arn = create_queue(lab)
    for _ in range(2):
        create_schedule(lab, "rate(1 hour)", arn, ClientToken="token-1")
    with refused("ConflictException", "Schedule daily already exists."):
        create_schedule(lab, "rate(1 hour)", arn)
    assert len([hop for hop in hops(lab, "create") if hop.resource == schedule_arn("daily")]) == 1


def test_sch_12_a_one_time_schedule_enabled_after_its_time_fires_at_once(lab):
    create_role(lab)
    _, arn = create_queue(lab)
    scheduler = create_schedule(lab, "at(2026-01-05T09:30:00)", arn, State="DISABLED")
    lab.advance(hours=5)
    assert fired(lab) == []
    scheduler.update_schedule(
        Name="daily",
        ScheduleExpression="at(2026-01-05T09:30:00)",
        FlexibleTimeWindow=OFF,
        Target={"Arn": arn, "RoleArn": ROLE},
    )
    lab.advance(minutes=1)
    assert [planned[11:16] for planned, _ in fired(lab)] == ["09:30"]


def test_sch_13_without_a_time_zone_a_schedule_means_utc_and_so_does_a_rule(lab):
    create_role(lab)
    _, arn = create_queue(lab)
    scheduler = create_schedule(lab, "cron(30 8 * * ? *)", arn)
    assert scheduler.get_schedule(Name="daily")["ScheduleExpressionTimezone"] == "UTC"
    events = lab.client("events")
    rule = events.put_rule(Name="daily", ScheduleExpression="cron(30 8 * * ? *)")["RuleArn"]
    events.put_targets(Rule="daily", Targets=[{"Id": "1", "Arn": arn}])
    lab.advance(days=2)
    fires = hops(lab, "fire")
    assert [hop.resource for hop in fires].count(rule) == 2
    assert {instant(hop.time)[11:16] for hop in fires} == {"08:30"}


def test_sch_14_a_boundary_limits_what_the_role_s_policies_allow(lab):
    iam = lab.client("iam")
    urls = {name: create_queue(lab, name) for name in ("both", "policy-only", "boundary-only")}
    border = allow("sqs:*", resource=[urls["both"][1], urls["boundary-only"][1]])
    boundary = iam.create_policy(PolicyName="border", PolicyDocument=border)["Policy"]["Arn"]
    iam.create_role(RoleName="schedules", AssumeRolePolicyDocument=trust(), PermissionsBoundary=boundary)
    document = allow("sqs:SendMessage", resource=[urls["both"][1], urls["policy-only"][1]])
    iam.put_role_policy(RoleName="schedules", PolicyName="permissions", PolicyDocument=document)
    for name, (_, arn) in urls.items():
        create_schedule(lab, "at(2026-01-05T10:00:00)", arn, name=name)
    lab.advance(hours=2)
    arrived = {name: len(received(lab, url)) for name, (url, _) in urls.items()}
    assert arrived == {"both": 1, "policy-only": 0, "boundary-only": 0}
