"""The archive of a FIFO topic: what was published, for 1 to 365 days.

What is too old is dropped when the archive is next looked at, so an archive costs nothing while time passes.
Sources: Amazon SNS Developer Guide, "Amazon SNS message archiving for FIFO topic owners"; botocore 1.44, SNS
GetTopicAttributes (ArchivePolicy, BeginningArchiveTime).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.sns.notification import Notification

_DAY = 24 * 3600 * SECOND


@dataclass
class Archive:
    """The messages of one topic, in the order in which they were accepted."""

    days: int
    begun: int
    """When archiving began: microseconds since the Unix epoch."""
    _kept: list[Notification] = field(default_factory=list)
    _dropped: int = 0
    """How many at the front of the list have been forgotten; it is cut when they are the half of it."""

    def keep(self, notification: Notification) -> None:
        """Take a message in."""
        self._kept.append(notification)
        self._forget(notification.published)

    def beginning(self, now: int) -> int:
        """The earliest instant from which messages can be replayed."""
        return max(self.begun, now - self.days * _DAY)

    def since(self, start: int, now: int) -> Sequence[Notification]:
        """The messages that were published at `start` or later and are still kept."""
        self._forget(now)
        first = bisect_left(self._kept, start, lo=self._dropped, key=lambda each: each.published)
        return self._kept[first:]

    def __len__(self) -> int:
        return len(self._kept) - self._dropped

    def _forget(self, now: int) -> None:
        oldest = now - self.days * _DAY
        while self._dropped < len(self._kept) and self._kept[self._dropped].published < oldest:
            self._dropped += 1
        if self._dropped * 2 > len(self._kept):
            del self._kept[: self._dropped]
            self._dropped = 0
