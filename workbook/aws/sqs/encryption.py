"""Server-side encryption: may this caller use the queue's key?

With SSE-SQS (the default) SQS holds the key and nobody is asked. With SSE-KMS every send needs
kms:GenerateDataKey and kms:Decrypt, every receive kms:Decrypt, and the key's own policy decides. That is why
a queue under the AWS managed key ``alias/aws/sqs`` takes no messages from other services or accounts: the
policy of that key cannot be changed.

AWS does not look at a key when it is set on a queue, so a key that does not exist is noticed by the first
send.

Fidelity: AWS asks KMS again only after KmsDataKeyReusePeriodSeconds; here the key is asked each time, so a
key that is disabled stops the queue at once. The key in force is the queue's present one, also for messages
sent under another.

Sources: Developer Guide, "Encryption at rest" and "Key management"; botocore 1.44 service model of SQS
(errors).
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbook.aws.policies import PolicyError, Principal, Verdict, parse_policy
from workbook.aws.policy_conditions import request_keys
from workbook.aws.sqs.errors import (
    KmsAccessDenied,
    KmsDisabled,
    KmsError,
    KmsInvalidKeyUsage,
    KmsInvalidState,
    KmsNotFound,
)
from workbook.engine.world import World

if TYPE_CHECKING:
    from moto.kms.models import Key

MANAGED_KEY = "alias/aws/{service}"
"""The key that AWS makes for a service; its policy cannot be changed."""
SEND_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
RECEIVE_ACTIONS = ("kms:Decrypt",)
_ENCRYPTION_CONTEXT = {
    "sqs": "kms:EncryptionContext:aws:sqs:arn",
    "sns": "kms:EncryptionContext:aws:sns:topicArn",
}


def check_key(
    world: World,
    key_id: str,
    resource_arn: str,
    principal: Principal,
    actions: tuple[str, ...],
    service: str = "sqs",
) -> None:
    """Whether ``principal`` may use a key (by id, ARN, alias or alias ARN) for the messages of a queue.

    Topics have keys, too, and ask the same with ``service`` "sns".

    Raises:
        KmsNotFound, KmsDisabled, KmsInvalidState, KmsInvalidKeyUsage: the key cannot be used.
        KmsAccessDenied: the key's policy does not let this caller.
    """
    region, account = resource_arn.split(":")[3:5]
    managed_key = MANAGED_KEY.format(service=service)
    if _alias_of(key_id) == managed_key:
        if principal.account != account:
            raise _denied(world, principal, actions[0], f"arn:aws:kms:{region}:{account}:{managed_key}")
        return
    key = _find_key(key_id, region, account)
    if key is None:
        raise _kms_error(world, KmsNotFound, "NotFoundException", _not_found_text(key_id, region, account))
    _check_state(world, key)
    for action in actions:
        if not _allowed(world, key, principal, action, resource_arn, service):
            raise _denied(world, principal, action, str(key.arn))


def _find_key(key_id: str, region: str, account: str) -> Key | None:
    if key_id.startswith("arn:"):
        named_region, account = _region_and_account(key_id)
        if named_region != region:
            return None  # a key works in its own Region only
    from moto.kms.models import kms_backends  # noqa: PLC0415 - most queues have no key of their own

    with contextlib.suppress(KeyError, AttributeError, TypeError):
        backend = kms_backends[account][region]
        return backend.keys[_resolved(backend.any_id_to_key_id(key_id))]
    return None


def _region_and_account(arn: str) -> tuple[str, str]:
    parts = arn.split(":")
    return (parts[3], parts[4]) if len(parts) >= 6 else ("", "")


def _resolved(key_id: str | None) -> str:
    if key_id is None:
        raise KeyError(key_id)
    return key_id


def _alias_of(key_id: str) -> str:
    return key_id.split(":", 5)[5] if key_id.startswith("arn:") and key_id.count(":") == 5 else key_id


def _check_state(world: World, key: Key) -> None:
    if key.key_state in {"PendingDeletion", "PendingImport", "Unavailable"}:
        state = {"PendingDeletion": "pending deletion", "PendingImport": "pending import"}.get(
            key.key_state, "unavailable"
        )
        raise _kms_error(world, KmsInvalidState, "KMSInvalidStateException", f"{key.arn} is {state}.")
    if not key.enabled:
        raise _kms_error(world, KmsDisabled, "DisabledException", f"{key.arn} is disabled.")
    usage = key.key_usage or "ENCRYPT_DECRYPT"  # moto keeps None for AWS's default
    if usage != "ENCRYPT_DECRYPT" or key.key_spec != "SYMMETRIC_DEFAULT":
        text = f"{key.arn} key usage is {usage} which is not valid for GenerateDataKey."
        raise _kms_error(world, KmsInvalidKeyUsage, "InvalidKeyUsageException", text)


def _allowed(
    world: World, key: Key, principal: Principal, action: str, resource_arn: str, service: str
) -> bool:
    context: Mapping[str, object] = {
        **request_keys(world.clock.datetime(), key.region, key.account_id),
        "kms:ViaService": f"{service}.{key.region}.amazonaws.com",
        "kms:CallerAccount": principal.account,
        _ENCRYPTION_CONTEXT[service]: resource_arn,
    }
    try:
        policy = parse_policy(key.policy)
    except PolicyError:
        return False
    # The usual policy of a key names the account's root, which hands the decision to the account's own IAM
    # policies; those are not evaluated here, so it lets every identity of the account in.
    return policy.verdict(principal, action, str(key.arn), context) is Verdict.ALLOWED


def _denied(world: World, principal: Principal, action: str, key_arn: str) -> KmsError:
    text = (
        f"User: {principal.arn} is not authorized to perform: {action} on resource: {key_arn} "
        f"because no resource-based policy allows the {action} action"
    )
    if action == "kms:Decrypt":  # KMS is given no key to decrypt with, so it names none
        text = (
            "The ciphertext refers to a customer master key that does not exist, does not exist in this "
            "region, or you are not allowed to access."
        )
    return _kms_error(world, KmsAccessDenied, "AccessDeniedException", text)


def _not_found_text(key_id: str, region: str, account: str) -> str:
    named_region = _region_and_account(key_id)[0] if key_id.startswith("arn:") else region
    if named_region != region:
        return f"Invalid arn {named_region}"
    name = _alias_of(key_id)
    if name.startswith("alias/"):
        return f"Alias arn:aws:kms:{region}:{account}:{name} is not found."
    arn = key_id if key_id.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{key_id}"
    return f"Key '{arn}' does not exist"


def _kms_error(world: World, error: type[KmsError], kms_code: str, text: str) -> KmsError:
    request_id = world.seeds.uuid("kms.request-id")
    service = (
        f"Service: AWSKMS; Status Code: 400; Error Code: {kms_code}; Request ID: {request_id}; Proxy: null"
    )
    return error(f"{text} ({service})")
