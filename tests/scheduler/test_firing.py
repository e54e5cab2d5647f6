"""When schedules fire, and at what: in virtual time, in the name of their role."""

from __future__ import annotations

import datetime
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from learner import hops
from scheduler_learner import (
    ACCOUNT,
    OFF,
    ROLE,
    allow,
    bodies,
    create_queue,
    create_role,
    create_schedule,
    fired,
    received,
    schedule_arn,
)
from work import processor_seconds

from workbook import Lab
from workbook.aws.delivery.outages import begin_outage
from workbook.engine.clock import SECOND

UTC = datetime.UTC
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
LETS_EVENTS_IN, LETS_TOPICS_IN = (
    json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": f"{service}.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": QUEUE,
                }
            ],
        }
    )
    for service in ("events", "sns")
)


@pytest.fixture
def url(lab):
    create_role(lab)
    return create_queue(lab)[0]


def at(hour, minute=0, day=5):
    return datetime.datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def set_times(lab):
    return [planned[11:16] for planned, _ in fired(lab)]


class TestWhen:
    def test_a_rate_without_start_begins_at_once(self, lab, url):
        create_schedule(lab, "rate(5 minutes)", QUEUE)
        lab.advance(minutes=11)
        assert set_times(lab) == ["09:00", "09:05", "09:10"]

    def test_a_rate_begins_at_its_start_whose_seconds_do_not_count(self, lab, url):
        start = at(10) + datetime.timedelta(seconds=30)
        create_schedule(lab, "rate(1 hour)", QUEUE, StartDate=start)
        lab.advance(hours=2.5)
        assert fired(lab)[0][0] == "2026-01-05 10:00:00"
        assert set_times(lab) == ["10:00", "11:00"]

    def test_nothing_is_due_after_the_end(self, lab, url):
        create_schedule(lab, "rate(1 hour)", QUEUE, StartDate=at(10), EndDate=at(12))
        lab.advance(hours=9)
        assert set_times(lab) == ["10:00", "11:00", "12:00"]

    def test_its_dates_are_texts_in_the_trace_which_can_be_saved(self, lab, url, tmp_path):
        create_schedule(lab, "rate(1 hour)", QUEUE, StartDate=at(10), EndDate=at(12))
        (made,) = [hop for hop in lab.trace if hop.kind == "create" and ":schedule/" in hop.resource]
        settings = made.facts["settings"]
        assert (settings["StartDate"], settings["EndDate"]) == (
            "2026-01-05T10:00:00Z",
            "2026-01-05T12:00:00Z",
        )
        assert lab.trace.save(tmp_path / "trace.json").exists()

    def test_cron_waits_for_its_start(self, lab, url):
        create_schedule(lab, "cron(0 * * * ? *)", QUEUE, StartDate=at(11, 30), EndDate=at(13, 30))
        lab.advance(hours=9)
        assert set_times(lab) == ["12:00", "13:00"]

    def test_a_disabled_schedule_does_not_fire_until_it_is_enabled(self, lab, url):
        scheduler = create_schedule(lab, "cron(0 * * * ? *)", QUEUE, State="DISABLED")
        lab.advance(hours=2, minutes=30)
        assert fired(lab) == []
        scheduler.update_schedule(
            Name="daily",
            ScheduleExpression="cron(0 * * * ? *)",
            FlexibleTimeWindow=OFF,
            Target={"Arn": QUEUE, "RoleArn": ROLE},
        )
        lab.advance(hours=1)
        assert set_times(lab) == ["12:00"]

    def test_a_deleted_schedule_fires_no_more(self, lab, url):
        scheduler = create_schedule(lab, "rate(1 minute)", QUEUE)
        lab.advance(minutes=3)
        scheduler.delete_schedule(Name="daily")
        before = len(fired(lab))
        lab.advance(hours=1)
        assert len(fired(lab)) == before

    def test_a_one_time_schedule_that_is_enabled_late_fires_at_once_and_only_once(self, lab, url):
        scheduler = create_schedule(lab, "at(2026-01-05T09:30:00)", QUEUE, State="DISABLED")
        lab.advance(hours=2)
        assert fired(lab) == []
        for _ in range(2):
            scheduler.update_schedule(
                Name="daily",
                ScheduleExpression="at(2026-01-05T09:30:00)",
                FlexibleTimeWindow=OFF,
                Target={"Arn": QUEUE, "RoleArn": ROLE},
            )
            lab.advance(hours=1)
        assert [(planned[11:16], then[11:16]) for planned, then in fired(lab)] == [("09:30", "11:00")]

    def test_a_window_wider_than_the_rate_keeps_every_invocation(self, lab, url):
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60}
        create_schedule(lab, "rate(10 minutes)", QUEUE, FlexibleTimeWindow=window, EndDate=at(12))
        lab.advance(hours=5)
        planned = sorted(set_times(lab))
        assert planned == [f"{9 + n // 6:02}:{n % 6}0" for n in range(18)] + ["12:00"][: len(planned) - 18]
        assert len(planned) in {18, 19}

    def test_a_schedule_with_a_new_time_is_not_over_when_the_old_one_is(self, lab, url):
        scheduler = create_schedule(lab, "at(2026-01-05T09:30:00)", QUEUE, ActionAfterCompletion="DELETE")
        world = lab._simulation.world
        with world.kernel:
            begin_outage(world, QUEUE, world.clock.now + 7_200 * SECOND)
        lab.advance(hours=1)
        scheduler.update_schedule(
            Name="daily",
            ScheduleExpression="at(2026-01-06T09:30:00)",
            FlexibleTimeWindow=OFF,
            Target={"Arn": QUEUE, "RoleArn": ROLE, "Input": "second"},
            ActionAfterCompletion="DELETE",
        )
        lab.advance(hours=12)
        assert bodies(lab, url) == ["hello"]
        assert len(scheduler.list_schedules()["Schedules"]) == 1
        lab.advance(hours=24)
        assert bodies(lab, url) == ["second"]
        assert scheduler.list_schedules()["Schedules"] == []

    def test_an_open_window_is_closed_by_a_change(self, lab, url):
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1440}
        scheduler = create_schedule(lab, "at(2026-01-05T09:10:00)", QUEUE, FlexibleTimeWindow=window)
        lab.advance(minutes=11)
        assert fired(lab) == []
        scheduler.delete_schedule(Name="daily")
        lab.advance(days=2)
        assert fired(lab) == []


class TestIdleness:
    def test_an_endless_schedule_keeps_no_lab_busy(self, lab, url):
        create_schedule(lab, "rate(1 minute)", QUEUE)
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60}
        create_schedule(lab, "rate(1 minute)", QUEUE, name="wide", FlexibleTimeWindow=window)
        lab.run_until_idle()
        assert lab.now < at(9, 2)

    def test_a_time_that_lies_ahead_is_work(self, lab, url):
        create_schedule(lab, "at(2026-01-07T12:00:00)", QUEUE)
        lab.run_until_idle()
        assert at(12, 0, 7) <= lab.now < at(12, 1, 7)
        assert bodies(lab, url) == ["hello"]

    def test_a_day_of_minutes_costs_what_the_day_before_cost(self, lab, url):
        create_schedule(lab, "rate(1 minute)", QUEUE)
        lab.advance(minutes=1)
        days = [processor_seconds(lambda: lab.advance(hours=24)) for _ in range(4)]
        assert min(days[2:]) < 2 * min(days[:2])
        assert 4 * 1_440 - 1 <= len(fired(lab)) <= 4 * 1_440 + 1


class TestWhatTheTargetGets:
    def test_context_attributes_are_filled_in(self, lab, url):
        names = ("schedule-arn", "scheduled-time", "execution-id", "attempt-number")
        text = " ".join(f"<aws.scheduler.{name}>" for name in names)
        create_schedule(lab, "at(2026-01-05T10:00:00)", {"Arn": QUEUE, "Input": text})
        lab.advance(hours=2)
        arn, scheduled, execution, attempt = bodies(lab, url)[0].split()
        assert (arn, scheduled, attempt) == (schedule_arn("daily"), "2026-01-05T10:00:00Z", "1")
        assert len(execution) == 16
        assert hops(lab, "fire")[0].message == execution

    def test_without_input_it_gets_a_notification(self, lab, url):
        lab.client("scheduler").create_schedule(
            Name="plain",
            ScheduleExpression="at(2026-01-05T10:00:00)",
            FlexibleTimeWindow=OFF,
            Target={"Arn": QUEUE, "RoleArn": ROLE},
        )
        lab.advance(hours=2)
        event = json.loads(bodies(lab, url)[0])
        assert len(event.pop("id")) == 36
        assert event == {
            "version": "0",
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": ACCOUNT,
            "time": "2026-01-05T10:00:00Z",
            "region": "us-east-1",
            "resources": [schedule_arn("plain")],
            "detail": "{}",
        }

    def test_a_fifo_queue_gets_its_message_group(self, lab):
        create_role(lab)
        options = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        url, arn = create_queue(lab, "orders.fifo", **options)
        target = {
            "Arn": arn,
            "Input": "<aws.scheduler.execution-id>",
            "SqsParameters": {"MessageGroupId": "g"},
        }
        create_schedule(lab, "rate(1 hour)", target)
        lab.advance(hours=2, minutes=30)
        groups = [message["Attributes"]["MessageGroupId"] for message in received(lab, url)]
        assert groups == ["g", "g", "g"]


class TestOtherTargets:
    def test_a_bus_gets_an_event_with_the_input_as_its_detail(self, lab, url):
        lab.client("iam").put_role_policy(
            RoleName="schedules", PolicyName="permissions", PolicyDocument=allow("events:PutEvents")
        )
        bus = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
        lab.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": LETS_EVENTS_IN})
        events = lab.client("events")
        events.put_rule(Name="nightly", EventPattern=json.dumps({"source": ["kitchen"]}))
        events.put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": QUEUE}])
        parameters = {"Source": "kitchen", "DetailType": "Closing time"}
        target = {"Arn": bus, "Input": '{"open": false}', "EventBridgeParameters": parameters}
        create_schedule(lab, "at(2026-01-05T10:00:00)", target)
        lab.advance(hours=2)
        event = json.loads(bodies(lab, url)[0])
        assert (event["source"], event["detail-type"]) == ("kitchen", "Closing time")
        assert (event["account"], event["detail"]) == (ACCOUNT, {"open": False})

    def test_a_topic_gets_a_message(self, lab, url):
        lab.client("iam").put_role_policy(
            RoleName="schedules", PolicyName="permissions", PolicyDocument=allow("sns:Publish")
        )
        sns = lab.client("sns")
        topic = sns.create_topic(Name="news")["TopicArn"]
        lab.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": LETS_TOPICS_IN})
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE, Attributes=raw)
        create_schedule(lab, "at(2026-01-05T10:00:00)", topic)
        lab.advance(hours=2)
        assert bodies(lab, url) == ["hello"]

    def test_a_function_gets_an_asynchronous_event(self, lab):
        create_role(lab, allow("lambda:InvokeFunction"))
        code = "def handler(event, context):\n    print(event['at'])\n"
        target = {"Arn": lab.function("cook", code), "Input": '{"at": "<aws.scheduler.scheduled-time>"}'}
        create_schedule(lab, "at(2026-01-05T10:00:00)", target)
        lab.advance(hours=2)
        logs = lab.client("logs").filter_log_events(logGroupName="/aws/lambda/cook")["events"]
        assert "2026-01-05T10:00:00Z" in "".join(event["message"] for event in logs)
        assert [hop.outcome for hop in hops(lab, "deliver")] == ["ok"]

    def test_a_task_is_recorded_as_started(self, lab):
        create_role(lab, allow("ecs:RunTask"))
        cluster = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/c"
        definition = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/t:1"
        target = {"Arn": cluster, "EcsParameters": {"TaskDefinitionArn": definition}}
        create_schedule(lab, "at(2026-01-05T10:00:00)", target)
        lab.advance(hours=2)
        assert [hop.resource for hop in hops(lab, "start-task")] == [cluster]


class TestUniversalTargets:
    def target(self, operation, request):
        return {"Arn": f"arn:aws:scheduler:::aws-sdk:{operation}", "Input": json.dumps(request)}

    def test_they_call_any_operation_as_the_role(self, lab):
        create_role(lab, allow("sqs:CreateQueue"))
        create_schedule(lab, "at(2026-01-05T10:00:00)", self.target("sqs:createQueue", {"QueueName": "made"}))
        lab.advance(hours=2)
        assert lab.client("sqs").get_queue_url(QueueName="made")
        fire, deliver = hops(lab, "fire")[0], hops(lab, "deliver")[0]
        call = next(hop for hop in lab.trace if hop.resource == "sqs:CreateQueue")
        assert (deliver.causes, call.causes) == ((fire.number,), (deliver.number,))

    def test_the_picture_and_the_bill_say_that_the_schedule_called(self, lab, url):
        request = {"QueueUrl": url, "MessageBody": "x"}
        create_schedule(lab, "at(2026-01-05T10:00:00)", self.target("sqs:sendMessage", request))
        lab.advance(hours=2)
        assert "daily to orders: 1" in str(lab.flow())
        assert [row.who for row in lab.cost().rows if row.what == "SendMessage"] == ["daily"]

    def test_a_message_is_sent_by_the_role(self, lab, url):
        request = {"QueueUrl": url, "MessageBody": "<aws.scheduler.scheduled-time>"}
        create_schedule(lab, "at(2026-01-05T10:00:00)", self.target("sqs:sendMessage", request))
        lab.advance(hours=2)
        message = received(lab, url)[0]
        assert message["Body"] == "2026-01-05T10:00:00Z"
        assert message["Attributes"]["SenderId"].endswith(":scheduler")

    def test_the_role_has_to_be_allowed(self, lab, url):
        elsewhere = allow("sqs:SendMessage", resource="arn:aws:sqs:*:*:else")
        iam = lab.client("iam")
        iam.put_role_policy(RoleName="schedules", PolicyName="permissions", PolicyDocument=elsewhere)
        request = {"QueueUrl": url, "MessageBody": "x"}
        create_schedule(lab, "at(2026-01-05T10:00:00)", self.target("sqs:sendMessage", request))
        lab.advance(hours=2)
        assert bodies(lab, url) == []
        assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_PERMISSION"]

    @pytest.mark.parametrize(("bus", "outcome"), [("default", "ok"), ("else", "NO_PERMISSION")])
    def test_events_are_put_by_a_role_that_may_do_so_on_their_bus(self, lab, bus, outcome):
        create_role(lab, allow("events:PutEvents", resource=f"arn:aws:events:*:*:event-bus/{bus}"))
        entry = {"Source": "shop", "DetailType": "closing", "Detail": "{}"}
        create_schedule(
            lab, "at(2026-01-05T10:00:00)", self.target("eventbridge:putEvents", {"Entries": [entry]})
        )
        lab.advance(hours=2)
        assert [hop.outcome for hop in hops(lab, "deliver")] == [outcome]

    def test_what_the_api_answers_is_the_reason(self, lab, url):
        letters_url, letters = create_queue(lab, "letters")
        request = {"QueueUrl": url.replace("orders", "none"), "MessageBody": "x"}
        target = {**self.target("sqs:sendMessage", request), "DeadLetterConfig": {"Arn": letters}}
        create_schedule(lab, "at(2026-01-05T10:00:00)", target)
        lab.advance(hours=2)
        attributes = received(lab, letters_url)[0]["MessageAttributes"]
        assert attributes["ERROR_CODE"]["StringValue"] == "AWS.SimpleQueueService.NonExistentQueue"
        assert attributes["TARGET_ARN"]["StringValue"] == "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"


class TestMetrics:
    def test_tries_errors_and_what_was_given_up_are_counted(self, lab, url):
        _, letters = create_queue(lab, "letters")
        create_schedule(lab, "rate(1 hour)", QUEUE, name="good")
        bad = {"Arn": QUEUE.replace("orders", "none"), "DeadLetterConfig": {"Arn": letters}}
        create_schedule(lab, "rate(1 hour)", bad, name="bad")
        lab.advance(hours=2, minutes=30)

        def total(metric, **dimensions):
            answer = lab.client("cloudwatch").get_metric_statistics(
                Namespace="AWS/Scheduler",
                MetricName=metric,
                Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
                StartTime=at(8),
                EndTime=at(13),
                Period=3600 * 5,
                Statistics=["Sum"],
            )
            return sum(point["Sum"] for point in answer["Datapoints"])

        assert total("InvocationAttemptCount", ScheduleGroup="default") == 6
        assert total("TargetErrorCount", ScheduleGroup="default") == 3
        assert total("InvocationDroppedCount", ScheduleGroup="default") == 3
        assert total("InvocationsSentToDeadLetterCount", ScheduleGroup="default") == 3


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 1000),
    minutes=st.integers(1, 30),
    window=st.one_of(st.none(), st.integers(1, 90)),
    retries=st.integers(0, 3),
    outage=st.tuples(st.integers(0, 90), st.integers(1, 60)),
    letters_exist=st.booleans(),
)
def test_every_invocation_comes_to_one_end(seed, minutes, window, retries, outage, letters_exist):
    with Lab(seed=seed) as lab:
        create_role(lab)
        url, arn = create_queue(lab)
        letters_url, letters = create_queue(lab, "letters")
        target = {
            "Arn": arn,
            "Input": "<aws.scheduler.execution-id>",
            "RetryPolicy": {"MaximumRetryAttempts": retries, "MaximumEventAgeInSeconds": 3600},
            "DeadLetterConfig": {"Arn": letters if letters_exist else f"{letters}-none"},
        }
        flexible = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": window} if window else OFF
        create_schedule(lab, f"rate({minutes} minutes)", target, FlexibleTimeWindow=flexible, EndDate=at(11))
        begin, length = outage
        lab.advance(minutes=begin)
        world = lab._simulation.world
        with world.kernel:
            begin_outage(world, arn, world.clock.now + length * 60 * SECOND)
        lab.advance(hours=8)
        planned = sorted(hop.facts["scheduled_at"] for hop in hops(lab, "fire"))
        step = minutes * 60 * SECOND
        assert planned == [planned[0] + number * step for number in range(len(planned))]
        ends = hops(lab, "deliver")
        assert len({hop.message for hop in ends if hop.facts["attempt"] == 1}) == len(planned)
        delivered = sum(hop.outcome == "ok" for hop in ends)
        dropped, given_up = len(hops(lab, "drop")), len(hops(lab, "give-up"))
        assert delivered + given_up == len(planned)
        assert len(bodies(lab, url)) == delivered
        assert len(received(lab, letters_url, most=1000)) == (given_up if letters_exist else 0)
        assert dropped == (0 if letters_exist else given_up)
