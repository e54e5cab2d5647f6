"""What one account may use, so that one learner cannot stop a room."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from workbook.engine.retention import Retention

_MEGABYTE = 1 << 20


class LimitError(ValueError):
    """A limit cannot be what it was set to; the text says what it can be."""


@dataclass(frozen=True)
class AccountLimits:
    """The limits of each account of a server; all of them are whole numbers, 1 or more."""

    requests_per_second: int = 200
    """Requests that are answered in a second of real time; more are throttled."""
    body_bytes: int = 16 * _MEGABYTE
    """Bytes in the body of a request to AWS."""
    snapshot_bytes: int = 64 * _MEGABYTE
    """Bytes of the journal, and so of a snapshot; a lab with a longer one cannot be saved or brought back."""
    resources: int = 5_000
    """Queues, functions, topics, rules and other resources that exist at a time."""
    memory_bytes: int = 1024 * _MEGABYTE
    """Memory that its process may take on top of what an empty lab takes."""
    trace_hops: int = 50_000
    """Newest hops that the trace keeps."""
    trace_bytes: int = 64 * _MEGABYTE
    """Memory that they may take; what is reached first counts."""
    request_seconds: int = 300
    """Seconds of real time that a request may take until the process is taken to be stuck."""
    idle_seconds: int = 3_600
    """Seconds of real time without a request after which the process ends; the journal stays."""
    accounts: int = 64
    """Accounts with a process at the same time, on the whole server."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                message = f"{field.name}={value!r}: pass a whole number, 1 or more, e.g. {field.default}"
                raise LimitError(message)

    @property
    def retention(self) -> Retention:
        """How much of a trace is kept."""
        return Retention(self.trace_hops, self.trace_bytes)

    def as_json(self) -> dict[str, int]:
        """The limits by name."""
        return asdict(self)
