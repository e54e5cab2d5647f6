"""A fault of the simulation itself behind a URL: whoever asked hears of it at once, and nobody else."""

from __future__ import annotations

import pytest

from workbook.aws.awslambda import invocation
from workbook.aws.endpoints import Front, open_front
from workbook.aws.web import calling

URL = "https://front.example.com"


class Fault(RuntimeError):
    """What no part of the simulation expects."""


class Broken(Front):
    def answer(self, request):
        raise Fault(request.path)


def test_who_asked_a_front_that_fails_gets_its_error_at_once(lab):
    open_front(lab.world, URL, Broken())
    before = lab.world.clock.now
    with pytest.raises(Fault, match="/orders"):
        lab.http(f"{URL}/orders")
    assert lab.world.clock.now == before
    (asked,) = [hop for hop in lab.trace if hop.kind == "request"]
    assert (asked.outcome, asked.facts["error"]) == ("failed", "Fault: /orders")
    lab.run_until_idle()
    assert lab.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_fault_of_the_call_of_a_function_reaches_who_asked(lab, echo, open_url, monkeypatch):
    url = open_url("echo")

    def faulty(*arguments):
        raise Fault(str(len(arguments)))

    assert calling.invoke is invocation.invoke
    monkeypatch.setattr(calling, "invoke", faulty)
    with pytest.raises(Fault, match="3"):
        lab.http(url)
    monkeypatch.undo()
    lab.run_until_idle()
    assert lab.http(url).status == 200
