"""Requests and responses cross between processes as frames: plain, whole, and bounded."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.served.requests import (
    LARGEST_BODY,
    LARGEST_HEADER,
    PREFIX_BYTES,
    FrameError,
    HttpRequest,
    HttpResponse,
    bytes_after,
    read_frame,
)

TEXTS = st.text(max_size=30)
HEADERS = st.lists(st.tuples(TEXTS, TEXTS), max_size=5).map(tuple)
REQUESTS = st.builds(HttpRequest, TEXTS, TEXTS, TEXTS, TEXTS, HEADERS, st.binary(max_size=300))
RESPONSES = st.builds(HttpResponse, st.integers(100, 599), HEADERS, st.binary(max_size=300))
SENT = HttpRequest(
    "POST", "localhost:4566", "/a%20b", "x=1", (("X-Amz-Target", "AmazonSQS.SendMessage"),), b"{}"
)


def lengths(header, body):
    return header.to_bytes(4, "big") + body.to_bytes(4, "big")


def framed(said, body=b""):
    header = json.dumps(said).encode()
    return lengths(len(header), len(body)) + header + body


@given(request=REQUESTS, response=RESPONSES)
def test_what_comes_out_of_a_frame_is_what_went_in(request, response):
    assert HttpRequest.of_frame(request.frame()) == request
    assert HttpResponse.of_frame(response.frame()) == response


@given(st.lists(REQUESTS, max_size=4), st.integers(1, 50))
def test_frames_follow_each_other_in_a_stream_that_brings_a_few_bytes_at_a_time(requests, at_most):
    stream = io.BytesIO(b"".join(request.frame() for request in requests))

    def read(count):
        return stream.read(min(count, at_most))

    assert [HttpRequest.of_frame(read_frame(read)) for _ in requests] == requests
    assert read_frame(read) is None


@given(REQUESTS)
def test_the_first_bytes_tell_how_many_follow(request):
    frame = request.frame()
    assert PREFIX_BYTES + bytes_after(frame[:PREFIX_BYTES]) == len(frame)


@given(st.data())
def test_a_stream_that_ends_in_the_middle_of_a_frame_is_told_from_one_that_has_ended(data):
    frame = SENT.frame()
    kept = data.draw(st.integers(1, len(frame) - 1))
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(frame[:kept]).read)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_frame_are_an_error_and_never_a_request(junk):
    with pytest.raises(FrameError):
        HttpRequest.of_frame(junk)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([], "is an object, not list"),
        ({"method": 7}, "method in the header of a frame is a text, not 7"),
        (
            {"method": "", "host": "", "path": "", "query": "", "headers": [["a"]]},
            r"a list of \[name, value\], not \[\['a'\]\]",
        ),
        (
            {"method": "", "host": "", "path": "", "query": "", "headers": [], "pickle": "x"},
            "not known: pickle",
        ),
    ],
)
def test_a_header_of_another_form_is_refused_with_what_is_wrong(said, words):
    with pytest.raises(FrameError, match=words):
        HttpRequest.of_frame(framed(said))


@pytest.mark.parametrize("status", [99, 600, "200", True, None])
def test_a_status_is_one_of_http(status):
    with pytest.raises(FrameError, match="from 100 to 599"):
        HttpResponse.of_frame(framed({"status": status, "headers": []}))


@pytest.mark.parametrize(("header", "body"), [(LARGEST_HEADER + 1, 0), (2, LARGEST_BODY + 1)])
def test_who_says_that_more_comes_than_a_frame_may_hold_is_not_waited_for(header, body):
    with pytest.raises(FrameError, match="at most"):
        read_frame(io.BytesIO(lengths(header, body)).read)


def test_a_header_that_nests_without_end_is_no_json():
    header = b"[" * 200_000
    with pytest.raises(FrameError, match="no JSON"):
        HttpRequest.of_frame(lengths(len(header), 0) + header)


def test_headers_are_found_in_any_case_and_the_target_is_path_and_query():
    assert SENT.header("x-amz-target") == "AmazonSQS.SendMessage"
    assert SENT.header("Authorization") is None
    assert SENT.target == "/a%20b?x=1"
    assert HttpRequest("GET", "localhost", "/").target == "/"
