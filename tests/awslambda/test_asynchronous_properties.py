"""No asynchronous event is lost without a word: each is run, or kept, or recorded as dropped."""

import collections

from access import permit
from async_system import destinations, post
from hypothesis import given, settings
from hypothesis import strategies as st
from inbox import open_queue
from learner import hops

from workbook import Chaos, Lab

BEHAVES = """
import time
runs = {}
def handler(event, context):
    request_id = context.aws_request_id
    runs[request_id] = runs.get(request_id, 0) + 1
    time.sleep(event["sleep"])
    if runs[request_id] <= event["failures"]:
        raise ValueError("not yet")
"""
ROLE = "workbook-lambda-role"
EVENTS = st.lists(
    st.fixed_dictionaries(
        {"failures": st.integers(0, 4), "sleep": st.sampled_from([0, 1, 5]), "pause": st.integers(0, 120)}
    ),
    min_size=1,
    max_size=8,
)
SYSTEMS = st.fixed_dictionaries(
    {
        "retries": st.integers(0, 2),
        "age": st.sampled_from([60, 300, 21_600]),
        "reserved": st.sampled_from([None, 0, 1, 2]),
        "dead_letters": st.booleans(),
        "on_failure": st.booleans(),
        "on_success": st.booleans(),
        "revoked": st.booleans(),
        "duplicates": st.sampled_from([0.0, 0.5]),
    }
)


def build(lab, system):
    """The function and its queues; the ARNs of those that should get something."""
    sqs, aws_lambda = lab.client("sqs"), lab.client("lambda")
    lab.function("f", BEHAVES, Timeout=3)
    permit(lab, ROLE, "sqs:SendMessage")
    arns = {name: open_queue(sqs, name)[1] for name in ("dead", "failed", "done")}
    destinations(
        aws_lambda,
        success=arns["done"] if system["on_success"] else None,
        failure=arns["failed"] if system["on_failure"] else None,
        MaximumRetryAttempts=system["retries"],
        MaximumEventAgeInSeconds=system["age"],
    )
    if system["dead_letters"]:
        aws_lambda.update_function_configuration(
            FunctionName="f", DeadLetterConfig={"TargetArn": arns["dead"]}
        )
        lab.advance(1)
    if system["reserved"] is not None:
        aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=system["reserved"])
    if system["revoked"]:
        permit(lab, ROLE, "sqs:ReceiveMessage")


def ends_of(lab, request_id):
    """How an event, and its copy if it has one, ended: ("ran" | "kept" | "dropped")."""
    ran = [
        hop for hop in hops(lab, "invoke") if hop.facts["request_id"] == request_id and hop.outcome == "ok"
    ]
    given_up = [hop for hop in hops(lab, "give-up") if hop.message == request_id]
    at_once = [hop for hop in hops(lab, "drop") if hop.message == request_id and ":function:" in hop.resource]
    return ["ran"] * len(ran) + ["kept"] * len(given_up) + ["dropped"] * len(at_once)


@settings(max_examples=20, deadline=None)
@given(SYSTEMS, EVENTS)
def test_each_event_is_run_or_kept_or_recorded_as_dropped(system, events):
    with Lab(seed=3, chaos=Chaos(duplicate_events=system["duplicates"])) as lab:
        build(lab, system)
        aws_lambda = lab.client("lambda")
        ids = []
        for event in events:
            ids.append(post(aws_lambda, event))
            lab.advance(event["pause"])
        lab.run_until_idle()
        copies = collections.Counter(hop.message for hop in hops(lab, "duplicate"))
        for request_id in ids:
            assert len(ends_of(lab, request_id)) == 1 + copies[request_id]
        check_deliveries(lab, system)


def check_deliveries(lab, system):
    """What was to be delivered arrived, or was dropped by name; a DLQ and a destination both get theirs."""
    targets = {hop.resource.rpartition(":")[2]: [] for hop in hops(lab, "deliver")}
    for hop in hops(lab, "deliver"):
        targets[hop.resource.rpartition(":")[2]].append(hop)
    given_up = len(hops(lab, "give-up"))
    succeeded = sum(hop.outcome == "ok" for hop in hops(lab, "invoke"))
    assert len(targets.get("dead", [])) == (given_up if system["dead_letters"] else 0)
    assert len(targets.get("failed", [])) == (given_up if system["on_failure"] else 0)
    assert len(targets.get("done", [])) == (succeeded if system["on_success"] else 0)
    delivered = [hop for hop in hops(lab, "deliver") if hop.outcome == "ok"]
    arrived = len(hops(lab, "send"))
    lost = [hop for hop in hops(lab, "drop") if ":sqs:" in hop.resource]
    assert len(delivered) == arrived
    assert len(lost) == len(hops(lab, "deliver")) - len(delivered)
    assert bool(lost) <= system["revoked"]
