"""What alarms do: topics, functions and EventBridge, with the documents that were recorded from AWS."""

from __future__ import annotations

import datetime
import json

import pytest
from access import document, lets

ALARM_ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:load-high"


def messages(inbox):
    return [(body["Subject"], json.loads(body["Message"])) for body in inbox.bodies()]


def test_a_topic_gets_aws_s_message(lab, put, set_state, topic, inbox):
    put(
        "load-high",
        topic,
        AlarmDescription="testing cloudwatch alarms",
        OKActions=[topic],
        EvaluationPeriods=2,
        Dimensions=[{"Name": "InstanceId", "Value": "abc"}],
        Unit="Seconds",
    )
    set_state("load-high", "ALARM", "testing alarm")
    ((subject, message),) = messages(inbox)
    assert subject == 'ALARM: "load-high" in US East (N. Virginia)'
    assert message == {
        "AlarmName": "load-high",
        "AlarmDescription": "testing cloudwatch alarms",
        "AWSAccountId": "123456789012",
        "AlarmConfigurationUpdatedTimestamp": message["AlarmConfigurationUpdatedTimestamp"],
        "NewStateValue": "ALARM",
        "NewStateReason": "testing alarm",
        "StateChangeTime": message["StateChangeTime"],
        "Region": "US East (N. Virginia)",
        "AlarmArn": ALARM_ARN,
        "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [topic],
        "AlarmActions": [topic],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "Load",
            "Namespace": "Bakery",
            "StatisticType": "Statistic",
            "Statistic": "AVERAGE",
            "Unit": "Seconds",
            "Dimensions": [{"value": "abc", "name": "InstanceId"}],
            "Period": 60,
            "EvaluationPeriods": 2,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 50.0,
            "TreatMissingData": "ignore",
            "EvaluateLowSampleCountPercentile": "",
        },
    }
    assert message["StateChangeTime"].startswith("2026-01-05T09:00:00.")
    assert message["StateChangeTime"].endswith("+0000")


def test_a_topic_is_told_once_and_only_of_changes(lab, put, set_state, topic, inbox):
    put("load-high", topic)
    set_state("load-high", "ALARM")
    set_state("load-high", "ALARM")
    lab.advance(600)
    assert len(messages(inbox)) == 1
    set_state("load-high", "OK")  # it has no OKActions
    set_state("load-high", "ALARM")
    assert [message["OldStateValue"] for _, message in messages(inbox)] == ["OK"]


def test_an_expression_is_told_with_its_metrics(lab, put, set_state, topic, inbox):
    stat = {"Metric": {"Namespace": "Bakery", "MetricName": "Load"}, "Period": 60, "Stat": "Sum"}
    nothing = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))
    queries = [
        {"Id": "e1", "Expression": "m1 * 2", "Label": "twice"},
        {"Id": "m1", "MetricStat": stat, "ReturnData": False},
    ]
    put("load-high", topic, Metrics=queries, **nothing)
    set_state("load-high", "ALARM")
    trigger = messages(inbox)[0][1]["Trigger"]
    assert trigger["Metrics"][0] == {
        "Expression": "m1 * 2",
        "Id": "e1",
        "Label": "twice",
        "ReturnData": True,
    }
    assert trigger["Metrics"][1]["MetricStat"]["Metric"] == {
        "Dimensions": [],
        "MetricName": "Load",
        "Namespace": "Bakery",
    }
    assert "MetricName" not in trigger


def test_a_topic_whose_policy_does_not_let_cloudwatch_publish(lab, put, set_state, topic, inbox, cloudwatch):
    this_alarm = {"aws:SourceArn": ALARM_ARN}
    policy = document(lets("cloudwatch.amazonaws.com", "sns:Publish", topic, ArnEquals=this_alarm))
    sns = lab.client("sns")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    put("load-high", topic)
    put("other", topic)
    set_state("load-high", "ALARM")
    set_state("other", "ALARM")
    assert [message["AlarmName"] for _, message in messages(inbox)] == ["load-high"]
    (failed,) = cloudwatch.describe_alarm_history(AlarmName="other", HistoryItemType="Action")[
        "AlarmHistoryItems"
    ]
    assert failed["HistorySummary"].startswith(f"Failed to execute action {topic}. Received error: ")
    assert json.loads(failed["HistoryData"])["actionState"] == "Failed"


def test_a_function_is_invoked_with_aws_s_event(lab, put, set_state):
    def watch(event, _context):
        import json  # noqa: PLC0415 - a function is deployed alone

        print(json.dumps(event))  # noqa: T201 - what a handler prints is its log

    lab.function("watch", watch)
    arn = "arn:aws:lambda:us-east-1:123456789012:function:watch"
    put("load-high", arn, AlarmDescription="testing lambda alarm action")
    set_state("load-high", "ALARM")
    assert not [hop for hop in lab.trace if hop.kind == "invoke"]
    lab.client("lambda").add_permission(
        FunctionName="watch",
        StatementId="AlarmAction",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceAccount="123456789012",
        SourceArn=ALARM_ARN,
    )
    set_state("load-high", "OK")
    set_state("load-high", "ALARM", "testing alarm")
    lab.run_until_idle()
    event = printed(lab)
    assert list(event) == ["source", "alarmArn", "accountId", "time", "region", "alarmData"]
    data = event["alarmData"]
    assert data == {
        "alarmName": "load-high",
        "state": {"value": "ALARM", "reason": "testing alarm", "timestamp": event["time"]},
        "previousState": {
            "value": "OK",
            "reason": "a fire drill",
            "timestamp": data["previousState"]["timestamp"],
        },
        "configuration": {
            "description": "testing lambda alarm action",
            "metrics": [
                {
                    "id": data["configuration"]["metrics"][0]["id"],
                    "metricStat": {
                        "metric": {"namespace": "Bakery", "name": "Load", "dimensions": {}},
                        "period": 60,
                        "stat": "Average",
                    },
                    "returnData": True,
                }
            ],
        },
    }


def printed(lab):
    logs = lab.client("logs").filter_log_events(logGroupName="/aws/lambda/watch")["events"]
    (line,) = [event["message"] for event in logs if event["message"].startswith("{")]
    return json.loads(line)


@pytest.fixture
def events(lab, make_inbox):
    inbox = make_inbox("bus-inbox")
    client = lab.client("events")
    client.put_rule(Name="alarms", EventPattern=json.dumps({"source": ["aws.cloudwatch"]}))
    client.put_targets(Rule="alarms", Targets=[{"Id": "1", "Arn": inbox.arn}])
    return inbox


def test_eventbridge_is_told_of_every_change_also_with_disabled_actions(
    lab, put, set_state, events, cloudwatch
):
    put("load-high", ActionsEnabled=False)
    set_state("load-high", "ALARM", "testing alarm")
    cloudwatch.delete_alarms(AlarmNames=["load-high"])
    lab.advance(1)
    created, changed, deleted = events.bodies()
    assert created["detail-type"] == deleted["detail-type"] == "CloudWatch Alarm Configuration Change"
    assert [created["detail"]["operation"], deleted["detail"]["operation"]] == ["create", "delete"]
    assert changed["detail-type"] == "CloudWatch Alarm State Change"
    assert changed["resources"] == [ALARM_ARN]
    detail = changed["detail"]
    assert detail["state"]["value"] == "ALARM"
    assert detail["previousState"]["reason"] == "Unchecked: Initial alarm creation"
    assert detail["configuration"]["metrics"][0]["metricStat"]["metric"]["name"] == "Load"


def test_an_update_is_told_with_what_was_before(lab, put, events):
    put("load-high")
    put("load-high", Threshold=70.0)
    lab.advance(1)
    detail = events.bodies()[1]["detail"]
    assert detail["operation"] == "update"
    assert detail["configuration"]["threshold"] == 70.0
    assert detail["previousConfiguration"]["threshold"] == 50.0


def test_what_follows_from_an_alarm_is_caused_by_it(lab, put, set_state, topic, inbox):
    put("load-high", topic)
    set_state("load-high", "ALARM")
    alarm = next(hop for hop in lab.trace if hop.kind == "alarm")
    delivered = next(hop for hop in lab.trace if hop.kind == "deliver")
    published = next(hop for hop in lab.trace if hop.kind == "publish")
    assert delivered.causes == (alarm.number,)
    assert (delivered.resource, delivered.facts["source"]) == (topic, ALARM_ARN)
    assert delivered.number in published.causes


def test_the_reason_for_programs_tells_the_data_points(lab, cloudwatch, put):
    put("load-high", EvaluationPeriods=2, TreatMissingData="notBreaching", Unit="Count")
    cloudwatch.put_metric_data(
        Namespace="Bakery", MetricData=[{"MetricName": "Load", "Value": 60.0, "Unit": "Count"}]
    )
    lab.advance(61)
    (shown,) = cloudwatch.describe_alarms()["MetricAlarms"]
    data = json.loads(shown["StateReasonData"])
    assert shown["StateValue"] == "OK"
    assert data == {
        "version": "1.0",
        "queryDate": "2026-01-05T09:01:00.000+0000",
        "startDate": "2026-01-05T09:00:00.000+0000",
        "unit": "Count",
        "statistic": "Average",
        "period": 60,
        "recentDatapoints": [60.0],
        "threshold": 50.0,
        "evaluatedDatapoints": [
            {"timestamp": "2026-01-05T09:00:00.000+0000", "sampleCount": 1.0, "value": 60.0},
            {"timestamp": "2026-01-05T08:59:00.000+0000"},
        ],
    }


def test_history_keeps_configuration_states_and_actions(lab, cloudwatch, put, set_state, topic, inbox):
    put("load-high", topic)
    set_state("load-high", "ALARM")
    cloudwatch.delete_alarms(AlarmNames=["load-high"])
    put("other")
    items = cloudwatch.describe_alarm_history(AlarmName="load-high")["AlarmHistoryItems"]
    assert [(item["HistoryItemType"], item["HistorySummary"]) for item in items] == [
        ("ConfigurationUpdate", 'Alarm "load-high" deleted'),
        ("Action", f"Successfully executed action {topic}"),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("ConfigurationUpdate", 'Alarm "load-high" created'),
    ]
    state = json.loads(items[2]["HistoryData"])
    assert state["oldState"] == {
        "stateValue": "INSUFFICIENT_DATA",
        "stateReason": "Unchecked: Initial alarm creation",
    }
    assert {item["AlarmType"] for item in items} == {"MetricAlarm"}


def test_history_is_chosen_by_type_date_and_order_and_comes_in_pages(lab, cloudwatch, put, set_state):
    put("load-high")
    set_state("load-high", "ALARM")
    lab.advance(3600)
    later = lab.now
    set_state("load-high", "OK")

    def summaries(**parameters):
        items = cloudwatch.describe_alarm_history(**parameters)["AlarmHistoryItems"]
        return [item["HistorySummary"] for item in items]

    assert len(summaries(HistoryItemType="StateUpdate")) == 2
    assert summaries(StartDate=later) == ["Alarm updated from ALARM to OK"]
    assert summaries(EndDate=later - datetime.timedelta(seconds=1), HistoryItemType="StateUpdate") == [
        "Alarm updated from INSUFFICIENT_DATA to ALARM"
    ]
    assert summaries(ScanBy="TimestampAscending") == list(reversed(summaries()))
    assert summaries(AlarmTypes=["CompositeAlarm"]) == []
    first = cloudwatch.describe_alarm_history(MaxRecords=2)
    rest = cloudwatch.describe_alarm_history(MaxRecords=2, NextToken=first["NextToken"])
    assert len(first["AlarmHistoryItems"]) == 2
    assert "NextToken" not in rest
    lab.advance(datetime.timedelta(days=31).total_seconds())
    assert summaries() == []
