"""While a lab is open, Python looks for garbage less often.

Loading moto and recording hops make some hundred thousand objects that stay. Python's collector walks through
the young ones after each 700 and through all of them now and then, and finds nothing: a seventh of a lesson's
time. Garbage in cycles is still found, only later.
"""

from __future__ import annotations

import gc

from workbook.engine.patches import Patches

SELDOM = (100_000, 20, 10)
"""Objects made before the young ones are looked at; how many such looks before the older ones are, twice."""


def collect_seldom(patches: Patches) -> None:
    """Collect seldom until `patches` are undone; who has chosen other thresholds meanwhile keeps them."""
    before = gc.get_threshold()
    if before[0] == 0 or before[0] >= SELDOM[0]:  # switched off, or more seldom already
        return
    gc.set_threshold(*SELDOM)
    patches.on_undo(lambda: _restore(before))


def _restore(before: tuple[int, int, int]) -> None:
    if gc.get_threshold()[:2] == SELDOM[:2]:
        gc.set_threshold(*before)
