"""The one error of event patterns, apart so that both halves of the compiler can raise it."""

from __future__ import annotations


class InvalidEventPattern(ValueError):
    """An event pattern that cannot be compiled.

    ``reason`` is AWS's own wording of what is wrong. Services put it in their own sentence: EventBridge
    answers ``Event pattern is not valid. Reason: ...``, Lambda only ``Invalid filter pattern definition.``
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
