"""The trace: one record, from which every view derives."""

import datetime
import time

import networkx
import pytest

from workbook.engine import World


@pytest.fixture
def trace():
    return World.for_tests().trace


def a_batch_of_two(trace):
    """Messages a and b go through one invocation, which sends c."""
    call = trace.record("api-call", "sqs:SendMessageBatch")
    with trace.under(call):
        trace.record("send", "arn:aws:sqs:us-east-1:123456789012:orders", message="a", size=5)
        trace.record("send", "arn:aws:sqs:us-east-1:123456789012:orders", message="b", size=5)
    receives = [trace.record("receive", "orders", message=name) for name in "ab"]
    batch = trace.record("batch", "the mapping", causes=receives)
    invoke = trace.record("invoke", "worker", causes=[batch])
    with trace.under(invoke):
        trace.record("send", "invoices", message="c")
    trace.record("delete", "orders", message="a", causes=[invoke])
    trace.record("delete", "orders", message="b", causes=[invoke])


def test_a_hop_is_caused_by_the_call_in_progress_and_by_the_last_hop_of_its_message(trace):
    first = trace.record("send", "orders", message="a")
    call = trace.record("api-call", "sqs:ReceiveMessage")
    with trace.under(call):
        second = trace.record("receive", "orders", message="a")
    assert second.causes == (first.number, call.number)


def test_a_hop_cannot_be_changed(trace):
    hop = trace.record("send", "orders", size=5, receive_count=1)
    with pytest.raises(AttributeError):
        hop.size = 6
    with pytest.raises(TypeError):
        hop.facts["receive_count"] = 2


def test_the_story_of_a_message_goes_through_batches_and_to_what_it_caused(trace):
    a_batch_of_two(trace)
    story = [(hop.kind, hop.message) for hop in trace.of("a")]
    assert story == [
        ("api-call", None),
        ("send", "a"),
        ("receive", "a"),
        ("batch", None),
        ("invoke", None),
        ("send", "c"),
        ("delete", "a"),
    ]


def test_a_response_of_boto3_stands_for_its_message(trace):
    a_batch_of_two(trace)
    assert len(trace.of({"MessageId": "a"})) == len(trace.of("a"))


def test_the_response_of_an_asynchronous_invocation_stands_for_its_event(trace):
    trace.record("enqueue", "resize", message="83aa66ae-4169")
    answer = {"StatusCode": 202, "ResponseMetadata": {"RequestId": "83aa66ae-4169"}}
    assert [hop.kind for hop in trace.of(answer)] == ["enqueue"]
    with pytest.raises(LookupError, match="names no message"):
        trace.of({"StatusCode": 200, "ResponseMetadata": {"RequestId": "of a call that waited"}})


def test_a_sequence_number_is_shown_by_its_end_and_found_by_it(trace):
    numbers = [f"4959033827149025660855969253836157109592157598913658889{end}" for end in (1, 2)]
    for number in numbers:
        trace.record("put-record", "readings", message=number)
    assert "message …36588892" in trace.text()
    assert [hop.message for hop in trace.of("…36588892")] == [numbers[1]]


@pytest.mark.parametrize(
    "wrong", ["no-such-message", "", None, 5, [], b"a", {"Messages": [{"MessageId": "a"}]}]
)
def test_an_unknown_message_is_an_error_that_says_what_to_pass(trace, wrong):
    a_batch_of_two(trace)
    with pytest.raises(LookupError, match="pass the response of send_message"):
        trace.of(wrong)


def test_the_beginning_of_an_id_is_enough_where_it_is_clear(trace):
    trace.record("send", "orders", message="a5a8d675-427c")
    trace.record("send", "orders", message="a5b00000-427c")
    assert len(trace.of("a5a8")) == 1
    with pytest.raises(LookupError, match="several messages"):
        trace.of("a5")


def test_the_frame_has_a_row_a_hop(trace):
    a_batch_of_two(trace)
    frame = trace.frame()
    assert len(frame) == len(trace)
    assert list(frame.loc[2, ["kind", "resource", "message", "size"]]) == ["send", "orders", "a", 5]


def test_the_graph_goes_from_cause_to_effect(trace):
    a_batch_of_two(trace)
    graph = trace.graph()
    assert networkx.is_directed_acyclic_graph(graph)
    assert networkx.has_path(graph, 1, len(trace))
    assert graph.nodes[1]["hop"] == trace[0]


def test_the_text_has_a_line_a_hop_with_its_cause(trace):
    a_batch_of_two(trace)
    lines = trace.text().splitlines()
    assert len(lines) == len(trace)
    assert "send" in lines[1]
    assert lines[1].endswith("<- #1")


def test_what_a_poller_does_is_not_caused_by_who_started_it(trace):
    call = trace.record("api-call", "lambda:CreateEventSourceMapping")
    with trace.under(call), trace.from_nothing():
        assert trace.record("poll", "orders").causes == ()


def test_an_outcome_is_written_when_it_is_known(trace):
    hop = trace.record("api-call", "sqs:SendMessage")
    trace.amend(hop, outcome="QueueDoesNotExist", retries=2)
    assert trace[0].outcome == "QueueDoesNotExist"
    assert trace[0].facts == {"retries": 2}


def test_in_its_table_only_the_facts_may_break_into_lines(trace):
    call = trace.record("api-call", "sqs:ReceiveMessage")
    trace.record("receive", "orders", message="a", causes=[call], receive_count=1, reason="a <b>pie</b>")
    html = trace.of("a")._repr_html_()
    assert "receive count 1, reason a &lt;b&gt;pie&lt;/b&gt;</td>" in html
    breaking = [cell for cell in html.split("<td ")[1:] if "nowrap" not in cell]
    assert breaking
    assert all("min-width" in cell for cell in breaking)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the computer's time zone cannot be changed there")
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_times_in_settings_are_utc_wherever_the_computer_stands(trace, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    aware = datetime.datetime(2026, 1, 5, 11, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    naive = datetime.datetime(2026, 1, 5, 10)  # noqa: DTZ001 - naive on purpose
    hop = trace.record("create", "a schedule", settings={"StartDate": aware, "EndDate": naive})
    monkeypatch.undo()
    time.tzset()
    assert hop.facts["settings"] == {"StartDate": "2026-01-05T10:00:00Z", "EndDate": "2026-01-05T10:00:00Z"}
