"""A trace of any size, made quickly: actors send to queues, others receive from them and mostly delete."""

from message_plane import Desk, draft

from workbook.flow.flow import flow_of


def busy_flow(*, queues=14, hops=10_000):
    """A flow of `queues` queues, each with a producer and a consumer of its own, and at least `hops` hops."""
    desk = Desk()
    trace = desk.world.trace
    made = [desk.queue(f"queue-{number}", visibility_timeout=60) for number in range(queues)]

    def call(operation, by, queue):
        return trace.under(trace.record("api-call", f"sqs:{operation}", on=queue.arn, by=by))

    turn = 0
    while len(trace) < hops:
        number = turn % queues
        queue, turn = made[number], turn + 1
        with call("SendMessage", f"producer {number}", queue):
            queue.send(draft(f"order {turn} of a lemon pie"))
        with call("ReceiveMessage", f"consumer {number}", queue):
            deliveries = queue.receive(1, 30)
        for delivery in deliveries:
            if turn % 5:
                with call("DeleteMessage", f"consumer {number}", queue):
                    queue.delete(delivery.receipt_handle)
        if turn % 100 == 0:
            desk.advance(20)
    return flow_of(trace, desk.now)
