"""Look-alikes of time and datetime: the present is virtual, the values are real."""

import copy
import datetime
import pickle
import random

import pytest

from workbook.engine import World
from workbook.engine.lookalikes import (
    seeded_os_module,
    seeded_random_module,
    seeded_uuid_module,
    virtual_datetime_module,
    virtual_time_module,
)


@pytest.fixture
def world():
    return World.for_tests()


@pytest.fixture
def virtual_time(world):
    return virtual_time_module(world.clock, world.kernel.sleep)


@pytest.fixture
def virtual_datetime(world):
    return virtual_datetime_module(world.clock)


def test_sleep_takes_virtual_time(world, virtual_time):
    before = virtual_time.time()
    virtual_time.sleep(3600)
    assert virtual_time.time() - before == 3600
    assert virtual_time.monotonic() == virtual_time.time() == virtual_time.time_ns() / 1e9


def test_local_time_is_utc(virtual_time):
    assert virtual_time.strftime("%Y-%m-%d %H:%M", virtual_time.localtime()) == "2026-01-05 09:00"
    assert virtual_time.ctime() == "Mon Jan  5 09:00:00 2026"


def test_a_function_of_time_can_be_an_attribute_of_a_class(virtual_time):
    class Formatter:
        converter = virtual_time.gmtime

    assert Formatter().converter(0).tm_year == 1970


def test_now_is_virtual_and_naive_now_is_utc(virtual_datetime):
    assert virtual_datetime.datetime.now() == datetime.datetime(2026, 1, 5, 9, 0)  # noqa: DTZ001 - naive on purpose
    assert virtual_datetime.datetime.now(datetime.UTC) == datetime.datetime(
        2026, 1, 5, 9, 0, tzinfo=datetime.UTC
    )
    assert virtual_datetime.date.today() == datetime.date(2026, 1, 5)


@pytest.mark.parametrize(
    "make",
    [
        lambda module: module.datetime(2020, 2, 29),
        lambda module: module.datetime.now(),
        lambda module: module.datetime.fromtimestamp(0, module.timezone.utc),
        lambda module: module.datetime.strptime("2020", "%Y"),
        lambda module: module.datetime.fromisoformat("2020-02-29T01:02:03"),
        lambda module: module.date(2020, 2, 29),
    ],
)
def test_values_are_of_the_real_classes(virtual_datetime, make):
    value = make(virtual_datetime)
    assert type(value) in {datetime.datetime, datetime.date}
    assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value


def test_real_values_are_instances_of_the_look_alikes(virtual_datetime):
    assert isinstance(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), virtual_datetime.datetime)
    assert isinstance(datetime.date(2020, 1, 1), virtual_datetime.date)
    assert not isinstance(datetime.date(2020, 1, 1), virtual_datetime.datetime)


def test_chance_comes_from_the_stream():
    def draws(seed):
        stream = random.Random(seed)
        chance, ids, system = (
            seeded_random_module(stream),
            seeded_uuid_module(stream),
            seeded_os_module(stream),
        )
        return chance.random(), chance.Random().random(), ids.uuid4(), ids.uuid1(), system.urandom(4)

    assert draws(1) == draws(1) != draws(2)
