"""How long code is waited for that does not come to its end.

What counts is the processor time that it takes. Real time says more about the machine: with thirty others at
work, one second of computing may take a minute, and is not endless for that. Only for what does not compute
at all is there nothing else to go by.
"""

from __future__ import annotations

_IDLE = 1 / 400
"""Who has computed for less than this part of the real time waits for something real. Thirty learners who
checked on two busy processors got a sixtieth each, and who only looks on needs a thousandth."""


def is_too_long(waited: float, computed: float, *, busy: float, silent: float, most: float) -> bool:
    """Whether nothing is to be hoped for any more.

    Args:
        waited: real seconds since there was progress.
        computed: seconds of processor time since then.
        busy: seconds of processor time that are allowed.
        silent: real seconds that are allowed where next to nothing is computed.
        most: real seconds that are allowed to anybody.
    """
    return computed > busy or (waited > silent and computed < _IDLE * waited) or waited > most
