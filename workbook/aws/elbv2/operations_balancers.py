"""The operations on load balancers and target groups.

A lab has no VPC, so any ids of subnets are taken; each stands for an Availability Zone of its own. Of the
types of load balancers there are application load balancers, of the types of targets functions.

Source: service model of Elastic Load Balancing; texts that are not in it are unverified.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbook.aws.elbv2.errors import ElbError, invalid, not_found
from workbook.aws.elbv2.registry import Registry, Settings, TargetGroup, identifier, registry_of
from workbook.aws.endpoints import close_front
from workbook.aws.operations import NotSimulated, refuse_parameters
from workbook.aws.paging import Pages
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

SERVICE = "elasticloadbalancing.amazonaws.com"
MULTI_VALUE = "lambda.multi_value_headers.enabled"
_OF_BALANCER = frozenset(
    {"Name", "Subnets", "SubnetMappings", "SecurityGroups", "Scheme", "Type", "IpAddressType"}
)
_OF_GROUP = frozenset({"Name", "TargetType", "HealthCheckEnabled"})
_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,32}(?<!-)")


def create_load_balancer(call: Call) -> Answer:
    """CreateLoadBalancer, of the type application."""
    world, parameters, registry = call.world, call.parameters, _registry(call)
    kind = parameters.get("Type") or "application"
    if kind != "application":
        raise NotSimulated(f"A load balancer of the type {kind}", "Use application.")
    refuse_parameters(parameters, _OF_BALANCER, "CreateLoadBalancer")
    name, subnets = parameters["Name"], _subnets(parameters)
    _check_name("Load balancer", name)
    if any(one["LoadBalancerName"] == name for one in registry.balancers.values()):
        raise ElbError("DuplicateLoadBalancerName", f"A load balancer with the same name '{name}' exists")
    if len(subnets) < 2:
        raise invalid("At least two subnets in two different Availability Zones must be specified")
    scheme = parameters.get("Scheme") or "internet-facing"
    prefix = "internal-" if scheme == "internal" else ""
    number = world.seeds.stream("elbv2.dns").randrange(10**8, 10**10)
    arn = _arn(call, f"loadbalancer/app/{name}/{identifier(world)}")
    made: Settings = {
        "LoadBalancerArn": arn,
        "DNSName": f"{prefix}{name}-{number}.{call.region}.elb.amazonaws.com".lower(),
        "CanonicalHostedZoneId": "Z35SXDOTRQ7X7K",
        "CreatedTime": datetime_of(world.clock.now),
        "LoadBalancerName": name,
        "Scheme": scheme,
        "State": {"Code": "active"},
        "Type": "application",
        "AvailabilityZones": [
            {"ZoneName": f"{call.region}{letter}", "SubnetId": subnet, "LoadBalancerAddresses": []}
            for letter, subnet in zip("abcdef", subnets, strict=False)
        ],
        "SecurityGroups": list(parameters.get("SecurityGroups") or []),
        "IpAddressType": parameters.get("IpAddressType") or "ipv4",
    }
    registry.balancers[arn] = made
    world.trace.record("create", arn, settings={"DNSName": made["DNSName"], "Scheme": scheme})
    return {"LoadBalancers": [made]}


def describe_load_balancers(call: Call) -> Answer:
    """DescribeLoadBalancers."""
    return _described(
        call, _registry(call).balancers, "LoadBalancers", "LoadBalancerArns", "LoadBalancerName"
    )


def delete_load_balancer(call: Call) -> Answer:
    """DeleteLoadBalancer, with its listeners; one that is not there is no error."""
    registry, arn = _registry(call), call.parameters["LoadBalancerArn"]
    for listener_arn, listener in list(registry.listeners.items()):
        if listener.settings["LoadBalancerArn"] == arn:
            close_front(call.world, listener_url(registry, listener.settings))
            del registry.listeners[listener_arn]
    if registry.balancers.pop(arn, None) is not None:
        call.world.trace.record("remove", arn)
    return {}


def listener_url(registry: Registry, settings: Settings) -> str:
    """The address at which a listener answers."""
    host, port = registry.balancer(settings["LoadBalancerArn"])["DNSName"], settings["Port"]
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


# ---- target groups


def create_target_group(call: Call) -> Answer:
    """CreateTargetGroup, of the type lambda; health checks are off unless they are asked for."""
    parameters, registry = call.parameters, _registry(call)
    kind = parameters.get("TargetType") or "instance"
    if kind != "lambda":
        raise NotSimulated(f"A target group of the type {kind}", "Use lambda.")
    for name in ("Protocol", "Port", "VpcId"):
        if parameters.get(name) is not None:
            raise invalid(f"{name} cannot be specified for target groups with target type 'lambda'")
    if parameters.get("HealthCheckEnabled"):
        raise NotSimulated("Health checks of functions", "Leave HealthCheckEnabled out: they are off.")
    refuse_parameters(parameters, _OF_GROUP, "CreateTargetGroup")
    name = parameters["Name"]
    _check_name("Target group", name)
    if any(one.settings["TargetGroupName"] == name for one in registry.groups.values()):
        raise ElbError("DuplicateTargetGroupName", f"A target group with the same name '{name}' exists")
    arn = _arn(call, f"targetgroup/{name}/{identifier(call.world)}")
    settings: Settings = {
        "TargetGroupArn": arn,
        "TargetGroupName": name,
        "TargetType": "lambda",
        "HealthCheckEnabled": False,
        "HealthCheckPath": "/",
        "HealthCheckIntervalSeconds": 35,
        "HealthCheckTimeoutSeconds": 30,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "Matcher": {"HttpCode": "200"},
        "IpAddressType": "ipv4",
    }
    registry.groups[arn] = TargetGroup(settings)
    call.world.trace.record("create", arn, settings={"TargetType": "lambda"})
    return {"TargetGroups": [_shown(registry, registry.groups[arn])]}


def describe_target_groups(call: Call) -> Answer:
    """DescribeTargetGroups."""
    registry = _registry(call)
    shown = {arn: _shown(registry, group) for arn, group in registry.groups.items()}
    wanted = call.parameters.get("LoadBalancerArn")
    if wanted is not None:
        registry.balancer(wanted)
        shown = {arn: one for arn, one in shown.items() if wanted in one["LoadBalancerArns"]}
    return _described(call, shown, "TargetGroups", "TargetGroupArns", "TargetGroupName")


def delete_target_group(call: Call) -> Answer:
    """DeleteTargetGroup; one to which a listener leads is refused."""
    registry, arn = _registry(call), call.parameters["TargetGroupArn"]
    if any(action.get("TargetGroupArn") == arn for _, action in registry.actions()):
        raise ElbError("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule")
    if registry.groups.pop(arn, None) is not None:
        call.world.trace.record("remove", arn)
    return {}


def describe_target_group_attributes(call: Call) -> Answer:
    """DescribeTargetGroupAttributes."""
    group = _registry(call).group(call.parameters["TargetGroupArn"])
    return {"Attributes": _attributes(group)}


def modify_target_group_attributes(call: Call) -> Answer:
    """ModifyTargetGroupAttributes: of a group of functions there is one to be set."""
    group = _registry(call).group(call.parameters["TargetGroupArn"])
    for attribute in call.parameters["Attributes"]:
        if attribute["Key"] != MULTI_VALUE:
            raise invalid(f"Target group attribute key '{attribute['Key']}' is not recognized")
        if attribute["Value"] not in {"true", "false"}:
            raise invalid(f"'{attribute['Value']}' is not a valid value for '{MULTI_VALUE}'")
        group.multi_value_headers = attribute["Value"] == "true"
    call.world.trace.record("configure", group.arn, settings={MULTI_VALUE: group.multi_value_headers})
    return {"Attributes": _attributes(group)}


def register_targets(call: Call) -> Answer:
    """RegisterTargets: a function, whose policy must let the target group in."""
    import moto.awslambda  # noqa: F401, PLC0415 - our Lambda goes in once moto's is there

    from workbook.aws.awslambda.errors import LambdaError  # noqa: PLC0415 - as above
    from workbook.aws.web.calling import demand_permission  # noqa: PLC0415 - as above

    group = _registry(call).group(call.parameters["TargetGroupArn"])
    targets = [target["Id"] for target in call.parameters["Targets"]]
    if not targets:
        raise invalid("At least one target must be specified")  # words unverified
    if len(targets) > 1 or group.function_arn not in {None, *targets}:
        raise ElbError("TooManyTargets", "A target group of functions has one target at most")
    context = {"aws:SourceArn": group.arn, "aws:SourceAccount": call.account}
    try:
        demand_permission(call.world, targets[0], SERVICE, context)
    except LambdaError:
        raise ElbError(
            "AccessDenied",
            f"elasticloadbalancing principal does not have permission to invoke {targets[0]} "
            f"from target group {group.arn}",
        ) from None
    group.function_arn = targets[0]
    call.world.trace.record("configure", group.arn, settings={"Target": targets[0]})
    return {}


def deregister_targets(call: Call) -> Answer:
    """DeregisterTargets."""
    group = _registry(call).group(call.parameters["TargetGroupArn"])
    if group.function_arn in {target["Id"] for target in call.parameters["Targets"]}:
        group.function_arn = None
        call.world.trace.record("configure", group.arn, settings={"Target": None})
    return {}


def describe_target_health(call: Call) -> Answer:
    """DescribeTargetHealth: unavailable, as health checks are off."""
    group = _registry(call).group(call.parameters["TargetGroupArn"])
    health = {
        "State": "unavailable",
        "Reason": "Target.HealthCheckDisabled",
        "Description": "Health checks are not enabled for this target",
    }
    targets = [] if group.function_arn is None else [{"Id": group.function_arn}]
    return {"TargetHealthDescriptions": [{"Target": target, "TargetHealth": health} for target in targets]}


OPERATIONS = (
    create_load_balancer,
    describe_load_balancers,
    delete_load_balancer,
    create_target_group,
    describe_target_groups,
    delete_target_group,
    describe_target_group_attributes,
    modify_target_group_attributes,
    register_targets,
    deregister_targets,
    describe_target_health,
)


# ---- helpers


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)


def _arn(call: Call, resource: str) -> str:
    return f"arn:aws:elasticloadbalancing:{call.region}:{call.account}:{resource}"


def _subnets(parameters: Any) -> list[str]:  # noqa: ANN401 - a request's parameters
    mapped = [mapping["SubnetId"] for mapping in parameters.get("SubnetMappings") or []]
    return list(dict.fromkeys([*(parameters.get("Subnets") or []), *mapped]))


def _check_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name) or name.startswith("internal-"):
        raise invalid(
            f"{what} name '{name}' must have 1 to 32 letters, digits and hyphens, and neither begin nor end "
            "with a hyphen, nor begin with 'internal-'"
        )


def _shown(registry: Registry, group: TargetGroup) -> Settings:
    leading = [arn for arn, action in registry.actions() if action.get("TargetGroupArn") == group.arn]
    return {**group.settings, "LoadBalancerArns": list(dict.fromkeys(leading))}


def _attributes(group: TargetGroup) -> list[dict[str, str]]:
    return [{"Key": MULTI_VALUE, "Value": "true" if group.multi_value_headers else "false"}]


def _described(call: Call, entries: dict[str, Settings], field: str, arns: str, name: str) -> Answer:
    """Those that are asked for, by ARN or by name."""
    wanted, names = call.parameters.get(arns), call.parameters.get("Names")
    chosen = [
        one
        for arn, one in entries.items()
        if (not wanted or arn in wanted) and (not names or one[name] in names)
    ]
    if len(chosen) < len(wanted or names or []):
        raise not_found(field[:-1])
    return _PAGES.page(field, chosen, {**call.parameters, "NextMarker": call.parameters.get("Marker")})


_PAGES = Pages(size=400, largest=400, maximum="PageSize", next_page="NextMarker")
