"""A client that was made in a lab outlives it, and must not look for the real AWS then.

Closing a lab puts back every name of botocore's, but a notebook still holds its `sqs`. Its keys are the
lab's, so AWS would refuse it: after a journey over the network, and in words that say nothing of a lab. So
each client that is made in a lab carries a guard of its own. It goes by the key that signed the request: a
client with real keys passes, and where a lab is open again, all do.
"""

from __future__ import annotations

import functools
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient, ClientCreator

from workbook.aws.callers import signed_by
from workbook.aws.environment import account_of
from workbook.engine.patches import Patches
from workbook.engine.world import NoLab, current_world


def install(patches: Patches) -> None:
    """Give every client that is made from now on its guard."""
    create_client = ClientCreator.create_client

    @functools.wraps(create_client)
    def create_guarded_client(*arguments: Any, **options: Any) -> BaseClient:  # noqa: ANN401 - handed through
        client: BaseClient = create_client(*arguments, **options)
        client.meta.events.register("before-send", _refuse_without_a_lab)
        return client

    patches.set(ClientCreator, "create_client", create_guarded_client)


def _refuse_without_a_lab(request: AWSPreparedRequest, **_details: object) -> None:
    try:
        current_world()
    except NoLab:
        key, _region = signed_by(_text(request.headers.get("Authorization", "")))
        if account_of(key) is not None:
            message = (
                "this client was made in a Lab that is closed now: run `lab = Lab()` and make your queues "
                "again, or make a new client for the real AWS"
            )
            raise NoLab(message) from None


def _text(header: str | bytes) -> str:
    return header.decode() if isinstance(header, bytes) else header
