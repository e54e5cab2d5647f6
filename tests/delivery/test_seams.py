"""What is changed inside of moto for targets and sources: still there, and still needed."""

from __future__ import annotations

from moto.dynamodb.models.table import StreamShard, Table
from moto.kinesis.models import KinesisBackend
from moto.kinesis.responses import KinesisResponse
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse
from moto.pipes.models import EventBridgePipesBackend
from moto.pipes.responses import EventBridgePipesResponse

from workbook import Lab
from workbook.aws.kinesis.operations import OPERATIONS as KINESIS
from workbook.aws.pipes.operations import OPERATIONS as PIPES

ACCOUNT, REGION = "123456789012", "us-east-1"


def test_moto_still_takes_any_text_for_a_resource_policy_of_logs():
    policy = LogsBackend(REGION, ACCOUNT).put_resource_policy("events", "nonsense")
    assert policy.policy_document == "nonsense"


def test_moto_s_streams_still_have_no_limits_of_a_second():
    backend = KinesisBackend(REGION, ACCOUNT)
    backend.create_stream("clicks", 1, stream_mode=None)
    arn = next(iter(backend.list_streams())).arn
    for _ in range(1001):
        backend.put_record(arn, "clicks", "a", None, "eA==")


def test_moto_still_makes_a_record_of_a_write_that_changes_nothing():
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    streams = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    table = Table("orders", ACCOUNT, REGION, schema=schema, attr=attributes, streams=streams)
    for _ in range(2):
        table.put_item({"id": {"S": "1"}})
    assert len(table.stream_shard.items) == 2


def test_moto_s_pipes_still_move_nothing():
    assert not [name for name in dir(EventBridgePipesBackend) if "poll" in name or "deliver" in name]


def test_moto_still_knows_every_operation_by_the_name_that_ours_takes():
    assert [name for name in KINESIS if not hasattr(KinesisResponse, name)] == []
    assert [name for name in PIPES if not hasattr(EventBridgePipesResponse, name)] == []


def test_all_of_it_is_taken_out_when_the_lab_closes():
    seams = [
        (LogsResponse, "put_resource_policy"),
        (KinesisResponse, "put_record"),
        (EventBridgePipesResponse, "create_pipe"),
        (StreamShard, "add"),
    ]
    before = [getattr(owner, name) for owner, name in seams]
    with Lab() as lab:
        lab.client("logs").describe_resource_policies()
        lab.client("kinesis").list_streams()
        lab.client("pipes").list_pipes()
        lab.client("dynamodb").list_tables()
        assert [getattr(owner, name) for owner, name in seams] != before
    assert [getattr(owner, name) for owner, name in seams] == before
