"""CloudWatch alarms, as its user guide and the service model describe them: the rows CW of the ledger."""

from __future__ import annotations

import datetime

import pytest
from auto_scaling_learner import LOAD, alarm, create_group, described, feed, full_minute, state_of
from learner import hops, refused

from workbook.aws.cloudwatch.judgement import Rule, judge

THREE_OF_THREE = [
    ("0-X-X", "OK", "OK", "OK", "OK"),
    ("0----", "OK", "OK", "OK", "OK"),
    ("-----", "INSUFFICIENT_DATA", None, "ALARM", "OK"),
    ("0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"),
    ("----X", "INSUFFICIENT_DATA", None, "ALARM", "OK"),
    ("X----", "ALARM", None, "ALARM", "OK"),
]
TWO_OF_THREE = [
    ("0-X-X", "ALARM", "ALARM", "ALARM", "ALARM"),
    ("00X0X", "ALARM", "ALARM", "ALARM", "ALARM"),
    ("0-X--", "OK", "OK", "ALARM", "OK"),
    ("----0", "OK", "OK", "ALARM", "OK"),
    ("----X", "INSUFFICIENT_DATA", None, "ALARM", "OK"),
]
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
"""The columns of the guide's tables, in their order."""


@pytest.fixture
def cloudwatch(lab):
    return lab.client("cloudwatch")


def verdicts(points, needed):
    """What each treatment of missing data makes of 0 (fine), X (breaching) and - (missing)."""
    values = [{"0": 0.0, "X": 9.0, "-": None}[point] for point in points]
    numbered = list(enumerate(values))
    rules = [Rule("GreaterThanThreshold", 5.0, 3, needed, treatment) for treatment in TREATMENTS]
    return tuple(judge(rule, numbered).state for rule in rules)


@pytest.mark.parametrize("row", THREE_OF_THREE, ids=lambda row: row[0])
def test_cw_01_missing_data_of_a_3_out_of_3_alarm(row):
    assert verdicts(row[0], 3) == row[1:]


@pytest.mark.parametrize("row", TWO_OF_THREE, ids=lambda row: row[0])
def test_cw_02_missing_data_of_a_2_out_of_3_alarm(row):
    assert verdicts(row[0], 2) == row[1:]


def test_cw_03_a_new_alarm_has_insufficient_data_and_a_changed_one_keeps_its_state(lab, cloudwatch):
    alarm(cloudwatch)
    assert state_of(cloudwatch) == "INSUFFICIENT_DATA"
    feed(lab, 60)
    assert state_of(cloudwatch) == "ALARM"
    alarm(cloudwatch, threshold=100.0)
    assert state_of(cloudwatch) == "ALARM"
    feed(lab, 60)
    assert state_of(cloudwatch) == "OK"


def test_cw_04_m_out_of_n_data_points_make_an_alarm(lab, cloudwatch):
    alarm(cloudwatch, periods=3, DatapointsToAlarm=2)
    feed(lab, 60, 10)
    assert state_of(cloudwatch) == "OK"
    feed(lab, 60)
    assert state_of(cloudwatch) == "ALARM"
    feed(lab, 10, 10)
    assert state_of(cloudwatch) == "OK"


def test_cw_05_a_scaling_policy_is_asked_once_a_minute_as_long_as_the_state_lasts(lab, cloudwatch):
    asg = create_group(lab, 0, 9, DefaultInstanceWarmup=0)
    policy = asg.put_scaling_policy(
        AutoScalingGroupName="workers",
        PolicyName="one-more",
        PolicyType="StepScaling",
        AdjustmentType="ChangeInCapacity",
        StepAdjustments=[{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    )
    alarm(cloudwatch, policy["PolicyARN"])
    feed(lab, 60)
    assert described(asg)["DesiredCapacity"] == 1
    feed(lab, 60, 60, 60)
    assert described(asg)["DesiredCapacity"] == 4
    assert len(hops(lab, "alarm")) == 1


def test_cw_06_an_alarm_with_disabled_actions_changes_its_state_and_calls_nobody(lab, cloudwatch):
    asg = create_group(lab, 0, 9)
    policy = asg.put_scaling_policy(
        AutoScalingGroupName="workers",
        PolicyName="one-more",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
    )
    alarm(cloudwatch, policy["PolicyARN"])
    cloudwatch.disable_alarm_actions(AlarmNames=["load-high"])
    feed(lab, 60)
    assert (state_of(cloudwatch), described(asg)["DesiredCapacity"]) == ("ALARM", 0)
    cloudwatch.enable_alarm_actions(AlarmNames=["load-high"])
    feed(lab, 60)
    assert described(asg)["DesiredCapacity"] == 1


def test_cw_07_an_alarm_may_watch_an_expression_on_several_metrics(lab, cloudwatch):
    queries = [stat("a", "Load"), stat("b", "Bakers"), {"Id": "e", "Expression": "a / b"}]
    cloudwatch.put_metric_alarm(
        AlarmName="per-baker",
        Metrics=queries,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=10.0,
        EvaluationPeriods=1,
    )
    put(cloudwatch, Load=100, Bakers=5)
    full_minute(lab)
    assert state_of(cloudwatch, "per-baker") == "ALARM"
    put(cloudwatch, Load=100, Bakers=20)
    full_minute(lab)
    assert state_of(cloudwatch, "per-baker") == "OK"


def test_cw_08_a_data_point_lacks_where_a_metric_lacks_or_the_divisor_is_0(lab, cloudwatch):
    start = lab.now
    put(cloudwatch, Load=100)
    full_minute(lab)
    put(cloudwatch, Load=100, Bakers=0)
    full_minute(lab)
    put(cloudwatch, Load=100, Bakers=4)
    full_minute(lab)
    queries = [stat("a", "Load"), stat("b", "Bakers"), {"Id": "e", "Expression": "a / b"}]
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=start, EndTime=start + datetime.timedelta(minutes=3)
    )
    assert answer["MetricDataResults"][-1]["Values"] == [25.0]


def test_cw_09_a_state_that_was_set_lasts_until_the_next_evaluation(lab, cloudwatch):
    alarm(cloudwatch)
    feed(lab, 10)
    cloudwatch.set_alarm_state(AlarmName="load-high", StateValue="ALARM", StateReason="a fire drill")
    (shown,) = cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
    assert shown["StateReason"] == "a fire drill"
    feed(lab, 10)
    assert state_of(cloudwatch) == "OK"


def test_cw_10_an_alarm_looks_back_a_day_or_with_periods_of_an_hour_seven_days(lab, cloudwatch):
    alarm(cloudwatch, periods=1440)
    with refused("ValidationError", "more than a day"):
        alarm(cloudwatch, periods=1441)
    alarm(cloudwatch, periods=168, Period=3600)
    with refused("ValidationError", "more than 7 days"):
        alarm(cloudwatch, periods=169, Period=3600)


def test_cw_11_deleting_several_alarms_deletes_those_that_exist(lab, cloudwatch):
    alarm(cloudwatch)
    with refused("ResourceNotFound"):
        cloudwatch.delete_alarms(AlarmNames=["load-high", "missing"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_cw_12_the_reason_tells_the_data_points_newest_first(lab, cloudwatch):
    alarm(cloudwatch, periods=2, DatapointsToAlarm=2)
    feed(lab, 60, 70)
    (shown,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert shown["StateReason"] == (
        "Threshold Crossed: 2 out of the last 2 datapoints "
        "[70.0 (05/01/26 09:01:00), 60.0 (05/01/26 09:00:00)] were greater than the threshold (50.0) "
        "(minimum 2 datapoints for OK -> ALARM transition)."
    )
    feed(lab, 10)
    (shown,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert shown["StateReason"] == (
        "Threshold Crossed: 1 out of the last 2 datapoints [10.0 (05/01/26 09:02:00)] was not greater than "
        "the threshold (50.0) (minimum 1 datapoint for ALARM -> OK transition)."
    )


def test_cw_13_the_period_of_an_alarm_is_a_sliding_window(lab, cloudwatch):
    alarm(cloudwatch, Period=180, Statistic="Sum", threshold=90.0)
    feed(lab, 40, 40)
    assert state_of(cloudwatch) == "OK"
    feed(lab, 40)
    assert state_of(cloudwatch) == "ALARM"
    feed(lab, 0)
    assert state_of(cloudwatch) == "OK"


def test_cw_14_expressions_may_use_expressions_and_only_what_returns_data_is_returned(lab, cloudwatch):
    start = lab.now
    put(cloudwatch, Load=100, Bakers=4)
    full_minute(lab)
    put(cloudwatch, Load=60, Bakers=2)
    full_minute(lab)
    queries = [
        {"Id": "e", "Expression": "half * 2"},
        {"Id": "half", "Expression": "a / b / 2", "ReturnData": False},
        stat("a", "Load"),
        stat("b", "Bakers"),
    ]
    end = start + datetime.timedelta(minutes=2)
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end)
    shown = [(each["Id"], each["Values"]) for each in answer["MetricDataResults"]]
    assert shown == [("e", [30.0, 25.0])]  # the newest first
    oldest_first = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
    )
    assert oldest_first["MetricDataResults"][0]["Values"] == [25.0, 30.0]


def test_cw_15_the_start_time_of_get_metric_data_is_rounded_down_to_the_minute(lab, cloudwatch):
    feed(lab, 1, 2, 3)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[{**stat("a", "Load"), "ReturnData": True}],
        StartTime=datetime.datetime(2026, 1, 5, 9, 1, 30, tzinfo=datetime.UTC),
        EndTime=lab.now,
    )
    assert answer["MetricDataResults"][0]["Values"] == [3.0, 2.0]


def put(cloudwatch, **values):
    """One value of each metric, now."""
    data = [{"MetricName": name, "Value": float(value)} for name, value in values.items()]
    cloudwatch.put_metric_data(Namespace="Bakery", MetricData=data)


def stat(identifier, name):
    """A MetricDataQuery that returns nothing by itself."""
    metric = {"Namespace": LOAD["Namespace"], "MetricName": name}
    return {
        "Id": identifier,
        "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"},
        "ReturnData": False,
    }
