"""Scaling activities: what a group did, with the cause in AWS's own words.

The sentences are those of AWS's answers to DescribeScalingActivities, as recorded in public repositories
(2015 to 2026) and in the EC2 Auto Scaling User Guide, "Verify a scaling activity". Two blanks separate
sentences.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from workbook.engine.clock import datetime_of


@dataclass
class Activity:
    """One launch or termination. Instants in microseconds."""

    activity_id: str
    group_name: str
    group_arn: str
    description: str
    cause: str
    start: int
    zone: str
    end: int | None = None
    status: str = "PreInService"
    progress: int = 30
    message: str | None = None

    def finish(self, now: int, status: str = "Successful", message: str | None = None) -> None:
        """It is over."""
        self.end, self.status, self.progress, self.message = now, status, 100, message

    @property
    def in_progress(self) -> bool:
        """Whether it is not over yet."""
        return self.end is None

    def shown(self) -> dict[str, Any]:
        """As DescribeScalingActivities shows it."""
        shown = {
            "ActivityId": self.activity_id,
            "AutoScalingGroupName": self.group_name,
            "AutoScalingGroupARN": self.group_arn,
            "Description": self.description,
            "Cause": self.cause,
            "StartTime": datetime_of(self.start),
            "StatusCode": self.status,
            "StatusMessage": self.message,
            "Progress": self.progress,
            "Details": json.dumps({"Availability Zone": self.zone}, separators=(",", ":")),
        }
        if self.end is not None:
            shown["EndTime"] = datetime_of(self.end)
        return {name: value for name, value in shown.items() if value is not None}


def at(now: int, sentence: str) -> str:
    """One sentence of a cause: "At 2026-01-05T09:03:00Z an instance was ..."."""
    return f"At {datetime_of(now):%Y-%m-%dT%H:%M:%SZ} {sentence}"


def difference(now: int, before: int, after: int) -> str:
    """What the group noticed: it has fewer or more instances than it wants."""
    if after > before:
        what, verb = "an instance was started", "increasing"
    else:
        what, verb = "an instance was taken out of service", "shrinking"
    how = f"in response to a difference between desired and actual capacity, {verb} the capacity"
    return at(now, f"{what} {how} from {before} to {after}.")


def shrinking(before: int, after: int) -> str:
    """The end of the sentence about an instance that goes with its place in the group."""
    return f"shrinking the capacity from {before} to {after}."


def selected(now: int, instance_id: str) -> str:
    """Which instance the termination policy chose."""
    return at(now, f"instance {instance_id} was selected for termination.")


def changing(before: int, after: int) -> str:
    """The end of every sentence about a request or an alarm."""
    return f"changing the desired capacity from {before} to {after}."


def joined(*sentences: str) -> str:
    """A cause."""
    return "  ".join(sentence for sentence in sentences if sentence)
