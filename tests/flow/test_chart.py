"""A chart shows the numbers that the trace gives, at every instant, and draws its lines where they are."""

import itertools
import json
import re

import pytest
from histories import HISTORIES, RELAXED, History
from hypothesis import given, settings
from hypothesis import strategies as st
from message_plane import Desk, draft
from pictures import HOSTILE, marks, parsed, texts
from work import calls_during

from workbook import Lab
from workbook.aws.sqs.metrics import MINUTE
from workbook.engine.clock import SECOND
from workbook.engine.seeds import Chaos
from workbook.flow.chart import Chart
from workbook.flow.chart_picture import PANEL
from workbook.flow.chart_scales import time_ticks, top_age, top_count
from workbook.flow.resources import Kind
from workbook.flow.scene import Scene
from workbook.flow.system import Node

BRIEF = settings(parent=RELAXED, max_examples=50)
SECONDS = st.floats(0, 300, allow_nan=False)


class Watched(History):
    """A history that notes since when the oldest message was there, as the queue's own metric has it."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.oldest = {}

    def check(self):
        super().check()
        for queue in (self.queue, self.dead):
            queue.settle()
            self.oldest[queue.arn, self.desk.now] = queue._core.storage._gauges().oldest

    def final(self, instant):
        """Whether the last action at an instant was the last thing that happened at it."""
        hops, _ = self.seen[instant]
        return all(hop.time > instant for hop in self.desk.world.trace[hops:])


def chart_of_history(history):
    scene = Scene.of(list(history.desk.world.trace), history.desk.now)
    queues = (history.queue, history.dead)
    nodes = [Node(queue.arn, Kind.FIFO_QUEUE if history.fifo else Kind.QUEUE, queue.name) for queue in queues]
    return Chart(scene, nodes)


def measures(chart, resource="orders"):
    [subject] = [subject for subject in chart.subjects if subject.node.label == resource]
    return {measure.column: measure for measure in subject.measures}


def happenings(chart, resource="orders"):
    [subject] = [subject for subject in chart.subjects if subject.node.label == resource]
    return {happened.column: happened.times for happened in subject.happenings if happened.times}


# ---- numbers


@given(HISTORIES, st.sampled_from(["", ".fifo"]))
@BRIEF
def test_at_every_instant_the_chart_counts_what_the_queue_counted(actions, suffix):
    history = Watched(suffix).play(actions)
    chart = chart_of_history(history)
    for instant, (_, counts) in history.seen.items():
        for queue in (history.queue, history.dead) if history.final(instant) else ():
            shown = measures(chart, queue.name)
            found = tuple(shown[column].at(instant) for column in ("visible", "in_flight", "delayed"))
            assert found == counts[queue.arn]


@given(HISTORIES, st.sampled_from(["", ".fifo"]), st.integers(0, 1000))
@BRIEF
def test_the_age_is_that_of_the_queues_own_metric_at_every_instant(actions, suffix, seed):
    chaos = None if suffix else Chaos(duplicates=0.3, reordering=0.3)
    history = Watched(suffix, seed, chaos).play(actions)
    chart = chart_of_history(history)
    for (arn, instant), oldest in history.oldest.items():
        if not history.final(instant):
            continue
        assert measures(chart, arn.rpartition(":")[2])["age_of_oldest"].raw_at(instant) == oldest


@given(HISTORIES)
@BRIEF
def test_the_age_is_what_cloudwatch_publishes_every_minute(actions):
    history = History("")
    history.desk.advance(0.5)  # so that nothing happens at the very end of a minute
    history.play(actions)
    history.desk.advance(120)
    history.queue.settle()
    age = measures(chart_of_history(history))["age_of_oldest"]
    for datum in history.queue.metrics.drain(history.desk.now):
        if datum.name == "ApproximateAgeOfOldestMessage":
            assert (
                int(age.at(datum.begin + MINUTE) or 0) == datum.tally.total
            )  # a chart has a gap at no message


def test_a_message_that_was_received_three_times_no_longer_counts_for_the_age():
    desk = Desk()
    queue = desk.queue()
    queue.send(draft("poison"))
    for _ in range(2):
        queue.receive(1, 10)
        desk.advance(10)
    queue.send(draft("fresh"))
    queue.receive(1, 10)
    desk.advance(5)
    chart = Chart(Scene.of(list(desk.world.trace), desk.now), [Node(queue.arn, Kind.QUEUE, "orders")])
    shown = measures(chart)
    assert shown["age_of_oldest"].at(desk.now) == 5
    assert shown["age_counting_all"].at(desk.now) == 25
    assert "the dashed line counts them, too" in chart.prose()
    assert marks(parsed(chart.svg()), "wb-beside")


def test_in_a_fifo_queue_every_message_counts_and_nothing_is_dashed():
    desk = Desk()
    queue = desk.queue("orders.fifo")
    queue.send(draft("poison", group_id="a", deduplication_id="1"))
    for _ in range(4):
        queue.receive(1, 10)
        desk.advance(10)
    chart = Chart(Scene.of(list(desk.world.trace), desk.now), [Node(queue.arn, Kind.FIFO_QUEUE, "orders")])
    assert measures(chart)["age_of_oldest"].at(desk.now) == 40
    assert not marks(parsed(chart.svg()), "wb-beside")
    assert "received" not in chart.prose()


@given(HISTORIES, SECONDS, SECONDS)
@BRIEF
def test_the_largest_value_is_the_largest_there_is(actions, one, other):
    chart = chart_of_history(History("").play(actions))
    first, last = (chart.window.first + round(seconds * SECOND) for seconds in sorted([one, other]))
    for measure in measures(chart).values():
        instants = [first, last, *(t for t in measure.times if first <= t <= last)]
        before = [instant - 1 for instant in instants if instant - 1 >= first]
        values = [measure.at(instant) for instant in (*instants, *before)]
        largest = max((value for value in values if value is not None), default=0)
        assert measure.most(first, last) == pytest.approx(largest, abs=2e-6)


def test_who_is_at_work_and_what_went_wrong(shop):
    shop.lab.function(
        "slow", "import time\ndef handler(event, context):\n    time.sleep(2)\n    raise KeyError"
    )
    shop.lab.client("lambda").create_event_source_mapping(
        EventSourceArn=shop.arn(shop.orders), FunctionName="slow", BatchSize=1
    )
    shop.send("rye", "brioche", "bun")
    shop.lab.run_until_idle()
    chart = shop.lab.chart("orders", "slow", "dead")
    runs = [hop for hop in shop.lab.trace if hop.kind == "invoke"]
    assert len(runs) == 6
    at_work, running = measures(chart)["invocations_of_slow"], measures(chart, "slow")["running"]
    for instant in {hop.time + shift for hop in runs for shift in (-1, 0, 1, SECOND)}:
        expected = sum(hop.time <= instant < hop.facts["ended_at"] for hop in runs)
        assert at_work.at(instant) == running.at(instant) == expected
    ended = sorted(hop.facts["ended_at"] for hop in runs)
    wrong = happenings(chart)
    assert wrong["failed_runs"] == happenings(chart, "slow")["failed_runs"] == ended
    assert len(wrong["came_back"]) == 6
    assert wrong["dead_lettered"] == [hop.time for hop in shop.lab.trace if hop.kind == "dead-letter"]
    assert happenings(chart, "dead") == {}
    assert "orders, what went wrong: failed runs 6, came back 6, dead-lettered 3." in chart.prose()


def test_refused_calls_belong_to_the_queue_that_refused_them(shop):
    with pytest.raises(shop.sqs.exceptions.ClientError):
        shop.sqs.send_message(QueueUrl=shop.orders, MessageBody="rye", DelaySeconds=901)
    assert len(happenings(shop.lab.chart("orders"))["refused"]) == 1


def test_instances_of_a_group_are_counted_from_the_hops(lab):
    group = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:u:autoScalingGroupName/workers"
    trace = lab.world.trace
    trace.record("create", group, settings={})
    for instance in ("i-1", "i-2"):
        trace.record("launch", group, instance=instance)
    lab.advance(60)
    trace.record("in-service", group, instance="i-1")
    lab.advance(60)
    trace.record("in-service", group, instance="i-2")
    trace.record("terminate", group, instance="i-1")
    shown = measures(lab.chart("workers"), "workers")
    begin = trace[0].time
    assert [shown["launching"].at(begin + second * SECOND) for second in (30, 90, 121)] == [2, 1, 0]
    [in_service] = [measure for name, measure in shown.items() if name.startswith("instances")]
    assert [in_service.at(begin + second * SECOND) for second in (30, 90, 121)] == [0, 1, 1]


# ---- lines


def drawn_at(path, x):
    """The height of a line of steps at a place across."""
    place = height = 0.0
    for letter, numbers in re.findall(r"([MHV])([-\d. ]+)", path):
        values = [float(number) for number in numbers.split()]
        if letter == "M":
            place, height = values
        elif letter == "H":
            if place <= x <= values[0]:
                return height
            place = values[0]
        else:
            height = values[0]
    return height


@given(HISTORIES, st.lists(st.floats(0, 1), min_size=5, max_size=5))
@BRIEF
def test_a_count_is_drawn_as_steps_at_the_height_of_its_value(actions, shares):
    chart = chart_of_history(History("").play(actions))
    tree, window = parsed(chart.svg()), chart.window
    plot = marks(tree, "wb-plot")[0]
    left, width = float(plot.get("x")), float(plot.get("width"))
    panel = marks(tree, "wb-panel")[0]
    line = marks(panel, "wb-value")[0].get("d")
    assert "L" not in line
    depth = measures(chart)["visible"]
    span = window.last - window.first
    for share in shares:
        x = left + share * width
        if any(abs(left + (t - window.first) / span * width - x) < 1 for t in depth.times):
            continue
        expected = float(panel.get("data-base")) - PANEL * depth.at(
            window.first + round(share * span)
        ) / float(panel.get("data-top"))
        assert drawn_at(line, x) == pytest.approx(expected, abs=0.02)


def test_twenty_thousand_changes_make_a_short_line_that_keeps_its_peak():
    desk = Desk()
    queue = desk.queue()
    for number in range(3400):
        queue.send(draft())
        [delivery] = queue.receive(1, 30)
        queue.delete(delivery.receipt_handle)
        if number == 1700:
            for _ in range(50):
                queue.send(draft("burst"))
            for delivery in [one for _ in range(5) for one in queue.receive(10, 30)]:
                queue.delete(delivery.receipt_handle)
        desk.advance(0.5)
    hops = list(desk.world.trace)
    assert len(hops) > 10_000

    def draw():
        return Chart(Scene.of(hops, desk.now), [Node(queue.arn, Kind.QUEUE, "orders")]).svg()

    assert len(draw()) < 150_000
    assert calls_during(draw) < 100 * len(hops)


def test_whoever_takes_the_next_message_at_once_looks_busy_all_the_time():
    desk = Desk()
    queue = desk.queue()
    for _ in range(2000):
        queue.send(draft())
        [delivery] = queue.receive(1, 30)
        desk.advance(5)
        queue.delete(delivery.receipt_handle)
        desk.advance(0.001)
    chart = Chart(Scene.of(list(desk.world.trace), desk.now), [Node(queue.arn, Kind.QUEUE, "orders")])
    panel = marks(parsed(chart.svg()), "wb-panel")[1]
    line, top = marks(panel, "wb-value")[0].get("d"), float(panel.get("data-base")) - PANEL
    plot = marks(panel, "wb-plot")[0]
    for share in (0.1, 0.5, 0.77):
        assert drawn_at(line, float(plot.get("x")) + share * float(plot.get("width"))) == top
    assert len(line) < 100


def test_of_many_changes_on_one_place_the_highest_is_drawn(shop):
    shop.send("warm up")
    shop.lab.advance(hours=1)
    shop.send(*map(str, range(30)))
    shop.sqs.purge_queue(QueueUrl=shop.orders)
    shop.lab.advance(hours=1)
    panel = marks(parsed(shop.lab.chart("orders").svg()), "wb-panel")[0]
    heights = [float(number) for number in re.findall(r"V([-\d.]+)", marks(panel, "wb-brief")[0].get("d"))]
    expected = float(panel.get("data-base")) - PANEL * 31 / float(panel.get("data-top"))
    assert min(heights) == pytest.approx(expected, abs=0.02)


# ---- scales


@given(st.integers(1_000, 400 * 86_400 * SECOND), st.integers(0, 90 * 86_400 * SECOND), st.integers(2, 12))
def test_ticks_of_time_are_few_even_and_within(span, begin, most):
    ticks = time_ticks(begin, begin + span, 0, most)
    instants = [instant for instant, _ in ticks]
    assert len(ticks) <= most + 1
    assert all(begin <= instant <= begin + span for instant in instants)
    assert len({text for _, text in ticks}) == len(ticks), "no two say the same"
    assert len({later - earlier for earlier, later in itertools.pairwise(instants)}) <= 1


@pytest.mark.parametrize(
    ("seconds", "texts"),
    [
        (0.004, ["0", "0.001 s", "0.002 s", "0.003 s", "0.004 s"]),
        (37, ["0", "10 s", "20 s", "30 s"]),
        (150, ["0", "30 s", "1 min", "1 min 30 s", "2 min", "2 min 30 s"]),
        (7_200, ["0", "30 min", "1 h", "1 h 30 min", "2 h"]),
        (4 * 86_400, ["0", "1 d", "2 d", "3 d", "4 d"]),
    ],
)
def test_ticks_stand_at_times_that_people_say(seconds, texts):
    assert [text for _, text in time_ticks(0, round(seconds * SECOND), 0, 5)] == texts


@given(st.floats(0, 1e7))
def test_the_top_of_a_scale_is_not_below_what_is_drawn_and_not_far_above(most):
    assert most <= top_count(most) <= max(1, 2 * most + 1)
    assert most <= top_age(most) * (1 + 1e-9)
    assert top_age(most) <= max(1, 2.5 * most + 0.001)


# ---- form


def test_a_frame_has_the_numbers_of_each_instant(shop):
    shop.send("rye", "brioche")
    shop.receive()
    shop.lab.advance(40)
    frame = shop.lab.chart("orders").frame()
    assert frame.columns[:5].tolist() == ["time", "seconds", "resource", "visible", "in_flight"]
    assert frame[["visible", "in_flight"]].to_numpy().tolist() == [
        [0, 0],
        [1, 0],
        [2, 0],
        [1, 1],
        [2, 0],
        [2, 0],
    ]
    assert frame["came_back"].tolist() == [0, 0, 0, 0, 1, 1]
    assert frame["seconds"].is_monotonic_increasing
    assert str(frame["time"].iloc[0].tzinfo) == "UTC"
    assert frame["age_of_oldest"].iloc[-1] == pytest.approx(40, abs=0.01)


def test_without_a_name_the_queues_that_held_messages_are_shown_dead_letters_last(shop):
    for body in ("glass", "rye"):
        shop.send(body)
    for _ in range(3):
        shop.receive(MaxNumberOfMessages=10, VisibilityTimeout=0)
    shop.queue("unused")
    chart = shop.lab.chart()
    assert [subject.node.label for subject in chart.subjects] == ["orders", "dead"]
    assert set(texts(parsed(chart.svg()))) >= {"orders", "dead", "dead-letter queue", "visible"}


def test_a_stretch_of_time_can_be_shown_alone(shop):
    shop.send("rye")
    shop.lab.advance(100)
    shop.send("brioche")
    shop.lab.advance(100)
    chart = shop.lab.chart("orders", since=50, until=90)
    assert chart.window.last - chart.window.first == 40 * SECOND
    assert "visible at most 1, 1 at the end" in chart.prose()
    assert chart.frame()["seconds"].tolist() == [50, 90]


@pytest.mark.parametrize(
    ("names", "options", "error", "text"),
    [
        (["bakery"], {}, LookupError, r"chart\('bakery'\): .*; there are dead, orders"),
        ([7], {}, TypeError, "pass names of queues"),
        ([], {"since": 20, "until": 10}, ValueError, "since=20, until=10: there is no time between them"),
        ([], {"since": "noon"}, TypeError, "since='noon'"),
        ([], {"until": True}, TypeError, "until=True"),
        ([], {"since": 1_000}, ValueError, "after the first hop now"),
    ],
)
def test_errors_say_what_helps(shop, names, options, error, text):
    with pytest.raises(error, match=text):
        shop.lab.chart(*names, **options)


def test_nothing_yet(lab):
    chart = lab.chart()
    assert texts(parsed(chart.svg())) == ["There is no queue, function or group yet."]
    assert chart.prose().endswith("There is no queue, function or group yet.")
    assert chart.frame().empty


def test_names_are_text_and_nothing_else():
    desk = Desk()
    queue = desk.queue(HOSTILE)
    queue.send(draft())
    scene = Scene.of(list(desk.world.trace), desk.now)
    chart = Chart(scene, [Node(queue.arn, Kind.QUEUE, HOSTILE)])
    for svg in (chart.svg(), chart.narrow_svg()):
        parsed(svg)
        assert "<script" not in svg
        assert "\u202e" not in svg
    assert "\u202e" not in chart.prose()


def test_the_same_seed_gives_the_same_bytes():
    def run():
        with Lab(seed=5) as lab:
            sqs = lab.client("sqs")
            orders = sqs.create_queue(QueueName="orders")["QueueUrl"]
            sqs.send_message(QueueUrl=orders, MessageBody="rye")
            sqs.receive_message(QueueUrl=orders)
            lab.advance(31)
            return json.dumps(lab.chart().bundle())

    assert run() == run()


def test_everything_at_one_instant_can_be_charted():
    desk = Desk()
    queue = desk.queue()
    queue.send(draft())
    chart = Chart(Scene.of(list(desk.world.trace), desk.now), [Node(queue.arn, Kind.QUEUE, "orders")])
    assert measures(chart)["visible"].at(desk.now) == 1
    parsed(chart.svg())
