"""The room in words, for a terminal and for whoever has a page read aloud."""

from __future__ import annotations

import textwrap

from workbook.room.overview import Overview, Standing

WIDTH = 96
"""Letters in a line of prose."""
NOBODY = 'Nobody is here yet. Learners join with: join_room("{place}", name="Ada")'
LEGEND = "○ not begun   … 2 tried twice   ▲ 6 stuck after six tries   ✓ 3 solved after three tries"
MOST_COMMON = 10


def overview_text(overview: Overview, place: str) -> str:
    """The whole room.

    Args:
        overview: how it stands.
        place: the folder, for when nobody is there yet.
    """
    blocks = [
        overview.words,
        grid_text(overview) if overview.learners else NOBODY.format(place=place),
        _listed("Stuck", [f"{one.name}, {one.exercise}: {one.words}." for one in overview.stuck]),
        _listed("Common mistakes", common_lines(overview)),
        _listed("Shared", shared_lines(overview)),
        _listed("What could not be read", list(overview.problems)),
    ]
    return "\n\n".join(block for block in blocks if block)


def grid_text(overview: Overview) -> str:
    """Who is where, with a column for each exercise that anybody has tried."""
    places = overview.begun
    width = max((len(learner.name) for learner in overview.learners), default=0)
    columns = [max(len(overview.exercises[place].id), 4) for place in places]
    head = "  ".join(
        f"{overview.exercises[place].id:<{column}}" for place, column in zip(places, columns, strict=True)
    )
    rows = [_row(learner, width, places, columns) for learner in overview.learners]
    return "\n".join([LEGEND, "", f"{'':<{width}}  {head}".rstrip(), *rows])


def _row(learner: Standing, width: int, places: tuple[int, ...], columns: list[int]) -> str:
    cells = (f"{learner.cells[place].sign:<{column}}" for place, column in zip(places, columns, strict=True))
    return f"{learner.name:<{width}}  {'  '.join(cells)}".rstrip()


def common_lines(overview: Overview) -> list[str]:
    """The most common mistakes, a sentence each."""
    return [
        f"{one.exercise}, {one.id}: {one.learners} of {len(overview.learners)}. {one.message}"
        for one in overview.common[:MOST_COMMON]
    ]


def shared_lines(overview: Overview) -> list[str]:
    """What learners shared."""
    return [f"{learner.name}: {each.title}" for learner in overview.learners for each in learner.shared]


def _listed(title: str, lines: list[str]) -> str:
    if not lines:
        return ""
    folded = [textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ") for line in lines]
    return "\n".join([title, *folded])
