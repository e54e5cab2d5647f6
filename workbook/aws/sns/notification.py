"""What SNS sends: a published message, or the request to confirm a subscription.

One object for all subscribers of a topic. What differs from one to the next (the text for its protocol, the
address to unsubscribe) is worked out when it is rendered; the signature is the same for all that get the same
text, so it is made once.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbook.engine.clock import datetime_of

NOTIFICATION = "Notification"
SUBSCRIPTION_CONFIRMATION = "SubscriptionConfirmation"
UNSUBSCRIBE_CONFIRMATION = "UnsubscribeConfirmation"

Attributes = Mapping[str, Mapping[str, str]]
"""Message attributes as AWS shapes them; a BinaryValue is base64 text."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One message of a topic."""

    message_id: str
    topic_arn: str
    message: str
    published: int
    """When it was accepted: microseconds since the Unix epoch."""
    subject: str | None = None
    attributes: Attributes = field(default_factory=dict)
    texts: Mapping[str, str] | None = None
    """With MessageStructure json: the text for each protocol, and the default."""
    group_id: str | None = None
    deduplication_id: str | None = None
    sequence_number: str | None = None
    """Of a message of a FIFO topic."""
    size: int = 0
    """Bytes of the message and its attributes."""
    type: str = NOTIFICATION
    token: str = ""
    """Of a request to confirm: what ConfirmSubscription takes."""
    replayed: bool = False
    """It comes from the topic's archive."""
    trace_header: str = ""
    """The X-Ray trace header of the request that published it."""
    signatures: dict[tuple[str, str], str] = field(default_factory=dict, compare=False, repr=False)
    """Those made so far, by the text that is signed and the version."""
    documents: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)
    """JSON documents made so far, by the same: what comes before the address to unsubscribe, and after it."""

    def text_for(self, protocol: str) -> str:
        """The message as subscribers of a protocol get it."""
        if self.texts is None:
            return self.message
        return self.texts.get(protocol, self.texts["default"])

    @property
    def timestamp(self) -> str:
        """When it was published, as SNS writes it: to the millisecond, in UTC."""
        return iso_timestamp(self.published)

    @property
    def region(self) -> str:
        """The Region of its topic."""
        return self.topic_arn.split(":")[3]


def iso_timestamp(instant: int) -> str:
    """An instant (microseconds) as SNS writes it in messages: 2026-01-05T09:00:00.000Z."""
    moment = datetime_of(instant).astimezone(datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
