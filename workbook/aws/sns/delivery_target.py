"""SNS takes what another service publishes: the topic's policy, its key, and then a message like any other.

Alarms, rules, schedules, buckets and functions' destinations come this way. A service comes in its own name
and needs the topic's policy, or with a role and needs the role's policy too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import Failure, Parcel, Sender, Target, Undelivered
from workbook.aws.delivery.permission import demand_role
from workbook.aws.roles import role_session
from workbook.aws.sns.drafts import refuse_oversized
from workbook.aws.sns.encryption import demand_key
from workbook.aws.sns.errors import SNSError, Throttled
from workbook.aws.sns.message_attributes import size_of
from workbook.aws.sns.permissions import Decision, refusal, service_access, topic_access
from workbook.aws.sns.publishing import Draft, accept, check_identifiers
from workbook.aws.sns.registry import find_topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.policies import Principal
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

_NAMES = {"cloudwatch.amazonaws.com": "CloudWatch Alarms"}
"""How AWS's refusals name a service; others by their principal."""


def accept_for_sns(world: World, sender: Sender, arn: str, parcel: Parcel) -> Mapping[str, Any]:
    """Take what is delivered to a topic, or to the endpoint of an app.

    Raises:
        Undelivered: it does not take it.
    """
    if ":endpoint/" not in arn:
        return publish_as_service(world, sender, arn, parcel)
    from workbook.aws.sns import mobile_endpoints  # noqa: PLC0415 - loaded by whoever first has such an endpoint

    return mobile_endpoints.accept(world, sender, arn, parcel)


def publish_as_service(world: World, sender: Sender, topic_arn: str, parcel: Parcel) -> Mapping[str, str]:
    """Publish what a service delivers to a topic; the answer is Publish's.

    Raises:
        Undelivered: there is no such topic, its policy or key does not let the service, or the message is
            none that the topic takes.
    """
    topic = find_topic(world, topic_arn)
    if topic is None:
        raise Undelivered(Failure.NO_RESOURCE, "Topic does not exist", status=404)
    demand_role(world, sender, "sns:Publish", topic_arn)
    principal = _demand_permission(world, sender, topic)
    draft = Draft(
        message=parcel.text,
        size=len(parcel.text.encode()) + size_of(parcel.attributes),
        subject=parcel.subject,
        attributes=parcel.attributes,
        texts=parcel.options.get("TextsByProtocol"),
        group_id=parcel.group_id,
        deduplication_id=parcel.deduplication_id,
    )
    try:
        demand_key(world, topic, principal)
        refuse_oversized(draft, topic.message_size)
        check_identifiers(draft, topic)
        accepted = accept(world, topic, draft)
    except SNSError as error:
        raise Undelivered(_failure_of(error), error.message, status=400) from None
    answer = {"MessageId": accepted.message_id}
    if accepted.sequence_number is not None:
        answer["SequenceNumber"] = accepted.sequence_number
    return answer


def _demand_permission(world: World, sender: Sender, topic: Topic) -> Principal:
    if sender.role_arn is None:
        who, principal = _NAMES.get(sender.service, f"User: {sender.service}"), sender.principal
        decision: Decision = service_access(world, topic, sender)
    else:
        principal = role_session(sender.role_arn, sender.service)
        who, decision = f"User: {principal.arn}", topic_access(world, topic, principal, "Publish")
    if not decision.allowed:
        raise Undelivered(Failure.NO_PERMISSION, refusal(who, "Publish", topic, decision), status=403)
    return principal


def _failure_of(error: SNSError) -> Failure:
    if isinstance(error, Throttled):
        return Failure.THROTTLED
    return Failure.NO_PERMISSION if error.code.startswith("KMS") else Failure.REJECTED


TARGET = Target(accept_for_sns)
