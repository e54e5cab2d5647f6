"""Who gets the events of a replay, and in which order?"""

import json

import pytest

from workbook import Lab
from workbook.scenarios import replay


def rows(**settings):
    return replay.run(**settings).findings.rows


def test_a_replay_goes_to_all_rules_that_match():
    assert rows(books=9) == (("points", 9, 9), ("fees", 9, 9))


@pytest.mark.parametrize("remedy", ["only_points", "keep_replays_from_fees"])
def test_filter_arns_or_a_pattern_with_replay_name_keep_it_from_a_rule(remedy):
    assert rows(books=9, **{remedy: True}) == (("points", 9, 9), ("fees", 9, 0))


def test_minutes_keep_their_order_and_what_is_in_them_does_not():
    with Lab(seed=7) as lab:
        account = replay.run(lab, books=30, pause=6)
        bodies = [json.loads(str(hop.facts["body"])) for hop in lab.trace if hop.kind == "replay"]
    minutes = [body["time"][:16] for body in bodies]
    books = [body["detail"]["book"] for body in bodies]
    assert minutes == sorted(minutes)
    assert sorted(books) == list(range(1, 31)) != books
    early = sum(any(later < book for later in books[place:]) for place, book in enumerate(books))
    assert f"{early} events came before an older one" in account.findings.conclusion


def test_events_of_a_minute_each_come_in_order():
    account = replay.run(books=5, pause=60)
    assert "5 events of 5 minutes came again" in account.findings.conclusion
    assert "0 events came before an older one" in account.findings.conclusion


def test_all_at_once_is_one_minute():
    assert "9 events of 1 minute came again" in replay.run(books=9, pause=0).findings.conclusion
