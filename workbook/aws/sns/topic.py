"""One topic: its settings, its subscriptions, and what a FIFO topic remembers.

A topic keeps no messages: what is published is handed to the subscriptions at once, and then it is gone. Only
the archive of a FIFO topic keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.sns.arns import topic_arn
from workbook.aws.sns.signatures import DEFAULT_VERSION

if TYPE_CHECKING:
    from workbook.aws.metrics import Meter
    from workbook.aws.sns.archive import Archive
    from workbook.aws.sns.fifo import FifoState
    from workbook.aws.sns.subscription import Subscription

FIFO_SUFFIX = ".fifo"
DEFAULT_MESSAGE_SIZE = limit("sns.message-size")


@dataclass(eq=False)
class Topic:
    """A topic of one account and Region."""

    name: str
    account: str
    region: str
    serial: int
    """Its place in the order in which topics were made."""
    policy: str
    """Who may do what with it: a policy's text."""
    metrics: Meter
    """AWS/SNS, for this topic."""
    attributes: dict[str, str] = field(default_factory=dict)
    """Those that were set, with the values that AWS shows; not the policy."""
    tags: dict[str, str] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    """By ARN, in the order in which they were made."""
    subscriptions_deleted: int = 0
    fifo: FifoState | None = None
    archive: Archive | None = None
    exists: bool = True
    former: dict[str, Subscription] = field(default_factory=dict)
    """Subscriptions that have ended and can be restored, by the token that does it."""
    _by_endpoint: dict[tuple[str, str], Subscription] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.arn = topic_arn(self.region, self.account, self.name)

    @property
    def is_fifo(self) -> bool:
        """Whether it keeps the order of each message group."""
        return self.fifo is not None

    @property
    def signature_version(self) -> str:
        """Which hash its signatures are made with."""
        return self.attributes.get("SignatureVersion", DEFAULT_VERSION)

    @property
    def message_size(self) -> int:
        """The most bytes that a message of it may have."""
        return int(self.attributes.get("MaximumMessageSize", DEFAULT_MESSAGE_SIZE))

    def find_subscription(self, protocol: str, endpoint: str) -> Subscription | None:
        """The subscription of an endpoint, if it has one."""
        return self._by_endpoint.get((protocol, endpoint))

    def add(self, subscription: Subscription) -> None:
        """Let an endpoint get its messages, once it is confirmed."""
        self.subscriptions[subscription.arn] = subscription
        self._by_endpoint[subscription.protocol, subscription.endpoint] = subscription

    def drop(self, subscription: Subscription) -> None:
        """Let an endpoint get no more messages."""
        del self.subscriptions[subscription.arn]
        del self._by_endpoint[subscription.protocol, subscription.endpoint]
        self.subscriptions_deleted += 1
