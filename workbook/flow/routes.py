"""A route for every line of a system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbook.flow.around import Channels, around, loop
from workbook.flow.labels import place_labels
from workbook.flow.onward import Port, ports_of, through
from workbook.flow.plan import Box, Plan, Shape
from workbook.flow.route import Route, turned
from workbook.flow.system import Line


def routes_of(plan: Plan, boxes: Mapping[str, Box]) -> list[Route]:
    """A route for every line of the plan's system, in order."""
    ports = ports_of(plan)
    channels: Channels = {}
    found: dict[Line, Route] = {}
    for line in sorted(plan.system.lines, key=lambda line: _height(plan, line)):
        found[line] = _route(plan, line, ports, channels)  # the shortest runs nearest to the nodes
    routes = [found[line] for line in plan.system.lines]
    if plan.upright:
        routes = [turned(route) for route in routes]
    labels = place_labels(list(boxes.values()), [(route.points, route.candidates) for route in routes])
    return [replace(route, label=label) for route, label in zip(routes, labels, strict=True)]


def _height(plan: Plan, line: Line) -> float:
    return abs(plan.middle[line.source] - plan.middle[line.target])


def _route(plan: Plan, line: Line, ports: Mapping[Port, float], channels: Channels) -> Route:
    shape = plan.shape(line)
    if shape is Shape.LOOP:
        return loop(plan, line.source)
    if shape is Shape.AROUND:
        return around(plan, line, channels)
    return through(plan, line, ports, back=shape is Shape.BESIDE)
