"""The API of alarms: descriptions, what is refused, and how data reach an alarm."""

from __future__ import annotations

import datetime

import pytest
from auto_scaling_learner import LOAD, alarm, create_group, described, feed, state_of
from learner import hops, queue, refused, send


@pytest.fixture
def cloudwatch(lab):
    return lab.client("cloudwatch")


def test_an_alarm_is_described_as_it_was_put(lab, cloudwatch):
    alarm(cloudwatch, periods=3, AlarmDescription="busy", TreatMissingData="notBreaching")
    (shown,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert shown["AlarmArn"] == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:load-high"
    assert (shown["StateValue"], shown["StateReason"]) == (
        "INSUFFICIENT_DATA",
        "Unchecked: Initial alarm creation",
    )
    assert (shown["AlarmDescription"], shown["TreatMissingData"], shown["ActionsEnabled"]) == (
        "busy",
        "notBreaching",
        True,
    )
    assert shown["StateUpdatedTimestamp"] == datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)


def test_alarms_can_be_asked_for_by_name_beginning_state_and_action(lab, cloudwatch):
    asg = create_group(lab, 0, 1)
    arn = asg.put_scaling_policy(
        AutoScalingGroupName="workers",
        PolicyName="p",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
    )["PolicyARN"]
    alarm(cloudwatch, name="load-a")
    alarm(cloudwatch, arn, name="load-b", threshold=500.0)
    alarm(cloudwatch, name="other")
    feed(lab, 100)

    def names(**parameters):
        return [each["AlarmName"] for each in cloudwatch.describe_alarms(**parameters)["MetricAlarms"]]

    assert names() == ["load-a", "load-b", "other"]
    assert names(AlarmNames=["other"]) == ["other"]
    assert names(AlarmNamePrefix="load") == ["load-a", "load-b"]
    assert names(StateValue="ALARM") == ["load-a", "other"]
    assert names(ActionPrefix="arn:aws:autoscaling") == ["load-b"]
    pages = cloudwatch.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["MetricAlarms"]) for page in pages] == [2, 1]


def test_of_the_queries_of_an_alarm_it_is_shown_which_returns_data(cloudwatch):
    one = {"Metric": {"Namespace": "Shop", "MetricName": "Orders"}, "Period": 60, "Stat": "Sum"}
    queries = [
        {"Id": "twice", "Expression": "one * 2"},
        {"Id": "one", "MetricStat": one, "ReturnData": False},
    ]
    given = {"EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch.put_metric_alarm(AlarmName="twice", Metrics=queries, **given)
    (shown,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert [query["ReturnData"] for query in shown["Metrics"]] == [True, False]


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({"Period": 15}, "ValidationError", "Period must be 10, 20, 30 or a multiple of 60"),
        ({"Period": 90}, "ValidationError", "multiple of 60"),
        ({"DatapointsToAlarm": 2}, "ValidationError", "DatapointsToAlarm"),
        ({"TreatMissingData": "guess"}, "ValidationError", "TreatMissingData"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "NotSimulatedByWorkbook", "anomaly"),
        ({"OKActions": ["arn:aws:automate:us-east-1:ec2:stop"]}, "NotSimulatedByWorkbook", "ec2:stop"),
        ({"OKActions": ["arn:aws:ssm:us-east-1:1:opsitem:1"]}, "NotSimulatedByWorkbook", "opsitem"),
        ({"OKActions": ["my-topic"]}, "ValidationError", "Invalid arn syntax: my-topic"),
        (
            {"OKActions": [f"arn:aws:sns:us-east-1:1:t{n}" for n in range(6)]},
            "ValidationError",
            "at 'oKActions' failed to satisfy constraint: Member must have length less than or equal to 5",
        ),
        ({"OKActions": ["arn:aws:sqs:us-east-1:1:q"]}, "ValidationError", "Unsupported AWS vendor sqs"),
        (
            {"OKActions": ["arn:aws:sns:eu-west-1:1:t"]},
            "ValidationError",
            "Invalid region eu-west-1 specified. Only us-east-1 is supported.",
        ),
        ({"Statistic": "p90"}, "ValidationError", "Value 'p90' at 'statistic' failed to satisfy constraint"),
        ({"Unit": "Pieces"}, "ValidationError", "Value 'Pieces' at 'unit' failed to satisfy constraint"),
        ({"ComparisonOperator": "Above"}, "ValidationError", "at 'comparisonOperator' failed to satisfy"),
        ({"ExtendedStatistic": "p90"}, "ValidationError", "cannot be used together"),
        ({"EvaluationWindow": {"SlidingWindow": {}}}, "NotSimulatedByWorkbook", "EvaluationWindow"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_what_an_alarm_cannot_be_is_refused(lab, cloudwatch, options, code, text):
    with refused(code, text):
        alarm(cloudwatch, **options)
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_queries_that_do_not_fit_together_are_refused(cloudwatch):
    def stat(identifier, period=60, **more):
        metric = {"Namespace": "Bakery", "MetricName": "Load"}
        return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}, **more}

    for queries, text in (
        ([stat("a"), stat("b")], "Exactly one element of the metrics list should return data"),
        ([stat("A")], "must start with a lowercase letter"),
        ([stat("a"), stat("a", ReturnData=False)], "must be unique"),
        ([stat("a"), stat("b", 300, ReturnData=False)], "same period"),
        ([stat(f"m{each}", ReturnData=each == 0) for each in range(11)], "at most 10"),
        ([stat("a", ReturnData=False), {"Id": "e", "Expression": "a / z"}], "Unknown identifier: z"),
    ):
        with refused("ValidationError", text):
            cloudwatch.put_metric_alarm(
                AlarmName="x",
                Metrics=queries,
                ComparisonOperator="GreaterThanThreshold",
                Threshold=1.0,
                EvaluationPeriods=1,
            )


def test_an_alarm_sees_the_metrics_of_a_queue(lab, sqs, cloudwatch):
    url = queue(sqs)
    cloudwatch.put_metric_alarm(
        AlarmName="many-orders",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "orders"}],
        Statistic="Maximum",
        Period=60,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=3.0,
        EvaluationPeriods=1,
    )
    send(sqs, url, *"ab")
    lab.advance(60)
    assert state_of(cloudwatch, "many-orders") == "OK"
    send(sqs, url, "c")
    lab.advance(60)
    assert state_of(cloudwatch, "many-orders") == "ALARM"


def test_statistics_of_sets_of_values_and_units(lab, cloudwatch):
    alarm(cloudwatch, Statistic="Average", Unit="Seconds", threshold=20.0)
    values = {"SampleCount": 2.0, "Sum": 50.0, "Minimum": 10.0, "Maximum": 40.0}
    data = [
        {"MetricName": "Load", "StatisticValues": values, "Unit": "Seconds"},
        {"MetricName": "Load", "Value": 0.0, "Unit": "Count"},
    ]
    cloudwatch.put_metric_data(Namespace="Bakery", MetricData=data)
    lab.advance(60)
    assert state_of(cloudwatch) == "ALARM"


def test_dimensions_make_a_metric_of_its_own(lab, cloudwatch):
    alarm(cloudwatch, Dimensions=[{"Name": "Oven", "Value": "1"}])
    feed(lab, 100)
    assert state_of(cloudwatch) == "INSUFFICIENT_DATA"


def test_a_change_of_state_is_in_the_trace_and_what_it_leads_to_is_caused_by_it(lab, cloudwatch):
    asg = create_group(lab, 0, 3)
    arn = asg.put_scaling_policy(
        AutoScalingGroupName="workers",
        PolicyName="p",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
    )["PolicyARN"]
    alarm(cloudwatch, arn)
    feed(lab, 60)
    (change,) = hops(lab, "alarm")
    (scaled,) = hops(lab, "scale")
    (launched,) = hops(lab, "launch")
    facts = {name: change.facts[name] for name in ("name", "old", "new")}
    assert facts == {"name": "load-high", "old": "INSUFFICIENT_DATA", "new": "ALARM"}
    assert (change.causes, scaled.causes, launched.causes) == ((), (change.number,), (scaled.number,))


def test_set_alarm_state_hands_its_value_to_a_step_policy(lab, cloudwatch):
    asg = create_group(lab, 0, 9)
    arn = asg.put_scaling_policy(
        AutoScalingGroupName="workers",
        PolicyName="p",
        PolicyType="StepScaling",
        AdjustmentType="ChangeInCapacity",
        StepAdjustments=[
            {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 1},
            {"MetricIntervalLowerBound": 10.0, "ScalingAdjustment": 4},
        ],
    )["PolicyARN"]
    alarm(cloudwatch, arn)
    cloudwatch.set_alarm_state(
        AlarmName="load-high",
        StateValue="ALARM",
        StateReason="a drill",
        StateReasonData='{"recentDatapoints": [70.0]}',
    )
    assert described(asg)["DesiredCapacity"] == 4


def test_evaluation_is_no_work_and_does_not_slow_down_with_time(lab, cloudwatch):
    alarm(cloudwatch)
    assert lab.run_until_idle()
    feed(lab, *range(5))
    lab.advance(hours=10)
    assert lab.run_until_idle()
    switches = lab.world.kernel.switches
    lab.advance(hours=1)
    assert lab.world.kernel.switches - switches <= 125  # a minute: the alarm's task, and back
    assert LOAD["MetricName"] == "Load"
