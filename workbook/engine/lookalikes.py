"""Modules that look like `time`, `datetime`, `random`, `uuid` and `os`, on the virtual clock and the seeds.

They are put in place of the real ones inside chosen modules only (see `substitution`). Freezing the real
modules for the whole process was tried and fails in a notebook: it stops the kernel's own heartbeat, the
widgets and `asyncio.sleep`, or gives every message of the notebook protocol a false date.
"""

from __future__ import annotations

import calendar
import datetime as real_datetime
import os as real_os
import random as real_random
import time as real_time
import types
import uuid as real_uuid
from collections.abc import Callable

from workbook.engine.clock import Clock

Sleep = Callable[[float], None]


def copy_of(module: types.ModuleType, **replaced: object) -> types.ModuleType:
    """A module with the same names as `module`, except for those that are `replaced`."""
    copy = types.ModuleType(module.__name__, module.__doc__)
    private = {"__spec__", "__loader__", "__name__", "__doc__"}
    copy.__dict__.update({name: value for name, value in vars(module).items() if name not in private})
    copy.__dict__.update(replaced)
    return copy


class _Builtin:
    """Makes a function behave like one of C: as an attribute of a class it does not become a method.

    Without it `logging.Formatter.converter = time.gmtime` would pass the formatter as the time.
    """

    __slots__ = ("__name__", "_function")

    def __init__(self, function: Callable[..., object], name: str) -> None:
        self._function = function
        self.__name__ = name

    def __call__(self, *arguments: object, **options: object) -> object:
        return self._function(*arguments, **options)

    def __repr__(self) -> str:
        return f"<virtual function {self.__name__}>"


def virtual_time_module(clock: Clock, sleep: Sleep) -> types.ModuleType:
    """A `time` module whose present is `clock` and whose `sleep` is `sleep`. Local time is UTC."""

    def gmtime(seconds: float | None = None) -> real_time.struct_time:
        return real_time.gmtime(clock.seconds if seconds is None else seconds)

    def strftime(pattern: str, moment: real_time.struct_time | None = None) -> str:
        return real_time.strftime(pattern, moment or gmtime())

    def asctime(moment: real_time.struct_time | None = None) -> str:
        return real_time.asctime(moment or gmtime())

    def ctime(seconds: float | None = None) -> str:
        return real_time.asctime(gmtime(seconds))

    def mktime(moment: real_time.struct_time) -> float:
        return float(calendar.timegm(moment))

    def seconds() -> float:
        return clock.seconds

    def nanoseconds() -> int:
        return clock.now * 1000

    clocks = ["time", "monotonic", "perf_counter", "process_time", "thread_time"]
    functions: dict[str, Callable[..., object]] = {
        **dict.fromkeys(clocks, seconds),
        **dict.fromkeys([f"{name}_ns" for name in clocks], nanoseconds),
        "sleep": sleep,
        "gmtime": gmtime,
        "localtime": gmtime,
        "strftime": strftime,
        "asctime": asctime,
        "ctime": ctime,
        "mktime": mktime,
    }
    builtins = {name: _Builtin(function, name) for name, function in functions.items()}
    return copy_of(real_time, timezone=0, altzone=0, daylight=0, tzname=("UTC", "UTC"), **builtins)


class _LooksLike(type):
    """Lets `isinstance(value, datetime)` be true of values of the real class."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.__mro__[1])


class _LocalDatetime(real_datetime.datetime):
    """A datetime without a time zone, whose local time is UTC and not that of this computer.

    Only that makes it a class of its own: it prints, and is copied and pickled, as a real one.
    """

    def timestamp(self) -> float:
        return self.astimezone().timestamp()

    def astimezone(self, tz: real_datetime.tzinfo | None = None) -> real_datetime.datetime:  # type: ignore[override]
        moment = real_datetime.datetime.combine(self.date(), self.timetz())
        return moment.replace(tzinfo=self.tzinfo or real_datetime.UTC).astimezone(tz or real_datetime.UTC)

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        return (real_datetime.datetime, super().__reduce_ex__(protocol)[1])  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"datetime.{super().__repr__()}"


_LocalDatetime.__name__ = _LocalDatetime.__qualname__ = "datetime"
_LocalDatetime.__module__ = "datetime"


def _local(moment: real_datetime.datetime) -> real_datetime.datetime:
    return _LocalDatetime.combine(moment.date(), moment.time())  # `time` keeps the fold


def virtual_datetime_module(clock: Clock) -> types.ModuleType:
    """A `datetime` module whose present is `clock`, and whose local time is UTC.

    What it makes are values of the real classes, so that they pickle, copy and print as ever; but a datetime
    without a time zone must not be taken for the computer's own time (see `_LocalDatetime`). So it is on a
    Lambda worker, and moto compares its naive times with naive UTC times, too.
    """
    virtual_datetime, virtual_date = _virtual_datetime(clock), _virtual_date(clock)
    for virtual in (virtual_datetime, virtual_date):
        virtual.__name__ = virtual.__qualname__ = virtual.__mro__[1].__name__
        virtual.__module__ = "datetime"
    return copy_of(real_datetime, datetime=virtual_datetime, date=virtual_date)


def _virtual_datetime(clock: Clock) -> type:
    class VirtualDatetime(real_datetime.datetime, metaclass=_LooksLike):
        def __new__(cls, *arguments: object, **options: object) -> real_datetime.datetime:  # type: ignore[misc]
            moment = real_datetime.datetime(*arguments, **options)  # type: ignore[arg-type]  # noqa: DTZ001 - as given
            return _local(moment) if moment.tzinfo is None else moment

        @classmethod
        def now(cls, tz: real_datetime.tzinfo | None = None) -> real_datetime.datetime:  # type: ignore[override]
            present = clock.datetime()
            return _local(present) if tz is None else present.astimezone(tz)

        @classmethod
        def fromtimestamp(  # type: ignore[override]
            cls, timestamp: float, tz: real_datetime.tzinfo | None = None
        ) -> real_datetime.datetime:
            moment = real_datetime.datetime.fromtimestamp(timestamp, tz or real_datetime.UTC)
            return _local(moment) if tz is None else moment

        @classmethod
        def utcfromtimestamp(cls, timestamp: float) -> real_datetime.datetime:  # type: ignore[override]
            return cls.fromtimestamp(timestamp)

        @classmethod
        def utcnow(cls) -> real_datetime.datetime:  # type: ignore[override]
            return cls.now()

        @classmethod
        def today(cls) -> real_datetime.datetime:  # type: ignore[override]
            return cls.now()

    return VirtualDatetime


def _virtual_date(clock: Clock) -> type:
    class VirtualDate(real_datetime.date, metaclass=_LooksLike):
        def __new__(cls, *arguments: object, **options: object) -> real_datetime.date:  # type: ignore[misc]
            return real_datetime.date(*arguments, **options)  # type: ignore[arg-type]

        @classmethod
        def today(cls) -> real_datetime.date:  # type: ignore[override]
            return clock.datetime().date()

        @classmethod
        def fromtimestamp(cls, timestamp: float) -> real_datetime.date:  # type: ignore[override]
            return real_datetime.datetime.fromtimestamp(timestamp, real_datetime.UTC).date()

    return VirtualDate


_DRAWING = [name for name in dir(real_random.Random) if not name.startswith("_")]
"""What the functions of `random` are called: they are methods of one hidden generator."""


def seeded_random_module(stream: real_random.Random) -> types.ModuleType:
    """A `random` module that draws from `stream`; an unseeded `Random()` made from it is seeded, too."""

    class SeededRandom(real_random.Random):
        def __init__(self, seed: float | str | bytes | None = None) -> None:
            super().__init__(stream.random() if seed is None else seed)

    names = {name: getattr(stream, name) for name in _DRAWING}
    return copy_of(real_random, Random=SeededRandom, SystemRandom=SeededRandom, **names)


def seeded_uuid_module(stream: real_random.Random) -> types.ModuleType:
    """A `uuid` module whose `uuid1` and `uuid4` draw from `stream`."""

    def uuid4() -> real_uuid.UUID:
        return real_uuid.UUID(int=stream.getrandbits(128), version=4)

    def uuid1(node: int | None = None, clock_seq: int | None = None) -> real_uuid.UUID:  # noqa: ARG001 - uuid's signature
        return real_uuid.UUID(int=stream.getrandbits(128), version=1)

    return copy_of(real_uuid, uuid1=uuid1, uuid4=uuid4)


def seeded_os_module(stream: real_random.Random, **replaced: object) -> types.ModuleType:
    """An `os` module whose `urandom` draws from `stream`, with further names `replaced`."""
    return copy_of(real_os, urandom=stream.randbytes, **replaced)
