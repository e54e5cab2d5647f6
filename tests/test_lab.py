"""The front door: one lab at a time, time in the learner's hands, and an interpreter left as it was."""

import copy
import datetime
import gc
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import weakref

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from workbook import Chaos, Lab
from workbook.engine import Closed, ForkedAway
from workbook.lab import LabError


def test_a_client_made_by_plain_boto3_talks_to_the_lab(lab):
    url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    assert lab.client("sqs").get_queue_url(QueueName="orders")["QueueUrl"] == url


def test_a_client_made_before_the_lab_talks_to_it_too():
    program = """
import boto3
before = boto3.client("sqs", region_name="us-east-1")
import workbook
lab = workbook.Lab()
url = before.create_queue(QueueName="orders")["QueueUrl"]
assert boto3.client("sqs").list_queues()["QueueUrls"] == [url], url
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


def test_a_resource_is_a_boto3_resource(lab):
    queue = lab.resource("sqs").create_queue(QueueName="orders")
    queue.send_message(MessageBody="tea")
    assert [message.body for message in queue.receive_messages()] == ["tea"]


def test_a_second_lab_is_refused_and_the_text_says_what_to_do(lab):
    with pytest.raises(LabError, match=r"close\(\).*reset\(\)"):
        Lab()
    assert lab.client("sqs").list_queues()


def test_of_several_threads_that_make_a_lab_at_once_one_gets_it():
    labs, refused = [], []

    def make():
        try:
            labs.append(Lab())
        except LabError:
            refused.append(True)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lab in labs:
        lab.close()
    assert (len(labs), len(refused)) == (1, 7)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_lab_cannot_be_copied(lab, duplicate):
    with pytest.raises(LabError, match="one AWS in a process"):
        duplicate(lab)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_made_by_fork_is_told_that_its_lab_is_a_copy(lab, sqs):
    use_functions(lab)
    child = os.fork()
    if child == 0:
        try:
            with pytest.raises(ForkedAway, match="made by fork"):
                sqs.list_queues()
            lab.close()
            with Lab() as own:
                assert own.client("sqs").list_queues().get("QueueUrls") is None
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sqs.list_queues()["QueueUrls"]


def test_a_lab_can_follow_a_lab():
    Lab().close()
    with Lab() as second:
        assert second.now == datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC)


def test_a_closed_lab_says_so():
    lab = Lab()
    lab.close()
    lab.close()
    with pytest.raises(LabError, match="closed"):
        lab.advance(1)
    assert repr(lab) == "<Lab: closed>"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"account": "42"}, "12 digits"),
        ({"account": 123456789012}, "12 digits"),
        ({"seed": "lucky"}, "whole number"),
        ({"region": "moon-1"}, "no such AWS region"),
        ({"start": "yesterday"}, "datetime"),
        ({"chaos": 0.5}, r"Chaos\(duplicates=0.1\)"),
    ],
)
def test_a_wrong_argument_is_named_with_its_value_and_the_fix(arguments, text):
    with pytest.raises(LabError, match=text):
        Lab(**arguments)
    Lab().close()


def test_region_account_start_and_chaos_are_the_learners():
    start = datetime.datetime(2030, 6, 1, tzinfo=datetime.UTC)
    with Lab(region="eu-west-1", account="111122223333", start=start, chaos=Chaos(duplicates=1)) as lab:
        url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        assert "eu-west-1" in url
        assert "111122223333" in url
        assert boto3.client("sts").get_caller_identity()["Account"] == "111122223333"
        assert lab.now.year == 2030


# ---- time


def test_time_stands_still_until_it_is_moved(lab):
    before = lab.now
    assert lab.now == before
    lab.advance(days=1, hours=1, minutes=1, seconds=1)
    assert lab.now - before == datetime.timedelta(days=1, hours=1, minutes=1, seconds=1)


def test_an_api_call_takes_a_millisecond(lab, sqs):
    before = lab.now
    sqs.list_queues()
    assert lab.now - before == datetime.timedelta(milliseconds=1)


def test_time_does_not_go_back(lab):
    with pytest.raises(ValueError, match="forwards only"):
        lab.advance(-1)


def test_the_repr_says_what_time_it_is_and_what_is_due(lab):
    assert repr(lab) == "<Lab: 2026-01-05 09:00:00 UTC, 0 hops, nothing is due>"
    with lab.world.kernel:
        lab.world.kernel.at(lab.world.clock.now + 30_000_000, lambda: None, name="something")
    assert "due in 30 s, at 09:00:30" in repr(lab)
    assert "AWS time" in lab._repr_html_()


# ---- what happened


def test_every_call_leaves_a_hop_with_its_outcome(lab, sqs):
    with pytest.raises(ClientError):
        sqs.get_queue_url(QueueName="missing")
    hop = lab.trace[-1]
    assert (hop.kind, hop.resource) == ("api-call", "sqs:GetQueueUrl")
    assert "NonExistentQueue" in hop.outcome


def test_a_call_that_botocore_refuses_is_no_request(lab, sqs):
    with pytest.raises(Exception, match="Parameter validation failed"):
        sqs.send_message(QueueUrl=1, MessageBody="tea")
    assert lab.trace[-1].outcome == "ParamValidationError"
    assert lab.billable().sqs_requests == 0


def test_a_message_that_expires_while_nobody_looks_is_in_the_trace(lab, sqs):
    retention = {"MessageRetentionPeriod": "60"}
    url = sqs.create_queue(QueueName="orders", Attributes=retention)["QueueUrl"]
    sent = sqs.send_message(QueueUrl=url, MessageBody="tea")
    lab.advance(100)
    assert [hop.kind for hop in lab.trace.of(sent)] == ["api-call", "send", "expire"]
    hops = len(lab.trace)
    assert len(lab.queue("orders")) == 0
    assert len(lab.trace) == hops


# ---- sealed


def test_what_is_not_simulated_is_refused_by_name(lab):
    with pytest.raises(ClientError, match=r"athena:CreateWorkGroup is not simulated.*sqs") as caught:
        lab.client("athena").create_work_group(Name="orders")
    assert caught.value.response["Error"]["Code"] == "NotSimulatedByWorkbook"


def test_a_host_that_moto_does_not_know_is_not_asked(lab):
    with pytest.raises(EndpointConnectionError, match="sealed"):
        lab.client("sqs", endpoint_url="http://sqs.example.org").list_queues()


def test_real_credentials_are_hidden_and_come_back(monkeypatch, tmp_path):
    secrets = tmp_path / "credentials"
    secrets.write_text("[default]\naws_access_key_id = AKIAREALREALREALREAL\naws_secret_access_key = real\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(secrets))
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://192.0.2.1")
    before = dict(os.environ)
    with Lab() as lab:
        credentials = boto3.Session().get_credentials()
        assert credentials.access_key == "AKIA123456789012LABX"
        assert credentials.token is None
        lab.client("sqs").list_queues()
    assert dict(os.environ) == before


def test_no_socket_is_opened(lab, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "__init__", refuse)
    sqs = lab.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="tea")
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]["Body"] == "tea"


# ---- beginning and end


def use(lab):
    """A little of everything; returns all that a learner could see."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "5"})["QueueUrl"]
    sent = sqs.send_message(QueueUrl=url, MessageBody="tea")
    first = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])
    lab.advance(6)
    again = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])
    return [sent, first, again, lab.trace.text(), repr(lab)]


def test_reset_equals_a_fresh_start():
    with Lab(seed=3) as lab:
        first = use(lab)
        lab.reset()
        assert lab.now == datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC)
        assert len(lab.trace) == 0
        assert boto3.client("sqs").list_queues().get("QueueUrls", []) == []
        lab.reset()
        second = use(lab)
    with Lab(seed=3) as lab:
        third = use(lab)
    assert first == second == third


def use_functions(lab):
    """Everything that keeps something running: a mapping, its poller, a handler that waits."""
    url = boto3.client("sqs").create_queue(QueueName="jobs")["QueueUrl"]
    lab.function("worker", "import time\ndef handler(event, context):\n    time.sleep(1)\n")
    arn = "arn:aws:sqs:us-east-1:123456789012:jobs"
    boto3.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName="worker")
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="tea")
    lab.advance(1.5)


def test_a_closed_lab_leaves_nothing_behind_in_memory_and_no_thread():
    worlds, threads_of_others = [], set(threading.enumerate())
    for _ in range(5):
        with Lab() as lab:
            use_functions(lab)
            lab.reset()
            use_functions(lab)
            worlds.append(weakref.ref(lab.world))
    del lab
    gc.collect()
    assert [world() for world in worlds] == [None] * 5
    for thread in set(threading.enumerate()) - threads_of_others:
        thread.join(timeout=60)
        assert not thread.is_alive(), thread


def test_a_lab_that_cannot_be_opened_leaves_nothing_behind(monkeypatch):
    def fail(*_):
        raise OSError("no")

    Lab().close()
    before, environment, finders = namespaces(), dict(os.environ), list(sys.meta_path)
    monkeypatch.setattr("workbook.aws.simulation.virtual_modules", fail)
    with pytest.raises(OSError, match="no"):
        Lab()
    after = namespaces()
    assert {key for key in before if after.get(key) != before[key] and key[-1] not in CACHES} == set()
    assert (dict(os.environ), sys.meta_path) == (environment, finders)
    monkeypatch.undo()
    Lab().close()


def test_one_thing_that_cannot_be_put_back_does_not_keep_the_others_in_place():
    connect, lab = socket.socket.connect, Lab()
    lab._simulation._patches.on_undo(lambda: 1 // 0)
    with pytest.raises(BaseExceptionGroup, match="put back"):
        lab.close()
    assert socket.socket.connect is connect
    Lab().close()


def test_ctrl_c_while_a_lab_opens_or_closes_leaves_no_half_of_it(monkeypatch):
    def press(*_):
        signal.raise_signal(signal.SIGINT)

    connect = socket.socket.connect
    monkeypatch.setattr("workbook.aws.simulation.seal", press)
    with pytest.raises(KeyboardInterrupt):
        Lab()
    monkeypatch.undo()
    lab = Lab()
    lab._simulation._patches.on_undo(press)
    with pytest.raises(KeyboardInterrupt):
        lab.close()
    assert socket.socket.connect is connect
    Lab().close()


def test_a_reset_ends_what_runs_and_what_waits_in_other_threads():
    with Lab(seed=3) as lab:
        fresh = use(lab)
        lab.reset()
        use_functions(lab)
        stop, problems = threading.Event(), []

        def poll_on_and_on():
            sqs = boto3.client("sqs")
            while not stop.is_set():
                try:
                    sqs.receive_message(QueueUrl="http://sqs.us-east-1.amazonaws.com/123456789012/jobs")
                except (ClientError, Closed):
                    stop.wait(0.001)
                except BaseException as problem:  # noqa: BLE001 - none is expected, so any is noted
                    problems.append(problem)

        thread = threading.Thread(target=poll_on_and_on)
        thread.start()
        try:
            for _ in range(5):
                lab.reset()
                use_functions(lab)
        finally:
            stop.set()
            thread.join()
        lab.reset()
        assert problems == []
        assert use(lab) == fresh


def test_a_file_can_be_uploaded_in_a_handler(lab):
    lab.client("s3").create_bucket(Bucket="files")
    lab.function(
        "uploader",
        """
import boto3, io
def handler(event, context):
    s3, back = boto3.client("s3"), io.BytesIO()
    s3.upload_fileobj(io.BytesIO(b"tea"), "files", "order")
    s3.download_fileobj("files", "order", back)
    return back.getvalue().decode()
""",
    )
    assert lab.client("lambda").invoke(FunctionName="uploader")["Payload"].read() == b'"tea"'


@pytest.mark.parametrize(
    "line",
    ["time.sleep(1)", "boto3.client('sqs').receive_message(QueueUrl=event, WaitTimeSeconds=20)", "sum([1])"],
)
def test_a_handler_that_catches_everything_runs_into_its_timeout_nevertheless(lab, sqs, line, monkeypatch):
    # What is thrown into the handler may land in a callback of the garbage collector (Hypothesis has one).
    # Python then reports it as unraisable, and the watch throws again.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    lab.world.kernel.real_time_limit = 0.5
    url = sqs.create_queue(QueueName="empty")["QueueUrl"]
    body = f"    while True:\n        try: {line}\n        except: pass\n"
    lab.function("stubborn", f"import boto3, time\ndef handler(event, context):\n{body}", Timeout=3)
    payload = lab.client("lambda").invoke(FunctionName="stubborn", Payload=json.dumps(url))["Payload"].read()
    assert "Task timed out after 3.00 seconds" in payload.decode()
    assert sqs.list_queues()["QueueUrls"] == [url]


def namespaces():
    """Every name of every module that a lab may patch, and of the classes in them."""
    snapshot = {}
    for name, module in list(sys.modules.items()):
        if not name.startswith(
            ("moto", "botocore", "boto3", "socket", "os", "time", "datetime", "threading", "random")
        ):
            continue
        for attribute, value in list(vars(module).items()):
            snapshot[name, attribute] = id(value)
            if isinstance(value, type) and value.__module__ == name:
                for member, content in list(vars(value).items()):
                    snapshot[name, attribute, member] = id(content)
    return snapshot


# What moto makes anew whenever it resets, and what Python caches by itself.
CACHES = {
    "instances_tracked",
    "_abc_impl",
    "__abstractmethods__",
    "__annotations__",
    "__dict__",
    "__weakref__",
}


def test_close_restores_every_patched_name():
    with Lab() as lab:
        use(lab)  # loads what is loaded lazily, so that both snapshots know the same modules
    before = namespaces()
    finders = list(sys.meta_path)
    with Lab() as lab:
        use(lab)
        during = namespaces()
    after = namespaces()
    changed = {key for key in before if after.get(key) != before[key] and key[-1] not in CACHES}
    assert any(during.get(key) != value for key, value in before.items())
    assert changed == set()
    assert sys.meta_path == finders


def test_the_chance_of_a_lab_can_be_changed_while_it_runs(lab, sqs):
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    lab.chaos = Chaos(missed_polls=1.0)
    sqs.send_message(QueueUrl=queue, MessageBody="cake")
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    lab.chaos = Chaos()
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "cake"
    lab.chaos = Chaos(duplicates=1.0)
    lab.reset()
    assert lab.chaos == Chaos()
    with pytest.raises(LabError, match=r"pass Chaos\(duplicates=0.1\)"):
        lab.chaos = 0.5
