"""What the browser needs to know about a sequence: the sentences behind each row, and each message's content.

The picture itself is the SVG that Python has drawn. Bodies can be long and messages many, so contents are
sent until a limit is reached; of the rest the browser says how to see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbook.flow.marks import plain
from workbook.flow.messages import MESSAGE, Letter
from workbook.flow.sequence_rows import Row
from workbook.flow.sequence_times import Times

MOST_SENTENCES = 40
"""Sentences of one row; a row of thousands says how many more there are."""
MOST_CHARACTERS = 200_000
"""Of bodies and attributes in all."""


def sequence_data(rows: Sequence[Row], letters: Mapping[str, Letter], times: Times) -> dict[str, object]:
    """Rows with their steps (time, sentence, message numbers), and messages by number."""
    shown = dict.fromkeys(message for row in rows for message in row.messages)
    return {
        "rows": [_row(row, letters, times) for row in rows],
        "messages": _messages(letters[message] for message in shown),
    }


def _row(row: Row, letters: Mapping[str, Letter], times: Times) -> dict[str, object]:
    steps = row.steps[:MOST_SENTENCES]
    return {
        "status": row.status.value if row.status is not None else "",
        "failure": row.status is not None and row.status.is_failure,
        "more": len(row.steps) - len(steps),
        "steps": [
            [
                times.said(step.time),
                plain(step.sentence),
                [letters[message].number for message in step.messages[:MOST_SENTENCES]],
            ]
            for step in steps
        ],
    }


def _messages(letters: Iterable[Letter]) -> dict[str, dict[str, object]]:
    room, messages = MOST_CHARACTERS, dict[str, dict[str, object]]()
    for letter in letters:
        if (
            str(letter.number) in messages
        ):  # a copy that was delivered: the original says it without envelopes
            continue
        content: dict[str, object] = {"id": letter.message_id}
        if letter.word != MESSAGE:
            content["word"] = letter.word
        attributes = [_attribute(name, value) for name, value in letter.attributes.items()]
        room -= len(letter.body) + sum(map(len, attributes))
        if room >= 0:
            content |= {"body": letter.body, "group": letter.group_id, "attributes": attributes}
        messages[str(letter.number)] = content
    return messages


def _attribute(name: str, value: object) -> str:
    """A message attribute as a line: "table: 7 (String)"."""
    if not isinstance(value, Mapping):
        return f"{name}: {value}"
    content = value.get("StringValue", value.get("BinaryValue", ""))
    return f"{name}: {content} ({value.get('DataType', '')})"
