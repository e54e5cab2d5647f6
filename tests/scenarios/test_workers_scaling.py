"""How does a group of workers follow the backlog of a queue, and what does its shrinking cost?"""

import re

import pytest

from workbook.scenarios import workers_scaling


def sizes(account):
    """The sizes to which the group goes, in order."""
    return [int(what.split()[2]) for _, what, _ in account.findings.rows if "->" in what]


def instance_minutes(account):
    return int(re.search(r"([\d,]+) instance-minutes", account.findings.conclusion)[1].replace(",", ""))


@pytest.fixture(scope="module")
def plain():
    return workers_scaling.run()


def test_it_grows_in_proportion_to_the_backlog_and_shrinks_one_by_one(plain):
    assert sizes(plain) == [40 // 5, 7, 6, 5, 4, 3, 2, 1]
    growth, shrinking = plain.findings.rows[0], plain.findings.rows[1]
    assert growth[0] == 3  # three datapoints of a minute each
    assert shrinking[0] > growth[0] + 15  # and fifteen below
    assert "at most 8 of 20 instances in service" in plain.findings.conclusion


def test_all_films_are_done(plain):
    assert [left for _, what, left in plain.findings.rows if what == "the last film is done"] == [0]


def test_a_group_that_shrinks_under_its_workers_has_films_come_back(plain):
    assert "1 film came back" in plain.findings.conclusion


def test_who_protects_itself_while_at_work_finishes_first():
    account = workers_scaling.run(protect=True)
    assert "No film was begun twice" in account.findings.conclusion
    assert sizes(account)[-1] == 1


def test_a_group_never_grows_beyond_its_largest_size():
    assert max(sizes(workers_scaling.run(messages=100, most_instances=3))) == 3


def test_the_depth_alone_makes_the_group_too_large(plain):
    account = workers_scaling.run(per_instance=False)
    assert max(sizes(account)) > max(sizes(plain))
    assert instance_minutes(account) > 2 * instance_minutes(plain)


def test_a_group_that_never_grows_has_its_one_instance_all_the_time():
    account = workers_scaling.run(messages=2, work=60)
    assert instance_minutes(account) == round(account.seconds / 60)
