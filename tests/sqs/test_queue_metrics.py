"""The metrics AWS/SQS, one value a minute, made only when somebody looks."""

import pytest
from message_plane import ACCOUNT, REGION, Desk, draft

from workbook.aws.metrics import publications

HOUR = 3600


@pytest.fixture
def desk():
    return Desk()  # its clock starts at a full minute


def values(desk, name, queue="orders"):
    """(minute since the start, value) of each value of a metric."""
    start = 1_767_603_600_000_000
    return [
        ((datum.begin - start) // 60_000_000, datum.tally.total)
        for datum in publications(desk.world, ACCOUNT, REGION).data()
        if datum.name == name and datum.dimensions == (("QueueName", queue),)
    ]


def names(desk):
    return {datum.name for datum in publications(desk.world, ACCOUNT, REGION).data()}


def test_sums_are_by_minute_and_only_of_complete_minutes(desk):
    queue = desk.queue()
    queue.send(draft("a"))
    queue.send(draft("bbb"))
    desk.advance(60)
    queue.send(draft("c"))
    desk.advance(30)
    assert values(desk, "NumberOfMessagesSent") == [(0, 2)]
    desk.advance(30)
    assert values(desk, "NumberOfMessagesSent") == [(0, 2), (1, 1)]
    data = publications(desk.world, ACCOUNT, REGION).data()
    (first, _) = [datum for datum in data if datum.name == "SentMessageSize"]
    tally = first.tally
    assert (tally.total, tally.smallest, tally.largest, tally.samples, first.unit) == (4, 1, 3, 2, "Bytes")


def test_receives_empty_receives_and_deletes(desk):
    queue = desk.queue()
    queue.send(draft())
    queue.send(draft())
    for received in queue.receive(10, None):
        queue.delete(received.receipt_handle)
    queue.receive(10, None)
    queue.receive_waiting(10, None, 20)
    desk.advance(60)
    assert values(desk, "NumberOfMessagesReceived") == [(0, 2)]
    assert values(desk, "NumberOfEmptyReceives") == [(0, 2)]
    assert values(desk, "NumberOfMessagesDeleted") == [(0, 2)]


def test_gauges_show_the_queue_at_the_end_of_each_minute(desk):
    queue = desk.queue()
    queue.send(draft("hidden"))
    queue.receive(1, 150)
    queue.send(draft("delayed", delay_seconds=90))
    desk.advance(240)
    assert values(desk, "ApproximateNumberOfMessagesVisible") == [(0, 0), (1, 1), (2, 2), (3, 2)]
    assert values(desk, "ApproximateNumberOfMessagesNotVisible") == [(0, 1), (1, 1), (2, 0), (3, 0)]
    assert values(desk, "ApproximateNumberOfMessagesDelayed") == [(0, 1), (1, 0), (2, 0), (3, 0)]
    assert values(desk, "ApproximateAgeOfOldestMessage") == [(0, 60), (1, 120), (2, 180), (3, 240)]


def test_a_message_received_three_times_does_not_count_for_the_age(desk):
    queue = desk.queue()
    queue.send(draft("poison"))
    for _ in range(3):
        queue.receive(1, 0)
    desk.advance(30)
    queue.send(draft("good"))
    desk.advance(30)
    assert values(desk, "ApproximateAgeOfOldestMessage") == [(0, 30)]


def test_in_a_dead_letter_queue_the_age_starts_again_and_nothing_was_sent(desk):
    dead = desk.queue("dead")
    queue = desk.queue("orders", dead_letters=dead, receives=1)
    queue.send(draft())
    queue.receive(1, 0)
    desk.advance(90)
    queue.receive(1, 0)
    desk.advance(30)
    assert values(desk, "ApproximateAgeOfOldestMessage", "dead") == [(0, 0), (1, 30)]
    assert values(desk, "NumberOfMessagesSent", "dead") == [(0, 0), (1, 0)]


def test_fifo_queues_have_metrics_of_their_own(desk):
    queue = desk.queue("orders.fifo")
    for text in ("A1", "A2", "B1", "A1"):
        queue.send(draft(text, group_id=text[0], deduplication_id=text))
    queue.receive(10, 600)
    desk.advance(60)
    assert values(desk, "ApproximateNumberOfGroupsWithInflightMessages", "orders.fifo") == [(0, 2)]
    assert values(desk, "NumberOfDeduplicatedSentMessages", "orders.fifo") == [(0, 1)]
    assert values(desk, "NumberOfMessagesSent", "orders.fifo") == [(0, 3)]
    assert "ApproximateNumberOfNoisyGroups" not in names(desk)


def test_fair_queues_have_metrics_of_their_own(desk):
    queue = desk.queue()
    for number in range(50):
        queue.send(draft(group_id="noisy"))
        if number % 10 == 0:
            desk.advance(1)
    for _ in range(4):
        queue.receive(10, 600)
    queue.send(draft(group_id="quiet", delay_seconds=900))
    desk.advance(10)
    queue.send(draft(group_id="quiet"))
    desk.advance(60)
    assert values(desk, "ApproximateNumberOfNoisyGroups") == [(0, 1)]
    assert values(desk, "ApproximateNumberOfMessagesVisible") == [(0, 11)]
    assert values(desk, "ApproximateNumberOfMessagesVisibleInQuietGroups") == [(0, 1)]
    assert values(desk, "ApproximateNumberOfMessagesNotVisibleInQuietGroups") == [(0, 0)]
    assert values(desk, "ApproximateNumberOfMessagesDelayedInQuietGroups") == [(0, 1)]
    assert values(desk, "ApproximateAgeOfOldestMessage") == [(0, 60)]
    assert values(desk, "ApproximateAgeOfOldestMessageInQuietGroups") == [(0, 55)]


def test_a_plain_standard_queue_has_none_of_them(desk):
    desk.queue().send(draft())
    desk.advance(60)
    assert not any("Quiet" in name or "Group" in name for name in names(desk))


def test_an_active_queue_reports_zero_of_what_there_is_none_of(desk):
    """Only the size of messages is silent: nothing has a size of 0."""
    desk.queue()
    desk.queue("orders.fifo")
    desk.advance(60)
    for queue in ("orders", "orders.fifo"):
        for happening in ("Sent", "Received", "Deleted"):
            assert values(desk, f"NumberOfMessages{happening}", queue) == [(0, 0)]
        for state in ("Visible", "NotVisible", "Delayed"):
            assert values(desk, f"ApproximateNumberOfMessages{state}", queue) == [(0, 0)]
        assert values(desk, "NumberOfEmptyReceives", queue) == [(0, 0)]
        assert values(desk, "ApproximateAgeOfOldestMessage", queue) == [(0, 0)]
        assert values(desk, "SentMessageSize", queue) == []
    assert values(desk, "NumberOfDeduplicatedSentMessages", "orders.fifo") == [(0, 0)]
    assert values(desk, "NumberOfDeduplicatedSentMessages") == []


def test_an_idle_empty_queue_is_silent_after_six_hours(desk):
    desk.queue().counts()
    desk.advance(24 * HOUR)
    visible = values(desk, "ApproximateNumberOfMessagesVisible")
    assert visible == [(minute, 0) for minute in range(360)]


def test_a_queue_with_a_message_is_active_until_six_hours_after_it_is_empty(desk):
    desk.queue(message_retention_period=2 * HOUR).send(draft())
    desk.advance(24 * HOUR)
    visible = values(desk, "ApproximateNumberOfMessagesVisible")
    assert [value for _, value in visible] == [1] * 119 + [0] * 361
    assert [minute for minute, _ in visible] == list(range(480))


def test_idleness_is_one_stretch_however_long(desk):
    queue = desk.queue()
    queue.send(draft())
    desk.advance(3 * 24 * HOUR)
    queue.settle()
    assert len(queue.metrics._stretches) == 1


def test_a_deleted_queue_publishes_its_last_minute_and_no_more(desk):
    queue = desk.queue()
    queue.send(draft())
    desk.advance(90)
    queue.send(draft())
    queue.close()
    desk.advance(600)
    assert values(desk, "NumberOfMessagesSent") == [(0, 1), (1, 1)]
    assert values(desk, "ApproximateNumberOfMessagesVisible") == [(0, 1)]
    assert publications(desk.world, ACCOUNT, REGION)._sources == []


def test_reading_twice_gives_each_value_once(desk):
    desk.queue().send(draft())
    desk.advance(120)
    assert values(desk, "NumberOfMessagesSent") == values(desk, "NumberOfMessagesSent") == [(0, 1), (1, 0)]
