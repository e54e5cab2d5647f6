"""One process an account: nobody reaches into another's lab, and whoever loses one is told."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from account_histories import QUEUES, ROLE, preparation, zipped
from asking import answer, aws, control

from workbook.served.limits import AccountLimits
from workbook.served.processes import AccountEnded, Accounts, TooManyAccounts, reason_of
from workbook.served.requests import HttpResponse

ANN, BEN = "123456789012", "111111111111"
HERE = Path(__file__).parent


@pytest.fixture
def told():
    return []


@pytest.fixture
def running(tmp_path, told):
    """Runs a coroutine function that is given the accounts of a server."""

    def run(test, **options):
        async def with_accounts():
            accounts = Accounts(tmp_path, told=told.append, **options)
            try:
                await test(accounts)
            finally:
                await accounts.close()

        asyncio.run(with_accounts())

    return run


async def asked(accounts, account, request):
    return answer(await accounts.handle(account, request))


async def seconds(accounts, account):
    return (await asked(accounts, account, control("GET", "/time")))["seconds"]


async def until(condition):
    """Wait until something outside this process is so."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def function(code):
    """Requests that make a function of source text, and call it."""
    code = {"ZipFile": zipped(code)}
    make = aws(
        "lambda",
        "CreateFunction",
        FunctionName="spins",
        Runtime="python3.13",
        Role=ROLE,
        Handler="index.handler",
        Timeout=900,
        Code=code,
    )
    until_ready = control("POST", "/time/advance", seconds=10)
    return [preparation()[0], make, until_ready], aws("lambda", "Invoke", FunctionName="spins")


def spinning(flag, body="while True: pass"):
    """A function that says in a file that it runs, and then never comes back."""
    return function(f"def handler(event, context):\n    open({str(flag)!r}, 'w').close()\n    {body}")


def is_gone(pid):
    """Whether a process has ended; one that nobody has asked about since (a zombie) has."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return status == "Z"


# ---- apart


def test_each_account_has_a_process_and_a_time_of_its_own(running):
    async def test(accounts):
        await asked(accounts, ANN, control("POST", "/time/advance", seconds=3600))
        assert await seconds(accounts, ANN) == 3600
        assert await seconds(accounts, BEN) == 0
        pids = {process.pid for process in accounts.processes().values()}
        assert len(pids) == 2
        assert os.getpid() not in pids

    running(test)


def test_requests_of_one_account_are_answered_one_after_the_other(running):
    async def test(accounts):
        advances = [asked(accounts, ANN, control("POST", "/time/advance", seconds=1)) for _ in range(20)]
        ends = [told["seconds"] for told in await asyncio.gather(*advances)]
        assert ends == [float(second) for second in range(1, 21)]

    running(test)


def test_an_account_is_twelve_digits(running):
    async def test(accounts):
        with pytest.raises(ValueError, match="12 digits"):
            await accounts.handle("../../etc", control("GET", "/time"))

    running(test)


def test_no_more_accounts_are_opened_than_are_allowed(running):
    async def test(accounts):
        await seconds(accounts, ANN)
        with pytest.raises(TooManyAccounts, match=r"1 accounts are in use.*\(accounts\)"):
            await accounts.handle(BEN, control("GET", "/time"))
        await seconds(accounts, ANN)

    running(test, limits=AccountLimits(accounts=1))


# ---- the end of one


def test_who_waits_for_a_killed_process_is_told_and_so_is_the_next_and_others_go_on(running, tmp_path, told):
    async def test(accounts):
        prepare, invoke = spinning(tmp_path / "spins")
        for request in prepare:
            await asked(accounts, ANN, request)
        await seconds(accounts, BEN)
        waiting = asyncio.create_task(accounts.handle(ANN, invoke))
        await until((tmp_path / "spins").exists)
        assert await seconds(accounts, BEN) == 0

        os.kill(accounts.processes()[ANN].pid, signal.SIGKILL)

        for request in (waiting, accounts.handle(ANN, control("GET", "/health"))):
            with pytest.raises(AccountEnded, match=rf"{ANN} ended: it was killed by signal 9 \(SIGKILL\)"):
                await request
        assert await seconds(accounts, BEN) == 0
        health = await asked(accounts, ANN, control("GET", "/health"))
        assert "without a clean stop; the 3 requests" in health["note"]
        assert health["hops"] > 0
        assert [line.partition(":")[0] for line in told] == [f"account {ANN}"]

    running(test)


def test_one_that_ends_while_nobody_waits_is_told_to_the_next(running):
    async def test(accounts):
        await asked(accounts, ANN, control("POST", "/time/advance", seconds=5))
        process = accounts.processes()[ANN]
        os.kill(process.pid, signal.SIGKILL)
        await until(lambda: not process.is_alive())
        with pytest.raises(AccountEnded, match="SIGKILL"):
            await accounts.handle(ANN, control("GET", "/time"))
        assert await seconds(accounts, ANN) == 5

    running(test)


@pytest.mark.skipif(sys.platform != "linux", reason="memory of a process is limited on Linux")
def test_who_fills_its_memory_loses_the_process_and_nobody_else_does(running):
    async def test(accounts):
        await seconds(accounts, BEN)
        await asked(accounts, ANN, aws("sqs", "CreateQueue", QueueName="orders"))
        message = aws("sqs", "SendMessage", QueueUrl=QUEUES[0], MessageBody="x" * 1_000_000)

        async def fill():
            for _ in range(200):
                await asked(accounts, ANN, message)

        with pytest.raises(AccountEnded, match="more memory than an account may take"):
            await fill()
        assert await seconds(accounts, BEN) == 0

    running(test, limits=AccountLimits(memory_bytes=64 << 20))


def test_a_request_that_takes_too_long_is_given_up(running, tmp_path):
    async def test(accounts):
        prepare, invoke = spinning(tmp_path / "spins")
        for request in prepare:
            await asked(accounts, ANN, request)
        holder = accounts._held[ANN]  # only now: a busy machine may take longer for what is before
        holder._beginning = replace(holder._beginning, limits=AccountLimits(request_seconds=1))
        with pytest.raises(AccountEnded, match=r"no answer in 1 s \(request_seconds\)"):
            await accounts.handle(ANN, invoke)

    running(test)


def test_a_journal_that_cannot_be_replayed_is_put_aside_and_told(running, tmp_path):
    (tmp_path / f"{ANN}.jsonl").write_text("this is no journal\n")

    async def test(accounts):
        with pytest.raises(AccountEnded, match="its journal was changed, or is of other versions"):
            await accounts.handle(ANN, control("GET", "/time"))
        with pytest.raises(AccountEnded, match=rf"that is in {ANN}.lost.jsonl now, and the lab is empty"):
            await accounts.handle(ANN, control("GET", "/time"))
        assert await seconds(accounts, ANN) == 0
        assert (tmp_path / f"{ANN}.lost.jsonl").read_text() == "this is no journal\n"

    running(test)


def test_a_second_journal_that_is_put_aside_takes_the_place_of_no_first(running, tmp_path):
    (tmp_path / f"{ANN}.lost.jsonl").write_text("the first\n")
    (tmp_path / f"{ANN}.jsonl").write_text("the second\n")

    async def test(accounts):
        for _ in range(2):
            with pytest.raises(AccountEnded):
                await accounts.handle(ANN, control("GET", "/time"))
        assert (tmp_path / f"{ANN}.lost.jsonl").read_text() == "the first\n"
        assert (tmp_path / f"{ANN}.lost2.jsonl").read_text() == "the second\n"

    running(test)


def test_a_journal_for_which_there_is_no_room_stays_in_its_place(running, tmp_path):
    """A full disk is no reason to begin a lab anew: when there is room again, all of it is there."""
    in_the_way = (
        tmp_path / f"{ANN}.new"
    )  # a folder where the journal is written anew: that fails like a full disk

    async def test(accounts):
        await asked(accounts, ANN, control("POST", "/time/advance", seconds=5))
        accounts._held[ANN].end()
        in_the_way.mkdir()
        for _ in range(2):  # who asked is told, and so is the next one
            with pytest.raises(AccountEnded, match="its journal could not be written"):
                await accounts.handle(ANN, control("GET", "/time"))
        in_the_way.rmdir()
        assert await seconds(accounts, ANN) == 5

    running(test)


class Liar:
    """The process of an account that was taken over."""

    def __init__(self, beginning):
        self.killed = False

    def is_alive(self):
        return not self.killed

    def ask(self, frame, seconds):
        return b"\x80\x04not a frame" if frame else b"ready"

    def kill(self):
        self.killed = True

    end = kill

    def reason(self):
        return "it was ended"


def test_what_is_no_answer_ends_the_process_that_sent_it(running):
    async def test(accounts):
        with pytest.raises(AccountEnded, match="it sent what is no answer"):
            await accounts.handle(ANN, control("GET", "/time"))
        assert accounts.processes() == {}

    running(test, start=Liar)


def test_one_that_nobody_uses_ends_and_is_there_again_for_the_next_request(running, told):
    async def test(accounts):
        await asked(accounts, ANN, control("POST", "/time/advance", seconds=5))
        assert await accounts.end_idle() == []
        accounts._held[ANN].last_used -= 61
        assert await accounts.end_idle() == [ANN]
        assert accounts.processes() == {}
        assert "nobody used it for 60 s" in told[0]
        assert await seconds(accounts, ANN) == 5
        assert (
            "brought back from its 1 requests"
            in (await asked(accounts, ANN, control("GET", "/health")))["note"]
        )

    running(test, limits=AccountLimits(idle_seconds=60))


class Slow:
    """Stands in for a process; it ends when it is let."""

    begun = 0

    def __init__(self, beginning):
        type(self).begun += 1

    def is_alive(self):
        return True

    def ask(self, frame, seconds):
        return HttpResponse(200).frame()

    def end(self):
        self.let.wait()

    def kill(self):
        pass


def test_who_asks_while_an_idle_process_ends_gets_the_next_one_and_there_is_no_third(running):
    """Two processes of one account would both write its journal."""

    class OneAtATime(Slow):
        let = threading.Event()

    async def test(accounts):
        await accounts.handle(ANN, control("GET", "/time"))
        accounts._held[ANN].last_used -= 61
        ending = asyncio.ensure_future(accounts.end_idle())
        await until(accounts._held[ANN].turn.locked)
        asking = asyncio.ensure_future(accounts.handle(ANN, control("GET", "/time")))
        await asyncio.sleep(0)
        OneAtATime.let.set()
        await asyncio.gather(ending, asking)
        await accounts.handle(ANN, control("GET", "/time"))
        assert OneAtATime.begun == 2

    running(test, start=OneAtATime, limits=AccountLimits(idle_seconds=60))


def test_no_process_begins_behind_the_end_of_the_server(tmp_path):
    class Never(Slow):
        pass

    async def test():
        accounts = Accounts(tmp_path, start=Never)
        await accounts.close()
        with pytest.raises(AccountEnded, match="the server ended"):
            await accounts.handle(ANN, control("GET", "/time"))

    asyncio.run(test())
    assert Never.begun == 0


@pytest.mark.parametrize(
    ("status", "words"),
    [(-9, "signal 9"), (71, "memory_bytes"), (72, "last words"), (3, "status 3"), (None, "answers no more")],
)
def test_an_exit_status_is_told_in_words(status, words):
    assert words in reason_of(status)


# ---- the end of the front

FRONT = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from asking import aws, control
from test_processes import ANN, BEN, spinning
from workbook.served.processes import Accounts

async def main(folder):
    accounts = Accounts(folder)
    await accounts.handle(BEN, control("GET", "/time"))
    prepare, invoke = spinning(folder / "spins", {body!r})
    for request in prepare:
        await accounts.handle(ANN, request)
    print(*(process.pid for process in accounts.processes().values()), flush=True)
    await accounts.handle(ANN, invoke)

if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
"""
HOLDS_THE_INTERPRETER = "import re; re.match('(a|a)*$', 'a' * 60 + 'b')"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("body", ["while True: pass", HOLDS_THE_INTERPRETER])
def test_when_the_front_is_killed_all_its_processes_end_busy_or_not(tmp_path, body):
    script = tmp_path / "front.py"
    script.write_text(FRONT.format(here=str(HERE), body=body))
    front = subprocess.Popen([sys.executable, script, tmp_path], stdout=subprocess.PIPE, text=True)
    try:
        pids = [int(pid) for pid in front.stdout.readline().split()]
        assert len(pids) == 2
        asyncio.run(until((tmp_path / "spins").exists))
    finally:
        front.kill()
        front.communicate()
    asyncio.run(until(lambda: all(map(is_gone, pids))))
