"""What moto 5.2.5 does wrong or does not do with SQS, and the lab does as AWS: the rows GAP of the ledger.

Where a row of AWS's own behaviour has a test already, the ledger names that one instead.
"""

from __future__ import annotations

import json

import pytest
from learner import (
    ACCOUNT,
    DAY,
    at,
    attribute,
    bodies,
    change_visibility,
    contents,
    counts,
    fifo,
    post,
    queue,
    receive,
    redrive,
    refused,
    send,
    set_attributes,
)


def test_gap_01_a_group_comes_back_in_order_after_its_visibility_timeout(lab, sqs):
    url = fifo(sqs)
    post(sqs, url, "A", "A1", "A2", "A3")
    post(sqs, url, "B", "B1")
    assert bodies(receive(sqs, url, 2)) == ["A1", "A2"]
    lab.advance(31)
    seen = bodies(receive(sqs, url))
    assert [body for body in seen if body != "B1"] == ["A1", "A2", "A3"]
    assert len(seen) == 4


def test_gap_03_a_duplicate_is_answered_with_the_original_s_id_and_sequence_number(sqs):
    url = fifo(sqs)
    (original,) = post(sqs, url, "g", "x")
    (duplicate,) = post(sqs, url, "g", "x")
    assert duplicate["MessageId"] == original["MessageId"]
    assert duplicate["SequenceNumber"] == original["SequenceNumber"]


def test_gap_04_sequence_numbers_grow_also_with_content_based_deduplication(sqs):
    url = fifo(sqs, ContentBasedDeduplication="true")
    numbers = [
        sqs.send_message(QueueUrl=url, MessageBody=str(n), MessageGroupId=f"g{n % 3}")["SequenceNumber"]
        for n in range(20)
    ]
    assert all(len(number) == 20 and number.isdigit() for number in numbers)
    assert numbers == sorted(set(numbers))
    shown = [message["Attributes"]["SequenceNumber"] for message in receive(sqs, url)]
    assert set(shown) <= set(numbers)


def test_gap_05_with_the_scope_message_group_an_id_counts_within_its_group(sqs):
    url = fifo(sqs, DeduplicationScope="messageGroup")
    for group in ("A", "A", "B"):
        send(sqs, url, f"for {group}", MessageGroupId=group, MessageDeduplicationId="1")
    assert bodies(receive(sqs, url)) == ["for A", "for B"]


def test_gap_06_high_throughput_needs_deduplication_by_message_group(sqs):
    reason = "allowed only when the value for DeduplicationScope is messageGroup"
    with refused("InvalidAttributeValue", reason):
        fifo(sqs, DeduplicationScope="queue", FifoThroughputLimit="perMessageGroupId")
    with refused("InvalidAttributeName", "only when FifoQueue is set to true."):
        queue(sqs, FifoThroughputLimit="perQueue")


def test_gap_10_a_dead_letter_is_not_lost_where_its_deduplication_id_is_known(sqs):
    source, dead = fifo(sqs), fifo(sqs, "dead.fifo")
    redrive(sqs, source, dead, after=1)
    post(sqs, dead, "g", "x")
    post(sqs, source, "g", "x")
    receive(sqs, source, VisibilityTimeout=0)
    assert receive(sqs, source) == []
    messages = receive(sqs, dead)
    assert bodies(messages) == ["x", "x"]
    assert messages[1]["Attributes"]["MessageDeduplicationId"] == messages[1]["MessageId"]


def test_gap_11_the_12_hours_count_from_the_receive_not_from_the_sending(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "old")
    lab.advance(40_000)
    (message,) = receive(sqs, url)
    start = lab.now
    change_visibility(sqs, url, message, 4_000)
    at(lab, start, 3_999)
    assert receive(sqs, url) == []


def test_gap_12_only_a_message_in_flight_can_be_hidden_in_a_fifo_queue(lab, sqs):
    strict, standard = fifo(sqs), queue(sqs)
    post(sqs, strict, "g", "x")
    send(sqs, standard, "x")
    (of_fifo,), (of_standard,) = receive(sqs, strict), receive(sqs, standard)
    lab.advance(30)
    with refused("AWS.SimpleQueueService.MessageNotInflight"):
        change_visibility(sqs, strict, of_fifo, 60)
    assert bodies(receive(sqs, strict)) == ["x"]
    change_visibility(sqs, standard, of_standard, 60)  # a standard queue takes it


def test_gap_13_the_handle_of_an_earlier_receive_hides_nothing_in_a_fifo_queue(lab, sqs):
    strict, standard = fifo(sqs), queue(sqs)
    post(sqs, strict, "g", "x")
    send(sqs, standard, "x")
    (old_of_fifo,), (old_of_standard,) = receive(sqs, strict), receive(sqs, standard)
    lab.advance(30)
    start = lab.now
    receive(sqs, strict)
    receive(sqs, standard)
    with refused("InvalidParameterValue", "not available for visibility timeout change."):
        change_visibility(sqs, strict, old_of_fifo, 600)
    change_visibility(sqs, standard, old_of_standard, 0)  # a standard queue takes it
    assert bodies(receive(sqs, standard)) == ["x"]
    at(lab, start, 30)
    assert bodies(receive(sqs, strict)) == ["x"]


def test_gap_17_error_texts_are_aws_s_to_the_letter(sqs):
    with pytest.raises(sqs.exceptions.ClientError) as caught:
        sqs.receive_message(QueueUrl=queue(sqs), WaitTimeSeconds=21)
    text = "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
    assert caught.value.response["Error"]["Message"] == text


def test_gap_18_batches_of_deletes_and_of_visibility_changes_have_the_same_rules(sqs):
    url = queue(sqs)
    send(sqs, url, "x")
    (message,) = receive(sqs, url)
    handle = {"ReceiptHandle": message["ReceiptHandle"]}
    hiding = {**handle, "VisibilityTimeout": 60}
    for operation, entry in (
        (sqs.delete_message_batch, handle),
        (sqs.change_message_visibility_batch, hiding),
    ):
        with refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest"):
            operation(QueueUrl=url, Entries=[{"Id": str(n), **entry} for n in range(11)])
        with refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct"):
            operation(QueueUrl=url, Entries=[{"Id": "same", **entry}] * 2)
        with refused("AWS.SimpleQueueService.EmptyBatchRequest"):
            operation(QueueUrl=url, Entries=[])
        answer = operation(
            QueueUrl=url, Entries=[{"Id": "bad", **entry, "ReceiptHandle": "none"}, {"Id": "good", **entry}]
        )
        assert [entry["Id"] for entry in answer["Failed"]] == ["bad"]
        assert answer["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"
        send(sqs, url, "x")
        (message,) = receive(sqs, url)
        hiding["ReceiptHandle"] = message["ReceiptHandle"]


def test_gap_20_a_bad_entry_fails_alone_but_stops_a_batch_to_a_fifo_queue(sqs):
    url, strict = queue(sqs), fifo(sqs)
    wrong_type = {"a": {"DataType": "Colour", "StringValue": "red"}}
    answer = sqs.send_message_batch(
        QueueUrl=url,
        Entries=[
            {"Id": "good", "MessageBody": "x"},
            {"Id": "type", "MessageBody": "x", "MessageAttributes": wrong_type},
        ],
    )
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert [(entry["Id"], entry["Code"]) for entry in answer["Failed"]] == [("type", "InvalidParameterValue")]
    assert counts(sqs, url) == (1, 0, 0)
    with refused("InvalidParameterValue", "The request must contain the parameter MessageGroupId."):
        sqs.send_message_batch(
            QueueUrl=strict,
            Entries=[
                {"Id": "good", "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "1"},
                {"Id": "group", "MessageBody": "x", "MessageDeduplicationId": "2"},
            ],
        )
    assert counts(sqs, strict) == (0, 0, 0)


def test_gap_21_a_size_is_in_bytes_with_attributes_and_there_are_at_most_10_of_them(sqs):
    url = queue(sqs, MaximumMessageSize=1_024)
    send(sqs, url, "€" * 341)
    with refused("InvalidParameterValue", "Message must be shorter than 1024 bytes."):
        send(sqs, url, "€" * 342)
    text = {"DataType": "String", "StringValue": "v"}
    send(sqs, url, "x" * 1_016, MessageAttributes={"a": text})  # name 1, type 6, value 1
    with refused("InvalidParameterValue", "Message must be shorter than 1024 bytes."):
        send(sqs, url, "x" * 1_017, MessageAttributes={"a": text})
    send(sqs, url, "x", MessageAttributes={f"a{n}": text for n in range(10)})
    with refused("InvalidParameterValue"):
        send(sqs, url, "x", MessageAttributes={f"a{n}": text for n in range(11)})


def test_gap_22_a_body_is_not_empty_and_has_only_characters_that_sqs_takes(sqs):
    url = queue(sqs)
    with refused("MissingParameter", "The request must contain the parameter MessageBody."):
        send(sqs, url, "")
    for forbidden in ("\x01", "\x0b", "\ufffe"):
        with refused("InvalidMessageContents"):
            send(sqs, url, f"a{forbidden}b")
    send(sqs, url, "tab\t, line\r\n, \ue000, \U0001f4e6")
    assert counts(sqs, url) == (1, 0, 0)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("DelaySeconds", 0, 900),
        ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
        ("MaximumMessageSize", 1_024, 1_048_576),
        ("MessageRetentionPeriod", 60, 1_209_600),
        ("ReceiveMessageWaitTimeSeconds", 0, 20),
        ("VisibilityTimeout", 0, 43_200),
    ],
)
def test_gap_23_an_attribute_outside_its_range_is_refused(sqs, name, least, most):
    for number, value in enumerate((least, most)):
        assert queue(sqs, f"allowed-{number}", **{name: value})
    for value in (least - 1, most + 1):
        with refused("InvalidAttributeValue", f"Invalid value for the parameter {name}."):
            queue(sqs, "refused", **{name: value})


def test_gap_24_a_dead_letter_names_the_queue_it_comes_from(sqs):
    source, dead = queue(sqs), queue(sqs, "dead")
    redrive(sqs, source, dead, after=1)
    send(sqs, source, "x")
    receive(sqs, source, VisibilityTimeout=0)
    receive(sqs, source)
    (message,) = receive(sqs, dead)
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn


def test_gap_26_a_redrive_allow_policy_is_an_attribute_like_others(sqs):
    url = queue(sqs)
    policy = json.dumps({"redrivePermission": "denyAll"})
    assert attribute(sqs, url, "RedriveAllowPolicy") is None
    set_attributes(sqs, url, RedriveAllowPolicy=policy)
    assert attribute(sqs, url, "RedriveAllowPolicy") == policy
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert shown["RedriveAllowPolicy"] == policy


def test_gap_28_an_expired_message_does_not_hide_the_next_one_and_is_not_counted(lab, sqs):
    url, dead = queue(sqs, MessageRetentionPeriod=DAY), queue(sqs, "dead")
    redrive(sqs, url, dead, after=1)
    send(sqs, url, "old")
    lab.advance(DAY)
    send(sqs, url, "new")
    assert counts(sqs, url) == (1, 0, 0)
    assert bodies(receive(sqs, url, VisibilityTimeout=0)) == ["new"]
    assert receive(sqs, url) == []
    assert contents(lab, dead) == ["new"]
    lab.advance(days=4)
    assert counts(sqs, dead) == (0, 0, 0)


def test_gap_29_a_kms_key_must_exist_and_replaces_sse_sqs(lab, sqs):
    url = queue(sqs)
    assert attribute(sqs, url, "SqsManagedSseEnabled") == "true"
    set_attributes(sqs, url, KmsMasterKeyId="alias/none")
    assert attribute(sqs, url, "SqsManagedSseEnabled") == "false"
    with refused("KMS.NotFoundException"):
        send(sqs, url, "x")
    with refused("InvalidAttributeName", "one type of server-side encryption (SSE) at one time"):
        set_attributes(sqs, url, KmsMasterKeyId="alias/aws/sqs", SqsManagedSseEnabled="true")


def test_gap_30_setting_another_attribute_keeps_the_policy(sqs):
    url = queue(sqs)
    sqs.add_permission(QueueUrl=url, Label="all", AWSAccountIds=[ACCOUNT], Actions=["*"])
    policy = attribute(sqs, url, "Policy")
    assert policy
    set_attributes(sqs, url, VisibilityTimeout=60)
    assert attribute(sqs, url, "Policy") == policy


def test_gap_34_a_url_of_another_account_or_region_is_another_queue(lab, sqs):
    url = queue(sqs)
    for other in (url.replace(ACCOUNT, "9" * 12), url.replace("us-east-1", "eu-west-1")):
        with pytest.raises(sqs.exceptions.QueueDoesNotExist):
            send(sqs, other, "x")
    assert contents(lab, url) == []


def test_gap_35_timestamps_of_a_queue_are_whole_seconds(lab, sqs):
    created = str(int(lab.now.timestamp()))
    url = queue(sqs)
    lab.advance(10)
    set_attributes(sqs, url, DelaySeconds=1)
    assert attribute(sqs, url, "CreatedTimestamp") == created
    assert attribute(sqs, url, "LastModifiedTimestamp") == str(int(created) + 10)
