"""An SVG as PNG: text is really drawn, themes are resolved, and what cannot be drawn is refused."""

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from workbook.flow.png import NoFont, png_of


def picture(inside="", style=""):
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" viewBox="0 0 60 20">'
        f"<style>{style}</style>{inside}</svg>"
    )


def text(words="orders", family="system-ui, sans-serif"):
    return f'<text x="2" y="14" font-size="12" font-family="{family}">{words}</text>'


def size(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def pixels(png):
    """The pixels of a PNG, row by row, each as (red, green, blue, alpha): what its format says, undone."""
    width, height = size(png)
    data, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += 12 + length
    raw, rows, above = zlib.decompress(data), [], bytes(4 * width)
    for start in range(0, height * (4 * width + 1), 4 * width + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + 4 * width], above)
        rows.append([tuple(above[at : at + 4]) for at in range(0, 4 * width, 4)])
    return rows


def _unfiltered(kind, line, above):
    done = bytearray()
    for at, value in enumerate(line):
        left = done[at - 4] if at >= 4 else 0
        corner = above[at - 4] if at >= 4 else 0
        guess = left + above[at] - corner
        nearest = min((left, above[at], corner), key=lambda one: abs(guess - one))
        add = (0, left, above[at], (left + above[at]) // 2, nearest)[kind]
        done.append((value + add) % 256)
    return bytes(done)


WHITE, RED, GREEN = (255, 255, 255, 255), (255, 0, 0, 255), (0, 128, 0, 255)


# ---- what is drawn


def test_text_is_really_drawn():
    with_text, without = pixels(png_of(picture(text()))), pixels(png_of(picture()))
    assert {pixel for row in without for pixel in row} == {WHITE}
    inked = sum(pixel != WHITE for row in with_text for pixel in row)
    assert inked > 100
    other = pixels(png_of(picture(text("invoices"))))
    assert other != with_text


def test_same_svg_same_bytes():
    assert png_of(picture(text())) == png_of(picture(text()))


def test_a_slide_has_twice_the_size_or_the_width_that_is_asked_for():
    assert size(png_of(picture())) == (120, 40)
    assert size(png_of(picture(), scale=1)) == (60, 20)
    assert size(png_of(picture(), width=300)) == (300, 100)
    assert size(png_of(picture(), width=300, scale=1)) == (300, 100)


def test_the_page_is_white_unless_told_otherwise():
    assert pixels(png_of(picture()))[0][0] == WHITE
    assert pixels(png_of(picture(), background="red"))[0][0] == RED
    assert pixels(png_of(picture(), background=None))[0][0][3] == 0


# ---- themes


@pytest.mark.parametrize(
    ("inside", "style", "colour"),
    [
        ('<rect width="60" height="20" fill="var(--jp-brand, #f00)"/>', "", RED),
        ('<rect width="60" height="20" style="fill:var(--jp-brand,rgb(255, 0, 0))"/>', "", RED),
        ('<rect width="60" height="20" fill="var(--a, var(--b, red))"/>', "", RED),
        ('<rect width="60" height="20" class="box"/>', ".box { fill: var(--jp-brand, red) }", RED),
        (
            '<rect width="60" height="20" class="box"/>',
            "svg { --mine: green } .box { fill: var(--mine, red) }",
            GREEN,
        ),
        (
            '<rect width="60" height="20" class="box"/>',
            ".box { fill: green } @media (prefers-color-scheme: dark) { .box { fill: red } g { --a: red } }",
            GREEN,
        ),
    ],
)
def test_variables_become_what_the_picture_sets_or_falls_back_to(inside, style, colour):
    assert pixels(png_of(picture(inside, style)))[10][30] == colour


def test_a_variable_without_a_value_is_named():
    with pytest.raises(ValueError, match=r"neither sets --jp-brand nor has a fallback"):
        png_of(picture('<rect width="60" height="20" fill="var(--jp-brand)"/>'))


def test_what_looks_like_a_variable_in_a_text_is_left_alone():
    assert pixels(png_of(picture(text("var(--x)")))) != pixels(png_of(picture(text("x"))))


# ---- what is refused


@pytest.mark.parametrize("wrong", ["", "hello", "<svg", "<html></html>"])
def test_what_is_no_svg_is_refused(wrong):
    with pytest.raises(ValueError, match="the picture cannot be drawn"):
        png_of(wrong)


def test_html_in_an_svg_is_refused_and_not_left_out():
    html = '<foreignObject width="9" height="9"><p xmlns="http://www.w3.org/1999/xhtml">orders</p></foreignObject>'
    with pytest.raises(ValueError, match="use text elements"):
        png_of(picture(html))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"width": 0}, "width=0: pass a number of pixels from 1"),
        ({"width": 10**6}, "width=1000000"),
        ({"width": 2.5}, "width=2.5"),
        ({"scale": 0}, "scale=0: pass how many pixels"),
        ({"scale": float("nan")}, "scale=nan"),
        ({"background": "no colour"}, "the picture cannot be drawn"),
    ],
    ids=str,
)
def test_numbers_and_colours_that_cannot_be_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        png_of(picture(), **options)


# ---- machines with few fonts or none


def draw_with_fonts(folder, tmp_path, svg):
    """Draw where the machine's fonts are those of one folder; returns the PNG, or the error's last line."""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{folder}</dir></fontconfig>")
    code = "import sys; from workbook.flow.png import png_of; sys.stdout.buffer.write(png_of(sys.argv[1]))"
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts), "HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", code, svg], env=environment, capture_output=True, check=False)
    return run.stdout if run.returncode == 0 else run.stderr.decode().strip().splitlines()[-1]


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="fontconfig is told of another folder")


@linux_only
def test_without_a_font_no_picture_is_made_and_the_error_says_what_to_install(tmp_path):
    (tmp_path / "empty").mkdir()
    error = draw_with_fonts(tmp_path / "empty", tmp_path, picture(text()))
    assert error.startswith("workbook.flow.png.NoFont: this machine has no sans-serif font")
    assert "apt-get install fonts-dejavu-core" in error


@linux_only
def test_a_picture_without_text_needs_no_font(tmp_path):
    (tmp_path / "empty").mkdir()
    drawn = draw_with_fonts(tmp_path / "empty", tmp_path, picture())
    assert {pixel for row in pixels(drawn) for pixel in row} == {WHITE}


@linux_only
def test_a_font_is_found_though_nothing_says_that_it_is_the_sans_serif_one(tmp_path):
    installed = sorted(Path("/usr/share/fonts").rglob("DejaVuSans.ttf")) or sorted(
        Path("/usr/share/fonts").rglob("LiberationSans-Regular.ttf")
    )
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "font.ttf").symlink_to(installed[0])
    drawn = draw_with_fonts(tmp_path / "one", tmp_path, picture(text()))
    assert pixels(drawn) != pixels(draw_with_fonts(tmp_path / "one", tmp_path, picture()))


def test_the_error_is_one_of_the_machine_and_not_of_the_picture():
    assert issubclass(NoFont, RuntimeError)
