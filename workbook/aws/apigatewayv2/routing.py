"""Which route answers a request: the most specific whose method and path match.

    GET /orders/new        before        GET /orders/{id}        before        GET /orders/{rest+}
    GET /orders/{id}       before        ANY /orders/{id}        and $default at last

Source: API Gateway Developer Guide, "Working with routes for HTTP APIs". That the path counts more than the
method is unverified.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

DEFAULT = "$default"


@dataclass(frozen=True)
class Match:
    """A route that matches, and the values of the variables in its path."""

    route: dict[str, Any]
    variables: dict[str, str]
    rank: tuple[tuple[int, ...], bool]
    """Smaller for what is more specific: literal, variable or rest for each segment; then the method."""


def choose_route(routes: Iterable[dict[str, Any]], method: str, path: str) -> Match | None:
    """The route that answers, or None."""
    matches = [match for route in routes if (match := _match(route, method, path)) is not None]
    return min(matches, key=lambda match: match.rank, default=None)


def _match(route: dict[str, Any], method: str, path: str) -> Match | None:
    key = route["RouteKey"]
    if key == DEFAULT:
        return Match(route, {}, ((3,), True))
    wanted, _, pattern = key.partition(" ")
    if wanted not in {"ANY", method}:
        return None
    matched = match_path(pattern, path)
    if matched is None:
        return None
    variables, ranks = matched
    return Match(route, variables, (ranks, wanted == "ANY"))


def match_path(pattern: str, path: str) -> tuple[dict[str, str], tuple[int, ...]] | None:
    """The variables of a path by a pattern with {name} and {name+}, and how specific each segment is."""
    segments, parts = pattern.split("/")[1:], path.split("/")[1:]
    variables: dict[str, str] = {}
    ranks: list[int] = []
    for position, segment in enumerate(segments):
        if segment.endswith("+}"):
            rest = "/".join(parts[position:])
            return ({**variables, segment[1:-2]: rest}, (*ranks, 2)) if rest else None
        if position >= len(parts):
            return None
        if segment.startswith("{") and segment.endswith("}"):
            if not parts[position]:
                return None
            variables[segment[1:-1]] = parts[position]
            ranks.append(1)
        elif segment == parts[position]:
            ranks.append(0)
        else:
            return None
    return (variables, tuple(ranks)) if len(parts) == len(segments) else None
