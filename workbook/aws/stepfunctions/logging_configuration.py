"""Where executions are logged to: AWS looks at it when a state machine is made or updated, not later.

There must be one log group, it must exist, and the state machine's role must be allowed to set up a delivery
of logs. That was asked once; afterwards the logs come as CloudWatch Logs' own delivery, whatever the role may
do then.

Sources: answers of AWS recorded in 2024; Step Functions Developer Guide, "IAM Policies for logging to
CloudWatch Logs".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.roles import role_access
from workbook.aws.stepfunctions.errors import AccessDenied, InvalidLoggingConfiguration
from workbook.aws.stepfunctions.revisions import OFF
from workbook.aws.stepfunctions.role_calls import SERVICE

if TYPE_CHECKING:
    from workbook.engine.world import World

_ACTIONS = ("CreateLogDelivery", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups")
"""Of what the guide lists, what making a delivery asks for (which of them AWS tries is unverified)."""
_VALIDATION = "log_stream_created_by_aws_to_validate_log_delivery_subscriptions"


def checked_logging(world: World, given: Mapping[str, Any] | None, role_arn: str) -> Mapping[str, Any]:
    """The configuration as AWS shows it.

    Raises:
        InvalidLoggingConfiguration: there is not one log group, or it does not exist.
        AccessDenied: the role may not deliver logs.
    """
    if given is None:
        return OFF
    level = given.get("level") or "OFF"
    destinations: list[Mapping[str, Any]] | None = given.get("destinations")
    shown: dict[str, Any] = {
        "level": level,
        "includeExecutionData": bool(given.get("includeExecutionData")),
    }
    if destinations is not None:
        shown["destinations"] = destinations
    if len(destinations or ()) > 1 or (level != "OFF" and not destinations):
        raise InvalidLoggingConfiguration.one_destination()
    if level != "OFF" and destinations:
        _check_destination(world, destinations[0], role_arn)
    return shown


def _check_destination(world: World, destination: Mapping[str, Any], role_arn: str) -> None:
    arn = (destination.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn")
    if arn is None:
        raise InvalidLoggingConfiguration.one_destination()
    group = _log_group(arn)
    if group is None:
        raise InvalidLoggingConfiguration.not_found()
    for action in _ACTIONS:
        if not role_access(world, role_arn, SERVICE, f"logs:{action}", "*").allowed:
            raise AccessDenied.log_destination()
    if _VALIDATION not in group.streams:
        group.create_log_stream(_VALIDATION)


def _log_group(arn: str) -> Any:  # noqa: ANN401 - moto's LogGroup
    """The log group of an ARN, which ends with `:*`; None where there is none."""
    from workbook.aws.logs.resource_policies import groups_of  # noqa: PLC0415 - only who logs waits for it

    parts = arn.split(":")
    if len(parts) != 8 or parts[2] != "logs" or parts[7] != "*":
        return None
    return groups_of(parts[4], parts[3]).get(parts[6])
