"""Two services in a chain, or with a queue between them: response time, availability, and who keeps pace.

A shop takes orders, and billing has to do with each. In a synchronous chain a request succeeds only if both
do (99 % of 95 % is 94.05 %), takes the time of both, and is refused when billing is busy. With a queue
between them the shop answers at once. But the queue's own availability multiplies in, "accepted" is not
"done", and what comes faster than billing works waits in a backlog.
"""

from __future__ import annotations

import math
import time
from typing import Any

import boto3
from botocore.config import Config

from workbook import Lab
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.concurrency import ended_at
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of

QUEUE = "to-bill"
WORK = 0.02
"""Seconds that billing works on one request; so each place it has is good for 50 a second."""
HIDDEN = 180
"""Seconds of the queue's visibility timeout: six times the function's timeout, as AWS advises."""


def build(
    lab: Lab,
    queue_between: bool,
    shop_failures: int,
    queue_failures: int,
    billing_failures: int,
    billing_places: int,
) -> None:
    """Create the shop and billing, and between them a call or a queue."""
    functions = boto3.client("lambda")
    failures = {"FAILURES": str(billing_failures), "WORK": str(WORK)}
    billing = bill_from_queue if queue_between else bill_when_called
    lab.function("billing", billing, Timeout=30, Environment={"Variables": failures})
    functions.put_function_concurrency(
        FunctionName="billing",
        ReservedConcurrentExecutions=billing_places,
    )
    failures = {"FAILURES": str(shop_failures), "QUEUE_FAILURES": str(queue_failures)}
    shop = shop_with_queue if queue_between else shop_that_calls
    if queue_between:
        failures["QUEUE_URL"] = connect(billing_places)
    lab.function("shop", shop, Timeout=30, Environment={"Variables": failures})
    lab.run_until_idle()  # until all is ready
    warm_up(lab, "billing", billing_places)
    warm_up(lab, "shop", billing_places + 5)


def connect(billing_places: int) -> str:
    """Create the queue, and let billing read from it: as many batches at a time as it has places."""
    sqs = boto3.client("sqs")
    attributes = {"VisibilityTimeout": str(HIDDEN)}
    queue = sqs.create_queue(QueueName=QUEUE, Attributes=attributes)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=answer["Attributes"]["QueueArn"],
        FunctionName="billing",
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": billing_places},
    )
    return queue


def warm_up(lab: Lab, name: str, environments: int) -> None:
    """Give a function so many environments that no request meets a cold start."""
    client = boto3.client("lambda")
    for _ in range(environments):
        lab.program("warm-up", knock, client, name)
    lab.run_until_idle()


def knock(functions: Any, name: str) -> None:
    """Invoke a function with nothing to do."""
    functions.invoke(FunctionName=name, Payload=b"{}")


def shop_that_calls(event: dict[str, int], context: object) -> str:
    """Take an order: call billing, and wait for what it says."""
    import json
    import os
    import random

    import boto3
    from botocore.config import Config

    if not event:
        return "warm"
    if random.random() * 1000 < float(os.environ["FAILURES"]):
        raise RuntimeError("the shop failed")
    kept = vars(shop_that_calls)  # from one invocation to the next, while the environment is warm
    if "client" not in kept:
        kept["client"] = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    answer = kept["client"].invoke(FunctionName="billing", Payload=json.dumps(event).encode())
    if "FunctionError" in answer:
        raise RuntimeError("billing failed")
    return "done"


def bill_when_called(event: dict[str, int], context: object) -> None:
    """Do the work of one request; now and then, fail."""
    import os
    import random
    import time

    if not event:
        return
    time.sleep(float(os.environ["WORK"]))
    if random.random() * 1000 < float(os.environ["FAILURES"]):
        raise RuntimeError("billing failed")


def shop_with_queue(event: dict[str, int], context: object) -> str:
    """Take an order: put it into the queue, which chance lets fail now and then."""
    import os
    import random

    import boto3

    if not event:
        return "warm"
    if random.random() * 1000 < float(os.environ["FAILURES"]):
        raise RuntimeError("the shop failed")
    if random.random() * 1000 < float(os.environ["QUEUE_FAILURES"]):
        raise RuntimeError("the queue failed")
    kept = vars(shop_with_queue)  # from one invocation to the next, while the environment is warm
    if "client" not in kept:
        kept["client"] = boto3.client("sqs")
    kept["client"].send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=str(event["order"]))
    return "accepted"


def bill_from_queue(event: dict[str, list[dict[str, str]]], context: object) -> dict[str, object]:
    """Do the work of each request in a batch; report those that failed, which come again later."""
    import os
    import random
    import time

    failures = []
    for record in event.get("Records", []):
        time.sleep(float(os.environ["WORK"]))
        if random.random() * 1000 < float(os.environ["FAILURES"]):
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def trigger(lab: Lab, system: None, requests: int, per_second: int) -> None:
    """Let requests come at an even pace; none of them waits for the one before."""
    functions = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    lab.program("crowd", come, lab, functions, requests, per_second)


def come(lab: Lab, functions: Any, requests: int, per_second: int) -> None:
    """Begin one request after the other."""
    for number in range(1, requests + 1):
        lab.program("customer", request, functions, number)
        time.sleep(1 / per_second)


def request(functions: Any, number: int) -> None:
    """Ask the shop for one order, and take its answer as it comes."""
    functions.invoke(FunctionName="shop", Payload=f'{{"order": {number}}}'.encode())


def measure(
    trace: Hops,
    queue_between: bool,
    shop_failures: int,
    queue_failures: int,
    billing_failures: int,
    billing_places: int,
) -> Findings:
    """What the customers saw, and what billing has done."""
    asked = [hop for hop in hops_of(trace, "api-call") if hop.facts.get("by") == "customer"]
    if not asked:
        return Findings("Nobody has asked yet.", (), ())
    answered = _succeeded(trace, asked)
    done = [time - asked[0].time for time in _done(trace, asked[0], queue_between=queue_between)]
    seconds = (asked[-1].time - asked[0].time) / SECOND
    word = "accepted" if queue_between else "answered"
    rows: tuple[tuple[Cell, ...], ...] = (
        ("requests", len(asked)),
        (f"requests {word}", len(answered)),
        ("availability as customers see it (%)", _percent(len(answered), len(asked))),
        ("refused because billing was busy", sum(1 for _ in hops_of(trace, "throttle", at="billing"))),
        ("mean time to the answer (s)", _mean_time(answered)),
        ("billed when the last request came", sum(time <= asked[-1].time - asked[0].time for time in done)),
        ("billed in the end", len(done)),
        ("half of them billed after (s)", _seconds_until(done, 0.5)),
        ("last one billed after, retries included (s)", _seconds_until(done, 1)),
    )
    chances = (shop_failures, queue_failures if queue_between else billing_failures)
    conclusion = (
        f"{counted(len(asked), 'request')} in {seconds:.3g} s, of which "
        f"{_percent(len(answered), len(asked)):g} % were {word}. "
        f"{_expected(chances, queue_between=queue_between)} "
        f"{_pace(billing_places, queue_between=queue_between)}"
    )
    return Findings(conclusion, ("what", "number"), rows)


def _expected(failures: tuple[int, int], *, queue_between: bool) -> str:
    """The availability that follows from the two parts that a request needs, as a sum on paper."""
    first, second = ((1000 - each) / 10 for each in failures)
    names = "the shop and the queue" if queue_between else "the shop and billing"
    return f"Of {names} alone one would expect {first:g} % x {second:g} % = {first * second / 100:.4g} %."


def _succeeded(trace: Hops, asked: list[Hop]) -> list[Hop]:
    """The calls of customers within which the shop ran without an error."""
    good = {
        cause for run in hops_of(trace, "invoke", at="shop") if run.outcome == "ok" for cause in run.causes
    }
    return [hop for hop in asked if hop.number in good]


def _done(trace: Hops, first: Hop, *, queue_between: bool) -> list[int]:
    """When each request was billed, in order; what came before the first one only warmed up."""
    if queue_between:
        return sorted(hop.time for hop in hops_of(trace, "delete", at=QUEUE))
    runs = hops_of(trace[first.number :], "invoke", at="billing")
    return sorted(ended_at(run) for run in runs if run.outcome == "ok")


def _seconds_until(done: list[int], share: float) -> float:
    """After how many seconds so many of them were done."""
    return round(done[math.ceil(share * len(done)) - 1] / SECOND, 1) if done else 0.0


def _pace(billing_places: int, *, queue_between: bool) -> str:
    """What billing can do, and what becomes of that at which it fails."""
    pace = f"at most {round(billing_places / WORK):,} a second."
    if not queue_between:
        return f"Billing does {pace}"
    again = f"What fails is tried again after the visibility timeout of {HIDDEN} s."
    return f"Once Lambda has scaled up, billing does {pace} {again}"


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)


def _mean_time(calls: list[Hop]) -> float:
    times = [ended_at(hop) - hop.time for hop in calls if "ended_at" in hop.facts]
    return round(sum(times) / max(1, len(times)) / SECOND, 3)


SCENARIO = Scenario(
    name="synchronous-chain",
    title="A synchronous chain, and a queue in it",
    question="What does a queue between two services change in response time and availability?",
    watch="Watch what customers are told, and when billing has done the work. Then let more come than it can "
    "do, more than 50 a second for each place.",
    settings=(
        Switch("queue_between", "queue between shop and billing", default=False),
        Number("requests", "requests", 400, minimum=1, maximum=2000, unit="requests"),
        Number("per_second", "at a pace of", 50, minimum=1, maximum=1000, unit="a second"),
        Number("shop_failures", "the shop fails", 10, minimum=0, maximum=1000, unit="times in 1,000"),
        Number("billing_failures", "billing fails", 50, minimum=0, maximum=1000, unit="times in 1,000"),
        Number(
            "queue_failures",
            "the queue fails",
            1,
            minimum=0,
            maximum=1000,
            unit="times in 1,000",
            source="an assumption, to see what it does; not a figure of AWS",
        ),
        Number(
            "billing_places",
            "requests that billing works on at a time",
            10,
            minimum=limit_of("lambda.mapping.maximum-concurrency.least"),
            maximum=100,
            unit="requests",
            source="at least " + source_of("lambda.mapping.maximum-concurrency.least"),
        ),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE,),
    limit=4 * HOUR,
    differs="services fail by dice, each request for itself, where real faults come together. All functions "
    "are warm when the first request comes.",
)
