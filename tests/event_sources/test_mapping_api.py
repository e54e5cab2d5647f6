"""Create, get, list, update and delete event source mappings: fields, validation and errors of AWS.

Texts marked "recorded" are what AWS answered in public test suites (localstack,
``tests/aws/services/lambda_/event_source_mapping``) or in public issue threads.
"""

from __future__ import annotations

import json
import uuid as uuids
from typing import Any

import pytest
from botocore.exceptions import ClientError
from event_system import System

from workbook.aws.simulated import NOT_SIMULATED


def refused(system: System, url: str, code: str, **options: Any) -> str:
    """Try to create a mapping that is refused with `code`; returns the message."""
    with pytest.raises(ClientError) as error:
        system.create(url, **options)
    assert error.value.response["Error"]["Code"] == code
    return str(error.value.response["Error"]["Message"])


def test_create_answers_as_aws_does(system: System) -> None:
    """Recorded: test_event_source_mapping_default_batch_size, test_sqs_event_source_mapping_update."""
    url = system.queue()
    created = system.create(url)
    metadata = created.pop("ResponseMetadata")
    assert metadata["HTTPStatusCode"] == 202
    identifier = created["UUID"]
    assert str(uuids.UUID(identifier)) == identifier
    assert abs((created.pop("LastModified") - system.lab.now).total_seconds()) <= 0.002
    assert created == {
        "UUID": identifier,
        "EventSourceMappingArn": f"arn:aws:lambda:us-east-1:123456789012:event-source-mapping:{identifier}",
        "EventSourceArn": system.arn(url),
        "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:worker",
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionResponseTypes": [],
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
    }


def test_settings_are_shown_as_they_were_given(system: System) -> None:
    pattern = '{ "body" : { "a" : [ 1 ] } }'
    url = system.queue()
    options = {
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 5,
        "FilterCriteria": {"Filters": [{"Pattern": pattern}]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": 7},
    }
    shown = system.get(system.map(url, **options))
    assert {name: shown[name] for name in options} == options


def test_a_mapping_of_a_version_keeps_its_qualifier(system: System) -> None:
    version = system.aws_lambda.publish_version(FunctionName="worker")["FunctionArn"]
    assert version.endswith(":1")
    url = system.queue()
    assert system.create(url, version)["FunctionArn"] == version
    assert system.create(url, "worker")["FunctionArn"] == version.removesuffix(":1")


def test_unknown_mappings_do_not_exist(system: System) -> None:
    unknown = str(uuids.UUID(int=7))
    for operation in ("get", "update", "delete"):
        with pytest.raises(ClientError) as error:
            getattr(system.aws_lambda, f"{operation}_event_source_mapping")(UUID=unknown)
        assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"
        assert error.value.response["Error"]["Message"] == "The resource you requested does not exist."


def test_the_function_must_exist(system: System) -> None:
    message = refused(system, system.queue(), "InvalidParameterValueException", function="nobody")
    assert message == "Function does not exist"
    refused(system, system.queue(), "InvalidParameterValueException", function="worker:7")


def test_the_queue_must_exist(system: System) -> None:
    with pytest.raises(ClientError, match="The specified queue does not exist"):
        system.aws_lambda.create_event_source_mapping(
            EventSourceArn="arn:aws:sqs:us-east-1:123456789012:nowhere", FunctionName="worker"
        )


def test_a_queue_is_mapped_to_a_function_once(system: System) -> None:
    """Recorded: test_duplicate_event_source_mappings."""
    url = system.queue()
    first = system.create(url)["UUID"]
    message = refused(system, url, "ResourceConflictException")
    assert message == (
        f'An event source mapping with SQS arn (" {system.arn(url)} ") and function (" worker ") already '
        f"exists. Please update or delete the existing mapping with UUID {first}"
    )
    system.worker("second")
    assert system.create(url, "second")["State"] == "Creating"


def test_a_mapping_cannot_be_pointed_at_the_function_of_another_one(system: System) -> None:
    url = system.queue(VisibilityTimeout=30)
    system.worker()
    system.worker("other")
    first = system.map(url)
    second = system.map(url, "other")
    change = system.aws_lambda.update_event_source_mapping
    with pytest.raises(ClientError, match=f"already exists.*UUID {first}"):
        change(UUID=second, FunctionName="worker")
    assert change(UUID=second, FunctionName="other")["State"] == "Updating"


def test_a_queue_takes_no_number_of_retries_not_even_0(system: System) -> None:
    url = system.queue(VisibilityTimeout=30)
    system.worker()
    with pytest.raises(ClientError, match="Unsupported MaximumRetryAttempts parameter"):
        system.create(url, MaximumRetryAttempts=0)


def test_lq_04_a_batch_of_more_than_10_needs_a_window(system: System) -> None:
    """Recorded."""
    url = system.queue()
    message = refused(system, url, "InvalidParameterValueException", BatchSize=11)
    expected = (
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
    )
    assert message == expected
    mapping = system.map(url)
    with pytest.raises(ClientError, match=expected):
        system.aws_lambda.update_event_source_mapping(UUID=mapping, BatchSize=11)
    system.aws_lambda.update_event_source_mapping(
        UUID=mapping, BatchSize=11, MaximumBatchingWindowInSeconds=1
    )


def test_lq_04_a_fifo_queue_has_no_window_and_batches_of_10_at_most(system: System) -> None:
    url = system.queue("orders.fifo", FifoQueue="true")
    message = refused(system, url, "InvalidParameterValueException", MaximumBatchingWindowInSeconds=1)
    assert message == "Batching window is not supported for FIFO queues"  # recorded
    assert "FIFO" in refused(system, url, "InvalidParameterValueException", BatchSize=11)
    assert system.create(url, BatchSize=10)["BatchSize"] == 10


def test_lq_08_a_function_must_end_before_its_messages_show_themselves_again(system: System) -> None:
    """Recorded."""
    system.worker("slow", Timeout=31)
    url = system.queue()
    message = refused(system, url, "InvalidParameterValueException", function="slow")
    assert message == "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds"
    mapping = system.map(url)
    with pytest.raises(ClientError, match="Queue visibility timeout: 30 seconds"):
        system.aws_lambda.update_event_source_mapping(UUID=mapping, FunctionName="slow")
    system.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "31"})
    assert system.create(url, "slow")["State"] == "Creating"


def test_lq_08_an_update_of_whatever_setting_is_refused_too(system: System) -> None:
    url = system.queue()
    mapping = system.map(url)
    system.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    with pytest.raises(ClientError, match="Queue visibility timeout: 1 seconds"):
        system.aws_lambda.update_event_source_mapping(UUID=mapping, BatchSize=5)


@pytest.mark.parametrize(
    ("options", "parameter", "rule"),
    [
        ({"BatchSize": 10_001}, "batchSize", "value less than or equal to 10000"),
        (
            {"MaximumBatchingWindowInSeconds": 301},
            "maximumBatchingWindowInSeconds",
            "value less than or equal to 300",
        ),
        (
            {"ScalingConfig": {"MaximumConcurrency": 1_001}},
            "scalingConfig.maximumConcurrency",
            "value less than or equal to 1000",
        ),
        (
            {"StartingPosition": "0"},
            "startingPosition",
            "enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
        ),
        (
            {"FunctionResponseTypes": ["All"]},
            "functionResponseTypes",
            "enum value set: [ReportBatchItemFailures]",
        ),
        (
            {"FilterCriteria": {"Filters": [{"Pattern": '{"body": ["' + 4096 * "x" + '"]}'}]}},
            "filterCriteria.filters.1.member.pattern",
            "length less than or equal to 4096",
        ),
    ],
    ids=["batch size", "window", "concurrency", "position", "response types", "pattern"],
)
def test_the_rules_of_the_service_model_hold(
    system: System, options: dict[str, Any], parameter: str, rule: str
) -> None:
    message = refused(system, system.queue(), "ValidationException", **options)
    assert message.startswith("1 validation error detected: Value ")
    assert f"at '{parameter}' failed to satisfy constraint: Member must" in message
    assert rule in message


def test_lq_02_maximum_concurrency_is_2_to_1000(system: System) -> None:
    url = system.queue()
    shown = system.create(url, ScalingConfig={"MaximumConcurrency": 1000})
    assert shown["ScalingConfig"] == {"MaximumConcurrency": 1000}


def test_a_queue_has_no_starting_position(system: System) -> None:
    """Recorded."""
    message = refused(system, system.queue(), "InvalidParameterValueException", StartingPosition="LATEST")
    assert message == "StartingPosition is not valid for SQS event sources."


@pytest.mark.parametrize(
    "pattern", ["null", "simple string", '{"eventSource": "aws:sqs"}', '{"eventSource": []}', ""]
)
def test_an_invalid_filter_is_refused(system: System, pattern: str) -> None:
    """Recorded: test_sqs_invalid_event_filter."""
    criteria = {"Filters": [{"Pattern": pattern}]}
    message = refused(system, system.queue(), "InvalidParameterValueException", FilterCriteria=criteria)
    assert message == "Invalid filter pattern definition."


def test_there_are_five_filters_at_most(system: System) -> None:
    url = system.queue()
    criteria = {"Filters": [{"Pattern": json.dumps({"body": {"n": [n]}})} for n in range(6)]}
    assert "6 filters" in refused(system, url, "InvalidParameterValueException", FilterCriteria=criteria)
    criteria["Filters"].pop()
    assert system.create(url, FilterCriteria=criteria)["FilterCriteria"] == criteria


@pytest.mark.parametrize(
    "parameter", ["BisectBatchOnFunctionError", "ParallelizationFactor", "TumblingWindowInSeconds"]
)
def test_parameters_of_streams_are_refused(system: System, parameter: str) -> None:
    value = True if parameter.startswith("Bisect") else 2
    message = refused(system, system.queue(), "InvalidParameterValueException", **{parameter: value})
    assert parameter in message


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("arn:aws:kinesis:us-east-1:123456789012:stream/clicks", "Kinesis"),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026-01-01T00:00:00.000", "DynamoDB"),
        ("arn:aws:kafka:us-east-1:123456789012:cluster/c/1", "MSK"),
        ("arn:aws:mq:us-east-1:123456789012:broker:b:1", "Amazon MQ"),
        ("arn:aws:rds:us-east-1:123456789012:cluster:c", "DocumentDB"),
    ],
)
def test_other_sources_are_refused_by_name(system: System, source: str, name: str) -> None:
    with pytest.raises(ClientError) as error:
        system.aws_lambda.create_event_source_mapping(
            EventSourceArn=source, FunctionName="worker", StartingPosition="LATEST"
        )
    assert error.value.response["Error"]["Code"] == NOT_SIMULATED
    assert name in error.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "options",
    [
        {"ProvisionedPollerConfig": {"MinimumPollers": 2}},
        {"KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1"},
        {"MetricsConfig": {"Metrics": ["EventCount"]}},
    ],
    ids=str,
)
def test_what_is_not_simulated_is_refused_by_name(system: System, options: dict[str, Any]) -> None:
    message = refused(system, system.queue(), NOT_SIMULATED, **options)
    assert next(iter(options)) in message


def test_no_source_at_all(system: System) -> None:
    """Recorded."""
    with pytest.raises(ClientError, match=r"Unrecognized event source\."):
        system.aws_lambda.create_event_source_mapping(FunctionName="worker")
    with pytest.raises(ClientError, match=r"Unrecognized event source\."):
        system.aws_lambda.create_event_source_mapping(
            FunctionName="worker", EventSourceArn="arn:aws:sns:us-east-1:123456789012:topic"
        )


def test_mappings_are_listed_by_source_and_function(system: System) -> None:
    first, second = system.queue("first"), system.queue("second")
    system.worker("other")
    made = [
        system.create(first)["UUID"],
        system.create(second)["UUID"],
        system.create(first, "other")["UUID"],
    ]

    def listed(**options: Any) -> list[str]:
        answer = system.aws_lambda.list_event_source_mappings(**options)
        return [mapping["UUID"] for mapping in answer["EventSourceMappings"]]

    assert listed() == made
    assert listed(EventSourceArn=system.arn(first)) == [made[0], made[2]]
    assert listed(FunctionName="worker") == made[:2]
    assert listed(EventSourceArn=system.arn(first), FunctionName="other") == [made[2]]
    assert listed(FunctionName="nobody") == []


def test_the_list_comes_in_pages(system: System) -> None:
    made = [system.create(system.queue(f"queue-{n}"))["UUID"] for n in range(5)]
    pages = system.aws_lambda.get_paginator("list_event_source_mappings").paginate(
        PaginationConfig={"PageSize": 2}
    )
    sizes, found = [], []
    for page in pages:
        sizes.append(len(page["EventSourceMappings"]))
        found += [mapping["UUID"] for mapping in page["EventSourceMappings"]]
    assert sizes == [2, 2, 1]
    assert found == made
    with pytest.raises(ClientError):
        system.aws_lambda.list_event_source_mappings(Marker="no marker")
    with pytest.raises(ClientError, match="Value '10001' at 'maxItems'"):
        system.aws_lambda.list_event_source_mappings(MaxItems=10_001)


def test_tags_belong_to_a_mapping(system: System) -> None:
    created = system.create(system.queue(), Tags={"team": "orders"})
    arn = created["EventSourceMappingArn"]
    assert system.aws_lambda.list_tags(Resource=arn)["Tags"] == {"team": "orders"}


def test_an_update_changes_what_it_names(system: System) -> None:
    criteria = {"Filters": [{"Pattern": '{"body": {"a": [1]}}'}]}
    mapping = system.map(system.queue(), FilterCriteria=criteria, ScalingConfig={"MaximumConcurrency": 2})
    update = system.aws_lambda.update_event_source_mapping
    shown = update(UUID=mapping, BatchSize=3)
    assert shown["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert shown["State"] == "Updating"
    assert shown["BatchSize"] == 3
    assert shown["FilterCriteria"] == criteria
    system.lab.advance(5)
    shown = update(
        UUID=mapping, FilterCriteria={}, ScalingConfig={}, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    assert "FilterCriteria" not in shown
    assert "ScalingConfig" not in shown
    assert shown["BatchSize"] == 3
    assert shown["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    system.lab.advance(5)
    assert update(UUID=mapping, FunctionResponseTypes=[])["FunctionResponseTypes"] == []
