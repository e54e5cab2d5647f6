"""An exercise on a burst, and the database behind it."""

from __future__ import annotations

import itertools
import json

import boto3
from botocore.exceptions import ClientError

from workbook.engine.clock import SECOND
from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of, instant_fact, lives, whereabouts
from workbook.scenarios.framework.settings import Number, limit_of, source_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Settings
from workbook.teaching.contract import (
    Exercise,
    Finding,
    Mistake,
    Property,
    Run,
    Situation,
    Unfit,
    broken,
    held,
)
from workbook.teaching.properties.counting import counted, of_all
from workbook.teaching.properties.resources import url_of_queue

LESSON = "07_lambda_scaling"
ENTRIES = "entries"
DEAD_ENTRIES = "dead-entries"
CONNECTIONS = 8
RUNNERS = 1_200
DONE_WITHIN = 5 * 60


def registration_opens(lab: Lab, answer: Answer) -> None:
    """Twelve hundred runners within a second, and a database that bears few connections."""
    _built(lab, answer)
    sqs, url = boto3.client("sqs"), url_of_queue(ENTRIES)
    for start in range(0, RUNNERS, 10):
        entries = [{"Id": str(number), "MessageBody": f"runner {start + number}"} for number in range(10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    lab.run_until_idle(2 * 3600)


def register(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Write each runner into the database, which takes a second."""
    import time

    for _ in event["Records"]:
        time.sleep(1)


def _built(lab: Lab, answer: Answer) -> None:
    sqs, functions = boto3.client("sqs"), boto3.client("lambda")
    dead = sqs.create_queue(QueueName=DEAD_ENTRIES)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    attributes = {"VisibilityTimeout": "90", "RedrivePolicy": policy}
    sqs.create_queue(QueueName=ENTRIES, Attributes=attributes)
    lab.function("register", register, Timeout=15)
    reserved = answer.settings["reserved_concurrency"]
    if reserved is not None:
        functions.put_function_concurrency(FunctionName="register", ReservedConcurrentExecutions=reserved)
    mapping = {
        "EventSourceArn": arn.replace(DEAD_ENTRIES, ENTRIES),
        "FunctionName": "register",
        "BatchSize": answer.settings["batch_size"],
    }
    if answer.settings["maximum_concurrency"] is not None:
        mapping["ScalingConfig"] = {"MaximumConcurrency": answer.settings["maximum_concurrency"]}
    try:
        functions.create_event_source_mapping(**mapping)
    except ClientError as error:
        raise Unfit(
            expected="Lambda joins the queue and the function.", happened=error.response["Error"]["Message"]
        ) from error
    lab.run_until_idle(600)


def the_database_survives(run: Run) -> Finding:
    """No more invocations run at the same time than the database bears."""
    most = _most_at_once(run)
    if most <= CONNECTIONS:
        return held()
    return broken(
        expected=f"At most {CONNECTIONS} invocations write to the database at the same time.",
        happened=f"There were {most} at once.",
    )


def _most_at_once(run: Run) -> int:
    steps: list[tuple[int, int]] = []
    for hop in hops_of(run.trace, "invoke"):
        steps += [(hop.time, 1), (instant_fact(hop, "ended_at"), -1)]
    return max(itertools.accumulate(change for _, change in sorted(steps)), default=0)


def nobody_is_lost(run: Run) -> Finding:
    """Every runner is registered."""
    moves = hops_of(run.trace, "send", "delete", "dead-letter")
    ends = [whereabouts(life) for life in lives(moves).values()]
    lost = len(ends) - ends.count("deleted")
    if not lost:
        return held()
    dead = ends.count(f"in {DEAD_ENTRIES}")
    return broken(
        expected=f"All {RUNNERS:,} runners are registered.",
        happened=f"Not registered: {counted(lost, 'runner')}; of these in {DEAD_ENTRIES}: {dead}.",
    )


def it_is_done_in_time(run: Run) -> Finding:
    """The last runner is registered soon enough."""
    sent = min(hop.time for hop in hops_of(run.trace, "send", at=ENTRIES))
    last = max((hop.time for hop in hops_of(run.trace, "delete", at=ENTRIES)), default=sent)
    minutes = (last - sent) / SECOND / 60
    done = of_all(run.trace, "delete", at=ENTRIES)
    if done == RUNNERS and minutes * 60 <= DONE_WITHIN:
        return held()
    return broken(
        expected=f"The last runner is registered within {DONE_WITHIN // 60} minutes.",
        happened=f"{counted(done, 'runner')} were registered, the last after {minutes:,.1f} minutes.",
    )


BURST = Exercise(
    id="scale-1",
    title="The machine in the basement",
    lesson=LESSON,
    level=2,
    topic="lambda",
    asks=Settings(
        (
            Number(
                "maximum_concurrency",
                "the mapping's MaximumConcurrency",
                None,
                minimum=limit_of("lambda.mapping.maximum-concurrency.least"),
                maximum=limit_of("lambda.mapping.maximum-concurrency"),
                unit="invocations",
                source=source_of("lambda.mapping.maximum-concurrency"),
                without="no maximum",
            ),
            Number(
                "reserved_concurrency",
                "the function's reserved concurrency",
                None,
                minimum=0,
                maximum=100,
                unit="invocations",
                without="none reserved",
            ),
            Number("batch_size", "BatchSize", 10, minimum=1, maximum=10, unit="messages"),
        )
    ),
    situations=(
        Situation(
            name="opening",
            set_up=f"{RUNNERS:,} entries arrive within a second. The database takes a second for each "
            f"runner of a batch, and bears {CONNECTIONS} connections.",
            play=registration_opens,
        ),
    ),
    properties=(
        Property(name=f"at most {CONNECTIONS} invocations at a time", points=2, judge=the_database_survives),
        Property(name="every runner is registered", points=3, judge=nobody_is_lost),
        Property(name=f"the last one within {DONE_WITHIN // 60} minutes", points=1, judge=it_is_done_in_time),
    ),
    mistakes=(
        Mistake(
            name="reserved",
            recognised=lambda run: of_all(run.trace, "throttle") > 0,
            message="A reservation throttles: Lambda's pollers receive, are turned away, and the receive "
            "counts. So an entry becomes a dead letter that no function has ever seen. "
            "MaximumConcurrency makes the pollers themselves take no more than that.",
        ),
        Mistake(
            name="no-maximum",
            recognised=lambda run: not the_database_survives(run).holds,
            message="Lambda begins with five batches at a time and adds up to 300 a minute. It does not "
            "know what stands behind your function.",
        ),
        Mistake(
            name="too-careful",
            recognised=lambda run: not it_is_done_in_time(run).holds,
            message="The database is safe, and the runners wait. Count: how many runners does one "
            "invocation register in a minute, and how many invocations may there be?",
        ),
    ),
)

EXERCISES = (BURST,)
