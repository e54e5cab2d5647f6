"""The front takes HTTP in, finds whose lab is meant, and says itself what no lab needs to say."""

from __future__ import annotations

import asyncio
import json

import pytest
from http_calls import form, posted, signed
from moto.iam.utils import generate_access_key_id_from_account_id

from workbook.served.front import LAB_ENDED, MOST_WAITING, Front
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
    for_a_key = control("POST", "/keys", ("Origin", "https://evil.example"))
    asked = answered(Front(labs, Keys()), crossing, preflight, for_a_key)
    assert [got.status for got in asked] == [403, 403, 403]
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


def test_what_nobody_thought_of_is_answered_too():
    front = Front(Labs(fails(OSError("Too many open files"))), Keys())
    aws, api = answered(
        front, posted("sqs", "AmazonSQS.ListQueues", b"{}"), control("GET", "/time", (HEADER, ANN))
    )
    assert (aws.status, api.status) == (400, 500)
    for response in (aws, api):
        assert b"FaultOfTheWorkbook" in response.body
        assert b"Too many open files" in response.body


# ---- its end


def test_who_is_being_answered_at_the_end_is_answered_and_nobody_else_is_let_in():
    async def test():
        free = asyncio.Event()

        async def slowly(account, _request):
            await free.wait()
            return HttpResponse(200, (), account.encode())

        front = Front(Labs(slowly), Keys())
        first = asyncio.ensure_future(front.answer(by(ANN)))
        await asyncio.sleep(0)
        ended = asyncio.ensure_future(front.end(60))
        await asyncio.sleep(0)
        late = await front.answer(by(ANN))
        assert (late.status, ended.done()) == (503, False)
        free.set()
        assert (await ended, (await first).body) == (True, b"123456789012")

    asyncio.run(test())


def test_the_end_does_not_wait_for_ever():
    async def test():
        front = Front(Labs(lambda *_: asyncio.Event().wait()), Keys())
        asking = asyncio.ensure_future(front.answer(by(ANN)))
        await asyncio.sleep(0)
        assert await front.end(0.01) is False
        asking.cancel()

    asyncio.run(test())
