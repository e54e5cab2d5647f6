r"""The wildcards of event patterns: ``*`` for any characters; ``\*`` and ``\\`` for themselves.

Not those of policies (:mod:`workbook.aws.wildcards`), which know ``?`` and no escape.
"""

from __future__ import annotations

from collections import Counter

MOST_REPEATED_PIECES = 3
"""How often, in the wildcards of one field, a star may be followed by the same character.

EventBridge refuses patterns by the number of places in which its matcher could be at once; its threshold is
not published. This rule refuses what AWS is recorded or reported to refuse (``*:*:*:*:*:event-bus/*``, and
four entries like ``*:stack/name/*``) and accepts what it is known to accept (three of those). Unverified in
between."""

TOO_COMPLEX = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences "
    "after a wildcard character"
)


class InvalidWildcard(ValueError):
    """The text is no wildcard pattern; the message is AWS's."""


def pieces_of(text: str) -> tuple[str, ...]:
    """Split at the wildcards.

    AWS counts positions in bytes, from the quotation mark before the text, which is position 0.

    Raises:
        InvalidWildcard: two stars stand side by side, or a backslash escapes something else than a star or a
            backslash.
    """
    pieces = [""]
    characters = iter(enumerate(text))
    for index, character in characters:
        if character == "*":
            if text[index + 1 : index + 2] == "*":
                message = f"Consecutive wildcard characters at pos {_position(text, index)}"
                raise InvalidWildcard(message)
            pieces.append("")
        elif character == "\\":
            escaped = text[index + 1 : index + 2]
            if escaped not in {"*", "\\"}:
                message = f"Invalid escape character at pos {_position(text, index)}"
                raise InvalidWildcard(message)
            pieces[-1] += escaped
            next(characters)
        else:
            pieces[-1] += character
    return tuple(pieces)


def are_too_complex(patterns: list[tuple[str, ...]]) -> bool:
    """Whether EventBridge would find the wildcards of a field too complex; see `MOST_REPEATED_PIECES`."""
    return any(
        _most_repeated(_alive_together(pieces, patterns)) > MOST_REPEATED_PIECES for pieces in patterns
    )


def _alive_together(pieces: tuple[str, ...], patterns: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The patterns that a text which begins like this one may satisfy, too."""
    return [others for others in patterns if pieces[0].startswith(others[0])]


def _most_repeated(patterns: list[tuple[str, ...]]) -> int:
    starts = Counter(piece[0] for pieces in patterns for piece in pieces[1:] if piece)
    return max(starts.values(), default=0)


def _position(text: str, index: int) -> int:
    return 1 + len(text[:index].encode(errors="replace"))
