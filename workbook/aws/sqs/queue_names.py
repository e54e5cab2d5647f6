"""The names a queue may have."""

from __future__ import annotations

import re

from workbook.aws.limits import limit
from workbook.aws.sqs.errors import InvalidParameterValue

_LONGEST = limit("sqs.queue-name")
_STANDARD = re.compile(rf"[A-Za-z0-9_-]{{1,{_LONGEST}}}")
_FIFO = re.compile(rf"[A-Za-z0-9_-]{{1,{_LONGEST - len('.fifo')}}}\.fifo")


def check_queue_name(name: str, *, fifo: bool) -> None:
    """A name has 1 to 80 letters, digits, hyphens and underscores; ``.fifo`` ends a FIFO queue's, and counts.

    Raises:
        InvalidParameterValue: this one has not.
    """
    if not name:
        raise InvalidParameterValue("Queue name cannot be empty")
    if fifo and _FIFO.fullmatch(name) is None:
        raise InvalidParameterValue(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
            "must end with .fifo suffix and be 1 to 80 in length."
        )
    if not fifo and _STANDARD.fullmatch(name) is None:
        raise InvalidParameterValue(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )
