"""What alarms look at: percentiles, high resolution, missing data of tables; tags, and alarms of a metric."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learner import refused

from workbook.aws.cloudwatch.metric_values import statistic_of
from workbook.aws.metrics import Tally


def state_of(cloudwatch, name="load-high"):
    return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]


def feed(cloudwatch, *values, **more):
    data = [{"MetricName": "Load", "Value": float(value), **more} for value in values]
    cloudwatch.put_metric_data(Namespace="Bakery", MetricData=data)


def test_an_alarm_may_watch_a_percentile(lab, cloudwatch, put):
    put("load-high", Statistic=None, ExtendedStatistic="p90")
    feed(cloudwatch, *range(1, 11), *range(41, 91, 5))
    lab.advance(61)
    assert state_of(cloudwatch) == "ALARM"
    (shown,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert shown["ExtendedStatistic"] == "p90"
    assert "[76.0 (" in shown["StateReason"]


def test_a_percentile_of_few_values_can_be_ignored(lab, cloudwatch, put):
    options = {"Statistic": None, "ExtendedStatistic": "p90"}
    put("careful", EvaluateLowSampleCountPercentile="ignore", **options)
    put("hasty", EvaluateLowSampleCountPercentile="evaluate", **options)
    feed(cloudwatch, *[90] * 99)
    lab.advance(61)
    assert [state_of(cloudwatch, name) for name in ("careful", "hasty")] == ["INSUFFICIENT_DATA", "ALARM"]
    feed(cloudwatch, *[90] * 100)
    lab.advance(60)
    assert state_of(cloudwatch, "careful") == "ALARM"


@pytest.mark.parametrize("statistic", ["tm90", "IQM", "PR(1:2)", "p101", "p-1"])
def test_other_extended_statistics_are_refused_by_name(put, statistic):
    with refused("NotSimulatedByWorkbook", "percentile such as p90"):
        put("load-high", Statistic=None, ExtendedStatistic=statistic)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40), st.integers(0, 100))
def test_a_percentile_is_the_nearest_rank(values, per_cent):
    tally = Tally(values[0])
    for value in values[1:]:
        tally.add(value)
    rank = max(math.ceil(len(values) * per_cent / 100), 1)
    assert statistic_of(tally, f"p{per_cent}") == sorted(values)[rank - 1]


def test_of_values_that_were_put_as_statistics_there_is_no_percentile(lab, cloudwatch, put):
    put("load-high", Statistic=None, ExtendedStatistic="p90")
    statistics = {"SampleCount": 3.0, "Sum": 210.0, "Minimum": 60.0, "Maximum": 80.0}
    cloudwatch.put_metric_data(
        Namespace="Bakery", MetricData=[{"MetricName": "Load", "StatisticValues": statistics}]
    )
    lab.advance(61)
    assert state_of(cloudwatch) == "INSUFFICIENT_DATA"


def test_a_high_resolution_alarm_looks_every_ten_seconds(lab, cloudwatch, put):
    put("load-high", Period=10)
    lab.advance(12)
    feed(cloudwatch, 90, StorageResolution=1)
    assert state_of(cloudwatch) == "INSUFFICIENT_DATA"
    lab.advance(9)
    assert state_of(cloudwatch) == "ALARM"
    feed(cloudwatch, 10, StorageResolution=1)
    lab.advance(10)
    assert state_of(cloudwatch) == "OK"


def test_data_of_standard_resolution_are_at_the_beginning_of_their_minute(lab, cloudwatch, put):
    put("load-high", Period=10, TreatMissingData="missing")
    lab.advance(35)
    feed(cloudwatch, 90)
    lab.advance(6)
    assert state_of(cloudwatch) == "INSUFFICIENT_DATA"


def test_a_resolution_is_a_second_or_a_minute(cloudwatch):
    with refused("ValidationError", "MetricData.member.1.StorageResolution must be 1 or 60"):
        feed(cloudwatch, 1, StorageResolution=5)


def test_a_table_s_missing_data_are_always_ignored(lab, cloudwatch, put):
    put("load-high", Namespace="AWS/DynamoDB", TreatMissingData="breaching")
    lab.advance(600)
    assert state_of(cloudwatch) == "INSUFFICIENT_DATA"


def test_which_alarms_watch_a_metric(cloudwatch, put):
    put("average")
    put("sum", Statistic="Sum", Period=300)
    put("other", MetricName="Bakers")

    def names(**more):
        found = cloudwatch.describe_alarms_for_metric(Namespace="Bakery", MetricName="Load", **more)
        return [alarm["AlarmName"] for alarm in found["MetricAlarms"]]

    assert names() == ["average", "sum"]
    assert names(Statistic="Sum") == ["sum"]
    assert names(Period=60) == ["average"]
    assert names(Dimensions=[{"Name": "a", "Value": "b"}]) == []


def test_tags_of_an_alarm(cloudwatch, put):
    put("load-high", Tags=[{"Key": "tag1", "Value": "foo"}, {"Key": "tag2", "Value": "bar"}])
    arn = cloudwatch.describe_alarms()["MetricAlarms"][0]["AlarmArn"]

    def tags():
        return {
            tag["Key"]: tag["Value"] for tag in cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        }

    assert tags() == {"tag1": "foo", "tag2": "bar"}
    put("load-high", Tags=[{"Key": "tag1", "Value": "ignored by an update"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["tag1"])
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "tag2", "Value": "new"}])
    assert tags() == {"tag2": "new"}
    with refused("ResourceNotFoundException", "does not exist"):
        cloudwatch.list_tags_for_resource(ResourceARN=f"{arn}-not")
    with refused("ValidationError", "at most 50 tags"):
        cloudwatch.tag_resource(
            ResourceARN=arn, Tags=[{"Key": str(number), "Value": ""} for number in range(51)]
        )


def test_a_state_that_is_none_is_refused_as_aws_words_it(cloudwatch, put):
    put("load-high")
    text = (
        "1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy constraint: "
        "Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"
    )
    with refused("ValidationError", text):
        cloudwatch.set_alarm_state(AlarmName="load-high", StateValue="INVALID", StateReason="x")
    with refused("InvalidFormat", "must be valid JSON"):
        cloudwatch.set_alarm_state(
            AlarmName="load-high", StateValue="OK", StateReason="x", StateReasonData="{"
        )
    with refused("ResourceNotFound"):
        cloudwatch.set_alarm_state(AlarmName="nobody", StateValue="OK", StateReason="x")


def test_percentiles_and_fine_periods_can_be_asked_for(lab, cloudwatch):
    start = lab.now
    feed(cloudwatch, *range(1, 11), StorageResolution=1)
    lab.advance(60)
    asked = {"Namespace": "Bakery", "MetricName": "Load", "StartTime": start, "EndTime": lab.now}
    (point,) = cloudwatch.get_metric_statistics(Period=10, ExtendedStatistics=["p50", "p90"], **asked)[
        "Datapoints"
    ]
    assert point["ExtendedStatistics"] == {"p50": 5.0, "p90": 9.0}
    (point,) = cloudwatch.get_metric_statistics(
        Period=60, Statistics=["Sum"], ExtendedStatistics=["p100"], **asked
    )["Datapoints"]
    assert (point["Sum"], point["ExtendedStatistics"]) == (55.0, {"p100": 10.0})
    with refused("InvalidParameterValue", "must be 1, 5, 10, 20, 30, or a multiple of 60, not 7"):
        cloudwatch.get_metric_statistics(Period=7, Statistics=["Sum"], **asked)


@pytest.mark.parametrize(
    ("queries", "labels"),
    [
        ([("Sum", 60), ("Minimum", 30)], ["Load Sum 60", "Load Minimum 30"]),
        ([("Sum", 60), ("Minimum", 60)], ["Load Sum", "Load Minimum"]),
        ([("Sum", 60), ("Sum", 30)], ["Load 60", "Load 30"]),
        ([("Sum", 60), ("Sum", 60)], ["Load", "Load"]),
    ],
)
def test_a_label_says_as_much_as_tells_the_queries_apart(lab, cloudwatch, queries, labels):
    start = lab.now
    lab.advance(60)
    metric = {"Namespace": "Bakery", "MetricName": "Load"}
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[
            {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Stat": stat, "Period": period}}
            for number, (stat, period) in enumerate(queries)
        ],
        StartTime=start,
        EndTime=lab.now,
    )
    assert [result["Label"] for result in answer["MetricDataResults"]] == labels


def test_namespaces_of_aws_take_no_values_of_others(cloudwatch):
    with refused("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid."):
        cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=[{"MetricName": "Load", "Value": 1}])
    assert cloudwatch.list_metrics()["Metrics"] == []
