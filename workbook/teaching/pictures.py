"""The failing run beside that of the solution, where there is little enough to see something in it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from workbook.flow.comparison import Comparison
from workbook.flow.flow import Flow
from workbook.teaching.verdict import Verdict

MOST_MOVES = 2_000
"""Of more moves a picture shows nothing that the words do not say better, and takes seconds to draw."""


@dataclass(frozen=True)
class Beside:
    """Two runs beside each other, drawn and told."""

    picture: str
    prose: str

    def added_to(self, verdict: Verdict) -> Verdict:
        """The verdict with the picture."""
        return dataclasses.replace(verdict, picture=self.picture, prose=self.prose)


def beside_the_reference(flow: Flow, reference: Flow) -> Beside | None:
    """Draw both; None where there is too much, or nothing, to be seen."""
    if not 0 < len(flow.moves) + len(reference.moves) <= MOST_MOVES:
        return None
    comparison = Comparison(flow, reference, names=("your system", "the solution"))
    return Beside(comparison.html(), comparison.prose())
