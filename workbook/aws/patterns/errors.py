"""The one error of event patterns, apart so that every part of the compiler can raise it."""

from __future__ import annotations


class InvalidEventPattern(ValueError):
    r"""An event pattern that cannot be compiled.

    ``reason`` is AWS's own wording of what is wrong, and ``place`` says where in the text, also as AWS writes
    it: ``\n at [Source: (String)"..."; line: 1, column: 11]``, or nothing where AWS names no place. Services
    put both in their own sentence: EventBridge answers ``Event pattern is not valid. Reason: ...``, SNS
    ``Invalid parameter: FilterPolicy: ...``, Lambda only ``Invalid filter pattern definition.``
    """

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason + place)
        self.reason = reason
        self.place = place

    @property
    def detail(self) -> str:
        """Reason and place, as AWS writes them one after the other."""
        return self.reason + self.place
