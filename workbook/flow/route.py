"""One line of a picture: its path in pieces, points along it, and where its count may stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Pieces = list[tuple[Point, ...]]

_HEAD = (9.0, 4.0)
"""Length and half the width of an arrow head."""
_SAMPLES = 12


@dataclass(frozen=True, slots=True)
class Route:
    """One line, from its source to its target."""

    pieces: tuple[tuple[Point, ...], ...]
    """The first point; then one point for a straight piece, two for a bend, three for a curve."""
    points: tuple[Point, ...]
    """Points along it, close enough together to be taken for it."""
    candidates: tuple[Point, ...] = ()
    """Where its count may stand, the best first."""
    label: Point = (0.0, 0.0)
    """Where its count stands."""

    @property
    def path(self) -> str:
        """SVG path data from source to target."""
        letters = {0: "M", 1: "L", 2: "Q", 3: "C"}
        kinds = [0, *(len(piece) for piece in self.pieces[1:])]
        return "".join(
            letters[kind] + " ".join(f"{x:g} {y:g}" for x, y in piece)
            for kind, piece in zip(kinds, self.pieces, strict=True)
        )

    @property
    def head(self) -> str:
        """SVG path data of its arrow head."""
        (x0, y0), (x1, y1) = self.points[-2:]
        length = max(abs(x1 - x0), abs(y1 - y0))
        across, down = (x1 - x0) / length, (y1 - y0) / length
        long, half = _HEAD
        left = (x1 - long * across - half * down, y1 - long * down + half * across)
        right = (x1 - long * across + half * down, y1 - long * down - half * across)
        return f"M{x1:g} {y1:g}L{left[0]:g} {left[1]:g}L{right[0]:g} {right[1]:g}z"

    def moved(self, right: float, down: float) -> Route:
        """The same elsewhere."""

        def shift(points: Sequence[Point]) -> tuple[Point, ...]:
            return tuple((round(x + right, 1), round(y + down, 1)) for x, y in points)

        label = shift([self.label])[0]
        pieces = tuple(shift(piece) for piece in self.pieces)
        return Route(pieces, shift(self.points), shift(self.candidates), label)


def at(curve: Sequence[Point], place: float) -> Point:
    """The point of a cubic curve at `place`, from 0 to 1."""
    (u0, v0), (u1, v1), (u2, v2), (u3, v3) = curve
    rest = 1 - place
    one, two, three, four = rest**3, 3 * rest**2 * place, 3 * rest * place**2, place**3
    return one * u0 + two * u1 + three * u2 + four * u3, one * v0 + two * v1 + three * v2 + four * v3


def made(
    start: Point, pieces: Sequence[tuple[Point, ...]], candidates: Sequence[Point], *, back: bool = False
) -> Route:
    """A route of pieces; turned round where it leads back."""
    kept, here = [], start
    for piece in pieces:
        if piece[-1] != here:
            kept.append(piece)
            here = piece[-1]
    if back:
        start, kept = _reversed(start, kept)
    points = [start]
    for piece in kept:
        points += _sampled(points[-1], piece)
    return Route(((start,), *kept), tuple(points), tuple(candidates))


def _reversed(start: Point, pieces: Sequence[tuple[Point, ...]]) -> tuple[Point, Pieces]:
    ends = [start, *(piece[-1] for piece in pieces)]
    turned = [(*piece[-2::-1], ends[place]) for place, piece in enumerate(pieces)]
    return ends[-1], turned[::-1]


def _sampled(start: Point, piece: tuple[Point, ...]) -> list[Point]:
    if len(piece) == 1:
        return list(piece)
    if len(piece) == 2:
        (u0, v0), (u1, v1), (u2, v2) = start, *piece
        third = ((u0 + 2 * u1) / 3, (v0 + 2 * v1) / 3), ((u2 + 2 * u1) / 3, (v2 + 2 * v1) / 3)
        return [at((start, *third, (u2, v2)), place) for place in (0.5, 1.0)]
    return [at((start, *piece), place / _SAMPLES) for place in range(1, _SAMPLES + 1)]


def turned(route: Route) -> Route:
    """The same with u and v for each other."""

    def turn(points: Sequence[Point]) -> tuple[Point, ...]:
        return tuple((v, u) for u, v in points)

    return Route(tuple(turn(piece) for piece in route.pieces), turn(route.points), turn(route.candidates))
