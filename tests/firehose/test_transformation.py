"""Transformation by a function: its parameters, its failures, and that no record is lost or doubled."""

from __future__ import annotations

import json
import types

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.firehose.batch import Record
from workbook.aws.firehose.transformation import sort_records

CHANGE = """
import base64


def handler(event, context):
    answers = []
    for record in event["records"]:
        text = base64.b64decode(record["data"]).decode()
        answer = {"recordId": record["recordId"], "result": "Ok", "data": record["data"]}
        if text[0] in "df":
            answer["result"] = "Dropped" if text[0] == "d" else "ProcessingFailed"
        answers += {"m": [], "t": [answer, answer]}.get(text[0], [answer])
    return {"records": answers}
"""


def make(hose, source, errors=None, **parameters):
    arn = hose.lab.function("change", source)
    given = {"LambdaArn": arn, **parameters}
    named = [{"ParameterName": name, "ParameterValue": value} for name, value in given.items()]
    configuration = {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": named}]}
    options = {} if errors is None else {"ErrorOutputPrefix": errors}
    hose.allow(action=["s3:PutObject", "lambda:InvokeFunction"], resource="*")
    return hose.create(
        ProcessingConfiguration=configuration,
        BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 60},
        **options,
    )


def objects(hose):
    listed = hose.s3.list_objects_v2(Bucket="lake").get("Contents", [])
    return {
        each["Key"]: hose.s3.get_object(Bucket="lake", Key=each["Key"])["Body"].read().decode()
        for each in listed
    }


@pytest.mark.parametrize(
    "parameters", [{"NumberOfRetries": "301"}, {"BufferSizeInMBs": "4"}, {"BufferIntervalInSeconds": "many"}]
)
def test_parameters_have_limits(hose, parameters):
    with pytest.raises(ClientError) as error:
        make(hose, CHANGE, **parameters)
    assert error.value.response["Error"]["Code"] == "InvalidArgumentException"


def test_the_number_of_retries_is_kept(hose):
    make(hose, "def handler(event, context):\n    raise ValueError\n", NumberOfRetries="1")
    hose.put("one")
    hose.lab.advance(minutes=5)
    tries = [hop for hop in hose.lab.trace if hop.kind == "transform"]
    assert [hop.facts["attempt"] for hop in tries] == [1, 2]
    assert "retry_at" in tries[0].facts
    assert "retry_at" not in tries[1].facts


def test_without_the_permission_of_the_role_the_records_fail(hose):
    make(hose, CHANGE, errors="errors/")
    hose.allow()
    hose.put("one")
    hose.lab.advance(minutes=5)
    [(key, text)] = objects(hose).items()
    assert key.startswith("errors/processing-failed/2026/")
    assert json.loads(text)["errorCode"] == "Lambda.InvokeAccessDenied"
    assert not [hop for hop in hose.lab.trace if hop.kind == "invoke"]


def test_an_answer_of_another_form_is_an_error(hose):
    make(hose, "def handler(event, context):\n    return [1]\n", NumberOfRetries="0")
    hose.put("one")
    hose.lab.advance(minutes=5)
    [text] = objects(hose).values()
    assert json.loads(text)["errorMessage"].startswith("Check your function and make sure the output is in")


def test_a_stream_that_is_deleted_meanwhile_loses_its_records(hose):
    make(hose, CHANGE)
    hose.put("one")
    hose.firehose.delete_delivery_stream(DeliveryStreamName="clicks")
    hose.lab.advance(minutes=5)
    assert objects(hose) == {}
    assert [hop.kind for hop in hose.lab.trace if hop.kind == "drop"] == ["drop"]


def test_the_picture_tells_who_called(hose):
    make(hose, CHANGE)
    hose.put("one")
    hose.lab.advance(minutes=5)
    assert "clicks called change" in [move.text for move in hose.lab.flow().moves]


ANSWERS = {"ok": ["Ok"], "drop": ["Dropped"], "fail": ["ProcessingFailed"], "miss": [], "twice": ["Ok", "Ok"]}


@given(st.lists(st.sampled_from(sorted(ANSWERS)), max_size=12), st.randoms(use_true_random=False))
def test_each_record_is_done_dropped_or_failed_once(kinds, chance):
    records = [Record(str(place), b"x", place, place) for place in range(len(kinds))]
    returned = [
        {"recordId": record.record_id, "result": result, "data": "eQ=="}
        for record, kind in zip(records, kinds, strict=True)
        for result in ANSWERS[kind]
    ]
    chance.shuffle(returned)
    outcome = sort_records(records, returned, 1, types.SimpleNamespace(number=99))
    done = [record.record_id for record in outcome.done]
    failed = [record.record_id for record, _ in outcome.failed]
    assert done == [str(place) for place, kind in enumerate(kinds) if kind == "ok"]
    assert failed == [str(place) for place, kind in enumerate(kinds) if kind in {"fail", "miss", "twice"}]
    assert all(record.data == b"y" for record in outcome.done)
