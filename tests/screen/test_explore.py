"""A sequence and a chart in a real JupyterLab: walked through with keys and a pointer."""

import json
import re
from functools import partial
from pathlib import Path

import pytest
from page_meter import PageMeter, compared
from playwright.sync_api import expect

SCREENSHOTS = Path(__file__).parent / "screenshots"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
NAME = "explore.ipynb"
OPEN = """\
import json
from workbook import Lab
lab = Lab(seed=7)
sqs = lab.client("sqs")
orders = sqs.create_queue(QueueName="orders")["QueueUrl"]
"""
STORY = """\
sqs.send_message(QueueUrl=orders, MessageBody='{"cake": "<b>plum</b>"}',
    MessageAttributes={"table": {"DataType": "String", "StringValue": "7"}})
with lab.actor("first cook"):
    [first] = sqs.receive_message(QueueUrl=orders)["Messages"]
sqs.send_message(QueueUrl=orders, MessageBody="rye")
lab.advance(45)
with lab.actor("second cook"):
    for message in sqs.receive_message(QueueUrl=orders, MaxNumberOfMessages=10)["Messages"]:
        sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
lab.advance(15)
"""
SEQUENCE, CHART = "lab.sequence()", 'lab.chart("orders")'
TOLD = "print(json.dumps([step.sentence for row in lab.sequence().rows.shown for step in row.steps]))"
COUNTED = """\
chart = lab.chart("orders")
begin = lab.trace[0].time
measures = {measure.name: measure for measure in chart.subjects[0].measures}
instants = sorted({time for measure in measures.values() for time in measure.times})
print(json.dumps([[(time - begin) / 1e6, measures["visible"].at(time), measures["in flight"].at(time)]
                  for time in instants]))
"""
MANY = """\
for number in range(200):
    sqs.send_message(QueueUrl=orders, MessageBody=f"order {number}")
    if number % 3 == 0:
        sqs.receive_message(QueueUrl=orders, VisibilityTimeout=90)
    lab.advance(20)
lab.chart("orders")
"""
CELLS = [OPEN, STORY, SEQUENCE, CHART, TOLD, COUNTED, MANY]
VIEW = ".wb-explorer"


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab):
    """A window in which all cells but the last have run."""
    learner = open_window()
    learner.open(jupyterlab.write(NAME, *CELLS))
    learner.hide_notifications()
    learner.show_sidebar(False)
    learner.run(1)
    learner.run(2)
    for number in (3, 4):
        learner.start(number)
        expect(view(learner, number)).to_be_visible()
    learner.wait_until_idle()
    learner.told = json.loads(learner.run(5))
    learner.counted = json.loads(learner.run(6))
    return learner


def view(learner, number):
    return learner.outputs(number).locator(VIEW)


def focused(learner):
    return learner.page.evaluate("document.activeElement.getAttribute('aria-label')")


def active_cell(learner):
    return learner.page.evaluate(
        "[...document.querySelectorAll('.jp-Cell')].findIndex(cell => cell.matches('.jp-mod-active'))"
    )


# ---- the sequence


def test_keys_walk_through_what_happened_and_stay_in_the_picture(learner):
    sequence = view(learner, 3)
    sequence.locator(".wb-arrow").first.focus()
    before = active_cell(learner)
    labels = [focused(learner)]
    for _ in learner.told[1:]:
        learner.page.keyboard.press("ArrowDown")
        labels.append(focused(learner))
    assert [re.sub(r"^[\d.,]+ s, (came back: )?", "", label) for label in labels] == learner.told
    learner.page.keyboard.press("Home")
    assert focused(learner) == labels[0]
    assert active_cell(learner) == before
    learner.page.keyboard.press("f")
    assert "came back" in focused(learner)


def test_enter_tells_a_messages_whole_life_and_escape_goes_back(learner):
    sequence = view(learner, 3)
    sequence.locator(".wb-arrow").first.focus()
    learner.page.keyboard.press("Enter")
    about = sequence.locator(".wb-about")
    expect(about).to_contain_text('{"cake": "<b>plum</b>"}')
    expect(about).to_contain_text("table: 7 (String)")
    life = about.locator("ol").last.locator("li span:last-child").all_text_contents()
    assert life == [sentence for sentence in learner.told if "message 1" in sentence]
    lit = sequence.locator(".wb-arrow.wb-lit").count()
    assert lit == len(life) < sequence.locator(".wb-arrow").count()
    learner.page.keyboard.press("ArrowRight")
    assert "received message 1" in focused(learner)
    learner.page.keyboard.press("Escape")
    expect(about).to_be_hidden()
    expect(sequence.locator(".wb-lit")).to_have_count(0)


def test_a_click_on_a_bar_chooses_its_message(learner):
    sequence = view(learner, 3)
    sequence.locator('.wb-bar[data-messages="2"]').first.click(force=True)
    expect(sequence.locator(".wb-about")).to_contain_text("Message 2")
    sequence.locator('.wb-arrow[aria-pressed="true"]').press("Escape")
    expect(sequence.locator(".wb-about")).to_be_hidden()


# ---- the chart


def values(text):
    """Seconds, visible and in flight of what the chart says."""
    found = re.match(r"([\d.]+) s \(.*\)\. orders: visible (\d+), in flight (\d+)", text)
    return [float(found[1]), int(found[2]), int(found[3])]


def test_the_cursor_goes_from_change_to_change_and_says_what_the_trace_says(learner):
    picture = view(learner, 4).locator(".wb-picture")
    picture.focus()
    before = active_cell(learner)
    learner.page.keyboard.press("Home")
    said = []
    for _ in learner.counted:
        learner.page.keyboard.press("ArrowRight")
        said.append(values(picture.get_attribute("aria-valuetext")))
    assert said == [[round(seconds, 3), *counts] for seconds, *counts in learner.counted]
    assert active_cell(learner) == before
    expect(view(learner, 4).locator(".wb-line-of-words")).to_contain_text("09:00:")
    learner.page.keyboard.press("Escape")
    expect(picture).to_have_attribute("aria-valuetext", "no time chosen")


def ticks(learner, number=4):
    return view(learner, number).locator(".wb-axis text").all_text_contents()


def test_a_stretch_of_time_can_be_looked_at_more_closely(learner):
    chart = view(learner, 4)
    whole, line = ticks(learner), chart.locator(".wb-value").first
    drawn = line.get_attribute("d")
    chart.locator(".wb-picture").focus()
    learner.page.keyboard.press("+")
    assert ticks(learner) != whole
    assert line.get_attribute("d") != drawn
    learner.page.keyboard.press("0")
    assert ticks(learner) == whole
    area = chart.locator(".wb-plot").first.bounding_box()
    learner.page.mouse.move(area["x"] + area["width"] * 0.5, area["y"] + 20)
    learner.page.mouse.down()
    learner.page.mouse.move(area["x"] + area["width"] * 0.75, area["y"] + 20, steps=4)
    learner.page.mouse.up()
    assert ticks(learner)[0] in {"30 s", "31 s", "32 s"}
    chart.get_by_role("button", name="All").click()
    assert ticks(learner) == whole
    learner.page.mouse.move(0, 0)


def test_the_lines_that_the_browser_draws_are_those_of_python(learner):
    """Zooming out again draws all lines anew: they go through the same points."""
    chart = view(learner, 4)
    drawn = view(learner, 4).locator(".wb-value").evaluate_all("lines => lines.map(l => l.getTotalLength())")
    chart.locator(".wb-picture").focus()
    learner.page.keyboard.press("+")
    learner.page.keyboard.press("0")
    again = view(learner, 4).locator(".wb-value").evaluate_all("lines => lines.map(l => l.getTotalLength())")
    assert again == pytest.approx(drawn, rel=0.02)


# ---- the look of it


@pytest.mark.parametrize("width", [1280, 430])
@pytest.mark.parametrize("theme", THEMES)
def test_it_has_its_pictures_taken(learner, theme, width):
    learner.choose_theme(THEMES[theme])
    with learner.window_of(width, sidebar=False):
        for number, name in ((3, "sequence"), (4, "chart")):
            shown = view(learner, number)
            drawing = shown.locator("svg")
            expect(drawing).to_have_attribute(
                "width", re.compile(r"^400$" if width < 640 else r"^[5-9]\d\d$")
            )
            shown.scroll_into_view_if_needed()
            shown.screenshot(path=SCREENSHOTS / f"explore-{name}-{theme}-{width}.png")
        assert learner.cut_off(VIEW) == []


SCRUBBED = """picture => {
    const area = picture.getBoundingClientRect();
    for (let step = 1; step < 60; step += 1) {
        picture.dispatchEvent(new PointerEvent('pointermove',
            { clientX: area.left + area.width * step / 60, clientY: area.top + 80, bubbles: true }));
    }
}"""


def test_two_hundred_messages_are_scrubbed_as_fluently_as_two(learner, record_property):
    learner.choose_theme(THEMES["light"])
    learner.start(7)
    chart = view(learner, 7)
    expect(chart).to_be_visible()
    learner.wait_until_idle()
    meter = PageMeter(learner.page)
    many, few = (view(learner, number).locator(".wb-picture").element_handle() for number in (7, 4))
    scrubs = [partial(meter.spent, SCRUBBED, picture) for picture in (many, few)]
    assert compared(*scrubs, record_property) < 3
    chart.screenshot(path=SCREENSHOTS / "explore-chart-many.png")


def test_the_saved_notebook_has_the_still_pictures(learner):
    learner.save()
    for number in (3, 4):
        [output] = [cell for cell in learner.server.read(NAME).cells if cell.cell_type == "code"][
            number - 1
        ].outputs
        assert "data:image/svg+xml;base64," in output.data["text/html"]
        assert output.data["image/svg+xml"].startswith("<svg")
        assert output.data["text/plain"].startswith(("Sequence of", "Chart of"))


def test_nothing_is_asked_of_another_computer_and_the_console_is_quiet(learner):
    assert learner.requests_elsewhere() == []
    assert learner.complaints == []
