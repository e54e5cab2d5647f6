"""The pages as HTML: escaped throughout, without a script, and allowed to load nothing.

What stands on a page was partly written by learners. Jinja escapes it; beyond that, the page forbids the
browser everything but its own style, known by its digest, and pictures that it carries within itself. Of the
picture of a run only such pictures and their descriptions are taken over.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import unicodedata
from html.parser import HTMLParser
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from workbook.grading.reports import words
from workbook.grading.reports.overview import OUTCOMES, overview_of
from workbook.grading.scores import score_of, shown

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

    from workbook.grading.assignment import Assignment
    from workbook.grading.results import ClassResult, SubmissionResult

_PICTURE = re.compile(r"data:image/(?:svg\+xml|png);base64,[A-Za-z0-9+/=]+")
_CODE = re.compile(r"`([^`\n]+)`")
_SLUG = re.compile(r"[^a-z0-9]+")


class Picture(NamedTuple):
    """A picture that a page carries within itself."""

    source: str
    description: str


def learner_page(submission: SubmissionResult, assignment: Assignment) -> str:
    """What one learner reads."""
    return _page("learner.html", submission=submission, assignment=assignment, flows=assignment.show_flows)


def class_page(result: ClassResult, assignment: Assignment) -> str:
    """What the instructor reads."""
    return _page(
        "class.html",
        result=result,
        assignment=assignment,
        overview=overview_of(result, assignment),
        outcomes=OUTCOMES,
    )


def file_name(learner: str) -> str:
    """The name of a learner's page: readable, and unlike that of any other, on every file system."""
    plain = unicodedata.normalize("NFKD", learner).encode("ascii", "ignore").decode().lower()
    slug = _SLUG.sub("-", plain).strip("-")[:40] or "learner"
    return f"{slug}-{hashlib.sha256(learner.encode('utf-8', 'replace')).hexdigest()[:8]}.html"


def pictures_in(html: str | None) -> list[Picture]:
    """The pictures that stand within some HTML; nothing else of it."""
    finder = _Pictures()
    finder.feed(html or "")
    return finder.found


class _Pictures(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Picture] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "img" and _PICTURE.fullmatch(said.get("src") or ""):
            self.found.append(Picture(said["src"] or "", said.get("alt") or ""))


def _page(template: str, **values: Any) -> str:  # noqa: ANN401 - what a template shows
    return _environment().get_template(template).render(**values)


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415

    folder = resources.files("workbook.grading.reports") / "templates"
    style = (folder / "style.css").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(style=_Style(style), words=words, score_of=score_of, file_name=file_name)
    environment.filters.update(prose=_prose, shown=shown, pictures=pictures_in)
    return environment


class _Style:
    """The one style of a page, and the digest by which the browser knows it."""

    def __init__(self, text: str) -> None:
        from markupsafe import Markup  # noqa: PLC0415

        self.text = Markup(text)  # noqa: S704 - our own file
        self.digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _prose(text: str) -> Markup:
    """Prose, with what stands in backquotes as code."""
    from markupsafe import Markup, escape  # noqa: PLC0415

    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - it was escaped before
