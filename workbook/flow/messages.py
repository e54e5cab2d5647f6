"""Messages as people speak of them: "message 3", with the beginning of what it says.

AWS's ids are right and unreadable. In a picture messages are numbered as they first appear in the trace, so
the same run has the same numbers, whatever part of it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbook.engine.hop import Hop


@dataclass(slots=True)
class Letter:
    """One message of the trace."""

    number: int
    """Its place among all messages, from 1."""
    message_id: str
    body: str = ""
    """The first 4,096 characters, as the trace keeps them."""
    attributes: Mapping[str, object] = field(default_factory=dict)
    group_id: str | None = None
    hops: list[int] = field(default_factory=list)
    """The numbers of the hops about it."""

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return f"message {self.number}"


def letters_of(hops: Iterable[Hop]) -> dict[str, Letter]:
    """Every message by its id, in the order in which they appeared."""
    letters: dict[str, Letter] = {}
    for hop in hops:
        if hop.message is None:
            continue
        letter = letters.get(hop.message)
        if letter is None:
            letter = letters[hop.message] = Letter(len(letters) + 1, hop.message)
        letter.hops.append(hop.number)
        _read_content(letter, hop.facts)
    return letters


def _read_content(letter: Letter, facts: Mapping[str, object]) -> None:
    body, attributes, group = facts.get("body"), facts.get("attributes"), facts.get("group_id")
    if isinstance(body, str):
        letter.body = body
    if isinstance(attributes, Mapping):
        letter.attributes = attributes
    if isinstance(group, str):
        letter.group_id = group
