"""What proves the keys of the questions in questions/awslambda.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def obey(event: dict[str, float], context: object) -> str:
    """A function that does what its event says: take so many seconds, fail, or both."""
    import time

    time.sleep(event.get("seconds", 0))
    if event.get("fail"):
        raise RuntimeError("it says that I shall fail")
    return "done"


def tell(functions: Any, **event: object) -> Any:
    """Invoke the function `work` asynchronously; boto3's answer."""
    return functions.invoke(FunctionName="work", InvocationType="Event", Payload=json.dumps(event))


def runs(lab: Lab) -> list[int]:
    """When functions were run, in seconds after the first run."""
    times = [hop.time for hop in lab.trace if hop.kind == "invoke"]
    return [round((time - times[0]) / 1_000_000) for time in times]


def let_role_send(functions: Any, iam: Any) -> None:
    """Let the execution role of the functions send to queues and invoke functions."""
    role = functions.get_function_configuration(FunctionName="work")["Role"].split("/")[-1]
    may = {"Effect": "Allow", "Action": ["sqs:SendMessage", "lambda:InvokeFunction"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName=role, PolicyName="sends", PolicyDocument=policy)


def code_of_error(call: Any, **parameters: object) -> str:
    """Make a call; the code of its error, or nothing."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def a_function_that_fails_for_four_callers(lab: Lab) -> Shown:
    """The function fails always. When is it run again, in the ten minutes after each kind of call?"""
    functions, sqs, sns = lab.client("lambda"), lab.client("sqs"), lab.client("sns")

    def program_waits(arn: str) -> None:
        functions.invoke(FunctionName=arn)

    def program_goes_on(arn: str) -> None:
        functions.invoke(FunctionName=arn, InvocationType="Event")

    def topic(arn: str) -> None:
        orders = sns.create_topic(Name="orders")["TopicArn"]
        functions.add_permission(
            FunctionName=arn,
            StatementId="topic",
            Action="lambda:InvokeFunction",
            Principal="sns.amazonaws.com",
            SourceArn=orders,
        )
        sns.subscribe(TopicArn=orders, Protocol="lambda", Endpoint=arn)
        sns.publish(TopicArn=orders, Message="a parcel")

    def queue(arn: str) -> None:
        parcels = sqs.create_queue(QueueName="parcels", Attributes={"VisibilityTimeout": "180"})["QueueUrl"]
        functions.create_event_source_mapping(EventSourceArn=QUEUE + "parcels", FunctionName=arn)
        sqs.send_message(QueueUrl=parcels, MessageBody="a parcel")

    def fail(event: object, context: object) -> None:
        raise RuntimeError("no label left")

    ends = {
        (): "Nobody but the caller itself",
        (60, 180): "Lambda, one minute and two more minutes later",
        (180, 360, 540): "The queue, each time its visibility timeout ends",
    }
    callers = {"wait": program_waits, "event": program_goes_on, "topic": topic, "queue": queue}
    found = {}
    for way, call in callers.items():
        lab.reset()
        call(lab.function("label", fail, Timeout=30))
        lab.advance(minutes=10)
        found[way] = tuple(runs(lab)[1:])
    return Shown(
        answer={way: ends[again] for way, again in found.items()},
        says="The same function failed for each of the four; the queue's visibility timeout was 180 seconds.",
        each={
            way: f"run again after {', '.join(map(str, again))} s" if again else "never run again"
            for way, again in found.items()
        },
    )


def an_error_that_nobody_saw(lab: Lab) -> Shown:
    """Wait for the answer of a function that fails: is there an exception, and how often was it run?"""
    functions = lab.client("lambda")
    lab.function("work", obey)
    error = ""
    try:
        answer = functions.invoke(FunctionName="work", Payload='{"fail": true}')
    except ClientError as raised:
        error, answer = "an exception", raised.response
    status, retries = answer["StatusCode"], answer["ResponseMetadata"]["RetryAttempts"]
    lab.advance(hours=1)
    return Shown(
        answer={
            "a": not error and status == 200 and "FunctionError" in answer,
            "b": status == 202,
            "c": len(runs(lab)) == 3,
            "d": retries > 0,
        },
        says=(
            f"Invoke raised {error or 'no exception'}; the answer has status {status} and "
            f"FunctionError {answer.get('FunctionError')}."
        ),
        each={
            "b": f"status {status}",
            "c": f"runs of the function within an hour: {len(runs(lab))}",
            "d": f"retries of boto3: {retries}",
        },
        picture=lab.sequence(),
    )


def the_last_attempt(lab: Lab) -> Shown:
    """Leave an event for a function that always fails, and wait for a day."""
    lab.function("work", obey)
    tell(lab.client("lambda"), fail=True)
    lab.advance(days=1)
    attempts = runs(lab)
    return Shown(
        answer=attempts[-1],
        says=f"Within a day the function was run {len(attempts)} times, at seconds {attempts}.",
        picture=lab.sequence(),
    )


def offers_that_are_out_of_date(lab: Lab) -> Shown:
    """An offer is throttled for a quarter of an hour. How old is it when the function gets it, if ever?"""
    functions, sqs, iam = lab.client("lambda"), lab.client("sqs"), lab.client("iam")

    def age_when_run(timeout: int = 900, retention: str = "", **settings: int) -> int | None:
        lab.reset()
        lab.function("work", obey, Timeout=timeout)
        functions.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=1)
        if settings:
            functions.put_function_event_invoke_config(FunctionName="work", **settings)
        if retention:
            sqs.create_queue(QueueName="dead", Attributes={"MessageRetentionPeriod": retention})
            let_role_send(functions, iam)
            letters = {"TargetArn": QUEUE + "dead"}
            functions.update_function_configuration(FunctionName="work", DeadLetterConfig=letters)
            lab.advance(seconds=5)
        tell(functions, seconds=890)  # the slow one, which takes the only place
        offer = tell(functions, price=12)
        begin = lab.now.timestamp()
        lab.advance(hours=3)
        ran = [hop.time for hop in lab.trace.of(offer) if hop.kind == "invoke"]
        return round(ran[0] / 1_000_000 - begin) if ran else None

    ages = {
        "a": age_when_run(MaximumEventAgeInSeconds=600),
        "b": age_when_run(MaximumRetryAttempts=0),
        "c": age_when_run(timeout=600),
        "d": age_when_run(retention="600"),
    }
    return Shown(
        answer={way: age is None for way, age in ages.items()},
        says="One run took the only place for 15 minutes; meanwhile an offer was left for the function.",
        each={
            way: "never run" if age is None else f"run when it was {age // 60} minutes old"
            for way, age in ages.items()
        },
    )


def records_of_what_failed_and_what_succeeded(lab: Lab) -> Shown:
    """Five functions, one with each setting; each has one good order and one that fails."""
    functions, sqs, iam = lab.client("lambda"), lab.client("sqs"), lab.client("iam")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("a", "c")}
    urls["d"] = sqs.create_queue(QueueName="d.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    lab.function("work", obey)
    let_role_send(functions, iam)
    invoices = {name: lab.function(f"invoice-{name}", obey) for name in ("b", "e")}
    targets = {
        "a": {"OnFailure": {"Destination": QUEUE + "a"}},
        "b": {"OnSuccess": {"Destination": invoices["b"]}},
        "d": {"OnFailure": {"Destination": QUEUE + "d.fifo"}},
        "e": {"OnSuccess": {"Destination": invoices["e"]}},
    }
    for name in "abcde":
        letters = {"DeadLetterConfig": {"TargetArn": QUEUE + "c"}} if name == "c" else {}
        lab.function(name, obey, **letters)
        if name in targets:
            functions.put_function_event_invoke_config(FunctionName=name, DestinationConfig=targets[name])
        kind = "RequestResponse" if name == "e" else "Event"
        for order in ("{}", '{"fail": 1}'):
            functions.invoke(FunctionName=name, InvocationType=kind, Payload=order)
    lab.advance(minutes=5)
    with_answer = dict.fromkeys("abcde", False)
    for name, url in urls.items():
        kept = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages", [])
        with_answer[name] = "stackTrace" in str(kept)
    ran = {hop.resource for hop in lab.trace if hop.kind == "invoke"}
    invoiced = {name: invoices.get(name) in ran for name in "abcde"}
    return Shown(
        answer={name: with_answer[name] or invoiced[name] for name in "abcde"},
        says="With each setting by itself one order succeeded, and one failed in all of its attempts.",
        each={
            name: f"the error response was {'' if with_answer[name] else 'not '}kept, "
            f"the invoice was {'' if invoiced[name] else 'not '}written"
            for name in "abcde"
        },
    )


def the_most_that_is_left_to_reserve(lab: Lab) -> Shown:
    """Reserve for two functions, then ask for less and less for a third until Lambda agrees."""
    functions = lab.client("lambda")
    for name in ("checkout", "search", "mail"):
        lab.function(name, obey)
    functions.put_function_concurrency(FunctionName="checkout", ReservedConcurrentExecutions=400)
    functions.put_function_concurrency(FunctionName="search", ReservedConcurrentExecutions=250)
    wanted, refused = 1000, 0
    while code_of_error(
        functions.put_function_concurrency, FunctionName="mail", ReservedConcurrentExecutions=wanted
    ):
        wanted, refused = wanted - 50, refused + 1
    left = functions.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    return Shown(
        answer=wanted,
        says=f"Lambda refused {refused} times, agreed to {wanted}, and keeps {left} for all other functions.",
    )


def twelve_events_and_one_place(lab: Lab) -> Shown:
    """Twelve events at once, each a minute's work, for a function that may run once at a time."""
    functions, sqs, iam = lab.client("lambda"), lab.client("sqs"), lab.client("iam")
    lab.function("work", obey, Timeout=90)
    let_role_send(functions, iam)
    sqs.create_queue(QueueName="dead")
    letters = {"TargetArn": QUEUE + "dead"}
    functions.update_function_configuration(FunctionName="work", DeadLetterConfig=letters)
    functions.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=1)
    lab.advance(seconds=5)
    errors = [code_of_error(tell, functions=functions, seconds=60) for _ in range(12)]
    lab.run_until_idle()
    done, dead = len(runs(lab)), len(lab.queue("dead"))
    throttles = Counter(hop.causes for hop in lab.trace if hop.kind == "throttle")  # by event
    most = max(throttles.values())
    return Shown(
        answer={
            "a": done == 12 and most > 2,
            "b": dead == 11,
            "c": any(errors),
            "d": dead > 0 and most <= 3,
        },
        says=(
            f"Of twelve events at once one found a place. {done} were worked on in the end; "
            f"the unluckiest was throttled {most} times before."
        ),
        each={
            "a": f"worked on: {done} of 12",
            "b": f"in the dead-letter queue: {dead}",
            "c": f"calls that were refused: {sum(map(bool, errors))}",
            "d": f"throttled up to {most} times, and worked on all the same",
        },
    )


def payloads_of_several_sizes(lab: Lab) -> Shown:
    """Make each of the calls."""
    functions = lab.client("lambda")
    lab.function("work", obey)

    def long_answer(event: dict[str, int], context: object) -> str:
        return "x" * event["size"]

    lab.function("answer", long_answer)

    def works(name: str, kind: str, size: int) -> bool:
        event = json.dumps({"size": size} if name == "answer" else {"text": "x" * size})
        try:
            answer = functions.invoke(FunctionName=name, InvocationType=kind, Payload=event)
        except ClientError as error:
            outcomes.append(f"refused: {error.response['Error']['Code']}")
            return False
        outcomes.append(f"status {answer['StatusCode']}, FunctionError {answer.get('FunctionError', 'none')}")
        return "FunctionError" not in answer

    outcomes: list[str] = []
    found = {
        "a": works("work", "Event", 800_000),
        "b": works("work", "RequestResponse", 5_000_000),
        "c": works("work", "Event", 3_000_000),
        "d": works("work", "RequestResponse", 8_000_000),
        "e": works("answer", "RequestResponse", 8_000_000),
    }
    return Shown(
        answer=found,
        says="Each of the five calls was made.",
        each=dict(zip(found, outcomes, strict=True)),
    )


def a_function_that_must_stand_still(lab: Lab) -> Shown:
    """Three letters come in while each setting is in force. Does the function run, and what is kept?"""
    functions, sqs, iam = lab.client("lambda"), lab.client("sqs"), lab.client("iam")

    def runs_and_kept(timeout: int = 3, reserved: int | None = None, **settings: int) -> tuple[int, int]:
        lab.reset()
        sqs.create_queue(QueueName="kept")
        lab.function("work", obey, Timeout=timeout)
        let_role_send(functions, iam)
        functions.put_function_event_invoke_config(
            FunctionName="work", DestinationConfig={"OnFailure": {"Destination": QUEUE + "kept"}}, **settings
        )
        if reserved is not None:
            functions.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=reserved)
        for number in range(3):
            tell(functions, letter=number)
        lab.advance(hours=1)
        return len([hop for hop in lab.trace if hop.kind == "invoke"]), len(lab.queue("kept"))

    found = {
        "a": runs_and_kept(reserved=0),
        "b": runs_and_kept(MaximumRetryAttempts=0),
        "c": runs_and_kept(MaximumEventAgeInSeconds=60),
        "d": runs_and_kept(timeout=1),
    }
    return Shown(
        answer={way: outcome == (0, 3) for way, outcome in found.items()},
        says="Each time three letters were left for the function, which has an on-failure destination.",
        each={way: f"{count} runs; {kept} of 3 letters kept" for way, (count, kept) in found.items()},
    )


def calls_that_reach_the_new_code(lab: Lab) -> Shown:
    """Clients call the alias `live`. To how many calls does the new code answer, in each way?"""
    functions = lab.client("lambda")

    def old(event: object, context: object) -> str:
        return "old"

    def new(event: object, context: object) -> str:
        return "new"

    def share_of_new(calls: int = 10) -> float:
        answers = [functions.invoke(FunctionName="price", Qualifier="live") for _ in range(calls)]
        return sum(b"new" in answer["Payload"].read() for answer in answers) / calls

    lab.function("price", old)
    functions.publish_version(FunctionName="price")
    functions.create_alias(FunctionName="price", Name="live", FunctionVersion="1")
    lab.function("price", new)
    functions.publish_version(FunctionName="price")
    live, shares = {"FunctionName": "price", "Name": "live"}, {}
    functions.update_alias(**live, RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}})
    shares["a"] = share_of_new(calls=40)
    functions.update_alias(**live, RoutingConfig={"AdditionalVersionWeights": {}})
    back = share_of_new()
    functions.create_alias(FunctionName="price", Name="canary", FunctionVersion="2")
    shares["d"] = share_of_new()
    functions.update_alias(**live, FunctionVersion="$LATEST")
    shares["c"] = share_of_new()
    return Shown(
        answer={way: 0 < share < 0.3 and not back for way, share in shares.items()},
        says=f"Clients call the alias live. With the weight taken back, {back:.0%} of the answers are new.",
        each={way: f"{share:.0%} of the answers came from the new code" for way, share in shares.items()},
    )


def a_rule_that_reaches_an_alias(lab: Lab) -> Shown:
    """The rule's target is the alias now. After each change an event is put: does the function run?"""
    functions, events, iam = lab.client("lambda"), lab.client("events"), lab.client("iam")

    def let_rule_in(name: str, rule: str, **how: str) -> None:
        functions.add_permission(
            FunctionName="work",
            StatementId=name,
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
            **how,
        )

    def is_run(change: str) -> bool:
        lab.reset()
        arn = lab.function("work", obey)
        version = functions.publish_version(FunctionName="work")["Version"]
        functions.create_alias(FunctionName="work", Name="live", FunctionVersion=version)
        rule = events.put_rule(Name="sales", EventPattern='{"source": ["shop"]}')["RuleArn"]
        let_rule_in("as-before", rule)
        events.put_targets(Rule="sales", Targets=[{"Id": "alias", "Arn": f"{arn}:live"}])
        if change == "alias":
            let_rule_in("alias", rule, Qualifier="live")
        elif change == "version":
            let_rule_in("version", rule, Qualifier=version)
        elif change == "role":
            let_role_send(functions, iam)
        else:
            let_rule_in("account", rule, SourceAccount="123456789012")
        events.put_events(Entries=[{"Source": "shop", "DetailType": "sale", "Detail": "{}"}])
        lab.advance(seconds=5)
        return any(hop.kind == "invoke" for hop in lab.trace)

    found = {"a": is_run("alias"), "b": is_run("version"), "c": is_run("role"), "d": is_run("account")}
    return Shown(
        answer=found,
        says="The rule had the function's permission, and the alias as its target; then one change was made.",
        each={way: "the function ran" if ran else "the function did not run" for way, ran in found.items()},
    )
