"""A server for a class: a token gives keys, a key opens one lab, and the code in it is confined."""

from __future__ import annotations

import json
import sys

import pytest
from running_server import serving

from benchmarks.server_load import Client, Load
from workbook.confinement import Level, highest_level

TOKEN = "a-token-that-nobody-guesses"

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or highest_level() is not Level.NAMESPACES,
    reason="needs bubblewrap and user namespaces",
)


class Learner(Client):
    """A client of SQS with a key of its own."""

    def __init__(self, server, key):
        super().__init__(server.port, Load(), key=key)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    token = tmp_path_factory.mktemp("token") / "token"
    token.write_text(TOKEN)
    with serving("--confined", "--token-file", str(token)) as running:
        yield running


def key_of(server, token=TOKEN):
    status, answer = server.ask("POST", "/workbook/v1/keys", headers={"Authorization": f"Bearer {token}"})
    return status, json.loads(answer)


def test_two_learners_with_keys_of_their_own_do_not_see_each_other(server):
    (_, ann), (_, ben) = key_of(server), key_of(server)
    url = Learner(server, ann["access_key"]).call("CreateQueue", QueueName="mine")["QueueUrl"]
    assert url == f"{server.url}/{ann['account']}/mine"
    stranger = Learner(server, ben["access_key"])
    assert stranger.call("ReceiveMessage", QueueUrl=url)["__type"] == "com.amazonaws.sqs#QueueDoesNotExist"
    assert stranger.call("ListQueues").get("QueueUrls", []) == []


def test_time_of_one_is_not_the_others(server):
    (_, ann), (_, ben) = key_of(server), key_of(server)
    server.control("POST", "/time/advance", key=ann["access_key"], seconds=3600)
    assert server.control("GET", "/time", key=ann["access_key"])["seconds"] == 3600
    assert server.control("GET", "/time", key=ben["access_key"])["seconds"] == 0


def test_without_the_token_there_is_no_key_and_without_a_key_no_lab(server):
    assert key_of(server, token="guessed-guessed-guessed")[0] == 403
    answer = Learner(server, "AKIA123456789012LABX").call("ListQueues")
    assert answer["__type"] == "UnrecognizedClientException"
    assert "was not given out by this server" in answer["message"]
