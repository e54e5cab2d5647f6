"""Distributed Maps: what they read, the executions that they start, what they tolerate and write."""

from __future__ import annotations

import gzip
import json

import pytest
from access import permit
from botocore.exceptions import ClientError

READ, LIST = "arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"
WRITE = "arn:aws:states:::s3:putObject"
EXCEEDED = "States.ExceedToleratedFailureThreshold"
JSONATA = {"QueryLanguage": "JSONata"}


@pytest.fixture
def bucket(room):
    permit(room.lab, "machine", "s3:GetObject", "s3:ListBucket", "s3:PutObject")
    s3 = room.lab.client("s3")
    s3.create_bucket(Bucket="orders")
    return s3


def distributed(states=None, kind="STANDARD", **fields):
    """A distributed Map whose child executions run these states; an item passes through if there are none."""
    states = states or {"Go": {"Type": "Pass", "End": True}}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": kind}
    processor = {"ProcessorConfig": config, "StartAt": next(iter(states)), "States": states}
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


def fails_at(value, seconds=0):
    """States that fail for an item of this value, and wait for all others."""
    return {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": value, "Next": "Stop"}],
            "Default": "Sleep",
        },
        "Sleep": {"Type": "Wait", "Seconds": seconds, "End": True},
        "Stop": {"Type": "Fail", "Error": "Broken", "Cause": "it is"},
    }


def run(room, state, value=None, name="all"):
    execution = room.start(room.make({"All": state}, name=name), value)
    room.lab.run_until_idle()
    return room.describe(execution)


def output_of(room, state, value=None, name="all"):
    shown = run(room, state, value, name)
    assert shown["status"] == "SUCCEEDED", shown
    return json.loads(shown["output"])


def map_run(room, shown):
    runs = room.machines.list_map_runs(executionArn=shown["executionArn"])["mapRuns"]
    described = room.machines.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
    del described["ResponseMetadata"]
    return described


def test_every_item_is_an_execution_of_its_own_and_the_parent_tells_of_the_run_only(room):
    shown = run(room, distributed(ItemsPath="$.ids", Label="Orders"), {"ids": [1, 2]})
    assert json.loads(shown["output"]) == [1, 2]
    events = [(event["previousEventId"], event["type"]) for event in room.history(shown["executionArn"])]
    assert events[1:] == [
        (0, "MapStateEntered"),
        (2, "MapStateStarted"),
        (3, "MapRunStarted"),
        (4, "MapRunSucceeded"),
        (5, "MapStateSucceeded"),
        (5, "MapStateExited"),
        (7, "ExecutionSucceeded"),
    ]
    run_arn = map_run(room, shown)["mapRunArn"]
    assert ":mapRun:all/Orders:" in run_arn
    children = room.machines.list_executions(mapRunArn=run_arn)["executions"]
    assert [(child["status"], child["itemCount"]) for child in children] == [("SUCCEEDED", 1)] * 2
    child = room.describe(children[0]["executionArn"])
    assert child["stateMachineArn"].endswith(":stateMachine:all/Orders")
    assert (child["mapRunArn"], child["input"]) == (run_arn, "2")
    machine = room.machines.describe_state_machine_for_execution(executionArn=child["executionArn"])
    assert (machine["mapRunArn"], machine["label"]) == (run_arn, "Orders")
    assert json.loads(machine["definition"])["StartAt"] == "Go"
    assert [event["type"] for event in room.history(child["executionArn"])] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]


def test_describe_map_run_counts_items_and_executions(room):
    batcher = {"MaxItemsPerBatch": 2}
    shown = run(room, distributed(ItemBatcher=batcher, MaxConcurrency=3), [1, 2, 3])
    described = map_run(room, shown)
    none = {"aborted": 0, "failed": 0, "pending": 0, "running": 0, "timedOut": 0}
    none |= {"failuresNotRedrivable": 0, "pendingRedrive": 0}
    assert described["itemCounts"] == {**none, "succeeded": 3, "total": 3, "resultsWritten": 3}
    assert described["executionCounts"] == {**none, "succeeded": 2, "total": 2, "resultsWritten": 2}
    assert (described["status"], described["maxConcurrency"]) == ("SUCCEEDED", 3)
    assert (described["toleratedFailureCount"], described["toleratedFailurePercentage"]) == (0, 0.0)


@pytest.mark.parametrize(("limit", "seconds"), [(2, 15), (0, 5)])
def test_max_concurrency_says_how_many_executions_run_at_once(room, limit, seconds):
    sleep = {"Sleep": {"Type": "Wait", "Seconds": 5, "End": True}}
    shown = run(room, distributed(sleep, MaxConcurrency=limit), [1, 2, 3, 4, 5, 6])
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == seconds


def test_items_can_be_put_into_batches_with_an_input_for_all(room):
    state = distributed(
        ItemsPath="$.ids",
        ItemSelector={"id.$": "$$.Map.Item.Value"},
        ItemBatcher={"MaxItemsPerBatchPath": "$.most", "BatchInput": {"shop.$": "$.shop"}},
    )
    given = {"ids": [1, 2, 3], "most": 2, "shop": "north"}
    assert output_of(room, state, given) == [
        {"BatchInput": {"shop": "north"}, "Items": [{"id": 1}, {"id": 2}]},
        {"BatchInput": {"shop": "north"}, "Items": [{"id": 3}]},
    ]


def test_a_batch_is_no_larger_than_its_bytes(room):
    items = ["x" * 100] * 10
    batches = output_of(room, distributed(ItemBatcher={"MaxInputBytesPerBatch": 350}), items)
    assert [len(batch["Items"]) for batch in batches] == [3, 3, 3, 1]
    assert all(len(json.dumps(batch, separators=(",", ":"))) <= 350 for batch in batches)


# ---- what is read


@pytest.mark.parametrize(
    ("config", "content", "items"),
    [
        ({"InputType": "JSON"}, b"[1, 2, 3]", [1, 2, 3]),
        ({"InputType": "JSON", "MaxItems": 2}, b"[1, 2, 3]", [1, 2]),
        ({"InputType": "JSON", "ItemsPointer": "/a/b"}, b'{"a": {"b": [7]}}', [7]),
        ({"InputType": "JSONL"}, b'{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            b'id,name\n1,"fig, dried"\n2\n',
            [{"id": "1", "name": "fig, dried"}, {"id": "2", "name": ""}],
        ),
        (
            {
                "InputType": "CSV",
                "CSVHeaderLocation": "GIVEN",
                "CSVHeaders": ["id"],
                "CSVDelimiter": "SEMICOLON",
            },
            b"1;x\n2;y\n",
            [{"id": "1"}, {"id": "2"}],
        ),
        ({"InputType": "JSONL"}, gzip.compress(b"1\n2\n", mtime=0), [1, 2]),
    ],
)
def test_an_item_reader_reads_an_object_of_s3(room, bucket, config, content, items):
    bucket.put_object(Bucket="orders", Key="in/today", Body=content)
    reader = {
        "Resource": READ,
        "ReaderConfig": config,
        "Parameters": {"Bucket": "orders", "Key.$": "$.key"},
    }
    assert output_of(room, distributed(ItemReader=reader), {"key": "in/today"}) == items


def test_the_members_of_an_object_have_keys(room, bucket):
    bucket.put_object(Bucket="orders", Key="in", Body=b'{"fig": 1, "pear": 2}')
    reader = {
        "Resource": READ,
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": "orders", "Key": "in"},
    }
    selector = {"key.$": "$$.Map.Item.Key", "value.$": "$$.Map.Item.Value"}
    state = distributed(ItemReader=reader, ItemSelector=selector)
    assert output_of(room, state) == [{"key": "fig", "value": 1}, {"key": "pear", "value": 2}]


def test_an_item_reader_lists_the_objects_of_a_bucket(room, bucket):
    for key in ("in/a", "in/b", "out/c"):
        bucket.put_object(Bucket="orders", Key=key, Body=b"12345")
    reader = {"Resource": LIST, "Parameters": {"Bucket": "orders", "Prefix": "in/"}}
    listed = output_of(room, distributed(ItemReader=reader))
    assert [(entry["Key"], entry["Size"], entry["StorageClass"]) for entry in listed] == [
        ("in/a", 5, "STANDARD"),
        ("in/b", 5, "STANDARD"),
    ]
    assert isinstance(listed[0]["LastModified"], int)


def test_an_inventory_is_read_by_its_manifest(room, bucket):
    rows = gzip.compress(b'"orders","a"\n"orders","b"\n', mtime=0)
    bucket.put_object(Bucket="orders", Key="data/1.csv.gz", Body=rows)
    manifest = {
        "destinationBucket": "arn:aws:s3:::orders",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key",
        "files": [{"key": "data/1.csv.gz"}],
    }
    bucket.put_object(Bucket="orders", Key="manifest.json", Body=json.dumps(manifest).encode())
    reader = {
        "Resource": READ,
        "ReaderConfig": {"InputType": "MANIFEST"},
        "Parameters": {"Bucket": "orders", "Key": "manifest.json"},
    }
    listed = output_of(room, distributed(ItemReader=reader))
    assert listed == [{"Bucket": "orders", "Key": "a"}, {"Bucket": "orders", "Key": "b"}]


@pytest.mark.parametrize(
    ("content", "config", "cause"),
    [
        (None, {"InputType": "JSON"}, "The specified key does not exist."),
        (b'"text"', {"InputType": "JSON"}, "Attempting to map over non-iterable node."),
        (
            b"{}",
            {"InputType": "JSON", "ItemsPointer": "/a"},
            "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.",
        ),
        (
            b"a,a\n1,2\n",
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "CSV headers cannot contain duplicates.",
        ),
    ],
)
def test_what_cannot_be_read_fails_the_run(room, bucket, content, config, cause):
    if content is not None:
        bucket.put_object(Bucket="orders", Key="in", Body=content)
    parameters = {"Bucket": "orders", "Key": "in"}
    reader = {"Resource": READ, "ReaderConfig": config, "Parameters": parameters}
    shown = run(room, distributed(ItemReader=reader))
    assert (shown["status"], shown["error"], shown["cause"]) == ("FAILED", "States.ItemReaderFailed", cause)
    failed = room.history(shown["executionArn"])[4]
    assert failed["type"] == "MapRunFailed"
    assert failed["mapRunFailedEventDetails"] == {"error": "States.ItemReaderFailed", "cause": cause}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (gzip.compress(b"[1, 2]", mtime=0)[:-6], "JSON"),
        (b"\x1f\x8bnothing", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'{"fileSchema": "Key", "files": []}', "MANIFEST"),
        (b"[1, 2]", "MANIFEST"),
        (b'{"destinationBucket": 7, "fileSchema": "Key", "files": []}', "MANIFEST"),
    ],
)
def test_an_object_of_another_shape_than_was_said_fails_the_reader(room, bucket, content, kind):
    bucket.put_object(Bucket="orders", Key="in", Body=content)
    parameters = {"Bucket": "orders", "Key": "in"}
    reader = {"Resource": READ, "ReaderConfig": {"InputType": kind}, "Parameters": parameters}
    shown = run(room, distributed(ItemReader=reader))
    assert (shown["status"], shown["error"]) == ("FAILED", "States.ItemReaderFailed")


@pytest.mark.parametrize("resource", [READ, LIST])
@pytest.mark.parametrize("given", [7, {"Bucket": 7, "Key": "in"}, {"Bucket": "no such/name", "Key": "in"}])
def test_a_reader_that_is_given_no_request_fails(room, bucket, resource, given):
    reader = {"Resource": resource, "Arguments": "{% $states.input.from %}"}
    state = distributed(ItemReader=reader, **JSONATA)
    shown = run(room, state, {"from": given})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.ItemReaderFailed")


@pytest.mark.parametrize(
    "given", [7, {}, {"Bucket": 7}, {"Bucket": "no such/name"}, {"Bucket": "orders", "Prefix": 7}]
)
def test_a_writer_that_is_given_no_request_fails(room, bucket, given):
    writer = {"Resource": WRITE, "Arguments": "{% $states.input.to %}"}
    state = distributed(Items="{% $states.input.ids %}", ResultWriter=writer, **JSONATA)
    shown = run(room, state, {"ids": [1], "to": given})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.ResultWriterFailed")


@pytest.mark.parametrize(
    "config", [{"InputType": "PARQUET"}, {"InputType": "MANIFEST", "ManifestType": "ATHENA_DATA"}]
)
def test_what_the_lab_cannot_read_is_refused_by_name(room, config):
    reader = {"Resource": READ, "ReaderConfig": config, "Parameters": {"Bucket": "orders", "Key": "in"}}
    with pytest.raises(ClientError) as refused:
        room.make({"All": distributed(ItemReader=reader)})
    assert refused.value.response["Error"]["Code"] == "NotSimulatedByWorkbook"
    assert list(config.values())[-1] in str(refused.value)


def test_the_trace_knows_of_which_map_run_an_execution_is(room):
    shown = run(room, distributed(), [1, 2])
    started = [hop for hop in room.hops("start-execution") if "map_run" in hop.facts]
    assert [hop.facts["map_run"] for hop in started] == [map_run(room, shown)["mapRunArn"]] * 2


def of_type(kind):
    return {"StartAt": "All", "States": {"All": distributed(kind=kind, Label="Orders")}}


def kinds_of_children(room, execution):
    (shown,) = room.machines.list_map_runs(executionArn=execution)["mapRuns"]
    children = room.machines.list_executions(mapRunArn=shown["mapRunArn"])["executions"]
    return {child["executionArn"].split(":")[5] for child in children}


def test_a_map_with_a_label_can_be_updated_to_another_execution_type(room):
    machine = room.make(of_type("STANDARD")["States"], name="all")
    for kind, part in (("STANDARD", "execution"), ("EXPRESS", "express"), ("STANDARD", "execution")):
        definition = json.dumps(of_type(kind))
        room.machines.update_state_machine(stateMachineArn=machine, definition=definition)
        execution = room.start(machine, [1, 2])
        room.lab.run_until_idle()
        assert kinds_of_children(room, execution) == {part}


def test_a_state_machine_takes_its_map_runs_with_it(room):
    machine = room.make(of_type("STANDARD")["States"], name="all")
    execution = room.start(machine, [1, 2])
    room.lab.run_until_idle()
    run_arn = room.machines.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    room.machines.delete_state_machine(stateMachineArn=machine)
    with pytest.raises(ClientError) as refused:
        room.machines.describe_map_run(mapRunArn=run_arn)
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"


# ---- what is tolerated


@pytest.mark.parametrize(
    ("tolerated", "succeeds"),
    [
        ({}, False),
        ({"ToleratedFailureCount": 1}, True),
        ({"ToleratedFailurePercentage": 20}, False),
        ({"ToleratedFailurePercentage": 25}, True),
        ({"ToleratedFailurePercentagePath": "$.part"}, True),
        ({"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 25}, True),
        ({"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 20}, False),
        ({"ToleratedFailureCount": 0, "ToleratedFailurePercentage": 25}, False),
    ],
)
def test_a_run_fails_when_more_items_failed_than_it_tolerates(room, tolerated, succeeds):
    state = distributed(fails_at(2), ItemsPath="$.ids", **tolerated)
    shown = run(room, state, {"ids": [1, 2, 3, 4], "part": 30})
    if succeeds:
        assert json.loads(shown["output"]) == [1, 3, 4]
        return
    assert (shown["status"], shown["error"]) == ("FAILED", EXCEEDED)
    assert shown["cause"] == "The specified tolerated failure threshold was exceeded"


def test_an_execution_that_somebody_stopped_is_no_failed_one(room):
    sleep = {"Sleep": {"Type": "Wait", "Seconds": 100, "End": True}}
    execution = room.start(room.make({"All": distributed(sleep)}, name="all"), [1, 2])
    room.lab.advance(10)
    run_arn = room.machines.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    child = room.machines.list_executions(mapRunArn=run_arn)["executions"][0]
    room.machines.stop_execution(executionArn=child["executionArn"])
    room.lab.run_until_idle()
    described = map_run(room, room.describe(execution))
    assert (described["status"], described["itemCounts"]["aborted"]) == ("SUCCEEDED", 1)


def test_a_run_that_fails_stops_the_executions_that_still_run(room):
    shown = run(room, distributed(fails_at(3, seconds=3600), MaxConcurrency=3), [1, 2, 3, 4])
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == 0
    described = map_run(room, shown)
    counts = described["itemCounts"]
    assert described["status"] == "FAILED"
    assert (counts["failed"], counts["aborted"], counts["pending"]) == (1, 2, 1)


def test_update_map_run_takes_effect_at_once(room):
    sleep = {"Sleep": {"Type": "Wait", "Seconds": 100, "End": True}}
    execution = room.start(room.make({"All": distributed(sleep, MaxConcurrency=1)}, name="all"), [1, 2, 3, 4])
    room.lab.advance(10)
    arn = room.machines.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    assert room.machines.describe_map_run(mapRunArn=arn)["executionCounts"]["running"] == 1
    room.machines.update_map_run(mapRunArn=arn, maxConcurrency=4, toleratedFailureCount=2)
    room.lab.advance(1)
    described = room.machines.describe_map_run(mapRunArn=arn)
    assert described["executionCounts"]["running"] == 4
    assert (described["maxConcurrency"], described["toleratedFailureCount"]) == (4, 2)
    room.lab.run_until_idle()
    assert (
        110
        <= (room.describe(execution)["stopDate"] - room.describe(execution)["startDate"]).total_seconds()
        < 115
    )


def test_stopping_the_parent_stops_the_run_and_its_executions(room):
    sleep = {"Sleep": {"Type": "Wait", "Seconds": 100, "End": True}}
    execution = room.start(room.make({"All": distributed(sleep)}, name="all"), [1, 2])
    room.lab.advance(10)
    room.machines.stop_execution(executionArn=execution)
    room.lab.run_until_idle()
    described = map_run(room, room.describe(execution))
    assert (described["status"], described["executionCounts"]["aborted"]) == ("ABORTED", 2)


# ---- what is written


def test_a_result_writer_writes_files_and_a_manifest(room, bucket):
    writer = {"Resource": WRITE, "Parameters": {"Bucket": "orders", "Prefix": "out"}}
    state = distributed(fails_at(2), ToleratedFailureCount=1, ResultWriter=writer)
    result = output_of(room, state, [1, 2])
    key = result["ResultWriterDetails"]["Key"]
    assert result["ResultWriterDetails"]["Bucket"] == "orders"
    folder = f"out/{result['MapRunArn'].rpartition(':')[2]}"
    assert key == f"{folder}/manifest.json"

    def read(name):
        return json.loads(bucket.get_object(Bucket="orders", Key=name)["Body"].read())

    manifest = read(key)
    assert (manifest["DestinationBucket"], manifest["MapRunArn"]) == ("orders", result["MapRunArn"])
    files = manifest["ResultFiles"]
    assert [files["PENDING"], [entry["Key"] for entry in files["SUCCEEDED"] + files["FAILED"]]] == [
        [],
        [f"{folder}/SUCCEEDED_0.json", f"{folder}/FAILED_0.json"],
    ]
    succeeded, failed = read(f"{folder}/SUCCEEDED_0.json"), read(f"{folder}/FAILED_0.json")
    assert (succeeded[0]["Input"], succeeded[0]["Output"], succeeded[0]["Status"]) == ("1", "1", "SUCCEEDED")
    assert (failed[0]["Error"], failed[0]["Cause"], failed[0]["Status"]) == ("Broken", "it is", "FAILED")


@pytest.mark.parametrize(("transformation", "expected"), [("COMPACT", [[1, 2], [3]]), ("FLATTEN", [1, 2, 3])])
def test_a_writer_config_alone_says_what_the_state_gives(room, transformation, expected):
    writer = {"WriterConfig": {"OutputType": "JSON", "Transformation": transformation}}
    assert output_of(room, distributed(ResultWriter=writer), [[1, 2], [3]]) == expected


def test_results_that_cannot_be_written_fail_the_run(room, bucket):
    writer = {"Resource": WRITE, "Parameters": {"Bucket": "nowhere", "Prefix": "out"}}
    shown = run(room, distributed(ResultWriter=writer), [1])
    assert (shown["status"], shown["error"]) == ("FAILED", "States.ResultWriterFailed")


# ---- both languages, both types


def test_all_of_it_in_jsonata_with_express_executions(room, bucket):
    bucket.put_object(Bucket="orders", Key="in", Body=b"[1, 2, 3]")
    double = {"Double": {"Type": "Pass", "Output": "{% $sum($states.input.Items) * 2 %}", "End": True}}
    double["Double"] |= JSONATA
    state = distributed(
        double,
        kind="EXPRESS",
        ItemReader={
            "Resource": READ,
            "ReaderConfig": {"InputType": "JSON", "MaxItems": "{% $states.input.most %}"},
            "Arguments": {"Bucket": "orders", "Key": "{% $states.input.key %}"},
        },
        ItemBatcher={"MaxItemsPerBatch": "{% 1 + 1 %}"},
        ToleratedFailureCount="{% 1 %}",
        MaxConcurrency="{% 5 %}",
        **JSONATA,
    )
    assert output_of(room, state, {"key": "in", "most": 3}) == [6, 6]


def test_ten_thousand_items(room):
    shown = run(room, distributed(ResultSelector={"done": True}), list(range(10_000)))
    assert json.loads(shown["output"]) == {"done": True}
    assert map_run(room, shown)["executionCounts"]["succeeded"] == 10_000
