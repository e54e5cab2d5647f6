"""Amazon SNS: topics that hand each message to all their subscribers at once.

    operations_* ── drafts ── publishing ── fan_out ──> delivery         a message's way
                       topic, subscription, registry                     what there is
                       protocols ── *_endpoints, documents               what differs by endpoint
                       phones, platforms, certificate, pacing            what endpoints outside AWS need
                       fifo, lanes, archive, replay                      FIFO topics
                       permissions, encryption, confirmation             who may, and who must agree
                       delivery_status                                   what CloudWatch Logs learns
    delivery_target                                                      how other services publish

Nothing of moto's SNS is used but its reading of requests and writing of answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.sns.responses import SNSResponse

from workbook.aws.operations import install_operations
from workbook.aws.query_requests import read_forms_once
from workbook.aws.sns import (
    operations_platforms,
    operations_publish,
    operations_sms,
    operations_subscriptions,
    operations_topics,
    tags,
)

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["OPERATIONS", "install"]

OPERATIONS = {
    operation.__name__: operation
    for operation in (
        operations_topics.create_topic,
        operations_topics.delete_topic,
        operations_topics.list_topics,
        operations_topics.get_topic_attributes,
        operations_topics.set_topic_attributes,
        operations_topics.add_permission,
        operations_topics.remove_permission,
        operations_topics.get_data_protection_policy,
        operations_topics.put_data_protection_policy,
        operations_subscriptions.subscribe,
        operations_subscriptions.confirm_subscription,
        operations_subscriptions.unsubscribe,
        operations_subscriptions.list_subscriptions,
        operations_subscriptions.list_subscriptions_by_topic,
        operations_subscriptions.get_subscription_attributes,
        operations_subscriptions.set_subscription_attributes,
        operations_publish.publish,
        operations_publish.publish_batch,
        operations_platforms.create_platform_application,
        operations_platforms.get_platform_application_attributes,
        operations_platforms.set_platform_application_attributes,
        operations_platforms.list_platform_applications,
        operations_platforms.delete_platform_application,
        operations_platforms.create_platform_endpoint,
        operations_platforms.get_endpoint_attributes,
        operations_platforms.set_endpoint_attributes,
        operations_platforms.delete_endpoint,
        operations_platforms.list_endpoints_by_platform_application,
        operations_sms.set_sms_attributes,
        operations_sms.get_sms_attributes,
        operations_sms.check_if_phone_number_is_opted_out,
        operations_sms.list_phone_numbers_opted_out,
        operations_sms.opt_in_phone_number,
        operations_sms.get_sms_sandbox_account_status,
        operations_sms.create_sms_sandbox_phone_number,
        operations_sms.verify_sms_sandbox_phone_number,
        operations_sms.delete_sms_sandbox_phone_number,
        operations_sms.list_sms_sandbox_phone_numbers,
        operations_sms.list_origination_numbers,
        tags.tag_resource,
        tags.untag_resource,
        tags.list_tags_for_resource,
    )
}


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's; their answers are written as they are."""
    read_forms_once(patches, SNSResponse)
    patches.set(SNSResponse, "RESPONSE_KEY_PATH_TO_TRANSFORMER", {})
    install_operations(patches, SNSResponse, OPERATIONS)
