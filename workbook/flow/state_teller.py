"""What happens inside a state machine, in sentences: states that are entered and fail, task tokens that wait.

Each state is told once, when it is entered: what follows tells that it was left. What is done for the items
of a Map is told by the Map alone, since ten thousand would hide all else; `lab.state_machine()` has them.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbook.engine.hop import Hop
from workbook.flow.machine_account import what_follows
from workbook.flow.moves import Move, Status
from workbook.flow.resources import label_of, node_of
from workbook.flow.tellers import Story, Tell, at_place, between

_SAID = {
    "SendTaskSuccess": "said that {task} is done",
    "SendTaskFailure": "said that {task} failed",
    "SendTaskHeartbeat": "said that {task} is still worked on",
}


class StateTeller:
    """Tells what the executions of state machines go through."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._within_maps: set[int] = set()

    def tells(self) -> Mapping[str, Tell]:
        """Which kinds of hops it tells, and how."""
        return {
            "enter-state": self._enter,
            "fail-state": self._fail,
            "issue-token": self._issue,
            "take-task": self._take,
            "answer-token": self._answer,
        }

    def _enter(self, hop: Hop) -> list[Move]:
        is_item = "iteration" in hop.facts or "/" in hop.resource  # of a Map; of a distributed one
        if is_item or self._within_maps.intersection(hop.causes):
            self._within_maps.add(hop.number)
            return []
        text = f"{self._story.name(hop.message)} of {label_of(hop.resource)} entered {hop.facts['state']}"
        return [at_place(hop, Status.RUN, text)]

    def _fail(self, hop: Hop) -> list[Move]:
        if self._within_maps.intersection(hop.causes):
            return []
        who = f"{hop.facts['state']} of {self._story.name(hop.message)}"
        return [at_place(hop, Status.FAILED, f"{who} failed ({hop.outcome}){what_follows(hop)}")]

    def _issue(self, hop: Hop) -> list[Move]:
        name = self._story.name(hop.message)
        text = f"{hop.facts.get('state', label_of(hop.resource))} waits for whoever has {name}"
        return [at_place(hop, Status.RUN, text)]

    def _take(self, hop: Hop) -> list[Move]:
        worker, activity = self._story.callers.sender(hop), node_of(hop.resource)
        text = f"{label_of(worker)} took {self._story.name(hop.message)} of {label_of(activity)}"
        return [between(hop, activity, worker, Status.DELIVERED, text)]

    def _answer(self, hop: Hop) -> list[Move]:
        sender, place = self._story.callers.sender(hop), node_of(hop.resource)
        said = _SAID[str(hop.facts["operation"])].format(task=self._story.name(hop.message))
        return [between(hop, sender, place, Status.DELIVERED, f"{label_of(sender)} {said}")]
