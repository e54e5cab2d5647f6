"""Choosing hops from a trace, as `lab.trace.frame(...)` does."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.engine import World
from workbook.engine.clock import SECOND
from workbook.engine.selection import has_failed, select

ORDERS = "arn:aws:sqs:us-east-1:123456789012:orders"
RESIZE = "arn:aws:lambda:us-east-1:123456789012:function:resize:live"


@pytest.fixture
def trace():
    """Two messages: one is received at 30 s, the other one's function fails at 60 s."""
    world = World.for_tests()
    start = world.clock.now
    world.trace.record("send", ORDERS, message="a5a8d675-427c")
    world.trace.record("send", ORDERS, message="b7b5a166-86b6", body="tea", attributes={"size": "big"})
    world.clock.move_to(start + 30 * SECOND)
    world.trace.record("receive", ORDERS, message="a5a8d675-427c", visible_at=start + 60 * SECOND)
    world.clock.move_to(start + 60 * SECOND)
    world.trace.record("invoke", RESIZE, outcome="ValueError")
    world.trace.record("long-poll", ORDERS, outcome="waits")
    return world.trace


def numbers(frame):
    return list(frame.index)


def test_without_a_filter_every_hop_is_there(trace):
    assert numbers(trace.frame()) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": "send"}, [1, 2]),
        ({"kind": ["send", "receive"]}, [1, 2, 3]),
        ({"kind": ("invoke",)}, [4]),
        ({"resource": "orders"}, [1, 2, 3, 5]),
        ({"resource": ORDERS}, [1, 2, 3, 5]),
        ({"resource": "resize:live"}, [4]),
        ({"resource": ["orders", "resize:live"]}, [1, 2, 3, 4, 5]),
        ({"message": "a5a8d675-427c"}, [1, 3]),
        ({"message": "a5a8"}, [1, 3]),
        ({"message": {"MessageId": "a5a8d675-427c"}}, [1, 3]),
        ({"message": [{"MessageId": "a5a8d675-427c"}, "b7"]}, [1, 2, 3]),
        ({"outcome": "ok"}, [1, 2, 3]),
        ({"outcome": "ValueError"}, [4]),
        ({"outcome": "failed"}, [4]),
        ({"outcome": ["ok", "waits"]}, [1, 2, 3, 5]),
        ({"since": 30}, [3, 4, 5]),
        ({"until": 30}, [1, 2, 3]),
        ({"since": 30, "until": 30}, [3]),
        ({"since": datetime.timedelta(seconds=30.5)}, [4, 5]),
        ({"since": 0.5, "until": 59.5, "kind": "receive"}, [3]),
        ({"kind": "send", "since": 1}, []),
    ],
    ids=str,
)
def test_filters_choose_and_all_of_them_must_hold(trace, filters, expected):
    assert numbers(trace.frame(**filters)) == expected


def test_a_name_may_be_without_its_kind(trace):
    trace.record(
        "launch", "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:5:autoScalingGroupName/cooks"
    )
    assert numbers(trace.frame(resource="cooks")) == [6]
    assert numbers(trace.frame(resource="autoScalingGroupName/cooks")) == [6]


def test_a_moment_may_be_a_point_in_time(trace):
    half_a_minute = datetime.datetime.fromtimestamp(trace[0].time / SECOND + 30, datetime.UTC)
    assert numbers(trace.frame(since=half_a_minute)) == [3, 4, 5]
    assert numbers(trace.frame(until=half_a_minute.replace(tzinfo=None))) == [1, 2, 3]
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    assert numbers(trace.frame(since=half_a_minute.astimezone(tokyo))) == [3, 4, 5]


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ({"kind": "sent"}, r"kind='sent': no hop here has it; there is send, receive, invoke, long-poll$"),
        ({"kind": ["send", "sent"]}, "kind='sent'"),
        ({"resource": "order"}, r"resource='order': no hop here has it; there is orders, resize:live$"),
        ({"outcome": "Throttled"}, r"outcome='Throttled': .* there is ok, ValueError, waits$"),
        ({"message": "c"}, "no message in this trace with the id 'c': pass the response of send_message"),
        ({"message": 5}, "5 names no message"),
    ],
    ids=str,
)
def test_an_unknown_name_is_an_error_that_lists_those_there_are(trace, filters, text):
    with pytest.raises(LookupError, match=text):
        trace.frame(**filters)


def test_before_anything_happened_no_name_is_known():
    with pytest.raises(LookupError, match="there is nothing yet"):
        World.for_tests().trace.frame(kind="send")


def test_that_nothing_failed_is_no_error(trace):
    assert numbers(trace.frame(outcome="failed", until=30)) == []
    assert len(trace.of("a5").frame(outcome="failed")) == 0


@pytest.mark.parametrize(
    ("filters", "error", "text"),
    [
        ({"kind": 5}, TypeError, "kind=5: pass a text or a list of texts"),
        ({"resource": ["orders", None]}, TypeError, "resource=None"),
        (
            {"since": "30"},
            TypeError,
            "since='30': pass seconds since the first hop, a timedelta, or a datetime",
        ),
        ({"until": True}, TypeError, "until=True"),
        ({"since": float("nan")}, ValueError, "since=nan"),
        ({"since": float("inf")}, ValueError, "since=inf"),
        ({"since": 30, "until": 10}, ValueError, "since=30 lies after until=10"),
    ],
    ids=str,
)
def test_a_filter_that_cannot_be_says_what_to_pass(trace, filters, error, text):
    with pytest.raises(error, match=text):
        trace.frame(**filters)


def test_a_story_has_the_same_filters_and_counts_from_the_same_moment(trace):
    story = trace.of("a5")
    assert numbers(story.frame(kind="receive")) == [3]
    assert numbers(story.frame(since=30)) == [3]
    assert story.frame().loc[3, "seconds"] == 30.0


def test_content_is_shown_only_where_asked_for(trace):
    assert "tea" not in trace.frame().to_string()
    shown = trace.frame(content=True)
    assert list(shown.columns[-3:]) == ["attributes", "body", "settings"]
    assert shown.loc[2, "body"] == "tea"
    assert shown.loc[2, "attributes"] == {"size": "big"}


kinds = st.sampled_from(["send", "receive", "delete"])
happenings = st.lists(
    st.tuples(
        kinds,
        st.sampled_from(["orders", "invoices"]),
        st.sampled_from(["ok", "AccessDenied"]),
        st.integers(0, 9),
    )
)


@given(happenings, kinds, st.integers(0, 90), st.integers(0, 90))
def test_filters_part_the_trace(happened, kind, one, other):
    world = World.for_tests()
    for what, where, outcome, pause in happened:
        world.clock.move_to(world.clock.now + pause * SECOND)
        world.trace.record(what, where, outcome=outcome)
    hops = list(world.trace)
    start = hops[0].time if hops else world.clock.now
    since, until = sorted((one, other))
    before = [] if since == 0 else select(hops, start, until=since - 0.000001)
    assert (
        before + select(hops, start, since=since, until=until) + select(hops, start, since=until + 0.000001)
        == hops
    )
    failed, ok = select(hops, start, outcome="failed"), select(hops, start, outcome="ok")
    assert sorted(failed + ok) == hops
    assert all(has_failed(hop) for hop in failed)
    if any(hop.kind == kind for hop in hops):
        assert select(hops, start, kind=kind) == [hop for hop in hops if hop.kind == kind]
    else:
        with pytest.raises(LookupError):
            select(hops, start, kind=kind)
