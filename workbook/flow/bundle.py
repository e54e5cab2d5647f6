"""What every picture of a trace can do: show itself wherever a notebook goes, be read aloud, be saved.

    text/html        an <img> that holds the SVG: what a fresh, untrusted clone shows, and the web
    image/svg+xml    for tools that take a picture as it is
    text/plain       the picture in words
    widget view      live, while there is a kernel; baking a notebook drops it

A picture is drawn when it is first asked for and then kept: a snapshot does not change while it is looked at.
"""

from __future__ import annotations

import abc
import base64
from collections.abc import Callable
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

SVG = "image/svg+xml"
Bundle = dict[str, Any]


class Picture(abc.ABC):
    """A drawing of what happened, with words that say the same.

    Subclasses give `_draw` and `_describe`; those that are live give `_live`, too.
    """

    @abc.abstractmethod
    def _draw(self) -> str:
        """The SVG: well-formed, right by itself, of the same bytes whenever the trace is the same."""

    @abc.abstractmethod
    def _describe(self) -> str:
        """The picture in words, several lines."""

    def _live(self) -> Bundle:
        """The mime bundle of a live view, if there is one."""
        return {}

    @cached_property
    def _svg(self) -> str:
        return self._draw()

    @cached_property
    def _prose(self) -> str:
        return self._describe()

    def _renew(self) -> None:  # noqa: B027 - most pictures are snapshots, and have nothing to do
        """Take in what has happened meanwhile, where a picture follows; a snapshot stays as it is."""

    def _forget(self) -> None:
        """Draw again when it is next asked for, because what is shown has changed."""
        self.__dict__.pop("_svg", None)
        self.__dict__.pop("_prose", None)

    def svg(self) -> str:
        """The picture as SVG."""
        self._renew()
        return self._svg

    def prose(self) -> str:
        """The picture in words: what somebody who cannot see it needs to know."""
        self._renew()
        return self._prose

    def html(self) -> str:
        """The picture as an `<img>` that needs no other file, its words as the alternative."""
        self._renew()
        return self._html()

    def _html(self) -> str:
        data = base64.b64encode(self._svg.encode()).decode()
        style = "max-width:100%;height:auto"
        return f'<img alt="{escape(self._prose)}" style="{style}" src="data:{SVG};base64,{data}">'

    def bundle(self) -> Bundle:
        """The mime bundle of the still picture: what a saved notebook keeps."""
        self._renew()
        return {"text/html": self._html(), SVG: self._svg, "text/plain": self._prose}

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file and return its path; an older file of that name is replaced.

        Args:
            path: The file; its ending says what it becomes: `.svg`, `.png` (twice the size, for slides) or
                `.html` (a page that needs no other file).

        Raises:
            ValueError: the ending is none of these.
            FileNotFoundError: the folder does not exist.
        """
        target = Path(path)
        write = _WRITERS.get(target.suffix.lower())
        if write is None:
            endings = ", ".join(_WRITERS)
            message = f"save({str(path)!r}): the ending says what the file becomes; pass one of {endings}"
            raise ValueError(message)
        if not target.parent.is_dir():
            message = f"save({str(path)!r}): there is no folder {str(target.parent)!r}; make it first"
            raise FileNotFoundError(message)
        target.write_bytes(write(self))
        return target

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        """What a notebook shows; `include` and `exclude` are IPython's, and it applies them itself."""
        del include, exclude
        return {**self._live(), **self.bundle()}

    def __repr__(self) -> str:
        return self.prose()


def _svg_file(picture: Picture) -> bytes:
    return picture.svg().encode() + b"\n"


def _png_file(picture: Picture) -> bytes:
    from workbook.flow.png import png_of  # noqa: PLC0415 - loads a renderer that other pictures need not

    return png_of(picture.svg())


def _html_file(picture: Picture) -> bytes:
    title = escape(picture.prose().partition("\n")[0])
    words = escape(picture.prose())
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_PAGE}</style></head>\n"
        f"<body><figure>{picture.svg()}<figcaption>{words}</figcaption></figure></body></html>\n"
    ).encode()


_PAGE = (
    "body{margin:1.5rem;font:15px/1.5 system-ui,sans-serif;background:#fff;color:#1a1a1a}"
    "figure{margin:0;max-width:60rem}svg{max-width:100%;height:auto}"
    "figcaption{white-space:pre-line;margin-top:1rem}"
)
_WRITERS: dict[str, Callable[[Picture], bytes]] = {".svg": _svg_file, ".png": _png_file, ".html": _html_file}
