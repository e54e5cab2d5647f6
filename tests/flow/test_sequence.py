"""A sequence draws what the trace says: who, to whom, when, and how long a message stayed hidden."""

import json

import pytest
from histories import HISTORIES, RELAXED, History
from hypothesis import given, settings
from hypothesis import strategies as st
from message_plane import Desk, draft
from pictures import HOSTILE, ends, lanes, marks, numbers, parsed, texts
from work import calls_during

from workbook import Lab
from workbook.engine.seeds import Chaos
from workbook.flow.callers import Callers
from workbook.flow.moves import Status
from workbook.flow.scene import Scene
from workbook.flow.sequence import Sequence
from workbook.flow.sequence_bars import End, Stay, bars_of
from workbook.flow.sequence_layout import WIDE, layout_of
from workbook.flow.sequence_rows import MOST_ROWS, Bundling, rows_of
from workbook.flow.sequence_steps import steps_of

EN_DASH = "\N{EN DASH}"
BRIEF = settings(parent=RELAXED, max_examples=50)


def scene_of(history):
    return Scene.of(list(history.desk.world.trace), history.desk.now)


def callers_of(scene):
    return Callers(scene.hops, scene.wiring)


def bars(scene):
    return bars_of(scene, callers_of(scene))


class Hidden:
    """Each time in flight of one message, found hop by hop: when it began, when it ended, and how."""

    def __init__(self, message, hops, now):
        self.message, self.found, self.begun, self.until = message, [], None, None
        for hop in hops:
            when = hop.facts.get("expired_at", hop.time)
            self.run_out(when)
            getattr(self, hop.kind.replace("-", "_"), lambda hop, when: None)(hop, when)
            self.run_out(when)
        self.run_out(now)
        if self.begun is not None:
            self.end(None, End.OPEN)

    def run_out(self, instant):
        if self.begun is not None and self.until <= instant:
            self.end(self.until, End.RAN_OUT)

    def end(self, instant, how):
        if self.begun is not None:
            self.found.append((self.message, self.begun, instant, how))
        self.begun = None

    def receive(self, hop, when):
        if not hop.facts.get("duplicate"):
            self.begun = when if self.begun is None else self.begun
            self.until = hop.facts["visible_at"]

    def hide(self, hop, when):
        self.until = hop.facts["visible_at"]
        if self.until <= when:
            self.end(when, End.GIVEN_BACK)
        elif self.begun is None:
            self.begun = when

    def delete(self, hop, when):
        if not hop.facts.get("kept") and not hop.facts.get("already_deleted"):
            self.end(when, End.DELETED)

    def expire(self, _, when):
        self.end(when, End.GONE)

    purge = expire


def hidden_times(hops, now):
    messages = {hop.message for hop in hops if hop.message}
    lives = [Hidden(message, [hop for hop in hops if hop.message == message], now) for message in messages]
    return sorted((time for life in lives for time in life.found), key=str)


# ---- what is drawn is what happened


@given(HISTORIES, st.sampled_from(["", ".fifo"]))
@BRIEF
def test_every_move_is_in_exactly_one_row_at_its_time(actions, suffix):
    scene = scene_of(History(suffix).play(actions))
    rows = rows_of(steps_of(scene, callers_of(scene)))
    steps = [step for row in (*rows.shown, *rows.left_out) for step in row.steps]
    drawn = sorted((step.sentence, step.hop or 0) for step in steps)
    assert drawn == sorted((move.text, move.hop or 0) for move in scene.moves)
    starts = [row.time for row in (*rows.shown, *rows.left_out)]
    assert starts == sorted(starts)


@given(HISTORIES)
@BRIEF
def test_every_arrow_goes_from_the_lane_of_its_source_to_that_of_its_target(actions):
    scene = scene_of(History("").play(actions))
    sequence = Sequence(scene)
    rows = rows_of(steps_of(scene, callers_of(scene))).shown
    if not rows:
        return
    tree = parsed(sequence.svg())
    places = [node.place for node in sequence.lanes]
    xs = [*lanes(tree), 1e9]
    arrows = marks(tree, "wb-arrow")
    assert len(arrows) == len(rows)
    for arrow, row in zip(arrows, rows, strict=True):
        assert numbers(arrow) == sorted(scene.letters[message].number for message in row.messages)
        if row.at_place:
            assert ends(arrow) is None
            continue
        for x, place in zip(ends(arrow), (row.source, row.target), strict=True):
            lane = places.index(place)
            assert xs[lane] - 1 <= x < xs[lane + 1]


@given(HISTORIES, st.integers(0, 1000))
@BRIEF
def test_times_in_flight_end_where_they_must(actions, seed):
    history = History("", seed, Chaos(duplicates=0.3, reordering=0.3, missed_polls=0.3)).play(actions)
    scene = scene_of(history)
    found = [
        (bar.messages[0], bar.start, bar.end, bar.ending) for bar in bars(scene) if bar.stay is Stay.IN_FLIGHT
    ]
    assert sorted(found, key=str) == hidden_times(scene.hops, scene.now)


@given(HISTORIES)
@BRIEF
def test_a_bar_ends_at_the_row_that_ended_it(actions):
    scene = scene_of(History("").play(actions))
    sequence = Sequence(scene)
    rows = sequence.rows
    if rows.left_out or not rows.shown:
        return
    layout = layout_of(sequence.lanes, rows.shown, sequence.bars, scene.now, WIDE, whole=True)
    at = dict(zip(layout.ys, rows.shown, strict=True))
    for block in layout.blocks:
        assert layout.form.head <= block.top < block.bottom <= layout.bottom
        if (
            len(block.bars) > 1
            or block.stay is not Stay.IN_FLIGHT
            or block.bars[0].start == block.bars[0].end
        ):
            continue
        [bar] = block.bars
        assert bar.first in {step.hop for step in at[block.top].steps}
        if bar.ending is End.RAN_OUT:
            assert at[block.bottom].status is Status.RETURNED
            assert bar.end in {step.time for step in at[block.bottom].steps}
        elif bar.ending is End.DELETED:
            assert bar.last in {step.hop for step in at[block.bottom].steps}
        elif bar.ending is End.OPEN:
            assert block.bottom == layout.bottom


# ---- stories


def test_a_visibility_timeout_that_is_too_short(lab, shop):
    shop.send("rye")
    with lab.actor("first cook"):
        [first] = shop.receive()
    lab.advance(45)
    with lab.actor("second cook"):
        [second] = shop.receive()
    with lab.actor("second cook"):
        shop.delete(second)
    with lab.actor("first cook"):
        shop.delete(first)
    sequence = lab.sequence()
    assert [node.label for node in sequence.lanes] == ["you", "orders", "first cook", "second cook"]
    rows = [(row.steps[0].text, label(row.source), label(row.target)) for row in sequence.rows.shown]
    assert rows == [
        ("“rye”", "you", "orders"),
        ("receive, hidden 30 s", "orders", "first cook"),
        ("visible again after 30 s", "first cook", "orders"),
        ("2nd receive, hidden 30 s", "orders", "second cook"),
        ("delete", "second cook", "orders"),
        ("deleted again", "first cook", "orders"),
    ]
    assert [bar.ending for bar in sequence.bars] == [End.RAN_OUT, End.DELETED]
    assert (
        "Times in flight: 1 ended with the delete in time; 1 ended because the visibility timeout ran out."
        in (sequence.prose())
    )


def label(place):
    return place.rpartition(":")[2]


def test_dead_letters_stand_at_the_right_and_functions_beside_their_queue(shop):
    shop.machine(BatchSize=1)
    shop.send("glass", "rye")
    shop.lab.run_until_idle()
    sequence = shop.lab.sequence()
    assert [node.label for node in sequence.lanes] == ["you", "orders", "machine", "dead"]
    assert [bar.ending for bar in sequence.bars if bar.stay is Stay.RUNNING].count(End.FAILED) == 2
    last = sequence.rows.shown[-1]
    assert last.status is Status.DEAD_LETTERED
    assert last.steps[0].text == "dead letter, instead of a 3rd receive"


def test_a_handler_that_feeds_its_own_queue_does_not_turn_the_lanes_round(shop):
    handler = (
        "import boto3\n"
        "def handler(event, context):\n"
        '    if event["Records"][0]["body"] == "again":\n'
        f'        boto3.client("sqs").send_message(QueueUrl="{shop.orders}", MessageBody="done")\n'
    )
    shop.lab.function("machine", handler)
    shop.lab.client("lambda").create_event_source_mapping(
        EventSourceArn=shop.arn(shop.orders), FunctionName="machine", BatchSize=1
    )
    shop.send("again")
    shop.lab.run_until_idle()
    assert [node.label for node in shop.lab.sequence().lanes] == ["you", "orders", "machine"]


def test_a_long_poll_is_a_question_and_its_answer_with_the_wait_between_them(shop):
    shop.receive(WaitTimeSeconds=20)
    sequence = shop.lab.sequence()
    question, answer = sequence.rows.shown
    assert (question.steps[0].text, answer.steps[0].text) == ("asks, and waits", "got nothing")
    assert answer.time - question.time == 20_000_000
    assert [bar.stay for bar in sequence.bars] == [Stay.WAITING]
    assert "20 s later" in texts(parsed(sequence.svg()))


def test_a_delay_is_a_bar_at_the_queue_until_it_is_over(shop):
    shop.send("rye", DelaySeconds=300)
    shop.lab.advance(301)
    sequence = shop.lab.sequence()
    [bar] = sequence.bars
    assert (bar.stay, bar.place, bar.end - bar.start) == (Stay.DELAYED, shop.arn(shop.orders), 300_000_000)
    assert [row.steps[0].text for row in sequence.rows.shown] == ["delayed 5 min: “rye”", "the delay is over"]


def test_a_longer_timeout_lengthens_the_bar(shop):
    shop.send("rye")
    [message] = shop.receive()
    shop.lab.advance(20)
    shop.sqs.change_message_visibility(
        QueueUrl=shop.orders, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=120
    )
    shop.lab.advance(119)
    [bar] = shop.lab.sequence().bars
    assert bar.ending is End.OPEN
    shop.lab.advance(2)
    sequence = shop.lab.sequence()
    [bar] = sequence.bars
    assert bar.ending is End.RAN_OUT
    assert "visible again after 2 min 20 s" in texts(parsed(sequence.svg()))


def test_what_expires_stands_where_its_retention_ended(shop):
    shop.send("rye")
    shop.lab.advance(days=5)
    row = shop.lab.sequence().rows.shown[-1]
    assert row.steps[0].text == "expired"
    assert (row.time - shop.lab.trace[0].time) // 1_000_000 == 4 * 86_400


# ---- much


def test_where_days_go_by_times_are_those_of_aws_s_clock():
    with Lab(seed=1) as lab:
        sqs = lab.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="rye")
        assert {"seconds", "0.001"} <= set(texts(parsed(lab.sequence().svg())))
        lab.advance(days=2, hours=1)
        sqs.send_message(QueueUrl=url, MessageBody="oats")
        sequence = lab.sequence()
    assert {"UTC", "05 Jan 09:00:00", "07 Jan 10:00:00"} <= set(texts(parsed(sequence.svg())))
    assert {"UTC", "05 Jan", "09:00:00", "07 Jan", "10:00:00"} <= set(texts(parsed(sequence.narrow_svg())))
    assert sequence.prose().endswith("\n07 Jan 10:00:00.002: you sent message 2 to orders.")


def test_few_steps_are_drawn_one_by_one_and_neighbours_of_many_as_one(shop):
    shop.send(*map(str, range(20)))
    assert len(shop.lab.sequence().rows.shown) == 20
    shop.send(*map(str, range(20)))
    sequence = shop.lab.sequence()
    assert sequence.rows.bundling is Bundling.NEIGHBOURS
    [row] = sequence.rows.shown
    assert len(row.messages) == 40
    [arrow] = marks(parsed(sequence.svg()), "wb-arrow")
    assert texts(arrow)[1:] == [f"1{EN_DASH}40", "40 messages"]


def test_what_does_not_fit_is_said_with_what_helps(shop):
    for number in range(MOST_ROWS + 5):
        shop.send(str(number))
        shop.lab.advance(10)
    sequence = shop.lab.sequence()
    assert len(sequence.rows.shown) == MOST_ROWS
    assert [len(row.steps) for row in sequence.rows.left_out] == [1] * 5
    seconds = (sequence.rows.left_out[0].time - shop.lab.trace[0].time) / 1_000_000
    note = sequence.prose().splitlines()[-1]
    assert note.startswith(f"5 more are left out, from second {seconds:.3f} on.")
    assert "lab.sequence(of=message)" in note
    rest = shop.lab.sequence(since=seconds)
    assert [row.time for row in rest.rows.shown] == [row.time for row in sequence.rows.left_out]
    assert len(sequence.prose().splitlines()) < 25


def test_a_bar_whose_end_is_left_out_goes_on(shop):
    shop.send("rye")
    shop.receive(VisibilityTimeout=3000)
    for number in range(MOST_ROWS + 5):
        shop.send(str(number))
        shop.lab.advance(10)
    shop.lab.advance(3000)
    bar = marks(parsed(shop.lab.sequence().svg()), "wb-bar")[0]
    assert next(bar.iter("{http://www.w3.org/2000/svg}title")).text == "message 1 in flight, goes on"


def test_it_can_be_narrowed_to_a_message_a_time_and_a_resource(shop):
    shop.send("rye", "brioche")
    for message in shop.receive(MaxNumberOfMessages=10):
        shop.delete(message)
    one = shop.lab.sequence(of=2)
    assert [row.messages for row in one.rows.shown] == [(list(one.scene.letters)[1],)] * 3
    assert {bar.messages for bar in one.bars} == {(list(one.scene.letters)[1],)}
    assert "only message 2" in one.prose()
    with pytest.raises(LookupError, match="there are you, dead, orders"):
        shop.lab.sequence(only="bakery")


# ---- form


def test_nothing_yet(lab):
    sequence = lab.sequence()
    assert "Nothing has happened yet" in texts(parsed(sequence.svg()))[0]
    assert sequence.prose() == "Sequence: nothing has happened yet that could be shown."


def test_names_and_bodies_are_text_and_nothing_else(lab):
    sqs = lab.client("sqs")
    orders = sqs.create_queue(QueueName="o" * 80)["QueueUrl"]
    with lab.actor(HOSTILE):
        sqs.send_message(QueueUrl=orders, MessageBody=HOSTILE.replace("\x0b", ""))
        sqs.receive_message(QueueUrl=orders)
    sequence = lab.sequence()
    for svg in (sequence.svg(), sequence.narrow_svg()):
        parsed(svg)
        assert "<script" not in svg
        assert "\u202e" not in svg
    assert "\u202e" not in sequence.prose()
    assert "<script" not in sequence.html()


def test_the_same_seed_gives_the_same_bytes():
    def run():
        with Lab(seed=5) as lab:
            sqs = lab.client("sqs")
            orders = sqs.create_queue(QueueName="orders")["QueueUrl"]
            sqs.send_message(QueueUrl=orders, MessageBody="rye")
            sqs.receive_message(QueueUrl=orders)
            lab.advance(31)
            return json.dumps(lab.sequence().bundle())

    assert run() == run()


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_no_name_runs_into_another(lab, count):
    sqs = lab.client("sqs")
    orders = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for number in range(count):
        with lab.actor(f"cook number {number} of the bakery round the corner"):
            sqs.receive_message(QueueUrl=orders)
    for svg in (lab.sequence().svg(), lab.sequence().narrow_svg()):
        tree = parsed(svg)
        xs = lanes(tree)
        assert xs == sorted(xs)
        assert xs[-1] < float(tree.get("width"))
        assert len(marks(tree, "wb-lane")) == count + 1


def test_ten_thousand_hops_are_drawn_in_a_picture_of_usual_size():
    desk = Desk()
    queue = desk.queue()
    for _ in range(900):
        queue.send(draft())
        queue.send(draft())
        for delivery in queue.receive(10, 7)[:1]:
            queue.delete(delivery.receipt_handle)
        desk.advance(30)
    hops = list(desk.world.trace)
    assert len(hops) > 10_000

    def draw():
        return Sequence(Scene.of(hops, desk.now)).svg()

    svg = draw()
    assert len(marks(parsed(svg), "wb-arrow")) == MOST_ROWS
    assert len(svg) < 300_000
    assert calls_during(draw) < 200 * len(hops)
