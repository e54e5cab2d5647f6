"""What a notebook's own boto3 finds while a lab is open somewhere else: its address, its keys, its time.

`boto3.client("sqs")` goes to the lab's server, as it goes to the lab in this process otherwise. A waiter,
which sleeps between its questions, lets the lab's time pass, not the computer's. All is put back by `close`.
"""

from __future__ import annotations

import contextvars
import functools
import os
import types
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.waiter
from botocore.awsrequest import AWSPreparedRequest
from botocore.httpsession import URLLib3Session

from workbook.aws import environment
from workbook.engine.patches import Patches
from workbook.engine.sealing import is_loopback, seal
from workbook.remote.connection import Connection

ACTOR = "X-Workbook-Actor"
"""Names who makes a call, as `lab.actor` does; quoted as in a URL."""

actor: contextvars.ContextVar[str | None] = contextvars.ContextVar("remote actor", default=None)
"""Who makes the calls in progress, as a header carries it."""


def install(patches: Patches, connection: Connection, *, region: str, account: str) -> None:
    """Lead boto3 to the lab until `patches` are undone."""
    environment.isolate(patches, region=region, account=account)
    patches.set(boto3, "DEFAULT_SESSION", None)  # one that was used before keeps the keys that it found
    variables: Any = os.environ
    patches.set_item(variables, "AWS_ENDPOINT_URL", connection.endpoint)
    patches.set_item(variables, "AWS_ACCESS_KEY_ID", connection.access_key)
    if is_loopback(connection.host):
        seal(patches)
    patches.set(botocore.waiter, "time", types.SimpleNamespace(sleep=_advance(connection)))
    patches.set(URLLib3Session, "send", _to_the_server(URLLib3Session.send, connection.endpoint))


def _advance(connection: Connection) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        connection.post("/time/advance", seconds=seconds)

    return sleep


def _to_the_server(send: Callable[..., Any], endpoint: str) -> Callable[..., Any]:
    server = urlsplit(endpoint).netloc

    @functools.wraps(send)
    def send_there(session: URLLib3Session, request: AWSPreparedRequest) -> Any:  # noqa: ANN401 - botocore's
        url = urlsplit(str(request.url))
        if url.netloc.endswith(server):
            # Some operations have a host of their own, "sync-" and the service's; a server has one for all.
            request.url = url._replace(netloc=server).geturl()
            name = actor.get()
            if name is not None:
                request.headers[ACTOR] = name
        return send(session, request)

    return send_there
