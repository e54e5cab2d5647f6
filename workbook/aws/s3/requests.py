"""The request that S3 answers just now: its events say who made it, from where, and under which id.

moto gives S3's answers the header of other services. Here an answer carries S3's own two ids, and an event
carries the same, so one can be found by the other.
"""

from __future__ import annotations

import base64
import contextvars
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlparse

from workbook.aws.callers import caller_of, lab_user, signed_by
from workbook.engine.world import World

if TYPE_CHECKING:
    from workbook.aws.policies import Principal

_CHARACTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HERE = "127.0.0.1"
"""Where requests come from: this process. AWS shows the address of the client."""


@dataclass(frozen=True)
class RequestFacts:
    """What an event tells of the request behind it."""

    request_id: str
    """x-amz-request-id."""
    host_id: str
    """x-amz-id-2."""
    account: str
    """Whose credentials signed it."""
    user_id: str
    """The unique id of the identity behind the credentials."""
    address: str = HERE
    query: frozenset[str] = frozenset()
    """The names in the query, which tell S3's operations apart."""
    trace_header: str | None = None
    """X-Amzn-Trace-Id, which travels on to queues."""


_current: contextvars.ContextVar[RequestFacts | None] = contextvars.ContextVar("S3 request", default=None)


def current_request(world: World) -> RequestFacts:
    """The request in progress; one of the lab's own where a service acts without one."""
    found = _current.get()
    if found is not None:
        return found
    return RequestFacts(*_ids(world), world.account, lab_user(world.account).user_id)


@contextmanager
def answering(world: World, url: str, headers: Mapping[str, Any]) -> Iterator[RequestFacts]:
    """The block answers this request."""
    access_key, region = signed_by(str(headers.get("Authorization", "")))
    caller = caller_of(access_key, region) if access_key else lab_user(world.account)
    facts = RequestFacts(
        *_ids(world),
        caller.account,
        caller.user_id,
        query=frozenset(parse_qs(urlparse(url).query, keep_blank_values=True)),
        trace_header=headers.get("X-Amzn-Trace-Id"),
    )
    token = _current.set(facts)
    try:
        yield facts
    finally:
        _current.reset(token)


@contextmanager
def acting(world: World, principal: Principal) -> Iterator[None]:
    """The block is a request that a service of AWS makes, as `principal`."""
    token = _current.set(RequestFacts(*_ids(world), principal.account, principal.user_id))
    try:
        yield
    finally:
        _current.reset(token)


def _ids(world: World) -> tuple[str, str]:
    chance = world.seeds.stream("s3.request-id")
    request_id = "".join(chance.choices(_CHARACTERS, k=16))
    return request_id, base64.b64encode(chance.randbytes(56)).decode()
