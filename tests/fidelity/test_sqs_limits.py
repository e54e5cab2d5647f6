"""Batches, sizes, policies, keys and the other limits of SQS, with AWS's errors."""

from __future__ import annotations

import json

import pytest
from access import make_role
from learner import (
    ACCOUNT,
    OTHER_ACCOUNT,
    arn_of,
    attribute,
    bodies,
    counts,
    queue,
    receive,
    refused,
    send,
    set_attributes,
)

MEBIBYTE = 1_048_576


def entries(*texts, **parameters):
    return [{"Id": str(n), "MessageBody": text, **parameters} for n, text in enumerate(texts)]


def test_sqs_15_a_batch_has_at_most_10_entries_with_ids_of_their_own_and_may_fail_in_part(sqs):
    url = queue(sqs)
    with refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "You have sent 11."):
        sqs.send_message_batch(QueueUrl=url, Entries=entries(*"abcdefghijk"))
    with refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id same repeated."):
        same = [{"Id": "same", "MessageBody": text} for text in "ab"]
        sqs.send_message_batch(QueueUrl=url, Entries=same)
    with refused("AWS.SimpleQueueService.EmptyBatchRequest"):
        sqs.send_message_batch(QueueUrl=url, Entries=[])
    mixed = [
        {"Id": "good", "MessageBody": "x"},
        {"Id": "bad", "MessageBody": "x", "DelaySeconds": 901},
    ]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=mixed)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    (failed,) = answer["Failed"]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == ("bad", "InvalidParameterValue", True)
    assert counts(sqs, url) == (1, 0, 0)


def test_sqs_16_a_message_and_a_batch_are_at_most_1048576_bytes(sqs):
    url = queue(sqs)
    send(sqs, url, "x" * MEBIBYTE)
    with refused("InvalidParameterValue", "Message must be shorter than 1048576 bytes."):
        send(sqs, url, "x" * (MEBIBYTE + 1))
    half = "x" * (MEBIBYTE // 2)
    assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries(half, half))["Successful"]) == 2
    with refused("AWS.SimpleQueueService.BatchRequestTooLong", "You have sent 1048577 bytes."):
        sqs.send_message_batch(QueueUrl=url, Entries=entries(half, half + "x"))
    assert attribute(sqs, url, "MaximumMessageSize") == "1048576"
    set_attributes(sqs, url, MaximumMessageSize=1_024)
    send(sqs, url, "x" * 1_024)
    with refused("InvalidParameterValue", "Message must be shorter than 1024 bytes."):
        send(sqs, url, "x" * 1_025)
    for size in (1_023, MEBIBYTE + 1):
        with refused("InvalidAttributeValue", "MaximumMessageSize"):
            set_attributes(sqs, url, MaximumMessageSize=size)


# ---- further behaviours


def test_sqs_63_another_account_needs_the_queue_s_policy(lab, sqs):
    url = queue(sqs)
    stranger = lab.client("sqs", account=OTHER_ACCOUNT)
    with refused("AccessDenied", "because no resource-based policy allows the sqs:sendmessage action"):
        send(stranger, url, "x")
    sqs.add_permission(QueueUrl=url, Label="partner", AWSAccountIds=[OTHER_ACCOUNT], Actions=["SendMessage"])
    send(stranger, url, "x")
    with refused("AccessDenied"):
        receive(stranger, url)
    with refused("AccessDenied"):
        sqs_delete(stranger, url)
    sqs.remove_permission(QueueUrl=url, Label="partner")
    with refused("AccessDenied"):
        send(stranger, url, "x")
    assert counts(sqs, url) == (1, 0, 0)


def sqs_delete(client, url):
    client.delete_queue(QueueUrl=url)


def test_sqs_64_an_explicit_deny_stops_the_owner_too(sqs):
    url = queue(sqs)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": arn_of(sqs, url),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    set_attributes(sqs, url, Policy=policy)
    with refused("AccessDenied", "with an explicit deny in a resource-based policy"):
        send(sqs, url, "x")
    with refused("AccessDenied"):
        sqs.send_message_batch(QueueUrl=url, Entries=entries("x"))
    assert receive(sqs, url) == []


def test_sqs_65_a_permission_has_at_most_7_actions_a_policy_20_statements_and_some_are_the_owner_s(sqs):
    url = queue(sqs)

    def grant(label, *actions):
        sqs.add_permission(QueueUrl=url, Label=label, AWSAccountIds=[OTHER_ACCOUNT], Actions=list(actions))

    seven = ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "PurgeQueue")
    seven += ("GetQueueAttributes", "GetQueueUrl")
    grant("seven", *seven)
    with refused("OverLimit", "8 Actions were found, maximum allowed is 7."):
        grant("eight", *seven, "ListDeadLetterSourceQueues")
    with refused("InvalidParameterValue", "Only the queue owner is allowed to invoke this action."):
        grant("owner", "DeleteQueue")
    with refused("InvalidParameterValue", "Already exists."):
        grant("seven", "SendMessage")
    for number in range(19):
        grant(f"label{number}", "SendMessage")
    with refused("OverLimit", "21 Statements were found, maximum allowed is 20."):
        grant("twenty-first", "SendMessage")


def test_sqs_77_a_policy_has_at_most_8192_bytes_and_7_actions_a_statement(sqs):
    url = queue(sqs)

    def policy(*actions, sid="share"):
        return json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {
                    "Sid": sid,
                    "Effect": "Allow",
                    "Principal": {"AWS": OTHER_ACCOUNT},
                    "Action": [f"sqs:{action}" for action in actions],
                    "Resource": arn_of(sqs, url),
                },
            }
        )

    seven = ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "PurgeQueue")
    seven += ("GetQueueAttributes", "GetQueueUrl")
    set_attributes(sqs, url, Policy=policy(*seven))
    text = "8 actions were found in a statement from the submitted policy, max allowed is 7"
    with refused("OverLimit", text):
        set_attributes(sqs, url, Policy=policy(*seven, "ListDeadLetterSourceQueues"))
    rest = 8_192 - len(policy("SendMessage", sid=""))
    set_attributes(sqs, url, Policy=policy("SendMessage", sid="s" * rest))
    with refused("OverLimit", "Submitted policy is over max allowed size."):
        set_attributes(sqs, url, Policy=policy("SendMessage", sid="s" * (rest + 1)))


def test_sqs_66_a_queue_under_a_kms_key_needs_the_key(lab, sqs):
    kms = lab.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    url = queue(sqs, KmsMasterKeyId=key)
    send(sqs, url, "secret")
    kms.disable_key(KeyId=key)
    with refused("KMS.DisabledException", "is disabled."):
        send(sqs, url, "x")
    with refused("KMS.DisabledException"):
        receive(sqs, url)
    kms.enable_key(KeyId=key)
    assert bodies(receive(sqs, url)) == ["secret"]


def test_sqs_67_the_aws_managed_key_lets_no_other_account_in(lab, sqs):
    url = queue(sqs, KmsMasterKeyId="alias/aws/sqs")
    sqs.add_permission(QueueUrl=url, Label="partner", AWSAccountIds=[OTHER_ACCOUNT], Actions=["SendMessage"])
    send(sqs, url, "the owner may")
    with refused("KMS.AccessDeniedException"):
        send(lab.client("sqs", account=OTHER_ACCOUNT), url, "x")


def test_sqs_68_list_queues_pages_in_the_order_of_names(sqs):
    for number in range(5):
        queue(sqs, f"orders-{number}")
    queue(sqs, "unrelated")
    everything = sqs.list_queues(QueueNamePrefix="orders-")["QueueUrls"]
    assert len(everything) == 5
    first = sqs.list_queues(QueueNamePrefix="orders-", MaxResults=3)
    rest = sqs.list_queues(QueueNamePrefix="orders-", MaxResults=3, NextToken=first["NextToken"])
    assert first["QueueUrls"] + rest["QueueUrls"] == everything == sorted(everything)
    assert "NextToken" not in rest


def test_sqs_69_a_queue_has_at_most_50_tags(sqs):
    url = queue(sqs)
    sqs.tag_queue(QueueUrl=url, Tags={f"key{n}": "v" for n in range(50)})
    sqs.tag_queue(QueueUrl=url, Tags={"key0": "another value"})
    with refused("InvalidParameterValue", "Too many tags added for queue orders."):
        sqs.tag_queue(QueueUrl=url, Tags={"key50": "v"})
    sqs.untag_queue(QueueUrl=url, TagKeys=[f"key{n}" for n in range(1, 50)])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"key0": "another value"}


def test_sqs_79_tags_have_letters_digits_whitespace_and_some_marks(sqs):
    url = queue(sqs)
    tags = {"Größe 1": "klein", "a_b.c:d/e=f+g-h@i": "", "日本": "はい"}
    sqs.tag_queue(QueueUrl=url, Tags=tags)
    for wrong in ({"a*": "x"}, {"a": "<x>"}, {"AWS:a": "x"}):
        with refused("InvalidParameterValue"):
            sqs.tag_queue(QueueUrl=url, Tags={"good": "x", **wrong})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == tags


def test_sqs_80_a_number_lies_between_1e_minus_128_and_1e126(sqs):
    url = queue(sqs)

    def send_number(text):
        send(sqs, url, "x", MessageAttributes={"n": {"DataType": "Number", "StringValue": text}})

    for text in ("1e126", "-1e126", "1e-128", "0", "0.0", "00012.500"):
        send_number(text)
    for text in ("1.1e126", "-9e-129", "1e999999999", "Infinity"):
        with refused("InvalidParameterValue"):
            send_number(text)


@pytest.mark.parametrize("name", ["a" * 81, "orders!", "orders.standard"])
def test_sqs_70_a_queue_name_is_1_to_80_letters_digits_hyphens_and_underscores(sqs, name):
    assert queue(sqs, "a" * 80)
    with refused("InvalidParameterValue", "Can only include alphanumeric characters"):
        queue(sqs, name)


def test_sqs_71_a_queue_that_does_not_exist_is_named_by_the_older_code(sqs):
    with refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."):
        sqs.get_queue_url(QueueName="none")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        send(sqs, f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/none", "x")


def test_sqs_72_a_batch_id_is_at_most_80_letters_digits_hyphens_and_underscores(sqs):
    url = queue(sqs)
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "a" * 80, "MessageBody": "x"}])
    for wrong in ("a" * 81, "a.b", ""):
        with refused("AWS.SimpleQueueService.InvalidBatchEntryId"):
            sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": wrong, "MessageBody": "x"}])


def test_sqs_73_setting_one_attribute_leaves_the_others_and_a_wrong_one_changes_nothing(sqs):
    url = queue(sqs, DelaySeconds=5)
    set_attributes(sqs, url, VisibilityTimeout=60)
    assert attribute(sqs, url, "DelaySeconds") == "5"
    with refused("InvalidAttributeValue"):
        set_attributes(sqs, url, VisibilityTimeout=90, DelaySeconds=901)
    assert attribute(sqs, url, "VisibilityTimeout") == "60"


def test_sqs_74_a_malformed_receipt_handle_is_refused(sqs):
    first, second = queue(sqs), queue(sqs, "other")
    send(sqs, first, "x")
    (message,) = receive(sqs, first)
    for handle in ("no handle", message["ReceiptHandle"]):
        with refused("ReceiptHandleIsInvalid"):
            sqs.delete_message(QueueUrl=second, ReceiptHandle=handle)
    assert counts(sqs, first) == (0, 1, 0)


def test_sqs_82_a_policy_names_identities_that_exist(lab, sqs):
    url = queue(sqs)
    worker = f"arn:aws:iam::{ACCOUNT}:role/worker"

    def let(*identities):
        statement = {"Effect": "Allow", "Principal": {"AWS": list(identities)}, "Action": "sqs:SendMessage"}
        statements = [{**statement, "Resource": arn_of(sqs, url)}]
        set_attributes(sqs, url, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))

    for nobody in (worker, f"arn:aws:iam::{ACCOUNT}:user/somebody"):
        with refused("InvalidAttributeValue", "Invalid value for the parameter Policy."):
            let(ACCOUNT, nobody)
    make_role(lab, "worker", "lambda.amazonaws.com")
    let(worker, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{OTHER_ACCOUNT}:role/theirs")
    lab.client("iam").create_user(UserName="somebody")
    let(f"arn:aws:iam::{ACCOUNT}:user/somebody", lab.client("sts").get_caller_identity()["Arn"])


def test_sqs_81_a_condition_on_the_principal_s_arn_sees_the_role_and_not_its_session(lab, sqs):
    url = queue(sqs)
    role = f"arn:aws:iam::{ACCOUNT}:role/janitor"
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:PurgeQueue",
        "Resource": arn_of(sqs, url),
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": role}},
    }
    set_attributes(sqs, url, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    given = lab.client("sts").assume_role(RoleArn=role, RoleSessionName="monday")["Credentials"]
    janitor = lab.client(
        "sqs",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    with refused("AccessDenied", "with an explicit deny in a resource-based policy"):
        sqs.purge_queue(QueueUrl=url)
    janitor.purge_queue(QueueUrl=url)


def only_with_tls(resource, action):
    """The statement of the exam: what comes without TLS is refused, whoever sends it."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_sqs_83_a_policy_can_refuse_what_comes_without_tls(lab, sqs, sns):
    url = queue(sqs)
    set_attributes(sqs, url, Policy=only_with_tls(arn_of(sqs, url), "sqs:*"))
    plain = lab.client("sqs", use_ssl=False)
    with refused("AccessDenied", "with an explicit deny in a resource-based policy"):
        plain.send_message(QueueUrl=url, MessageBody="seen by everybody on the way")
    send(sqs, url, "sealed")
    assert bodies(receive(sqs, url)) == ["sealed"]
    topic = sns.create_topic(Name="news")["TopicArn"]
    policy = only_with_tls(topic, "SNS:Publish")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    with refused("AuthorizationError", "with an explicit deny in a resource-based policy"):
        lab.client("sns", use_ssl=False).publish(TopicArn=topic, Message="seen by everybody")
    assert sns.publish(TopicArn=topic, Message="sealed")["MessageId"]
