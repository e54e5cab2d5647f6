"""A layout in the making: `u` grows along the layers, `v` across them, whichever way it is turned."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from workbook.flow.layers import Layers, Pair
from workbook.flow.system import Line, System


class Shape(enum.Enum):
    """How a line runs."""

    ONWARD = "to a later layer"
    BESIDE = "back beside a line that leads on to the next layer"
    LOOP = "to where it begins"
    AROUND = "aside or back, past the other nodes"


@dataclass(frozen=True, slots=True)
class Box:
    """The place of a node; `x` and `y` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Plan:
    """A layout in the making: `u` along the layers, `v` across them."""

    system: System
    layers: Layers
    upright: bool
    columns: list[list[str]] = field(default_factory=list)
    """Nodes and passages of each layer, in order; the lane apart."""
    hubs: dict[Pair, str] = field(default_factory=dict)
    """For each line that leads on, the end that has more of them."""
    passages: dict[Pair, list[str]] = field(default_factory=dict)
    """The passages that the line between two nodes takes."""
    size: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Length along u and along v of each node and passage."""
    begin: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)
    """Where each layer begins and ends, along u."""
    middle: dict[str, float] = field(default_factory=dict)
    """Along v."""
    bottom: float = 0.0
    """Along v: where the nodes end and the tracks begin."""
    tracks: dict[Pair, float] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """Between two nodes of a layer: room for lines that lead back."""
        return 22.0 if self.upright else 30.0

    @property
    def room(self) -> float:
        """How far the nodes outside the lane reach, along v."""
        sums = [sum(self.size[item][1] for item in column) for column in self.columns]
        gap = self.gap
        return max(
            (total + gap * (len(column) - 1) for total, column in zip(sums, self.columns, strict=True)),
            default=0.0,
        )

    def span(self, place: str) -> tuple[float, float]:
        """Where a node begins and ends, along u: in the middle of its layer."""
        layer = self.layers.rank[place]
        middle, half = (self.begin[layer] + self.end[layer]) / 2, self.size[place][0] / 2
        return middle - half, middle + half

    def shape(self, line: Line) -> Shape:
        """How a line runs."""
        if line.source == line.target:
            return Shape.LOOP
        if (line.source, line.target) in self.layers.onward:
            return Shape.ONWARD
        there = (line.target, line.source) in self.layers.onward
        return Shape.BESIDE if there and self.steps(line) == 1 else Shape.AROUND

    def steps(self, line: Line) -> int:
        """How many layers lie between its ends, either way."""
        return abs(self.layers.rank[line.source] - self.layers.rank[line.target])
