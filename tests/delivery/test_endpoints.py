"""Servers outside AWS: what they answer, how long they take, and what a sender makes of it."""

import json

import pytest

from workbook import Lab
from workbook.aws.delivery import Delivery, Parcel, RetryPolicy, Sender, deliver
from workbook.aws.endpoints import (
    HttpRequest,
    HttpResponse,
    NoAnswer,
    NoConnection,
    ask,
    close_endpoint,
    open_endpoint,
)
from workbook.aws.mailbox import letters
from workbook.engine.clock import SECOND
from workbook.flow.scene import Scene

URL = "https://shop.example.com/hooks"
SENDER = Sender("sns.amazonaws.com", "arn:aws:sns:us-east-1:123456789012:news", "123456789012", "us-east-1")


@pytest.fixture
def world():
    with Lab(seed=1) as lab:
        yield lab.world


def get(world, url=URL, timeout=15.0):
    with world.kernel:
        return ask(world, HttpRequest("GET", url), timeout)


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (None, 200, ""),
        (204, 204, ""),
        ("done", 200, "done"),
        ({"a": 1}, 200, '{"a": 1}'),
        ((503, "busy"), 503, "busy"),
        ((400, {"why": "no"}), 400, '{"why": "no"}'),
        (HttpResponse(201, "made"), 201, "made"),
    ],
)
def test_a_server_may_answer_in_several_ways(world, answer, status, body):
    open_endpoint(world, URL, lambda _request: answer)
    response = get(world)
    assert (response.status, response.body) == (status, body)


def test_an_error_of_the_server_is_status_500_and_the_trace_says_which(world):
    def server(request):
        raise KeyError("customer")

    open_endpoint(world, URL, server)
    assert get(world).status == 500
    hop = next(hop for hop in world.trace if hop.kind == "request")
    assert hop.outcome == "500"
    assert hop.facts["error"] == "KeyError: 'customer'"


def test_an_answer_that_is_none_is_an_error_of_the_server(world):
    open_endpoint(world, URL, lambda _request: object())
    assert get(world).status == 500


def test_a_server_sees_what_was_asked(world):
    seen = []
    open_endpoint(world, URL, seen.append)
    with world.kernel:
        ask(world, HttpRequest("PUT", URL + "/7?Token=a%20b", {"X-Sign": "s"}, '{"n": 1}'), 1)
    [request] = seen
    assert request.method == "PUT"
    assert request.path == "/hooks/7"
    assert request.query == {"Token": "a b"}
    assert request.json() == {"n": 1}


def test_the_nearest_server_above_a_url_answers(world):
    open_endpoint(world, "https://shop.example.com", lambda _request: "shop")
    open_endpoint(world, URL, lambda _request: "hooks")
    assert get(world, URL + "/x").body == "hooks"
    assert get(world, "https://shop.example.com/other").body == "shop"


def test_nobody_there(world):
    with pytest.raises(NoConnection, match=r"lab\.endpoint"):
        get(world)
    open_endpoint(world, URL, lambda _request: None)
    close_endpoint(world, URL)
    with pytest.raises(NoConnection):
        get(world)


def test_who_asks_does_not_wait_for_ever_but_the_server_goes_on(world):
    ended = []

    def slow(request):
        world.kernel.sleep(60)
        ended.append(world.clock.now)

    open_endpoint(world, URL, slow)
    begun = world.clock.now
    with pytest.raises(NoAnswer, match="within 15 s"):
        get(world)
    assert world.clock.now == begun + 15 * SECOND
    with world.kernel:
        world.kernel.run_until_idle()
    assert ended == [begun + 60 * SECOND]


@pytest.mark.parametrize("url", ["shop", "ftp://shop.example.com", "https://", "https://a.example/?q=1"])
def test_what_is_no_url_is_refused(world, url):
    with pytest.raises(ValueError, match="pass a URL such as"):
        open_endpoint(world, url, lambda _request: None)


# ---- as the target of a delivery


def tries(world, retries):
    delivery = Delivery(
        SENDER, URL, Parcel('{"n": 1}', options={"headers": {"A": "b"}}), "m", retries=retries
    )
    with world.kernel:
        deliver(world, [delivery])
        world.kernel.run_until_idle()
    return [hop.outcome for hop in world.trace if hop.kind == "deliver"]


def test_a_failing_server_is_tried_again_and_a_refusing_one_is_not(world):
    statuses = iter([503, 429, 200])
    open_endpoint(world, URL, lambda _request: next(statuses))
    assert tries(world, RetryPolicy(lambda _chance: iter([1, 1, 1]))) == ["UNAVAILABLE", "THROTTLED", "ok"]


def test_a_client_error_is_final(world):
    open_endpoint(world, URL, lambda _request: 403)
    assert tries(world, RetryPolicy(lambda _chance: iter([1, 1, 1]))) == ["REJECTED"]


def test_a_slow_server_is_a_timeout(world):
    open_endpoint(world, URL, lambda _request: world.kernel.sleep(20))
    assert tries(world, RetryPolicy(lambda _chance: iter([]))) == ["TIMEOUT"]


def test_a_slow_delivery_has_arrived_when_the_server_has_answered_and_not_before(world):
    open_endpoint(world, URL, lambda _request: world.kernel.sleep(10))
    with world.kernel:
        deliver(world, [Delivery(SENDER, URL, Parcel("tea"), "m-1")])
        world.kernel.sleep(4)
        under_way = {hop.kind: hop for hop in world.trace}
        world.kernel.sleep(20)
        over = {hop.kind: hop for hop in world.trace}
    for kind in ("deliver", "request"):
        assert (under_way[kind].outcome, under_way[kind].facts.get("ended_at")) == ("waits", None)
        assert over[kind].outcome == "ok"
        assert over[kind].facts["ended_at"] == over[kind].time + 10 * SECOND


def test_the_picture_shows_a_slow_delivery_when_it_arrives(world):
    open_endpoint(world, URL, lambda _request: world.kernel.sleep(10))
    with world.kernel:
        deliver(world, [Delivery(SENDER, URL, Parcel("tea"), "m-1")])
        world.kernel.sleep(4)
        under_way = Scene.of(list(world.trace), world.clock.now)
        world.kernel.sleep(20)
    over = Scene.of(list(world.trace), world.clock.now)
    assert [move.text for move in under_way.moves if move.target == URL and move.source != URL] == []
    arrived = next(move for move in over.moves if move.target == URL and move.source != URL)
    assert arrived.text == "news delivered message 1 to shop.example.com/hooks"
    assert arrived.time == next(hop for hop in over.hops if hop.kind == "deliver").time + 10 * SECOND


def test_letters_are_kept_to_be_read(world):
    parcel = Parcel(json.dumps({"n": 1}), subject="Order", options={"link": "https://sns.example/?a"})
    with world.kernel:
        deliver(world, [Delivery(SENDER, "mailto:ann@example.com", parcel, "m")])
        world.kernel.run_until_idle()
    [mail] = letters(world)
    assert (mail.to, mail.subject, mail.text) == ("ann@example.com", "Order", '{"n": 1}')
    assert mail.link == "https://sns.example/?a"
