"""The operations on subscriptions: subscribe, confirm, list, show, set, unsubscribe.

Sources: botocore 1.44, SNS; answers of AWS recorded in public test suites (2023 to 2025).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.operations import Answer, Call
from workbook.aws.sns import confirmation
from workbook.aws.sns.arns import read_topic_arn
from workbook.aws.sns.errors import AuthorizationError, InvalidAttribute, InvalidParameter
from workbook.aws.sns.paging import page
from workbook.aws.sns.permissions import demand_access
from workbook.aws.sns.protocols import Protocol, find_protocol
from workbook.aws.sns.registry import demand_subscription, demand_topic, find_subscription, topics_of
from workbook.aws.sns.replay import begin_replay
from workbook.aws.sns.subscription import TRUE, Subscription
from workbook.aws.sns.subscription_attributes import (
    checked_attributes,
    compiled_filter,
    differs,
    shown_attributes,
)
from workbook.aws.sns.topic import DEFAULT_MESSAGE_SIZE, Topic
from workbook.aws.sns.topic_attributes import (
    SUBSCRIPTIONS_WITH_LARGE_MESSAGES,
    large_messages_not_for,
    too_many_for_large_messages,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PENDING = "pending confirmation"


def subscribe(call: Call) -> Answer:
    """Let an endpoint get the messages of a topic, or find its subscription, if it is what is asked for."""
    parameters, world = call.parameters, call.world
    arn = str(parameters.get("TopicArn") or "")
    read_topic_arn(arn, call.region)
    protocol = find_protocol(str(parameters["Protocol"]))
    topic = demand_topic(world, arn, call.region)
    demand_access(call, topic, "Subscribe")
    endpoint = str(parameters.get("Endpoint") or "")
    given: dict[str, str] = dict(parameters.get("Attributes") or {})
    _check_endpoint(topic, protocol, endpoint, given)
    attributes = _checked(given, {}, protocol, topic, endpoint)
    subscription = topic.find_subscription(protocol.name, endpoint)
    if subscription is None:
        _refuse_beyond_limits(topic, protocol)
        subscription = _new_subscription(call, topic, protocol, endpoint, attributes)
    elif differs(subscription, attributes):
        raise InvalidParameter.of("Attributes", "Subscription already exists with different attributes")
    elif not subscription.confirmed:
        confirmation.ask_to_confirm(world, subscription)
    if subscription.confirmed or parameters.get("ReturnSubscriptionArn"):
        return {"SubscriptionArn": subscription.arn}
    return {"SubscriptionArn": PENDING}


def confirm_subscription(call: Call) -> Answer:
    """Prove with the token that the endpoint's owner wants the messages."""
    parameters = call.parameters
    confirmation.check_token(str(parameters["Token"]))
    topic = demand_topic(call.world, str(parameters["TopicArn"]), call.region)
    subscription = confirmation.confirm(
        call.world,
        topic,
        str(parameters["Token"]),
        authenticated=call.is_signed,
        unsubscribe_needs_authentication=parameters.get("AuthenticateOnUnsubscribe") == TRUE,
    )
    return {"SubscriptionArn": subscription.arn}


def unsubscribe(call: Call) -> Answer:
    """End a subscription; one that does not exist does no harm."""
    subscription = find_subscription(
        call.world, str(call.parameters.get("SubscriptionArn") or ""), call.region
    )
    if subscription is None:
        return None
    if not subscription.confirmed:
        raise InvalidParameter(
            "Invalid parameter: This operation is only permitted on confirmed subscriptions"
        )  # unverified
    owns = call.is_signed and call.caller.account in {subscription.owner, subscription.topic.account}
    if subscription.unsubscribe_needs_authentication and not owns:
        raise _not_allowed(call, subscription, "Unsubscribe")
    say_goodbye = not call.is_signed or call.caller.account != subscription.owner
    confirmation.end(call.world, subscription, say_goodbye=say_goodbye)
    return None


def list_subscriptions(call: Call) -> Answer:
    """The subscriptions of the caller's account, 100 a page."""
    subscriptions = topics_of(call.world, call.region).subscriptions.get(call.account, {})
    return _page(call, subscriptions)


def list_subscriptions_by_topic(call: Call) -> Answer:
    """The subscriptions of one topic, 100 a page."""
    topic = demand_topic(call.world, str(call.parameters["TopicArn"]), call.region)
    demand_access(call, topic, "ListSubscriptionsByTopic")
    return _page(call, topic.subscriptions)


def get_subscription_attributes(call: Call) -> Answer:
    """All attributes of a subscription."""
    subscription = demand_subscription(call.world, str(call.parameters["SubscriptionArn"]), call.region)
    _demand_owner(call, subscription, "GetSubscriptionAttributes")
    return {"Attributes": shown_attributes(subscription)}


def set_subscription_attributes(call: Call) -> Answer:
    """Set one attribute of a subscription."""
    parameters = call.parameters
    subscription = demand_subscription(call.world, str(parameters["SubscriptionArn"]), call.region)
    _demand_owner(call, subscription, "SetSubscriptionAttributes")
    name, value = str(parameters["AttributeName"]), str(parameters.get("AttributeValue") or "")
    protocol = find_protocol(subscription.protocol)
    try:
        attributes = checked_attributes(
            {name: value}, subscription.attributes, protocol, subscription.topic, subscription.endpoint
        )
    except InvalidAttribute as error:
        raise error.in_request_to_set() from None
    subscription.attributes, subscription.filter = attributes, compiled_filter(attributes)
    call.world.trace.record("configure", subscription.arn, settings=shown_attributes(subscription))
    if name == "ReplayPolicy" and subscription.confirmed:
        begin_replay(call.world, subscription, attributes.get("ReplayPolicy", ""))
    return None


def _check_endpoint(topic: Topic, protocol: Protocol, endpoint: str, given: Mapping[str, str]) -> None:
    protocol.check_endpoint(topic, endpoint, given)
    if topic.is_fifo and not protocol.takes_fifo:
        raise InvalidParameter(f"Invalid parameter: Invalid protocol type: {protocol.name}")


def _checked(
    given: Mapping[str, str], present: Mapping[str, str], protocol: Protocol, topic: Topic, endpoint: str
) -> dict[str, str]:
    try:
        return checked_attributes(given, present, protocol, topic, endpoint)
    except InvalidAttribute as error:
        raise error.in_request_to_create() from None


def _refuse_beyond_limits(topic: Topic, protocol: Protocol) -> None:
    """A topic with large messages has queues, functions and streams only, and at most 100 of them."""
    if topic.message_size <= DEFAULT_MESSAGE_SIZE:
        return
    if not protocol.takes_large:
        raise InvalidParameter(f"Invalid parameter: {large_messages_not_for(protocol.name)}")
    if len(topic.subscriptions) >= SUBSCRIPTIONS_WITH_LARGE_MESSAGES:
        raise InvalidParameter(f"Invalid parameter: {too_many_for_large_messages()}")


def _new_subscription(
    call: Call, topic: Topic, protocol: Protocol, endpoint: str, attributes: dict[str, str]
) -> Subscription:
    world, topics, caller = call.world, topics_of(call.world, call.region), call.caller
    confirmed = not protocol.needs_confirmation(topic, endpoint, caller)
    subscription = Subscription(
        arn=f"{topic.arn}:{world.seeds.uuid('sns.subscription-id')}",
        topic=topic,
        protocol=protocol.name,
        endpoint=endpoint,
        owner=caller.account,
        principal=caller.arn,
        serial=topics.next_serial(),
        attributes=attributes,
        filter=compiled_filter(attributes),
        confirmed=confirmed,
        authenticated=confirmed,
    )
    topics.enter(subscription)
    world.trace.record("create", subscription.arn, settings=shown_attributes(subscription))
    if not confirmed:
        confirmation.ask_to_confirm(world, subscription)
    elif "ReplayPolicy" in attributes:
        begin_replay(world, subscription, attributes["ReplayPolicy"])
    return subscription


def _demand_owner(call: Call, subscription: Subscription, action: str) -> None:
    if call.caller.account not in {subscription.owner, subscription.topic.account}:
        raise _not_allowed(call, subscription, action)


def _not_allowed(call: Call, subscription: Subscription, action: str) -> AuthorizationError:
    return AuthorizationError(
        f"User: {call.caller.arn} is not authorized to perform: SNS:{action} on resource: {subscription.arn}"
    )


def _page(call: Call, subscriptions: Mapping[str, Subscription]) -> Answer:
    entries = ((each.serial, each.entry()) for each in subscriptions.values())
    return page("Subscriptions", entries, call.parameters)
