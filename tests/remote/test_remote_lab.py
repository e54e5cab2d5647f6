"""A lab in a server has the front door of one in this process, and shows the same."""

import datetime
import inspect
import os
import threading
import time

import boto3
import botocore.waiter
import pytest

from benchmarks.serving import serving
from workbook import Chaos, Lab
from workbook.engine.clock import Clock
from workbook.engine.exports import record_of
from workbook.engine.retention import Retention
from workbook.engine.trace import Trace
from workbook.flow.flow import Flow
from workbook.lab_arguments import LabError
from workbook.remote.lab import _REFUSED, RemoteLab
from workbook.remote.trace import FetchedTrace

ACCOUNT = "123456789012"
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "states.amazonaws.com"}}]}'
)
COOK = """
import time

def handler(event, context):
    time.sleep(2)
    return len(event["Records"])
"""
WAITS = '{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": true}}}'
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"


@pytest.fixture
def lab(endpoint):
    with Lab(endpoint=endpoint, seed=7) as lab:
        yield lab


@pytest.fixture
def sqs(lab):
    return boto3.client("sqs")


@pytest.fixture
def orders(sqs):
    return sqs.create_queue(QueueName="orders")["QueueUrl"]


def a_day_at_the_shop(lab):
    """Some of everything: a function, its queue, a topic, a workflow that waits, a schedule, an error."""
    sqs, sns, states = boto3.client("sqs"), boto3.client("sns"), boto3.client("stepfunctions")
    orders = sqs.create_queue(QueueName="orders")["QueueUrl"]
    late = sqs.create_queue(QueueName="late")["QueueUrl"]
    lab.function("cook", COOK)
    boto3.client("lambda").create_event_source_mapping(FunctionName="cook", EventSourceArn=QUEUE)
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.com")
    with lab.actor("the shop"):
        sqs.send_message(QueueUrl=orders, MessageBody="soup")
        sqs.send_message(QueueUrl=late, MessageBody="pie", DelaySeconds=60)
    sns.publish(TopicArn=topic, Message="soup is out")
    role = boto3.client("iam").create_role(RoleName="states", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    states.create_state_machine(name="waits", definition=WAITS, roleArn=role)
    lab.advance(minutes=1)
    states.start_execution(stateMachineArn=f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:waits")
    lab.run_until_idle()
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="nowhere")
    sqs.receive_message(QueueUrl=late)


def shown_by(lab):
    return {
        "trace": lab.trace.text(),
        "hops": lab.trace.json(),
        "frame": lab.trace.frame().to_csv(),
        "flow": lab.flow().svg(),
        "flow in words": lab.flow().prose(),
        "one resource": lab.flow(only="orders").svg(),
        "sequence": lab.sequence().svg(),
        "chart": lab.chart("orders", "late").svg(),
        "state machine": lab.state_machine("waits").svg(),
        "cost": repr(lab.cost()),
        "bill": repr(lab.billable()),
        "queue": repr(lab.queue("late")) + lab.queue("late").frame().to_csv(),
        "now": lab.now,
    }


# ---- the same


def test_the_same_calls_and_seed_show_the_same_from_afar_to_the_last_byte(endpoint):
    with Lab(seed=7) as lab:
        a_day_at_the_shop(lab)
        here = shown_by(lab)
    with Lab(endpoint=endpoint, seed=7) as lab:
        a_day_at_the_shop(lab)
        there = shown_by(lab)
    assert there == here


def test_it_is_a_lab(lab):
    assert isinstance(lab, Lab)
    assert lab.now == datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC)
    assert lab.advance(minutes=2) == lab.now
    assert repr(lab) == f"<Lab at {lab._connection.endpoint}: 2026-01-05 09:02:00 UTC, 0 hops>"


def test_a_lab_without_a_seed_is_as_its_last_user_left_it(endpoint, lab, orders):
    lab.close()
    with Lab(endpoint=endpoint) as again:
        assert len(again.queue("orders")) == 0
        hops = len(again.trace)
        assert hops > 0
    with Lab(endpoint=endpoint, seed=7) as anew:
        assert len(anew.trace) == 0


def test_another_account_is_another_lab(endpoint, lab, orders):
    lab.close()
    with Lab(endpoint=endpoint, account="222222222222") as other:
        assert boto3.client("sqs").list_queues().get("QueueUrls") is None
        assert boto3.client("sts").get_caller_identity()["Account"] == "222222222222"
        with pytest.raises(LookupError, match="no queue 'orders'"):
            other.queue("orders")


def test_reset_begins_anew_and_clients_stay_usable(lab, sqs, orders):
    first = sqs.send_message(QueueUrl=orders, MessageBody="a")["MessageId"]
    lab.reset()
    assert len(lab.trace) == 0
    again = sqs.create_queue(QueueName="orders")["QueueUrl"]
    assert sqs.send_message(QueueUrl=again, MessageBody="a")["MessageId"] == first


# ---- the trace


def test_the_trace_is_fetched_in_pages_and_only_what_is_new(lab, sqs, orders):
    for number in range(600):
        sqs.send_message(QueueUrl=orders, MessageBody=str(number))
    fetched = lab.trace
    assert [hop.number for hop in fetched] == list(range(1, len(fetched) + 1))
    assert len(fetched) > 1000
    before = list(fetched)
    sqs.send_message(QueueUrl=orders, MessageBody="one more")
    assert list(lab.trace)[: len(before)] == before
    assert lab.trace is fetched


def test_what_was_fetched_half_done_is_brought_up_to_date(lab, sqs, orders):
    lab.function("cook", COOK)
    boto3.client("lambda").create_event_source_mapping(FunctionName="cook", EventSourceArn=QUEUE)
    sqs.send_message(QueueUrl=orders, MessageBody="soup")
    lab.advance(5.5)
    (begun,) = [hop for hop in lab.trace if hop.kind == "invoke"]
    assert "ended_at" not in begun.facts
    lab.advance(10)
    assert "ended_at" in lab.trace[begun.number - 1].facts


def test_a_lab_that_somebody_else_begins_anew_is_noticed(lab, sqs, orders):
    for _ in range(3):
        sqs.send_message(QueueUrl=orders, MessageBody="a")
    assert len(lab.trace) > 5
    other = FetchedTrace(lab._connection)
    lab._connection.post("/reset", seed=8)
    sqs.create_queue(QueueName="other")
    other.fetch()
    assert list(lab.trace) == list(other)
    assert {hop.kind for hop in lab.trace} == {"api-call", "create"}


class Pages:
    """A server that has forgotten: it keeps three hops of whatever was recorded."""

    def __init__(self, trace):
        self.trace = trace

    def get(self, path, after, amended_after):
        first = max(after, self.trace.forgotten)
        return {
            "hops": [record_of(hop) for hop in self.trace[first:]],
            "amended": [],
            "amendments": 0,
            "standing": [record_of(hop) for hop in self.trace.standing],
            "oldest": self.trace.forgotten + 1,
            "next": len(self.trace),
            "last": len(self.trace),
            "start": self.trace.start,
            "now": 0,
        }


def test_what_the_server_has_forgotten_is_told():
    kept = Trace(Clock(5))
    kept.keep(Retention(3, 10**9))
    kept.record("create", QUEUE, settings={})
    fetched = FetchedTrace(Pages(kept))
    fetched.fetch()
    assert fetched.forgotten == 0
    for number in range(9):
        kept.record("send", QUEUE, message=str(number))
    fetched.fetch()
    assert list(fetched) == list(kept)
    assert fetched.forgotten == kept.forgotten == 7
    assert [hop.kind for hop in fetched.standing] == ["create"]
    assert repr(fetched) == repr(kept)
    assert fetched.start == 5


# ---- boto3 and the rest of the process


def test_plain_boto3_goes_to_the_server_while_the_lab_is_open_and_all_is_put_back(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    before, waits = dict(os.environ), botocore.waiter.time
    lab = Lab(endpoint=endpoint, seed=7)
    assert boto3.client("sqs").meta.endpoint_url == endpoint
    assert boto3.client("sts").get_caller_identity()["Account"] == ACCOUNT
    lab.close()
    lab.close()
    assert dict(os.environ) == before
    assert botocore.waiter.time is waits
    assert repr(lab) == "<Lab: closed>"
    with pytest.raises(LabError, match="closed"):
        lab.advance(1)


def test_a_waiter_lets_the_time_of_the_lab_pass(lab, monkeypatch):
    began, slept = lab.now, []
    monkeypatch.setattr(time, "sleep", slept.append)
    lab.function("cook", COOK)
    assert lab.now > began
    assert slept == []


def test_there_is_one_lab_at_a_time_here_or_there(lab, endpoint):
    with pytest.raises(LabError, match="a Lab is open already"):
        Lab()
    with pytest.raises(LabError, match="a Lab is open already"):
        Lab(endpoint=endpoint)


# ---- following


def test_a_picture_follows_what_somebody_else_does(lab, sqs, orders):
    flow = lab.flow(follow=True)
    heard = threading.Event()

    class Screen:
        def hear(self):
            heard.set()

    screen = Screen()
    lab.trace.observers.add(screen.hear)  # later, as a picture does that is shown at the end of its cell
    sqs.send_message(QueueUrl=orders, MessageBody="from elsewhere")
    assert heard.wait(30)
    assert isinstance(flow, Flow)
    assert "from elsewhere" in str([letter.body for letter in _letters(flow)])


def _letters(flow):
    flow.prose()
    return flow.scene.letters.values()


def test_nobody_asks_for_news_any_more_when_the_lab_is_closed(lab):
    lab.flow(follow=True)
    lab.close()
    lab._following.join(30)
    assert not lab._following.is_alive()


# ---- refused


@pytest.mark.parametrize("name", sorted(_REFUSED))
def test_what_cannot_be_had_from_afar_is_refused_by_name(lab, name):
    with pytest.raises(
        LabError, match=rf"lab\.{name} cannot be had from a lab that a server holds: .+ Lab\(\)"
    ):
        getattr(lab, name)


def test_nothing_of_a_lab_is_forgotten_it_is_there_or_refused():
    of_a_lab = {name for name, _ in inspect.getmembers(Lab) if not name.startswith("_")}
    by_the_trace = {"billable", "chart", "cost", "sequence", "state_machine", "function", "close"}
    own = {name for name in vars(RemoteLab) if not name.startswith("_")}
    assert of_a_lab == own | by_the_trace | set(_REFUSED)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"chaos": Chaos(duplicates=0.5)}, "chaos="),
        ({"start": datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)}, "start="),
        ({"account": "12"}, "12 digits"),
        ({"seed": "7"}, "whole number"),
        ({"region": "mars-1"}, "mars-1"),
        ({"seed": 2**60}, "pass a number from"),
        ({"access_key": "two\nlines"}, "pass a key"),
        ({"access_key": 5}, "pass a key"),
    ],
)
def test_an_argument_that_cannot_be_is_refused_and_nothing_is_open(endpoint, arguments, told):
    before = dict(os.environ)
    with pytest.raises(LabError, match=told):
        Lab(endpoint=endpoint, **arguments)
    assert dict(os.environ) == before
    Lab().close()


def test_a_client_of_another_account_is_refused(lab):
    with pytest.raises(LabError, match="each account of a server is a lab of its own"):
        lab.client("sqs", account="222222222222")


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:9", "http://127.0.0.1:99999", "http://[::1", "ftp://here", "nonsense", ""]
)
def test_where_no_lab_is_one_is_told_how_to_start_one(endpoint):
    before = dict(os.environ)
    with pytest.raises(LabError, match="workbook serve"):
        Lab(endpoint=endpoint)
    assert dict(os.environ) == before
    Lab().close()


def test_an_access_key_without_an_endpoint_is_refused():
    with pytest.raises(LabError, match="endpoint"):
        Lab(access_key="AKIAWHATEVER")


def test_the_errors_of_the_server_are_told(lab):
    with pytest.raises(LabError, match="seconds=-5"):
        lab.advance(-5)
    with pytest.raises(TypeError, match="seconds="):
        lab.advance("5")
    with pytest.raises(LabError, match="chance is set where the lab is"):
        lab.chaos = Chaos(duplicates=0.1)


def test_a_lab_whose_server_has_ended_can_be_named_and_closed():
    with serving() as server:
        lab = Lab(endpoint=server.url)
        server.process.kill()
        server.process.wait()
        assert "no lab answers at" in repr(lab)
        assert "no lab answers at" in lab._repr_html_()
        with pytest.raises(LabError, match="workbook serve"):
            lab.advance(1)
        lab.close()
    Lab().close()
