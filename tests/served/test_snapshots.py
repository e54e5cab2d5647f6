"""A snapshot is a journal: a lab is its seed, and what was asked of it."""

import json
from dataclasses import replace

import pytest
from account_histories import QUEUES, histories, preparation
from asking import ACCOUNT, answer, aws, control, error
from hypothesis import HealthCheck, given, settings

from workbook.engine.world import START
from workbook.served.account import Account
from workbook.served.aws_requests import answer_aws
from workbook.served.journal import Beginning, plain, read_journal, request_line
from workbook.served.limits import AccountLimits


@pytest.fixture
def account(tmp_path):
    account = Account(ACCOUNT, answer=answer_aws, journal=tmp_path / "journal.jsonl", seed=7)
    yield account
    account.lab.close()


def snapshot_of(account):
    response = account.handle(control("GET", "/snapshot"))
    assert response.status == 200
    return response.body


def restore(account, snapshot):
    return account.handle(replace(control("PUT", "/snapshot"), body=snapshot))


def hops_of(account):
    return list(account.lab.trace)


def sent(body):
    return aws("sqs", "SendMessage", QueueUrl=QUEUES[0], MessageBody=body)


def with_lines(snapshot, change):
    lines = snapshot.splitlines(keepends=True)
    return b"".join(change(lines))


def changed(line, **members):
    return json.dumps({**json.loads(line), **members}).encode() + b"\n"


# ---- what always holds


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, afterwards=histories)
def test_a_lab_that_is_brought_back_goes_on_as_the_first_one_did(tmp_path, history, afterwards):
    first = Account(ACCOUNT, answer=answer_aws, journal=tmp_path / "journal.jsonl", seed=7)
    try:
        for request in [*preparation(), *history]:
            first.handle(request)
        saved = snapshot_of(first)
        for request in afterwards:
            first.handle(request)
        continued = hops_of(first)

        first.begin(8)
        assert restore(first, saved).status == 200
        assert snapshot_of(first) == saved
        for request in afterwards:
            first.handle(request)

        assert hops_of(first) == continued
    finally:
        first.begin(7)
        first.lab.close()
        (tmp_path / "journal.jsonl").unlink()


def test_a_lab_with_functions_schedules_and_waiting_workflows_is_the_same_again(account):
    for request in [*preparation(), sent("a"), sent("b"), control("POST", "/time/advance", seconds=90)]:
        assert account.handle(request).status < 300
    before = hops_of(account)
    assert {"invoke", "send", "delete", "receive"} <= {hop.kind for hop in before}

    saved = snapshot_of(account)
    answer(account.handle(control("POST", "/reset", seed=99)))
    assert hops_of(account) == []

    assert answer(restore(account, saved))["hops"] == len(before)
    assert hops_of(account) == before


def test_a_request_survives_its_way_through_a_line():
    first = Beginning(ACCOUNT, "us-east-1", 7, START, (10, 10)).line()
    for body in (b"", b"text", "三".encode(), bytes(range(256))):
        request = plain(replace(sent("x"), body=body))
        assert read_journal(first + request_line(request)).requests == [request]


# ---- what is refused, and changes nothing


@pytest.fixture
def used(account):
    for request in [*preparation(), sent("kept")]:
        account.handle(request)
    return account


def test_a_snapshot_says_nothing_of_signatures(used):
    assert b"0123abcd" not in snapshot_of(used)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: [changed(lines[0], version=2), *lines[1:]], "version 2"),
        (lambda lines: [changed(lines[0], versions={"moto": "1"}), *lines[1:]], "other versions"),
        (lambda lines: [changed(lines[0], account="999999999999"), *lines[1:]], "account 999999999999"),
        (lambda lines: [changed(lines[0], retention=[1, 1]), *lines[1:]], "same limits"),
        (lambda lines: [changed(lines[0], seed="7"), *lines[1:]], "seed is '7'"),
        (lambda lines: [changed(lines[0], region="mars-1"), *lines[1:]], "mars-1"),
        (lambda lines: lines[1:], "begins with"),
        (lambda lines: [lines[0], b"{broken\n", *lines[1:]], "line 2 is broken"),
        (lambda lines: [lines[0], b"[" * 100_000 + b"\n", *lines[1:]], "line 2 is broken"),
        (lambda lines: [lines[0], changed(lines[1], body=5), *lines[2:]], "line 2 is broken: body"),
        (lambda lines: [lines[0], changed(lines[1], headers=[["a"]]), *lines[2:]], "headers must be pairs"),
        (lambda lines: [lines[0], changed(lines[1], extra=1), *lines[2:]], "extra"),
        (lambda lines: [lines[0], changed(lines[1], body={"base64": "?"}), *lines[2:]], "no base64"),
        (lambda lines: lines[:-1], "breaks off"),
        (lambda lines: [*lines, lines[-1]], "one end"),
        (lambda lines: [*lines[:-2], lines[-1]], "says that it has"),
        (lambda lines: [], "empty"),
        (lambda lines: [*lines[:-2], lines[-2].replace(b"kept", b"gone"), lines[-1]], "came to another end"),
    ],
)
def test_a_snapshot_that_is_not_whole_is_refused_and_the_lab_is_as_it_was(used, change, told):
    before, saved = hops_of(used), snapshot_of(used)

    status, code, message = error(restore(used, with_lines(saved, change)))

    assert (status, code) == (400, "InvalidSnapshot")
    assert told in message
    assert hops_of(used) == before
    assert snapshot_of(used) == saved
    answer(used.handle(sent("goes on")))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (control("PUT", "/snapshot"), "no request that a snapshot holds"),
        (control("POST", "/reset"), "no request that a snapshot holds"),
        (control("GET", "/trace"), "no request that a snapshot holds"),
        (control("POST", "/../../etc/passwd"), "no request that a snapshot holds"),
        (aws("sqs", "ListQueues", account="999999999999"), "would be refused"),
        (replace(sent("x"), body=b"x" * 2000), "would be refused"),
    ],
)
def test_a_hostile_snapshot_can_do_no_more_than_its_requests_could(tmp_path, line, told):
    limits = AccountLimits(body_bytes=1999)
    account = Account(ACCOUNT, answer=answer_aws, journal=tmp_path / "journal.jsonl", limits=limits)
    try:
        first, end = snapshot_of(account).splitlines(keepends=True)
        end = changed(end, end={**json.loads(end)["end"], "requests": 1})
        status, _, message = error(restore(account, first + request_line(line) + end))
        assert status == 400
        assert "line 2" in message
        assert told in message
    finally:
        account.lab.close()


def test_a_snapshot_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    limits = AccountLimits(snapshot_bytes=1000)
    account = Account(ACCOUNT, answer=answer_aws, journal=tmp_path / "journal.jsonl", limits=limits)
    try:
        assert "1000 are allowed (snapshot_bytes)" in error(restore(account, b"{" * 1001))[2]
    finally:
        account.lab.close()


def test_a_journal_beyond_its_limit_is_given_up_and_the_lab_goes_on(tmp_path):
    limits = AccountLimits(snapshot_bytes=1500)
    path = tmp_path / "journal.jsonl"
    account = Account(ACCOUNT, answer=answer_aws, journal=path, limits=limits)
    try:
        for name in "abcde":
            answer(account.handle(aws("sqs", "CreateQueue", QueueName=name)))
        assert not path.exists()
        status, code, message = error(account.handle(control("GET", "/snapshot")))
        assert (status, code) == (409, "SnapshotTooLarge")
        assert "reset" in message
        answer(account.handle(control("POST", "/reset")))
        assert account.handle(control("GET", "/snapshot")).status == 200
    finally:
        account.lab.close()


def test_a_snapshot_makes_no_more_resources_than_are_allowed_and_a_full_lab_can_be_replaced(tmp_path):
    limits = AccountLimits(resources=2)
    account = Account(ACCOUNT, answer=answer_aws, journal=tmp_path / "journal.jsonl", limits=limits)
    try:
        for name in ("orders", "late"):
            answer(account.handle(aws("sqs", "CreateQueue", QueueName=name)))
        saved = snapshot_of(account)
        answer(restore(account, saved))

        first, *requests, end = saved.splitlines(keepends=True)
        third = request_line(plain(aws("sqs", "CreateQueue", QueueName="third")))
        end = changed(end, end={**json.loads(end)["end"], "requests": 3})
        told = error(restore(account, b"".join([first, *requests, third, end])))[2]
        assert "line 4 would be refused" in told
        assert snapshot_of(account) == saved
    finally:
        account.lab.close()
