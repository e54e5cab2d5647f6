"""The operations on rules and their targets.

PutRule replaces a rule of this name whole, and keeps its targets and tags. Changes take effect at once; AWS
asks for "a short period of time".

Sources: service model, PutRule, PutTargets, DeleteRule; texts of errors recorded in public test suites.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.buses import Bus, registry_of
from workbook.aws.eventbridge.errors import (
    InvalidPattern,
    LimitExceeded,
    ManagedRule,
    ValidationError,
)
from workbook.aws.eventbridge.names import DEFAULT, bus_address, rule_arn
from workbook.aws.eventbridge.paging import limited
from workbook.aws.eventbridge.rules import DISABLED, ENABLED, Rule
from workbook.aws.eventbridge.scheduled_rules import schedule_of, set_timer, stop_timer
from workbook.aws.eventbridge.target_checks import check_target
from workbook.aws.eventbridge.targets import Target
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated
from workbook.aws.patterns import EventPattern, InvalidEventPattern

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

MOST_RULES = limit("eventbridge.rules")
MOST_TARGETS = limit("eventbridge.targets")


def put_rule(call: Call) -> Answer:
    """Create a rule, or replace one of this name."""
    bus, given = _bus(call), call.parameters
    before = bus.rules.get(given["Name"])
    if before is None and len(bus.rules) >= MOST_RULES:
        raise LimitExceeded
    rule = _made(call, bus, given)
    if before is not None:
        _refuse_managed(before)
        stop_timer(before)
        rule.targets, rule.created_by = before.targets, before.created_by
    elif given.get("Tags"):
        tags = registry_of(call.world, call.account, call.region).tags
        tags[rule.arn] = {tag["Key"]: tag["Value"] for tag in given["Tags"]}
    bus.rules[rule.name] = rule
    _record(call, rule, "create" if before is None else "configure")
    set_timer(call.world, rule)
    return {"RuleArn": rule.arn}


def describe_rule(call: Call) -> Answer:
    """Show a rule."""
    return _rule(call).described()


def list_rules(call: Call) -> Answer:
    """Show the rules of a bus, or those with a beginning of the name, sorted by name."""
    wanted = call.parameters.get("NamePrefix") or ""
    rules = [rule for name, rule in sorted(_bus(call).rules.items()) if name.startswith(wanted)]
    return limited("Rules", [rule.listed() for rule in rules], call.parameters)


def list_rule_names_by_target(call: Call) -> Answer:
    """Show which rules of a bus have a certain target."""
    arn, rules = call.parameters["TargetArn"], sorted(_bus(call).rules.items())
    names = [name for name, rule in rules if any(one.arn == arn for one in rule.targets.values())]
    return limited("RuleNames", names, call.parameters)


def enable_rule(call: Call) -> Answer:
    """Let a rule work."""
    return _set_state(call, ENABLED)


def disable_rule(call: Call) -> Answer:
    """Let a rule rest: it neither matches nor fires."""
    return _set_state(call, DISABLED)


def delete_rule(call: Call) -> Answer:
    """Delete a rule that has no targets; harmless when there is none."""
    bus, name = _bus(call), call.parameters["Name"]
    rule = bus.rules.get(name)
    if rule is None:
        return None
    _refuse_managed(rule, force=bool(call.parameters.get("Force")))
    if rule.targets:
        raise ValidationError("Rule can't be deleted since it has targets.")
    stop_timer(rule)
    del bus.rules[name]
    registry_of(call.world, call.account, call.region).tags.pop(rule.arn, None)
    call.world.trace.record("remove", rule.arn)
    return None


def put_targets(call: Call) -> Answer:
    """Add targets to a rule, or replace those with the same id."""
    rule = _rule(call, "Rule")
    _refuse_managed(rule)
    given: list[Mapping[str, Any]] = call.parameters["Targets"]
    _refuse_repeated([one["Id"] for one in given])
    for one in given:
        check_target(one, rule)
    targets = {**rule.targets, **{one["Id"]: _with_kept_role(rule, one) for one in given}}
    if len(targets) > MOST_TARGETS:
        raise LimitExceeded
    rule.targets = targets
    _record(call, rule, "configure")
    return {"FailedEntryCount": 0, "FailedEntries": []}


def remove_targets(call: Call) -> Answer:
    """Take targets from a rule; an id that it does not have fails, and the others go."""
    rule = _rule(call, "Rule")
    _refuse_managed(rule, force=bool(call.parameters.get("Force")))
    failed = [
        {
            "TargetId": identifier,
            "ErrorCode": "ResourceNotFoundException",
            "ErrorMessage": f"Rule {rule.name} does not have a target with the Id {identifier}.",
        }
        for identifier in call.parameters["Ids"]
        if rule.targets.pop(identifier, None) is None
    ]
    _record(call, rule, "configure")
    return {"FailedEntryCount": len(failed), "FailedEntries": failed}


def list_targets_by_rule(call: Call) -> Answer:
    """Show the targets of a rule."""
    targets = [dict(target.given) for target in _rule(call, "Rule").targets.values()]
    return limited("Targets", targets, call.parameters)


# ---- helpers


def _bus(call: Call) -> Bus:
    address = bus_address(call.parameters.get("EventBusName"), call.account, call.region)
    if (address.account, address.region) != (call.account, call.region):
        advice = "Make the rule in the account that owns the bus, or target the bus from a rule of your own."
        raise NotSimulated(f"A rule on an event bus elsewhere ({address.arn})", advice)
    return registry_of(call.world, call.account, call.region).bus(address.name)


def _rule(call: Call, parameter: str = "Name") -> Rule:
    return _bus(call).rule(call.parameters[parameter])


def _made(call: Call, bus: Bus, given: Mapping[str, Any]) -> Rule:
    pattern, expression = given.get("EventPattern"), given.get("ScheduleExpression")
    if not pattern and not expression:
        raise ValidationError("Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if expression and bus.name != DEFAULT:
        raise ValidationError("ScheduleExpression is supported only on the default event bus.")
    arn = rule_arn(call.account, call.region, bus.name, given["Name"])
    return Rule(
        given["Name"],
        arn,
        bus.name,
        call.account,
        given,
        given.get("State") or ENABLED,
        pattern_of(pattern) if pattern else None,
        schedule_of(call.world, expression) if expression else None,
    )


def pattern_of(text: str) -> EventPattern:
    """Compile an event pattern.

    Raises:
        InvalidPattern: it is none; the text is AWS's.
    """
    try:
        return EventPattern(text)
    except InvalidEventPattern as error:
        raise InvalidPattern(str(error)) from None


def _with_kept_role(rule: Rule, given: Mapping[str, Any]) -> Target:
    """A target; a bus of another account keeps its role when it is put again without one."""
    target, before = Target(given), rule.targets.get(given["Id"])
    elsewhere = target.is_bus and target.arn.split(":")[4] != rule.arn.split(":")[4]
    if before is None or before.arn != target.arn or before.role_arn is None:
        return target
    if elsewhere and target.role_arn is None:
        return Target({**given, "RoleArn": before.role_arn})
    return target


def _refuse_repeated(ids: list[str]) -> None:
    for identifier in ids:
        if ids.count(identifier) > 1:
            reason = f"More than one target with Id '{identifier}' is provided."
            raise ValidationError.parameter("targets", reason)


def _set_state(call: Call, state: str) -> Answer:
    rule = _rule(call)
    _refuse_managed(rule)
    rule.state = state
    if rule.schedule is not None and state == ENABLED:
        rule.schedule = schedule_of(call.world, rule.given["ScheduleExpression"])
    _record(call, rule, "configure")
    set_timer(call.world, rule)
    return None


def _refuse_managed(rule: Rule, *, force: bool = False) -> None:
    if rule.managed_by is not None and not force:
        raise ManagedRule.of(rule.name, rule.managed_by)


def _record(call: Call, rule: Rule, kind: str) -> None:
    call.world.trace.record(kind, rule.arn, settings=rule.settings())
