"""What a snapshot must be before the first of its requests is asked again, and what must come of them."""

from __future__ import annotations

import hashlib
import json

from workbook.engine.exports import plain_value, record_of
from workbook.lab import Lab
from workbook.served.control import PREFIX, is_control, operation_of
from workbook.served.fields import BadRequest
from workbook.served.journal import Beginning, Ending, Journal, SnapshotError, read_journal
from workbook.served.limits import AccountLimits
from workbook.served.requests import HttpRequest


def checked_snapshot(snapshot: bytes, account: str, limits: AccountLimits) -> Journal:
    """Read a snapshot for a lab of `account`; nothing is done with it yet.

    Raises:
        SnapshotError: it is none, too large, of another account or server, or holds what no snapshot holds.
    """
    if len(snapshot) > limits.snapshot_bytes:
        most = limits.snapshot_bytes
        raise SnapshotError(
            f"the snapshot has {len(snapshot)} bytes, and {most} are allowed (snapshot_bytes)"
        )
    journal = read_journal(snapshot)
    if journal.ending is None:
        raise SnapshotError("the snapshot breaks off: its last line, with the end, is missing")
    for number, request in enumerate(journal.requests, 2):
        _check_request(number, request)
    _check_beginning(journal.beginning, account, limits)
    return journal


def is_journaled(request: HttpRequest) -> bool:
    """Whether a request to the control API belongs into a journal."""
    try:
        return operation_of(request).journaled
    except BadRequest:
        return False


def ending_of(lab: Lab, requests: int) -> Ending:
    """What a replay of so many requests must come to, if they made this lab."""
    digest = hashlib.sha256()
    for hop in lab.trace:  # all that it keeps, with all their facts
        line = json.dumps(record_of(hop), default=plain_value)
        digest.update(line.encode("utf-8", "surrogatepass"))
    return Ending(requests, len(lab.trace), lab.world.clock.now, digest.hexdigest())


def _check_beginning(beginning: Beginning, account: str, limits: AccountLimits) -> None:
    if beginning.account != account:
        raise SnapshotError(
            f"the snapshot is of account {beginning.account}, and this is {account}: ARNs in it name that "
            f"account, so bring it back with the access key AKIA{beginning.account}LABX"
        )
    if beginning.retention != limits.retention:
        raise SnapshotError(
            f"the snapshot is of a server whose traces keep {beginning.retention} (hops, bytes), and here "
            f"they keep {tuple(limits.retention)}: start the server with the same limits"
        )


def _check_request(number: int, request: HttpRequest) -> None:
    if is_control(request) and not is_journaled(request):
        raise SnapshotError(
            f"line {number}: {request.method} {request.path} is no request that a snapshot holds; "
            f"only those of AWS and of {PREFIX}/time are"
        )
