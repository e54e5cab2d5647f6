"""Two runs beside each other: the first thing in which they differ, and nothing that does not matter."""

import pytest
from drawing import Drawing
from happenings import HAPPENINGS, RELAXED, Happenings
from hypothesis import assume, given
from hypothesis import strategies as st
from shop import Shop

from workbook import Lab


def run(steps):
    return Happenings().happen(steps).flow()


def wait_and_delete(lab, timeout):
    lab.reset()
    shop = Shop(lab)
    shop.sqs.set_queue_attributes(QueueUrl=shop.orders, Attributes={"VisibilityTimeout": str(timeout)})
    shop.send("rye", "oat")
    [message] = shop.receive()
    lab.advance(40)
    shop.delete(message)
    return lab.flow()


def test_the_first_difference_is_marked_and_said(lab):
    comparison = wait_and_delete(lab, 30).compare(wait_and_delete(lab, 60), names=("short", "long"))
    assert comparison.difference.number == 4
    lines = comparison.prose().splitlines()
    assert lines[0] == "Two flows of messages: short and long."
    assert lines[1] == "The first difference comes after 3 things that happened in both."
    assert lines[2].startswith("short: after 30 s: message 1 came back to orders")
    assert lines[3].startswith("long: after 40 s: message 1 is done")
    assert lines[4] == "orders: VisibilityTimeout is 30 in short and 60 in long."
    drawing = Drawing(comparison.svg())
    assert len(drawing.all("wb-flow")) == 2
    assert len(drawing.all("wb-here")) == 2
    assert drawing.texts("wb-name") == ["short", "long"]
    assert any("message 1 came back" in text for text in drawing.texts("wb-said"))


@RELAXED
@given(HAPPENINGS)
def test_a_run_compared_with_itself_differs_nowhere(steps):
    flow = run(steps)
    comparison = flow.compare(run(steps))
    assert comparison.difference is None
    assert f"No difference: {len(flow.moves)} thing" in comparison.prose()
    assert Drawing(comparison.svg()).all("wb-here") == []


@RELAXED
@given(HAPPENINGS, st.data())
def test_one_more_message_is_the_first_difference(steps, data):
    """The same steps with a message more somewhere: all before it is the same, and it is what differs."""
    place = data.draw(st.integers(0, len(steps)))
    before = len(run(steps[:place]).moves)
    same, more = run(steps), run([*steps[:place], ("send", 1), *steps[place:]])
    follows = same.moves[before].source if before < len(same.moves) else ""
    assume(follows != "producer:you")  # another message at the same time looks the same
    difference = same.compare(more).difference
    assert difference.number == before + 1
    assert difference.other == more.moves[before]
    assert difference.other.text.startswith("you sent message")
    assert difference.one == (same.moves[before] if before < len(same.moves) else None)


@RELAXED
@given(HAPPENINGS, st.integers(1, 29))
def test_another_visibility_timeout_is_said_and_first_seen_when_it_ends(steps, seconds):
    steps = [("send", 2), ("receive", 1), ("advance", 45), *steps]
    comparison = run(steps).compare(Happenings(visibility_timeout=seconds).happen(steps).flow())
    assert comparison.difference.number == 4
    assert "came back" in comparison.difference.one.text
    assert comparison.difference.other.text.endswith(f"within {seconds} s")


def test_other_seeds_have_other_ids_and_the_same_story():
    stories = []
    for seed in (1, 2):
        with Lab(seed=seed) as lab:
            stories.append(wait_and_delete(lab, 30))
    one, other = stories
    assert one.moves[0].message != other.moves[0].message
    assert one.compare(other).difference is None


def test_calls_that_only_look_make_no_difference(lab):
    def looked(times):
        lab.reset()
        shop = Shop(lab)
        for _ in range(times):
            shop.arn(shop.orders)
        shop.send("rye")
        for _ in range(times):
            shop.arn(shop.orders)
        shop.receive()
        return lab.flow()

    assert looked(0).compare(looked(5)).difference is None


def test_the_same_thing_later_is_a_difference_unless_one_says_otherwise(lab):
    def late(seconds):
        lab.reset()
        shop = Shop(lab)
        shop.send("rye")
        lab.advance(seconds)
        shop.receive()
        return lab.flow()

    soon, later = late(5), late(6)
    assert soon.compare(later).difference.number == 2
    assert soon.compare(later, tolerance=2).difference is None


def test_a_run_that_is_over_sooner():
    short, long = run([("send", 1)]), run([("send", 2)])
    comparison = short.compare(long)
    assert comparison.difference.one is None
    assert "first run: nothing more happens." in comparison.prose()
    assert len(Drawing(comparison.svg()).all("wb-here")) == 1


def test_stacked_where_it_is_narrow():
    flow = run([("send", 1)])
    comparison = flow.compare(flow)
    width, height = (float(Drawing(comparison.svg()).root.get(name)) for name in ("width", "height"))
    narrow, tall = (float(Drawing(comparison.narrow().svg()).root.get(name)) for name in ("width", "height"))
    assert narrow < width
    assert tall > height


def test_only_a_flow_can_be_compared(lab):
    with pytest.raises(TypeError, match="pass a flow"):
        lab.flow().compare(lab.trace)
