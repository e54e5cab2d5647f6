"""What else lives in a notebook goes on living while a Lab is open: asyncio and widgets, on real time."""

from playwright.sync_api import expect

OPEN = """\
import asyncio, threading, time
import boto3, ipywidgets
from workbook import Lab
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


def test_asyncio_sleeps_in_real_time_and_the_lab_stands_still(learner, jupyterlab):
    cell = """\
before, begin = lab.now, time.monotonic()
await asyncio.sleep(0.2)
lab.now == before, 0.15 < time.monotonic() - begin < 20
"""
    learner.open(jupyterlab.write("asyncio.ipynb", OPEN, cell))
    learner.run(1)
    assert learner.run(2) == "(True, True)"


def test_asyncio_goes_on_after_calls_to_aws_in_the_same_cell(learner, jupyterlab):
    cell = """\
async def buy(cake):
    await asyncio.sleep(0.01)
    return sqs.send_message(QueueUrl=orders, MessageBody=cake)["MD5OfMessageBody"][:4]

answers = await asyncio.gather(buy("lemon"), buy("plum"), asyncio.to_thread(lab.advance, 60))
answers[:2], len(lab.queue("orders"))
"""
    learner.open(jupyterlab.write("gather.ipynb", OPEN, cell))
    learner.run(1)
    assert learner.run(2) == "(['3f24', '3e04'], 2)"


def test_a_sliders_callback_calls_boto3_and_moves_time(learner, jupyterlab):
    learner.open(jupyterlab.write("slider.ipynb", OPEN, SLIDER, 'len(lab.queue("orders")), threads'))
    learner.run(1)
    learner.run(2)
    handle = learner.page.get_by_role("slider")
    for count in (1, 2, 3):
        handle.press("ArrowRight")
        expect(
            learner.page.locator(".widget-label", has_text=f"{count} orders at 09:00:0{count}")
        ).to_be_visible()
    # JupyterLab mostly serves callbacks on a subshell's thread, which is not the thread of cells.
    assert learner.run(3) in {f"(3, [{first}, False, False])" for first in (True, False)}


def test_a_slider_moved_while_a_cell_runs_is_served_and_harms_nothing(learner, jupyterlab):
    busy = """\
print("the cell runs", flush=True)
minutes = 0
while len(lab.queue("orders")) < 2 and minutes < 4000:
    lab.advance(minutes=1)
    minutes += 1
    await asyncio.sleep(0.02)
len(lab.queue("orders")), 0 < (lab.now - begin).total_seconds() - 60 * minutes < 2
"""
    learner.open(jupyterlab.write("busy.ipynb", OPEN, SLIDER, "begin = lab.now", busy))
    learner.run(1)
    learner.run(2)
    handle = learner.page.get_by_role("slider")
    label = learner.page.locator(".widget-label")
    # The first move makes JupyterLab ask for the thread that serves the slider from then on.
    handle.press("ArrowRight")
    expect(label.filter(has_text="1 orders at")).to_be_visible()
    learner.run(3)
    learner.start(4)
    expect(learner.outputs(4).first).to_contain_text("the cell runs")
    handle.press("ArrowRight")
    expect(label.filter(has_text="2 orders at")).to_be_visible()
    learner.wait_for_cells()
    # The minutes of the cell and the second of the callback moved the one clock, and the cell saw the order.
    expect(learner.outputs(4).last).to_have_text("(2, True)")
