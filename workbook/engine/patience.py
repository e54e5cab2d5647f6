"""How long code is waited for that does not come to its end.

What counts is the processor time that it takes. Real time says more about the machine: with seven others at
work, one second of computing takes four or more, and is not endless for that. Only for what does not compute
at all is there nothing else to go by.
"""

from __future__ import annotations

_IDLE = 1 / 50
"""Who has computed for less than this part of the real time waits for something real, and is not kept waiting
by others for the processor."""
_MOST = 6
"""So many times the limit for silence is too long for anybody."""


def is_too_long(waited: float, computed: float, *, busy: float, silent: float) -> bool:
    """Whether nothing is to be hoped for any more.

    Args:
        waited: real seconds since there was progress.
        computed: seconds of processor time since then.
        busy: seconds of processor time that are allowed.
        silent: real seconds that are allowed where next to nothing is computed.
    """
    return computed > busy or (waited > silent and computed < _IDLE * waited) or waited > _MOST * silent
