"""How long the judge waits for a learner's process: the same on a fast machine, a slow one and a busy one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from workbook.engine.patience import is_too_long
from workbook.grading.frames import Channel, ChannelSilent

_LOOK_EVERY = 0.25
"""Real seconds between two looks at what a process has computed: a look takes longer than most replies."""
_MOST = 3
"""So many times the limit for silence is too long for anybody: the judging as a whole has a limit, too."""


class Patience:
    """With one thing that a process was told to do.

    Args:
        processor_time: tells how many seconds the process has computed so far.
        busy: seconds of processor time that it may compute for.
        silent: real seconds that it may take while it computes next to nothing.
        clock: tells real seconds.
    """

    def __init__(
        self,
        processor_time: Callable[[], float],
        *,
        busy: float,
        silent: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._processor_time = processor_time
        self._busy = busy
        self._silent = silent
        self._clock = clock
        self._begun = self._looked = clock()
        self._computed_before: float | None = None

    def is_over(self) -> bool:
        """Whether the process is waited for no more; looks at it four times a second at most."""
        now = self._clock()
        if now - self._looked < _LOOK_EVERY:
            return False
        self._looked, computed = now, self._processor_time()
        if self._computed_before is None:
            self._computed_before = computed
            return False
        return is_too_long(
            now - self._begun,
            computed - self._computed_before,
            busy=self._busy,
            silent=self._silent,
            most=_MOST * self._silent,
        )


def next_frame(channel: Channel, patience: Patience) -> dict[str, Any]:
    """The next frame that a process sends.

    Raises:
        ChannelSilent: patience came to its end before.
        ChannelClosed: the process has ended.
        ChannelError: what came is no frame.
    """
    while True:
        try:
            return channel.receive(_LOOK_EVERY)
        except ChannelSilent:
            if patience.is_over():
                raise
