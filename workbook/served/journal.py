"""Everything that came in to one lab, as lines of JSON: a lab is its seed and what was asked of it.

    {"workbook": "journal", "version": 1, "account": "123456789012", "seed": 7, ...}
    {"method": "POST", "host": "...", "path": "/", "query": "", "headers": [...], "body": "..."}
    {"method": "POST", "path": "/workbook/v1/time/advance", ...}
    {"end": {"requests": 2, "hops": 9, "now": 1767603600001000, "trace": "sha256 of the hops"}}

The lab is deterministic, so to replay these lines is to have the lab again; the last line says what must come
out. No object is ever stored, so there is nothing in it that could be harmful to read. Signatures and what
only
says how a request travelled are left out before the request is answered, so that a replay sees the same
bytes.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from workbook.engine.clock import datetime_of, instant_of
from workbook.served.requests import HttpRequest

VERSION = 1
"""Of the lines: higher when older ones cannot be read any more."""

_TRAVEL = frozenset(
    {
        "accept-encoding",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "connection",
        "content-length",
        "expect",
        "user-agent",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-user-agent",
    }
)
"""Headers that say how a request travelled, or who is behind it, and change nothing in the lab."""
_SIGNATURE = re.compile(r"Signature=[0-9a-fA-F]*")
_HEADER_LINE = frozenset(
    {"workbook", "version", "account", "region", "seed", "start", "versions", "retention"}
)
_REQUEST_LINE = frozenset({"method", "host", "path", "query", "headers", "body"})


class SnapshotError(ValueError):
    """A snapshot cannot be taken, or brought back; the text says why, and what can be done."""


@dataclass(frozen=True)
class Beginning:
    """How a lab began: the first line."""

    account: str
    region: str
    seed: int
    start: datetime.datetime
    retention: tuple[int, int]
    """Hops and bytes that its trace keeps: the digest is of what is kept."""

    def line(self) -> bytes:
        """The first line of a journal."""
        return _line(
            {
                "workbook": "journal",
                "version": VERSION,
                "account": self.account,
                "region": self.region,
                "seed": self.seed,
                "start": instant_of(self.start),
                "retention": list(self.retention),
                "versions": versions(),
            }
        )


@dataclass(frozen=True)
class Ending:
    """What a replay must come to: the last line of a snapshot."""

    requests: int
    hops: int
    now: int
    trace: str
    """SHA-256 of the hops that the trace keeps."""

    def line(self) -> bytes:
        """The last line."""
        end = {"requests": self.requests, "hops": self.hops, "now": self.now, "trace": self.trace}
        return _line({"end": end})


@dataclass(frozen=True)
class Journal:
    """A journal that was read and found to be whole."""

    beginning: Beginning
    requests: Sequence[HttpRequest]
    ending: Ending | None
    """None where whoever wrote it came to no end."""


def versions() -> dict[str, str]:
    """What decides how a request is answered: a replay elsewhere may come out differently."""
    return {name: version(name) for name in ("workbook", "moto", "botocore")}


def plain(request: HttpRequest) -> HttpRequest:
    """The request without signatures and what only says how it travelled."""
    kept = [
        (name, _SIGNATURE.sub("Signature=0", value) if name.lower() == "authorization" else value)
        for name, value in request.headers
        if name.lower() not in _TRAVEL
    ]
    return replace(request, headers=tuple(kept))


def request_line(request: HttpRequest) -> bytes:
    """A request as a line; its body is text where it is UTF-8, else base64."""
    try:
        body: object = request.body.decode()
    except UnicodeDecodeError:
        body = {"base64": base64.b64encode(request.body).decode()}
    headers = [list(header) for header in request.headers]
    members = {"method": request.method, "host": request.host, "path": request.path, "query": request.query}
    return _line({**members, "headers": headers, "body": body})


def read_journal(text: bytes, *, half_written: bool = False) -> Journal:
    """Read a journal or a snapshot, whole; nothing is done with it yet.

    `half_written` allows for a last line that breaks off, as of a process that was killed.

    Raises:
        SnapshotError: it is none, of another version, or a line of it is broken; the text names the line.
    """
    lines = text.split(b"\n")
    if half_written or not lines[-1]:
        lines = lines[:-1]
    if not lines:
        raise SnapshotError("the snapshot is empty: pass what GET /workbook/v1/snapshot returned")
    beginning = _beginning(_parsed(1, lines[0]))
    requests: list[HttpRequest] = []
    ending = None
    for number, line in enumerate(lines[1:], 2):
        members = _parsed(number, line)
        if ending is not None:
            raise SnapshotError(
                f"line {number} comes after the end: a snapshot has one end, in its last line"
            )
        if "end" in members:
            ending = _ending(number, members, len(requests))
        else:
            requests.append(_request(number, members))
    return Journal(beginning, requests, ending)


# ---- lines


def _line(members: dict[str, object]) -> bytes:
    return (
        json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        + b"\n"
    )


def _parsed(number: int, line: bytes) -> dict[str, Any]:
    try:
        members = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SnapshotError(f"line {number} is broken: it is no JSON ({error})") from None
    if not isinstance(members, dict):
        raise SnapshotError(f"line {number} is broken: it must be a JSON object")
    return members


def _beginning(members: dict[str, Any]) -> Beginning:
    if members.get("workbook") != "journal":
        raise SnapshotError('line 1 is broken: a snapshot begins with {"workbook": "journal", ...}')
    if members.get("version") != VERSION:
        raise SnapshotError(
            f"the snapshot is of version {members.get('version')!r}, and this server reads version "
            f"{VERSION}: bring it back with the workbook that made it"
        )
    _check_members(1, members, _HEADER_LINE)
    _check_versions(members["versions"])
    for name, kind in (("account", str), ("region", str), ("seed", int), ("start", int)):
        _check_kind(1, name, members[name], kind)
    retention = members["retention"]
    if not (
        isinstance(retention, list) and len(retention) == 2 and all(_is_positive(one) for one in retention)
    ):
        raise SnapshotError(f"line 1 is broken: retention is {retention!r}, and must be two numbers above 0")
    return Beginning(
        members["account"],
        members["region"],
        members["seed"],
        _instant(members["start"]),
        (retention[0], retention[1]),
    )


def _check_versions(found: object) -> None:
    if found != versions():
        raise SnapshotError(
            f"the snapshot was made by {found!r}, and this server runs {versions()!r}: other versions may "
            "answer the same requests otherwise, so bring it back with those that made it"
        )


def _instant(value: int) -> datetime.datetime:
    try:
        return datetime_of(value)
    except OverflowError:
        raise SnapshotError(f"line 1 is broken: start is {value!r}, which is no instant") from None


def _ending(number: int, members: dict[str, Any], requests: int) -> Ending:
    end = members["end"]
    if not isinstance(end, dict):
        raise SnapshotError(f"line {number} is broken: end must be an object")
    _check_members(number, end, frozenset({"requests", "hops", "now", "trace"}))
    for name, kind in (("requests", int), ("hops", int), ("now", int), ("trace", str)):
        _check_kind(number, name, end[name], kind)
    if end["requests"] != requests:
        raise SnapshotError(f"the snapshot says that it has {end['requests']} requests, and has {requests}")
    return Ending(**end)


def _request(number: int, members: dict[str, Any]) -> HttpRequest:
    _check_members(number, members, _REQUEST_LINE)
    for name in ("method", "host", "path", "query"):
        _check_kind(number, name, members[name], str)
    headers = members["headers"]
    if not isinstance(headers, list) or not all(map(_is_header, headers)):
        raise SnapshotError(f"line {number} is broken: headers must be pairs of texts")
    return HttpRequest(
        method=members["method"],
        host=members["host"],
        path=members["path"],
        query=members["query"],
        headers=tuple((name, value) for name, value in headers),
        body=_body(number, members["body"]),
    )


def _body(number: int, body: object) -> bytes:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, dict) and list(body) == ["base64"] and isinstance(body["base64"], str):
        try:
            return base64.b64decode(body["base64"], validate=True)
        except binascii.Error as error:
            raise SnapshotError(f"line {number} is broken: its body is no base64 ({error})") from None
    raise SnapshotError(f'line {number} is broken: body must be a text or {{"base64": ...}}')


def _is_header(header: object) -> bool:
    return isinstance(header, list) and len(header) == 2 and all(isinstance(one, str) for one in header)


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _check_members(number: int, members: dict[str, Any], wanted: frozenset[str]) -> None:
    if members.keys() != wanted:
        raise SnapshotError(
            f"line {number} is broken: it has the members {', '.join(sorted(members)) or 'none'}, "
            f"and must have {', '.join(sorted(wanted))}"
        )


def _check_kind(number: int, name: str, value: object, kind: type) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        words = {str: "a text", int: "a whole number"}[kind]
        raise SnapshotError(f"line {number} is broken: {name} is {value!r}, and must be {words}")
