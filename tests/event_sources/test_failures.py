"""What happens to the messages of a batch that failed or was throttled. LQ-05 to LQ-07, LQ-10 to LQ-12."""

from __future__ import annotations

import pytest
from event_system import System

REPORT = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def receive_counts(system: System) -> dict[str, int]:
    """How often each message was received, by its body, from what the function saw."""
    return {
        record["body"]: int(record["attributes"]["ApproximateReceiveCount"])
        for event in system.events()
        for record in event["Records"]
    }


def test_lq_05_one_exception_returns_all_messages_of_the_batch(system: System) -> None:
    url = system.queue()
    dead = system.dead_letters(url, after=2)
    system.map(url)
    start = system.now
    system.send(url, "good", "fail", "fine")
    system.lab.run_until_idle()
    assert receive_counts(system) == {"good": 2, "fail": 2, "fine": 2}
    assert system.invoked_after(start) == pytest.approx([0, 30], abs=0.1)
    assert sorted(system.left_in(dead)) == ["fail", "fine", "good"]
    assert len(system.hops("return")) == 6


def test_messages_return_after_the_visibility_timeout_of_the_queue(system: System) -> None:
    """Recorded: test_failing_lambda_retries_after_visibility_timeout."""
    url = system.queue(VisibilityTimeout=12)
    system.dead_letters(url, after=3)
    system.map(url)
    start = system.now
    system.send(url, "fail")
    system.lab.run_until_idle()
    assert system.invoked_after(start) == pytest.approx([0, 12, 24], abs=0.1)


def test_a_timeout_of_the_function_is_a_failure(system: System) -> None:
    url = system.queue()
    dead = system.dead_letters(url, after=1)
    system.map(url)
    system.send(url, "sleep 10")
    system.lab.run_until_idle()
    assert system.left_in(dead) == ["sleep 10"]


def test_lq_06_only_the_named_messages_come_back(system: System) -> None:
    url = system.queue()
    dead = system.dead_letters(url, after=2)
    system.map(url, **REPORT)
    system.send(url, "good", "report", "fine")
    system.lab.run_until_idle()
    assert receive_counts(system) == {"good": 1, "report": 2, "fine": 1}
    assert system.left_in(dead) == ["report"]


def test_lq_06_without_the_setting_a_report_means_nothing(system: System) -> None:
    url = system.queue()
    system.map(url)
    system.send(url, "good", "report")
    system.lab.run_until_idle()
    assert receive_counts(system) == {"good": 1, "report": 1}
    assert system.left_in(url) == []


def test_lq_06_an_exception_fails_the_whole_batch(system: System) -> None:
    """Recorded: test_report_batch_item_failures_on_lambda_error."""
    url = system.queue()
    dead = system.dead_letters(url, after=2)
    system.map(url, **REPORT)
    system.send(url, "fail", "good")
    system.lab.run_until_idle()
    assert sorted(system.left_in(dead)) == ["fail", "good"]


ANSWERING = "def handler(event, context):\n    return {answer}\n"


@pytest.mark.parametrize(
    ("answer", "succeeds"),
    [
        ("None", True),
        ("{}", True),  # recorded: ..._batch_succeeds
        ("{'batchItemFailures': []}", True),
        ("{'batchItemFailures': None}", True),
        ("{'statusCode': 200}", True),
        (
            "{'batchItemFailures': [{'foo': 'notvalid'}]}",
            False,
        ),  # recorded: ..._batch_fails
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", False),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", False),
        ("{'batchItemFailures': [{'itemIdentifier': 'of no message'}]}", False),
        ("{'batchItemFailures': 'all'}", False),
        ("{'batchItemFailures': ['id']}", False),
        ("'text'", False),
        ("[]", True),
        ("''", True),
        ("['one']", False),
    ],
)
def test_lq_06_odd_answers(system: System, answer: str, succeeds: bool) -> None:
    system.worker("answering", ANSWERING.format(answer=answer))
    url = system.queue()
    dead = system.dead_letters(url, after=1)
    system.map(url, "answering", **REPORT)
    system.send(url, "one", "two")
    system.lab.run_until_idle()
    assert sorted(system.left_in(dead)) == ([] if succeeds else ["one", "two"])


def test_lq_07_a_group_has_one_batch_at_a_time_and_keeps_its_order(system: System) -> None:
    """Recorded: test_fifo_message_group_parallelism."""
    url = system.queue("orders.fifo", FifoQueue="true")
    system.send(url, *["sleep 2"] * 3, group="one")
    system.map(url, BatchSize=1)
    system.lab.run_until_idle()
    assert [hop.facts["concurrency"] for hop in system.hops("batch")] == [1, 1, 1]


WAITING = """
import time


def handler(event, context):
    print([record["body"] for record in event["Records"]])
    time.sleep(1)
"""


def test_lq_07_groups_run_beside_each_other(system: System) -> None:
    system.worker("waiting", WAITING)
    url = system.queue("orders.fifo", FifoQueue="true")
    for n in range(3):
        for group in ("a", "b", "c"):
            system.send(url, f"{group}{n}", group=group)
    start = system.now
    system.map(url, "waiting", BatchSize=1)
    system.lab.run_until_idle()
    assert max(int(str(hop.facts["concurrency"])) for hop in system.hops("batch")) == 3
    assert len(system.hops("invoke")) == 9
    assert system.invoked_after(start)[-1] == pytest.approx(5 + 2 * 1.1, abs=0.5)
    sent = [hop.message for hop in system.hops("send")]
    received = [hop.message for hop in system.hops("receive")]
    for n in range(3):
        of_group = sent[n::3]
        assert [message for message in received if message in of_group] == of_group


def test_lq_07_after_a_failure_the_group_waits(system: System) -> None:
    url = system.queue("orders.fifo", FifoQueue="true")
    dead = system.dead_letters(url, after=2)
    system.map(url, BatchSize=1)
    start = system.now
    system.send(url, "fail", "next", group="one")
    system.lab.run_until_idle()
    assert system.bodies() == [["fail"], ["fail"], ["next"]]
    assert system.left_in(dead) == ["fail"]
    assert system.invoked_after(start) == pytest.approx([0, 30, 60], abs=0.2)


def test_lq_07_a_function_that_names_the_rest_keeps_the_order(system: System) -> None:
    """Recorded: test_report_batch_item_failures. What is not named is deleted, also in a FIFO queue."""
    url = system.queue("orders.fifo", FifoQueue="true")
    dead = system.dead_letters(url, after=2)
    system.map(url, **REPORT)
    system.send(url, "good", "report", "later", group="one")
    system.lab.run_until_idle()
    assert system.bodies() == [["good", "report", "later"], ["report"]]
    assert system.left_in(dead) == ["report"]


def test_lq_10_the_function_s_own_dead_letter_queue_stays_empty(system: System) -> None:
    of_function = system.queue("of-function")
    system.worker("doomed", "def handler(event, context):\n    raise ValueError('no')\n")
    system.permit("sqs:SendMessage")
    system.aws_lambda.update_function_configuration(
        FunctionName="doomed", DeadLetterConfig={"TargetArn": system.arn(of_function)}
    )
    system.lab.advance(5)
    url = system.queue()
    dead = system.dead_letters(url, after=1)
    system.map(url, "doomed")
    system.send(url, "lost?")
    system.lab.run_until_idle()
    assert system.left_in(of_function) == []
    assert system.left_in(dead) == ["lost?"]


def test_lq_11_throttles_burn_receive_counts(system: System) -> None:
    system.aws_lambda.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    url = system.queue()
    dead = system.dead_letters(url, after=3)
    system.map(url)
    start = system.now
    system.send(url, "never processed")
    system.lab.run_until_idle()
    assert system.left_in(dead) == ["never processed"]
    assert system.hops("invoke") == []
    receives = [hop.facts["receive_count"] for hop in system.hops("receive")]
    assert receives == [1, 2, 3]
    assert (system.now - start) / 1e6 == pytest.approx(90, abs=0.5)
    assert {hop.facts["reason"] for hop in system.hops("throttle")} == {
        "ReservedFunctionConcurrentInvocationLimitExceeded"
    }


def test_lq_11_a_throttled_batch_is_tried_again_while_its_messages_are_hidden(system: System) -> None:
    system.aws_lambda.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    url = system.queue()
    system.map(url)
    system.send(url, "patience")
    system.lab.advance(10)
    assert len(system.hops("throttle")) > 1
    system.aws_lambda.delete_function_concurrency(FunctionName="worker")
    system.lab.run_until_idle()
    assert receive_counts(system) == {"patience": 1}
    assert system.left_in(url) == []


def test_lq_12_errors_lower_the_concurrency_and_successes_restore_it(system: System) -> None:
    system.worker("failing", "def handler(event, context):\n    raise ValueError('no')\n")
    system.worker("waiting", WAITING)
    url = system.queue()
    dead = system.dead_letters(url, after=1)
    mapping = system.map(url, "failing", BatchSize=1)
    system.send(url, *[f"m{n}" for n in range(40)])
    system.lab.run_until_idle()
    concurrency = [int(str(hop.facts["concurrency"])) for hop in system.hops("batch")]
    assert max(concurrency[:5]) == 5
    assert max(concurrency[-20:]) == 1
    assert len(system.left_in(dead)) == 40
    assert mapping


SLOWLY_FAILING = """
import time


def handler(event, context):
    time.sleep(1)
    raise ValueError("no")
"""


def test_lq_12_reporting_functions_are_not_slowed_down(system: System) -> None:
    system.worker("failing", SLOWLY_FAILING)
    url = system.queue()
    system.dead_letters(url, after=1)
    system.map(url, "failing", BatchSize=1, **REPORT)
    system.send(url, *[f"m{n}" for n in range(40)])
    system.lab.run_until_idle()
    concurrency = [int(str(hop.facts["concurrency"])) for hop in system.hops("batch")]
    assert max(concurrency[-20:]) >= 5


def test_a_message_that_outlasts_its_visibility_timeout_is_seen_twice(system: System) -> None:
    """AWS checks the timeouts when the mapping is made, not when the queue is changed later."""
    url = system.queue()
    system.map(url)
    system.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    system.send(url, "sleep 1.5")
    system.lab.advance(20)
    assert len(system.hops("invoke")) > 1


def test_a_late_delete_in_a_fifo_queue_is_noted_and_harms_nothing(system: System) -> None:
    url = system.queue("orders.fifo", FifoQueue="true")
    dead = system.dead_letters(url, after=5)
    system.map(url)
    system.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    system.send(url, "sleep 2", group="one")
    system.lab.run_until_idle()
    refused = [hop for hop in system.hops("delete") if hop.outcome != "ok"]
    assert {hop.outcome for hop in refused} == {"InvalidParameterValue"}
    assert system.left_in(dead) == ["sleep 2"]
