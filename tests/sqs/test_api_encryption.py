"""SSE-KMS: the queue's key must exist, be enabled, and let the caller in."""

from __future__ import annotations

import json

import pytest
from refusals import refused

from workbook.aws.policies import Principal
from workbook.aws.sqs.encryption import SEND_ACTIONS, check_key
from workbook.aws.sqs.errors import KmsAccessDenied

OWNER, OTHER = "123456789012", "999999999999"
ARN = f"arn:aws:sqs:us-east-1:{OWNER}:orders"


@pytest.fixture
def kms(lab):
    return lab.client("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["KeyId"]


def encrypted(sqs, key):
    return sqs.create_queue(QueueName="orders", Attributes={"KmsMasterKeyId": key})["QueueUrl"]


def send(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")


def key_policy(**statement):
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}
    )


def test_the_managed_key_always_works_within_the_account(sqs):
    queue = encrypted(sqs, "alias/aws/sqs")
    send(sqs, queue)
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1


def test_a_key_works_by_id_arn_alias_and_alias_arn(lab, sqs, kms, key):
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    arn = f"arn:aws:kms:us-east-1:{OWNER}"
    for number, name in enumerate([key, f"{arn}:key/{key}", "alias/orders", f"{arn}:alias/orders"]):
        queue = sqs.create_queue(QueueName=f"orders-{number}", Attributes={"KmsMasterKeyId": name})[
            "QueueUrl"
        ]
        send(sqs, queue)
        assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1


@pytest.mark.parametrize(
    "name", ["testKeyId", "alias/none", f"arn:aws:kms:us-east-1:{OWNER}:key/none", "not:an:arn"]
)
def test_a_key_that_does_not_exist_is_noticed_by_the_first_send(sqs, name):
    queue = encrypted(sqs, name)
    with refused("KMS.NotFoundException", shape="KmsNotFound"):
        send(sqs, queue)


@pytest.mark.parametrize("name", ["arn:", "arn:aws:kms", "arn:aws:kms:nowhere-1:123456789012:key/none"])
def test_an_arn_that_names_no_region_of_aws_is_no_traceback(sqs, name):
    queue = encrypted(sqs, name)
    with refused("KMS.NotFoundException", shape="KmsNotFound"):
        send(sqs, queue)


def test_a_key_of_another_region_cannot_be_used(lab, sqs):
    foreign = lab.client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]
    queue = encrypted(sqs, foreign)
    with refused("KMS.NotFoundException", shape="KmsNotFound") as caught:
        send(sqs, queue)
    assert caught.value.response["Error"]["Message"].startswith("Invalid arn eu-west-1 (Service: AWSKMS;")


def test_a_disabled_key_stops_sends_and_receives_and_loses_nothing(sqs, kms, key):
    queue = encrypted(sqs, key)
    send(sqs, queue)
    kms.disable_key(KeyId=key)
    for operation, parameters in (("send_message", {"MessageBody": "x"}), ("receive_message", {})):
        with refused("KMS.DisabledException", shape="KmsDisabled"):
            getattr(sqs, operation)(QueueUrl=queue, **parameters)
    kms.enable_key(KeyId=key)
    assert len(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]) == 1


def test_a_key_that_will_be_deleted_is_in_an_invalid_state(sqs, kms, key):
    queue = encrypted(sqs, key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with refused("KMS.InvalidStateException", shape="KmsInvalidState"):
        send(sqs, queue)


def test_only_keys_for_symmetric_encryption_can_be_used(sqs, kms):
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    with refused("KMS.InvalidKeyUsageException", shape="KmsInvalidKeyUsage"):
        send(sqs, encrypted(sqs, key))


def test_a_key_policy_that_leaves_the_caller_out_denies(sqs, kms, key):
    queue = encrypted(sqs, key)
    someone = {"AWS": f"arn:aws:iam::{OWNER}:role/someone"}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy(Principal=someone, Action="kms:*"))
    with refused("KMS.AccessDeniedException", shape="KmsAccessDenied") as caught:
        send(sqs, queue)
    assert "is not authorized to perform: kms:GenerateDataKey on resource" in str(caught.value)


def test_a_receive_that_may_not_decrypt_is_told_so_in_the_words_of_kms(sqs, kms, key):
    queue = encrypted(sqs, key)
    send(sqs, queue)
    everyone = {"Principal": "*", "Action": "kms:GenerateDataKey"}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy(**everyone))
    with refused("KMS.AccessDeniedException", shape="KmsAccessDenied") as caught:
        sqs.receive_message(QueueUrl=queue)
    assert caught.value.response["Error"]["Message"].startswith(
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, "
        "or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDenied"
    )


def test_reading_needs_decrypt_only(sqs, kms, key):
    queue = encrypted(sqs, key)
    send(sqs, queue)
    root = {"AWS": f"arn:aws:iam::{OWNER}:root"}
    kms.put_key_policy(
        KeyId=key, PolicyName="default", Policy=key_policy(Principal=root, Action="kms:Decrypt")
    )
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1
    with refused("KMS.AccessDeniedException"):
        send(sqs, queue)


def test_other_accounts_cannot_use_the_managed_key(lab, sqs):
    queue = encrypted(sqs, "alias/aws/sqs")
    sqs.add_permission(QueueUrl=queue, Label="all", AWSAccountIds=[OTHER], Actions=["SendMessage"])
    with refused("KMS.AccessDeniedException"):
        send(lab.client("sqs", account=OTHER), queue)


def test_a_service_needs_its_own_statement_in_the_policy_of_a_customer_key(lab, sqs, kms, key):
    sns = Principal.of_service("sns.amazonaws.com")
    with pytest.raises(KmsAccessDenied):
        check_key(lab.world, "alias/aws/sqs", ARN, sns, SEND_ACTIONS)
    with pytest.raises(KmsAccessDenied):
        check_key(lab.world, key, ARN, sns, SEND_ACTIONS)
    service = {"Service": "sns.amazonaws.com"}
    kms.put_key_policy(
        KeyId=key, PolicyName="default", Policy=key_policy(Principal=service, Action=list(SEND_ACTIONS))
    )
    check_key(lab.world, key, ARN, sns, SEND_ACTIONS)


def test_a_batch_under_a_bad_key_sends_nothing(sqs):
    queue = encrypted(sqs, "testKeyId")
    with refused("KMS.NotFoundException"):
        sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "x"}])
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"SqsManagedSseEnabled": "true"})
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
