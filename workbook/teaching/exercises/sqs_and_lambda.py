"""Exercises on queues and functions: one bad record, and three settings that have to fit."""

from __future__ import annotations

from collections import Counter

import boto3
from botocore.exceptions import ClientError

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of, lives, whereabouts
from workbook.scenarios.framework.settings import Number, limit_of, source_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code, Settings
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
from workbook.teaching.properties.counting import counted, of_all, times
from workbook.teaching.properties.resources import url_of_queue

LESSON = "06_sqs_and_lambda"
REPORTS = "reports"
HOUR = 3600

# ---- sl-1: a storm over Brightwater

WORK_ORDERS = "work-orders"
DEAD_REPORTS = "dead-reports"
BAD = "#~?!"


def a_storm(lab: Lab, answer: Answer) -> None:
    """Thirty lamps report at once, and the sender of one is wet."""
    _built(lab, answer)
    _reported([f"lamp {number}:dark" for number in range(1, 17)] + [BAD, *_lamps(17, 30)])
    lab.run_until_idle(2 * HOUR)


def a_calm_night(lab: Lab, answer: Answer) -> None:
    """Twenty lamps report, and all is well."""
    _built(lab, answer)
    _reported(_lamps(1, 20))
    lab.run_until_idle(2 * HOUR)


def _lamps(first: int, last: int) -> list[str]:
    return [f"lamp {number}:flickers" for number in range(first, last + 1)]


def _built(lab: Lab, answer: Answer) -> None:
    answer.build(lab)
    lab.run_until_idle(HOUR)
    for name in (REPORTS, WORK_ORDERS, DEAD_REPORTS):
        url_of_queue(name)


def _reported(reports: list[str]) -> None:
    sqs, url = boto3.client("sqs"), url_of_queue(REPORTS)
    for start in range(0, len(reports), 10):
        some = reports[start : start + 10]
        entries = [{"Id": str(number), "MessageBody": report} for number, report in enumerate(some)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)


def each_lamp_once(run: Run) -> Finding:
    """There is one work order for each lamp that reported."""
    reports = [str(hop.facts["body"]) for hop in hops_of(run.trace, "send", at=REPORTS)]
    orders = Counter(str(hop.facts["body"]) for hop in hops_of(run.trace, "send", at=WORK_ORDERS))
    for report in reports:
        lamp = report.partition(":")[0]
        if report != BAD and orders[lamp] != 1:
            often = "is no work order" if orders[lamp] == 0 else f"are {orders[lamp]} work orders"
            return broken(
                expected="The crew gets one work order for each lamp.", happened=f"For {lamp} there {often}."
            )
    return held()


def the_bad_report_is_kept(run: Run) -> Finding:
    """What cannot be read lies in the dead-letter queue, and nothing else does."""
    ends = {str(life[0].facts.get("body")): whereabouts(life) for life in lives(run.trace).values()}
    expected = f"The report that nobody can read lies in {DEAD_REPORTS}, and no other."
    if ends.get(BAD) != f"in {DEAD_REPORTS}":
        return broken(expected=expected, happened=f"It is {ends.get(BAD, 'nowhere')}.")
    others = [report for report, end in ends.items() if report != BAD and end == f"in {DEAD_REPORTS}"]
    if others:
        return broken(expected=expected, happened=f"In it, too: {counted(len(others), 'good report')}.")
    return held()


def few_invocations(run: Run) -> Finding:
    """Reports are handed over in batches."""
    invocations = of_all(run.trace, "invoke")
    most = 10
    if invocations <= most:
        return held()
    return broken(
        expected=f"20 reports take at most {most} invocations.", happened=f"There were {invocations}."
    )


STORM = Exercise(
    id="sl-1",
    title="A storm over Brightwater",
    lesson=LESSON,
    level=2,
    topic="lambda",
    asks=Code("build(lab)"),
    situations=(
        Situation(
            name="storm", set_up="Thirty lamps report at once. One more report cannot be read.", play=a_storm
        ),
        Situation(name="calm", set_up="Twenty lamps report. All reports are fine.", play=a_calm_night),
    ),
    properties=(
        Property(name="one work order for each lamp", points=3, judge=each_lamp_once),
        Property(
            name="the report that cannot be read is kept",
            points=2,
            judge=the_bad_report_is_kept,
            situations=("storm",),
        ),
        Property(
            name="reports are handled in batches", points=1, judge=few_invocations, situations=("calm",)
        ),
    ),
    mistakes=(
        Mistake(
            name="all-or-nothing",
            recognised=lambda run: (
                run.situation.name == "storm" and max(_orders(run).values(), default=0) > 1
            ),
            message="One error fails the whole batch: every message in it comes back, and the work orders "
            "that were written already are written again. Name the message that failed, and only "
            "that one comes back.",
        ),
        Mistake(
            name="swallowed",
            recognised=lambda run: run.situation.name == "storm" and of_all(run.trace, "dead-letter") == 0,
            message="The bad report is gone. A function that returns without naming a failure has done "
            "everything, as far as the mapping can tell, and so its messages are deleted. Both "
            "halves are needed: the function names what failed, and the mapping is told to listen "
            "(ReportBatchItemFailures).",
        ),
        Mistake(
            name="one-by-one",
            recognised=lambda run: run.situation.name == "calm" and not few_invocations(run).holds,
            message="With a batch size of 1 no report can harm another. It also takes ten times as many "
            "invocations, each of which is paid for.",
        ),
    ),
)


def _orders(run: Run) -> Counter[str]:
    return Counter(str(hop.facts["body"]) for hop in hops_of(run.trace, "send", at=WORK_ORDERS))


# ---- sl-2: three settings that have to fit

SECONDS_A_REPORT = 8
RECOVERY = 15 * 60


def a_slow_map(lab: Lab, answer: Answer) -> None:
    """Forty reports, each of which takes eight seconds."""
    _connected(lab, answer, slow_foreman)
    _reported(_lamps(1, 40))
    lab.run_until_idle(3 * HOUR)


def a_map_that_is_down(lab: Lab, answer: Answer) -> None:
    """Ten reports that fail for a minute."""
    _connected(lab, answer, unlucky_foreman)
    _reported(_lamps(1, 10))
    lab.run_until_idle(14 * HOUR)


def slow_foreman(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Ask a slow map for the way to each lamp."""
    import time

    for _ in event["Records"]:
        time.sleep(8)


def unlucky_foreman(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Fail at what is received for the first time."""
    for record in event["Records"]:
        if record["attributes"]["ApproximateReceiveCount"] == "1":
            raise RuntimeError("no map")


def _connected(lab: Lab, answer: Answer, foreman: object) -> None:
    visibility = str(answer.settings["visibility_timeout"])
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=REPORTS, Attributes={"VisibilityTimeout": visibility})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    lab.function("foreman", foreman, Timeout=answer.settings["timeout"])  # type: ignore[arg-type]  # a handler
    mapping = {"EventSourceArn": arn, "FunctionName": "foreman", "BatchSize": answer.settings["batch_size"]}
    try:
        boto3.client("lambda").create_event_source_mapping(**mapping)
    except ClientError as error:
        raise Unfit(
            expected="Lambda joins the queue and the function.", happened=error.response["Error"]["Message"]
        ) from error
    lab.run_until_idle(HOUR)


def each_report_once(run: Run) -> Finding:
    """Nothing is handed out twice, and all is done."""
    for life in lives(hops_of(run.trace, "send", "receive", "delete", at=REPORTS)).values():
        receives = sum(hop.kind == "receive" for hop in life)
        if receives != 1 or life[-1].kind != "delete":
            lamp = str(life[0].facts["body"]).partition(":")[0]
            return broken(
                expected="Each report is handed out once, and done.",
                happened=f"That of {lamp} was handed out {times(receives)}.",
            )
    return held()


def recovers_soon(run: Run) -> Finding:
    """After a failure the next try comes soon enough."""
    sent = min(hop.time for hop in hops_of(run.trace, "send", at=REPORTS))
    ends = [hop.time for hop in hops_of(run.trace, "delete", at=REPORTS)]
    late = (max(ends, default=sent + RECOVERY * 2_000_000) - sent) / 1_000_000
    if late <= RECOVERY:
        return held()
    return broken(
        expected=f"When the map is back, the reports are done within {RECOVERY // 60} minutes.",
        happened=f"It took {late / 60:,.1f} minutes.",
    )


THREE_SETTINGS = Exercise(
    id="sl-2",
    title="Three settings that have to fit",
    lesson=LESSON,
    level=1,
    topic="lambda",
    asks=Settings(
        (
            Number("batch_size", "BatchSize", 10, minimum=1, maximum=10, unit="messages"),
            Number(
                "timeout",
                "the function's Timeout",
                limit_of("lambda.timeout.default"),
                minimum=1,
                maximum=limit_of("lambda.timeout"),
                unit="s",
                source=source_of("lambda.timeout"),
            ),
            Number(
                "visibility_timeout",
                "the queue's VisibilityTimeout",
                limit_of("sqs.visibility-timeout.default"),
                minimum=0,
                maximum=limit_of("sqs.visibility-timeout.maximum"),
                unit="s",
                source=source_of("sqs.visibility-timeout.maximum"),
            ),
        )
    ),
    situations=(
        Situation(
            name="slow",
            set_up=f"Forty lamps report. The map takes {SECONDS_A_REPORT} seconds for each.",
            play=a_slow_map,
        ),
        Situation(
            name="down",
            set_up="Ten lamps report while the map is down. Then it is back.",
            play=a_map_that_is_down,
        ),
    ),
    properties=(
        Property(name="each report is handled once", points=3, judge=each_report_once, situations=("slow",)),
        Property(
            name=f"after a failure all is done within {RECOVERY // 60} minutes",
            points=2,
            judge=recovers_soon,
            situations=("down",),
        ),
    ),
    mistakes=(
        Mistake(
            name="function-too-short",
            recognised=lambda run: (
                run.answer.settings["timeout"] <= SECONDS_A_REPORT * run.answer.settings["batch_size"]
            ),
            message="A batch takes eight seconds for each of its reports, one after the other. A function "
            "that runs out of time has failed, and its whole batch comes back.",
        ),
        Mistake(
            name="visibility-too-long",
            recognised=lambda run: run.answer.settings["visibility_timeout"] > RECOVERY,
            message="After an error nobody touches the messages until the visibility timeout ends. Six "
            "times the function's timeout is AWS's advice; hours are too careful.",
        ),
    ),
)

EXERCISES = (STORM, THREE_SETTINGS)
