"""Forms that are read once, and answers that are written at once, are those of moto's own way."""

from __future__ import annotations

import inspect
from urllib.parse import urlencode

import pytest
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import ClientError
from hypothesis import example, given
from hypothesis import strategies as st
from moto.core.request import normalize_request
from moto.core.responses import ActionContext, ActionResult, BaseResponse
from moto.core.serialize import QueryJSONSerializer, QuerySerializer
from moto.core.utils import get_service_model
from moto.sns.responses import SNSResponse

from workbook import Lab
from workbook.aws import query_requests
from workbook.aws.plain_requests import request_of
from workbook.aws.query_requests import WrittenResult

HOST = "https://sns.us-east-1.amazonaws.com/"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
ATTRIBUTES = {"shop": {"DataType": "String", "StringValue": "Köln & <co>"}}


def prepared(body, content_type=FORM, url=HOST, **headers):
    return AWSPreparedRequest("POST", url, HeadersDict({"Content-Type": content_type, **headers}), body, None)


# ---- what is read


@given(
    st.lists(st.tuples(st.sampled_from(["Action", "a", "a.1", "", "key"]), st.text(max_size=5)), max_size=4)
)
def test_the_fields_are_those_that_werkzeug_finds(pairs):
    body = urlencode(pairs).encode()
    fields = query_requests._fields_of(request_of(prepared(body or b"&")))
    if len(dict(pairs)) == len(pairs):
        assert fields == normalize_request(prepared(body)).form.to_dict()
    else:
        assert fields is None


@given(st.binary(max_size=12).map(b"Action=Publish&Message=".__add__))
@example(b"Action=Publish&Message=%ff")
@example(b"Action=Publish&Message=\xff")
def test_what_is_no_good_form_is_left_to_moto(body):
    fields = query_requests._fields_of(request_of(prepared(body)))
    assert fields is None or fields == normalize_request(prepared(body)).form.to_dict()


@pytest.mark.parametrize(
    "request_",
    [
        prepared(b"Action=Publish", "application/json"),
        prepared(b"Action=Publish", "multipart/form-data"),
        prepared(b"Action=Publish", url=f"{HOST}?Action=Publish"),
        prepared(b"Action=Publish", **{"Content-Encoding": "gzip"}),
    ],
)
def test_and_so_is_any_other_request(request_):
    assert query_requests._fields_of(request_of(request_)) is None


# ---- what is written


def written(result, answer, operation="Publish", serializer=QuerySerializer):
    model, response = get_service_model("sns"), SNSResponse()
    response.RESPONSE_KEY_PATH_TO_TRANSFORMER = {}
    return result(answer).execute_result(
        ActionContext(model, model.operation_model(operation), serializer, response)
    )


@given(
    st.sampled_from(["Publish", "Subscribe", "GetTopicAttributes", "ListTopics", "TagResource"]),
    st.dictionaries(
        st.sampled_from(
            ["MessageId", "SequenceNumber", "SubscriptionArn", "NextToken", "message_id", "Other"]
        ),
        st.text(max_size=8) | st.none() | st.integers() | st.booleans(),
    ),
)
@example("Publish", {"SequenceNumber": "2", "MessageId": "<&>\"'\r\n\t ü"})
@example("Publish", {"MessageId": ""})
@example("Publish", {})
def test_an_answer_has_the_bytes_that_moto_writes(operation, answer):
    assert written(WrittenResult, answer, operation) == written(ActionResult, answer, operation)


def test_an_answer_in_json_is_left_to_moto():
    answer = {"MessageId": "1"}
    assert written(WrittenResult, answer, serializer=QueryJSONSerializer) == written(
        ActionResult, answer, serializer=QueryJSONSerializer
    )


# ---- both together


def everything(lab):
    """What goes over the wire, headers and all, when somebody uses SNS."""
    sns, wire = lab.client("sns"), []
    sns.meta.events.register(
        "before-parse.sns",
        lambda response_dict, **_: wire.append((response_dict["headers"], response_dict["body"])),
    )
    topic = sns.create_topic(Name="orders", Tags=[{"Key": "team", "Value": "ovens"}])["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.com")
    sns.publish(TopicArn=topic, Message="Größe ✓ %&=+\r\n", Subject="s", MessageAttributes=ATTRIBUTES)
    sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "a", "Message": "<x/>"}])
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="")
    sns.get_topic_attributes(TopicArn=topic)
    sns.list_subscriptions_by_topic(TopicArn=topic)
    for wrong in ({"TopicArn": topic + "s", "Message": "x"}, {"TopicArn": topic, "Message": ""}):
        with pytest.raises(ClientError):
            sns.publish(**wrong)
    sns.delete_topic(TopicArn=topic)
    return [(dict(headers), bytes(body)) for headers, body in wire], lab.trace.text()


def test_nothing_that_a_client_or_the_trace_sees_depends_on_it(monkeypatch):
    with Lab(seed=1) as lab:
        quick = everything(lab)
    monkeypatch.setattr(query_requests, "_fields_of", lambda _: None)
    monkeypatch.setattr(query_requests, "_texts_only", lambda *_: None)
    with Lab(seed=1) as lab:
        assert everything(lab) == quick


def test_publish_takes_the_short_one(lab, monkeypatch):
    topic = lab.client("sns").create_topic(Name="orders")["TopicArn"]
    monkeypatch.setattr(ActionResult, "execute_result", lambda *_: pytest.fail("moto has written it"))
    monkeypatch.setattr(BaseResponse, "decompress_request_body", lambda *_: pytest.fail("moto has read it"))
    assert lab.client("sns").publish(TopicArn=topic, Message="x")["MessageId"]


def test_moto_still_takes_the_long_way():
    assert "parse_qsl(" in inspect.getsource(BaseResponse.setup_class)
    assert "xmltodict.unparse(" in inspect.getsource(QuerySerializer._serialize_body)
