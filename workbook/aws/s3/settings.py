"""A bucket's notification configuration: who is told of which events, and the rules for putting it together.

Two configurations that could both match the same object are refused, so S3 never has to choose: they overlap
when they share an event, one's prefix begins the other's, and one's suffix ends the other's.

Sources: Amazon S3 User Guide, "Configuring event notifications using object key name filtering" (values are
URL-encoded there; an unencoded value is taken as it is, unverified); texts of errors recorded in 2019 to
2025.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from workbook.aws.limits import limit
from workbook.aws.s3.errors import InvalidArgument, NotSimulatedEvent
from workbook.aws.s3.event_types import KNOWN_TO_AWS, SIMULATED, covers, share_an_event

LONGEST_FILTER_VALUE = limit("s3.notification.filter-value")
"""Bytes of UTF-8."""
MOST_CONFIGURATIONS = limit("s3.notification.configurations")


@dataclass(frozen=True)
class Filter:
    """Which keys are meant: the rules as AWS shows them, in their order."""

    rules: tuple[tuple[str, str], ...] = ()
    """("Prefix" or "Suffix", value)."""

    @property
    def prefix(self) -> str:
        """How keys must begin."""
        return self._value("Prefix")

    @property
    def suffix(self) -> str:
        """How keys must end."""
        return self._value("Suffix")

    def lets_through(self, key: str) -> bool:
        """Whether a key has both the prefix and the suffix."""
        return key.startswith(self.prefix) and key.endswith(self.suffix)

    def overlaps(self, other: Filter) -> bool:
        """Whether there are keys that both let through."""
        begin = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        end = self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix)
        return begin and end

    def _value(self, name: str) -> str:
        return next((unquote_plus(value) for rule, value in self.rules if rule == name), "")


@dataclass(frozen=True)
class Kind:
    """A kind of destination: its names in the API and the service in its ARNs."""

    element: str
    """In the XML, and in error messages: "Queue"."""
    parameter: str
    """In boto3: "QueueArn"."""
    list_name: str
    service: str


TOPIC = Kind("Topic", "TopicArn", "TopicConfigurations", "sns")
QUEUE = Kind("Queue", "QueueArn", "QueueConfigurations", "sqs")
FUNCTION = Kind("CloudFunction", "LambdaFunctionArn", "LambdaFunctionConfigurations", "lambda")
KINDS = (TOPIC, QUEUE, FUNCTION)


@dataclass(frozen=True)
class Configuration:
    """One destination and what it is told of."""

    kind: Kind
    identifier: str
    arn: str
    events: tuple[str, ...]
    filter: Filter

    def wants(self, event: str) -> bool:
        """Whether it waits for an event, as in "s3:ObjectCreated:Put"."""
        return any(covers(wanted, event) for wanted in self.events)

    def shown(self) -> dict[str, Any]:
        """As GetBucketNotificationConfiguration shows it."""
        shown: dict[str, Any] = {
            "Id": self.identifier,
            self.kind.parameter: self.arn,
            "Events": list(self.events),
        }
        if self.filter.rules:
            rules = [{"Name": name, "Value": value} for name, value in self.filter.rules]
            shown["Filter"] = {"Key": {"FilterRules": rules}}
        return shown


@dataclass(frozen=True)
class Notifications:
    """The whole configuration of a bucket."""

    configurations: tuple[Configuration, ...] = ()
    eventbridge: bool = False
    """Whether all events go to EventBridge."""

    def shown(self) -> dict[str, Any]:
        """As GetBucketNotificationConfiguration shows it."""
        shown: dict[str, Any] = {}
        for kind in KINDS:
            ours = [each.shown() for each in self.configurations if each.kind is kind]
            if ours:
                shown[kind.list_name] = ours
        if self.eventbridge:
            shown["EventBridgeConfiguration"] = {}
        return shown


def check(notifications: Notifications, region: str) -> None:
    """Let a configuration pass whose form is right; the destinations themselves are not asked.

    Raises:
        InvalidArgument: it is not right; the first fault is named.
    """
    configurations = notifications.configurations
    for each in configurations:
        _check_arn(each, region)
        _check_events(each.events)
        _check_filter(each.filter)
    if len(configurations) > MOST_CONFIGURATIONS:
        raise InvalidArgument(f"Cannot have more than {MOST_CONFIGURATIONS} configurations")
    identifiers = [each.identifier for each in configurations]
    if len(set(identifiers)) != len(identifiers):
        raise InvalidArgument("Same ID used for multiple configurations. IDs must be unique.")
    for one, other in _pairs(configurations):
        _check_overlap(one, other)


def _check_arn(configuration: Configuration, region: str) -> None:
    kind, arn = configuration.kind, configuration.arn
    parts = arn.split(":")
    if len(parts) < 6 or parts[0] != "arn" or parts[2] != kind.service or not all(parts[3:6]):
        raise InvalidArgument.of("The ARN could not be parsed", kind.element, arn)
    if kind is not FUNCTION and arn.endswith(".fifo"):
        what = "queues" if kind is QUEUE else "topics"
        raise InvalidArgument.of(f"FIFO {kind.service.upper()} {what} are not supported.", kind.element, arn)
    if parts[3] != region:
        raise InvalidArgument.of(
            "The notification destination service region is not valid for the bucket location constraint",
            kind.element,
            arn,
        )


def _check_events(events: Sequence[str]) -> None:
    for event in events:
        if event not in KNOWN_TO_AWS:
            message = f"The event '{event}' is not supported for notifications"
            raise InvalidArgument.of(message, "Event", event)
        if event not in SIMULATED:
            raise NotSimulatedEvent(event, sorted(SIMULATED))


def _check_filter(chosen: Filter) -> None:
    names = [name for name, _ in chosen.rules]
    for name, value in chosen.rules:
        if name not in {"Prefix", "Suffix"}:
            raise InvalidArgument.of(
                "filter rule name must be either prefix or suffix", "FilterRule.Name", name
            )
        if names.count(name) > 1:
            raise InvalidArgument.of(
                f"Cannot specify more than one {name.lower()} rule in a filter.",
                "FilterRule.Name",
                name.lower(),
            )
        if len(value.encode()) > LONGEST_FILTER_VALUE:
            raise InvalidArgument.of(
                f"Size of filter rule value cannot exceed {LONGEST_FILTER_VALUE} bytes in UTF-8 "
                "representation",
                "FilterRule.Value",
                value,
            )


def _check_overlap(one: Configuration, other: Configuration) -> None:
    if not share_an_event(one.events, other.events) or not one.filter.overlaps(other.filter):
        return
    if one.filter.rules or other.filter.rules:
        raise InvalidArgument(
            "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the "
            "prefixes are overlapping for the same event type."
        )
    raise InvalidArgument(
        "Configurations overlap. Configurations on the same bucket cannot share a common event type."
    )


def _pairs(configurations: Sequence[Configuration]) -> Iterator[tuple[Configuration, Configuration]]:
    return itertools.combinations(configurations, 2)
