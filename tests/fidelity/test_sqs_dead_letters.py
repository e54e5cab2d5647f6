"""Dead-letter queues and the way back, as the SQS API Reference and Developer Guide describe them."""

from __future__ import annotations

import json

from learner import (
    ACCOUNT,
    DAY,
    arn_of,
    at,
    attribute,
    bodies,
    contents,
    counts,
    fifo,
    next_second,
    post,
    queue,
    receive,
    receive_count,
    redrive,
    refused,
    send,
    send_many,
    set_attributes,
)


def give_up(sqs, source, times=1):
    """Receive often enough that the next receive moves what is in `source` to its dead-letter queue."""
    for _ in range(times):
        assert receive(sqs, source, VisibilityTimeout=0)
    assert receive(sqs, source) == []


def move_task(sqs, url):
    """The latest move task of a queue."""
    return sqs.list_message_move_tasks(SourceArn=arn_of(sqs, url))["Results"][0]


def allow(sqs, url, **policy):
    set_attributes(sqs, url, RedriveAllowPolicy=json.dumps(policy))


def test_sqs_17_after_max_receive_count_receives_the_next_one_moves_it_to_the_dead_letter_queue(lab, sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    redrive(sqs, source, dead, after=3)
    send(sqs, source, "poison")
    seen = []
    for _ in range(3):
        seen += [receive_count(message) for message in receive(sqs, source)]
        lab.advance(30)
    assert seen == [1, 2, 3]
    assert (counts(sqs, source), counts(sqs, dead)) == ((1, 0, 0), (0, 0, 0))
    assert receive(sqs, source) == []
    assert (counts(sqs, source), counts(sqs, dead)) == ((0, 0, 0), (1, 0, 0))
    (message,) = receive(sqs, dead)
    assert (message["Body"], receive_count(message)) == ("poison", 4)


def test_sqs_18_a_dead_letter_queue_is_of_its_source_s_type(sqs):
    standard, strict = queue(sqs), fifo(sqs)
    for source, dead in ((standard, strict), (strict, standard)):
        with refused("InvalidParameterValue", "Dead-letter queue must be same type of queue as the source"):
            redrive(sqs, source, dead, after=1)
        assert attribute(sqs, source, "RedrivePolicy") is None


def test_sqs_19_the_clock_of_a_dead_letter_goes_on_in_standard_queues_and_restarts_in_fifo_queues(lab, sqs):
    standard, dead = queue(sqs), queue(sqs, "dead")
    strict, dead_strict = fifo(sqs), fifo(sqs, "dead.fifo")
    redrive(sqs, standard, dead, after=1)
    redrive(sqs, strict, dead_strict, after=1)
    start = lab.now
    send(sqs, standard, "x")
    post(sqs, strict, "g", "x")
    at(lab, start, DAY)
    give_up(sqs, standard)
    give_up(sqs, strict)
    at(lab, start, 4 * DAY - 0.001)
    assert counts(sqs, dead) == (1, 0, 0)
    assert counts(sqs, dead) == (0, 0, 0)  # 1 day in the source and 3 here
    assert counts(sqs, dead_strict) == (1, 0, 0)
    at(lab, start, 5 * DAY - 1)
    assert counts(sqs, dead_strict) == (1, 0, 0)
    at(lab, start, 5 * DAY + 1)
    assert counts(sqs, dead_strict) == (0, 0, 0)  # 4 days here


def test_sqs_20_a_move_task_brings_dead_letters_back_at_its_rate_and_can_be_cancelled(lab, sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    source_arn, dead_arn = arn_of(sqs, source), arn_of(sqs, dead)
    with refused("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."):
        sqs.start_message_move_task(SourceArn=source_arn)
    redrive(sqs, source, dead, after=1)
    send_many(sqs, source, [f"m{n}" for n in range(10)])
    give_up(sqs, source)
    with refused("InvalidParameterValue", "between 1 and 500."):
        sqs.start_message_move_task(SourceArn=dead_arn, MaxNumberOfMessagesPerSecond=501)
    start = lab.now
    task = sqs.start_message_move_task(SourceArn=dead_arn, MaxNumberOfMessagesPerSecond=2)
    with refused("InvalidParameterValue", "Only one active task is allowed"):
        sqs.start_message_move_task(SourceArn=dead_arn)
    at(lab, start, 1.9)
    assert (counts(sqs, source)[0], counts(sqs, dead)[0]) == (4, 6)
    answer = sqs.cancel_message_move_task(TaskHandle=task["TaskHandle"])
    assert answer["ApproximateNumberOfMessagesMoved"] == 4
    lab.advance(60)
    assert (counts(sqs, source)[0], counts(sqs, dead)[0]) == (4, 6)
    assert move_task(sqs, dead)["Status"] == "CANCELLED"
    sqs.start_message_move_task(SourceArn=dead_arn)
    lab.run_until_idle()
    assert move_task(sqs, dead)["Status"] == "COMPLETED"
    assert (counts(sqs, source)[0], counts(sqs, dead)[0]) == (10, 0)


def test_sqs_21_a_redrive_allow_policy_says_who_may_use_a_dead_letter_queue(sqs):
    source, other, dead = queue(sqs), queue(sqs, "other"), queue(sqs, "dead")
    allow(sqs, dead, redrivePermission="denyAll")
    with refused("InvalidParameterValue", "RedrivePolicy"):
        redrive(sqs, source, dead, after=1)
    allow(sqs, dead, redrivePermission="byQueue", sourceQueueArns=[arn_of(sqs, source)])
    redrive(sqs, source, dead, after=1)
    with refused("InvalidParameterValue", "RedrivePolicy"):
        redrive(sqs, other, dead, after=1)
    allow(sqs, dead, redrivePermission="allowAll")
    redrive(sqs, other, dead, after=1)
    with refused("InvalidParameterValue", "RedriveAllowPolicy"):
        arns = [f"arn:aws:sqs:us-east-1:{ACCOUNT}:source-{n}" for n in range(11)]
        allow(sqs, dead, redrivePermission="byQueue", sourceQueueArns=arns)


# ---- further behaviours


def test_sqs_53_max_receive_count_is_1_to_1000_and_the_target_exists_nearby(sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    for count in (1, 1_000):
        redrive(sqs, source, dead, after=count)
    for count in (0, 1_001):
        with refused("InvalidParameterValue", "valid values are from 1 to 1000 both inclusive."):
            redrive(sqs, source, dead, after=count)
    here = arn_of(sqs, dead)
    for target, reason in (
        (f"{here}-none", "Dead letter target does not exist."),
        (here.replace("us-east-1", "eu-west-1"), "Dead-letter target region should be same as the source."),
        (here.replace(ACCOUNT, "9" * 12), "Dead-letter target owner should be same as the source."),
    ):
        with refused("InvalidParameterValue", reason):
            policy = {"deadLetterTargetArn": target, "maxReceiveCount": 1}
            set_attributes(sqs, source, RedrivePolicy=json.dumps(policy))


def test_sqs_78_a_redrive_policy_is_shown_compact_and_with_a_number(sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    given = json.dumps({"maxReceiveCount": "1000", "deadLetterTargetArn": arn_of(sqs, dead)})
    set_attributes(sqs, source, RedrivePolicy=given)
    shown = f'{{"deadLetterTargetArn":"{arn_of(sqs, dead)}","maxReceiveCount":1000}}'
    assert attribute(sqs, source, "RedrivePolicy") == shown


def test_sqs_54_a_dead_letter_keeps_its_message_id_and_goes_on_counting_receives(sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    redrive(sqs, source, dead, after=2)
    (message_id,) = send(sqs, source, "x")
    give_up(sqs, source, times=2)
    (message,) = receive(sqs, dead)
    assert message["MessageId"] == message_id
    assert receive_count(message) == 3


def test_sqs_55_messages_go_back_to_the_queue_they_came_from_as_new_messages(lab, sqs):
    dead = queue(sqs, "dead", MessageRetentionPeriod=14 * DAY)
    sources = {name: queue(sqs, name) for name in ("orders", "invoices")}
    ids = {}
    for name, source in sources.items():
        redrive(sqs, source, dead, after=1)
        (ids[name],) = send(sqs, source, name)
        give_up(sqs, source)
    lab.advance(days=3)
    sqs.start_message_move_task(SourceArn=arn_of(sqs, dead))
    lab.run_until_idle()
    lab.advance(days=3)  # retention begins again with the move
    for name, source in sources.items():
        (message,) = receive(sqs, source)
        assert message["Body"] == name
        assert message["MessageId"] != ids[name]
        assert receive_count(message) == 1


def test_sqs_56_a_move_task_can_bring_messages_to_another_queue_of_the_same_type(lab, sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    repair, strict = queue(sqs, "repair"), fifo(sqs)
    redrive(sqs, source, dead, after=1)
    send(sqs, source, "x")
    give_up(sqs, source)
    start = sqs.start_message_move_task
    with refused("InvalidParameterValue", "must be of the same queue type."):
        start(SourceArn=arn_of(sqs, dead), DestinationArn=arn_of(sqs, strict))
    start(SourceArn=arn_of(sqs, dead), DestinationArn=arn_of(sqs, repair))
    lab.run_until_idle()
    assert contents(lab, repair) == ["x"]
    assert contents(lab, source) == []


def test_sqs_57_list_message_move_tasks_shows_the_newest_first(lab, sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    redrive(sqs, source, dead, after=1)
    for number in (1, 2, 3):
        send_many(sqs, source, [f"m{n}" for n in range(number)])
        give_up(sqs, source)
        sqs.start_message_move_task(SourceArn=arn_of(sqs, dead), MaxNumberOfMessagesPerSecond=100)
        lab.run_until_idle()
        sqs.purge_queue(QueueUrl=source)
        lab.advance(60)
    tasks = sqs.list_message_move_tasks(SourceArn=arn_of(sqs, dead), MaxResults=10)["Results"]
    assert [task["ApproximateNumberOfMessagesMoved"] for task in tasks] == [3, 2, 1]
    assert all(task["Status"] == "COMPLETED" and "TaskHandle" not in task for task in tasks)
    assert len(sqs.list_message_move_tasks(SourceArn=arn_of(sqs, dead))["Results"]) == 1
    with refused("InvalidParameterValue", "between 1 and 10"):
        sqs.list_message_move_tasks(SourceArn=arn_of(sqs, dead), MaxResults=11)


def test_sqs_58_list_dead_letter_source_queues_names_those_that_use_it(sqs):
    dead = queue(sqs, "dead")
    sources = [queue(sqs, name) for name in ("invoices", "orders")]
    for source in sources:
        redrive(sqs, source, dead, after=1)
    queue(sqs, "unrelated")
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == sources


def test_sqs_59_an_empty_text_takes_a_redrive_policy_away(lab, sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    redrive(sqs, source, dead, after=1)
    set_attributes(sqs, source, RedrivePolicy="")
    assert attribute(sqs, source, "RedrivePolicy") is None
    send(sqs, source, "x")
    assert [bodies(receive(sqs, source, VisibilityTimeout=0)) for _ in range(3)] == [["x"]] * 3


def test_sqs_60_when_the_dead_letter_queue_is_deleted_the_source_goes_on_delivering(sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    redrive(sqs, source, dead, after=1)
    send(sqs, source, "x")
    sqs.delete_queue(QueueUrl=dead)
    assert [bodies(receive(sqs, source, VisibilityTimeout=0)) for _ in range(3)] == [["x"]] * 3


def test_sqs_61_a_dead_letter_of_a_fifo_queue_no_longer_blocks_its_group(sqs):
    source, dead = fifo(sqs), fifo(sqs, "dead.fifo")
    redrive(sqs, source, dead, after=1)
    post(sqs, source, "A", "poison", "healthy")
    assert bodies(receive(sqs, source, 1, VisibilityTimeout=0)) == ["poison"]
    assert bodies(receive(sqs, source)) == ["healthy"]
    assert bodies(receive(sqs, dead)) == ["poison"]


def test_sqs_62_left_to_itself_a_move_task_moves_at_most_500_messages_a_second(lab, sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    redrive(sqs, source, dead, after=1)
    send_many(sqs, source, [f"m{n}" for n in range(600)])
    give_up(sqs, source, times=60)
    assert counts(sqs, dead)[0] == 600
    next_second(lab)
    sqs.start_message_move_task(SourceArn=arn_of(sqs, dead))
    lab.advance(0.9)
    assert 400 < move_task(sqs, dead)["ApproximateNumberOfMessagesMoved"] <= 500
    lab.run_until_idle()
    assert counts(sqs, source)[0] == 600
