"""Archives: what passed over a bus, kept for a number of days, to be replayed.

As on AWS an archive is a rule on the bus, managed by EventBridge, whose pattern lets everything through but
replayed events. Events whose retention is over are gone when somebody next looks.

Source: Amazon EventBridge User Guide, "Archiving and replaying events"; service model, CreateArchive; managed
rules of archives as public repositories show them.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.rules import Rule
from workbook.aws.patterns import EventPattern
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.aws.eventbridge.buses import Bus
    from workbook.aws.eventbridge.events import Event
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

DAY = 24 * 3600 * SECOND
MANAGER = "prod.vhs.events.aws.internal"
_NOT_REPLAYED = {"replay-name": [{"exists": False}]}


@dataclass
class Archive:
    """One archive; `given` are CreateArchive's parameters."""

    name: str
    arn: str
    bus_name: str
    created: int
    given: dict[str, Any]
    state: str = "ENABLED"
    _events: list[tuple[int, int, Event, int]] = field(default_factory=list)
    """By the event's time: time, order of arrival, event, the number of the hop that kept it."""
    _size: int = 0
    _arrivals: int = 0

    @property
    def retention_days(self) -> int:
        """Days for which events are kept; 0 means for ever."""
        return int(self.given.get("RetentionDays") or 0)

    @property
    def rule_name(self) -> str:
        """The name of the rule by which EventBridge fills it."""
        return f"Events-Archive-{self.name}"

    def keep(self, world: World, event: Event, match: Hop) -> None:
        """Keep an event that the archive's rule has matched."""
        self.expire(world.clock.now)
        hop = world.trace.record("archive", self.arn, message=event.id, causes=(match,), size=event.size)
        self._arrivals += 1
        bisect.insort(
            self._events, (event.time, self._arrivals, event, hop.number), key=lambda kept: kept[:2]
        )
        self._size += event.kept_size

    def expire(self, now: int) -> None:
        """Drop what has been kept long enough."""
        if self.retention_days:
            oldest = now - self.retention_days * DAY
            gone = bisect.bisect_right(self._events, oldest, key=lambda kept: kept[0])
            self._size -= sum(event.kept_size for _, _, event, _ in self._events[:gone])
            del self._events[:gone]

    def between(self, start: int, end: int) -> list[tuple[Event, int]]:
        """The events whose time lies from `start` to `end`, each with the hop that kept it."""
        first = bisect.bisect_left(self._events, start, key=lambda kept: kept[0])
        last = bisect.bisect_right(self._events, end, key=lambda kept: kept[0])
        return [(event, hop) for _, _, event, hop in self._events[first:last]]

    def put_rule(self, bus: Bus, account: str) -> Rule:
        """Put the managed rule on the bus, or bring it up to date; the rule."""
        given = json.loads(self.given["EventPattern"]) if self.given.get("EventPattern") else {}
        text = json.dumps({**given, **_NOT_REPLAYED}, separators=(",", ":"))
        prefix = bus.arn.partition(":event-bus/")[0]
        place = self.rule_name if bus.name == "default" else f"{bus.name}/{self.rule_name}"
        rule = Rule(
            self.rule_name,
            f"{prefix}:rule/{place}",
            bus.name,
            account,
            {"EventPattern": text},
            pattern=EventPattern(text),
            managed_by=MANAGER,
            archive=self,
        )
        bus.rules[rule.name] = rule
        return rule

    def listed(self, now: int) -> dict[str, Any]:
        """As ListArchives shows it."""
        self.expire(now)
        return {
            "ArchiveName": self.name,
            "EventSourceArn": self.given["EventSourceArn"],
            "State": self.state,
            "RetentionDays": self.retention_days,
            "SizeBytes": self._size,
            "EventCount": len(self._events),
            "CreationTime": datetime_of(self.created),
        }

    def described(self, now: int) -> dict[str, Any]:
        """As DescribeArchive shows it."""
        more = {name: self.given.get(name) for name in ("Description", "EventPattern")}
        return {
            "ArchiveArn": self.arn,
            **self.listed(now),
            **{name: value for name, value in more.items() if value is not None},
        }

    def answered(self) -> dict[str, Any]:
        """As CreateArchive and UpdateArchive answer."""
        return {"ArchiveArn": self.arn, "State": self.state, "CreationTime": datetime_of(self.created)}

    def settings(self) -> Mapping[str, Any]:
        """As the trace shows it."""
        shown = {**self.given, "ArchiveArn": self.arn, "RetentionDays": self.retention_days}
        if self.given.get("EventPattern"):
            shown["EventPattern"] = json.loads(self.given["EventPattern"])
        return shown
