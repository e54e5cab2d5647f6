"""The metrics AWS/Lambda: complete minutes, by function, by what was invoked of it, and for all functions."""

import datetime
import itertools

import pytest
from async_system import FOLLOWS_ORDERS, destinations, post
from inbox import open_queue

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def function(deploy):
    return deploy("f", FOLLOWS_ORDERS)


@pytest.fixture
def values(lab):
    """values("Errors", "Sum") are the values of a metric, minute by minute."""
    cloudwatch = lab.client("cloudwatch")

    def values(name, statistic="Sum", **dimensions):
        named = dimensions or {"FunctionName": "f"}
        answer = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=name,
            Dimensions=[] if named == {"all": True} else [{"Name": k, "Value": v} for k, v in named.items()],
            StartTime=lab.now - 8 * HOUR,
            EndTime=lab.now,
            Period=60,
            Statistics=[statistic],
        )
        points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
        return [point[statistic] for point in points]

    return values


def test_an_invocation_counts_when_its_minute_is_complete(lab, aws_lambda, function, values):
    aws_lambda.invoke(FunctionName="f", Payload='{"sleep": 2}')
    assert values("Invocations") == []
    lab.advance(60)
    assert values("Invocations") == [1]
    assert values("Errors") == [0]
    assert values("Throttles") == [0]
    assert values("Duration", "Maximum") == [2_000]
    assert values("Duration", "SampleCount") == [1]


def test_errors_count_for_the_minute_in_which_the_invocation_began(lab, aws_lambda, deploy, values):
    deploy("f", FOLLOWS_ORDERS, Timeout=90)
    aws_lambda.invoke(FunctionName="f", Payload='{"sleep": 80, "fail": "late"}')
    lab.advance(120)
    assert values("Errors") == [1]
    assert values("Errors", "Average") == [1]


def test_throttles_are_neither_invocations_nor_errors(lab, aws_lambda, function, values):
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    post(aws_lambda, {"sleep": 2.5})
    post(aws_lambda)
    lab.run_until_idle()
    lab.advance(60)
    assert values("Throttles") == [2]
    assert values("Invocations") == [2]
    assert values("Errors") == [0]


def test_concurrency_is_the_most_that_ran_at_once(lab, aws_lambda, deploy, function, values):
    deploy("g", FOLLOWS_ORDERS)
    for name in ("f", "f", "f", "g"):
        post(aws_lambda, {"sleep": 1}, name=name)
    lab.run_until_idle()
    lab.advance(60)
    assert values("ConcurrentExecutions", "Maximum") == [3]
    assert values("ConcurrentExecutions", "Maximum", all=True) == [4]
    assert values("UnreservedConcurrentExecutions", "Maximum", all=True) == [4]
    assert values("Invocations", all=True) == [4]


def test_each_version_and_alias_counts_by_itself(lab, aws_lambda, function, values):
    aws_lambda.publish_version(FunctionName="f")
    aws_lambda.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    for options in ({}, {"Qualifier": "1"}, {"Qualifier": "live"}, {"Qualifier": "live"}):
        aws_lambda.invoke(FunctionName="f", Payload="{}", **options)
    lab.advance(60)
    assert values("Invocations") == [4]
    shown = [
        values("Invocations", FunctionName="f", Resource=resource) for resource in ("f", "f:1", "f:live")
    ]
    assert list(itertools.chain(*shown)) == [1, 1, 2]
    assert values("Invocations", FunctionName="f", Resource="f:live", ExecutedVersion="1") == [2]


def test_events_are_counted_on_their_way(lab, sqs, aws_lambda, function, values):
    post(aws_lambda, {"do": "it"})
    post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    lab.advance(60)
    assert sum(values("AsyncEventsReceived")) == 2
    assert sum(values("AsyncEventsDropped")) == 1
    assert sum(values("Errors")) == 3
    assert max(values("AsyncEventAge", "Maximum")) == pytest.approx(180_000, abs=200)


def test_what_cannot_be_delivered_is_counted_and_nothing_else_tells(
    lab, sqs, aws_lambda, function, grant, values
):
    grant("sqs:SendMessage")
    url, arn = open_queue(sqs, "failed")
    destinations(aws_lambda, failure=arn, MaximumRetryAttempts=0)
    aws_lambda.update_function_configuration(FunctionName="f", DeadLetterConfig={"TargetArn": arn})
    lab.advance(1)
    sqs.delete_queue(QueueUrl=url)
    post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    lab.advance(60)
    assert values("DestinationDeliveryFailures") == [1]
    assert values("DeadLetterErrors") == [1]


def test_an_alarm_can_watch_a_function(lab, aws_lambda, function):
    cloudwatch = lab.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="broken",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": "f"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    post(aws_lambda, {"fail": "always"})
    lab.advance(70)
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
