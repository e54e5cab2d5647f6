"""Server-side encryption of topics: may whoever publishes use the topic's key?

With KmsMasterKeyId each publish needs kms:GenerateDataKey and kms:Decrypt on the key. A service needs them,
too, so a topic under the AWS managed key ``alias/aws/sns`` takes nothing from alarms, rules or buckets: the
policy of that key cannot be changed. As with queues, a key is not looked at when it is set, but at a publish.

Sources: Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs"; botocore 1.44, SNS
Publish (errors).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.sns.errors import SNSError
from workbook.aws.sqs.encryption import SEND_ACTIONS, check_key
from workbook.aws.sqs.errors import KmsAccessDenied, KmsDisabled, KmsError, KmsInvalidState, KmsNotFound

if TYPE_CHECKING:
    from workbook.aws.policies import Principal
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

_CODES: dict[type[KmsError], str] = {
    KmsNotFound: "KMSNotFound",
    KmsDisabled: "KMSDisabled",
    KmsInvalidState: "KMSInvalidState",
    KmsAccessDenied: "KMSAccessDenied",
}


def demand_key(world: World, topic: Topic, principal: Principal) -> None:
    """Let a publisher pass that may use the topic's key, or whose topic has none.

    Raises:
        SNSError: KMSAccessDenied and the like.
    """
    key_id = topic.attributes.get("KmsMasterKeyId")
    if not key_id:
        return
    try:
        check_key(world, key_id, topic.arn, principal, SEND_ACTIONS, "sns")
    except KmsError as error:
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "KMSInvalidState")
        raise SNSError(code, error.message) from None
