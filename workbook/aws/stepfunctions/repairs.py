"""What moto's interpreter does otherwise than AWS, mended: each a small function in the place of its own.

- A Wait state counts whole seconds, and so ends up to a second before its timestamp; it knows no offsets.
- JSON that goes to other services has blanks, and letters outside ASCII escaped.
- A path is parsed each time that it is followed, by a parser made for it: half of the time that states take.
- All threads that there ever were are kept in a list, and so all labs.
"""

from __future__ import annotations

import functools
import importlib
import json
import types
from collections import deque
from typing import TYPE_CHECKING, Any

from workbook.engine.clock import SECOND, instant_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    import datetime

    from workbook.engine.patches import Patches

_ASL = "moto.stepfunctions.parser.asl"
_PATHS = 1024
"""Parsed paths that are kept."""
_WAITS = f"{_ASL}.component.state.wait.wait_function"


def install(patches: Patches) -> None:
    """Mend the interpreter, which is loaded."""
    patches.set(_module(f"{_ASL}.utils.encoding"), "json", types.SimpleNamespace(dumps=_compact_json))
    threads: deque[object] = deque(maxlen=0)
    patches.set(_module(f"{_ASL}.component.state.exec.execute_state"), "TMP_THREADS", threads)
    patches.set(_module(f"{_WAITS}.wait_function").WaitFunction, "_wait_interval", _wait)
    for module in (_module(f"{_ASL}.utils.json_path"), _module(f"{_ASL}.component.common.path.result_path")):
        patches.set(module, "parse", functools.lru_cache(maxsize=_PATHS)(module.parse))
    timestamp = _module(f"{_WAITS}.timestamp").Timestamp
    patches.set(timestamp, "_get_wait_seconds", _seconds_until)
    patches.set(timestamp, "_from_timestamp_string", staticmethod(_moment))


def context_time(moment: datetime.datetime) -> str:
    """A time as the context object shows it: 2026-01-05T09:00:00.000Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _module(name: str) -> Any:  # noqa: ANN401 - modules of the interpreter, whose names are no one's business
    return importlib.import_module(name)


def _compact_json(value: object, cls: type[json.JSONEncoder], separators: object = None) -> str:  # noqa: ARG001 - the interpreter's call
    return json.dumps(value, cls=cls, separators=(",", ":"), ensure_ascii=False)


def _wait(_function: object, env: Any, wait_seconds: float) -> None:  # noqa: ANN401 - the interpreter's Environment
    """Let time pass, unless the execution is ended meanwhile."""
    if wait_seconds > 0:
        env.program_state_event.wait(wait_seconds)


def _moment(timestamp: str) -> datetime.datetime | None:
    """A timestamp of RFC 3339 in UTC, without its fraction of a second; None where it is none."""
    from workbook.aws.stepfunctions.language.comparisons import moment_of  # noqa: PLC0415 - loaded by now

    read = moment_of(timestamp)
    return None if read is None else read[0].replace(tzinfo=None)


def _seconds_until(function: Any, env: Any) -> float:  # noqa: ANN401 - as above, and its Timestamp
    """How long it is until a Wait state's timestamp, to the microsecond.

    Raises:
        FailureEventException: it is no timestamp; the state fails.
    """
    from moto.stepfunctions.parser.asl.component.common.error_name import failure_event  # noqa: PLC0415 - loaded by now

    function.string.eval(env=env)
    value = env.stack.pop()
    moment = function._from_timestamp_string(timestamp=value) if isinstance(value, str) else None  # noqa: SLF001 - its own reading
    if moment is None:
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        raise failure_event.FailureEventException(function._create_failure_event(env, text))  # noqa: SLF001 - as above
    clock = current_world().clock
    return (instant_of(moment.replace(tzinfo=clock.datetime().tzinfo)) - clock.now) / SECOND
