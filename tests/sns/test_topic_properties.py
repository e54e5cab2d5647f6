"""What must hold of every history: no message is lost without a word, and none is invented."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from inbox import messages
from learner import hops
from publisher import fifo_topic, queue, subscribe, topic

from workbook import Lab
from workbook.aws.delivery.outages import begin_outage
from workbook.engine.clock import SECOND

STORES = ("oslo", "rome")

subscribers = st.fixed_dictionaries(
    {
        "wants": st.sampled_from([None, *STORES]),
        "raw": st.booleans(),
        "permitted": st.booleans(),
        "exists": st.booleans(),
        "letters": st.sampled_from([None, "open", "closed"]),
    }
)
events = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from([None, *STORES])),
    st.tuples(st.just("outage"), st.integers(min_value=1, max_value=50)),
    st.tuples(st.just("advance"), st.integers(min_value=1, max_value=30)),
)


def build(lab, wanted, *, fifo):
    """A topic with subscribers; by subscription: what it wants, its queue and its dead-letter queue."""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    suffix = ".fifo" if fifo else ""
    arn = fifo_topic(sns, ContentBasedDeduplication="true") if fifo else topic(sns)
    letters = {
        "open": queue(sqs, f"open{suffix}", arn),
        "closed": queue(sqs, f"closed{suffix}"),
    }
    made = []
    for number, each in enumerate(wanted):
        url, endpoint = queue(sqs, f"queue-{number}{suffix}", arn if each["permitted"] else None)
        attributes = {"RawMessageDelivery": str(each["raw"]).lower()}
        if each["wants"]:
            attributes["FilterPolicy"] = json.dumps({"store": [each["wants"]]})
        if each["letters"]:
            policy = {"deadLetterTargetArn": letters[each["letters"]][1]}
            attributes["RedrivePolicy"] = json.dumps(policy)
        subscription = subscribe(sns, arn, endpoint, **attributes)
        if not each["exists"]:
            sqs.delete_queue(QueueUrl=url)
        made.append((each, url if each["exists"] else None, subscription))
    return sns, sqs, arn, made, letters["open"][0]


def run(lab, sns, arn, history, *, fifo):
    """Let the history happen; the messages that were published, with their store."""
    published = []
    for number, (what, value) in enumerate(history):
        if what == "publish":
            store = {"store": {"DataType": "String", "StringValue": value}} if value else {}
            group = {"MessageGroupId": value or "none"} if fifo else {}
            text = f"message {number}"
            answer = sns.publish(TopicArn=arn, Message=text, MessageAttributes=store, **group)
            published.append((answer["MessageId"], text, value))
        elif what == "outage":
            begin_outage(lab.world, "sqs", lab.world.clock.now + value * SECOND)
        else:
            lab.advance(value)
    lab.advance(600)
    return published


def text_of(message):
    body = message["Body"]
    return json.loads(body)["Message"] if body.startswith("{") else body


@settings(max_examples=25, deadline=None)
@given(
    wanted=st.lists(subscribers, min_size=1, max_size=4),
    history=st.lists(events, min_size=1, max_size=8),
    fifo=st.booleans(),
)
def test_every_message_reaches_exactly_who_wants_it_or_is_kept_or_is_recorded_as_dropped(
    wanted, history, fifo
):
    with Lab(seed=11) as lab:
        sns, sqs, arn, made, letters = build(lab, wanted, fifo=fifo)
        published = run(lab, sns, arn, history, fifo=fifo)
        kept = Counter(map(text_of, messages(sqs, letters)))
        expected_letters = Counter()
        for each, url, subscription in made:
            matching = [one for one in published if each["wants"] in {None, one[2]}]
            arrives = each["permitted"] and each["exists"]
            arrived = [] if url is None else list(map(text_of, messages(sqs, url)))
            assert Counter(arrived) == Counter(text for _, text, _ in matching if arrives)
            filtered = {hop.message for hop in hops(lab, "filter", resource=subscription)}
            assert filtered == {one[0] for one in published} - {one[0] for one in matching}
            dropped = {hop.message for hop in hops(lab, "drop", subscription=subscription)}
            lost = not arrives and each["letters"] != "open"
            assert dropped == ({one[0] for one in matching} if lost else set())
            if not arrives and each["letters"] == "open":
                expected_letters.update(text for _, text, _ in matching)
        if not fifo:  # a FIFO dead-letter queue keeps one of several copies of a message
            assert kept == expected_letters
        assert set(kept) == set(expected_letters)


@settings(max_examples=10, deadline=None)
@given(history=st.lists(events, min_size=1, max_size=8))
def test_the_same_seed_gives_the_same_trace(history):
    def happened():
        with Lab(seed=5) as lab:
            subscriber = {"wants": None, "raw": False, "permitted": True, "exists": True, "letters": None}
            sns, sqs, arn, made, _ = build(lab, [subscriber], fifo=False)
            run(lab, sns, arn, history, fifo=False)
            return [message["Body"] for message in messages(sqs, made[0][1])], lab.trace.text()

    assert happened() == happened()
