"""What Auto Scaling groups, their instances and alarms do, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from workbook.engine.hop import Hop
from workbook.flow.moves import Move, Status
from workbook.flow.resources import label_of
from workbook.flow.tellers import Story, Tell, at_place, between, whole_fact


class GroupTeller:
    """Tells how groups grow and shrink, and what becomes of the programs on their instances."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def tells(self) -> Mapping[str, Tell]:
        """Which kinds of hops it tells, and how."""
        return {
            "alarm": self._alarm,
            "scale": self._scale,
            "launch": self._launch,
            "in-service": self._in_service,
            "terminate": self._terminate,
            "fail": self._fail,
            "end": self._end,
        }

    def _alarm(self, hop: Hop) -> list[Move]:
        text = f"alarm {label_of(hop.resource)} went from {hop.facts.get('old')} to {hop.facts.get('new')}"
        return [at_place(hop, Status.SCALED, text)]

    def _scale(self, hop: Hop) -> list[Move]:
        group, before, after = label_of(hop.resource), hop.facts.get("from"), whole_fact(hop, "to", 0)
        policy = hop.facts.get("policy")
        why = f" by policy {policy}" if policy else ""
        if hop.outcome != "ok" or before == after:
            text = f"{group} stays at {after} instances{why}: {hop.facts.get('reason')}"
        else:
            text = f"{group} goes from {before} to {after} instances{why}"
        alarm = self._story.callers.cause(hop, "alarm")
        if alarm is None:
            return [at_place(hop, Status.SCALED, text)]
        return [between(hop, alarm.resource, hop.resource, Status.SCALED, text)]

    def _launch(self, hop: Hop) -> list[Move]:
        if hop.outcome != "ok":
            text = f"{label_of(hop.resource)} could not launch an instance: {hop.facts.get('reason')}"
            return [at_place(hop, Status.FAILED, text)]
        return [at_place(hop, Status.SCALED, f"{_instance(hop)} is being launched")]

    def _in_service(self, hop: Hop) -> list[Move]:
        return [at_place(hop, Status.SCALED, f"{_instance(hop)} is in service")]

    def _terminate(self, hop: Hop) -> list[Move]:
        if hop.outcome == "Cancelled":
            text = f"{label_of(hop.resource)} terminated nothing: {hop.facts.get('reason')}"
            return [at_place(hop, Status.SCALED, text)]
        return [at_place(hop, Status.SCALED, f"{_instance(hop)} was terminated")]

    def _fail(self, hop: Hop) -> list[Move]:
        text = f"the program on {_instance(hop)} failed: {hop.outcome}"
        return [at_place(hop, Status.FAILED, text)]

    def _end(self, hop: Hop) -> list[Move]:
        return [at_place(hop, Status.RUN, f"the program on {_instance(hop)} ended")]


def _instance(hop: Hop) -> str:
    """An instance of a group, with as much of its id as tells it from the others."""
    return f"instance {str(hop.facts.get('instance'))[:7]} of {label_of(hop.resource)}"
