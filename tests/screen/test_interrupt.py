"""A runaway cell is stopped as everywhere in Jupyter, and the lab goes on."""

import pytest
from playwright.sync_api import expect

# A handler that never ends, and a mapping that would try it again and again for days.
SET_UP = """\
import boto3
from workbook import Lab
if "lab" in globals():
    lab.close()
lab = Lab(seed=7)
sqs = boto3.client("sqs")
orders = sqs.create_queue(QueueName="orders")["QueueUrl"]

def endless(event, context):
    print("here we go")
    while True:
        pass

lab.function("endless", endless, Timeout=30)
mapping = boto3.client("lambda").create_event_source_mapping(
    EventSourceArn="arn:aws:sqs:us-east-1:123456789012:orders", FunctionName="endless"
)
sent = sqs.send_message(QueueUrl=orders, MessageBody="a pie")
"""
RUNAWAY = 'print("off we go", flush=True)\nlab.advance(days=10)\nprint("ten days later")'
AFTERWARDS = """\
boto3.client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
till = sqs.create_queue(QueueName="till")["QueueUrl"]
sqs.send_message(QueueUrl=till, MessageBody="a bun")
lab.advance(hours=1)
sqs.receive_message(QueueUrl=till)["Messages"][0]["Body"], len(lab.queue("orders"))
"""


def press_the_stop_button(learner):
    learner.page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"]').click()


def choose_it_in_the_menu(learner):
    learner.menu("Kernel", "Interrupt Kernel")


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab):
    learner = open_window()
    learner.open(jupyterlab.write("runaway.ipynb", SET_UP, RUNAWAY, AFTERWARDS, "lab"))
    return learner


@pytest.mark.parametrize("interrupt", [press_the_stop_button, choose_it_in_the_menu])
def test_an_interrupt_stops_a_runaway_advance_and_the_lab_stays_usable(learner, interrupt):
    learner.run(1)
    assert learner.error(1) == ""
    learner.start(2)
    expect(learner.outputs(2)).to_contain_text("off we go")
    interrupt(learner)
    learner.wait_for_cells()
    assert "KeyboardInterrupt" in learner.error(2)
    assert learner.outputs(2).first.text_content() == "off we go\n"
    assert learner.run(3) == "('a bun', 1)"
    assert "AWS time" in learner.run(4)
