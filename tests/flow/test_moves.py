"""What happened, in sentences."""

import json

import pytest

from workbook.flow.moves import Status


def statuses(shop):
    return [move.status for move in shop.scene().moves]


def test_sending_receiving_deleting(shop):
    shop.send("rye")
    shop.delete(*shop.receive())
    assert shop.texts() == [
        "you sent message 1 to orders",
        "you received message 1 from orders",
        "message 1 is done and was deleted from orders",
    ]


def test_a_message_comes_back_when_its_timeout_ends(shop):
    shop.send("rye")
    shop.receive()
    shop.lab.advance(30)
    last = shop.scene().moves[-1]
    assert last.text == "message 1 came back to orders: it was not deleted within 30 s"
    assert last.status is Status.RETURNED
    assert last.status.is_failure
    assert last.hop is None
    assert (last.source, last.target) == ("consumer:you", shop.arn(shop.orders))


def test_a_timeout_of_zero_and_one_given_back_are_said_once(shop):
    shop.send("rye")
    shop.receive(VisibilityTimeout=0)
    [message] = shop.receive()
    shop.sqs.change_message_visibility(
        QueueUrl=shop.orders, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
    )
    assert shop.texts()[1:] == [
        "you received message 1 from orders",
        "message 1 came back to orders: it was not deleted within 0 s",
        "you received message 1 from orders, 2nd receive",
        "message 1 was given back to orders at once",
    ]


def test_a_longer_timeout_is_a_move_at_the_queue(shop):
    shop.send("rye")
    [message] = shop.receive()
    shop.sqs.change_message_visibility(
        QueueUrl=shop.orders, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=90
    )
    assert shop.texts()[-1] == "message 1 stays hidden for 90 s from now on"


def test_a_delay_and_its_end(shop):
    shop.send("rye", DelaySeconds=300)
    shop.lab.advance(301)
    assert shop.texts() == [
        "you sent message 1 to orders, which shows it in 5 min",
        "the delay of message 1 in orders is over",
    ]


def test_a_receive_in_vain_says_how_long_it_waited(shop):
    shop.receive()
    shop.receive(WaitTimeSeconds=20)
    assert shop.texts() == [
        "you asked orders in vain: it got nothing",
        "you asked orders for 20 s in vain: it got nothing",
    ]
    assert set(statuses(shop)) == {Status.EMPTY}


def test_a_long_poll_that_still_waits_has_not_been_in_vain(shop):
    def cook(orders):
        shop.sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)

    shop.lab.program("cook", cook, shop.orders)
    shop.lab.advance(5)
    assert shop.texts() == []
    assert shop.lab.trace[-1].outcome == "waits"
    shop.lab.advance(20)
    assert shop.texts() == ["cook asked orders for 20 s in vain: it got nothing"]


def test_an_old_receipt_handle_deletes_nothing(shop):
    shop.send("rye")
    [old] = shop.receive(VisibilityTimeout=0)
    shop.receive()
    shop.delete(old)
    assert shop.texts()[-1] == "message 1 stays in orders: it was deleted with an old receipt handle"


def test_a_late_delete_is_that_of_who_deletes_and_not_of_who_has_the_message_now(shop):
    shop.send("rye")
    with shop.lab.actor("slow cook"):
        [late] = shop.receive()
    shop.lab.advance(30)
    with shop.lab.actor("quick cook"):
        shop.receive()
    with shop.lab.actor("slow cook"):
        shop.delete(late)
    assert shop.scene().moves[-1].source == "actor:slow cook"


def test_a_refused_call_names_the_error(shop):
    with pytest.raises(shop.sqs.exceptions.ClientError):
        shop.sqs.send_message(QueueUrl=shop.orders, MessageBody="rye", DelaySeconds=901)
    assert shop.texts() == ["orders refused SendMessage of you: InvalidParameterValue"]
    assert statuses(shop) == [Status.REFUSED]


def test_whoever_has_a_name_is_one_node(shop):
    shop.send("rye")
    with shop.lab.actor("second cook"):
        shop.receive()
        shop.send("brioche")
    assert shop.texts()[1:] == [
        "second cook received message 1 from orders",
        "second cook sent message 2 to orders",
    ]
    assert "actor:second cook" in [node.place for node in shop.scene().system.nodes]


def test_a_poison_message_with_a_function(shop):
    shop.machine(BatchSize=1)
    shop.send("glass")
    shop.lab.run_until_idle()
    assert shop.texts() == [
        "you sent message 1 to orders",
        "Lambda's poller received message 1 from orders for machine",
        "machine ran with 1 message and failed: ValueError",
        "message 1 was not done: the function failed; orders shows it again in 29.9 s",
        "message 1 came back to orders: it was not deleted within 30 s",
        "Lambda's poller received message 1 from orders for machine, 2nd receive",
        "machine ran with 1 message and failed: ValueError",
        "message 1 was not done: the function failed; orders shows it again in 30 s",
        "message 1 came back to orders: it was not deleted within 30 s",
        "message 1 moved from orders to dead: it was received 2 times and never deleted",
    ]


def test_a_filtered_message(shop):
    pattern = json.dumps({"body": ["rye"]})
    shop.machine(FilterCriteria={"Filters": [{"Pattern": pattern}]})
    shop.send("brioche")
    shop.lab.run_until_idle()
    assert shop.texts()[-2:] == [
        "no filter lets message 1 of orders through to machine",
        "Lambda deleted message 1 from orders",
    ]
    assert Status.FILTERED in statuses(shop)


def test_a_throttled_function(shop):
    shop.machine()
    shop.lab.client("lambda").put_function_concurrency(FunctionName="machine", ReservedConcurrentExecutions=0)
    shop.send("rye")
    shop.lab.advance(40)
    throttled = [move for move in shop.scene().moves if move.status is Status.THROTTLED]
    assert throttled
    assert throttled[0].line == (
        shop.arn(shop.orders),
        "arn:aws:lambda:us-east-1:123456789012:function:machine",
    )


def test_a_direct_call_of_a_function(shop):
    shop.machine(Enabled=False)
    event = json.dumps({"Records": [{"body": "glass"}]})
    shop.lab.client("lambda").invoke(FunctionName="machine", Payload=event)
    assert shop.texts() == ["you called machine", "machine ran and failed: ValueError"]


def test_a_run_that_takes_a_while_is_seen_when_it_begins_and_when_it_ends(shop):
    shop.lab.function(
        "slow", "import time\ndef handler(event, context):\n    time.sleep(2)\n    raise KeyError"
    )
    shop.lab.client("lambda").create_event_source_mapping(
        EventSourceArn=shop.arn(shop.orders), FunctionName="slow", Enabled=True
    )
    shop.lab.advance(10)
    shop.send("rye")
    shop.lab.advance(1)
    assert shop.texts()[-1] == "slow began to run with 1 message"
    shop.lab.advance(2)
    runs = [move for move in shop.scene().moves if move.text.startswith("slow ") and move.at_place]
    assert [move.text for move in runs] == [
        "slow began to run with 1 message",
        "slow ran with 1 message for 2.1 s and failed: KeyError",
    ]
    assert runs[1].time - runs[0].time >= 2_000_000


def test_a_long_poll_in_vain_is_seen_when_it_ends(shop):
    shop.receive(WaitTimeSeconds=20)
    scene = shop.scene()
    assert scene.moves[-1].time - scene.start >= 20_000_000


def test_messages_that_a_move_task_brings_back(shop):
    shop.send("glass")
    for _ in range(3):
        shop.receive(VisibilityTimeout=0)
    shop.sqs.start_message_move_task(SourceArn=shop.arn(shop.dead))
    shop.lab.advance(5)
    assert shop.texts()[-1] == "message 1 moved back from dead to orders, as message 2"


def test_expiry_and_purge(shop):
    shop.send("rye")
    shop.lab.advance(days=5)
    shop.send("brioche")
    shop.sqs.purge_queue(QueueUrl=shop.orders)
    assert "message 1 expired in orders: its retention ended" in shop.texts()
    assert shop.texts()[-1] == "message 2 is gone from orders: the queue was purged"


def test_a_dropped_duplicate_of_a_fifo_queue(shop):
    fifo = shop.queue("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for _ in range(2):
        shop.sqs.send_message(QueueUrl=fifo, MessageBody="rye", MessageGroupId="a")
    assert shop.texts()[-1] == (
        "you sent message 1 again with the same deduplication id; orders.fifo dropped it"
    )


def test_calls_that_only_look_or_set_up_are_no_moves(shop):
    shop.sqs.list_queues()
    shop.sqs.set_queue_attributes(QueueUrl=shop.orders, Attributes={"VisibilityTimeout": "60"})
    assert shop.texts() == []
