r"""What a function writes: to CloudWatch Logs, one log stream an execution environment.

    INIT_START Runtime Version: ...          once, when the environment starts
    START RequestId: ... Version: ...        \
    what the handler prints                   > for each invocation
    END RequestId: ...                       |
    REPORT RequestId: ...  Duration: ...     /

A line becomes an event when it is complete, with the virtual time at which it was. Events keep the line
break at their end, as AWS's do. Source: log events of AWS recorded in public test suites (2023 to 2025).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moto.logs.models import LogsBackend

    from workbook.engine.clock import Clock

TAIL = 4096
"""Bytes of log that `LogType="Tail"` returns at most (API reference of Invoke)."""

INIT_START = "INIT_START "
"""What the line of a new execution environment begins with."""


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`: bytes that are written to it are text of the log."""

    def __init__(self, log: FunctionLog) -> None:
        self._log = log

    def write(self, content: Any) -> int:  # noqa: ANN401 - anything like bytes
        """Take bytes of UTF-8."""
        return self._log.write(bytes(content).decode("utf-8", "replace")) and len(content)

    def writable(self) -> bool:
        """It is for writing."""
        return True


class FunctionLog(io.TextIOBase):
    """The log of one execution environment: what `print` writes to, and where the platform's lines go."""

    def __init__(self, clock: Clock, backend: LogsBackend, group: str, stream: str) -> None:
        self.group = group
        self.stream = stream
        self._clock = clock
        self._backend = backend
        self._events: list[dict[str, Any]] = []
        self._partial = ""
        self._closed = False

    # ---- what a handler's stdout offers

    def write(self, text: str) -> int:
        """Take text; each complete line of it becomes an event."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        text.encode()  # half of a surrogate pair is a UnicodeEncodeError, as at every stream of UTF-8
        if not self._closed:
            lines = (self._partial + text).split("\n")
            self._partial = lines.pop()
            for line in lines:
                self.event(f"{line}\n")
        return len(text)

    @property
    def buffer(self) -> io.RawIOBase:
        """The same log, for bytes."""
        return _Bytes(self)

    def record(self, text: str) -> None:
        """Take one record of the handler's logging as one event."""
        text.encode()  # as above
        if not self._closed:
            self.event(text)

    def writable(self) -> bool:
        """It is for writing."""
        return True

    # ---- what the platform writes

    def event(self, message: str) -> None:
        """Write one event, which may have several lines."""
        self._events.append({"timestamp": self._clock.milliseconds, "message": message})

    def end_handler(self) -> None:
        """Write what is left of an unfinished line."""
        if self._partial:
            self.event(self._partial)
            self._partial = ""

    def stop_handler(self) -> None:
        """From now on ignore what the handler writes: its process is dead."""
        self.end_handler()
        self._closed = True

    def deliver(self) -> str:
        """Send the events to CloudWatch Logs; returns their text."""
        events, self._events = self._events, []
        text = "".join(_with_line_end(str(event["message"])) for event in events)
        self._backend.ensure_log_group(self.group)
        group = self._backend.groups[self.group]
        if self.stream not in group.streams:
            group.create_log_stream(self.stream)
        group.streams[self.stream].put_log_events(events)
        return text


def _with_line_end(message: str) -> str:
    return message if message.endswith("\n") else f"{message}\n"


def tail(text: str) -> str:
    """The last 4 KB of an invocation's log, never beginning within a character.

    INIT_START is the environment's line, not the invocation's: AWS was recorded to leave it out.
    """
    if text.startswith(INIT_START):
        text = text.partition("\n")[2]
    return text.encode()[-TAIL:].decode("utf-8", "ignore")
