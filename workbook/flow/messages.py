"""Messages as people speak of them: "message 3", with the beginning of what it says.

AWS's ids are right and unreadable. In a picture messages are numbered as they first appear in the trace, so
the same run has the same numbers, whatever part of it is shown. What a topic or a rule delivers has an id of
its own in each queue, and yet it is what was published: all these copies share its number. So does an
execution that an event has started: event 3 starts execution 3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbook.engine.hop import Hop

MESSAGE = "message"
"""What most of them are called."""
_EXECUTION = "execution"
_DELIVERIES = frozenset({"deliver", "give-up"})
_WORDS = {
    "put-event": "event",
    "match": "event",
    "fire": "event",
    "enqueue": "call",
    "notify": "event",
    "replay": "event",
    "put-record": "record",
    "start-execution": _EXECUTION,
    "issue-token": "task token",
}


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
    word: str = MESSAGE
    has_own_word: bool = False
    """Whether it shares its number with what has another word: an execution, with the event behind it."""

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return f"{self.word} {self.number}"

    @property
    def gist(self) -> str:
        """What it says, without the envelope that EventBridge or SNS has put around it."""
        if not self.body.startswith("{"):
            return self.body
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):  # no JSON, or cut off
            return self.body
        return _unwrapped(content) or self.body


def _unwrapped(content: Mapping[str, object]) -> str:
    if content.get("Type") == "Notification" and isinstance(content.get("Message"), str):
        return str(content["Message"])
    if "detail-type" in content and "detail" in content:
        detail = json.dumps(content["detail"], ensure_ascii=False, separators=(",", ":"))
        return f"{content['detail-type']}: {detail}"
    return ""


def letters_of(hops: Sequence[Hop]) -> dict[str, Letter]:
    """Every message by its id, in the order in which they appeared; `hops` is a trace from its first hop."""
    letters: dict[str, Letter] = {}
    numbers = 0
    for hop in hops:
        if hop.message is None:
            continue
        letter = letters.get(hop.message)
        if letter is None:
            original = _original_of(hop, hops, letters)
            if original is None:
                numbers += 1
            letter = letters[hop.message] = _letter(hop, hop.message, numbers, original)
        letter.hops.append(hop.number)
        _read_content(letter, hop.facts)
    return letters


def _letter(hop: Hop, message: str, number: int, original: Letter | None) -> Letter:
    """A new message, or one that is a copy; an execution is called so, whatever has started it."""
    if original is None:
        return Letter(number, message, word=_word_of(hop))
    word = _EXECUTION if hop.kind == "start-execution" else original.word
    return Letter(original.number, message, word=word, has_own_word=word != original.word)


def _original_of(hop: Hop, hops: Sequence[Hop], letters: Mapping[str, Letter]) -> Letter | None:
    """What was published or put, where this is a copy that was delivered."""
    for cause in hop.causes:
        before = hops[cause - 1] if cause <= len(hops) else None
        if before is not None and before.kind in _DELIVERIES and before.message is not None:
            return letters.get(before.message)
    return None


def _word_of(hop: Hop) -> str:
    return _WORDS.get(hop.kind, MESSAGE)


def _read_content(letter: Letter, facts: Mapping[str, object]) -> None:
    body, attributes, group = facts.get("body"), facts.get("attributes"), facts.get("group_id")
    if isinstance(body, str):
        letter.body = body
    if isinstance(attributes, Mapping):
        letter.attributes = attributes
    if isinstance(group, str):
        letter.group_id = group
