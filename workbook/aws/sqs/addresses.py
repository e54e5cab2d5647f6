"""Queue URLs: what a queue is called from outside, and which queue a URL, a name or an ARN means.

    https://sqs.us-east-1.amazonaws.com/123456789012/orders
            region           account      name

A queue lives in one region of one account, and a request reaches the endpoint of one region. So a URL that
names another region finds nothing there (NonExistentQueue), and one that is no queue URL is answered with
InvalidAddress, unless it has no path at all. SQS also takes a bare name for a queue of the caller's own
account.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from workbook.aws.sqs.calls import Call
from workbook.aws.sqs.errors import InvalidAddress
from workbook.aws.sqs.validation import required_text

if TYPE_CHECKING:
    from workbook.engine.world import World

_URL = re.compile(r"(https?://([^/]+)/)(\d+)/([^/]+)")
_HOSTS = (
    re.compile(
        r"(?:vpce-[\w-]+\.)?sqs(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)"
    ),
    re.compile(r"(?P<region>[a-z0-9-]+)\.queue\.amazonaws\.com(?:\.cn)?"),
    re.compile(r"(?P<region>)queue\.amazonaws\.com"),
)
_MOST_SERVERS = 16
"""Addresses of one server by which queues may be called; a client may write anything there."""


class Address(NamedTuple):
    """Where a queue is to be looked for; the region is None where the URL does not tell it."""

    account: str
    region: str | None
    name: str


def queue_url(region: str, account: str, name: str) -> str:
    """The URL of a queue on AWS."""
    suffix = ".cn" if region.startswith("cn-") else ""
    return f"https://sqs.{region}.amazonaws.com{suffix}/{account}/{name}"


def queue_url_for(call: Call, account: str, name: str) -> str:
    """The URL of a queue for who made a request: at AWS's host, or at the local server that was asked."""
    if region_of_host(urlsplit(call.endpoint).netloc) is None:
        return f"{call.endpoint}{account}/{name}"
    return queue_url(call.region, account, name)


def address_of(call: Call) -> Address:
    """What the parameter QueueUrl of a request means.

    Raises:
        MissingParameter: the request has no QueueUrl.
        InvalidAddress: it is a URL, but not one of a queue.
    """
    url = required_text(call.parameters, "QueueUrl")
    if _has_no_path(url):
        return Address(call.caller.account, None, url)
    found = _parsed(url)
    if found is None:
        raise InvalidAddress(call.endpoint)
    base, address = found
    if address.region is None and base != call.endpoint and base not in _local_servers(call.world):
        raise InvalidAddress(call.endpoint)
    return address


def let_in(world: World, host: str) -> None:
    """Let queues be called by the address of a local server, too, from wherever SQS is asked.

    Who made a queue over such a server may hand its URL to a function, which asks inside of the lab.
    """
    servers = _local_servers(world)
    if len(servers) < _MOST_SERVERS:
        servers.add(f"http://{host}/")


def is_let_in(world: World, url: str) -> bool:
    """Whether a URL is at a server whose address was let in."""
    return f"http://{urlsplit(url).netloc}/" in _local_servers(world)


def _local_servers(world: World) -> set[str]:
    return world.kept("sqs.local-servers", set)


def _has_no_path(url: str) -> bool:
    """A bare name; or a URL that ends with its host, which AWS was seen to look up as one, in vain."""
    _, found, rest = url.partition("://")
    return "/" not in rest if found else "/" not in url and ":" not in url


@functools.lru_cache(maxsize=4096)
def _parsed(url: str) -> tuple[str, Address] | None:
    match = _URL.fullmatch(url)
    if match is None:
        return None
    base, host, account, name = match.groups()
    return base, Address(account, region_of_host(host), name)


@functools.lru_cache(maxsize=256)
def region_of_host(host: str) -> str | None:
    """The region of one of AWS's hosts for SQS; None for any other host."""
    for form in _HOSTS:
        match = form.fullmatch(host)
        if match is not None:
            return match["region"] or "us-east-1"
    return None
