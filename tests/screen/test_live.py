"""What else lives in a notebook goes on living while a Lab is open: asyncio and widgets, on real time."""

import pytest
from playwright.sync_api import expect

OPEN = """\
import asyncio, threading, time
import boto3, ipywidgets
from workbook import Lab
if "lab" in globals():
    lab.close()
lab = Lab(seed=7)
sqs = boto3.client("sqs")
orders = sqs.create_queue(QueueName="orders")["QueueUrl"]
"""
SLIDER = """\
threads = []
shown = ipywidgets.Label("no orders yet")
slider = ipywidgets.IntSlider(description="orders", max=5)

def order(change):
    threads.append(threading.current_thread() is threading.main_thread())
    sqs.send_message(QueueUrl=orders, MessageBody=f"order {change['new']}")
    lab.advance(1)
    shown.value = f"{len(lab.queue('orders'))} orders at {lab.now:%H:%M:%S}"

slider.observe(order, names="value")
ipywidgets.VBox([slider, shown])
"""


SLEEP = """\
before, begin = lab.now, time.monotonic()
await asyncio.sleep(0.2)
lab.now == before, 0.15 < time.monotonic() - begin
"""
GATHER = """\
async def buy(cake):
    await asyncio.sleep(0.01)
    return sqs.send_message(QueueUrl=orders, MessageBody=cake)["MD5OfMessageBody"][:4]

answers = await asyncio.gather(buy("lemon"), buy("plum"), asyncio.to_thread(lab.advance, 60))
answers[:2], len(lab.queue("orders"))
"""
MOVED = 'len(lab.queue("orders")), threads'
BUSY = """\
begin = lab.now
print("the cell runs", flush=True)
minutes = 0
while len(lab.queue("orders")) < 2 and minutes < 4000:
    lab.advance(minutes=1)
    minutes += 1
    await asyncio.sleep(0.02)
len(lab.queue("orders")), 0 < (lab.now - begin).total_seconds() - 60 * minutes < 2
"""
CELLS = [OPEN, SLEEP, GATHER, SLIDER, MOVED, BUSY]


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab):
    learner = open_window()
    learner.open(jupyterlab.write("live.ipynb", *CELLS))
    return learner


@pytest.fixture(autouse=True)
def new_lab(learner):
    run(learner, OPEN)


def run(learner, cell):
    return learner.run(CELLS.index(cell) + 1)


def test_asyncio_sleeps_in_real_time_and_the_lab_stands_still(learner):
    assert run(learner, SLEEP) == "(True, True)"


def test_asyncio_goes_on_after_calls_to_aws_in_the_same_cell(learner):
    assert run(learner, GATHER) == "(['3f24', '3e04'], 2)"


def test_a_sliders_callback_calls_boto3_and_moves_time(learner):
    run(learner, SLIDER)
    handle = learner.page.get_by_role("slider")
    for count in (1, 2, 3):
        handle.press("ArrowRight")
        expect(
            learner.page.locator(".widget-label", has_text=f"{count} orders at 09:00:0{count}")
        ).to_be_visible()
    # JupyterLab mostly serves callbacks on a subshell's thread, which is not the thread of cells.
    assert run(learner, MOVED) in {f"(3, [{first}, False, False])" for first in (True, False)}


def test_a_slider_moved_while_a_cell_runs_is_served_and_harms_nothing(learner):
    run(learner, SLIDER)
    handle = learner.page.get_by_role("slider")
    label = learner.page.locator(".widget-label")
    # The first move makes JupyterLab ask for the thread that serves the slider from then on.
    handle.press("ArrowRight")
    expect(label.filter(has_text="1 orders at")).to_be_visible()
    busy = CELLS.index(BUSY) + 1
    learner.start(busy)
    expect(learner.outputs(busy).first).to_contain_text("the cell runs")
    handle.press("ArrowRight")
    expect(label.filter(has_text="2 orders at")).to_be_visible()
    learner.wait_for_cells()
    # The minutes of the cell and the second of the callback moved the one clock, and the cell saw the order.
    expect(learner.outputs(busy).last).to_have_text("(2, True)")
