"""What people read of an alarm, as it was recorded: emails in prose, an SMS with the subject."""

from __future__ import annotations

import json

EMAIL = """\
You are receiving this email because your Amazon CloudWatch Alarm "load high" in the US East (N. Virginia) \
region has entered the ALARM state, because "a fire drill" at "Monday 05 January, 2026 09:00:00 UTC".

View this alarm in the AWS Management Console:
https://us-east-1.console.aws.amazon.com/cloudwatch/deeplink.js?region=us-east-1#alarmsV2:alarm/load%20high

Alarm Details:
- Name:                       load high
- Description:                too many orders
- State Change:               INSUFFICIENT_DATA -> ALARM
- Reason for State Change:    a fire drill
- Timestamp:                  Monday 05 January, 2026 09:00:00 UTC
- AWS Account:                123456789012
- Alarm Arn:                  arn:aws:cloudwatch:us-east-1:123456789012:alarm:load high

Threshold:
- The alarm is in the ALARM state when the metric is GreaterThanThreshold 50.0 for at least 1 of the last 1 \
period(s) of 60 seconds.

Monitored Metric:
- MetricNamespace:                     Bakery
- MetricName:                          Load
- Dimensions:                          [Shop = north]
- Period:                              60 seconds
- Statistic:                           Average
- Unit:                                not specified
- TreatMissingData:                    ignore

State Change Actions:
- OK:~
- ALARM: [arn:aws:sns:us-east-1:123456789012:ops]
- INSUFFICIENT_DATA:~
""".replace("~", " ")


def published(cloudwatch, name, kind):
    (item,) = cloudwatch.describe_alarm_history(AlarmName=name, AlarmTypes=[kind], HistoryItemType="Action")[
        "AlarmHistoryItems"
    ]
    data = json.loads(item["HistoryData"])
    assert (data["actionState"], data["error"]) == ("Succeeded", None)
    return json.loads(data["publishedMessage"])


def test_an_email_is_prose_and_an_sms_the_subject(cloudwatch, put, set_state, topic, inbox):
    put(
        "load high",
        topic,
        AlarmDescription="too many orders",
        Dimensions=[{"Name": "Shop", "Value": "north"}],
    )
    set_state("load high", "ALARM")
    texts = published(cloudwatch, "load high", "MetricAlarm")
    assert texts["email"] == EMAIL
    assert texts["sms"] == 'ALARM: "load high" in US East (N. Virginia)'
    assert json.loads(texts["default"]) == json.loads(inbox.bodies()[0]["Message"])


def test_the_email_of_a_composite_alarm_names_its_rule_and_the_alarms_behind_it(
    lab, cloudwatch, put, set_state, topic
):
    put("a")
    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule="ALARM(a)", AlarmActions=[topic])
    lab.advance(1)
    set_state("a", "ALARM")
    email = published(cloudwatch, "both", "CompositeAlarm")["email"]
    assert "has transitioned to ALARM state on Monday 05 January, 2026 09:00:01 UTC, because " in email
    assert "- Alarm Rule:                 ALARM(a)\n" in email
    arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"
    assert f"Triggering children (max. 10):\n- {arn}\n" in email


def test_what_goes_to_a_phone_is_the_subject(lab, put, set_state, topic):
    lab.client("sns").subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15550100")
    put("load-high", topic)
    set_state("load-high", "ALARM")
    lab.run_until_idle()
    (sent,) = [hop for hop in lab.trace if hop.kind == "deliver" and "15550100" in hop.resource]
    # The number is not verified, so it stays in the SMS sandbox; what was to be sent is known all the same.
    assert sent.size == len('ALARM: "load-high" in US East (N. Virginia)')
