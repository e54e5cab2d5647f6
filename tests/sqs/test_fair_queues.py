"""SQS-31: fair queues. A noisy tenant waits while quiet tenants have messages."""

import pytest
from message_plane import Desk, bodies, draft


@pytest.fixture
def desk():
    return Desk()


def send(queue, group, number):
    for count in range(1, number + 1):
        queue.send(draft(f"{group}{count}", group_id=group))


def delete(queue, deliveries):
    for received in deliveries:
        queue.delete(received.receipt_handle)


def test_sqs_31_while_all_is_calm_messages_come_in_the_order_of_sending(desk):
    queue = desk.queue()
    send(queue, "A", 8)
    send(queue, "B", 2)
    assert bodies(queue.receive(10, None)) == [f"A{n}" for n in range(1, 9)] + ["B1", "B2"]


def test_sqs_31_a_tenant_with_most_of_what_is_in_flight_waits_for_quiet_tenants(desk):
    queue = desk.queue()
    send(queue, "noisy", 100)
    for _ in range(3):
        queue.receive(10, None)
    send(queue, "quiet", 2)
    assert bodies(queue.receive(3, None)) == ["quiet1", "quiet2", "noisy31"]


def test_sqs_31_fewer_than_30_in_flight_are_no_noise(desk):
    queue = desk.queue()
    send(queue, "A", 100)
    for _ in range(29):
        queue.receive(1, None)
    send(queue, "B", 1)
    assert bodies(queue.receive(1, None)) == ["A30"]


def test_sqs_31_a_tenant_that_takes_most_of_the_processing_time_waits(desk):
    queue = desk.queue()
    send(queue, "slow", 3)
    received = queue.receive(1, None)
    desk.advance(20)
    delete(queue, received)
    send(queue, "quick", 1)
    assert bodies(queue.receive(1, None)) == ["quick1"]


def test_processing_time_counts_while_it_is_recent(desk):
    queue = desk.queue()
    send(queue, "slow", 1)
    received = queue.receive(1, None)
    desk.advance(20)
    delete(queue, received)
    desk.advance(400)
    send(queue, "slow", 1)
    send(queue, "quick", 1)
    assert bodies(queue.receive(1, None)) == ["slow1"]


def test_sqs_31_messages_of_one_tenant_run_in_parallel(desk):
    queue = desk.queue()
    send(queue, "A", 3)
    assert [bodies(queue.receive(1, None)) for _ in range(3)] == [["A1"], ["A2"], ["A3"]]


def test_messages_without_a_group_are_quiet(desk):
    queue = desk.queue()
    for number in range(60):
        queue.send(draft(f"plain{number}"))
    for _ in range(5):
        queue.receive(10, None)
    send(queue, "A", 1)
    assert bodies(queue.receive(1, None)) == ["plain50"]


def test_among_noisy_tenants_the_one_with_the_fewest_in_flight_is_served(desk):
    queue = desk.queue()
    send(queue, "A", 50)
    for _ in range(4):
        queue.receive(10, None)
    send(queue, "B", 50)
    for _ in range(3):
        queue.receive(10, None)
    served = bodies(queue.receive(10, None))
    assert served[:1] == ["B31"]
    assert all(body.startswith("B") for body in served)


def test_a_tenant_is_quiet_again_when_its_backlog_is_gone(desk):
    queue = desk.queue()
    send(queue, "A", 40)
    for _ in range(4):
        queue.receive(10, None)
    queue.receive(1, None)
    assert queue._core.storage.standard.noisy_groups() == 0


def test_a_tenant_is_quiet_again_after_five_minutes_without_sending(desk):
    queue = desk.queue()
    send(queue, "A", 100)
    for _ in range(4):
        queue.receive(10, 3600)
    assert queue._core.storage.standard.noisy_groups() == 1
    desk.advance(300)
    send(queue, "B", 1)
    assert bodies(queue.receive(1, None)) == ["A41"]


def test_tenants_without_messages_are_forgotten(desk):
    queue = desk.queue()
    for number in range(2_000):
        queue.send(draft("x", group_id=f"tenant {number}"))
        delete(queue, queue.receive(1, None))
        desk.advance(1)
    assert len(queue._core.storage.standard._tenants) < 700
