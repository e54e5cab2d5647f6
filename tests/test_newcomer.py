"""What a newcomer does wrong gets an answer that helps, and never costs a message (issue 2, section 9)."""

import datetime
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from workbook import Lab
from workbook.engine.world import NoLab
from workbook.lab import LabError
from workbook.packaging import PackagingError


@pytest.fixture
def url(sqs):
    return sqs.create_queue(QueueName="orders")["QueueUrl"]


def code_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def map_function_to_queue(lab, source):
    """The queue "orders" with a dead-letter queue "failed", which `source` polls."""
    sqs = lab.client("sqs")
    failed = sqs.create_queue(QueueName="failed")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=failed, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    url = sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    lab.function("worker", source)
    lab.client("lambda").create_event_source_mapping(
        EventSourceArn=arn.replace("failed", "orders"), FunctionName="worker"
    )
    return url


# ---- cells in another order


def test_a_second_lab_changes_nothing_in_the_first(lab, sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody="tea")
    with pytest.raises(LabError, match="open already"):
        Lab(seed=99)
    assert lab.queue("orders").visible == 1


def test_a_cell_of_before_the_restart_meets_a_queue_that_does_not_exist_yet(lab, sqs, url):
    lab.reset()
    assert (
        code_of(sqs.send_message, QueueUrl=url, MessageBody="tea")
        == "AWS.SimpleQueueService.NonExistentQueue"
    )
    assert sqs.create_queue(QueueName="orders")["QueueUrl"] == url
    assert sqs.send_message(QueueUrl=url, MessageBody="tea")["MessageId"]


def test_a_queue_that_is_looked_into_before_it_is_made_is_named_with_those_there_are(lab, url):
    with pytest.raises(LookupError, match=r"no queue 'payments'.*orders"):
        lab.queue("payments")


def test_a_function_that_is_invoked_before_it_is_deployed_is_not_found(lab):
    code = code_of(lab.client("lambda").invoke, FunctionName="worker")
    assert code == "ResourceNotFoundException"


def test_a_mapping_of_a_function_that_is_not_there_leaves_the_messages_alone(lab, sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody="tea")
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    create = lab.client("lambda").create_event_source_mapping
    assert code_of(create, EventSourceArn=arn, FunctionName="worker") == "InvalidParameterValueException"
    assert lab.queue("orders").visible == 1


def test_the_table_of_an_empty_queue_can_be_worked_with_like_any_other(lab, url):
    times = lab.queue("orders").frame()["sent"].dt.tz_convert("Europe/Oslo")
    assert list(times) == []


def test_a_queue_view_of_a_deleted_queue_says_so(lab, sqs, url):
    view = lab.queue("orders")
    sqs.delete_queue(QueueUrl=url)
    assert repr(view) == "<queue orders: deleted>"
    assert view._repr_html_() == "<p>queue orders: deleted</p>"


def test_a_closed_lab_can_still_be_read():
    lab = Lab()
    boto3.client("sqs").create_queue(QueueName="orders")
    lab.close()
    assert [hop.kind for hop in lab.trace] == ["api-call", "create"]
    with pytest.raises(LabError, match=r"lab = Lab\(\)"):
        lab.queue("orders")


def test_a_client_of_a_closed_lab_says_so_and_sends_nothing(monkeypatch):
    lab = Lab()
    sqs, queues = boto3.client("sqs"), boto3.resource("sqs")
    lab.close()
    monkeypatch.setattr("socket.getaddrinfo", lambda *address: pytest.fail(f"asked for {address}"))
    for call in (sqs.list_queues, queues.meta.client.list_queues):
        with pytest.raises(NoLab, match=r"closed now: run `lab = Lab\(\)`"):
            call()


def test_a_client_of_a_closed_lab_goes_on_in_the_next_lab():
    lab = Lab()
    sqs = boto3.client("sqs")
    lab.close()
    with Lab() as lab:
        sqs.create_queue(QueueName="orders")
        assert lab.queue("orders").visible == 0


def test_a_client_with_keys_of_its_own_is_free_when_the_lab_is_closed(monkeypatch):
    with Lab():
        real = boto3.client("sqs", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret")

    def the_network(_session, _request):
        raise ConnectionAbortedError("the network was reached")

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", the_network)
    with pytest.raises(ConnectionAbortedError, match="the network was reached"):
        real.list_queues()


# ---- wrong values


@pytest.mark.parametrize("wrong", ["orderz", "orders.fifo"])
def test_a_typo_in_a_queue_url_is_a_queue_that_does_not_exist(sqs, url, wrong):
    typo = url.replace("orders", wrong)
    assert (
        code_of(sqs.send_message, QueueUrl=typo, MessageBody="x") == "AWS.SimpleQueueService.NonExistentQueue"
    )
    assert code_of(sqs.receive_message, QueueUrl=typo) == "AWS.SimpleQueueService.NonExistentQueue"


def test_wrong_requests_neither_lose_a_message_nor_invent_one(lab, sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody="tea")
    before = lab.queue("orders").frame()
    code_of(sqs.send_message, QueueUrl=url, MessageBody="\x00")
    code_of(sqs.send_message, QueueUrl=url, MessageBody="x", DelaySeconds=901)
    code_of(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11)
    code_of(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=21)
    code_of(sqs.delete_message, QueueUrl=url, ReceiptHandle="typo")
    code_of(sqs.set_queue_attributes, QueueUrl=url, Attributes={"VisibilityTimeout": "forever"})
    code_of(sqs.send_message_batch, QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "x"}] * 2)
    assert lab.queue("orders").frame().equals(before)


@pytest.mark.parametrize("seconds", ["5", None, [], True])
def test_time_passes_in_numbers_only(lab, seconds):
    with pytest.raises(TypeError, match=r"seconds=.*pass a number"):
        lab.advance(seconds)
    with pytest.raises(TypeError, match=r"limit=.*pass a number"):
        lab.run_until_idle(seconds)


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), 1e300, 10**30, 8000 * 366 * 86400])
def test_time_does_not_leave_the_calendar_and_the_lab_stays_usable(lab, sqs, seconds):
    now = lab.now
    with pytest.raises(ValueError, match="calendar ends with the year 9998"):
        lab.advance(seconds)
    assert lab.now == now
    assert sqs.create_queue(QueueName="orders")["QueueUrl"]


def test_a_hundred_years_pass_at_once(lab, sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody="older than its retention")
    assert lab.advance(days=36_500).year == 2125
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_no_limit_is_a_limit_too_but_nothing_less_than_zero_is(lab):
    assert lab.run_until_idle(float("inf"))
    for limit in (-1, float("nan")):
        with pytest.raises(ValueError, match="0 or more"):
            lab.run_until_idle(limit)


@pytest.mark.parametrize("year", [1, 1969, 9001])
def test_a_lab_starts_where_aws_can_write_timestamps(year):
    with pytest.raises(LabError, match="between the years 1970 and 9000"):
        Lab(start=datetime.datetime(year, 6, 1))  # noqa: DTZ001 - a naive start is taken as UTC


@pytest.mark.parametrize("year", [1970, 8999])
def test_the_first_and_the_last_start_work(year):
    with Lab(start=datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)) as lab:
        sqs = lab.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="tea")
        assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "tea"


# ---- handlers


def test_an_empty_source_is_no_folder(lab):
    with pytest.raises(PackagingError, match="worker: the source is empty"):
        lab.function("worker", "  \n")


def test_the_code_is_given_once(lab):
    with pytest.raises(PackagingError, match=r"Code: .*leave it out"):
        lab.function("worker", "def handler(event, context): return 1", Code={})


def test_a_handler_with_a_syntax_error_is_deployed_and_says_so_when_it_runs(lab):
    lab.function("worker", "def handler(event, context)\n    return 1\n")
    answer = lab.client("lambda").invoke(FunctionName="worker")
    assert answer["FunctionError"] == "Unhandled"
    assert json.load(answer["Payload"])["errorType"] == "Runtime.UserCodeSyntaxError"


@pytest.mark.parametrize(
    "source",
    [
        "def handler(event, context) return 1",
        "import no_such_module\ndef handler(event, context): return 1",
        "import sys\ndef handler(event, context): sys.exit(0)",
        "def handler(event, context): return {1, 2}",
        "async def handler(event, context): return 1",
    ],
    ids=["syntax", "import", "exit", "no-json", "async"],
)
@pytest.mark.filterwarnings("ignore:coroutine 'handler' was never awaited")
def test_a_handler_that_cannot_run_leaves_every_message_in_the_dead_letter_queue(lab, source):
    url = map_function_to_queue(lab, source)
    for body in ("tea", "coffee", "water"):
        lab.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    assert lab.run_until_idle()
    assert len(lab.queue("orders")) == 0
    assert sorted(lab.queue("failed").frame()["body"]) == ["coffee", "tea", "water"]


def test_an_empty_queue_shows_one_line_and_a_full_one_only_the_columns_it_needs(lab):
    sqs = lab.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    assert lab.queue("orders")._repr_html_() == "<p>queue orders: 0 visible, 0 in flight, 0 delayed</p>"
    sqs.send_message(QueueUrl=url, MessageBody="a <b>pie</b>")
    html = lab.queue("orders")._repr_html_()
    assert "a &lt;b&gt;pie&lt;/b&gt;" in html
    assert ">group</th>" not in html
