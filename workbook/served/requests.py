"""A request and its response, and how they cross from the front to an account's process: as frames.

    | header length | body length |   header, JSON   |    body, as it came    |
       4 bytes          4 bytes

A frame says all it holds before it begins, so a reader never guesses where it ends; and it holds only text,
numbers and the body's own bytes. A process that is taken over by a learner's handler can send nothing that
the front would run.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

_PREFIX = struct.Struct(">II")
PREFIX_BYTES = _PREFIX.size
"""Bytes at the beginning of a frame from which `bytes_after` tells how many follow."""
LARGEST_HEADER = 256 * 1024
"""Bytes of a header: far above the 8 to 64 KB of headers and address that servers of HTTP take."""
LARGEST_BODY = 128 * 1024 * 1024
"""Bytes of a body: above the largest that AWS takes here, the 50 MB of a function's zip, in base64."""

Headers = tuple[tuple[str, str], ...]
"""Names and values in the order in which they were sent; a name may come more than once."""


class FrameError(ValueError):
    """Bytes that are no frame, or a frame of something else; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What a client asked.

    `path` and `query` are as they were sent, quoted, the query without its question mark; `host` is the
    value of the header Host, which `headers` hold, too.
    """

    method: str
    host: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header, whose name is written in any case."""
        return _header(self.headers, name)

    @property
    def target(self) -> str:
        """Path and query, as the first line of a request has them."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def frame(self) -> bytes:
        """This request as one frame. Raises FrameError where it is too large for one."""
        said = {"method": self.method, "host": self.host, "path": self.path, "query": self.query}
        return _frame({**said, "headers": self.headers}, self.body)

    @classmethod
    def of_frame(cls, frame: bytes) -> Self:
        """The request in a frame. Raises FrameError where there is none in it."""
        said, body = _parts(frame)
        _nothing_else(said, {"method", "host", "path", "query", "headers"})
        method, host, path, query = (_text(said, name) for name in ("method", "host", "path", "query"))
        return cls(method, host, path, query, _headers(said), body)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What is answered; `status` is a number from 100 to 599."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header, whose name is written in any case."""
        return _header(self.headers, name)

    def frame(self) -> bytes:
        """This response as one frame. Raises FrameError where it is too large for one."""
        return _frame({"status": self.status, "headers": self.headers}, self.body)

    @classmethod
    def of_frame(cls, frame: bytes) -> Self:
        """The response in a frame. Raises FrameError where there is none in it."""
        said, body = _parts(frame)
        status = said.get("status")
        if type(status) is not int or not 100 <= status <= 599:
            message = f"a response's status is a number from 100 to 599, not {status!r}"
            raise FrameError(message)
        _nothing_else(said, {"status", "headers"})
        return cls(status, headers=_headers(said), body=body)


def bytes_after(prefix: bytes) -> int:
    """How many bytes of a frame follow its first `PREFIX_BYTES`.

    Raises:
        FrameError: more than any frame may hold: who sends this sends no frames, and is not waited for.
    """
    if len(prefix) != PREFIX_BYTES:
        message = f"a frame begins with {PREFIX_BYTES} bytes of lengths; {len(prefix)} came"
        raise FrameError(message)
    header, body = _PREFIX.unpack(prefix)
    _check_sizes(header, body)
    return int(header) + int(body)


def read_frame(read: Callable[[int], bytes]) -> bytes | None:
    """The next frame of a stream that waits for its bytes; None where the stream ended before it began.

    `read(n)` returns at most `n` bytes and none at the end, as `socket.recv` and a file's `read` do.

    Raises:
        FrameError: the stream ended in the middle, or what came is no frame.
    """
    prefix = _read_up_to(read, PREFIX_BYTES)
    if not prefix:
        return None
    wanted = bytes_after(prefix)
    rest = _read_up_to(read, wanted)
    if len(rest) < wanted:
        message = f"the stream ended within a frame: {len(rest)} of {wanted} bytes came"
        raise FrameError(message)
    return prefix + rest


def _read_up_to(read: Callable[[int], bytes], count: int) -> bytes:
    pieces, missing = [], count
    while missing:
        piece = read(min(missing, 1024 * 1024))
        if not piece:
            break
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _frame(said: Mapping[str, object], body: bytes) -> bytes:
    header = json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    _check_sizes(len(header), len(body))
    return _PREFIX.pack(len(header), len(body)) + header + body


def _check_sizes(header: int, body: int) -> None:
    if header > LARGEST_HEADER or body > LARGEST_BODY:
        message = (
            f"a frame of {header} bytes of header and {body} bytes of body: "
            f"at most {LARGEST_HEADER} and {LARGEST_BODY} are sent"
        )
        raise FrameError(message)


def _parts(frame: bytes) -> tuple[Mapping[str, object], bytes]:
    prefix, rest = frame[:PREFIX_BYTES], frame[PREFIX_BYTES:]
    if bytes_after(prefix) != len(rest):
        message = f"a frame that says {bytes_after(prefix)} bytes follow is followed by {len(rest)}"
        raise FrameError(message)
    length = _PREFIX.unpack(prefix)[0]
    try:
        said = json.loads(rest[:length].decode("ascii"))
    except (ValueError, RecursionError) as error:
        message = f"the header of a frame is no JSON: {error}"
        raise FrameError(message) from error
    if not isinstance(said, dict):
        message = f"the header of a frame is an object, not {type(said).__name__}"
        raise FrameError(message)
    return said, rest[length:]


def _text(said: Mapping[str, object], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        message = f"{name} in the header of a frame is a text, not {value!r}"
        raise FrameError(message)
    return value


def _headers(said: Mapping[str, object]) -> Headers:
    pairs = said.get("headers")
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        message = f"headers in the header of a frame are a list of [name, value], not {pairs!r}"
        raise FrameError(message)
    return tuple((name, value) for name, value in pairs)


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)


def _nothing_else(said: Mapping[str, object], known: set[str]) -> None:
    unknown = sorted(said.keys() - known)
    if unknown:
        message = f"the header of a frame holds what is not known: {', '.join(unknown)}"
        raise FrameError(message)


def _header(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    return next((value for known, value in headers if known.lower() == wanted), None)
