"""The lab's front door to what lies outside AWS: endpoints, visits, the mailbox, outages."""

from __future__ import annotations

import json
import time

import pytest

from workbook import Lab
from workbook.engine.clock import SECOND

URL = "https://shop.example.com/hooks"


def test_an_endpoint_answers_visits(lab):
    def shop(request):
        return {"path": request.path, "query": request.query, "body": request.body, "method": request.method}

    assert lab.endpoint(URL, shop) == URL
    answer = lab.http(URL + "/7?a=b", "POST", {"n": 1}, {"X-Sign": "s"})
    assert answer.ok
    assert answer.json() == {
        "path": "/hooks/7",
        "query": {"a": "b"},
        "body": '{"n": 1}',
        "method": "POST",
    }


def test_it_sees_the_headers(lab):
    seen = []

    def shop(request):
        seen.append(request.headers)

    lab.endpoint(URL, shop)
    lab.http(URL, "POST", {"n": 1}, {"X-Sign": "s"})
    assert seen == [{"Content-Type": "application/json", "X-Sign": "s"}]


def test_its_time_is_the_lab_s(lab):
    def shop(_request):
        time.sleep(20)
        return str(time.time())

    lab.endpoint(URL, shop)
    begun = lab.world.clock.now
    answer = lab.http(URL)
    assert lab.world.clock.now - begun == 20 * SECOND
    assert float(answer.body) == lab.world.clock.now / SECOND


def test_a_visitor_does_not_wait_for_ever(lab):
    def shop(_request):
        time.sleep(60)

    lab.endpoint(URL, shop)
    with pytest.raises(TimeoutError, match="within 5 s"):
        lab.http(URL, timeout=5)


def test_nobody_is_there(lab):
    with pytest.raises(ConnectionError, match=r"lab\.endpoint"):
        lab.http(URL)
    with pytest.raises(ConnectionError, match="SubscribeURL"):
        lab.http("https://console.aws.amazon.com/")


def test_arguments_that_cannot_be_used(lab):
    with pytest.raises(TypeError, match="pass a function"):
        lab.endpoint(URL, "print")
    with pytest.raises(ValueError, match="pass a URL"):
        lab.endpoint("shop", lambda request: None)
    with pytest.raises(ValueError, match="AWS's"):
        lab.endpoint("https://sqs.us-east-1.amazonaws.com/x", lambda request: None)
    with pytest.raises(ValueError, match="pass one of DELETE, GET"):
        lab.http(URL, "FETCH")


def test_a_closed_lab_has_no_outside():
    lab = Lab()
    lab.close()
    for use in (lambda: lab.mailbox, lambda: lab.http(URL), lambda: lab.outage("sqs")):
        with pytest.raises(RuntimeError, match="closed"):
            use()


# ---- the mailbox


@pytest.fixture
def mailbox(lab):
    sns = lab.client("sns")
    arn = sns.create_topic(Name="orders")["TopicArn"]
    for address in ("ann@example.com", "bob@example.com"):
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)
    lab.run_until_idle()
    lab.http(lab.mailbox.of("ann@example.com")[-1].link)
    sns.publish(TopicArn=arn, Message="a <cake>", Subject="an order")
    lab.run_until_idle()
    return lab.mailbox


def test_the_mailbox_can_be_read(mailbox):
    assert len(mailbox) == 3
    assert [mail.to for mail in mailbox] == ["ann@example.com", "bob@example.com", "ann@example.com"]
    assert mailbox[-1].subject == "an order"
    assert len(mailbox[:2]) == 2
    assert repr(mailbox) == "<mailbox: 3 letters>"
    assert repr(mailbox.of("bob@example.com")) == "<mailbox of bob@example.com: 1 letter>"
    assert repr(mailbox[-1]) == "<mail to ann@example.com: 'an order'>"


def test_it_shows_itself_as_text_as_a_table_and_as_a_frame(mailbox):
    assert (
        "To: ann@example.com\nFrom: arn:aws:sns:us-east-1:123456789012:orders\nSubject: an order\n\na <cake>"
        in (mailbox.text())
    )
    html = mailbox._repr_html_()
    assert "a &lt;cake&gt;" in html
    frame = mailbox.frame()
    assert list(frame.columns) == ["time", "to", "sender", "subject", "text", "link"]
    assert list(frame["subject"])[-1] == "an order"


def test_an_empty_one_does_too(lab):
    assert lab.mailbox.text() == ""
    assert lab.mailbox._repr_html_() == "<p>mailbox: 0 letters</p>"
    assert len(lab.mailbox.frame()) == 0


# ---- outages


@pytest.fixture
def bus(lab, sqs):
    """Publishes to a topic with a queue behind it."""
    sns = lab.client("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:inbox"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [statement]})})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return lambda: sns.publish(TopicArn=topic, Message="x")


def tries(lab):
    return [hop.outcome for hop in lab.trace if hop.kind == "deliver"]


@pytest.mark.parametrize("target", ["inbox", "sqs", "arn:aws:sqs:us-east-1:123456789012:inbox"])
def test_what_is_down_takes_no_deliveries_until_its_time_ends(lab, bus, target):
    lab.outage(target, seconds=3)
    bus()
    lab.run_until_idle()
    assert tries(lab)[0] == "UNAVAILABLE"
    assert tries(lab)[-1] == "ok"
    [hop] = [hop for hop in lab.trace if hop.kind == "outage"]
    assert hop.facts["until_at"] == hop.time + 3 * SECOND
    assert len(lab.queue("inbox")) == 1


def test_without_a_duration_it_lasts_as_long_as_the_block(lab, bus):
    with lab.outage("inbox") as outage:
        assert repr(outage) == "<outage of arn:aws:sqs:us-east-1:123456789012:inbox>"
        bus()
        lab.advance(hours=2)
        assert set(tries(lab)) == {"UNAVAILABLE"}
    lab.run_until_idle()
    assert tries(lab)[-1] == "ok"
    assert [hop.kind for hop in lab.trace if hop.kind in {"outage", "recover"}] == ["outage", "recover"]


def test_your_own_calls_go_through(lab, sqs, bus):
    with lab.outage("sqs"):
        assert sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="inbox")["QueueUrl"], MessageBody="x")


def test_an_outage_of_a_url_is_one_of_all_below_it_and_http_is_all_servers(lab):
    def shop(_request):
        return None

    lab.endpoint("https://shop.example.com", shop)
    sns = lab.client("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    for down in ("https://shop.example.com/", "http"):
        with lab.outage(down):
            sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=URL)
            lab.advance(1)
    assert tries(lab) == ["UNAVAILABLE", "UNAVAILABLE"]


def test_a_function_can_be_down(lab):
    def handler(event, context):
        return None

    arn = lab.function("resize", handler)
    outage = lab.outage("resize", minutes=1)
    assert repr(outage) == f"<outage of {arn}>"
    outage.end()
    outage.end()


def test_what_does_not_exist_cannot_be_down(lab, bus):
    with pytest.raises(LookupError, match=r"inbox.*the services are: events"):
        lab.outage("outbox", minutes=1)
    with pytest.raises(ValueError, match="0 or more"):
        lab.outage("inbox", minutes=-1)
