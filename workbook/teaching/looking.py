"""A look at the broken system of an exercise, before anybody has mended it.

The first situation is played with no answer at all (`answer.value` is None), in the examiner's process. What
comes back is plain JSON: the stage of the flow, which a notebook plays and scrubs, and its still face.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbook.flow.stage import stage_json
from workbook.lab import Lab
from workbook.teaching.answer import LocalAnswer
from workbook.teaching.contract import Exercise

SEED = 1
"""Of the lab: what learners look at, and what a notebook keeps, is the same for all."""


@dataclass(frozen=True)
class Look:
    """What the broken system did."""

    set_up: str
    """What was done to it, in whole sentences."""
    stage: str
    """What the live flow needs, as JSON."""
    html: str
    """The picture as an `<img>`."""
    prose: str
    """The picture in words."""

    def as_json(self) -> dict[str, Any]:
        """Plain texts by name."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Look:
        """The look that `as_json` made this of."""
        return cls(**value)


def look_at(exercise: Exercise) -> Look:
    """Play the first situation of an exercise without an answer. No lab may be open in this process.

    Raises:
        LabError: a lab is open already.
    """
    situation = exercise.situations[0]
    with Lab(seed=SEED, chaos=situation.chaos) as lab:
        situation.play(lab, LocalAnswer(lab))
        flow = lab.flow()
        stage = stage_json(flow.scene, flow.svg(), flow.prose(), narrow=flow.narrow().svg())
        return Look(situation.set_up, stage, flow.html(), flow.prose())
