"""What a chart is about, one after the other: queues, functions, groups of instances."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workbook.flow.chart_measures import Happenings, Measure, counted
from workbook.flow.chart_queues import consumers_of, contents_of, in_service, run_of, troubles_of
from workbook.flow.moves import Status
from workbook.flow.resources import Kind, node_of
from workbook.flow.scene import Scene
from workbook.flow.system import Node


@dataclass(frozen=True, slots=True)
class Subject:
    """One resource with its measures and with what happened to it."""

    node: Node
    measures: tuple[Measure, ...]
    happenings: tuple[Happenings, ...]


def subjects_of(scene: Scene, nodes: Iterable[Node]) -> list[Subject]:
    """The subjects for some nodes, which must be of a kind of which `is_charted` is true."""
    return [_MAKERS[node.kind](scene, node) for node in nodes]


def is_charted(kind: Kind) -> bool:
    """Whether there is anything to count over time."""
    return kind in _MAKERS


def _queue(scene: Scene, node: Node) -> Subject:
    measures = [*contents_of(scene, node.place), *consumers_of(scene, node.place)]
    return Subject(node, tuple(measures), tuple(troubles_of(scene, node.place)))


def _function(scene: Scene, node: Node) -> Subject:
    runs = [run_of(hop) for hop in scene.hops if hop.kind == "invoke" and node_of(hop.resource) == node.place]
    running = counted("invocations at a time", "running", [span for span, _ in runs])
    ends = sorted(span[1] or span[0] for span, hop in runs if hop.outcome not in {"ok", "waits"})
    throttles = [
        move.time for move in scene.moves if move.status is Status.THROTTLED and move.target == node.place
    ]
    failed = Happenings("failed runs", "failed_runs", Status.FAILED.name, ends)
    return Subject(
        node, (running,), (failed, Happenings("throttled", "throttled", Status.THROTTLED.name, throttles))
    )


def _group(scene: Scene, node: Node) -> Subject:
    begun = {
        str(hop.facts.get("instance")): hop.time
        for hop in scene.hops
        if hop.resource == node.place and hop.kind == "launch"
    }
    spans: list[tuple[int, int | None]] = []
    for hop in scene.hops:
        instance = str(hop.facts.get("instance"))
        if hop.resource == node.place and hop.kind in {"in-service", "terminate"} and instance in begun:
            spans.append((begun.pop(instance), hop.time))
    spans += [(time, None) for time in begun.values()]
    return Subject(node, (in_service(scene, node.place), counted("launching", "launching", spans)), ())


_MAKERS: dict[Kind, Callable[[Scene, Node], Subject]] = {
    Kind.QUEUE: _queue,
    Kind.FIFO_QUEUE: _queue,
    Kind.FUNCTION: _function,
    Kind.GROUP: _group,
}
