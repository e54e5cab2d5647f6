"""Many clients at once at one lab, and processes that are killed under them: what is lost and told."""

from __future__ import annotations

import signal

import psutil
import pytest
from running_server import serving

from benchmarks.server_load import Client, Load, put_load_on_a_server

NOTHING_TO_KILL = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")


def test_thirty_two_clients_lose_no_message_and_get_none_twice():
    """SERVE-14: `make bench` does the same for a minute."""
    load = put_load_on_a_server(seconds=5.0, least=20)
    assert load.errors == []
    assert load.sent.total() >= 32 * 20
    assert (load.lost, load.doubled) == (0, 0)
    assert load.grown < 20, load.text()


def client_of(server, url=""):
    return Client(server.port, Load(), url)


def said(answer):
    return answer.get("message", "")


@NOTHING_TO_KILL
def test_who_waits_for_a_lab_that_is_killed_is_told_and_what_was_answered_is_there_again():
    with serving() as server:
        client = client_of(server)
        client.url = client.call("CreateQueue", QueueName="orders")["QueueUrl"]
        client.call("SendMessage", QueueUrl=client.url, MessageBody="kept")
        server.lab().kill()
        answers = [client.call("ReceiveMessage", QueueUrl=client.url) for _ in range(3)]
        told = [said(answer) for answer in answers if said(answer)]
        assert told
        assert "it was killed by signal 9 (SIGKILL)" in told[0]
        assert "What it had answered is kept" in told[0]
        bodies = [message["Body"] for answer in answers for message in answer.get("Messages", [])]
        assert bodies == ["kept"]
        assert server.control("GET", "/health")["note"].startswith("the last process of this lab ended")


@NOTHING_TO_KILL
def test_a_server_that_is_killed_takes_its_labs_along_and_the_next_one_says_what_is_kept(tmp_path):
    with serving("--state", str(tmp_path)) as server:
        client = client_of(server)
        client.url = client.call("CreateQueue", QueueName="orders")["QueueUrl"]
        client.call("SendMessage", QueueUrl=client.url, MessageBody="kept")
        lab = server.lab()
        server.process.kill()
        server.process.wait()
        assert psutil.wait_procs([lab], timeout=30)[1] == []
    with serving("--state", str(tmp_path)) as server:
        assert "ended without a clean stop" in server.said
        assert "account 123456789012: its 2 requests are replayed" in server.said
        url = client_of(server).call("GetQueueUrl", QueueName="orders")["QueueUrl"]
        received = client_of(server).call("ReceiveMessage", QueueUrl=url)
        assert received["Messages"][0]["Body"] == "kept"


@NOTHING_TO_KILL
def test_a_server_that_is_asked_to_end_ends_in_good_order(tmp_path):
    with serving("--state", str(tmp_path)) as server:
        client_of(server).call("CreateQueue", QueueName="orders")
        assert "Ending" in server.end()
    with serving("--state", str(tmp_path)) as server:
        assert "without a clean stop" not in server.said
        assert "QueueUrl" in client_of(server).call("GetQueueUrl", QueueName="orders")
