"""HTTP itself: requests are taken in as they were sent, answers go out as they were given."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from email.utils import parsedate_to_datetime

import pytest
from http_calls import signed
from test_front import Labs

import workbook.served.listening as served_listening
from workbook.served.front import MOST_OF_STRANGERS, Front
from workbook.served.keys import Keys
from workbook.served.limits import AccountLimits
from workbook.served.listening import listen
from workbook.served.requests import HttpRequest, HttpResponse


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


def test_of_who_has_no_key_hardly_anything_is_kept():
    with listening(Front(Labs(), Keys(issued_only=True), token="t" * 16)) as port:
        body = b"x" * (MOST_OF_STRANGERS + 1)
        aws, said = asked_over(port, "PUT", "/b/k", body)
        api, _ = asked_over(port, "PUT", "/workbook/v1/snapshot", body)
    assert (aws.status, api.status) == (403, 403)
    assert b"was not given out by this server" in said
    front = Front(Labs(), Keys(issued_only=True))
    assert front.most_bytes(HttpRequest("PUT", "localhost", "/workbook/v1/snapshot")) == MOST_OF_STRANGERS


@pytest.mark.parametrize(
    "header",
    [
        ("Content-Disposition", "a\r\nX-Evil: 1"),
        ("Content-Disposition", "\u20ac.txt"),
        ("x-amz-meta-a b", "1"),
        ("x-amz-meta-a", "nul\x00"),
    ],
)
def test_an_answer_that_http_cannot_carry_is_told_and_nobody_waits_for_ever(header):
    labs = Labs(lambda *_: HttpResponse(200, (header,), b"hello"))
    with listening(Front(labs, Keys())) as port:
        response, body = asked_over(port, "GET", "/b/k")
    assert response.status == 400
    assert b"FaultOfTheWorkbook" in body
    assert response.headers["X-Evil"] is None


def test_a_request_that_is_sent_as_to_a_proxy_is_understood():
    """RFC 9112, 3.2.2: a server must accept the absolute form, and take the host in it."""
    with listening(Front(Labs(echo), Keys())) as port:
        _, frame = asked_over(port, "GET", "http://b.localhost:4566/k?x=1", headers=[("Host", "other")])
        health, _ = asked_over(port, "GET", f"http://127.0.0.1:{port}/workbook/v1/health")
    sent = HttpRequest.of_frame(frame)
    assert (sent.host, sent.target, health.status) == ("b.localhost:4566", "/k?x=1", 200)


def test_who_sends_no_whole_headers_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(served_listening, "HEADER_SECONDS", 0.05)
    with (
        listening(Front(Labs(), Keys())) as port,
        socket.create_connection(("127.0.0.1", port), timeout=60) as client,
    ):
        client.sendall(b"\x16\x03\x01 the beginning of TLS")
        assert client.recv(100) == b""
