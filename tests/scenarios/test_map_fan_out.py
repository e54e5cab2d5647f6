"""What do many items at once and their retries cost, when a service lets in only a few?"""

import functools
import json

import pytest

from workbook import Lab
from workbook.aws.limits import LIMITS
from workbook.scenarios import map_fan_out as scenario
from workbook.scenarios.map_fan_out import LINES


@functools.cache
def lines_of(**settings):
    """What the scenario counts and concludes; with the same settings it is run once."""
    account = scenario.run(**settings)
    return dict(account.findings.rows), account.findings.conclusion


def test_an_item_that_uses_up_its_retries_fails_the_whole_execution():
    lines, conclusion = lines_of(pages=60, capacity=5, retries=5)
    assert lines["status of the execution"] == "FAILED"
    assert 0 < lines["pages read"] < 60
    assert "its output, the pages that were read, is nowhere" in conclusion


def test_as_many_at_once_as_the_service_bears_are_never_turned_away():
    lines, conclusion = lines_of(pages=60, capacity=5, at_once=5, retries=0)
    assert lines["calls of the service"] == lines["pages read"] == 60
    assert lines["of which it turned away"] == 0
    assert lines["state transitions"] == 60 + 1  # one for the Map
    assert lines["seconds until the end"] == pytest.approx(60 / 5, abs=0.5)
    assert conclusion.startswith("60 calls for 60 pages, 0 turned away. All were read after 12")


@pytest.mark.parametrize("jitter", [False, True])
def test_with_enough_retries_all_is_read_and_each_retry_is_a_transition(jitter):
    lines, _ = lines_of(pages=60, capacity=5, retries=20, jitter=jitter)
    assert (lines["status of the execution"], lines["pages read"]) == ("SUCCEEDED", 60)
    assert lines["state transitions"] == 1 + lines["calls of the service"]
    assert lines["of which it turned away"] == lines["calls of the service"] - 60 > 60


def test_jitter_reads_the_same_pages_sooner_than_waves_that_come_together():
    together, spread = (
        lines_of(pages=60, capacity=5, retries=20, jitter=jitter)[0] for jitter in (False, True)
    )
    assert spread["seconds until the end"] < together["seconds until the end"]


def test_never_more_run_at_once_than_the_service_and_the_map_let_in():
    most = "running in the service at most"
    assert lines_of(pages=100, capacity=100, retries=0)[0][most] == LIMITS["stepfunctions.map.inline"].value
    assert lines_of(pages=20, capacity=3, retries=20)[0][most] == 3
    assert lines_of(pages=20, capacity=10, at_once=4)[0][most] == 4


def test_the_output_has_a_page_for_each_page_in_their_order():
    with Lab(seed=3) as lab:
        scenario.run(lab, pages=9, capacity=2, retries=20)
        machines = lab.client("stepfunctions")
        [machine] = machines.list_state_machines()["stateMachines"]
        [done] = machines.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        output = machines.describe_execution(executionArn=done["executionArn"])["output"]
        assert json.loads(output) == list(range(1, 10))


def test_before_and_during_the_reading_there_is_little_to_tell():
    assert scenario.measure((), pages=3).conclusion == "No book was begun yet."
    with Lab(seed=3) as lab:
        machine = scenario.build(lab, capacity=1, at_once=0, retries=5, jitter=False)
        scenario.trigger(lab, machine, pages=2)
        lab.advance(0.5)
        findings = scenario.measure(tuple(lab.trace), pages=2)
        assert findings.conclusion.endswith("It is still running.")
        assert [row[0] for row in findings.rows] == list(LINES)
