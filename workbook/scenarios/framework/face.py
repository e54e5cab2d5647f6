"""What a panel looks like without a kernel: in a saved notebook, in print, on the web, read aloud."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from workbook.scenarios.framework.account import Account


def face_text(account: Account) -> str:
    """The panel in words."""
    return account.text()


def face_html(account: Account, pictures: Sequence[str]) -> str:
    """The panel as a page: question, settings, pictures (as HTML), what happened, the answer."""
    left = 'style="text-align:left"'
    settings = "".join(
        f"<tr><th {left}>{escape(name)}</th><td {left}>{escape(value)}</td></tr>"
        for name, value in account.settings_in_words
    )
    story = escape("\n".join(account.story()))
    return "".join(
        [
            f"<p><b>{escape(account.title)}</b><br>{escape(account.question)}</p>",
            f"<table><tbody>{settings}</tbody></table>",
            *(f"<div>{picture}</div>" for picture in pictures),
            f"<pre>{story}</pre>" if story else "",
            account.answer_html(),
        ]
    )
