"""How services of AWS publish metrics: summed up in their minute, handed over when somebody looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.metrics import MINUTE, Meter, Tally, publications
from workbook.engine.world import World

ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.fixture
def world():
    return World.for_tests()


def meter(world, topic="news", region=REGION):
    return Meter(world, ACCOUNT, region, "AWS/SNS", {"TopicName": topic})


def data(world, region=REGION):
    return publications(world, ACCOUNT, region).data()


def minutes(world, number):
    with world.kernel:
        world.kernel.sleep(60 * number)


def statistics(datum):
    tally = datum.tally
    return tally.samples, tally.total, tally.smallest, tally.largest


def test_what_happens_in_a_minute_is_one_datum_once_the_minute_has_ended(world):
    news = meter(world)
    for size in (10, 30, 20):
        news.add("PublishSize", size, unit="Bytes")
    assert list(data(world)) == []
    begin = world.clock.now
    minutes(world, 1)
    (datum,) = data(world)
    assert (datum.namespace, datum.name, datum.dimensions) == (
        "AWS/SNS",
        "PublishSize",
        (("TopicName", "news"),),
    )
    assert (datum.begin, datum.unit, statistics(datum)) == (
        begin // MINUTE * MINUTE,
        "Bytes",
        (3, 60, 10, 30),
    )


def test_each_minute_resource_and_unit_is_a_datum_of_its_own(world):
    news, weather = meter(world), meter(world, "weather")
    news.add("NumberOfMessagesPublished")
    weather.add("NumberOfMessagesPublished", times=5)
    minutes(world, 1)
    news.add("NumberOfMessagesPublished")
    minutes(world, 1)
    found = [(datum.dimensions[0][1], datum.begin // MINUTE, datum.tally.total) for datum in data(world)]
    first = found[0][1]
    assert found == [("news", first, 1), ("weather", first, 5), ("news", first + 1, 1)]


def test_looking_twice_shows_the_same_list_and_another_region_another_one(world):
    meter(world).add("NumberOfMessagesPublished")
    meter(world, region="eu-west-1").add("NumberOfMessagesPublished", 7)
    minutes(world, 1)
    assert data(world) is data(world)
    assert len(data(world)) == 1
    assert data(world, "eu-west-1")[0].tally.total == 7


def test_values_and_how_often_each_came_are_kept_for_percentiles(world):
    news = meter(world)
    for value in (5, 1, 5):
        news.add("PublishSize", value)
    minutes(world, 1)
    assert data(world)[0].tally.counts == {5: 2, 1: 1}


def test_a_source_is_asked_until_it_is_over(world):
    class Once:
        is_over = False
        asked = 0

        def drain(self, _now):
            self.asked += 1
            self.is_over = True
            return []

    source = Once()
    publications(world, ACCOUNT, REGION).register(source)
    data(world)
    data(world)
    assert source.asked == 1


@given(st.lists(st.lists(st.integers(-100, 100), min_size=1), min_size=1))
def test_tallies_put_together_are_the_tally_of_all_values(groups):
    tallies = []
    for group in groups:
        tally = Tally(group[0])
        for value in group[1:]:
            tally.add(value)
        tallies.append(tally)
    whole, values = Tally.of(tallies), [value for group in groups for value in group]
    assert (whole.total, whole.samples) == (sum(values), len(values))
    assert (whole.smallest, whole.largest) == (min(values), max(values))
    assert whole.counts == {value: values.count(value) for value in values}


def test_the_values_behind_statistics_are_unknown_unless_they_are_all_the_same():
    assert Tally.of_statistics(30, 5, 15, 3).counts is None
    assert Tally.of_statistics(30, 10, 10, 3).counts == {10: 3}
    assert Tally.of([Tally(1), Tally.of_statistics(30, 5, 15, 3)]).counts is None
