"""The topics of a world, account by account and Region by Region. moto's own are never used."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.aws.sns.arns import read_topic_arn, topic_of_subscription
from workbook.aws.sns.errors import NotFound

if TYPE_CHECKING:
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

_STATE = "sns.topics"


@dataclass
class Topics:
    """The topics of all accounts in one Region."""

    present: dict[tuple[str, str], Topic] = field(default_factory=dict)
    """By account and name, in the order in which they were made."""
    subscriptions: dict[str, dict[str, Subscription]] = field(default_factory=dict)
    """Those of each owner's account, by ARN, in the order in which they were made."""
    _serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, topic: Topic) -> None:
        """A topic was created."""
        self.present[topic.account, topic.name] = topic

    def remove(self, topic: Topic) -> None:
        """A topic was deleted, and its subscriptions with it."""
        topic.exists = False
        del self.present[topic.account, topic.name]
        for subscription in list(topic.subscriptions.values()):
            self.drop(subscription)

    def of_account(self, account: str) -> list[Topic]:
        """The topics of an account."""
        return [topic for topic in self.present.values() if topic.account == account]

    def next_serial(self) -> int:
        """The place of a new subscription among all others."""
        return next(self._serials)

    def enter(self, subscription: Subscription) -> None:
        """A subscription was made."""
        subscription.topic.add(subscription)
        self.subscriptions.setdefault(subscription.owner, {})[subscription.arn] = subscription

    def drop(self, subscription: Subscription) -> None:
        """A subscription has ended."""
        subscription.topic.drop(subscription)
        del self.subscriptions[subscription.owner][subscription.arn]


def topics_of(world: World, region: str) -> Topics:
    """The topics of a Region in this world."""
    return world.kept_in(_STATE, region, Topics)


def find_topic(world: World, arn: str) -> Topic | None:
    """The topic with this ARN, wherever it is; None where there is none."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "sns":
        return None
    return topics_of(world, parts[3]).present.get((parts[4], parts[5]))


def demand_topic(world: World, arn: str, region: str, parameter: str = "TopicArn") -> Topic:
    """The topic that a request to ``region`` names.

    Raises:
        InvalidParameter: the text is no ARN of a topic in this Region.
        NotFound: there is none.
    """
    address = read_topic_arn(arn, region, parameter)
    topic = topics_of(world, region).present.get((address.account, address.name))
    if topic is None:
        raise NotFound.topic()
    return topic


def find_subscription(world: World, arn: str, region: str) -> Subscription | None:
    """The subscription that a request to ``region`` names; None where there is none.

    Raises:
        InvalidParameter: the text is no ARN of a subscription in this Region.
    """
    address = topic_of_subscription(arn, region)
    topic = topics_of(world, region).present.get((address.account, address.name))
    return None if topic is None else topic.subscriptions.get(arn)


def demand_subscription(world: World, arn: str, region: str) -> Subscription:
    """The subscription that a request to ``region`` names.

    Raises:
        InvalidParameter: the text is no ARN of a subscription in this Region.
        NotFound: there is none.
    """
    found = find_subscription(world, arn, region)
    if found is None:
        raise NotFound.subscription()
    return found
