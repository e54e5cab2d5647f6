"""What must always hold: no event is lost without a word, and none comes where it does not belong."""

from __future__ import annotations

import json

from access import close
from events_learner import ACCOUNT, entry, open_queue
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inbox import messages
from learner import hops

from workbook import Lab

COLOURS = ("red", "green", "blue")
FATES = ("open", "closed", "gone")

targets = st.tuples(st.sampled_from(FATES), st.booleans())
"""What a target's queue is like, and whether it has a dead-letter queue."""
rules = st.tuples(
    st.sets(st.sampled_from(COLOURS), min_size=1), st.booleans(), st.lists(targets, min_size=1, max_size=5)
)
"""The colours that a rule is for, whether it is enabled, its targets."""
colours = st.lists(st.sampled_from(COLOURS), max_size=8)


def build(lab, wanted):
    """The rules as wanted; of each target of an enabled rule what it is for, its queue, its dead letters."""
    events, sqs = lab.client("events"), lab.client("sqs")
    dead_url, dead = open_queue(sqs, "dead")
    built = []
    for number, (wanted_colours, enabled, places) in enumerate(wanted):
        name = f"rule-{number}"
        pattern = json.dumps({"detail": {"colour": sorted(wanted_colours)}})
        events.put_rule(Name=name, EventPattern=pattern, State="ENABLED" if enabled else "DISABLED")
        entries = []
        for position, (fate, has_dead_letters) in enumerate(places):
            url, arn = open_queue(sqs, f"{name}-{position}")
            if fate == "closed":
                close(sqs, url)
            if fate == "gone":
                sqs.delete_queue(QueueUrl=url)
            letters = {"DeadLetterConfig": {"Arn": dead}} if has_dead_letters else {}
            entries.append({"Id": str(position), "Arn": arn, **letters})
            if enabled:
                built.append((wanted_colours, fate, has_dead_letters, url, arn))
        events.put_targets(Rule=name, Targets=entries)
    return built, dead_url


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=st.lists(rules, max_size=3), sent=colours)
def test_every_event_reaches_the_targets_of_matching_rules_or_their_dead_letters_or_is_dropped(wanted, sent):
    with Lab(seed=1) as lab:
        events, sqs = lab.client("events"), lab.client("sqs")
        built, dead_url = build(lab, wanted)
        for colour in sent:
            events.put_events(Entries=[entry({"colour": colour})])
        lab.run_until_idle()
        expected_dead, expected_drops = 0, 0
        for wanted_colours, fate, has_dead_letters, url, _ in built:
            matching = [colour for colour in sent if colour in wanted_colours]
            if fate != "gone":
                got = [json.loads(message["Body"])["detail"]["colour"] for message in messages(sqs, url)]
                assert sorted(got) == (sorted(matching) if fate == "open" else [])
            if fate != "open":
                expected_dead += len(matching) * has_dead_letters
                expected_drops += len(matching) * (not has_dead_letters)
        assert len(messages(sqs, dead_url)) == expected_dead
        dropped = hops(lab, "drop")
        assert len(dropped) == expected_drops
        assert all(hop.facts["reason"] and hop.facts["rule"].startswith("arn:aws:events:") for hop in dropped)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entries=st.lists(st.sampled_from(["good", "no-source", "bad-detail", "aws"]), min_size=1, max_size=10))
def test_each_entry_has_its_answer_at_its_place(entries):
    made = {
        "good": entry(),
        "no-source": {key: value for key, value in entry().items() if key != "Source"},
        "bad-detail": entry(Detail="[]"),
        "aws": entry(Source="aws.orders"),
    }
    codes = {
        "good": None,
        "no-source": "InvalidArgument",
        "bad-detail": "MalformedDetail",
        "aws": "NotAuthorizedForSourceException",
    }
    with Lab(seed=1) as lab:
        answer = lab.client("events").put_events(Entries=[made[kind] for kind in entries])
        assert [one.get("ErrorCode") for one in answer["Entries"]] == [codes[kind] for kind in entries]
        assert answer["FailedEntryCount"] == sum(kind != "good" for kind in entries)
        ids = [one["EventId"] for one in answer["Entries"] if "EventId" in one]
        assert [hop.message for hop in hops(lab, "put-event")] == ids
        assert len(set(ids)) == len(ids)


def test_the_same_seed_gives_the_same_bytes():
    def story():
        with Lab(seed=3) as lab:
            events, sqs = lab.client("events"), lab.client("sqs")
            url, arn = open_queue(sqs)
            gone = f"arn:aws:sqs:us-east-1:{ACCOUNT}:gone"
            events.put_rule(Name="watch", EventPattern='{"source":["orders"]}')
            events.put_targets(Rule="watch", Targets=[{"Id": "1", "Arn": arn}, {"Id": "2", "Arn": gone}])
            events.put_events(Entries=[entry({"n": n}) for n in range(5)])
            lab.advance(hours=1)
            return lab.trace.text(), [message["Body"] for message in messages(sqs, url)]

    assert story() == story()
