"""The lab of one account: requests one after the other, the control API, and what comes after a process."""

import gc
import json
from dataclasses import replace

import pytest
from account_histories import QUEUES, preparation
from asking import ACCOUNT, answer, aws, control, error

from workbook.served.account import Account
from workbook.served.aws_requests import answer_aws
from workbook.served.error_answers import FAULT
from workbook.served.limits import AccountLimits, LimitError


@pytest.fixture
def opened(tmp_path):
    """Opens accounts, one after the other, over one journal."""
    made = []

    def open_account(**options):
        for before in made:
            before.lab.close()
        made.append(Account(ACCOUNT, answer=answer_aws, journal=tmp_path / "journal.jsonl", **options))
        return made[-1]

    yield open_account
    for account in made:
        account.lab.close()


@pytest.fixture
def account(opened):
    return opened(seed=7)


def sent(body, **more):
    return aws("sqs", "SendMessage", QueueUrl=QUEUES[0], MessageBody=body, **more)


def trace_of(account, query=""):
    return answer(account.handle(control("GET", "/trace", query)))


# ---- answers


def test_an_answer_that_is_too_large_to_send_is_told_and_the_lab_lives_on(account, monkeypatch):
    """The process that tried to send it ended, and with it a lab whose journal had grown as long."""
    for request in preparation():
        account.handle(request)
    for _ in range(3):
        answer(account.handle(sent("x" * 1000)))
    monkeypatch.setattr("workbook.served.account.LARGEST_BODY", 2500)
    name = QUEUES[0].rpartition("/")[2]
    status, code, told = error(account.handle(control("GET", "/queue", f"name={name}")))
    assert (status, code) == (413, "AnswerTooLarge")
    assert "2500 at most" in told
    received = account.handle(aws("sqs", "ReceiveMessage", QueueUrl=QUEUES[0], MaxNumberOfMessages=10))
    assert (received.status, json.loads(received.body)["__type"]) == (400, FAULT)
    assert answer(account.handle(control("GET", "/time")))["seconds"] > 0


# ---- time


def test_time_stands_still_until_somebody_lets_it_pass(account):
    before = answer(account.handle(control("GET", "/time")))
    assert answer(account.handle(control("GET", "/time"))) == before
    assert before["time"] == "2026-01-05T09:00:00.000000Z"

    after = answer(account.handle(control("POST", "/time/advance", seconds=90.5)))

    assert after["microseconds"] - before["microseconds"] == 90_500_000
    assert after["time"] == "2026-01-05T09:01:30.500000Z"


def test_run_until_idle_says_whether_the_lab_is(account):
    answer(account.handle(aws("sqs", "CreateQueue", QueueName="orders")))
    for request in preparation():
        account.handle(request)
    answer(account.handle(sent("later", DelaySeconds=100)))
    assert answer(account.handle(control("POST", "/time/run-until-idle", limit=5)))["idle"] is False
    assert answer(account.handle(control("POST", "/time/run-until-idle")))["idle"] is True


# ---- errors


@pytest.mark.parametrize(
    ("request_", "status", "code", "told"),
    [
        (
            control("POST", "/time/advance", seconds=-1),
            400,
            "InvalidParameter",
            "seconds=-1: pass a number from 0",
        ),
        (
            control("POST", "/time/advance", seconds="5"),
            400,
            "InvalidParameter",
            'seconds="5": pass a number',
        ),
        (control("POST", "/time/advance", seconds=True), 400, "InvalidParameter", "seconds=true"),
        (control("POST", "/time/advance"), 400, "MissingParameter", "seconds is missing"),
        (control("POST", "/time/advance", minutes=1), 400, "UnknownParameter", "there is seconds"),
        (control("POST", "/time/advance", seconds=10**12), 409, "CalendarEnds", "calendar ends"),
        (control("GET", "/trace", "after=x"), 400, "InvalidParameter", "a whole number"),
        (
            control("GET", "/trace", "limit=0"),
            400,
            "InvalidParameter",
            "limit=0: pass a number from 1 to 1000",
        ),
        (control("GET", "/trace", "after=1&after=2"), 400, "InvalidParameter", "given twice"),
        (control("GET", "/nothing"), 404, "NotFound", "/workbook/v1/time"),
        (control("DELETE", "/time"), 405, "MethodNotAllowed", "use GET"),
        (control("POST", "/reset", seed=1.5), 400, "InvalidParameter", "a whole number"),
        (control("PUT", "/seed"), 400, "MissingParameter", "seed is missing"),
    ],
)
def test_an_error_names_the_parameter_the_value_and_the_fix(account, request_, status, code, told):
    before = answer(account.handle(control("GET", "/time")))
    found = error(account.handle(request_))
    assert found[:2] == (status, code)
    assert told in found[2]
    assert answer(account.handle(control("GET", "/time"))) == before


def test_a_body_that_is_no_json_is_refused(account):
    request = control("POST", "/reset", seed=1)
    assert error(account.handle(replace(request, body=b"{")))[1] == "InvalidJson"
    assert error(account.handle(replace(request, body=b"[]")))[1] == "InvalidJson"
    assert error(account.handle(replace(request, headers=(("content-type", "text/xml"),))))[0] == 415


def test_a_key_of_another_account_is_refused(account):
    response = account.handle(aws("sqs", "ListQueues", account="999999999999"))
    assert response.status == 403
    told = json.loads(response.body)
    assert told["__type"] == "InvalidClientTokenId"
    assert "the access key is of account 999999999999" in told["message"]
    assert trace_of(account)["hops"] == []


def test_what_fails_while_time_passes_is_told_and_belongs_to_the_journal(account):
    journal = account.handle(control("GET", "/snapshot")).body

    def fail():
        raise RuntimeError("a rule feeds itself")

    account.lab.world.kernel.at(account.lab.world.clock.now, fail, name="fails")
    status, code, message = error(account.handle(control("POST", "/time/advance", seconds=5)))
    assert (status, code) == (409, "TaskFailed")
    assert "a rule feeds itself" in message
    assert account.handle(control("GET", "/snapshot")).body != journal


# ---- trace


def test_the_trace_comes_in_pages(account):
    for request in preparation():
        account.handle(request)
    whole = trace_of(account)
    assert [hop["number"] for hop in whole["hops"]] == list(range(1, whole["last"] + 1))

    pages, after = [], 0
    while after < whole["last"]:
        page = trace_of(account, f"after={after}&limit=4")
        assert len(page["hops"]) <= 4
        pages += page["hops"]
        after = page["next"]

    assert pages == whole["hops"]


def test_a_hop_that_was_read_and_then_completed_is_told_again(account):
    for request in [*preparation(), sent("work"), control("POST", "/time/advance", seconds=5)]:
        account.handle(request)
    first = trace_of(account)
    open_ones = [
        hop["number"] for hop in first["hops"] if hop["kind"] == "invoke" and "ended_at" not in hop["facts"]
    ]
    assert open_ones

    account.handle(control("POST", "/time/advance", seconds=60))

    query = f"after={first['next']}&amended_after={first['amendments']}"
    amended = trace_of(account, query)["amended"]
    assert set(open_ones) <= {hop["number"] for hop in amended if "ended_at" in hop["facts"]}
    now = {hop["number"]: hop for hop in trace_of(account)["hops"]}
    assert amended == [now[hop["number"]] for hop in amended]


def test_the_trace_says_what_it_has_forgotten(opened):
    account = opened(limits=AccountLimits(trace_hops=16))
    answer(account.handle(aws("sqs", "CreateQueue", QueueName="orders")))
    for number in range(40):
        answer(account.handle(sent(str(number))))
    page = trace_of(account)
    assert page["oldest"] == page["hops"][0]["number"] > 1
    assert 16 <= len(page["hops"]) <= 18
    assert [hop["kind"] for hop in page["standing"]] == ["create"]
    assert page["last"] == page["hops"][-1]["number"] == len(account.lab.trace)


# ---- seed and reset


def test_the_same_seed_gives_the_same_ids_again(account):
    def ids():
        account.handle(aws("sqs", "CreateQueue", QueueName="orders"))
        return answer(account.handle(sent("one")))["MessageId"]

    first = ids()
    answer(account.handle(control("POST", "/reset")))
    assert ids() == first
    assert answer(account.handle(control("POST", "/reset", seed=8)))["seed"] == 8
    assert ids() != first
    answer(account.handle(control("POST", "/reset")))
    assert answer(account.handle(control("GET", "/seed"))) == {"seed": 8}


def test_a_lab_that_has_begun_keeps_its_seed(account):
    assert answer(account.handle(control("PUT", "/seed", seed=5))) == {"seed": 5}
    answer(account.handle(aws("sqs", "CreateQueue", QueueName="orders")))
    status, code, message = error(account.handle(control("PUT", "/seed", seed=6)))
    assert (status, code) == (409, "LabHasBegun")
    assert 'reset {"seed": 6}' in message
    assert answer(account.handle(control("PUT", "/seed", seed=5))) == {"seed": 5}


# ---- limits


def test_limits_are_told_with_what_is_used(account):
    answer(account.handle(aws("sqs", "CreateQueue", QueueName="orders")))
    told = answer(account.handle(control("GET", "/limits")))
    assert told["limits"]["trace_hops"] == AccountLimits().trace_hops
    assert told["used"]["resources"] == 1
    answer_or_nothing = account.handle(aws("sqs", "DeleteQueue", QueueUrl=QUEUES[0]))
    assert answer_or_nothing.status == 200
    assert answer(account.handle(control("GET", "/limits")))["used"]["resources"] == 0


def test_who_has_too_many_resources_can_make_no_more_and_goes_on_with_those(opened):
    account = opened(limits=AccountLimits(resources=2))
    for name in ("orders", "late"):
        answer(account.handle(aws("sqs", "CreateQueue", QueueName=name)))
    for request in (
        aws("sqs", "CreateQueue", QueueName="third"),
        aws("sns", "CreateTopic", Name="third"),
        aws("scheduler", "CreateScheduleGroup", Name="third"),
        aws("s3", "CreateBucket", Bucket="third"),
    ):
        refused = account.handle(request)
        assert refused.status == 400
        assert b"LimitExceededException" in refused.body + str(refused.headers).encode()
        assert b"2 are allowed (resources)" in refused.body
    answer(account.handle(sent("goes on")))
    assert account.handle(aws("sqs", "DeleteQueue", QueueUrl=QUEUES[1])).status == 200
    answer(account.handle(aws("sqs", "CreateQueue", QueueName="third")))


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "9"])
def test_a_limit_is_a_whole_number_above_nothing(value):
    with pytest.raises(LimitError, match="requests_per_second="):
        AccountLimits(requests_per_second=value)


def test_memory_does_not_grow_with_the_number_of_calls(opened):
    account = opened(limits=AccountLimits(trace_hops=100))
    answer(account.handle(aws("sqs", "CreateQueue", QueueName="orders")))

    def objects_after(messages):
        for _ in range(messages):
            answer(account.handle(sent("one")))
            (message,) = answer(account.handle(aws("sqs", "ReceiveMessage", QueueUrl=QUEUES[0])))["Messages"]
            handle = message["ReceiptHandle"]
            account.handle(aws("sqs", "DeleteMessage", QueueUrl=QUEUES[0], ReceiptHandle=handle))
        gc.collect()
        return len(gc.get_objects())

    before = objects_after(100)
    assert objects_after(400) - before < 400  # less than one object a message


# ---- after the process


def test_a_process_that_ended_well_is_followed_by_the_same_lab(account, opened):
    for request in [*preparation(), sent("kept"), control("POST", "/time/advance", seconds=30)]:
        account.handle(request)
    before = trace_of(account)["hops"]
    account.close()

    after = opened(seed=1)

    assert trace_of(after)["hops"] == before
    assert "brought back" in answer(after.handle(control("GET", "/health")))["note"]


def test_a_process_that_was_killed_loses_nothing_that_was_answered(account, opened, tmp_path):
    answer(account.handle(aws("sqs", "CreateQueue", QueueName="orders")))
    answer(account.handle(sent("answered")))
    before = trace_of(account)["hops"]
    with (tmp_path / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"method":"POST","ho')  # as it is when the machine stops amid a write

    after = opened(seed=1)

    assert trace_of(after)["hops"] == before
    note = answer(after.handle(control("GET", "/health")))["note"]
    assert "without a clean stop" in note
    assert "2 requests" in note
    received = answer(after.handle(aws("sqs", "ReceiveMessage", QueueUrl=QUEUES[0])))
    assert [message["Body"] for message in received["Messages"]] == ["answered"]


def test_a_lab_is_brought_back_by_a_server_with_other_limits_too(opened):
    account = opened(seed=7)
    for name in ("orders", "late", "third"):
        answer(account.handle(aws("sqs", "CreateQueue", QueueName=name)))
    account.close()

    after = opened(limits=AccountLimits(trace_hops=3, resources=2))

    assert answer(after.handle(control("GET", "/limits")))["used"]["resources"] == 3
    assert trace_of(after)["last"] == 6
    assert len(trace_of(after)["hops"]) == 3


def test_a_trace_header_of_a_request_is_that_of_its_message(account):
    """X-Amzn-Trace-Id says more than how a request travelled: SQS hands it on as AWSTraceHeader."""
    url = answer(account.handle(aws("sqs", "CreateQueue", QueueName="orders")))["QueueUrl"]
    send = aws("sqs", "SendMessage", QueueUrl=url, MessageBody="cake")
    header = ("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    account.handle(replace(send, headers=(*send.headers, header)))
    asked = aws("sqs", "ReceiveMessage", QueueUrl=url, MessageSystemAttributeNames=["AWSTraceHeader"])
    (message,) = answer(account.handle(asked))["Messages"]
    assert message["Attributes"]["AWSTraceHeader"] == header[1]
