"""Letters that AWS sends to people: by email, by SMS, to an app. A lab has no post; it keeps them to be read.

Only what leaves AWS is here. A letter is delivered when AWS has handed it over; whether a person reads it is
not AWS's business. What AWS would not send, it refuses before (`sns.sms_delivery`, `sns.mobile_endpoints`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.aws.delivery.shipment import Parcel, Sender
from workbook.aws.delivery.targets import Answer, Target

if TYPE_CHECKING:
    from workbook.engine.world import World

_STATE = "mailbox"


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """One letter."""

    time: int
    """When it came, in microseconds."""
    to: str
    """An email address, a phone number in E.164 form, or the ARN of an app's endpoint."""
    sender: str
    """What it came from: a topic's ARN, or the service."""
    subject: str
    text: str
    link: str = ""
    """What one clicks in it, if there is something: a URL that `lab.http` visits."""

    def __repr__(self) -> str:
        return f"<mail to {self.to}: {self.subject or self.text[:60]!r}>"


def letters(world: World) -> list[Mail]:
    """All letters of this lab, the oldest first."""
    return world.kept(_STATE, list)


def accept(world: World, sender: Sender, target: str, parcel: Parcel) -> Answer:
    """Put a letter for a `mailto:` or `sms:` address into the box."""
    return keep(world, sender, target.partition(":")[2], parcel)


def keep(world: World, sender: Sender, address: str, parcel: Parcel) -> Answer:
    """Put a letter into the box; `parcel.options` may have a `link`."""
    link = str(parcel.options.get("link", ""))
    mail = Mail(world.clock.now, address, sender.source_arn, parcel.subject or "", parcel.text, link)
    letters(world).append(mail)
    return {}


TARGET = Target(accept)
