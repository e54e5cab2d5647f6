"""Amazon SQS: our own queues and messages behind moto's registry and boto3's requests.

    request ── protocol ── operations ── queue_lookup, permissions, encryption ── Queue (message plane)

The API plane (this direction) checks what a request asks for and words the answer; the message plane
(`queue` and below) knows what becomes of messages.
"""

from __future__ import annotations

import moto.sqs.urls
from moto.sqs.models import sqs_backends

from workbook.aws.sqs.backend import SQSBackend
from workbook.aws.sqs.protocol import answer_request
from workbook.engine.patches import Patches


def install(patches: Patches) -> None:
    """Put our backend into moto's registry, and our handler behind the URLs of SQS.

    Backends that moto has made already, of its own class, are dropped: they hold nothing of a lab.
    """
    patches.set(sqs_backends, "backend", SQSBackend)
    patches.set(moto.sqs.urls, "dispatch", answer_request)
    patches.set(moto.sqs.urls, "url_paths", dict.fromkeys(moto.sqs.urls.url_paths, answer_request))
    sqs_backends.clear()
    patches.on_undo(sqs_backends.clear)
