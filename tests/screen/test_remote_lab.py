"""A notebook whose lab is in a server: the picture goes on with what other programs do there."""

import re
import subprocess
import sys

import boto3
import pytest
from flow_page import SCREENSHOTS
from jupyterlab_window import ERROR
from playwright.sync_api import expect

OPEN = """\
import boto3
from workbook import Lab
lab = Lab(endpoint="ENDPOINT", seed=7)
orders = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
lab
"""
FOLLOW = "lab.flow(follow=True)"
FLOW = ".wb-live-flow"
KEY = "AKIA123456789012LABX"


@pytest.fixture(scope="module")
def endpoint():
    command = [sys.executable, "-m", "workbook", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield re.search(r"http://\S+", server.stdout.readline())[0]
        finally:
            server.terminate()
            server.communicate()


def client_elsewhere(endpoint):
    """Another program's client, which knows nothing of notebooks."""
    session = boto3.Session(KEY, "any", region_name="us-east-1")
    return session.client("sqs", endpoint_url=endpoint)


def test_the_picture_follows_another_program_while_no_cell_runs(open_window, jupyterlab, endpoint):
    learner = open_window()
    learner.open(jupyterlab.write("remote.ipynb", OPEN.replace("ENDPOINT", endpoint), FOLLOW))
    learner.restart_and_run_all()
    assert learner.page.locator(ERROR).all_text_contents() == []
    assert learner.shown(1) == f"Lab at {endpoint}: 2026-01-05 09:00:00 UTC, 2 hops"
    flow = learner.page.locator(FLOW).first
    expect(flow).to_be_visible()
    label = flow.page.locator(".wb-label:text-is('orders')")
    visible = flow.locator(".wb-node", has=label).locator(".wb-visible")
    expect(visible).to_have_text("0")

    sqs = client_elsewhere(endpoint)
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=f"order {number}")

    expect(visible).to_have_text("3")
    flow.screenshot(path=SCREENSHOTS / "remote_lab_follows.png")
