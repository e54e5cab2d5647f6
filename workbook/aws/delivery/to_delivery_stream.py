"""A delivery stream of Amazon Data Firehose takes what another service sends: one record, as PutRecord.

SNS, EventBridge and Scheduler come with a role that must allow firehose:PutRecord, a pipe with one that must
allow firehose:PutRecordBatch (which of the two is asked for is unverified). Firehose puts nothing
between records: SNS ends its documents with a newline, and what a rule sends lies in the object without one.

Sources: EventBridge User Guide, "Amazon EventBridge targets"; SNS Developer Guide, "Fanout to Firehose
delivery streams".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target
from workbook.aws.firehose.errors import ResourceNotFound, ServiceUnavailable, ValidationError
from workbook.aws.firehose.operations_records import put_one
from workbook.aws.firehose.registry import active_stream

if TYPE_CHECKING:
    from workbook.engine.world import World


_ACTIONS = {"pipes.amazonaws.com": "firehose:PutRecordBatch"}
"""What a role must allow, where that is not firehose:PutRecord."""


def accept(world: World, sender: Sender, stream_arn: str, parcel: Parcel) -> Answer:
    """Put what a service delivers into a delivery stream; the answer is PutRecord's.

    Raises:
        Undelivered: the role does not allow it, there is no such stream, or it is throttled.
    """
    action = _ACTIONS.get(sender.service, "firehose:PutRecord")
    if sender.role_arn is None:
        raise Undelivered(Failure.NO_ROLE, f"{action} needs a role: give the target a RoleArn")
    demand_role(world, sender, action, stream_arn)
    region, account = stream_arn.split(":")[3:5]
    name = stream_arn.partition(":deliverystream/")[2]
    try:
        return put_one(active_stream(world, account, region, name), parcel.content)
    except ResourceNotFound as error:
        raise Undelivered(Failure.NO_RESOURCE, error.message, status=400) from None
    except ServiceUnavailable as error:
        raise Undelivered(Failure.THROTTLED, error.message, status=500) from None
    except ValidationError as error:
        raise Undelivered(Failure.REJECTED, error.message, status=400) from None


TARGET = Target(accept)
