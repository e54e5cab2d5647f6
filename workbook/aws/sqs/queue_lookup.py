"""Which queue a request means, and whether this caller may do that: the first step of most operations."""

from __future__ import annotations

from workbook.aws.sqs.addresses import address_of
from workbook.aws.sqs.backend import RegisteredQueue, find_queue_at
from workbook.aws.sqs.calls import Call
from workbook.aws.sqs.errors import QueueDoesNotExist
from workbook.aws.sqs.permissions import demand_access
from workbook.engine.world import current_world


def queue_of(call: Call) -> RegisteredQueue:
    """The queue of the parameter QueueUrl.

    Raises:
        MissingParameter, InvalidAddress: there is no QueueUrl, or it is none.
        QueueDoesNotExist: no such queue at this endpoint's region.
        AccessDenied: the queue's policy does not let this caller do this.
    """
    address = address_of(call)
    if address.region is not None and address.region != call.region:
        raise QueueDoesNotExist
    queue = find_queue_at(call.region, address.account, address.name)
    if queue is None:
        raise QueueDoesNotExist
    current_world().trace.note(on=queue.arn)
    demand_access(queue, call.caller, call.operation, call.transport)
    return queue
