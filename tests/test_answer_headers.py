"""The headers of answers: what moto writes otherwise than AWS, and what it writes of its own."""

import re

import pytest
from moto import mock_aws
from moto.core.serialize import BaseJSONSerializer

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
ASKED = {
    "cloudwatch": "list_metrics",
    "events": "list_rules",
    "iam": "list_roles",
    "kinesis": "list_streams",
    "pipes": "list_pipes",
    "scheduler": "list_schedules",
    "sns": "list_topics",
    "stepfunctions": "list_state_machines",
}


def metadata(lab, service, operation):
    return getattr(lab.client(service), operation)()["ResponseMetadata"]


@pytest.mark.parametrize("service", ASKED)
def test_a_request_id_is_a_uuid(lab, service):
    shown = metadata(lab, service, ASKED[service])
    assert re.fullmatch(UUID, shown["RequestId"])
    assert shown["HTTPHeaders"]["x-amzn-requestid"] == shown["RequestId"]
    assert metadata(lab, service, ASKED[service])["RequestId"] != shown["RequestId"]


def test_tables_have_52_capitals_and_digits(lab):
    shown = metadata(lab, "dynamodb", "list_tables")["RequestId"]
    assert re.fullmatch("[0-9A-V]{52}", shown)


def test_moto_still_has_one_form_for_all(monkeypatch):
    import boto3  # noqa: PLC0415 - a client of moto's, outside of any lab

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        assert len(boto3.client("sns").list_topics()["ResponseMetadata"]["RequestId"]) == 52


@pytest.mark.parametrize(
    ("service", "named"),
    [("cloudwatch", "application/x-amz-json-1.0"), ("events", "application/x-amz-json-1.1")],
)
def test_json_is_named_by_its_version(lab, service, named):
    headers = metadata(lab, service, ASKED[service])["HTTPHeaders"]
    assert headers["content-type"] == named
    assert BaseJSONSerializer.CONTENT_TYPE == "text"  # what moto would write of CloudWatch
