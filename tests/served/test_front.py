"""The front takes HTTP in, finds whose lab is meant, and says itself what no lab needs to say."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from email.utils import parsedate_to_datetime

import pytest
from http_calls import form, posted, signed
from moto.iam.utils import generate_access_key_id_from_account_id

from workbook.served.front import LAB_ENDED, MOST_WAITING, Front, listen
from workbook.served.keys import HEADER, Keys, account_of_key
from workbook.served.limits import AccountLimits
from workbook.served.processes import AccountEnded, TooManyAccounts
from workbook.served.requests import HttpRequest, HttpResponse
from workbook.served.throttle import Throttle

ANN = "AKIA123456789012LABX"


class Labs:
    """Stands in for the processes of accounts: says what it was asked."""

    def __init__(self, answer=None):
        self.asked = []
        self._answer = answer or (lambda account, request: HttpResponse(200, (), account.encode()))

    async def handle(self, account, request):
        self.asked.append((account, request))
        answer = self._answer(account, request)
        return await answer if asyncio.iscoroutine(answer) else answer


def answered(front, *requests):
    async def ask():
        return await asyncio.gather(*(front.answer(request) for request in requests))

    return asyncio.run(ask())


def by(key, service="sqs"):
    return HttpRequest("GET", "localhost", "/", "", (signed(service, key=key),))


def control(method, path, *headers):
    return HttpRequest(method, "localhost", f"/workbook/v1{path}", "", headers)


def fails(error):
    def answer(_account, _request):
        raise error

    return answer


# ---- whose lab


@pytest.mark.parametrize(
    ("key", "account"),
    [
        (ANN, "123456789012"),
        ("AKIA000000000007LABX", "000000000007"),
        ("test", account_of_key("test")),
        ("AKIAIOSFODNN7EXAMPLE", account_of_key("AKIAIOSFODNN7EXAMPLE")),
    ],
)
def test_the_access_key_says_whose_lab_is_meant(key, account):
    assert [got.body.decode() for got in answered(Front(Labs(), Keys()), by(key))] == [account]


def test_other_keys_have_accounts_of_their_own_of_twelve_digits():
    accounts = {account_of_key(f"key-{number}") for number in range(10_000)}
    assert len(accounts) == 10_000
    assert all(len(account) == 12 and account.isdigit() for account in accounts)


def test_a_key_that_was_made_in_a_lab_opens_that_lab_and_no_lab_that_is_not_there():
    made_in_ann_s = "ASIARZPUZDIKDLK5EK5I"  # as STS makes it in account 123456789012
    front = Front(Labs(), Keys())
    before, _, after = answered(front, by(made_in_ann_s), by(ANN), by(made_in_ann_s))
    assert before.body.decode() == account_of_key(made_in_ann_s)
    assert after.body == b"123456789012"


def test_the_control_api_is_told_the_key_in_a_header():
    front = Front(Labs(), Keys())
    assert answered(front, control("GET", "/time", (HEADER, ANN)))[0].body == b"123456789012"


def test_who_names_no_key_is_told_how_to_name_one():
    aws, api = answered(Front(Labs(), Keys()), HttpRequest("GET", "localhost", "/"), control("GET", "/time"))
    assert aws.status == api.status == 403
    assert aws.header("x-amzn-ErrorType") == "UnrecognizedClientException"
    assert b"AKIA123456789012LABX" in aws.body
    assert HEADER in json.loads(api.body)["error"]["message"]


def test_whether_the_server_answers_may_be_asked_without_a_key():
    assert json.loads(answered(Front(Labs(), Keys()), control("GET", "/health"))[0].body) == {"status": "ok"}


def test_a_web_page_of_another_place_may_not_ask():
    labs = Labs()
    crossing = HttpRequest("POST", "localhost", "/", "", (signed("sqs"), ("Origin", "https://evil.example")))
    preflight = HttpRequest("OPTIONS", "localhost", "/", "", (("Origin", "https://evil.example"),))
    assert [got.status for got in answered(Front(labs, Keys()), crossing, preflight)] == [403, 403]
    assert labs.asked == []


# ---- tokens


TOKEN = "a-token-that-nobody-guesses"


def guarded(labs=None, file=None):
    return Front(labs or Labs(), Keys(issued_only=True, file=file), token=TOKEN)


def issued(front):
    response = answered(front, control("POST", "/keys", ("Authorization", f"Bearer {TOKEN}")))[0]
    return json.loads(response.body)["access_key"]


@pytest.mark.parametrize("key", [ANN, "test", "AKIAABCDEFGHIJKLMNOP"])
def test_where_others_reach_the_server_a_key_opens_only_what_it_was_given_out_for(key):
    labs = Labs()
    front = guarded(labs)
    own = issued(front)
    assert answered(front, by(own))[0].body.decode() == account_of_key(own)
    assert answered(front, by(key))[0].status in {400, 403}
    assert [account for account, _ in labs.asked] == [account_of_key(own)]


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Bearer", TOKEN + "x", f"Bearer {TOKEN}é"])
def test_a_key_is_given_to_who_has_the_token(given):
    response = answered(guarded(), control("POST", "/keys", ("Authorization", given)))[0]
    assert response.status == 403
    assert json.loads(response.body)["error"]["code"] == "AccessDenied"


def test_keys_are_random_and_kept_where_nobody_else_reads_them(tmp_path):
    file = tmp_path / "keys.json"
    keys = Keys(issued_only=True, file=file)
    given = {keys.issue() for _ in range(50)}
    assert len(given) == 50
    assert file.stat().st_mode & 0o077 == 0
    again = Keys(issued_only=True, file=file)
    assert {again.account_for(by(key)) for key in given} == {account_of_key(key) for key in given}


def test_the_account_of_a_given_key_cannot_be_named_in_plain_sight():
    front = guarded()
    account = account_of_key(issued(front))
    assert answered(front, by(f"AKIA{account}LABX"))[0].status in {400, 403}


def test_a_key_of_sts_s_form_is_for_its_lab_to_check_and_opens_no_control_api():
    """Whoever knows an account's number can write such a key; only the lab knows whether it made it."""
    labs = Labs()
    front = guarded(labs)
    account = account_of_key(issued(front))
    key = generate_access_key_id_from_account_id(account, "ASIA")
    assert answered(front, by(key))[0].body.decode() == account
    assert answered(front, control("POST", "/time/advance", (HEADER, key)))[0].status == 403


def forged(account):
    """A key of an account as STS writes it, which the lab of that account has not made."""
    return generate_access_key_id_from_account_id(account, "ASIA")


@pytest.mark.parametrize("signer", ["test", "AKIA{account}LABX"])
def test_a_header_beside_a_signature_opens_no_other_lab(signer):
    """The lab believes whoever signs; so the front lets in who has signed, and not who is named beside it."""
    labs = Labs()
    front = guarded(labs)
    account = account_of_key(issued(front))
    headers = (signed("sqs", key=signer.format(account=account)), (HEADER, forged(account)))
    response = answered(front, HttpRequest("GET", "localhost", "/", "", headers))[0]
    assert (response.status, labs.asked) == (403, [])


def test_a_key_that_no_lab_checks_opens_none():
    """Without a signature the lab has nothing to check, and takes the caller for its learner."""
    labs = Labs()
    front = guarded(labs)
    account = account_of_key(issued(front))
    target = ("X-Amz-Target", "AWSCognitoIdentityProviderService.SignUp")
    headers = ((HEADER, forged(account)), target)
    response = answered(front, HttpRequest("POST", "localhost", "/", "", headers))[0]
    assert (response.status, labs.asked) == (400, [])


# ---- limits


def test_a_bucket_lets_a_second_s_worth_in_at_once_and_then_as_fast_as_it_fills():
    now = 0.0
    throttle = Throttle(10, clock=lambda: now)
    assert [throttle.lets_in() for _ in range(12)] == [True] * 10 + [False] * 2
    now = 0.25
    assert [throttle.lets_in() for _ in range(3)] == [True, True, False]
    now = 100.0
    assert [throttle.lets_in() for _ in range(12)] == [True] * 10 + [False] * 2


@pytest.mark.parametrize(
    ("request_sent", "status", "words"),
    [
        (posted("sqs", "AmazonSQS.ListQueues", b"{}"), 400, '"__type": "ThrottlingException"'),
        (form("sns", "ListTopics"), 400, "<Code>Throttling</Code>"),
        (HttpRequest("GET", "localhost", "/b", "", (signed("s3"),)), 503, "<Code>SlowDown</Code>"),
        (HttpRequest("GET", "localhost", "/f", "", (signed("lambda"),)), 429, "Rate exceeded"),
        (control("GET", "/time", (HEADER, ANN)), 429, '"code": "ThrottlingException"'),
    ],
)
def test_too_many_requests_of_one_account_are_throttled_as_aws_says_it(request_sent, status, words):
    """And those of others are not."""
    front = Front(Labs(), Keys(), AccountLimits(requests_per_second=3))
    *first, throttled, other = answered(front, *[request_sent] * 4, by("AKIA111111111111LABX"))
    assert [got.status for got in first] == [200] * 3
    assert throttled.status == status
    assert words in throttled.body.decode()
    assert other.status == 200


def test_so_many_may_wait_and_no_more():
    async def ask():
        may_go_on = asyncio.Event()

        async def slowly():
            await may_go_on.wait()
            return HttpResponse(200)

        front = Front(Labs(lambda *_: slowly()), Keys(), AccountLimits(requests_per_second=10_000))
        waiting = [asyncio.ensure_future(front.answer(by(ANN))) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        refused = await front.answer(by(ANN))
        may_go_on.set()
        return refused, await asyncio.gather(*waiting), await front.answer(by(ANN))

    refused, waited, later = asyncio.run(ask())
    assert refused.status != 200
    assert {got.status for got in waited} == {later.status} == {200}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AccountEnded("123456789012", "it was killed by signal 9"), LAB_ENDED),
        (TooManyAccounts("64 accounts are in use"), "LimitExceededException"),
    ],
)
def test_what_no_lab_can_say_is_said_by_the_front(error, code):
    front = Front(Labs(fails(error)), Keys())
    aws, api = answered(
        front, posted("sqs", "AmazonSQS.ListQueues", b"{}"), control("GET", "/time", (HEADER, ANN))
    )
    assert json.loads(aws.body) == {"__type": code, "message": str(error)}
    assert json.loads(api.body) == {"error": {"code": code, "message": str(error)}}
    assert aws.status < 500  # or SDKs would try again, and nobody would see it


# ---- HTTP itself


@contextlib.contextmanager
def listening(front):
    """The front on a port of this computer; gives the port."""
    ready = threading.Event()
    told = {}

    async def run():
        server, told["port"] = listen(front, "127.0.0.1", 0)
        told["stop"], told["loop"] = asyncio.Event(), asyncio.get_running_loop()
        ready.set()
        await told["stop"].wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    ready.wait()
    try:
        yield told["port"]
    finally:
        told["loop"].call_soon_threadsafe(told["stop"].set)
        thread.join()


def echo(_account, request):
    return HttpResponse(201, (("X-Twice", "a"), ("X-Twice", "b"), ("Content-Type", "x/y")), request.frame())


def asked_over(port, method, target, body=None, headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, target, body, dict([signed("s3"), *headers]))
    response = connection.getresponse()
    return response, response.read()


def test_a_request_reaches_the_lab_as_it_was_sent_and_the_answer_as_it_was_given():
    with listening(Front(Labs(echo), Keys())) as port:
        target = "/b%2Fucket//k%C3%A9y%20+?x=%26&y"
        response, frame = asked_over(port, "PUT", target, b"\x00\xff", [("x-amz-meta-My_Key", "é")])
    sent = HttpRequest.of_frame(frame)
    assert (sent.method, sent.target, sent.body) == ("PUT", target, b"\x00\xff")
    assert sent.host == f"127.0.0.1:{port}"
    assert response.status == 201
    assert response.msg.get_all("X-Twice") == ["a", "b"]


def test_the_date_of_an_answer_is_the_clients_day_so_that_no_sdk_finds_its_clock_wrong():
    """The JavaScript SDK tries a call again that failed at a time that is not its own."""

    def answer(_account, _request):
        return HttpResponse(400, (("date", "Mon, 05 Jan 2026 09:00:00 GMT"),))

    with listening(Front(Labs(answer), Keys())) as port:
        response, _ = asked_over(port, "GET", "/b/k")
    (date,) = response.msg.get_all("Date")
    assert abs(parsedate_to_datetime(date).timestamp() - time.time()) < 60


def test_a_body_in_chunks_is_put_together():
    with listening(Front(Labs(echo), Keys())) as port:
        _, frame = asked_over(port, "PUT", "/b/k", iter([b"one ", b"two"]))
    assert HttpRequest.of_frame(frame).body == b"one two"


def test_a_head_is_answered_without_a_body_and_with_the_length_of_what_is_not_sent():
    def answer(_account, _request):
        return HttpResponse(200, (("Content-Length", "7"),))

    with listening(Front(Labs(answer), Keys())) as port:
        response, body = asked_over(port, "HEAD", "/b/k")
    assert (response.headers["Content-Length"], body) == ("7", b"")


def test_a_client_that_waits_to_be_told_to_go_on_is_told():
    with (
        listening(Front(Labs(echo), Keys())) as port,
        socket.create_connection(("127.0.0.1", port)) as client,
    ):
        name, value = signed("s3")
        head = f"PUT /b/k HTTP/1.1\r\nHost: x\r\n{name}: {value}\r\nContent-Length: 2\r\n"
        client.sendall(f"{head}Expect: 100-continue\r\nConnection: close\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(b"hi")
        got = b"".join(iter(lambda: client.recv(65536), b""))
        assert got.startswith(b"HTTP/1.1 201")


def test_a_body_that_is_too_large_is_refused_and_not_kept():
    labs = Labs()
    with listening(Front(labs, Keys(), AccountLimits(body_bytes=1000))) as port:
        response, body = asked_over(port, "PUT", "/b/k", b"x" * 1001)
        chunked, _ = asked_over(port, "PUT", "/b/k", iter([b"x" * 600] * 2))
        fits, _ = asked_over(port, "PUT", "/b/k", b"x" * 1000)
    assert (response.status, chunked.status, fits.status) == (413, 413, 200)
    assert b"<Code>RequestEntityTooLarge</Code>" in body
    assert b"may have 1000 bytes" in body
    assert len(labs.asked) == 1


def test_what_is_no_http_ends_the_connection_and_nothing_else():
    with listening(Front(Labs(), Keys())) as port:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"\x16\x03\x01 this is TLS\r\n\r\n")
            client.recv(1000)
        assert asked_over(port, "GET", "/")[0].status == 200
