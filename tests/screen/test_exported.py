"""A lesson exported as a page, on the screen and on paper: the pictures are in it, with their words."""

import nbformat
import pytest
from jupyterlab_process import NOTEBOOKS
from nbconvert import HTMLExporter

LESSON = "03_dead_letter_queues.ipynb"
SIZES = "images => images.map(image => [image.naturalWidth, image.getBoundingClientRect().width])"


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    html, _ = HTMLExporter().from_filename(str(NOTEBOOKS / LESSON))
    file = tmp_path_factory.mktemp("exported") / "lesson.html"
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    page = context.new_page()
    page.goto(file.as_uri())
    yield page
    context.close()


@pytest.fixture(scope="module")
def pictures():
    """How many outputs of the lesson have a picture."""
    cells = nbformat.read(NOTEBOOKS / LESSON, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return sum("<img" in output.get("data", {}).get("text/html", "") for output in outputs)


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_every_picture_is_drawn_without_a_kernel(page, pictures, medium):
    page.emulate_media(media=medium)
    drawn = page.locator("img[src^='data:image/svg+xml']")
    assert drawn.count() >= pictures > 0
    assert all(natural > 0 and shown > 100 for natural, shown in drawn.evaluate_all(SIZES))


def test_every_picture_has_its_words(page):
    words = page.locator("img[src^='data:image/svg+xml']").evaluate_all("images => images.map(i => i.alt)")
    assert all(text.startswith(("Flow of", "Sequence of", "Chart of")) for text in words)


def test_it_prints(page):
    assert len(page.pdf()) > 20_000
