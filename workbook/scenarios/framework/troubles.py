"""An error in a panel, as its reader sees it: the message, and where it happened.

The files of Python and of other packages are left out: who reads a panel cannot do anything about them. Files
are named without their folders, so that what is shown is the same on every machine. A setting out of its
range is the reader's own affair, and needs no place in the code.
"""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Iterator
from html import escape
from pathlib import Path

from workbook.scenarios.framework.settings import SettingError

_FOREIGN = tuple({sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")})
MOST_FRAMES = 5


def trouble_text(error: BaseException) -> str:
    """The error in words, with a short traceback: outermost call first, as Python writes them."""
    if isinstance(error, SettingError):
        return str(error)
    return "\n".join([f"{type(error).__name__}: {error}", *_frames(error)])


def trouble_html(error: BaseException) -> str:
    """The same for a panel."""
    head, *frames = trouble_text(error).split("\n  ", maxsplit=1)
    more = f"<pre>  {escape(frames[0])}</pre>" if frames else ""
    style = "color:var(--jp-error-color1,#b71c1c);white-space:pre-wrap"
    return f'<div role="alert"><b style="{style}">{escape(head)}</b>{more}</div>'


def _frames(error: BaseException) -> Iterator[str]:
    chain: list[BaseException] = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    lines = [
        f"  {Path(frame.filename).name}, line {frame.lineno}, in {frame.name}: {frame.line}"
        for each in chain
        for frame in traceback.extract_tb(each.__traceback__)
        if not frame.filename.startswith((*_FOREIGN, "<frozen"))
    ]
    yield from lines[-MOST_FRAMES:]
