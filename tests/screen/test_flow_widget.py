"""The flow picture in a real JupyterLab: run, played, asked, followed; saved, and seen without a kernel."""

import re

import pytest
from flow_page import SCREENSHOTS
from jupyterlab_window import ERROR
from playwright.sync_api import expect

SET_UP = """\
import boto3
from workbook import Lab
lab = Lab(seed=7)
sqs = boto3.client("sqs")
dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
policy = '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": 2}'
orders = sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": policy})["QueueUrl"]
"""
TRAFFIC = """\
for number in range(5):
    sqs.send_message(QueueUrl=orders, MessageBody=f"order {number}")
for receive in range(3):
    messages = sqs.receive_message(QueueUrl=orders, MaxNumberOfMessages=4).get("Messages", [])
    if messages:
        sqs.delete_message(QueueUrl=orders, ReceiptHandle=messages[0]["ReceiptHandle"])
    lab.advance(31)
"""
# The last hundred sentences, because IPython leaves out the end of a list of thousands.
TRUTH = """\
from workbook.flow.contents import counts_at
scene = lab.flow().scene
held = counts_at(scene.changes, scene.now)
{arn.rpartition(":")[2]: tuple(counts) for arn, counts in held.items()}, [m.text for m in scene.moves[-100:]]
"""
FLOW, LINES = ".wb-live-flow", ".wb-told"


def opened(learner, jupyterlab, name, *cells):
    """A notebook of these cells in which all were run; its last flow is in sight."""
    learner.open(jupyterlab.write(name, *cells))
    learner.restart_and_run_all()
    assert learner.page.locator(ERROR).all_text_contents() == []
    expect(learner.page.locator(FLOW).first).to_be_visible()
    learner.page.locator(FLOW).first.scroll_into_view_if_needed()
    return learner.page.locator(FLOW).first


def counts(flow, label):
    node = flow.locator(".wb-node", has=flow.page.locator(f".wb-label:text-is('{label}')"))
    return tuple(
        int(node.locator(f".wb-{name}").inner_html()) for name in ("visible", "in-flight", "delayed")
    )


def told(flow):
    return flow.locator(LINES).inner_text()


def cursor(learner):
    """Which cell the notebook's own cursor is at."""
    return learner.page.locator(".jp-Notebook .jp-Cell").evaluate_all(
        "cells => cells.findIndex(cell => cell.classList.contains('jp-mod-active'))"
    )


@pytest.fixture(scope="module")
def notebook(open_window, jupyterlab):
    """A window with a flow in it, and what the trace says."""
    learner = open_window()
    flow = opened(learner, jupyterlab, "flow.ipynb", SET_UP, TRAFFIC, "lab.flow()", TRUTH)
    learner.contents, learner.texts = eval(learner.shown(4))
    return learner, flow


def test_what_it_shows_at_the_end_is_what_the_trace_says(notebook):
    learner, flow = notebook
    assert {label: counts(flow, label) for label in learner.contents} == learner.contents
    assert told(flow).startswith(learner.texts[-1])


def test_it_is_stepped_through_by_keyboard_and_the_notebook_stays_where_it_is(notebook):
    learner, flow = notebook
    cells = len(learner.prompts())
    flow.locator(".wb-node").first.focus()
    before = cursor(learner)
    learner.page.keyboard.press("Home")
    for text in learner.texts:
        learner.page.keyboard.press("n")
        assert told(flow).replace("\n", "").startswith(text)
    for key in ("ArrowDown", "ArrowUp", "a", "b", "j", "k", "End"):
        learner.page.keyboard.press(key)
    assert len(learner.prompts()) == cells
    assert cursor(learner) == before


def test_it_plays_with_a_click_and_is_scrubbed_with_arrow_keys(notebook):
    learner, flow = notebook
    flow.locator(".wb-range").press("Home")
    expect(flow.locator(".wb-since")).to_have_text("+0 s")
    flow.locator(".wb-range").press("ArrowRight")
    flow.get_by_label("Speed").select_option("16")
    flow.get_by_label("Play", exact=True).click()
    expect(flow.locator(LINES)).to_contain_text(learner.texts[-1])
    expect(flow.get_by_label("Play", exact=True)).to_be_visible()


def test_a_node_is_selected_with_keys_and_its_details_equal_the_trace(notebook):
    learner, flow = notebook
    flow.get_by_label("Speed").select_option("1")
    flow.locator(".wb-node", has_text="you").first.focus()
    learner.page.keyboard.press("End")
    learner.page.keyboard.press("ArrowRight")
    learner.page.keyboard.press("Enter")
    selected = flow.locator(".wb-selected")
    expect(selected.locator("h3")).to_contain_text("orders")
    visible, in_flight, delayed = learner.contents["orders"]
    expect(selected).to_contain_text(f"{visible} visible, {in_flight} in flight, {delayed} delayed")
    learner.page.keyboard.press("Escape")
    expect(selected).to_contain_text("Select a node")


def test_escape_goes_on_to_the_notebook_when_there_is_nothing_to_clear(notebook):
    learner, flow = notebook
    flow.locator(".wb-node").first.focus()
    learner.page.keyboard.press("Escape")
    expect(learner.page.locator(".jp-Notebook")).to_have_class(re.compile("jp-mod-commandMode"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 700])
def test_it_has_its_picture_taken(notebook, theme, width):
    learner, flow = notebook
    learner.choose_theme(f"JupyterLab {theme.title()}")
    learner.hide_notifications()
    with learner.window_of(width, sidebar=False):
        flow.locator(".wb-node").first.focus()
        learner.page.keyboard.press("Home")
        learner.page.keyboard.press("f")
        flow.scroll_into_view_if_needed()
        flow.screenshot(path=SCREENSHOTS / f"flow-lab-{theme}-{width}.png")
        assert flow.evaluate("flow => flow.scrollWidth <= flow.clientWidth + 1")
    background, ink = flow.evaluate(
        """flow => {
            const label = flow.querySelector('.wb-label');
            return [getComputedStyle(flow).backgroundColor, getComputedStyle(label).fill];
        }"""
    )
    bright = [sum(map(float, colour.strip("rgba()").split(",")[:3])) for colour in (background, ink)]
    assert (bright[0] > bright[1]) is (theme == "light")


def test_400_pixels_are_enough(notebook):
    learner, flow = notebook
    learner.choose_theme("JupyterLab Light")
    flow.evaluate("flow => { flow.style.width = '400px' }")
    expect(flow.locator(".wb-picture svg")).to_be_visible()
    flow.screenshot(path=SCREENSHOTS / "flow-lab-400.png")
    assert flow.evaluate("flow => flow.scrollWidth <= 401")
    flow.evaluate("flow => { flow.style.width = '' }")


def test_nothing_is_asked_of_another_computer_and_the_console_is_quiet(notebook):
    learner, _ = notebook
    assert any("/kernels/" in request for request in learner.requests)
    assert learner.requests_elsewhere() == []
    assert learner.complaints == []


def test_a_tab_with_it_is_closed_and_the_console_stays_quiet(learner, jupyterlab):
    opened(learner, jupyterlab, "closed.ipynb", SET_UP, TRAFFIC, "lab.flow()")
    learner.page.evaluate("[...jupyterapp.shell.widgets('main')].forEach(tab => tab.dispose())")
    expect(learner.page.locator(FLOW)).to_have_count(0)
    assert learner.complaints == []


# ---- following

LOOP = """\
print("off we go", flush=True)
for number in range(3000):
    sqs.send_message(QueueUrl=orders, MessageBody=f"order {number}")
    [message] = sqs.receive_message(QueueUrl=orders)["Messages"]
    if not number % 10:
        continue
    sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
    if len(lab.trace) > 5000:
        break
sqs.send_message(QueueUrl=orders, MessageBody="the last one")
lab.advance(1)
"""


def test_it_follows_while_a_cell_runs_and_shows_all_of_it_in_the_end(learner, jupyterlab):
    flow = opened(
        learner,
        jupyterlab,
        "follow.ipynb",
        SET_UP,
        "flow = lab.flow(follow=True)\nflow",
        "None",
        "lab.advance(40)",
        TRUTH,
    )
    expect(flow.locator(".wb-live")).to_be_visible()
    learner.page.evaluate("""() => {
        window.seen = new Set();
        const told = document.querySelector('.wb-told');
        new MutationObserver(() => seen.add(told.textContent)).observe(told, { childList: true });
    }""")
    learner.replace(3, LOOP)
    learner.start(3)
    expect(learner.outputs(3).first).to_contain_text("off we go")
    learner.page.wait_for_function("seen.size > 3")
    assert learner.prompts()[2] == "[*]:", "the cell still runs"
    learner.wait_for_cells()
    expect(flow.locator(LINES)).to_contain_text("you sent message")
    learner.run(4)
    contents, texts = eval(learner.run(5))
    expect(flow.locator(LINES)).to_contain_text(texts[-1])
    assert {label: counts(flow, label) for label in contents} == contents


CALLBACK = """\
import ipywidgets
button = ipywidgets.Button(description="Order")
button.on_click(lambda _: sqs.send_message(QueueUrl=orders, MessageBody="a pie"))
flow = lab.flow(follow=True)
ipywidgets.VBox([button, flow.widget])
"""


def test_it_follows_what_a_widgets_callback_does_though_that_says_nothing(learner, jupyterlab):
    flow = opened(learner, jupyterlab, "callback.ipynb", SET_UP, CALLBACK)
    for number in (1, 2, 3):
        learner.page.get_by_role("button", name="Order", exact=True).click()
        expect(flow.locator(LINES)).to_contain_text(f"you sent message {number} to orders")
    assert counts(flow, "orders") == (3, 0, 0)


def test_a_cell_that_is_run_again_leaves_nobody_who_follows(learner, jupyterlab):
    keep = "seen = []\nflow = lab.flow(follow=True)\nseen.append(flow)\nflow"
    opened(
        learner,
        jupyterlab,
        "again.ipynb",
        SET_UP + "seen = []",
        keep.partition("\n")[2],
        "[one.widget.views for one in seen]",
    )
    for number in (2, 3):
        learner.run(2)
        expect(learner.page.locator(FLOW)).to_have_count(1)
        learner.page.wait_for_timeout(300)
        assert learner.run(3) == str([0] * (number - 1) + [1])


def test_an_error_while_it_follows_is_shown_in_its_place(learner, jupyterlab):
    broken = "import workbook.flow.flow\nworkbook.flow.flow.draw = None\nlab.advance(1)"
    flow = opened(learner, jupyterlab, "broken.ipynb", SET_UP, "lab.flow(follow=True)", broken)
    expect(flow.get_by_role("alert")).to_contain_text("could not be brought up to date: TypeError")


def test_two_hundred_messages(learner, jupyterlab):
    many = """\
for batch in range(20):
    entries = [{"Id": str(n), "MessageBody": f"order {batch * 10 + n}"} for n in range(10)]
    sqs.send_message_batch(QueueUrl=orders, Entries=entries)
while messages := sqs.receive_message(QueueUrl=orders, MaxNumberOfMessages=10).get("Messages"):
    pass
lab.flow()
"""
    flow = opened(learner, jupyterlab, "many.ipynb", SET_UP, many)
    assert counts(flow, "orders") == (0, 200, 0)
    flow.locator(".wb-node", has_text="orders").first.click()
    expect(flow.locator(".wb-selected")).to_contain_text("200 messages at this moment, the first 25")
    flow.screenshot(path=SCREENSHOTS / "flow-lab-200.png")


# ---- saved


@pytest.mark.parametrize("trusted", [False, True])
def test_a_saved_notebook_shows_the_picture_without_a_kernel(open_window, jupyterlab, tmp_path, trusted):
    name = f"saved-{'trusted' if trusted else 'fresh'}.ipynb"
    path = jupyterlab.folder / jupyterlab.write(name, SET_UP, TRAFFIC, "lab.flow()")
    jupyterlab.bake(name)
    if trusted:
        jupyterlab.trust(name)
    learner = open_window()
    learner.open(name, kernel=False)
    assert path.exists()
    picture = learner.outputs(3).locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 300
    assert picture.get_attribute("alt").startswith("Flow of messages")
    assert learner.page.get_by_text("Error displaying widget").count() == 0
    learner.hide_notifications()
    picture.screenshot(path=SCREENSHOTS / f"flow-{name.removesuffix('.ipynb')}.png")
    assert learner.requests_elsewhere() == []
