"""The live view's colours: each has a dark companion, and none means two things."""

import pytest

from workbook.flow.explorer import stylesheet
from workbook.flow.hues import HUES
from workbook.flow.palette import GLYPHS, PAGE, contrast


def test_each_colour_has_a_rule_that_turns_it_dark():
    rules = stylesheet()
    for colour in (*(glyph.colour for glyph in GLYPHS.values()), *HUES, PAGE):
        for part in ("fill", "stroke"):
            assert f'svg [{part}="{colour.light}"]{{{part}:{colour.dark}}}' in rules


@pytest.mark.parametrize("hue", HUES)
def test_numbers_can_be_read_on_the_colour_of_their_message(hue):
    assert contrast(hue.light, PAGE.light) >= 4.5
    assert contrast(hue.dark, PAGE.dark) >= 4.5


def test_no_message_has_the_colour_of_a_status():
    assert {hue.light for hue in HUES}.isdisjoint({glyph.colour.light for glyph in GLYPHS.values()})
