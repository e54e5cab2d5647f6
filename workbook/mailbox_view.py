"""Looks into the mailboxes of all people: what came by email, by SMS, and to the apps on their devices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, overload

from workbook.aws.mailbox import Mail, letters
from workbook.engine.clock import datetime_of
from workbook.engine.naming import short_name
from workbook.engine.tables import html_table

if TYPE_CHECKING:
    import pandas

    from workbook.engine.world import World

_COLUMNS = ["time", "to", "sender", "subject", "text", "link"]
_LONGEST = 60


class Mailbox(Sequence[Mail]):
    """All letters, the oldest first; each has `to`, `subject`, `text` and, where one can click, a `link`.

    It is what lies there at the moment you look. `lab.mailbox.of("ann@example.com")` is one person's.
    """

    def __init__(self, world: World, address: str | None = None) -> None:
        self._world = world
        self._address = address

    def of(self, address: str) -> Mailbox:
        """What came to one email address, phone number or endpoint of an app; empty where nothing did."""
        return Mailbox(self._world, address)

    def reply(self, number: str, text: str) -> bool:
        """The owner of a phone answers a text message; a word such as STOP opts out of all that follow.

        Returns whether the answer did so.
        """
        from workbook.aws.sns.phones import answer  # noqa: PLC0415 - only who has phones needs it

        with self._world.kernel:
            return answer(self._world, number, text)

    def _letters(self) -> list[Mail]:
        return [mail for mail in letters(self._world) if self._address in (None, mail.to)]

    def __len__(self) -> int:
        return len(self._letters())

    def __iter__(self) -> Iterator[Mail]:
        return iter(self._letters())

    @overload
    def __getitem__(self, place: int) -> Mail: ...

    @overload
    def __getitem__(self, place: slice) -> list[Mail]: ...

    def __getitem__(self, place: int | slice) -> Mail | list[Mail]:
        return self._letters()[place]

    def __repr__(self) -> str:
        whose = "" if self._address is None else f" of {self._address}"
        count = len(self)
        return f"<mailbox{whose}: {count} {'letter' if count == 1 else 'letters'}>"

    def text(self) -> str:
        """All letters as one would read them, one after the other."""
        return "\n\n".join(_whole(mail) for mail in self)

    def frame(self) -> pandas.DataFrame:
        """A DataFrame with one row a letter: time (UTC), to, sender, subject, text, link."""
        import pandas  # noqa: PLC0415 - 0.3 s that a lesson without tables need not pay

        rows = [
            [datetime_of(mail.time), mail.to, mail.sender, mail.subject, mail.text, mail.link]
            for mail in self
        ]
        return pandas.DataFrame(rows, columns=_COLUMNS)

    def _repr_html_(self) -> str:
        caption = f"<p>{escape(repr(self).strip('<>'))}</p>"
        rows = [_cells(mail) for mail in self]
        if not rows:
            return caption
        return caption + html_table(
            ("time", "to", "sender", "subject", "text"), rows, whole="frame()", prose="text"
        )


def _cells(mail: Mail) -> list[str]:
    lines = mail.text.split("\n")
    text = lines[0] if len(lines[0]) <= _LONGEST else lines[0][: _LONGEST - 3] + "..."
    return [
        f"{datetime_of(mail.time):%H:%M:%S}",
        short_name(mail.to),
        short_name(mail.sender),
        mail.subject,
        text,
    ]


def _whole(mail: Mail) -> str:
    head = [f"{datetime_of(mail.time):%Y-%m-%d %H:%M:%S} UTC", f"To: {mail.to}", f"From: {mail.sender}"]
    if mail.subject:
        head.append(f"Subject: {mail.subject}")
    return "\n".join([*head, "", mail.text])
