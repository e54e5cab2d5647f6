"""Random numbers as Java draws them: AWS gives the same number for the same seed, and it is this one."""

from __future__ import annotations


def java_random(seed: int) -> float:
    """The first `nextDouble` of java.util.Random with this seed, by its documented formula."""
    mask = (1 << 48) - 1
    state = (seed ^ 0x5DEECE66D) & mask
    drawn = []
    for bits in (26, 27):
        state = (state * 0x5DEECE66D + 0xB) & mask
        drawn.append(state >> (48 - bits))
    return ((drawn[0] << 27) + drawn[1]) / (1 << 53)
