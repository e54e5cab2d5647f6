"""S3's notifications on their way: permission is asked each time, and a failure never reaches the caller."""

from __future__ import annotations

import moto.events.notifications
import moto.s3.notifications
import pytest

from workbook.aws.delivery.outages import begin_outage
from workbook.engine.clock import SECOND


def outcomes(lab):
    return [hop.outcome for hop in lab.trace if hop.kind == "deliver" and "event" not in hop.facts]


def test_the_caller_is_answered_before_anything_is_delivered(lab, s3, drop, notify, to):
    notify(to(drop.arn))
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    answered = next(hop for hop in lab.trace if hop.kind == "put-object")
    lab.run_until_idle()
    delivered = [hop for hop in lab.trace if hop.kind == "deliver"][-1]
    assert delivered.time > answered.time


def test_a_policy_that_is_taken_away_stops_the_notifications_and_nobody_is_told(lab, s3, drop, notify, to):
    notify(to(drop.arn))
    drop.bodies()
    drop.close()
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    assert drop.bodies() == []
    assert outcomes(lab) == ["NO_PERMISSION"]
    assert [hop.kind for hop in lab.trace if hop.kind == "drop"] == ["drop"]


def test_a_queue_that_is_down_gets_the_event_later(lab, s3, drop, notify, to):
    notify(to(drop.arn))
    drop.bodies()
    begin_outage(lab.world, drop.arn, lab.world.clock.now + 10 * SECOND)
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    assert [record["s3"]["object"]["key"] for record in drop.records()] == ["a"]
    assert outcomes(lab) == ["UNAVAILABLE"] * 4 + ["ok"]


def test_several_destinations_are_told_independently(lab, s3, drop, make_drop, notify, to):
    other = make_drop("other")
    notify(to(drop.arn, prefix="a"), to(other.arn, prefix="b"))
    drop.bodies()
    other.bodies()
    drop.close()
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    s3.put_object(Bucket="photos", Key="b", Body=b"1")
    assert [record["s3"]["object"]["key"] for record in other.records()] == ["b"]


def test_the_notifications_of_moto_do_not_run(lab, s3, monkeypatch, drop, notify, to):
    def forbidden(*_arguments, **_options):
        pytest.fail("moto sends by itself")

    for name in ("_send_sqs_message", "_send_sns_message", "_send_event_bridge_message", "_invoke_awslambda"):
        monkeypatch.setattr(moto.s3.notifications, name, forbidden)
    monkeypatch.setattr(moto.events.notifications, "_send_safe_notification", forbidden)
    notify(to(drop.arn, "s3:ObjectCreated:*", "s3:ObjectRemoved:*"))
    s3.create_bucket(Bucket="more")
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    s3.delete_object(Bucket="photos", Key="a")
    assert len(drop.records()) == 2


def test_upload_ids_come_from_the_seed(lab, s3):
    first = s3.create_multipart_upload(Bucket="photos", Key="a")["UploadId"]
    lab.reset()
    again = lab.client("s3")
    again.create_bucket(Bucket="photos")
    assert again.create_multipart_upload(Bucket="photos", Key="a")["UploadId"] == first
