"""The drawing: its numbers are those of the trace, its XML is sound, its marks can be told apart."""

import itertools
import subprocess
import sys

import pytest
from drawing import SVG, Drawing, inside
from happenings import HAPPENINGS, RELAXED, Happenings
from hypothesis import given, settings
from hypothesis import strategies as st
from systems import PLACES, chain, fan, place, scene

from workbook.engine.world import World
from workbook.flow.flow import Flow, flow_of
from workbook.flow.lettering import shortened, width_of
from workbook.flow.moves import Status
from workbook.flow.palette import (
    DELAYED,
    ERRORS,
    FAINT,
    GLYPHS,
    HERE,
    IN_FLIGHT,
    INK,
    KINDS,
    PAGE,
    PALE,
    RUNNING,
    VISIBLE,
    contrast,
)
from workbook.flow.picture import draw
from workbook.flow.resources import Kind


def drawing_of(lab):
    return Drawing(lab.flow().svg())


def line_number(flow, source, target):
    """The number of the line between two names; None where there is none."""
    labels = {node.place: node.label for node in flow.scene.system.nodes}
    pairs = [(labels[line.source], labels[line.target]) for line in flow.scene.system.lines]
    return pairs.index((source, target)) if (source, target) in pairs else None


# ---- numbers


@RELAXED
@given(HAPPENINGS)
def test_counts_on_lines_and_in_queues_are_those_that_the_queues_answered(steps):
    happenings = Happenings().happen(steps)
    flow = happenings.flow()
    drawing = Drawing(flow.svg())
    for (source, target), count in happenings.counts.items():
        number = line_number(flow, source, target)
        assert count == (0 if number is None else drawing.arrived(number))
    for number, node in enumerate(flow.scene.system.nodes):
        if node.kind.is_queue:
            shown = drawing.numbers_at(number)
            counts = happenings.contents(node.label)
            assert (shown["wb-visible"], shown["wb-in-flight"], shown["wb-delayed"]) == tuple(counts)


@RELAXED
@given(HAPPENINGS)
def test_what_is_dead_lettered_is_counted_on_its_way(steps):
    happenings = Happenings().happen([*steps, ("advance", 45), ("receive", 10)])
    flow = happenings.flow()
    moved = sum(hop.kind == "dead-letter" for hop in happenings.desk.world.trace)
    drawing = Drawing(flow.svg())
    assert drawing.by_status(line_number(flow, "orders", "dead")) == (
        {"dead_lettered": moved} if moved else {}
    )


def test_what_fails_in_a_function_is_counted_on_its_line_and_in_it(shop):
    shop.machine(BatchSize=1)
    shop.send("rye", "glass", "spelt")
    shop.lab.run_until_idle()
    flow = shop.lab.flow()
    drawing = Drawing(flow.svg())
    line = line_number(flow, "orders", "machine")
    failed = [hop for hop in shop.lab.trace if hop.kind == "invoke" and hop.outcome != "ok"]
    received = [hop for hop in shop.lab.trace if hop.kind == "receive"]
    assert drawing.arrived(line) == len(received) == 4
    assert drawing.by_status(line) == {"retried": 1, "failed": len(failed), "returned": 2}
    machine = [node.label for node in flow.scene.system.nodes].index("machine")
    assert drawing.numbers_at(machine) == {"wb-running": 0, "wb-errors": len(failed)}
    assert drawing.by_status(line_number(flow, "orders", "dead")) == {"dead_lettered": 1}


def test_a_function_that_has_not_ended_is_running(shop):
    slow = "import time\ndef handler(event, context):\n    time.sleep(2)\n"
    shop.lab.function("slow", slow, Timeout=10)
    shop.lab.client("lambda").create_event_source_mapping(
        EventSourceArn=shop.arn(shop.orders), FunctionName="slow"
    )
    shop.send("rye")
    shop.lab.advance(6)  # the mapping takes 5 s to become enabled
    flow = shop.lab.flow()
    slow = [node.label for node in flow.scene.system.nodes].index("slow")
    assert Drawing(flow.svg()).numbers_at(slow) == {"wb-running": 1, "wb-errors": 0}
    shop.lab.run_until_idle()
    assert Drawing(shop.lab.flow().svg()).numbers_at(slow) == {"wb-running": 0, "wb-errors": 0}


def test_a_group_shows_its_instances_in_service_and_the_failures_of_their_programs():
    trace = World.for_tests(seed=1).trace
    group = place("g:workers")
    trace.record("create", group, settings={})
    for instance in ("i-1", "i-2", "i-3"):
        trace.record("launch", group, instance=instance)
    for instance in ("i-1", "i-2"):
        trace.record("in-service", group, instance=instance)
    trace.record("terminate", group, instance="i-3")  # before it came into service
    trace.record("terminate", group, outcome="Cancelled", reason="all are protected")
    trace.record("fail", group, outcome="ValueError", instance="i-1")
    drawing = Drawing(flow_of(trace, trace[-1].time).svg())
    assert drawing.numbers_at(0) == {"wb-running": 2, "wb-errors": 1}


def test_a_call_that_fails_counts_as_failed_on_the_line_of_the_call(lab):
    lab.function("broken", "def handler(event, context):\n    raise ValueError\n")
    lab.client("lambda").invoke(FunctionName="broken")
    flow = lab.flow()
    drawing = Drawing(flow.svg())
    assert drawing.arrived(0) == 1
    assert drawing.by_status(0) == {"failed": 1}


# ---- form


def test_each_line_and_node_has_its_number_and_its_class():
    shown = scene(
        ["q:orders", "fifo:ordered", "q:dead", "f:machine"],
        [("p:you", "q:orders")],
        polls=[("q:orders", "f:machine")],
        redrives=[("q:orders", "q:dead")],
    )
    drawing = Drawing(Flow(shown).svg())
    assert [node.get("data-node") for node in drawing.all("wb-node")] == ["0", "1", "2", "3", "4"]
    assert [line.get("data-line") for line in drawing.all("wb-line")] == ["0", "1", "2"]
    assert [len(drawing.all(f"wb-way-{way}")) for way in ("poll", "redrive", "call")] == [1, 1, 1]
    assert [len(inside(node, "wb-counts")) for node in drawing.all("wb-node")] == [0, 1, 1, 1, 0]
    assert len(drawing.all("wb-dead-letter")) == 1
    assert drawing.all("wb-moves")[0].findall("*") == []
    assert all(inside(line, "wb-path")[0].get("d").startswith("M") for line in drawing.all("wb-line"))


@pytest.mark.parametrize("kind", sorted(PLACES))
def test_every_kind_of_node_has_a_form_and_the_word_for_it(kind):
    drawing = Drawing(Flow(scene([f"{kind}:thing"], [(f"{kind}:thing", "q:other")])).svg())
    words = [node.value for node in Kind]
    assert drawing.texts("wb-word")[0] in words
    assert drawing.all("wb-shape")


def test_no_two_kinds_that_have_different_words_look_alike():
    looks = {}
    for kind in sorted(PLACES):
        [first, *_] = Drawing(Flow(scene([f"{kind}:thing"], [(f"{kind}:thing", "q:other")])).svg()).all(
            "wb-node"
        )
        parts = [path.get("d") for path in first.iter(f"{SVG}path") if path.get("class") != "wb-glyph"]
        looks[kind] = tuple(parts), first.find(f"{SVG}path").get("stroke")
    for one, other in itertools.combinations(sorted(set(PLACES) - {"p", "c"}), 2):
        assert looks[one] != looks[other], (one, other)


def test_the_legend_names_the_marks_that_occur_and_no_others(shop):
    shop.send("rye")
    assert Drawing(shop.lab.flow().svg()).texts("wb-legend-word") == [
        "visible",
        "in flight",
        "delayed",
        "way of dead letters",
    ]
    shop.receive()
    shop.lab.advance(31)
    assert "came back" in Drawing(shop.lab.flow().svg()).texts("wb-legend-word")


def test_the_title_says_the_time_of_the_lab(shop):
    shop.send("rye")
    shop.lab.advance(minutes=4, seconds=30)
    title = Drawing(shop.lab.flow().svg()).texts("wb-title")
    assert title == ["AWS time 2026-01-05 09:00:00 to 09:04:30 UTC, 4 min 30 s"]


def test_a_lab_in_which_nothing_happened_says_so(lab):
    assert drawing_of(lab).texts("wb-nothing") == ["Nothing has happened yet"]


# ---- soundness

HOSTILE = [
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>&amp;&#0;",
    "a\x00b\x1b[31m\ud800",
    "عربي \u202e right to left",
    "🎉🎊 e\u0301 日本語",
    "line\nbreak\ttab",
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text(name):
    svg = Flow(scene(["q:orders"], [(f"a:{name}", "q:orders")]), caption=name).svg()
    drawing = Drawing(svg)
    assert not list(drawing.root.iter(f"{SVG}script"))
    assert not list(drawing.root.iter(f"{SVG}img"))
    assert svg.encode()


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=80), st.text(max_size=200))
def test_any_name_and_caption_make_sound_xml(name, caption):
    flow = Flow(scene(["q:orders"], [(f"a:{name}", "q:orders")]), caption=caption)
    Drawing(flow.svg())
    assert "<script" not in flow.html()


def test_hostile_bodies_do_no_harm(shop):
    for body in HOSTILE[:3]:
        shop.send(body)
    flow = shop.lab.flow()
    Drawing(flow.svg())
    assert "<script>alert" not in flow.html() + flow.svg()


def test_long_names_are_cut_in_the_middle_and_whole_in_the_title():
    name = "orders-of-the-european-union-retry-queue-production"
    drawing = Drawing(Flow(scene([f"q:{name}"])).svg())
    [label] = drawing.texts("wb-label")
    assert "…" in label
    assert label[:4] == name[:4]
    assert label[-4:] == name[-4:]
    [node] = drawing.all("wb-node")
    assert node.find(f"{SVG}title").text == f"{name}: queue"


@given(st.text(max_size=60), st.floats(20, 300))
def test_a_shortened_name_fits_its_room(name, room):
    assert width_of(shortened(name, room, 13), 13) <= room


def test_names_fit_their_nodes():
    shown = scene([f"q:{'W' * 40}", "f:averagely-long-function-name", "t:日本語の長い長い名前"])
    for node in Drawing(Flow(shown).svg()).all("wb-node"):
        for text in inside(node, "wb-label") + inside(node, "wb-word"):
            size = float(text.get("font-size"))
            assert width_of(text.text, size, bold="wb-label" in text.get("class")) <= 138 - 18


def test_a_drawing_refers_to_nothing_outside_it_and_has_no_ids():
    drawing = Drawing(Flow(chain(3)).svg())
    for element in drawing.root.iter():
        assert element.get("id") is None
        assert not any(name.endswith(("href", "src")) for name in element.attrib)
        assert not any("url(" in value for value in element.attrib.values())


SCRIPT = """
import sys
sys.path.insert(0, "tests/flow")
from shop import Shop
from workbook import Lab
with Lab(seed=5) as lab:
    shop = Shop(lab)
    shop.machine(BatchSize=2)
    shop.send("rye", "glass", "spelt", "oat", "glass")
    lab.run_until_idle()
    flow = lab.flow()
    print(flow.svg(), flow.prose(), flow.html(), flow.narrow().svg(), flow.compare(flow.at(10)).svg())
"""


def test_the_same_seed_gives_the_same_bytes_in_any_process():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert b"<svg" in outputs.pop()


# ---- pointing out


def test_a_line_that_is_pointed_out_has_words_beside_it():
    shown = scene(["q:orders"], [("p:you", "q:orders")])
    drawing = Drawing(draw(shown, marked=(place("p:you"), place("q:orders"))))
    assert drawing.texts("wb-here-word") == ["differs here"]
    assert drawing.all("wb-here")[0].get("d") == drawing.all("wb-path")[0].get("d")


# ---- colours and marks


def test_colours_can_be_seen_on_light_and_dark_pages():
    marks = [*GLYPHS.values(), VISIBLE, IN_FLIGHT, DELAYED, RUNNING, ERRORS]
    colours = [*(mark.colour for mark in marks), *KINDS.values(), INK, PALE, HERE]
    for colour in colours:
        assert contrast(colour.light, PAGE.light) >= 4.5
        assert contrast(colour.dark, PAGE.dark) >= 4.5
    assert FAINT not in colours


def test_every_kind_has_a_colour():
    assert set(KINDS) == set(Kind)


def test_every_status_has_a_shape_of_its_own_and_its_word():
    assert set(GLYPHS) == set(Status)
    assert len({glyph.path for glyph in GLYPHS.values()}) == len(Status)
    assert all(glyph.word == status.value for status, glyph in GLYPHS.items())


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("shown", [fan(12), chain(5)], ids=["fan", "chain"])
def test_a_picture_grows_with_its_system_and_not_with_its_messages(shown):
    many = scene([], [("p:you", "q:orders")] * 3)
    more = scene([], [("p:you", "q:orders")] * 3000)
    assert abs(len(Flow(many).svg()) - len(Flow(more).svg())) < 20
    assert len(Flow(shown).svg()) < 3500 * len(shown.system.nodes)
