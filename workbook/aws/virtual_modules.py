"""Which code lives in virtual time and on seeded chance: moto, and the parts of botocore that read a clock.

Lambda handlers get their look-alikes from their runtime. Everything else in the process, the notebook's
kernel, asyncio, logging and the learner's own cells among them, keeps the real time.
"""

from __future__ import annotations

import datetime
import os
import random
import threading
import time
import uuid

from workbook.engine.lookalikes import (
    seeded_os_module,
    seeded_random_module,
    seeded_uuid_module,
    virtual_datetime_module,
    virtual_time_module,
)
from workbook.engine.substitution import Substitution
from workbook.engine.threads import virtual_threading_module
from workbook.engine.world import World

_BOTOCORE_WITH_CLOCK = {
    f"botocore.{name}"
    for name in (
        "auth",
        "compat",
        "endpoint",
        "retries.adaptive",
        "retries.bucket",
        "retries.standard",
        "retries.throttling",
        "retryhandler",
        "signers",
        "utils",
        "waiter",
    )
}

_CHANCE_OUTSIDE_MOTO_RANDOM = (
    "moto.s3.",
    "moto.dynamodb",
    "moto.iam.",
    "moto.kms.",
    "moto.sts.",
    "moto.stepfunctions.",
)
"""Packages of moto that draw from `os.urandom` or `uuid` instead of moto's own seeded generator. KMS's
asymmetric keys come from OpenSSL, which cannot be seeded; a lab shows neither them nor their signatures."""


def reads_the_clock(name: str) -> bool:
    """Whether the module called `name` lives in virtual time."""
    return name == "moto" or name.startswith("moto.") or name in _BOTOCORE_WITH_CLOCK


def draws_ids(name: str) -> bool:
    """Whether the module called `name` draws ids that a learner may see."""
    return name == "botocore.handlers" or name.startswith(_CHANCE_OUTSIDE_MOTO_RANDOM)


def starts_threads(name: str) -> bool:
    """Whether the module called `name` is part of moto's Step Functions interpreter, which is all threads."""
    return name.startswith("moto.stepfunctions.")


def virtual_modules(world: World) -> Substitution:
    """The substitution of all look-alikes for `world`, not yet installed."""
    substitution = Substitution()
    virtual_time = virtual_time_module(world.clock, world.kernel.sleep)
    virtual_datetime = virtual_datetime_module(world.clock)
    functions = ["time", "time_ns", "monotonic", "perf_counter", "sleep", "gmtime", "localtime", "strftime"]
    clock_pairs = [(getattr(time, name), getattr(virtual_time, name)) for name in functions]
    clock_pairs += [
        (getattr(datetime, name), getattr(virtual_datetime, name)) for name in ("datetime", "date")
    ]
    substitution.add(reads_the_clock, [(time, virtual_time), (datetime, virtual_datetime), *clock_pairs])

    stream = world.seeds.stream("ids of moto and botocore")
    seeded_uuid = seeded_uuid_module(stream)
    id_pairs = [
        (random, seeded_random_module(stream)),
        (os, seeded_os_module(stream)),
        (uuid, seeded_uuid),
        (uuid.uuid4, seeded_uuid.uuid4),
    ]
    substitution.add(draws_ids, id_pairs)

    virtual_threading = virtual_threading_module(world.kernel)
    names = ("Thread", "Event", "Lock", "RLock", "Condition", "Semaphore")
    thread_pairs = [(getattr(threading, name), getattr(virtual_threading, name)) for name in names]
    substitution.add(starts_threads, [(threading, virtual_threading), *thread_pairs])
    return substitution
