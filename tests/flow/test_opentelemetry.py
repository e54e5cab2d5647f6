"""The trace as OpenTelemetry's own: checked against the protocol's schema and the semantic conventions."""

import base64
import json
from collections import Counter

import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1 import trace_pb2

from workbook import Lab
from workbook.engine import World
from workbook.flow.opentelemetry import otlp_text, span_id
from workbook.flow.spans import spans_of

ARN = "arn:aws:sqs:us-east-1:123456789012:"
FORWARD = """
import boto3

def handler(event, context):
    for record in event["Records"]:
        if record["body"] == "poison":
            raise ValueError("no such order")
        boto3.client("sqs").send_message(QueueUrl=OUT, MessageBody=record["body"])
"""


def parsed(text):
    """The document as the protocol's message; anything that is not in the schema is an error.

    OTLP writes ids in hexadecimal where JSON of Protobuf writes bytes in base 64; the rest is the same.
    """

    def as_bytes(pairs):
        ids = {"traceId", "spanId", "parentSpanId"}
        return {
            key: base64.b64encode(bytes.fromhex(value)).decode() if key in ids else value
            for key, value in pairs
        }

    return json_format.ParseDict(json.loads(text, object_pairs_hook=as_bytes), trace_pb2.TracesData())


def plain(attributes):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


class Spans:
    """The spans of a document, to be asked by name."""

    def __init__(self, text):
        self.services, self.all = {}, []
        for resource in parsed(text).resource_spans:
            service = plain(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                self.all += scope.spans
                self.services |= {span.span_id: service for span in scope.spans}
        self.by_id = {span.span_id: span for span in self.all}

    def named(self, name):
        return [span for span in self.all if span.name == name]

    def only(self, name):
        (span,) = self.named(name)
        return span

    def parent(self, span):
        return self.by_id[span.parent_span_id].name if span.parent_span_id else None

    def linked(self, span):
        return [self.by_id[link.span_id].name for link in span.links]


KIND = trace_pb2.Span.SpanKind


def orders(lab, *bodies, in_one_batch=False):
    """Send to a queue whose function forwards each order to another queue."""
    sqs = lab.client("sqs")
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "invoices")]
    lab.function("work", FORWARD.replace("OUT", repr(urls[1])))
    lab.client("lambda").create_event_source_mapping(FunctionName="work", EventSourceArn=ARN + "orders")
    lab.advance(10)
    if in_one_batch:
        entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies)]
        sqs.send_message_batch(QueueUrl=urls[0], Entries=entries)
    else:
        for body in bodies:
            sqs.send_message(QueueUrl=urls[0], MessageBody=body)
    lab.advance(10)
    return urls


# ---- the protocol


def test_the_protocols_schema_accepts_it_and_there_is_a_span_a_hop(lab):
    orders(lab, "tea", "poison")
    spans = Spans(lab.trace.otlp())
    assert len(spans.all) == len(lab.trace)
    assert len(spans.by_id) == len(spans.all)


def test_ids_are_hexadecimal_and_whole_numbers_are_texts(lab):
    lab.client("sqs").create_queue(QueueName="orders")
    span = json.loads(lab.trace.otlp())["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    assert len(bytes.fromhex(span["traceId"])) == 16
    assert len(bytes.fromhex(span["spanId"])) == 8
    assert span["traceId"] == span["traceId"].lower()
    assert span["startTimeUnixNano"] == str(lab.trace[0].time * 1000)
    assert span["kind"] == 3
    numbers = [one["value"] for one in span["attributes"] if one["key"] == "workbook.hop"]
    assert numbers == [{"intValue": "1"}]


def test_the_file_is_one_line_as_collectors_read_it(lab, tmp_path):
    lab.client("sqs").create_queue(QueueName="orders")
    lab.trace.save(tmp_path / "trace.otlp.json")
    written = (tmp_path / "trace.otlp.json").read_bytes()
    assert written == lab.trace.otlp().encode()
    assert written.count(b"\n") == 1
    assert written.endswith(b"\n")


def test_an_empty_trace_is_an_empty_document(lab):
    assert json.loads(lab.trace.otlp()) == {"resourceSpans": []}


def test_same_seed_same_bytes():
    texts = []
    for _ in range(2):
        with Lab(seed=7) as lab:
            orders(lab, "tea", "poison")
            texts.append(lab.trace.otlp())
    assert texts[0] == texts[1]


def test_ids_do_not_come_from_the_seed():
    ids = []
    for seed in (7, 8):
        with Lab(seed=seed) as lab:
            orders(lab, "tea")
            ids.append([span.span_id for span in Spans(lab.trace.otlp()).all])
    assert ids[0] == ids[1]


def test_facts_of_every_type_have_a_form():
    trace = World.for_tests().trace
    trace.record("send", ARN + "orders", thing={"n": 1}, more=[1, "b"], share=0.5, nothing=None)
    attributes = plain(Spans(otlp_text(trace)).only("create orders").attributes)
    assert attributes["workbook.thing"] == '{"n": 1}'
    assert [one.WhichOneof("value") for one in attributes["workbook.more"].values] == [
        "int_value",
        "string_value",
    ]
    assert attributes["workbook.share"] == 0.5
    assert "workbook.nothing" not in attributes


def test_what_has_no_form_is_refused():
    trace = World.for_tests().trace
    trace.record("send", ARN + "orders", thing=object())
    with pytest.raises(TypeError, match="a fact of type object has no form in OTLP"):
        otlp_text(trace)


# ---- the conventions


def test_a_message_is_created_by_a_producer_under_the_call_that_sends_it(lab):
    orders(lab, "tea")
    spans = Spans(lab.trace.otlp())
    call, created = spans.only("SendMessage orders"), spans.only("create orders")
    assert (call.kind, created.kind) == (KIND.SPAN_KIND_CLIENT, KIND.SPAN_KIND_PRODUCER)
    assert spans.parent(created) == "SendMessage orders"
    assert spans.linked(call) == ["create orders"]
    sent = plain(call.attributes)
    assert sent["messaging.system.name"] == "aws.sqs"
    assert sent["messaging.system"] == "aws_sqs"
    assert sent["messaging.operation.name"] == "SendMessage"
    assert sent["messaging.operation.type"] == "send"
    assert sent["messaging.destination.name"] == "orders"
    assert sent["aws.sqs.queue.url"] == "https://sqs.us-east-1.amazonaws.com/123456789012/orders"
    assert sent["rpc.method"] == "SQS/SendMessage"
    assert "messaging.batch.message_count" not in sent
    message = plain(created.attributes)
    assert message["messaging.operation.type"] == "create"
    assert message["messaging.message.id"] == sent["messaging.message.id"]
    assert message["messaging.message.body.size"] == 3


def test_the_size_of_a_body_is_said_only_where_it_is_known(lab):
    url = lab.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    attributes = {"from": {"DataType": "String", "StringValue": "me"}}
    lab.client("sqs").send_message(QueueUrl=url, MessageBody="tea", MessageAttributes=attributes)
    message = plain(Spans(lab.trace.otlp()).only("create orders").attributes)
    assert message["messaging.message.envelope.size"] == 3 + len("from" + "String" + "me")
    assert "messaging.message.body.size" not in message


def test_a_batch_is_processed_by_a_consumer_that_is_linked_to_each_message(lab):
    orders(lab, "tea", "cake", in_one_batch=True)
    spans = Spans(lab.trace.otlp())
    sent, processed = spans.only("SendMessageBatch orders"), spans.only("process orders")
    (received,) = [span for span in spans.named("ReceiveMessage orders") if span.links]
    for span in (sent, received, processed):
        assert plain(span.attributes)["messaging.batch.message_count"] == 2
        assert spans.linked(span) == ["create orders", "create orders"]
    assert received.kind == KIND.SPAN_KIND_CLIENT
    assert processed.kind == KIND.SPAN_KIND_CONSUMER
    assert spans.parent(processed) == "ReceiveMessage orders"
    ids = {plain(link.attributes)["messaging.message.id"] for link in processed.links}
    assert ids == {plain(span.attributes)["messaging.message.id"] for span in spans.named("create orders")}
    assert processed.trace_id != sent.trace_id
    assert {link.trace_id for link in processed.links} == {sent.trace_id}


def test_a_function_is_a_server_and_a_service_of_its_own(lab):
    orders(lab, "tea")
    spans = Spans(lab.trace.otlp())
    ran = spans.only("work")
    assert ran.kind == KIND.SPAN_KIND_SERVER
    assert spans.parent(ran) == "process orders"
    invocation = plain(ran.attributes)
    assert invocation["faas.trigger"] == "pubsub"
    assert invocation["faas.coldstart"] is True
    assert invocation["faas.max_memory"] == 128 * 1024 * 1024
    assert invocation["faas.invocation.id"] == invocation["faas.invocation_id"]
    assert invocation["aws.lambda.invoked_arn"].endswith(":function:work")
    assert invocation["cloud.account.id"] == "123456789012"
    assert spans.parent(spans.only("SendMessage invoices")) == "work"
    resources = [plain(one.resource.attributes) for one in parsed(lab.trace.otlp()).resource_spans]
    (work,) = [one for one in resources if one["service.name"] == "work"]
    assert (work["cloud.platform"], work["faas.name"]) == ("aws_lambda", "work")


def test_whose_span_it_is(lab):
    urls = orders(lab, "tea")
    with lab.actor("accountant"):
        lab.client("sqs").receive_message(QueueUrl=urls[1])
    spans = Spans(lab.trace.otlp())

    def service(name):
        return {spans.services[span.span_id] for span in spans.named(name)}

    assert service("SendMessage orders") == service("create orders") == {"you"}
    assert service("ReceiveMessage orders") == service("process orders") == {"Lambda's pollers"}
    assert service("work") == service("SendMessage invoices") == service("create invoices") == {"work"}
    assert service("ReceiveMessage invoices") == service("receive invoices") == {"accountant"}


def test_a_failure_has_a_status_and_a_type_and_success_has_neither(lab):
    orders(lab, "poison")
    spans = Spans(lab.trace.otlp())
    failed, sent = spans.only("work"), spans.only("SendMessage orders")
    assert failed.status.code == trace_pb2.Status.STATUS_CODE_ERROR
    assert plain(failed.attributes)["error.type"] == failed.status.message == "ValueError"
    assert sent.status.code == trace_pb2.Status.STATUS_CODE_UNSET
    assert "error.type" not in plain(sent.attributes)


def test_a_poller_that_waits_has_not_failed(lab):
    orders(lab, "tea")
    waiting = [hop for hop in lab.trace if hop.outcome == "waits"]
    spans = Spans(lab.trace.otlp())
    assert waiting
    for hop in waiting:
        span = spans.by_id[bytes.fromhex(span_id(hop))]
        assert span.status.code == trace_pb2.Status.STATUS_CODE_UNSET
        assert span.end_time_unix_nano >= span.start_time_unix_nano


def test_a_span_lasts_as_long_as_what_it_stands_for(lab):
    urls = orders(lab, "tea")
    lab.client("sqs").receive_message(QueueUrl=urls[0], WaitTimeSeconds=20)
    spans = Spans(lab.trace.otlp())
    ran, processed = spans.only("work"), spans.only("process orders")
    assert ran.end_time_unix_nano - ran.start_time_unix_nano >= 1_000_000
    assert processed.end_time_unix_nano == ran.end_time_unix_nano
    lasted = [
        span.end_time_unix_nano - span.start_time_unix_nano for span in spans.named("ReceiveMessage orders")
    ]
    assert 20_001_000_000 in lasted  # the wait, and the way there and back


def test_instants_are_written_for_people_and_content_is_left_out(lab):
    orders(lab, "a secret recipe")
    text = lab.trace.otlp()
    received = plain(Spans(text).only("receive orders").attributes)
    assert received["workbook.visible_at"].startswith("2026-01-05T09:00:")
    assert "a secret recipe" not in text
    assert "VisibilityTimeout" not in text


def test_calls_of_other_services_are_named_as_by_the_aws_sdk(lab):
    lab.client("iam").list_roles()
    span = Spans(lab.trace.otlp()).only("IAM.ListRoles")
    assert plain(span.attributes)["rpc.system.name"] == "aws-api"
    assert not any(key.startswith("messaging") for key in plain(span.attributes))


def test_a_story_is_a_document_of_its_own(lab):
    url = lab.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    tea, _ = (lab.client("sqs").send_message(QueueUrl=url, MessageBody=body) for body in ("tea", "cake"))
    lab.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    spans = Spans(lab.trace.of(tea).otlp())
    assert len(spans.all) == len(lab.trace.of(tea))
    assert Counter(span.name for span in spans.all)["create orders"] == 1
    assert spans.linked(spans.only("receive orders")) == ["create orders"]


# ---- always

kinds = st.sampled_from(["api-call", "send", "receive", "batch", "invoke", "expire", "long-poll", "anything"])


@settings(max_examples=60)
@given(st.data(), st.integers(0, 30))
def test_whatever_happened_the_spans_are_trees_and_links_lead_somewhere(data, length):
    trace = World.for_tests().trace
    for number in range(length):
        earlier = st.lists(st.integers(1, number), max_size=3, unique=True) if number else st.just([])
        message = data.draw(st.none() | st.sampled_from(["a", "b"]))
        trace.record(data.draw(kinds), ARN + "orders", message=message, causes=sorted(data.draw(earlier)))
    spans = Spans(otlp_text(trace))
    for span in spans.all:
        if span.parent_span_id:
            parent = spans.by_id[span.parent_span_id]
            assert parent.trace_id == span.trace_id
            assert parent.start_time_unix_nano <= span.start_time_unix_nano
        assert span.end_time_unix_nano >= span.start_time_unix_nano
        assert len({link.span_id for link in span.links}) == len(span.links)
        for link in span.links:
            assert spans.by_id[link.span_id].trace_id == link.trace_id
            assert link.span_id not in (span.span_id, span.parent_span_id)
    roots = {span.trace_id for span in spans.all if not span.parent_span_id}
    assert roots == {span.trace_id for span in spans.all}
    assert len(spans_of(trace)) == length
