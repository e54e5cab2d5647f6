"""The picture in words: short, complete where it matters, and true."""

import pytest
from happenings import HAPPENINGS, RELAXED, Happenings
from hypothesis import given, settings
from systems import chain, fan, scene, scenes

from workbook.flow.moves import Status
from workbook.flow.prose import describe


def test_a_story_from_beginning_to_end(shop):
    shop.machine(BatchSize=1)
    shop.send("rye", "glass")
    shop.lab.run_until_idle()
    assert shop.lab.flow().prose().splitlines() == [
        "Flow of messages: 1 min 6 s of AWS time from 2026-01-05 09:00:00 UTC.",
        "There is: you (producer); dead (dead-letter queue); orders (queue); machine (Lambda function).",
        "orders to machine: 3, 1 delivered again, 2 failed, 2 came back.",
        "orders to dead: 1 dead-lettered.",
        "you to orders: 2.",
        "Left in queues: dead 1 visible.",
        "4 more things went wrong before.",
        "After 36 s: message 2 was not done: the function failed; orders shows it again in 30 s.",
        "After 1 min 6 s: message 2 came back to orders: it was not deleted within 30 s.",
        "After 1 min 6 s: message 2 moved from orders to dead: it was received 2 times and never deleted.",
    ]


def test_a_lab_in_which_nothing_happened(lab):
    assert lab.flow().prose().splitlines()[1] == "Nothing has happened yet."


def test_resources_without_messages(shop):
    prose = shop.lab.flow().prose()
    assert "orders (queue)" in prose
    assert "No message has moved." in prose
    assert "All queues are empty." in prose


def test_what_is_left_is_told_by_how_it_lies(shop):
    shop.send("rye", "oat")
    shop.send("later", DelaySeconds=60)
    shop.receive()
    assert "Left in queues: orders 1 visible, 1 in flight, 1 delayed." in shop.lab.flow().prose()


def test_many_resources_are_counted_and_some_named():
    prose = describe(fan(38))
    assert "queue-0, queue-1, queue-2 and 35 more (38 queues)" in prose
    assert "more lines carried less" in prose


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        (["q:orders"], "orders (queue)"),
        (["a:printing program", "a:Ida"], "printing program and Ida (2 programs)"),
        (["bus:default", "bus:shop", "bus:audit"], "default, shop and audit (3 event buses)"),
    ],
)
def test_what_there_is_reads_as_a_sentence(nodes, said):
    assert f"There is: {said}." in describe(scene(nodes, [(nodes[0], node) for node in nodes]))


def test_what_was_deleted_is_counted_among_its_like(shop):
    for name in ("left", "right"):
        shop.sqs.delete_queue(QueueUrl=shop.queue(name))
    assert "left and right (2 queues, deleted)" in shop.lab.flow().prose()


def test_long_names_are_cut():
    prose = describe(scene([f"q:{'a' * 30}{'b' * 50}"]))
    assert f"{'a' * 19}…{'b' * 20}" in prose


@settings(max_examples=80, deadline=None)
@given(scenes())
def test_it_is_three_to_fifteen_lines_however_big_the_system(shown):
    lines = describe(shown).splitlines()
    assert 3 <= len(lines) <= 15
    assert all(line.endswith(".") for line in lines)


def test_it_stays_short_where_much_went_wrong():
    ways = [("p:you", "q:orders", {status: 10}) for status in Status] * 40
    assert len(describe(scene(["q:orders"], ways)).splitlines()) <= 15
    assert len(describe(chain(20)).splitlines()) <= 15


@RELAXED
@given(HAPPENINGS)
def test_what_it_says_is_left_is_what_is_left(steps):
    happenings = Happenings().happen(steps)
    left = happenings.flow().prose().partition("Left in queues: ")[2].partition(".\n")[0]
    told = dict(part.split(" ", 1) for part in left.split("; ") if part)
    for name in ("orders", "dead"):
        words = zip(happenings.contents(name), ("visible", "in flight", "delayed"), strict=True)
        assert told.get(name, "") == ", ".join(f"{count} {word}" for count, word in words if count)
