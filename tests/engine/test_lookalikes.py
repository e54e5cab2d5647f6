"""Look-alikes of time and datetime: the present is virtual, the values are real."""

import copy
import datetime
import pickle
import random
import time

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
    assert type(pickle.loads(pickle.dumps(value))) in {datetime.datetime, datetime.date}
    assert repr(value) == repr(pickle.loads(pickle.dumps(value)))
    assert str(type(value)) in {"<class 'datetime.datetime'>", "<class 'datetime.date'>"}
    assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value


@pytest.fixture(params=["America/New_York", "Asia/Kolkata"])
def far_from_utc(request, monkeypatch):
    if not hasattr(time, "tzset"):
        pytest.skip("this system has one time zone a process")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
def test_local_time_is_utc_wherever_the_computer_stands(world, virtual_datetime, virtual_time):
    virtual = virtual_datetime.datetime
    now = world.clock.seconds
    assert virtual.now().timestamp() == virtual.utcnow().timestamp() == virtual.today().timestamp() == now
    assert (virtual.now() + datetime.timedelta(days=1)).timestamp() == now + 86400
    assert virtual(1970, 1, 2).timestamp() == virtual.strptime("2.1.1970", "%d.%m.%Y").timestamp() == 86400
    assert virtual.fromtimestamp(now) == virtual.now()
    assert (
        virtual.fromtimestamp(0).isoformat()
        == virtual.utcfromtimestamp(0).isoformat()
        == "1970-01-01T00:00:00"
    )
    assert virtual.now().astimezone() == world.clock.datetime()
    assert virtual.now().astimezone().utcoffset() == datetime.timedelta(0)
    assert virtual_datetime.date.fromtimestamp(0) == datetime.date(1970, 1, 1)
    assert virtual_time.mktime(virtual_time.gmtime(0)) == 0


@pytest.mark.usefixtures("far_from_utc")
def test_a_time_with_a_zone_keeps_it(virtual_datetime):
    paris = datetime.timezone(datetime.timedelta(hours=1))
    moment = virtual_datetime.datetime(1970, 1, 1).replace(tzinfo=paris)
    assert moment.timestamp() == -3600
    assert moment.astimezone(datetime.UTC).hour == 23


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
