"""A delivery stream of Amazon Data Firehose as a target.

Delivery streams are not simulated yet: CreateDeliveryStream is refused by name, so there is none, and a
delivery to one fails as a delivery to a stream that does not exist does on AWS. The role is asked first, as
there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target

if TYPE_CHECKING:
    from workbook.engine.world import World


def accept(world: World, sender: Sender, stream_arn: str, _parcel: Parcel) -> Answer:
    """Refuse what a service delivers: there is no such delivery stream.

    Raises:
        Undelivered: always.
    """
    if sender.role_arn is None:
        raise Undelivered(Failure.NO_ROLE, "firehose:PutRecord needs a role: give the target a RoleArn")
    demand_role(world, sender, "firehose:PutRecord", stream_arn)
    name, account = stream_arn.rpartition("/")[2], stream_arn.split(":")[4]
    raise Undelivered(Failure.NO_RESOURCE, f"Firehose {name} under account {account} not found.", status=400)


TARGET = Target(accept)
