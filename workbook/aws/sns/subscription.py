"""One subscription: which endpoint gets the messages of which topic, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.aws.patterns import FilterPolicy
    from workbook.aws.sns.replay import Replay
    from workbook.aws.sns.topic import Topic

TRUE = "true"


@dataclass(eq=False)
class Subscription:
    """A subscription of a topic. Two are the same only if they are one object."""

    arn: str
    topic: Topic
    protocol: str
    endpoint: str
    owner: str
    """The account that subscribed; 12 digits."""
    principal: str
    """The ARN of the identity that subscribed."""
    serial: int
    """Its place in the order in which subscriptions were made."""
    attributes: dict[str, str] = field(default_factory=dict)
    """Those that were set, with the values that AWS shows."""
    filter: FilterPolicy | None = None
    """Its FilterPolicy, compiled; None lets everything through."""
    confirmed: bool = False
    authenticated: bool = False
    """Whether the confirmation was signed by an AWS identity."""
    unsubscribe_needs_authentication: bool = False
    token: str = ""
    """What confirms it, while it is pending."""
    token_expires: int = 0
    """The instant after which the token is worth nothing."""
    replay: Replay | None = None

    @property
    def is_raw(self) -> bool:
        """Whether the endpoint gets the bare message instead of the JSON document."""
        return self.attributes.get("RawMessageDelivery") == TRUE

    @property
    def unsubscribe_url(self) -> str:
        """The address whose visit ends the subscription."""
        region = self.topic.region
        return f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={self.arn}"

    def entry(self) -> dict[str, str]:
        """How lists show it."""
        return {
            "SubscriptionArn": self.arn if self.confirmed else "PendingConfirmation",
            "Owner": self.owner,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "TopicArn": self.topic.arn,
        }
