"""A function that transforms records in Firehose. One test for each row of the ledger."""

from __future__ import annotations

import base64
import json

import pytest
from access import make_role

UPPER = """
import base64


def handler(event, context):
    print("BATCH", len(event["records"]), event["invocationId"])
    answers = []
    for record in event["records"]:
        text = base64.b64decode(record["data"]).decode()
        result = {"d": "Dropped", "f": "ProcessingFailed"}.get(text[0], "Ok")
        if text[0] == "m":
            continue
        data = base64.b64encode(text.upper().encode()).decode()
        answers.append({"recordId": record["recordId"], "result": result, "data": data})
    return {"records": answers}
"""
FAILS = """
def handler(event, context):
    raise ValueError("no")
"""


class Learner:
    """Who has a bucket and a delivery stream with a function."""

    def __init__(self, lab):
        self.lab, self.s3, self.firehose = lab, lab.client("s3"), lab.client("firehose")
        self.s3.create_bucket(Bucket="lake")
        self.role = make_role(lab, "hose", "firehose.amazonaws.com", "s3:PutObject", "lambda:InvokeFunction")

    def create(self, source, parameters=None, **settings):
        arn = self.lab.function("change", source)
        given = {"LambdaArn": arn, **(parameters or {})}
        named = [{"ParameterName": name, "ParameterValue": value} for name, value in given.items()]
        self.firehose.create_delivery_stream(
            DeliveryStreamName="clicks",
            ExtendedS3DestinationConfiguration={
                "RoleARN": self.role,
                "BucketARN": "arn:aws:s3:::lake",
                "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
                "ProcessingConfiguration": {
                    "Enabled": True,
                    "Processors": [{"Type": "Lambda", "Parameters": named}],
                },
                **settings,
            },
        )
        self.lab.advance(seconds=30)
        return arn

    def put(self, *texts):
        for text in texts:
            self.firehose.put_record(DeliveryStreamName="clicks", Record={"Data": text.encode()})

    def objects(self):
        """The text of each object, by the first part of its key."""
        listed = self.s3.list_objects_v2(Bucket="lake").get("Contents", [])
        return {
            each["Key"]: self.s3.get_object(Bucket="lake", Key=each["Key"])["Body"].read().decode()
            for each in listed
        }

    def runs(self):
        return [hop.outcome for hop in self.lab.trace if hop.kind == "invoke"]


@pytest.fixture
def learner(lab):
    return Learner(lab)


def test_fh_11_a_function_transforms_records_before_they_are_written(lab, learner):
    learner.create(UPPER)
    learner.put("one,", "drop", "two,")
    lab.advance(seconds=59)
    assert learner.runs() == []
    lab.advance(seconds=2)
    assert learner.runs() == ["ok"]
    assert learner.objects() == {}
    lab.advance(seconds=61)
    assert list(learner.objects().values()) == ["ONE,TWO,"]


def test_fh_12_after_four_tries_the_records_are_in_processing_failed(lab, learner):
    arn = learner.create(FAILS)
    learner.put("one")
    lab.advance(minutes=5)
    assert learner.runs() == ["ValueError"] * 4
    [(key, text)] = learner.objects().items()
    assert key.startswith("processing-failed/2026/01/05/09/clicks-1-")
    line = json.loads(text)
    assert line["attemptsMade"] == 4
    assert line["errorCode"] == "Lambda.FunctionError"
    assert (
        line["errorMessage"]
        == "The Lambda function was successfully invoked but it returned an error result."
    )
    assert base64.b64decode(line["rawData"]) == b"one"
    assert line["lambdaArn"] == arn
    assert line["attemptEndingTimestamp"] > line["arrivalTimestamp"]


def test_fh_13_a_record_that_is_not_returned_has_failed(lab, learner):
    learner.create(UPPER)
    learner.put("ok", "missing", "failed")
    lab.advance(minutes=5)
    texts = learner.objects()
    [failures] = [text for key, text in texts.items() if key.startswith("processing-failed/")]
    codes = [json.loads(line)["errorCode"] for line in failures.splitlines()]
    assert codes == ["Lambda.MissingRecordId", "Lambda.ProcessingFailedStatus"]
    assert [text for key, text in texts.items() if key.startswith("2026/")] == ["OK"]
    assert learner.runs() == ["ok"]
