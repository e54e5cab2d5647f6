"""The operations on topics: create, list, show, set, delete, and their permissions.

Sources: botocore 1.44, SNS; answers of AWS recorded in public test suites (2023 to 2025).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.metrics import Meter
from workbook.aws.operations import Answer, Call, NotSimulated
from workbook.aws.sns import permissions
from workbook.aws.sns.arns import read_topic_arn, topic_arn
from workbook.aws.sns.errors import InvalidAttribute, InvalidParameter, InvalidState
from workbook.aws.sns.fifo import FifoState
from workbook.aws.sns.paging import page
from workbook.aws.sns.permissions import default_policy, demand_access
from workbook.aws.sns.registry import demand_topic, topics_of
from workbook.aws.sns.subscription import TRUE
from workbook.aws.sns.tags import read_tags
from workbook.aws.sns.topic import Topic
from workbook.aws.sns.topic_attributes import (
    apply_attribute,
    check_attribute,
    differs,
    is_topic_name,
    shown_attributes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATA_PROTECTION = "AWS offers it to new customers no longer: filter what is sensitive in your own code."


def create_topic(call: Call) -> Answer:
    """Make a topic, or find the one of this name, if it is what is asked for."""
    parameters, world = call.parameters, call.world
    name = str(parameters.get("Name") or "")
    given: dict[str, str] = dict(parameters.get("Attributes") or {})
    fifo = given.get("FifoTopic", "false").lower() == TRUE
    if not is_topic_name(name, fifo=fifo):
        raise InvalidParameter.of("Topic Name")
    if parameters.get("DataProtectionPolicy"):
        raise NotSimulated("CreateTopic: DataProtectionPolicy", _DATA_PROTECTION)
    attributes = _checked_attributes(given, fifo=fifo)
    tags = read_tags(parameters.get("Tags"))
    topics = topics_of(world, call.region)
    present = topics.present.get((call.account, name))
    if present is not None:
        _refuse_other(present, attributes, tags, world.clock.now)
        return {"TopicArn": present.arn}
    topic = _new_topic(call, name, attributes, tags, fifo=fifo, serial=topics.next_serial())
    topics.add(topic)
    world.trace.record("create", topic.arn, settings=shown_attributes(topic, world.clock.now))
    return {"TopicArn": topic.arn}


def delete_topic(call: Call) -> Answer:
    """Delete a topic and its subscriptions; one that does not exist does no harm."""
    world = call.world
    arn = str(call.parameters["TopicArn"])
    address = read_topic_arn(arn, call.region)
    topics = topics_of(world, call.region)
    topic = topics.present.get((address.account, address.name))
    if topic is None:
        return None
    demand_access(call, topic, "DeleteTopic")
    if topic.archive is not None:
        raise InvalidState(
            "Invalid parameter: Topic has an ArchivePolicy; deactivate it before you delete the topic"
        )  # unverified
    ended = list(topic.subscriptions)
    topics.remove(topic)
    for subscription in ended:
        world.trace.record("remove", subscription)
    world.trace.record("remove", topic.arn)
    return None


def list_topics(call: Call) -> Answer:
    """The topics of the caller's account, 100 a page."""
    topics = topics_of(call.world, call.region).of_account(call.account)
    return page("Topics", ((topic.serial, {"TopicArn": topic.arn}) for topic in topics), call.parameters)


def get_topic_attributes(call: Call) -> Answer:
    """All attributes of a topic."""
    topic = _demand(call, "GetTopicAttributes")
    return {"Attributes": shown_attributes(topic, call.world.clock.now)}


def set_topic_attributes(call: Call) -> Answer:
    """Set one attribute of a topic."""
    parameters = call.parameters
    topic = _demand(call, "SetTopicAttributes")
    name, value = str(parameters["AttributeName"]), str(parameters.get("AttributeValue") or "")
    try:
        apply_attribute(topic, name, check_attribute(name, value, fifo=topic.is_fifo), call.world.clock.now)
    except InvalidAttribute as error:
        raise error.in_request_to_set() from None
    _record(call, topic)
    return None


def add_permission(call: Call) -> Answer:
    """Let other accounts do something with a topic."""
    parameters = call.parameters
    topic = _demand(call, "AddPermission")
    topic.policy = permissions.add_permission(
        topic,
        str(parameters["Label"]),
        parameters.get("AWSAccountId") or [],
        parameters.get("ActionName") or [],
    )
    _record(call, topic)
    return None


def remove_permission(call: Call) -> Answer:
    """Take a statement out of a topic's policy."""
    topic = _demand(call, "RemovePermission")
    topic.policy = permissions.remove_permission(topic, str(call.parameters["Label"]))
    _record(call, topic)
    return None


def get_data_protection_policy(call: Call) -> Answer:
    """No topic of a lab has one."""
    topic = demand_topic(call.world, str(call.parameters["ResourceArn"]), call.region, "ResourceArn")
    demand_access(call, topic, "GetDataProtectionPolicy")
    return {}


def put_data_protection_policy(_call: Call) -> Answer:
    """Refused by name: message data protection is not simulated."""
    raise NotSimulated("PutDataProtectionPolicy", _DATA_PROTECTION)


def _demand(call: Call, action: str) -> Topic:
    topic = demand_topic(call.world, str(call.parameters.get("TopicArn") or ""), call.region)
    demand_access(call, topic, action)
    return topic


def _record(call: Call, topic: Topic) -> None:
    now = call.world.clock.now
    call.world.trace.record("configure", topic.arn, settings=shown_attributes(topic, now))


def _checked_attributes(given: Mapping[str, str], *, fifo: bool) -> dict[str, str]:
    checked: dict[str, str] = {}
    try:
        for name, value in given.items():
            if name == "FifoTopic":
                checked[name] = str(fifo).lower()
            else:
                checked[name] = check_attribute(name, value, fifo=fifo)
    except InvalidAttribute as error:
        raise error.in_request_to_create() from None
    return checked


def _refuse_other(topic: Topic, attributes: Mapping[str, str], tags: Mapping[str, str], now: int) -> None:
    if differs(topic, attributes, now):
        raise InvalidParameter.of("Attributes", "Topic already exists with different attributes")
    if any(topic.tags.get(key) != value for key, value in tags.items()):
        raise InvalidParameter.of("Tags", "Topic already exists with different tags")


def _new_topic(
    call: Call, name: str, attributes: Mapping[str, str], tags: dict[str, str], *, fifo: bool, serial: int
) -> Topic:
    policy = default_policy(topic_arn(call.region, call.account, name), call.account)
    topic = Topic(
        name=name,
        account=call.account,
        region=call.region,
        serial=serial,
        policy=policy,
        metrics=Meter(call.world, call.account, call.region, "AWS/SNS", {"TopicName": name}),
        tags=tags,
        fifo=FifoState() if fifo else None,
    )
    for attribute, value in attributes.items():
        if attribute != "FifoTopic":
            apply_attribute(topic, attribute, value, call.world.clock.now)
    return topic
