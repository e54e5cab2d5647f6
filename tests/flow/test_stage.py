"""What a browser gets is what the trace says."""

import itertools
import json

import pytest
from histories import HISTORIES, RELAXED, History
from hypothesis import given, settings

from workbook.engine.clock import SECOND
from workbook.flow.contents import Counts, Where, counts_at
from workbook.flow.moves import Status
from workbook.flow.scene import Scene
from workbook.flow.stage import MARK, STATES, STATUSES, stage_json, stage_of

NOTHING = Counts(0, 0, 0)
FEWER = settings(RELAXED, max_examples=60)


def scene_of(world):
    return Scene.of(list(world.trace), world.clock.now)


def rows(columns, *names):
    """The columns side by side; those of growing numbers are given as differences."""
    grown = [
        list(itertools.accumulate(columns[name])) if name in {"time", "begin", "at"} else columns[name]
        for name in names
    ]
    return list(zip(*grown, strict=True))


def contents(stage, shown):
    """What lies in each queue after the changes for which `shown(at, told)` is true."""
    places = [node["place"] for node in stage["nodes"]]
    states = {}
    for at, told, node, message, state in rows(stage["changes"], "at", "told", "node", "message", "state"):
        if shown(at, told):
            states.pop(message, None)
            states[message] = (places[node], STATES[state])
    counts = {}
    for place, state in states.values():
        if state is not Where.GONE:
            counts.setdefault(place, []).append(state)
    order = (Where.VISIBLE, Where.IN_FLIGHT, Where.DELAYED)
    return {place: Counts(*(found.count(state) for state in order)) for place, found in counts.items()}


def without_empty(counts):
    return {place: found for place, found in counts.items() if found != NOTHING}


# ---- contents


def check_contents(scene):
    """In each quiet time, by the stage's clock; and after each instant of moves, stepping from hop to hop."""
    stage = stage_of(scene)
    for start, end, _ in stage["folds"]:
        for at in (start, (start + end) // 2, end - 1):
            around = [scene.timeline.aws_time(place / 1000) for place in (at - 1, at, at + 1)]
            # Stage times are whole milliseconds: what happens within one is a little early or late.
            if not any(around[0] <= change.time <= around[2] for change in scene.changes):
                found = contents(stage, lambda stage_time, _, at=at: stage_time <= at)
                assert found == without_empty(counts_at(scene.changes, around[1]))
    assert contents(stage, lambda *_: True) == without_empty(counts_at(scene.changes, scene.now))
    for index, (move, following) in enumerate(itertools.zip_longest(scene.moves, scene.moves[1:])):
        if following is None or move.time != following.time:
            expected = without_empty(counts_at(scene.changes, move.time))
            assert contents(stage, lambda _, told, index=index: told <= index) == expected, move


@given(HISTORIES)
@FEWER
def test_at_any_time_a_standard_queue_shows_what_lay_in_it(actions):
    check_contents(scene_of(History("").play(actions).desk.world))


@given(HISTORIES)
@FEWER
def test_at_any_time_a_fifo_queue_shows_what_lay_in_it(actions):
    check_contents(scene_of(History(".fifo").play(actions).desk.world))


@given(HISTORIES)
@FEWER
def test_changes_are_given_in_the_order_of_the_stage_and_each_message_goes_its_way_once(actions):
    scene = scene_of(History("").play(actions).desk.world)
    stage = stage_of(scene)
    numbers = {letter.message_id: letter.number for letter in scene.letters.values()}
    told = {}
    last = 0
    for at, _, message, state in rows(stage["changes"], "at", "told", "message", "state"):
        assert last <= at <= stage["length"]
        last = at
        told.setdefault(message, []).append(STATES[state])
    expected = {}
    for change in scene.changes:
        expected.setdefault(numbers[change.message], []).append(change.state)
    assert told == expected


def test_a_message_leaves_at_the_beginning_of_its_move_and_arrives_at_the_end(shop):
    shop.send("rye")
    shop.receive()
    scene = shop.scene()
    stage = stage_of(scene)
    (_, sent), (received, _) = scene.timeline.spans
    found = [(at / 1000, STATES[state]) for at, state in rows(stage["changes"], "at", "state")]
    assert found == [(pytest.approx(sent), Where.VISIBLE), (pytest.approx(received), Where.IN_FLIGHT)]


def test_receives_are_counted_as_aws_counts_them(shop):
    shop.send("rye")
    for _ in range(2):
        shop.receive(VisibilityTimeout=0)
    counted = [count for count in stage_of(shop.scene())["changes"]["receives"] if count]
    assert counted == [1, 2]
    assert list(shop.lab.queue("orders").frame()["receives"]) == [2]


# ---- moves


@given(HISTORIES)
@FEWER
def test_the_columns_of_the_moves_are_the_moves(actions):
    scene = scene_of(History("").play(actions).desk.world)
    stage = json.loads(stage_json(scene, "<svg/>", "words"))
    moves, places = stage["moves"], [node["place"] for node in stage["nodes"]]
    columns = ("time", "source", "target", "message", "status", "text", "hop")
    assert len(moves["time"]) == len(scene.moves)
    for move, (time, source, target, message, status, text, hop) in zip(
        scene.moves, rows(moves, *columns), strict=True
    ):
        assert scene.start + time == move.time
        assert (places[source], places[target]) == move.line
        assert message == (scene.letters[move.message].number if move.message else 0)
        assert STATUSES[status] is move.status
        assert moves["texts"][text].replace(MARK, f"message {message}") == move.text
        assert hop == (move.hop or 0)
    for (start, end), (begin, long) in zip(scene.timeline.spans, rows(moves, "begin", "long"), strict=True):
        assert begin == round(start * 1000)
        assert begin + long == round(end * 1000)


def test_a_sentence_is_kept_once_for_all_messages(shop):
    shop.send(*[f"order {number}" for number in range(12)])
    assert stage_of(shop.scene())["moves"]["texts"] == [f"you sent {MARK} to orders"]


def test_message_1_is_not_found_in_message_12(shop):
    shop.send(*["rye"] * 12)
    with shop.lab.actor("the cook of message 12"):
        shop.receive()
    scene = shop.scene()
    stage = stage_of(scene)
    text = stage["moves"]["texts"][stage["moves"]["text"][-1]]
    assert text == scene.moves[-1].text
    assert MARK not in text


def test_a_mark_in_a_name_is_left_out(shop):
    with shop.lab.actor(f"odd{MARK}name"):
        shop.send("rye")
    assert stage_of(shop.scene())["moves"]["texts"] == [f"oddname sent {MARK} to orders"]


# ---- functions


def test_a_function_runs_between_its_cues_and_its_failures_are_counted(shop):
    shop.machine(BatchSize=10)
    shop.lab.advance(5)
    shop.send("rye", "glass")
    shop.lab.advance(10)
    scene = shop.scene()
    stage = stage_of(scene)
    [(node, begin, end, failed)] = rows(stage["runs"], "node", "begin", "end", "failed")[:1]
    assert stage["nodes"][node]["label"] == "machine"
    assert begin < end
    assert failed == 1
    told = [index for index, move in enumerate(scene.moves) if move.status is Status.FAILED]
    assert rows(stage["runs"], "over")[0][0] == told[0]
    assert stage["moves"]["with"][told[0]] == [1, 2], "the messages of its batch"


def test_a_function_that_takes_its_time_runs_until_it_has_ended(shop):
    shop.lab.function("slow", "import time\ndef handler(event, context):\n    time.sleep(20)", Timeout=25)
    source = shop.arn(shop.orders)
    mappings = shop.lab.client("lambda")
    mappings.create_event_source_mapping(EventSourceArn=source, FunctionName="slow")
    shop.lab.advance(5)
    shop.send("rye")
    shop.lab.advance(10)
    [run] = rows(stage_of(shop.scene())["runs"], "end", "over")
    assert run == (None, None)
    shop.lab.advance(60)
    scene = shop.scene()
    [(begin, begun, end, over)] = rows(stage_of(scene)["runs"], "begin", "begun", "end", "over")
    times = [scene.timeline.aws_time(at / 1000) for at in (begin, end)]
    assert (times[1] - times[0]) / SECOND == pytest.approx(20, abs=2)
    assert scene.moves[begun].text == "slow began to run with 1 message"
    assert scene.moves[over].text.startswith("slow ran with 1 message for 20")


# ---- what is known of each thing


def test_each_node_and_line_has_the_history_of_its_settings(shop):
    shop.machine(BatchSize=7)
    shop.lab.advance(60)
    shop.sqs.set_queue_attributes(QueueUrl=shop.orders, Attributes={"VisibilityTimeout": "99"})
    stage = stage_of(shop.scene())
    [orders] = [node for node in stage["nodes"] if node["label"] == "orders"]
    timeouts = [settings["VisibilityTimeout"] for _, settings in orders["settings"]]
    assert (timeouts[0], timeouts[-1]) == ("30", "99")
    assert orders["settings"][-1][0] >= 60 * SECOND
    [poll] = [line for line in stage["lines"] if line["way"] == "poll"]
    assert poll["settings"][-1][1]["BatchSize"] == 7


def test_what_a_message_says_is_there_whatever_it_says(shop):
    bodies = [
        "<script>alert(1)</script>",
        '"quotes" & ends',
        "emoji \N{SHORTCAKE}",
        "\N{HEBREW LETTER ALEF}\u202e",
    ]
    shop.send(*bodies)
    shop.sqs.send_message(
        QueueUrl=shop.orders,
        MessageBody="x",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "</script>"}},
    )
    stage = json.loads(stage_json(shop.scene(), "", ""))
    assert stage["messages"]["body"] == [*bodies, "x"]
    assert stage["messages"]["attributes"]["5"]["kind"]["StringValue"] == "</script>"


def test_long_bodies_are_cut_where_there_are_many(shop, monkeypatch):
    monkeypatch.setattr("workbook.flow.stage.BODIES", 100)
    shop.send("a" * 50, "b" * 51)
    messages = stage_of(shop.scene())["messages"]
    assert [len(body) for body in messages["body"]] == [50, 50]
    assert messages["cut"] == [2]


def test_an_empty_trace_has_a_stage_too(lab):
    stage = json.loads(stage_json(Scene.of([], lab.world.clock.now), "", ""))
    assert (stage["nodes"], stage["moves"]["time"], stage["length"]) == ([], [], 0)


def test_a_part_shows_the_contents_of_its_queues_whole(shop):
    shop.send("rye", "bun")
    shop.receive()
    scene = shop.scene()
    part = scene.narrowed_to(lambda move: move.status is Status.DELIVERED and "received" in move.text)
    stage = stage_of(part)
    assert contents(stage, lambda *_: True) == without_empty(counts_at(scene.changes, scene.now))


def test_the_same_run_has_the_same_bytes(shop):
    shop.send("rye")
    scene = shop.scene()
    once = stage_json(scene, "", "")
    assert stage_json(shop.scene(), "", "") == once


def test_ten_thousand_hops_are_small(shop):
    for _ in range(200):
        entries = [{"Id": str(number), "MessageBody": "order of a lemon pie"} for number in range(10)]
        shop.sqs.send_message_batch(QueueUrl=shop.orders, Entries=entries)
    while batch := shop.receive(MaxNumberOfMessages=10):
        for message in batch:
            shop.delete(message)
    hops = len(shop.lab.trace)
    assert len(stage_json(shop.scene(), "", "")) < 100 * hops


# ---- copies


def open_fan_out(lab, *queues):
    """A bus with a rule for everything, whose targets are queues that let it in."""
    sqs, events = lab.client("sqs"), lab.client("events")
    arns = [f"arn:aws:sqs:us-east-1:123456789012:{queue}" for queue in queues]
    for queue, arn in zip(queues, arns, strict=True):
        allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        sqs.create_queue(QueueName=queue, Attributes={"Policy": policy})
    events.put_rule(Name="all", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="all", Targets=[{"Id": arn[-1], "Arn": arn} for arn in arns])
    return events


def test_a_message_that_was_delivered_to_several_queues_lies_in_each_of_them(lab):
    events = open_fan_out(lab, "a", "b", "c")
    for number in (1, 2):
        detail = json.dumps({"n": number})
        events.put_events(Entries=[{"Source": "shop", "DetailType": "Order", "Detail": detail}])
    lab.run_until_idle()
    scene = scene_of(lab.world)
    check_contents(scene)
    stage = stage_of(scene)
    assert list(contents(stage, lambda *_: True).values()) == [Counts(2, 0, 0)] * 3
    copies = stage["messages"]["copies"]
    assert sorted(copies[copy - 1] for copy in set(stage["changes"]["message"])) == [1, 1, 1, 2, 2, 2]


def test_what_a_message_says_is_what_was_published_whatever_copies_there_are(lab):
    events = open_fan_out(lab, "a", "b")
    for number in (1, 2):
        detail = json.dumps({"n": number})
        events.put_events(Entries=[{"Source": "shop", "DetailType": "Order", "Detail": detail}])
    lab.run_until_idle()
    messages = stage_of(scene_of(lab.world))["messages"]
    assert [json.loads(body)["detail"]["n"] for body in messages["body"]] == [1, 2]
    assert messages["word"] == {1: "event", 2: "event"}


def test_where_nothing_was_delivered_twice_there_are_no_copies(lab, sqs):
    url = sqs.create_queue(QueueName="a")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a pie")
    messages = stage_of(scene_of(lab.world))["messages"]
    assert (messages["copies"], messages["word"]) == ([], {})
