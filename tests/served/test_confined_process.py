"""An account whose code is a stranger's: it answers as any other, and finds nothing of the computer."""

import asyncio
import json
import socket
import sys

import pytest
from account_histories import ROLE, preparation, zipped
from asking import answer, aws, control

from workbook.confinement import Level, highest_level
from workbook.served.confined_account import APPENDED, REPLACED
from workbook.served.confined_process import ConfinedProcess
from workbook.served.processes import AccountEnded, Accounts, ForkedProcess
from workbook.served.requests import FrameError, HttpResponse

ANN = "123456789012"
LOOKS_AROUND = """
import os, socket

def handler(event, context):
    def tries(what):
        try:
            return repr(what())
        except Exception as error:
            return type(error).__name__

    here = socket.socket()
    return {
        "the tests": tries(lambda: open(event["test"]).read(10)),
        "the journal": tries(lambda: os.listdir(event["state"])),
        "checks of exercises": tries(lambda: os.listdir("/lab/workbook/teaching")),
        "processes": len([name for name in os.listdir("/proc") if name.isdigit()]) < 10,
        "environment": sorted(name for name in os.environ if "SECRET_OF" in name),
        "network": tries(lambda: here.connect(("127.0.0.1", event["port"]))),
    }
"""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or highest_level() is not Level.NAMESPACES,
    reason="needs bubblewrap and user namespaces",
)


@pytest.fixture
def running(tmp_path):
    """Runs a coroutine function that is given the accounts of a server."""

    def run(test, start=ConfinedProcess):
        async def with_accounts():
            accounts = Accounts(tmp_path, told=lambda _: None, start=start)
            try:
                await test(accounts)
            finally:
                await accounts.close()

        asyncio.run(with_accounts())

    return run


async def asked(accounts, request):
    return answer(await accounts.handle(ANN, request))


def create(name):
    return aws("sqs", "CreateQueue", QueueName=name)


async def queues(accounts):
    urls = (await asked(accounts, aws("sqs", "ListQueues"))).get("QueueUrls", [])
    return [url.rpartition("/")[2] for url in urls]


@pytest.mark.parametrize("next_one", [ConfinedProcess, ForkedProcess])
def test_its_journal_is_kept_outside_and_any_process_goes_on_with_it(running, tmp_path, next_one):
    async def first(accounts):
        await asked(accounts, create("one"))
        await asked(accounts, create("two"))
        assert (tmp_path / f"{ANN}.jsonl").read_text().count("CreateQueue") == 2

    async def second(accounts):
        assert await queues(accounts) == ["one", "two"]
        assert (await asked(accounts, control("GET", "/health")))[
            "note"
        ] == "brought back from its 2 requests"

    running(first)
    running(second, start=next_one)


def test_after_a_reset_the_journal_begins_anew(running, tmp_path):
    async def test(accounts):
        await asked(accounts, create("one"))
        await asked(accounts, control("POST", "/reset"))
        await asked(accounts, create("two"))

    running(test)
    journal = (tmp_path / f"{ANN}.jsonl").read_text()
    assert ("one" in journal, "two" in journal) == (False, True)


def test_who_waits_for_one_that_is_killed_is_told_and_what_was_answered_is_kept(running):
    async def test(accounts):
        await asked(accounts, create("kept"))
        accounts.processes()[ANN]._confined.kill("by a test")
        with pytest.raises(AccountEnded, match="by a test"):
            await accounts.handle(ANN, create("lost"))
        while True:
            try:
                assert await queues(accounts) == ["kept"]
                break
            except AccountEnded:  # the next one may be told, too
                continue

    running(test)


def test_a_function_in_it_finds_nothing_of_the_computer(running, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "x")
    code = {"ZipFile": zipped(LOOKS_AROUND)}
    made = {"FunctionName": "looks", "Runtime": "python3.13", "Role": ROLE, "Handler": "index.handler"}
    listening = socket.create_server(("127.0.0.1", 0))
    where = {"test": __file__, "state": str(tmp_path), "port": listening.getsockname()[1]}

    async def test(accounts):
        await asked(accounts, preparation()[0])
        await asked(accounts, aws("lambda", "CreateFunction", Code=code, **made))
        await asked(accounts, control("POST", "/time/advance", seconds=10))
        invoke = aws("lambda", "Invoke", FunctionName="looks", Payload=json.dumps(where).encode())
        found = await asked(accounts, invoke)
        assert found == {
            "the tests": "FileNotFoundError",
            "the journal": "FileNotFoundError",
            "checks of exercises": "[]",
            "processes": True,
            "environment": [],
            "network": "ConnectionRefusedError",
        }

    with listening:
        running(test)


def test_of_a_journal_that_grows_without_end_nothing_is_kept(tmp_path):
    """Code that has taken the process over may send what it likes, and the disk is the computer's."""
    process = object.__new__(ConfinedProcess)
    process._journal, process._journal_bytes, process._most_bytes = tmp_path / "journal", 0, 1_000
    process._keep(HttpResponse(REPLACED, body=b"x" * 600).frame())
    with pytest.raises(FrameError, match="grew beyond 1000 bytes"):
        process._keep(HttpResponse(APPENDED, body=b"x" * 600).frame())
    assert (tmp_path / "journal").stat().st_size == 600


def test_a_journal_for_which_there_is_no_room_stays_in_its_place(running, tmp_path):
    in_the_way = tmp_path / f"{ANN}.new"  # where a journal is written anew; a folder there is no file

    async def test(accounts):
        await accounts.handle(ANN, control("POST", "/time/advance", seconds=5))
        accounts._held[ANN].end()
        in_the_way.mkdir()
        for _ in range(2):  # who asked is told, and so is the next one
            with pytest.raises(AccountEnded, match="its journal could not be written"):
                await accounts.handle(ANN, control("GET", "/time"))
        in_the_way.rmdir()
        assert answer(await accounts.handle(ANN, control("GET", "/time")))["seconds"] == 5

    running(test)
