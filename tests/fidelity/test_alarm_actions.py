"""What alarms do and say, and alarms on alarms: more rows CW of the ledger."""

from __future__ import annotations

import json

import pytest
from access import let_send
from auto_scaling_learner import alarm, feed, state_of
from learner import drain, hops, queue, refused

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"


@pytest.fixture
def cloudwatch(lab):
    return lab.client("cloudwatch")


@pytest.fixture
def mail(lab, sqs):
    """A topic, and what it has sent on: subject and message."""
    url = queue(sqs)
    let_send(sqs, url, QUEUE, ["sns.amazonaws.com", "events.amazonaws.com"])
    sns = lab.client("sns")
    topic = sns.create_topic(Name="ops")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE)

    def read():
        lab.advance(1)
        return [json.loads(body) for body in drain(sqs, url)]

    return topic, read


def set_state(lab, cloudwatch, name, value):
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=value, StateReason="a fire drill")
    lab.advance(1)


def compose(lab, cloudwatch, name, rule, **options):
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, **options)
    lab.advance(1)


def composite(cloudwatch, name):
    (shown,) = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    return shown


def test_cw_16_a_topic_is_told_when_the_state_changes_and_only_then(lab, cloudwatch, mail):
    topic, read = mail
    alarm(cloudwatch, topic)
    feed(lab, 60, 60, 60)
    (letter,) = read()
    assert letter["Subject"] == 'ALARM: "load-high" in US East (N. Virginia)'
    message = json.loads(letter["Message"])
    assert (message["OldStateValue"], message["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert message["Trigger"]["Statistic"] == "AVERAGE"


def test_cw_17_a_function_must_let_lambda_alarms_cloudwatch_amazonaws_com_in(lab, cloudwatch):
    def watch(event, _context):
        return event["alarmData"]["state"]["value"]

    lab.function("watch", watch)
    alarm(cloudwatch, "arn:aws:lambda:us-east-1:123456789012:function:watch")
    set_state(lab, cloudwatch, "load-high", "ALARM")
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_PERMISSION"]
    lab.client("lambda").add_permission(
        FunctionName="watch",
        StatementId="alarms",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceArn=f"{ARN}:load-high",
    )
    set_state(lab, cloudwatch, "load-high", "OK")
    set_state(lab, cloudwatch, "load-high", "ALARM")
    assert len(hops(lab, "invoke")) == 1


def test_cw_18_every_change_of_state_is_an_event_on_the_default_bus(lab, cloudwatch, mail):
    _, read = mail
    events = lab.client("events")
    events.put_rule(
        Name="alarms", EventPattern=json.dumps({"detail-type": ["CloudWatch Alarm State Change"]})
    )
    events.put_targets(Rule="alarms", Targets=[{"Id": "1", "Arn": QUEUE}])
    alarm(cloudwatch, ActionsEnabled=False)
    feed(lab, 60)
    (event,) = read()
    assert event["source"] == "aws.cloudwatch"
    assert event["detail"]["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert json.loads(event["detail"]["state"]["reasonData"])["recentDatapoints"] == [60.0]


def test_cw_19_a_composite_alarm_is_insufficient_only_until_it_is_first_evaluated(lab, cloudwatch):
    alarm(cloudwatch)
    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule="ALARM(load-high)")
    assert composite(cloudwatch, "both")["StateValue"] == "INSUFFICIENT_DATA"
    lab.advance(1)
    assert composite(cloudwatch, "both")["StateValue"] == "OK"
    assert composite(cloudwatch, "both")["StateReason"] == (
        f"{ARN}:both was created and its alarm rule evaluates to OK"
    )


def test_cw_20_a_composite_alarm_follows_its_rule(lab, cloudwatch):
    alarm(cloudwatch, name="cpu")
    alarm(cloudwatch, name="deploying")
    compose(lab, cloudwatch, "page", f'ALARM(cpu) AND NOT ALARM("{ARN}:deploying")')
    set_state(lab, cloudwatch, "cpu", "ALARM")
    assert composite(cloudwatch, "page")["StateValue"] == "ALARM"
    set_state(lab, cloudwatch, "deploying", "ALARM")
    assert composite(cloudwatch, "page")["StateValue"] == "OK"
    assert composite(cloudwatch, "page")["StateReason"].startswith(
        f"{ARN}:deploying transitioned to ALARM at "
    )


def test_cw_21_a_rule_names_alarms_that_exist(cloudwatch):
    text = "Could not save the composite alarm as alarms [nobody] in the alarm rule do not exist"
    with refused("ValidationError", text):
        cloudwatch.put_composite_alarm(AlarmName="x", AlarmRule="ALARM(nobody)")
    text = "AlarmRule must not contain leading or trailing whitespace or be null"
    with refused("ValidationError", text):
        cloudwatch.put_composite_alarm(AlarmName="x", AlarmRule=" TRUE")


def test_cw_22_an_alarm_that_a_rule_names_cannot_be_deleted(lab, cloudwatch):
    alarm(cloudwatch)
    compose(lab, cloudwatch, "both", "ALARM(load-high)")
    text = "Cannot delete load-high as there are composite alarm(s) depending on it."
    with refused("ValidationError", text):
        cloudwatch.delete_alarms(AlarmNames=["load-high"])
    cloudwatch.delete_alarms(AlarmNames=["load-high", "both"])


def test_cw_23_actions_wait_for_the_suppressor_then_while_it_lasts_then_for_its_extension(
    lab, cloudwatch, mail
):
    topic, read = mail
    alarm(cloudwatch)
    alarm(cloudwatch, name="maintenance")
    compose(
        lab,
        cloudwatch,
        "page",
        "ALARM(load-high)",
        AlarmActions=[topic],
        ActionsSuppressor="maintenance",
        ActionsSuppressorWaitPeriod=20,
        ActionsSuppressorExtensionPeriod=10,
    )
    set_state(lab, cloudwatch, "load-high", "ALARM")
    assert composite(cloudwatch, "page")["ActionsSuppressedBy"] == "WaitPeriod"
    set_state(lab, cloudwatch, "maintenance", "ALARM")
    assert composite(cloudwatch, "page")["ActionsSuppressedBy"] == "Alarm"
    lab.advance(21)
    assert read() == []
    set_state(lab, cloudwatch, "maintenance", "OK")
    assert composite(cloudwatch, "page")["ActionsSuppressedBy"] == "ExtensionPeriod"
    lab.advance(10)
    assert [letter["Subject"] for letter in read()] == ['ALARM: "page" in US East (N. Virginia)']


def test_cw_24_describe_alarms_shows_composite_alarms_only_where_asked_for(lab, cloudwatch):
    alarm(cloudwatch)
    compose(lab, cloudwatch, "both", "TRUE")
    assert cloudwatch.describe_alarms()["CompositeAlarms"] == []
    shown = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])
    assert ([each["AlarmName"] for each in shown["CompositeAlarms"]], shown["MetricAlarms"]) == (["both"], [])


def test_cw_25_the_history_outlives_the_alarm(lab, cloudwatch):
    alarm(cloudwatch)
    set_state(lab, cloudwatch, "load-high", "ALARM")
    cloudwatch.delete_alarms(AlarmNames=["load-high"])
    items = cloudwatch.describe_alarm_history(AlarmName="load-high")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == [
        'Alarm "load-high" deleted',
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        'Alarm "load-high" created',
    ]


def test_cw_26_an_alarm_with_a_period_below_a_minute_looks_every_ten_seconds(lab, cloudwatch):
    alarm(cloudwatch, Period=10)
    lab.advance(11)
    data = [{"MetricName": "Load", "Value": 60.0, "StorageResolution": 1}]
    cloudwatch.put_metric_data(Namespace="Bakery", MetricData=data)
    lab.advance(10)
    assert state_of(cloudwatch) == "ALARM"


def test_cw_27_a_percentile_of_too_few_values_can_be_left_alone(lab, cloudwatch):
    metric = {"Namespace": "Bakery", "MetricName": "Load"}
    for name, treatment in (("careful", "ignore"), ("hasty", "evaluate")):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            ExtendedStatistic="p90",
            EvaluateLowSampleCountPercentile=treatment,
            Period=60,
            EvaluationPeriods=1,
            Threshold=50.0,
            ComparisonOperator="GreaterThanThreshold",
            **metric,
        )
    feed(lab, 60)
    assert (state_of(cloudwatch, "careful"), state_of(cloudwatch, "hasty")) == ("INSUFFICIENT_DATA", "ALARM")


def test_cw_28_without_datapoints_to_alarm_the_reason_is_shorter(lab, cloudwatch):
    alarm(cloudwatch)
    feed(lab, 60)
    (shown,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert shown["StateReason"] == (
        "Threshold Crossed: 1 datapoint [60.0 (05/01/26 09:00:00)] was greater than the threshold (50.0)."
    )


def test_cw_29_missing_data_of_tables_are_always_ignored(lab, cloudwatch):
    alarm(cloudwatch, Namespace="AWS/DynamoDB", TreatMissingData="breaching")
    lab.advance(300)
    assert state_of(cloudwatch) == "INSUFFICIENT_DATA"


def test_cw_30_a_cycle_of_composite_alarms_stops_evaluation_and_deletion(lab, cloudwatch):
    alarm(cloudwatch)
    compose(lab, cloudwatch, "one", "ALARM(load-high)")
    compose(lab, cloudwatch, "two", "ALARM(one)")
    compose(lab, cloudwatch, "one", "ALARM(load-high) OR ALARM(two)")
    set_state(lab, cloudwatch, "load-high", "ALARM")
    with refused("ValidationError", "Cannot delete two as there are composite alarm"):
        cloudwatch.delete_alarms(AlarmNames=["two"])
    compose(lab, cloudwatch, "one", "FALSE")
    cloudwatch.delete_alarms(AlarmNames=["two"])
