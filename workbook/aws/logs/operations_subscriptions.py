"""The operations on subscription filters; a log group has two at most.

A destination is tried when the filter is put: a function's policy is asked, a stream gets a control message.

Sources: service model of CloudWatch Logs; texts of AWS as its users report them. Others are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException

from workbook.aws.constraints import constraint_errors
from workbook.aws.delivery import Undelivered, attempt
from workbook.aws.limits import limit
from workbook.aws.logs.filter_patterns import InvalidPattern, parse_filter_pattern
from workbook.aws.logs.resource_policies import InvalidParameter, groups_of
from workbook.aws.logs.subscriptions import SERVICE, SubscriptionFilter, pack, parcel_of
from workbook.aws.operations import NotSimulated, refuse_parameters
from workbook.aws.paging import Pages

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call
    from workbook.engine.world import World

MOST = limit("logs.subscription.filters")
"""Filters of a log group."""
_KNOWN = frozenset(
    {"logGroupName", "filterName", "filterPattern", "destinationArn", "roleArn", "distribution"}
)
_VENDORS = frozenset({"lambda", "kinesis", "firehose"})
_NAMES = {"kinesis": "Kinesis", "firehose": "Firehose"}


class ResourceNotFound(ServiceException):
    """There is no such log group or filter."""

    code = "ResourceNotFoundException"


class LimitExceeded(ServiceException):
    """The log group has its two filters."""

    code = "LimitExceededException"
    message = "Resource limit exceeded."


def put_subscription_filter(call: Call) -> Answer:
    """PutSubscriptionFilter; one of the same name is replaced."""
    parameters = call.parameters
    _check(parameters, "PutSubscriptionFilter")
    group = _group(call)
    name = parameters["filterName"]
    if name not in group.subscription_filters and len(group.subscription_filters) >= MOST:
        raise LimitExceeded
    made = SubscriptionFilter(
        name=name,
        log_group_name=group.name,
        log_group_arn=group.arn.removesuffix(":*"),
        pattern=parameters["filterPattern"],
        destination_arn=parameters["destinationArn"],
        role_arn=parameters.get("roleArn"),
        distribution=parameters.get("distribution") or "ByLogStream",
        creation_time=call.world.clock.milliseconds,
    )
    _check_destination(call.world, made)
    group.subscription_filters[name] = made
    _record(call, group)
    return None


def describe_subscription_filters(call: Call) -> Answer:
    """DescribeSubscriptionFilters, by name."""
    filters = _group(call).subscription_filters
    prefix = call.parameters.get("filterNamePrefix") or ""
    shown = [filters[name].description() for name in sorted(filters) if name.startswith(prefix)]
    return _PAGES.page("subscriptionFilters", shown, call.parameters)


def delete_subscription_filter(call: Call) -> Answer:
    """DeleteSubscriptionFilter."""
    group = _group(call)
    if group.subscription_filters.pop(call.parameters["filterName"], None) is None:
        raise ResourceNotFound("The specified subscription filter does not exist.")
    _record(call, group)
    return None


OPERATIONS = (put_subscription_filter, describe_subscription_filters, delete_subscription_filter)


# ---- helpers


def _check(parameters: Any, operation: str) -> None:  # noqa: ANN401 - a request's parameters
    errors = constraint_errors("logs", operation, parameters)
    if errors is not None:
        raise InvalidParameter(errors)
    refuse_parameters(parameters, _KNOWN, operation)
    try:
        parse_filter_pattern(parameters["filterPattern"])
    except InvalidPattern:
        raise InvalidParameter("Invalid filter pattern") from None


def _group(call: Call) -> Any:  # noqa: ANN401 - moto's LogGroup
    group = groups_of(call.account, call.region).get(call.parameters["logGroupName"])
    if group is None:
        raise ResourceNotFound("The specified log group does not exist.")
    return group


def _check_destination(world: World, made: SubscriptionFilter) -> None:
    parts = made.destination_arn.split(":")
    vendor = parts[2] if len(parts) > 5 else ""
    if vendor not in _VENDORS:
        if vendor == "logs":
            raise NotSimulated("A cross-account destination", "Use a function or a stream of the account.")
        raise InvalidParameter(
            f"PutSubscriptionFilter operation cannot work with destinationArn for vendor {vendor}"
        )
    if vendor == "lambda":
        if made.role_arn is not None:
            raise InvalidParameter("destinationArn for vendor lambda cannot be used with roleArn")
        _refuse_own_log_group(made)
        _check_function(world, made)
    elif made.role_arn is None:
        raise InvalidParameter(f"destinationArn for vendor {vendor} cannot be used without roleArn")
    else:
        _send_test_message(world, made, _NAMES[vendor])


def _refuse_own_log_group(made: SubscriptionFilter) -> None:
    """A function that gets what it logs would never come to rest; any version or alias of it is the same."""
    region, account, _, name = made.destination_arn.split(":")[3:7]
    own = f"arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{name}"
    if made.log_group_arn == own:
        raise InvalidParameter(
            "The log group provided is reserved for the function logs of the destination function."
        )


def _check_function(world: World, made: SubscriptionFilter) -> None:
    import moto.awslambda  # noqa: F401, PLC0415 - our Lambda goes in once moto's is there

    from workbook.aws.awslambda.access import function_access  # noqa: PLC0415 - as above
    from workbook.aws.awslambda.errors import LambdaError  # noqa: PLC0415 - as above

    region = made.log_group_arn.split(":")[3]
    account = made.log_group_arn.split(":")[4]
    context = {"aws:SourceArn": f"{made.log_group_arn}:*", "aws:SourceAccount": account}
    try:
        services = (SERVICE, f"logs.{region}.amazonaws.com")
        allowed = any(
            function_access(world, made.destination_arn, service, context).allowed for service in services
        )
    except LambdaError:
        allowed = False
    if not allowed:
        raise InvalidParameter(
            "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to "
            "execute your function."
        )


def _send_test_message(world: World, made: SubscriptionFilter, name: str) -> None:
    where = "Kinesis stream" if name == "Kinesis" else name
    text = f"CWL CONTROL MESSAGE: Checking health of destination {where}."
    event = {"timestamp": world.clock.milliseconds, "message": text}
    packed = pack(world, made, "", [event], "CONTROL_MESSAGE")
    try:
        attempt(world, made.sender, made.destination_arn, parcel_of(world, made, "", packed))
    except Undelivered as error:
        message = (
            f"Could not deliver test message to specified {name} stream. "
            f"Check if the given {name} stream is in ACTIVE state."
        )
        raise InvalidParameter(message) from error


def _record(call: Call, group: Any) -> None:  # noqa: ANN401 - moto's LogGroup
    filters = {one.name: one.destination_arn for one in group.subscription_filters.values()}
    arn = group.arn.removesuffix(":*")
    call.world.trace.record("configure", arn, settings={"SubscriptionFilters": filters})


def _invalid_token() -> InvalidParameter:
    return InvalidParameter("The specified nextToken is invalid.")


_PAGES = Pages(size=50, largest=50, maximum="limit", next_page="nextToken", invalid=_invalid_token)
