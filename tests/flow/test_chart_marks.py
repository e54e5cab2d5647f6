"""The strips of a chart: marks where something happened, and how often it did in all."""

from __future__ import annotations

import re

import pytest
from pictures import marks, parsed

from workbook.engine.clock import SECOND
from workbook.flow.chart_measures import Happenings
from workbook.flow.chart_picture import NARROW, WIDE, Window, draw_chart
from workbook.flow.chart_subjects import Subject
from workbook.flow.marks import width_of
from workbook.flow.resources import Kind
from workbook.flow.system import Node

LAST = 60 * SECOND


def strip(times, form):
    """Where the last mark of a strip ends, its number included, and where the total begins and ends."""
    happened = Happenings("errors", "errors", "FAILED", times)
    subject = Subject(Node("arn:aws:lambda:::function:f", Kind.FUNCTION, "f"), (), (happened,))
    svg = draw_chart([subject], Window(0, 0, LAST), [], form)
    [drawn] = marks(parsed(svg), "wb-strip")
    last = marks(drawn, "wb-happened")[-1]
    x = float(re.match(r"translate\(([\d.]+) ", last.get("transform"))[1])
    [number] = [text.text or "" for text in last.iter() if text.get("font-weight") == "600"]
    [total] = marks(drawn, "wb-now")
    ends = x + 7 + width_of(number, form.size - 2, bold=True)
    return ends, float(total.get("x")), float(total.get("x")) + width_of(total.text, form.size - 1, bold=True)


@pytest.mark.parametrize("form", [WIDE, NARROW])
@pytest.mark.parametrize("count", [1, 2, 40, 999])
def test_the_last_mark_covers_no_part_of_the_total(form, count):
    ends, begins, edge = strip([LAST] * count, form)
    assert ends < begins
    assert edge < form.width


@pytest.mark.parametrize("form", [WIDE, NARROW])
def test_totals_stand_below_each_other_where_no_mark_is_in_the_way(form):
    _, begins, _ = strip([LAST // 2] * 12, form)
    assert begins == form.width - form.right + 6
