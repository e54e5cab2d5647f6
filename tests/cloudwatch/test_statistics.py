"""GetMetricStatistics and ListMetrics: a metric is its namespace, its name and all of its dimensions."""

import datetime

import pytest
from botocore.exceptions import ClientError

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def cloudwatch(lab):
    return lab.client("cloudwatch")


def put(cloudwatch, value, unit="Count", **dimensions):
    datum = {
        "MetricName": "Orders",
        "Value": value,
        "Unit": unit,
        "Dimensions": [{"Name": name, "Value": text} for name, text in dimensions.items()],
    }
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])


def points(lab, cloudwatch, dimensions=None, **options):
    asked = {"Period": 60, "Statistics": ["Sum"], "StartTime": lab.now - 10 * MINUTE, **options}
    named = [{"Name": name, "Value": text} for name, text in (dimensions or {}).items()]
    return cloudwatch.get_metric_statistics(
        Namespace="Shop", MetricName="Orders", Dimensions=named, EndTime=lab.now, **asked
    )["Datapoints"]


def test_other_dimensions_are_another_metric(lab, cloudwatch):
    put(cloudwatch, 1)
    put(cloudwatch, 10, Shop="north")
    put(cloudwatch, 100, Shop="north", Till="2")
    lab.advance(60)
    assert [point["Sum"] for point in points(lab, cloudwatch)] == [1]
    assert [point["Sum"] for point in points(lab, cloudwatch, {"Shop": "north"})] == [10]
    assert points(lab, cloudwatch, {"Till": "2"}) == []


def test_points_are_in_order_with_all_statistics_that_were_asked_for(lab, cloudwatch):
    for value in (1, 3):
        put(cloudwatch, value)
    lab.advance(60)
    put(cloudwatch, 8)
    lab.advance(60)
    statistics = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"]
    first, second = points(lab, cloudwatch, Statistics=statistics)
    assert {name: first[name] for name in statistics} == {
        "Average": 2,
        "Maximum": 3,
        "Minimum": 1,
        "SampleCount": 2,
        "Sum": 4,
    }
    assert second["Timestamp"] - first["Timestamp"] == MINUTE
    assert first["Unit"] == "Count"


def test_units_are_kept_apart(lab, cloudwatch):
    put(cloudwatch, 1)
    put(cloudwatch, 2, unit="Percent")
    lab.advance(60)
    assert {(point["Unit"], point["Sum"]) for point in points(lab, cloudwatch)} == {
        ("Count", 1),
        ("Percent", 2),
    }
    assert [point["Sum"] for point in points(lab, cloudwatch, Unit="Percent")] == [2]


def test_a_period_may_be_longer(lab, cloudwatch):
    for _ in range(4):
        put(cloudwatch, 1)
        lab.advance(60)
    assert sum(point["Sum"] for point in points(lab, cloudwatch, Period=120)) == 4


def test_what_makes_no_sense_is_refused(lab, cloudwatch):
    with pytest.raises(ClientError, match="must be less than the parameter EndTime"):
        points(lab, cloudwatch, StartTime=lab.now)
    with pytest.raises(ClientError, match="exceeds the limit of 1,440"):
        points(lab, cloudwatch, StartTime=lab.now - 1_441 * MINUTE)
    with pytest.raises(ClientError, match="The statistic 'tm90' is not simulated"):
        points(lab, cloudwatch, ExtendedStatistics=["tm90"])


def test_each_metric_is_listed_once(lab, cloudwatch):
    for _ in range(3):
        put(cloudwatch, 1)
        put(cloudwatch, 1, Shop="north")
        lab.advance(60)
    shown = cloudwatch.list_metrics(Namespace="Shop")["Metrics"]
    assert [metric["Dimensions"] for metric in shown] == [[], [{"Name": "Shop", "Value": "north"}]]
    assert cloudwatch.list_metrics(Namespace="Shop", Dimensions=[{"Name": "Shop"}])["Metrics"] == shown[1:]
    assert cloudwatch.list_metrics(Dimensions=[{"Name": "Shop", "Value": "south"}])["Metrics"] == []
    assert cloudwatch.list_metrics(MetricName="Sales")["Metrics"] == []


def test_500_metrics_are_a_page(lab, cloudwatch):
    for number in range(501):
        put(cloudwatch, 1, Shop=str(number))
    first = cloudwatch.list_metrics(Namespace="Shop")
    assert len(first["Metrics"]) == 500
    rest = cloudwatch.list_metrics(Namespace="Shop", NextToken=first["NextToken"])
    assert len(rest["Metrics"]) == 1
    assert "NextToken" not in rest


@pytest.mark.parametrize(
    ("datum", "text"),
    [
        (
            {"Values": [float(value) for value in range(151)]},
            "MetricData.member.1.Values must not have a size",
        ),
        ({"Value": 2.0**361}, "for parameter MetricData.member.1.Value is invalid"),
        ({"Value": 1.0, "Timestamp": -14 * 24 * 60 - 1}, "must specify a time within the past two weeks"),
        ({"Value": 1.0, "Timestamp": 121}, "no more than two hours in the future"),
    ],
    ids=["values", "too large", "too old", "too early"],
)
def test_what_cannot_be_put(lab, cloudwatch, datum, text):
    given = {"MetricName": "Sales", **datum}
    if "Timestamp" in given:
        given["Timestamp"] = lab.now + given["Timestamp"] * MINUTE
    with pytest.raises(ClientError, match=text):
        cloudwatch.put_metric_data(Namespace="Shop", MetricData=[given])


def test_more_than_a_thousand_metrics_are_refused_and_none_is_kept(lab, cloudwatch):
    data = [{"MetricName": "Sales", "Value": 1.0}] * 1001
    with pytest.raises(ClientError, match="MetricData must not have a size greater than 1000"):
        cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
    assert cloudwatch.list_metrics(Namespace="Shop")["Metrics"] == []
