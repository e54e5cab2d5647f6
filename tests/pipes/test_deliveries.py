"""What a pipe moves: filters, templates, batches, enrichment, failures at the target."""

from __future__ import annotations

import json

import pytest

from workbook.aws.delivery.outages import begin_outage
from workbook.engine.clock import SECOND


@pytest.fixture
def ends(system):
    return system.queue("in"), system.queue("out")


def function(lab, name, body, **options):
    """A function of which only the lines of its handler are given."""
    return lab.function(
        name, f"import json\nimport time\n\n\ndef handler(event, context):\n{body}\n", **options
    )


# ---- templates


@pytest.mark.parametrize(
    ("template", "body", "expected"),
    [
        ("<$.body>", {"id": 1}, '{"id":1}'),
        ("<$.body>", "plain", '"plain"'),
        ('{"order": <$.body.id>}', {"id": [1, {"a": None}]}, '{"order": [1,{"a":null}]}'),
        ('"order <$.body.id> of <$.body.who>"', {"id": 7, "who": 'an "A"'}, '"order 7 of an \\"A\\""'),
        ('{"all": "<$.body>"}', {"id": 1}, '{"all": "{id:1}"}'),
        ('{"first": <$.body.lines[0].sku>}', {"lines": [{"sku": "x"}]}, '{"first": "x"}'),
        ('{"skus": <$.body.lines[*].sku>}', {"lines": [{"sku": "x"}, {"sku": "y"}]}, '{"skus": ["x","y"]}'),
        ('{"none": <$.body.absent>}', {"id": 1}, '{"none": ""}'),
        ('{"who": "<$.body.absent>"}', {"id": 1}, '{"who": ""}'),
        ('"static < text"', {"id": 1}, '"static < text"'),
        ("<aws.pipes.pipe-name>", {}, '"orders"'),
        (
            '["<aws.pipes.source-arn>", "<aws.pipes.target-arn>"]',
            {},
            '["arn:aws:sqs:us-east-1:123456789012:in", "arn:aws:sqs:us-east-1:123456789012:out"]',
        ),
    ],
)
def test_an_input_template_shapes_each_event(system, ends, template, body, expected):
    system.pipe(*ends, TargetParameters={"InputTemplate": template})
    system.send("in", body)
    system.settle()
    assert system.bodies("out") == [expected]


def test_without_a_template_the_target_gets_the_record(system, ends):
    system.pipe(*ends)
    [identifier] = system.send("in", {"id": 1})
    system.settle()
    record = json.loads(system.bodies("out")[0])
    assert record["messageId"] == identifier
    assert record["body"] == '{"id": 1}'
    assert record["eventSource"] == "aws:sqs"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"


def test_the_whole_event_is_a_variable_with_its_body_parsed_or_not(system, ends):
    template = '{"event": <aws.pipes.event>, "json": <aws.pipes.event.json>}'
    system.pipe(*ends, TargetParameters={"InputTemplate": template})
    system.send("in", {"id": 1}, "plain")
    system.settle()
    first, second = map(json.loads, system.bodies("out"))
    assert first["event"]["body"] == '{"id": 1}'
    assert first["json"]["body"] == {"id": 1}
    assert second["json"] == ""


# ---- target parameters


def test_target_parameters_may_be_paths_into_the_event(system):
    parameters = {"MessageGroupId": "$.body.customer", "MessageDeduplicationId": "$.messageId"}
    system.pipe(
        system.queue("in"),
        system.queue("out.fifo"),
        TargetParameters={"SqsQueueParameters": parameters, "InputTemplate": "<$.body.id>"},
    )
    ids = system.send("in", {"customer": "anna", "id": 1}, {"customer": "ben", "id": 2})
    system.settle()
    sent = [hop for hop in system.lab.trace if hop.kind == "send" and hop.resource.endswith("out.fifo")]
    assert [hop.facts["group_id"] for hop in sent] == ["anna", "ben"]
    assert [hop.facts["deduplication_id"] for hop in sent] == ids


def test_a_stream_gets_records_under_a_key_of_the_event(system, lab):
    lab.client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    target = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
    parameters = {"KinesisStreamParameters": {"PartitionKey": "$.body.user"}}
    system.pipe(system.queue("in"), target, TargetParameters=parameters)
    system.send("in", {"user": "anna"})
    system.settle()
    assert system.hop("put-record").facts["partition_key"] == "anna"


def test_a_log_group_gets_events_in_a_stream_of_its_own(system, lab):
    lab.client("logs").create_log_group(logGroupName="/pipes/orders")
    target = "arn:aws:logs:us-east-1:123456789012:log-group:/pipes/orders"
    parameters = {"CloudWatchLogsParameters": {"LogStreamName": "$.body.who"}, "InputTemplate": "<$.body.id>"}
    system.pipe(system.queue("in"), target, TargetParameters=parameters)
    system.send("in", {"who": "anna", "id": 7})
    system.settle()
    events = lab.client("logs").filter_log_events(logGroupName="/pipes/orders")["events"]
    assert [(event["logStreamName"], event["message"]) for event in events] == [("anna", "7")]


def test_a_job_takes_one_record_and_no_array(system):
    target = "arn:aws:batch:us-east-1:123456789012:job-queue/q"
    job = {"JobDefinition": "arn:aws:batch:us-east-1:123456789012:job-definition/d", "JobName": "$.body.name"}
    name = system.pipe(system.queue("in"), target, TargetParameters={"BatchJobParameters": job})
    shown = system.pipes.describe_pipe(Name=name)["SourceParameters"]
    assert shown["SqsQueueParameters"]["BatchSize"] == 1
    system.send("in", {"name": "report"}, {"name": "cleanup"})
    system.settle()
    started = [hop.facts["settings"]["JobName"] for hop in system.lab.trace if hop.kind == "start-task"]
    assert started == ["report", "cleanup"]


# ---- functions


def test_a_function_gets_the_batch_as_an_array_even_if_it_is_one_record(system, lab):
    target = function(lab, "sink", "    print(json.dumps(event))")
    system.pipe(system.queue("in"), target, TargetParameters={"InputTemplate": '{"id": <$.body.id>}'})
    system.send("in", {"id": 1})
    system.settle(5)
    messages = lab.client("logs").filter_log_events(logGroupName="/aws/lambda/sink")["events"]
    assert [event["message"] for event in messages if event["message"].startswith("[")] == ['[{"id": 1}]\n']
    assert system.bodies("in") == []
    assert system.kinds("batch", "deliver", "invoke", "delete") == ["batch", "deliver", "invoke", "delete"]


def test_a_function_that_fails_brings_the_batch_back(system, lab):
    target = function(lab, "sink", "    raise ValueError('no')")
    system.pipe(system.queue("in"), target)
    system.send("in", {"id": 1}, {"id": 2})
    system.settle(5)
    assert len(system.bodies("in")) == 2
    returned = [hop for hop in lab.trace if hop.kind == "return"]
    assert [hop.facts["reason"] for hop in returned] == ["the function failed"] * 2


def test_a_function_may_name_the_records_that_failed(system, lab):
    failing = (
        '    bad = [record["messageId"] for record in event if json.loads(record["body"])["id"] == 2]\n'
        '    return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}'
    )
    target = function(lab, "sink", failing)
    system.pipe(system.queue("in"), target)
    system.send("in", {"id": 1}, {"id": 2}, {"id": 3})
    system.settle(5)
    assert [json.loads(body)["id"] for body in system.bodies("in")] == [2]


@pytest.mark.parametrize("answer", ["'done'", "None", "[1]", "{'ok': True}"])
def test_any_other_answer_of_a_function_means_that_all_is_done(system, lab, answer):
    target = function(lab, "sink", f"    return {answer}")
    system.pipe(system.queue("in"), target)
    system.send("in", {"id": 1})
    system.settle(5)
    assert system.bodies("in") == []


def test_an_execution_has_five_minutes(system, lab):
    target = function(lab, "slow", "    time.sleep(301)", Timeout=600)
    system.pipe(system.queue("in", VisibilityTimeout="900"), target)
    system.send("in", {"id": 1})
    system.settle(400)
    assert len(system.bodies("in")) == 1
    assert system.hop("return").facts["reason"] == "the execution took more than 300 seconds"


# ---- enrichment


def enriched(system, lab, body, target=None, **options):
    enrichment = function(lab, "enrich", body)
    out = target or system.queue("out")
    system.pipe(system.queue("in"), out, Enrichment=enrichment, **options)


def test_an_enrichment_makes_the_events_that_the_target_gets(system, lab):
    body = '    return [{"id": json.loads(record["body"])["id"], "price": 9} for record in event]'
    enriched(system, lab, body)
    system.send("in", {"id": 1}, {"id": 2})
    system.settle(5)
    assert [json.loads(text) for text in system.bodies("out")] == [
        {"id": 1, "price": 9},
        {"id": 2, "price": 9},
    ]
    assert system.bodies("in") == []
    kinds = system.kinds("batch", "enrich", "invoke", "deliver")
    assert kinds == ["batch", "enrich", "invoke", "deliver", "deliver"]


def test_templates_apply_before_the_enrichment_and_before_the_target(system, lab):
    enriched(
        system,
        lab,
        "    return [{'double': 2 * each['id']} for each in event]",
        EnrichmentParameters={"InputTemplate": '{"id": <$.body.id>}'},
        TargetParameters={"InputTemplate": '"<$.double> units"'},
    )
    system.send("in", {"id": 4})
    system.settle(5)
    assert system.bodies("out") == ['"8 units"']


@pytest.mark.parametrize("answer", ["''", "{}", "[]", "None"])
def test_an_empty_answer_of_the_enrichment_means_nothing_for_the_target(system, lab, answer):
    enriched(system, lab, f"    return {answer}")
    system.send("in", {"id": 1})
    system.settle(5)
    assert system.bodies("in") == system.bodies("out") == []
    assert system.hop("filter").facts["reason"] == "the enrichment returned nothing"


def test_an_array_with_an_empty_object_invokes_the_target(system, lab):
    enriched(system, lab, "    return [{}]")
    system.send("in", {"id": 1})
    system.settle(5)
    assert system.bodies("out") == ["{}"]


def test_more_events_than_the_target_takes_are_not_delivered(system, lab):
    enriched(system, lab, "    return [{'n': n} for n in range(11)]")
    system.send("in", {"id": 1})
    system.settle(5)
    assert system.bodies("out") == []
    assert len(system.bodies("in")) == 1
    assert "at most 10" in system.hop("return").facts["reason"]


def test_an_enrichment_that_fails_brings_the_batch_back(system, lab):
    enriched(system, lab, "    raise ValueError('no')")
    system.send("in", {"id": 1})
    system.settle(5)
    assert len(system.bodies("in")) == 1
    assert system.hop("enrich").outcome == "REJECTED"
    assert system.kinds("deliver") == []


# ---- failures


def test_a_target_that_is_gone_brings_the_message_back_until_it_is_a_dead_letter(system):
    dead = system.queue("dead")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
    source = system.queue("in", RedrivePolicy=redrive, VisibilityTimeout="10")
    system.pipe(source, "arn:aws:sqs:us-east-1:123456789012:gone")
    system.send("in", "hello")
    system.settle(60)
    assert system.bodies("in") == []
    assert system.bodies("dead") == ["hello"]
    assert system.kinds("deliver", "return", "dead-letter") == [
        *("deliver", "return", "deliver", "return"),
        "dead-letter",
    ]


def test_a_role_that_may_not_send_delivers_nothing(system, ends):
    role = system.role("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    system.pipe(*ends, role)
    system.send("in", "hello")
    system.settle()
    assert system.hop("deliver").outcome == "NO_PERMISSION"
    assert system.bodies("in") == ["hello"]


def test_an_outage_of_the_target_is_tried_again_without_another_receive(system, ends, lab):
    system.pipe(*ends)
    begin_outage(lab.world, ends[1], lab.world.clock.now + 5 * SECOND)
    system.send("in", "hello")
    system.settle(20)
    assert len(system.bodies("out")) == 1
    tries = [hop for hop in lab.trace if hop.kind == "deliver"]
    assert [hop.outcome for hop in tries] == ["UNAVAILABLE"] * 3 + ["ok"]
    assert [hop.facts["attempt"] for hop in tries] == [1, 2, 3, 4]
    assert system.kinds("receive") == ["receive"]


def test_only_the_records_that_the_target_refused_come_back(system):
    system.pipe(
        system.queue("in"),
        system.queue("out", MaximumMessageSize="1024"),
        TargetParameters={"InputTemplate": "<$.body>"},
    )
    system.send("in", "small", "x" * 2000, "tiny")
    system.settle()
    assert system.bodies("out") == ['"small"', '"tiny"']
    assert system.bodies("in") == ["x" * 2000]


def test_a_fifo_source_keeps_its_order_past_a_failure(system):
    system.pipe(
        system.queue("in.fifo"),
        system.queue("out", MaximumMessageSize="1024"),
        TargetParameters={"InputTemplate": "<$.body>"},
    )
    system.send("in.fifo", "first", "x" * 2000, "third", group="a")
    system.settle()
    assert system.bodies("out") == ['"first"']
    assert len(system.bodies("in.fifo")) == 2


# ---- metrics


def test_executions_are_counted(system, ends, lab):
    system.pipe(*ends)
    system.send("in", "a", "b", "c")
    lab.advance(minutes=2)
    answer = lab.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/EventBridge/Pipes",
        MetricName="EventCount",
        Dimensions=[{"Name": "PipeName", "Value": "orders"}],
        StartTime=lab.now.replace(hour=8),
        EndTime=lab.now,
        Period=3600,
        Statistics=["Sum", "SampleCount"],
    )
    assert [(one["Sum"], one["SampleCount"]) for one in answer["Datapoints"]] == [(3.0, 1.0)]
