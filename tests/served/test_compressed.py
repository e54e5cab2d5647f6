"""Large bodies may come compressed, where AWS's model of the operation says so."""

from __future__ import annotations

import gzip
import json

import pytest
from http_calls import call, over_http, posted

from workbook.served.aws_requests import answer_aws
from workbook.served.compressed import MOST_BYTES

METRICS = [{"MetricName": f"metric-{number}" * 5, "Value": 1} for number in range(300)]
PUT = "GraniteServiceVersion20100801.PutMetricData"
GZIP = ("Content-Encoding", "gzip")


def put(body):
    return answer_aws(posted("monitoring", PUT, body, GZIP))


def test_many_metrics_at_once_arrive(lab):
    """boto3 compresses what has more than 10,240 bytes; in a notebook it arrives, too."""
    served, own = over_http("cloudwatch"), lab.client("cloudwatch")
    call(served, "PutMetricData", Namespace="afar", MetricData=METRICS)
    own.put_metric_data(Namespace="here", MetricData=METRICS)

    def names(namespace):
        pages = own.get_paginator("list_metrics").paginate(Namespace=namespace)
        return [each["MetricName"] for page in pages for each in page["Metrics"]]

    assert names("afar") == names("here") == [each["MetricName"] for each in METRICS]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"{}", "not compressed by gzip", id="not compressed"),
        pytest.param(gzip.compress(b"{}", mtime=0)[:-9], "breaks off", id="not whole"),
        pytest.param(
            gzip.compress(b" " * (MOST_BYTES + 1), mtime=0), f"more than {MOST_BYTES} bytes", id="too large"
        ),
    ],
)
def test_what_is_not_whole_or_too_large_is_refused(lab, body, words):
    response = put(body)
    told = json.loads(response.body)
    assert (response.status, told["__type"]) == (400, "SerializationException")
    assert words in told["message"]
    assert len(lab.trace) == 0


def test_an_object_of_s3_stays_as_it_was_sent(lab):
    lab.client("s3").create_bucket(Bucket="kept")
    compressed = gzip.compress(b"hi")  # says when it was made
    call(over_http("s3"), "PutObject", Bucket="kept", Key="k", Body=compressed, ContentEncoding="gzip")
    assert lab.client("s3").get_object(Bucket="kept", Key="k")["Body"].read() == compressed
