"""The operations on listeners and rules: which requests go to which function.

Source: service model of Elastic Load Balancing; texts that are not in it are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.elbv2.errors import ElbError, invalid, not_found
from workbook.aws.elbv2.front import LoadBalancerFront
from workbook.aws.elbv2.operations_balancers import listener_url
from workbook.aws.elbv2.registry import Listener, Registry, Settings, identifier, registry_of
from workbook.aws.endpoints import close_front, open_front
from workbook.aws.operations import NotSimulated, refuse_parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbook.aws.operations import Answer, Call

_OF_LISTENER = frozenset({"LoadBalancerArn", "Protocol", "Port", "DefaultActions"})
_OF_RULE = frozenset({"ListenerArn", "Conditions", "Priority", "Actions"})
_ACTIONS = frozenset({"forward", "fixed-response", "redirect"})
CONDITIONS = {
    "path-pattern": "PathPatternConfig",
    "host-header": "HostHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "http-header": "HttpHeaderConfig",
    "query-string": "QueryStringConfig",
}
"""The fields of conditions that are simulated, and where their values stand."""


def create_listener(call: Call) -> Answer:
    """CreateListener, for HTTP."""
    registry, parameters = _registry(call), call.parameters
    protocol = parameters.get("Protocol") or "HTTP"
    if protocol != "HTTP":
        raise NotSimulated(f"A listener for {protocol}", "Use HTTP.")
    refuse_parameters(parameters, _OF_LISTENER, "CreateListener")
    balancer, port = registry.balancer(parameters["LoadBalancerArn"]), parameters.get("Port")
    if port is None or not 1 <= port <= 65_535:
        raise invalid("A listener port must be specified, from 1 to 65535")
    arn_of_balancer = balancer["LoadBalancerArn"]
    listening = [one.settings for one in registry.listeners.values()]
    if any(one["LoadBalancerArn"] == arn_of_balancer and one["Port"] == port for one in listening):
        raise ElbError(
            "DuplicateListener", f"A listener already exists on this port for this load balancer: {port}"
        )
    actions = _checked_actions(registry, parameters["DefaultActions"])
    arn = f"{arn_of_balancer.replace(':loadbalancer/', ':listener/')}/{identifier(call.world)}"
    settings: Settings = {
        "ListenerArn": arn,
        "LoadBalancerArn": arn_of_balancer,
        "Port": port,
        "Protocol": protocol,
        "DefaultActions": actions,
    }
    listener = Listener(settings)
    _add_rule(call, listener, "default", [], actions)
    registry.listeners[arn] = listener
    url = listener_url(registry, settings)
    open_front(call.world, url, LoadBalancerFront(call.world, registry, listener, port))
    call.world.trace.record("create", url, settings={"LoadBalancerArn": arn_of_balancer, "Port": port})
    return {"Listeners": [settings]}


def describe_listeners(call: Call) -> Answer:
    """DescribeListeners, of a load balancer or by ARN."""
    registry, wanted = _registry(call), call.parameters.get("ListenerArns")
    if wanted:
        return {"Listeners": [registry.listener(arn).settings for arn in wanted]}
    arn = call.parameters.get("LoadBalancerArn")
    if arn is None:
        raise invalid("You must specify either listener ARNs or a load balancer ARN")
    registry.balancer(arn)
    listeners = [one.settings for one in registry.listeners.values()]
    return {"Listeners": [one for one in listeners if one["LoadBalancerArn"] == arn]}


def delete_listener(call: Call) -> Answer:
    """DeleteListener, with its rules."""
    registry = _registry(call)
    listener = registry.listener(call.parameters["ListenerArn"])
    close_front(call.world, listener_url(registry, listener.settings))
    del registry.listeners[listener.settings["ListenerArn"]]
    return {}


def create_rule(call: Call) -> Answer:
    """CreateRule; of those that match a request, the one with the smallest priority counts."""
    registry, parameters = _registry(call), call.parameters
    refuse_parameters(parameters, _OF_RULE, "CreateRule")
    listener = registry.listener(parameters["ListenerArn"])
    priority = parameters["Priority"]
    if not 1 <= priority <= 50_000:
        raise invalid(f"Priority '{priority}' must be between 1 and 50000")
    if any(rule["Priority"] == str(priority) for rule in listener.rules.values()):
        raise ElbError("PriorityInUse", f"Priority '{priority}' is currently in use")
    conditions = [_checked_condition(one) for one in parameters["Conditions"]]
    if not conditions:
        raise invalid("A condition must be specified")
    actions = _checked_actions(registry, parameters["Actions"])
    return {"Rules": [_add_rule(call, listener, str(priority), conditions, actions)]}


def describe_rules(call: Call) -> Answer:
    """DescribeRules, of a listener or by ARN."""
    registry, wanted = _registry(call), call.parameters.get("RuleArns")
    if wanted:
        return {"Rules": [_listener_of(registry, arn).rules[arn] for arn in wanted]}
    return {"Rules": registry.listener(call.parameters.get("ListenerArn") or "").in_order()}


def delete_rule(call: Call) -> Answer:
    """DeleteRule; the default rule stays."""
    arn = call.parameters["RuleArn"]
    listener = _listener_of(_registry(call), arn)
    if listener.rules[arn]["IsDefault"]:
        raise ElbError("OperationNotPermitted", f"Default rule '{arn}' cannot be deleted")
    del listener.rules[arn]
    return {}


OPERATIONS = (create_listener, describe_listeners, delete_listener, create_rule, describe_rules, delete_rule)


# ---- helpers


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)


def _add_rule(
    call: Call, listener: Listener, priority: str, conditions: Sequence[Settings], actions: list[Settings]
) -> Settings:
    base = listener.settings["ListenerArn"].replace(":listener/", ":listener-rule/")
    rule: Settings = {
        "RuleArn": f"{base}/{identifier(call.world)}",
        "Priority": priority,
        "Conditions": list(conditions),
        "Actions": actions,
        "IsDefault": priority == "default",
    }
    listener.rules[rule["RuleArn"]] = rule
    return rule


def _listener_of(registry: Registry, rule_arn: str) -> Listener:
    for listener in registry.listeners.values():
        if rule_arn in listener.rules:
            return listener
    raise not_found("Rule")


def _checked_actions(registry: Registry, actions: Sequence[Settings]) -> list[Settings]:
    if len(actions) != 1:
        raise NotSimulated("More than one action", "Pass one: forward, fixed-response or redirect.")
    action = dict(actions[0])
    if action["Type"] not in _ACTIONS:
        raise NotSimulated(f"The action {action['Type']}", f"Simulated are: {', '.join(sorted(_ACTIONS))}.")
    if action["Type"] == "forward":
        groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        if len(groups) > 1:
            raise NotSimulated("Forwarding to several target groups by weight", "Name one target group.")
        arn = action.get("TargetGroupArn") or (groups[0]["TargetGroupArn"] if groups else "")
        registry.group(arn)
        action["TargetGroupArn"] = arn
    elif action["Type"] == "fixed-response" and not action.get("FixedResponseConfig"):
        raise invalid(
            "A fixed response configuration must be specified for an action of type 'fixed-response'"
        )
    elif action["Type"] == "redirect" and not action.get("RedirectConfig"):
        raise invalid("A redirect configuration must be specified for an action of type 'redirect'")
    return [action]


def _checked_condition(condition: Any) -> Settings:  # noqa: ANN401 - a structure of the service model
    field = condition.get("Field")
    if field not in CONDITIONS:
        raise NotSimulated(f"A condition on {field}", f"Simulated are: {', '.join(sorted(CONDITIONS))}.")
    if condition.get("RegexValues") or (condition.get(CONDITIONS[field]) or {}).get("RegexValues"):
        raise NotSimulated("RegexValues of a condition", "Use Values, in which * and ? stand for others.")
    made = dict(condition)
    config = made.get(CONDITIONS[field]) or {"Values": made.get("Values") or []}
    if not config.get("Values"):
        raise invalid("A condition value must be specified")
    made[CONDITIONS[field]] = config
    return made
