"""SNS hands a text message to a phone: if the account may send there, and the phone's owner wants it.

A refusal is not seen by who published, as Publish only accepts the message; it is the delivery that fails.
Whether AWS would rather refuse some of them at once is unverified, and so are the texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws import mailbox
from workbook.aws.delivery import Failure, Parcel, Sender, Target, Undelivered
from workbook.aws.sns.phones import phones_of

if TYPE_CHECKING:
    from workbook.aws.delivery.targets import Answer
    from workbook.engine.world import World


def accept(world: World, sender: Sender, target: str, parcel: Parcel) -> Answer:
    """Put a text message into the mailbox; a one-time password (option `always`) comes through always.

    Raises:
        Undelivered: the number has opted out, or is not verified, or nothing may be spent any more.
    """
    phones = phones_of(world, sender.account, sender.region)
    reason = None if parcel.options.get("always") else phones.refusal(target.partition(":")[2])
    if reason is not None:
        raise Undelivered(Failure.REJECTED, reason)
    return mailbox.accept(world, sender, target, parcel)


TARGET = Target(accept)
