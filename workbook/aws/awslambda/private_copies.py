"""What a private copy of a module of the standard library needs besides its own code, to be a handler's own.

random      draws from the environment's seed, also in generators that a handler makes without one
uuid        computes its ids in Python, from that chance and the lab's time
logging     keeps its locks in reality
linecache   knows the function's files, which are nowhere on disk
"""

from __future__ import annotations

import random
import threading
import types
from collections.abc import Mapping
from typing import Any


def finish(module: types.ModuleType, stream: random.Random, source_files: Mapping[str, bytes]) -> None:
    """Make a copy that has just run an environment's own; `source_files` are the function's, by path."""
    match module.__name__:
        case "random":
            _seed_random(module, stream)
        case "uuid":
            _seed_uuid(module)
        case "logging":
            _lock_in_reality(module)
        case "linecache":
            _know_sources(module, source_files)


def _seed_random(module: types.ModuleType, stream: random.Random) -> None:
    """Seed the module's own generator, and every generator that a handler makes without a seed."""
    seed = module.Random.seed

    def seed_from_stream(self: random.Random, a: Any = None, version: int = 2) -> None:  # noqa: ANN401 - as Random.seed
        seed(self, stream.getrandbits(128) if a is None else a, version)

    module.Random.seed = seed_from_stream
    module._inst.seed(stream.getrandbits(128))  # noqa: SLF001 - what random.random() draws from


def _seed_uuid(module: types.ModuleType) -> None:
    """Let `uuid1` be computed in Python, from virtual time, instead of asking the operating system."""
    for name in ("_generate_time_safe", "_UuidCreate"):
        if hasattr(module, name):
            setattr(module, name, None)
    vars(module)["_node"] = 0x0242AC110002


def _know_sources(linecache: types.ModuleType, files: Mapping[str, bytes]) -> None:
    """Let stack traces that a handler prints show the lines of its own files, which are nowhere on disk."""
    for path, content in files.items():
        if path.endswith(".py"):
            lines = content.decode("utf-8", "replace").splitlines(keepends=True)
            vars(linecache)["cache"][path] = (len(content), None, lines, path)


def _lock_in_reality(logging: types.ModuleType) -> None:
    """Log handlers are forgotten by the garbage collector, and that may run on a thread that is no task."""
    vars(logging).update(threading=threading, _lock=threading.RLock())
