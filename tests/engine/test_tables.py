"""Tables that people read: short, aligned, and with nothing in them that a browser would take for HTML."""

import pytest

from workbook.engine.tables import MOST_ROWS, html_table


def rows(count):
    return [[str(number), f"cake {number}"] for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, MOST_ROWS])
def test_what_can_be_read_is_shown_whole(count):
    html = html_table(["number", "what"], rows(count), whole="frame()")
    assert html.count("<tr>") == count + 1
    assert "more" not in html


def test_of_many_rows_the_first_and_the_last_are_shown_and_what_shows_the_others():
    html = html_table(["number", "what"], rows(12_345), whole="frame()")
    assert html.count("<tr>") == MOST_ROWS + 2
    assert "cake 0<" in html
    assert "cake 12344<" in html
    assert "... 12,285 more; frame() has them all" in html


def test_what_looks_like_html_is_text():
    assert "a &lt;b&gt;pie&lt;/b&gt;" in html_table(["what"], [["a <b>pie</b>"]], whole="frame()")
