"""What a learner has done: a file of theirs, and the page that shows it.

    from workbook.teaching import progress

    progress()            # what is done, what is next, what to look at again
    progress.start()      # copies of the exercises, in a folder of yours
    progress.book()       # the records behind it

The module itself can be called, because what learners call has the name of the package that holds it.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.teaching.progress.copies import Started
    from workbook.teaching.progress.page import ProgressPage
    from workbook.teaching.progress.progress_book import ProgressBook


def book() -> ProgressBook:
    """The learner's records, in the file that `place.progress_file` names."""
    from workbook.teaching.progress.place import progress_file
    from workbook.teaching.progress.progress_book import ProgressBook
    from workbook.teaching.progress.store import Store

    path = progress_file()
    return ProgressBook(None if path is None else Store(path))


def start(folder: str | None = None) -> Started:
    """Copy the exercises into a folder of the learner's, or bring new ones there: see `copies.start`."""
    from workbook.teaching.progress import copies

    return copies.start(folder)


class _Callable(types.ModuleType):
    def __call__(self) -> ProgressPage:
        """What is done, what is next, and which topics are weak; alive in a notebook."""
        from workbook.teaching.progress.page import ProgressPage

        return ProgressPage(book())


sys.modules[__name__].__class__ = _Callable
