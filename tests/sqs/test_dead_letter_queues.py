"""Dead-letter queues, and message move tasks out of them."""

import base64
import json

import pytest
from message_plane import Desk, bodies, change, draft

from workbook.aws.sqs import errors
from workbook.aws.sqs.attributes import RedrivePolicy
from workbook.aws.sqs.move_tasks import MoveTasks, Status
from workbook.engine.clock import SECOND

DAY = 86_400


@pytest.fixture
def desk():
    return Desk()


def pair(desk, receives=2, suffix="", **settings):
    dead = desk.queue("dead" + suffix, **settings)
    return desk.queue("orders" + suffix, dead_letters=dead, receives=receives), dead


def kill(queue, times):
    """Receive until messages have moved."""
    for _ in range(times):
        queue.receive(10, 0)


def test_sqs_17_delivered_n_times_and_moved_at_the_next_receive(desk):
    queue, dead = pair(desk, receives=3)
    message = queue.send(draft("poison"))
    for count in (1, 2, 3):
        (received,) = queue.receive(1, None)
        assert received.receive_count == count
        desk.advance(30)
    assert queue.counts().visible == 1  # it is not the end of the timeout that moves it
    assert dead.counts().visible == 0
    assert queue.receive(1, None) == []
    assert queue.counts() == (0, 0, 0)
    (lost,) = dead.receive(1, None)
    assert lost.message.message_id == message.message_id
    assert lost.message.dead_letter_source == queue.arn
    assert lost.receive_count == 4  # the count goes on
    assert lost.first_received == message.sent
    (hop,) = desk.hops("dead-letter")
    assert (hop.resource, hop.facts["source"], hop.facts["receives"]) == (dead.arn, queue.arn, 3)


def test_a_receive_passes_over_dead_letters_to_good_messages(desk):
    queue, dead = pair(desk, receives=1)
    queue.send(draft("poison"))
    queue.receive(1, 0)
    queue.send(draft("good"))
    assert bodies(queue.receive(1, None)) == ["good"]
    assert bodies(dead.receive(10, None)) == ["poison"]


def test_a_dead_letter_wakes_who_waits_at_the_dead_letter_queue(desk):
    queue, dead = pair(desk, receives=1)
    queue.send(draft("poison"))
    queue.receive(1, 5)
    results = desk.spawn(dead.receive_waiting, 1, None, 20)
    desk.advance(5)
    queue.receive(1, None)
    desk.advance(0)
    assert bodies(results[0][0]) == ["poison"]
    assert results[0][1] == 5


@pytest.mark.parametrize("why", ["deleted", "never there", "other type"])
def test_without_its_dead_letter_queue_a_message_stays_and_is_delivered(desk, why):
    queue, dead = pair(desk, receives=1)
    if why == "deleted":
        dead.close()
    elif why == "never there":
        change(queue, redrive_policy=RedrivePolicy("arn:aws:sqs:us-east-1:123456789012:nowhere", 1))
    else:
        change(queue, redrive_policy=RedrivePolicy(desk.queue("dead.fifo").arn, 1))
    queue.send(draft("poison"))
    counts = [received.receive_count for _ in range(4) for received in queue.receive(1, 0)]
    assert counts == [1, 2, 3, 4]


def test_sqs_19_a_standard_dead_letter_keeps_its_age(desk):
    queue, dead = pair(desk, receives=1, message_retention_period=4 * DAY)
    message = queue.send(draft())
    queue.receive(1, 0)
    desk.advance(DAY)
    kill(queue, 1)
    assert dead.contents()[0].sent == message.sent
    desk.advance(3 * DAY - 1)
    assert dead.counts().visible == 1
    desk.advance(1)
    assert dead.counts().visible == 0


def test_a_dead_letter_older_than_the_retention_of_its_queue_is_gone_at_once(desk):
    queue, dead = pair(desk, receives=1, message_retention_period=60)
    queue.send(draft())
    queue.receive(1, 0)
    desk.advance(61)
    kill(queue, 1)
    assert dead.counts() == (0, 0, 0)
    assert [hop.kind for hop in desk.world.trace][-2:] == ["dead-letter", "expire"]


def test_sqs_19_a_fifo_dead_letter_starts_its_age_again(desk):
    queue, dead = pair(desk, receives=1, suffix=".fifo", message_retention_period=4 * DAY)
    queue.send(draft("x", group_id="A", deduplication_id="1"))
    queue.receive(1, 0)
    desk.advance(DAY)
    kill(queue, 1)
    desk.advance(4 * DAY - 1)
    assert dead.counts().visible == 1
    desk.advance(1)
    assert dead.counts().visible == 0


def test_fifo_dead_letters_with_the_same_deduplication_id_are_both_kept(desk):
    dead = desk.queue("dead.fifo")
    for name in ("one.fifo", "two.fifo"):
        queue = desk.queue(name, dead_letters=dead, receives=1)
        queue.send(draft(name, group_id="A", deduplication_id="same"))
        kill(queue, 2)
    received = dead.receive(10, None)
    assert bodies(received) == ["one.fifo", "two.fifo"]
    assert all(d.message.deduplication_id == d.message.message_id for d in received)
    numbers = [d.message.sequence_number for d in received]
    assert numbers == sorted(numbers)


def test_a_fifo_dead_letter_frees_its_group_within_the_same_receive(desk):
    queue, dead = pair(desk, receives=1, suffix=".fifo")
    for text in ("A1", "A2"):
        queue.send(draft(text, group_id="A", deduplication_id=text))
    assert bodies(queue.receive(1, 0)) == ["A1"]
    assert bodies(queue.receive(1, None)) == ["A2"]
    assert bodies(dead.receive(10, None)) == ["A1"]


def test_a_handle_of_the_source_does_not_delete_from_the_dead_letter_queue(desk):
    queue, dead = pair(desk, receives=1)
    queue.send(draft())
    (received,) = queue.receive(1, 0)
    kill(queue, 1)
    queue.delete(received.receipt_handle)
    with pytest.raises(errors.ReceiptHandleIsInvalid):
        dead.delete(received.receipt_handle)
    assert dead.counts().visible == 1


def test_each_queue_of_a_chain_counts_its_own_receives(desk):
    last = desk.queue("last")
    middle = desk.queue("middle", dead_letters=last, receives=2)
    first = desk.queue("first", dead_letters=middle, receives=3)
    first.send(draft())
    kill(first, 4)
    assert [d.receive_count for _ in range(2) for d in middle.receive(1, 0)] == [4, 5]
    kill(middle, 1)
    assert last.counts().visible == 1


# ---- move tasks


def filled(desk, number, receives=1, suffix=""):
    queue, dead = pair(desk, receives=receives, suffix=suffix)
    for count in range(number):
        parts = {"group_id": "A", "deduplication_id": str(count)} if suffix else {}
        queue.send(draft(str(count), **parts))
    while dead.counts().visible < number:
        kill(queue, 1)
    return queue, dead, MoveTasks(desk.world, desk.queues.get)


def test_sqs_20_messages_go_back_to_the_queue_that_gave_them_up(desk):
    queue, dead, tasks = filled(desk, 3)
    task = tasks.start(dead, None, None)
    desk.advance(1)
    assert (task.status, task.moved, task.to_move) == (Status.COMPLETED, 3, 3)
    assert [snapshot.body for snapshot in queue.contents()] == ["0", "1", "2"]
    assert dead.counts() == (0, 0, 0)


def test_moved_messages_are_new_messages_and_the_trace_knows_the_old_ones(desk):
    queue, dead, tasks = filled(desk, 1)
    (old,) = dead.contents()
    desk.advance(DAY)
    tasks.start(dead, None, None)
    desk.advance(1)
    (new,) = queue.contents()
    assert new.message_id != old.message_id
    assert new.sent == old.sent + DAY * SECOND
    assert queue.receive(1, None)[0].receive_count == 1
    (hop,) = desk.hops("move")
    assert (hop.resource, hop.facts["source"], hop.facts["original"]) == (queue.arn, dead.arn, old.message_id)
    assert hop.causes == (desk.hops("dead-letter")[0].number,)


def test_a_move_goes_at_its_rate_and_starts_at_once(desk):
    queue, dead, tasks = filled(desk, 4)
    tasks.start(dead, None, 2)
    desk.advance(0)
    assert queue.counts().visible == 1
    for moved in (2, 3, 4):
        desk.advance(0.499_999)
        assert queue.counts().visible == moved - 1
        desk.advance(0.000_001)
        assert queue.counts().visible == moved


def test_a_custom_destination(desk):
    queue, dead, tasks = filled(desk, 2)
    other = desk.queue("other")
    task = tasks.start(dead, other, None)
    desk.advance(1)
    assert (other.counts().visible, queue.counts().visible) == (2, 0)
    assert task.destination_arn == other.arn


def test_fifo_messages_move_in_order(desk):
    queue, dead, tasks = filled(desk, 5, suffix=".fifo")
    tasks.start(dead, None, 5)
    desk.advance(2)
    assert bodies(queue.receive(10, None)) == ["0", "1", "2", "3", "4"]


def test_only_one_task_of_a_queue_at_a_time(desk):
    _, dead, tasks = filled(desk, 5)
    tasks.start(dead, None, 1)
    with pytest.raises(errors.InvalidParameterValue, match="There is already a task running"):
        tasks.start(dead, None, 1)
    desk.advance(10)
    tasks.start(dead, None, 1)


def test_a_cancelled_task_keeps_what_it_has_moved(desk):
    queue, dead, tasks = filled(desk, 10)
    task = tasks.start(dead, None, 1)
    desk.advance(1.5)
    assert tasks.cancel(task.handle).moved == 2
    assert task.status is Status.CANCELLING
    desk.advance(60)
    assert task.status is Status.CANCELLED
    assert (queue.counts().visible, dead.counts().visible) == (2, 8)


def test_a_task_fails_when_its_destination_is_deleted_and_loses_nothing(desk):
    _, dead, tasks = filled(desk, 10)
    other = desk.queue("other")
    task = tasks.start(dead, other, 1)
    desk.advance(2.5)
    other.close()
    desk.advance(1)
    assert task.status is Status.FAILED
    assert task.failure_reason == "AWS.SimpleQueueService.NonExistentQueue"
    assert task.moved == 3
    assert dead.counts().visible == 7


def test_a_task_fails_at_a_message_that_no_queue_gave_up(desk):
    _, dead, tasks = filled(desk, 1)
    dead.send(draft("sent by hand"))
    task = tasks.start(dead, None, None)
    desk.advance(1)
    assert (task.status, task.failure_reason) == (Status.FAILED, "CouldNotDetermineMessageSource")
    assert (task.moved, dead.counts().visible) == (1, 1)


def test_the_task_handle_is_base64_of_json_as_on_aws(desk):
    _, dead, tasks = filled(desk, 1)
    task = tasks.start(dead, None, None)
    content = json.loads(base64.b64decode(task.handle))
    assert content == {"taskId": task.task_id, "sourceArn": dead.arn}


def test_cancelling_what_is_no_task(desk):
    _, dead, tasks = filled(desk, 1)
    task = tasks.start(dead, None, None)
    desk.advance(1)

    def handle(**content):
        return base64.b64encode(json.dumps(content).encode()).decode()

    with pytest.raises(errors.InvalidParameterValue, match="Value for parameter TaskHandle is invalid"):
        tasks.cancel("foobared")
    with pytest.raises(errors.ResourceNotFound, match="Task does not exist"):
        tasks.cancel(handle(taskId="unknown", sourceArn=dead.arn))
    with pytest.raises(errors.UnsupportedOperation):
        tasks.cancel(task.handle)


def test_tasks_are_listed_newest_first(desk):
    _, dead, tasks = filled(desk, 1)
    started = []
    for _ in range(12):
        started.append(tasks.start(dead, None, None))
        desk.advance(1)
    assert tasks.of(dead.arn) == [started[-1]]
    assert tasks.of(dead.arn, 10) == started[:1:-1]
    assert tasks.of("arn:unknown") == []
