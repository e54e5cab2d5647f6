"""Values of metrics, as they are put and asked for: rows CW of the ledger."""

from __future__ import annotations

import datetime

import pytest
from learner import refused

MINUTE = datetime.timedelta(minutes=1)
ORDERS = {"Namespace": "Shop", "MetricName": "Orders"}


@pytest.fixture
def cloudwatch(lab):
    return lab.client("cloudwatch")


def put(cloudwatch, **datum):
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Orders", **datum}])


def query(name="orders", **stat):
    return {"Id": name, "MetricStat": {"Metric": ORDERS, "Period": 60, "Stat": "Sum", **stat}}


def ask(lab, cloudwatch, *queries, **options):
    return cloudwatch.get_metric_data(
        MetricDataQueries=list(queries), StartTime=lab.now - 5 * MINUTE, EndTime=lab.now, **options
    )["MetricDataResults"]


def test_cw_31_of_a_metric_in_several_units_get_metric_data_counts_one_and_names_all(lab, cloudwatch):
    put(cloudwatch, Value=60.0, Unit="Seconds")
    put(cloudwatch, Value=60_000.0, Unit="Milliseconds")
    put(cloudwatch, Value=60_000.0, Unit="Milliseconds")
    lab.advance(60)
    (result,) = ask(lab, cloudwatch, query())
    assert result["Values"] == [120_000.0]
    text = "Multiple units returned: '[Milliseconds, Seconds]'"
    assert result["Messages"] == [{"Code": "MultipleUnits", "Value": text}]
    put(cloudwatch, Value=5.0, Unit="Count")
    lab.advance(60)
    (result,) = ask(lab, cloudwatch, query())
    assert result["Values"] == [5.0]
    assert result["Messages"][0]["Value"] == "Multiple units returned: '[Count, Milliseconds, Seconds]'"
    (result,) = ask(lab, cloudwatch, query(Unit="Seconds"))
    assert result["Values"] == [60.0]
    assert "Messages" not in result


def test_cw_32_a_day_of_minutes_can_be_asked_for_at_any_second(lab, cloudwatch):
    put(cloudwatch, Value=1.0)
    lab.advance(seconds=90)
    now = lab.now
    parameters = {**ORDERS, "EndTime": now, "Period": 60}
    asked = cloudwatch.get_metric_statistics(
        **parameters, Statistics=["Sum"], StartTime=now - datetime.timedelta(days=1)
    )
    assert [point["Sum"] for point in asked["Datapoints"]] == [1.0]
    text = "You have requested up to 4,320 datapoints, which exceeds the limit of 1,440."
    with refused("InvalidParameterCombination", text):
        cloudwatch.get_metric_statistics(
            **parameters, Statistics=["Sum"], StartTime=now - datetime.timedelta(days=3)
        )
    text = "At least one of the parameters Statistics and ExtendedStatistics must be specified."
    with refused("InvalidParameterCombination", text):
        cloudwatch.get_metric_statistics(**parameters, StartTime=now - MINUTE)


def test_cw_33_a_value_is_required_and_its_unit_is_one_of_27(lab, cloudwatch):
    with refused("InvalidParameterCombination", "At least one of the parameters must be specified."):
        put(cloudwatch)
    text = "The parameter MetricData.member.1.Unit must be a value in the set [ Megabits, Terabits, Gigabits,"
    with refused("InvalidParameterValue", text):
        put(cloudwatch, Value=1.0, Unit="Orders")
    statistics = {"SampleCount": 1, "Sum": 0, "Minimum": 0, "Maximum": 0}
    with refused("InvalidParameterCombination", "MetricData.member.1.StatisticValues are mutually exclusive"):
        put(cloudwatch, Value=0.0, StatisticValues=statistics)
    with refused("InvalidParameterValue", "The value :Shop for parameter Namespace is invalid."):
        cloudwatch.put_metric_data(Namespace=":Shop", MetricData=[{"MetricName": "Orders", "Value": 1.0}])
    assert cloudwatch.list_metrics(Namespace="Shop")["Metrics"] == []
    put(cloudwatch, Value=0.0, Unit="None")
    put(cloudwatch, Value=2.0)
    lab.advance(60)
    (result,) = ask(lab, cloudwatch, query())
    assert result["Values"] == [2.0]  # "None" is what a value without a unit has
    assert "Messages" not in result


def test_cw_34_ids_of_queries_begin_small_and_are_unique_and_statistics_exist(lab, cloudwatch):
    text = (
        "The value Orders for parameter MetricDataQueries.member.2.Id is not matching the expected pattern "
        "^[a-z][a-zA-Z0-9_]*$."
    )
    with refused("ValidationError", text):
        ask(lab, cloudwatch, query(), query("Orders"))
    with refused("ValidationError", "The values for parameter id in MetricDataQueries are not unique."):
        ask(lab, cloudwatch, query(), query())
    text = "The value sum for parameter MetricDataQueries.member.1.MetricStat.Stat is not a valid statistic."
    with refused("ValidationError", text):
        ask(lab, cloudwatch, query(Stat="sum"))
    text = "The collection MetricDataQueries must not have a size greater than 500."
    with refused("ValidationError", text):
        ask(lab, cloudwatch, *[query(f"q{number}") for number in range(501)])


def test_cw_35_datapoints_to_alarm_are_no_more_than_evaluation_periods(cloudwatch):
    given = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 2, "Threshold": 1.0}
    watched = {**ORDERS, "Period": 60, "Statistic": "Sum"}
    text = "DatapointsToAlarm must be less than or equal to EvaluationPeriods"
    with refused("ValidationError", text):
        cloudwatch.put_metric_alarm(AlarmName="busy", DatapointsToAlarm=3, **given, **watched)
    with refused("ValidationError", "MetricName must not be null"):
        cloudwatch.put_metric_alarm(AlarmName="busy", Namespace="Shop", Period=60, Statistic="Sum", **given)


def test_cw_36_a_metric_alarm_that_stays_as_it_is_was_not_updated(lab, cloudwatch):
    watched = {**ORDERS, "Period": 60, "Statistic": "Sum", "EvaluationPeriods": 1, "Threshold": 1.0}
    cloudwatch.put_metric_alarm(AlarmName="busy", ComparisonOperator="GreaterThanThreshold", **watched)
    lab.advance(minutes=5)
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["StateUpdatedTimestamp"] == alarm["AlarmConfigurationUpdatedTimestamp"]
    put(cloudwatch, Value=2.0)
    lab.advance(minutes=1)
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
    assert alarm["StateUpdatedTimestamp"] == alarm["StateTransitionedTimestamp"]
    assert alarm["StateUpdatedTimestamp"] > alarm["AlarmConfigurationUpdatedTimestamp"]


def test_cw_37_what_is_no_state_kind_or_statistic_is_refused(lab, cloudwatch):
    text = "Value 'BUSY' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: "
    with refused("ValidationError", f"{text}[INSUFFICIENT_DATA, ALARM, OK]"):
        cloudwatch.describe_alarms(StateValue="BUSY")
    with refused("ValidationError", "Value 'Change' at 'historyItemType' failed to satisfy constraint"):
        cloudwatch.describe_alarm_history(HistoryItemType="Change")
    text = "The parameter Statistics.member.2 must be a value in the set [ SampleCount, Average, Sum, "
    with refused("InvalidParameterValue", text):
        cloudwatch.get_metric_statistics(
            **ORDERS, StartTime=lab.now - MINUTE, EndTime=lab.now, Period=60, Statistics=["Sum", "p90"]
        )
