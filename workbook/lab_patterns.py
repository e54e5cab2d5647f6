"""The part of a Lab that answers why a rule lets an event through, or does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.json_layout import laid_out
from workbook.lab_part import LabPart

if TYPE_CHECKING:
    from workbook.engine.hop import Hop
    from workbook.pattern_tester import PatternTester

Json = Mapping[str, object]


class LabPatterns(LabPart):
    """Patterns and events, held against each other; it changes nothing in the lab."""

    def pattern_tester(
        self, pattern: str | Json | None = None, event: str | Json = "{}", *, rule: str | None = None
    ) -> PatternTester:
        """Two fields with a pattern and an event, and below them whether they match and which clause decided.

            lab.pattern_tester({"source": ["fridges"]}, event)
            lab.pattern_tester(rule="too-warm", event=sent)     # why did it not see what I sent?

        In JupyterLab both fields can be changed, and the answer changes with them.

        Args:
            pattern: An event pattern, as a dict or JSON text.
            event: The event: a dict or JSON text; or one that is in the trace, by the answer of `put_events`
                (with one entry) or its EventId.
            rule: In place of a pattern the name of a rule, on whatever bus; "bus/rule" where two have it.

        Raises:
            LookupError: there is no such rule or event; the text lists the rules there are.
            ValueError: both pattern and rule are given, or neither; or the answer has several entries.
        """
        from workbook.pattern_tester import PatternTester  # noqa: PLC0415 - only who looks loads widgets

        self._ensure_open()
        if (pattern is None) == (rule is None):
            raise ValueError("pattern_tester needs a pattern, or the name of a rule, and not both")
        wanted = pattern if rule is None else self._pattern_of(rule)
        assert wanted is not None  # noqa: S101 - one of the two was given
        found = self._event(event)
        return PatternTester(
            wanted if isinstance(wanted, str) else laid_out(wanted),
            found if isinstance(found, str) else laid_out(found),
        )

    def _pattern_of(self, name: str) -> Json:
        rules = self._rules()
        fitting = [rule for rule in rules if name in {rule, rule.split("/")[-1]}]
        if len(fitting) != 1:
            listed = ", ".join(rules) or "none yet"
            many = "several rules have this name" if fitting else "no rule with a pattern has this name"
            raise LookupError(f"rule={name!r}: {many}; there is {listed}")
        return rules[fitting[0]]

    def _rules(self) -> dict[str, Json]:
        """The patterns of all rules by their names, as the trace saw them last."""
        last = {hop.resource: hop for hop in self.world.trace if ":rule/" in hop.resource and _sets_up(hop)}
        settings: dict[str, Any] = {
            arn: hop.facts.get("settings") for arn, hop in last.items() if hop.kind != "remove"
        }
        return {
            arn.split(":rule/")[1]: one["EventPattern"]
            for arn, one in settings.items()
            if "EventPattern" in one
        }

    def _event(self, given: str | Json) -> str | Json:
        """The event itself, where an answer of PutEvents or an EventId stands for it."""
        if isinstance(given, str):
            return given if not given or given.lstrip().startswith("{") else self._put_event(given)
        if "Entries" not in given:
            return given
        entries: Any = given["Entries"]
        if len(entries) != 1:
            raise ValueError("this answer of put_events has several entries: pass the EventId of one")
        return self._put_event(str(entries[0].get("EventId")))

    def _put_event(self, identifier: str) -> str:
        bodies = [
            str(hop.facts["body"])
            for hop in self.world.trace
            if hop.kind == "put-event" and hop.message == identifier
        ]
        if not bodies:
            raise LookupError(f"event={identifier!r}: no event in this trace has that id")
        try:
            return laid_out(json.loads(bodies[0]))
        except ValueError:  # the trace keeps no more than the beginning of a long event
            return bodies[0]


def _sets_up(hop: Hop) -> bool:
    return hop.kind in {"create", "configure", "remove"}
