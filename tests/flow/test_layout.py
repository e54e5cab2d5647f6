"""Where everything stands: nothing overlaps, no line runs through a node, little moves."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from systems import chain, fan, place, plans, scene, scenes

from workbook.flow.layers import layers_of
from workbook.flow.layout import HEIGHT, WIDE, layout_of

NARROW = 464


def named(shown, layout):
    return {node.place: box for node, box in zip(shown.system.nodes, layout.boxes, strict=True)}


def overlap(one, other):
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def inside(box, point, margin=1.0):
    x, y = point
    return (
        box.x + margin < x < box.x + box.width - margin and box.y + margin < y < box.y + box.height - margin
    )


def between(one, other):
    """Points of a straight piece, 4 units apart at most."""
    (x0, y0), (x1, y1) = one, other
    steps = int(max(abs(x1 - x0), abs(y1 - y0)) // 4) + 1
    return [(x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps) for step in range(steps + 1)]


def crossed_boxes(shown, layout):
    """Names of nodes that a line runs through, other than its ends."""
    for line, route in zip(shown.system.lines, layout.routes, strict=True):
        for node, box in zip(shown.system.nodes, layout.boxes, strict=True):
            if node.place in {line.source, line.target}:
                continue
            for one, other in itertools.pairwise(route.points):
                if any(inside(box, point) for point in between(one, other)):
                    yield line, node.label
                    break


# ---- order


def test_messages_go_from_left_to_right():
    shown = scene(["q:orders", "f:machine"], [("p:you", "q:orders")], polls=[("q:orders", "f:machine")])
    boxes = named(shown, layout_of(shown.system))
    assert boxes["producer:you"].x < boxes[place("q:orders")].x < boxes[place("f:machine")].x
    assert len({box.y + box.height / 2 for box in boxes.values()}) == 1  # in one straight line


def test_a_dead_letter_queue_lies_below_its_source():
    shown = scene(
        ["q:orders", "q:dead", "f:machine"],
        [("p:you", "q:orders")],
        polls=[("q:orders", "f:machine")],
        redrives=[("q:orders", "q:dead")],
    )
    boxes = named(shown, layout_of(shown.system))
    orders, dead = boxes[place("q:orders")], boxes[place("q:dead")]
    assert dead.x == orders.x
    assert dead.y > orders.y + orders.height
    assert dead.y > max(box.y + box.height for name, box in boxes.items() if name != place("q:dead"))


def test_who_only_mends_dead_letters_stands_beside_them():
    shown = scene(
        ["q:orders", "q:dead", "f:machine", "f:mender"],
        [("p:you", "q:orders"), ("q:dead", "f:mender")],
        polls=[("q:orders", "f:machine")],
        redrives=[("q:orders", "q:dead")],
    )
    boxes = named(shown, layout_of(shown.system))
    assert boxes[place("f:mender")].y == boxes[place("q:dead")].y
    assert boxes[place("f:mender")].x > boxes[place("q:dead")].x


def test_two_queues_that_are_the_dead_letter_queue_of_each_other_are_laid_out_all_the_same():
    shown = scene(["q:a", "q:b"], redrives=[("q:a", "q:b"), ("q:b", "q:a")])
    layout = layout_of(shown.system)
    assert not overlap(*layout.boxes)
    assert list(crossed_boxes(shown, layout)) == []


def test_a_line_that_closes_a_circle_leads_back_below_the_others():
    shown = scene(
        ["q:one", "f:first", "q:two", "f:second"],
        [("p:you", "q:one"), ("f:first", "q:two"), ("f:second", "q:one")],
        polls=[("q:one", "f:first"), ("q:two", "f:second")],
    )
    layout = layout_of(shown.system)
    boxes = named(shown, layout)
    order = [place(name) for name in ("p:you", "q:one", "f:first", "q:two", "f:second")]
    assert [boxes[name].x for name in order] == sorted(boxes[name].x for name in order)
    back = layout.routes[[line.source for line in shown.system.lines].index(place("f:second"))]
    assert max(y for _, y in back.points) > max(box.y + box.height for box in layout.boxes)


def test_a_function_that_calls_itself_has_a_loop_over_it():
    shown = scene(["f:again"], [("p:you", "f:again"), ("f:again", "f:again")])
    layout = layout_of(shown.system)
    box = named(shown, layout)[place("f:again")]
    [loop] = [
        route
        for line, route in zip(shown.system.lines, layout.routes, strict=True)
        if line.source == line.target
    ]
    assert all(box.x < x < box.x + box.width for x, _ in loop.points)
    assert min(y for _, y in loop.points) < box.y


def test_a_function_that_fills_its_own_queue_has_two_lines_side_by_side():
    shown = scene(["q:work", "f:again"], [("f:again", "q:work")], polls=[("q:work", "f:again")])
    there, back = layout_of(shown.system).routes
    assert there.points[0] != back.points[-1]
    assert (there.points[0][0], there.points[-1][0]) == (back.points[-1][0], back.points[0][0])


# ---- sizes


def test_few_layers_stand_beside_each_other_and_many_below_each_other():
    few, many = layout_of(chain(2).system), layout_of(chain(4).system)
    assert few.width <= WIDE
    assert few.height == HEIGHT
    assert many.width <= WIDE
    assert many.height > many.width


def test_a_wide_fan_is_folded_into_rows():
    layout = layout_of(fan(38).system)
    assert layout.width <= WIDE
    assert layout.height < 1400


@pytest.mark.parametrize("shown", [fan(8), chain(3), fan(38)], ids=["fan", "chain", "wide fan"])
def test_a_narrow_window_gets_a_picture_that_it_can_show(shown):
    assert layout_of(shown.system, NARROW).width <= NARROW


def test_a_system_of_nothing_takes_no_room():
    layout = layout_of(scene([]).system)
    assert (layout.width, layout.height, layout.boxes, layout.routes) == (0, 0, (), ())


# ---- what always holds


@settings(max_examples=150, deadline=None)
@given(scenes(), st.sampled_from([WIDE, NARROW]))
def test_nodes_do_not_overlap(shown, width):
    layout = layout_of(shown.system, width)
    for one, other in itertools.combinations(layout.boxes, 2):
        assert not overlap(one, other)


@settings(max_examples=150, deadline=None)
@given(scenes(most=16), st.sampled_from([WIDE, NARROW]))
def test_no_line_runs_through_a_node(shown, width):
    layout = layout_of(shown.system, width)
    assert list(crossed_boxes(shown, layout)) == []


@settings(max_examples=100, deadline=None)
@given(scenes())
def test_everything_lies_within_the_frame(shown):
    layout = layout_of(shown.system)
    points = [point for route in layout.routes for point in route.points]
    points += [(box.x + box.width, box.y + box.height) for box in layout.boxes]
    assert all(-0.1 <= x <= layout.width + 0.1 and -0.1 <= y <= layout.height + 0.1 for x, y in points)


@settings(max_examples=100, deadline=None)
@given(scenes())
def test_a_line_begins_at_its_source_and_ends_at_its_target(shown):
    layout = layout_of(shown.system)
    boxes = named(shown, layout)
    for line, route in zip(shown.system.lines, layout.routes, strict=True):
        for name, (x, y) in ((line.source, route.points[0]), (line.target, route.points[-1])):
            box = boxes[name]
            across = min(abs(x - box.x), abs(x - box.x - box.width))
            down = min(abs(y - box.y), abs(y - box.y - box.height))
            assert min(across, down) <= 0.2
            assert box.x - 0.2 <= x <= box.x + box.width + 0.2
            assert box.y - 0.2 <= y <= box.y + box.height + 0.2


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_the_same_system_has_the_same_layout(shown):
    assert layout_of(shown.system) == layout_of(shown.system)


@settings(max_examples=60, deadline=None)
@given(plans(), st.data())
def test_a_newcomer_that_takes_from_somebody_leaves_all_others_in_their_layers(plan, data):
    nodes, ways, redrives = plan
    nodes, ways = [*nodes, "q:first"], [("p:you", "q:first"), *ways]
    giver = data.draw(st.sampled_from(nodes))
    before = layers_of(scene(nodes, ways, redrives=redrives).system)
    newcomer = scene([*nodes, "t:newcomer"], [*ways, (giver, "t:newcomer")], redrives=redrives)
    after = layers_of(newcomer.system)
    assert {name: after.rank[name] for name in before.rank} == before.rank
    assert after.lane.items() >= before.lane.items()


def test_one_more_queue_in_a_fan_keeps_the_order_of_the_others():
    before, after = (
        [
            name
            for name, box in sorted(named(shown, layout_of(shown.system)).items(), key=lambda one: one[1].y)
        ]
        for shown in (fan(6), fan(7))
    )
    assert [name for name in after if name in before] == before


def test_more_messages_change_nothing():
    one = scene(["q:orders"], [("p:you", "q:orders"), ("q:orders", "c:you")])
    more = scene(["q:orders"], [("p:you", "q:orders"), ("q:orders", "c:you")] * 200)
    assert layout_of(one.system) == layout_of(more.system)


@pytest.mark.parametrize("queues", [3, 8, 20])
def test_counts_on_lines_do_not_cover_each_other_or_a_node(queues):
    layout = layout_of(fan(queues).system)
    labels = [route.label for route in layout.routes]
    for (x0, y0), (x1, y1) in itertools.combinations(labels, 2):
        assert abs(x0 - x1) >= 30 or abs(y0 - y1) >= 14
    for box in layout.boxes:
        assert not any(inside(box, label) for label in labels)


@pytest.mark.parametrize("queues", range(2, 9))
def test_no_other_line_of_a_fan_runs_through_a_count(queues):
    layout = layout_of(fan(queues).system)
    for route in layout.routes:
        x, y = route.label
        for other in layout.routes:
            if other is not route:
                near = [point for pair in itertools.pairwise(other.points) for point in between(*pair)]
                assert not any(abs(x - u) < 22 and abs(y - v) < 7 for u, v in near)
    assert layout.width <= WIDE
