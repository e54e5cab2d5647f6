"""Event patterns: which JSON events a rule of EventBridge or a filter of a mapping lets through.

    {"source": ["orders"], "detail": {"amount": [{"numeric": [">", 100]}]}}

A pattern has the shape of the events that it matches. Fields are joined by AND, the entries of an array by
OR, and ``$or`` joins whole sets of fields by OR. It is compiled once, to trees that are walked together with
an event.

Sources: Amazon EventBridge User Guide, "Event patterns"; AWS's own matcher ``aws/event-ruler``; answers of
EventBridge recorded in public test suites.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from workbook.aws.patterns.clauses import branches, fields
from workbook.aws.patterns.compiler import compile_pattern
from workbook.aws.patterns.dialects import EVENT_BRIDGE, Dialect
from workbook.aws.patterns.explanation import Explained, explain
from workbook.aws.patterns.matcher import Json, tree_of


class EventPattern:
    """A compiled event pattern. It never changes, and may be shared."""

    __slots__ = ("_clause", "_trees", "text")

    def __init__(self, pattern: str | Mapping[str, object], dialect: Dialect = EVENT_BRIDGE) -> None:
        """Compile a pattern, given as JSON text or already parsed, in the language of a service.

        Raises:
            InvalidEventPattern: it is no JSON object, or breaks a rule of event patterns.
        """
        self.text = pattern if isinstance(pattern, str) else json.dumps(pattern, ensure_ascii=False)
        self._clause = compile_pattern(self.text, dialect)
        self._trees = tuple(tree_of(branch) for branch in branches(self._clause))

    def __repr__(self) -> str:
        return f"EventPattern({self.text!r})"

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields at the top of the pattern, those in ``$or`` included."""
        return frozenset(field.path.split(".")[0] for field in fields(self._clause))

    def asks_inside(self, name: str) -> bool:
        """Whether the pattern asks for fields *inside* a top-level field, which must then be an object."""
        return any(field.path.startswith(f"{name}.") for field in fields(self._clause))

    def matches(self, event: Mapping[str, Json]) -> bool:
        """Whether the event, a parsed JSON object, satisfies the pattern."""
        return any(tree.matches(event) for tree in self._trees)

    def explain(self, event: Mapping[str, Json]) -> Explained:
        """Clause by clause, whether it holds for the event, and the value that decided."""
        return explain(self._clause, event)
