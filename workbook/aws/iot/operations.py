"""The operations on topic rules, and Publish.

Source: service models of AWS IoT and its data plane. Texts are unverified.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException

from workbook.aws.constraints import constraint_errors
from workbook.aws.iot.rules import TopicRule, publish, registry_of
from workbook.aws.iot.sql import SqlError, parse_sql
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated, refuse_parameters
from workbook.aws.paging import Pages
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.operations import Answer, Call

ACTIONS = frozenset({"lambda", "sqs", "sns", "kinesis", "firehose"})
LARGEST_MESSAGE = limit("iot.message")
"""Bytes of a message."""
LONGEST_TOPIC = limit("iot.topic")
"""Bytes of a topic."""
_OF_RULE = frozenset({"sql", "description", "actions", "ruleDisabled", "awsIotSqlVersion", "errorAction"})
_OF_PUBLISH = frozenset({"topic", "qos", "payload"})


class InvalidRequest(ServiceException):
    """A parameter is not accepted."""

    code = "InvalidRequestException"


class SqlParse(ServiceException):
    """The SQL cannot be read."""

    code = "SqlParseException"


class AlreadyExists(ServiceException):
    """There is a rule of this name."""

    code = "ResourceAlreadyExistsException"


class Unauthorized(ServiceException):
    """AWS answers so where there is no such rule."""

    code = "UnauthorizedException"


def create_topic_rule(call: Call) -> Answer:
    """CreateTopicRule."""
    name, rules = call.parameters["ruleName"], registry_of(call.world, call.account, call.region).rules
    _check(call.parameters, "CreateTopicRule")
    if name in rules:
        raise AlreadyExists(f"Rule {name} already exists")
    arn = f"arn:aws:iot:{call.region}:{call.account}:rule/{name}"
    rules[name] = _rule(call, name, arn, call.world.clock.now)
    _record(call, "create", rules[name])
    return None


def replace_topic_rule(call: Call) -> Answer:
    """ReplaceTopicRule: all settings are new."""
    old = _found(call)
    _check(call.parameters, "ReplaceTopicRule")
    rules = registry_of(call.world, call.account, call.region).rules
    rules[old.name] = _rule(call, old.name, old.arn, old.created_at)
    _record(call, "configure", rules[old.name])
    return None


def get_topic_rule(call: Call) -> Answer:
    """GetTopicRule."""
    rule = _found(call)
    shown: dict[str, Any] = {
        "ruleName": rule.name,
        "awsIotSqlVersion": "2015-10-08",
        **{name: value for name, value in rule.payload.items() if value is not None},
        "createdAt": datetime_of(rule.created_at),
        "ruleDisabled": rule.disabled,
    }
    return {"ruleArn": rule.arn, "rule": shown}


def list_topic_rules(call: Call) -> Answer:
    """ListTopicRules, by name; those of one topic filter, or that are (not) disabled."""
    topic, disabled = call.parameters.get("topic"), call.parameters.get("ruleDisabled")
    rules = registry_of(call.world, call.account, call.region).rules
    shown = [
        {
            "ruleArn": rule.arn,
            "ruleName": rule.name,
            "topicPattern": rule.statement.topic_filter,
            "createdAt": datetime_of(rule.created_at),
            "ruleDisabled": rule.disabled,
        }
        for _, rule in sorted(rules.items())
        if topic in {None, rule.statement.topic_filter} and disabled in {None, rule.disabled}
    ]
    return _PAGES.page("rules", shown, call.parameters)


def delete_topic_rule(call: Call) -> Answer:
    """DeleteTopicRule; one that is not there is no error."""
    rules = registry_of(call.world, call.account, call.region).rules
    rule = rules.pop(call.parameters["ruleName"], None)
    if rule is not None:
        call.world.trace.record("remove", rule.arn)
    return None


def enable_topic_rule(call: Call) -> Answer:
    """EnableTopicRule."""
    return _switch(call, disabled=False)


def disable_topic_rule(call: Call) -> Answer:
    """DisableTopicRule."""
    return _switch(call, disabled=True)


def publish_message(call: Call) -> Answer:
    """Publish, of the data plane."""
    parameters = call.parameters
    refuse_parameters({name: value for name, value in parameters.items() if value}, _OF_PUBLISH, "Publish")
    topic, payload = parameters["topic"], parameters.get("payload") or b""
    content = payload if isinstance(payload, bytes) else str(payload).encode()
    if not topic or "+" in topic or "#" in topic or len(topic.encode()) > LONGEST_TOPIC:
        raise InvalidRequest(f"Topic {topic!r} must have 1 to {LONGEST_TOPIC} bytes and no wildcards")
    if len(content) > LARGEST_MESSAGE:
        raise InvalidRequest(f"A message has at most {LARGEST_MESSAGE} bytes")
    publish(call.world, call.account, call.region, topic, content)
    return {}


OPERATIONS = (
    create_topic_rule,
    replace_topic_rule,
    get_topic_rule,
    list_topic_rules,
    delete_topic_rule,
    enable_topic_rule,
    disable_topic_rule,
)


# ---- helpers


def _found(call: Call) -> TopicRule:
    name = call.parameters["ruleName"]
    rule = registry_of(call.world, call.account, call.region).rules.get(name)
    if rule is None:
        raise Unauthorized(f"Access to TopicRule '{name}' was denied")
    return rule


def _check(parameters: Mapping[str, Any], operation: str) -> None:
    errors = constraint_errors("iot", operation, parameters)
    if errors is not None:
        raise InvalidRequest(errors)
    payload = parameters["topicRulePayload"]
    refuse_parameters(payload, _OF_RULE, operation)
    named = [*payload["actions"], *([payload["errorAction"]] if payload.get("errorAction") else [])]
    for action in named:
        if len(action) != 1:
            raise InvalidRequest("An action must have exactly one of its fields")
        ((kind, settings),) = action.items()
        if kind not in ACTIONS:
            raise NotSimulated(f"The action {kind}", f"Simulated are: {', '.join(sorted(ACTIONS))}.")
        if kind == "sqs" and not re.fullmatch(r"https?://[^/]+/\d{12}/[^/]+", settings["queueUrl"]):
            raise InvalidRequest(f"{settings['queueUrl']!r} is no URL of a queue")
        if settings.get("batchMode") or settings.get("messageFormat") == "JSON":
            raise NotSimulated(f"batchMode and messageFormat JSON of the action {kind}", "Leave them out.")


def _rule(call: Call, name: str, arn: str, created_at: int) -> TopicRule:
    payload = call.parameters["topicRulePayload"]
    try:
        statement = parse_sql(payload["sql"])
    except SqlError as error:
        raise SqlParse(f"The SQL of the rule cannot be read: {error}") from None
    return TopicRule(name, arn, payload, statement, created_at, bool(payload.get("ruleDisabled")))


def _switch(call: Call, *, disabled: bool) -> Answer:
    rule = _found(call)
    rule.disabled = disabled
    _record(call, "configure", rule)
    return None


def _record(call: Call, kind: str, rule: TopicRule) -> None:
    settings = {"Sql": rule.payload["sql"], "RuleDisabled": rule.disabled}
    if kind == "create":
        call.world.trace.record("create", rule.arn, settings=settings)
    else:
        call.world.trace.record("configure", rule.arn, settings=settings)


def _invalid_token() -> InvalidRequest:
    return InvalidRequest("Invalid nextToken")


_PAGES = Pages(size=100, largest=10_000, maximum="maxResults", next_page="nextToken", invalid=_invalid_token)
