"""Permission by a role: what each target asks first when its sender comes with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery.shipment import Failure, Sender, Undelivered
from workbook.aws.roles import role_access, role_session

if TYPE_CHECKING:
    from workbook.engine.world import World


def demand_role(world: World, sender: Sender, action: str, resource: str) -> None:
    """Let a sender pass that comes with no role, or with one that may do `action` to `resource`.

    Raises:
        Undelivered: the role cannot be assumed, or its policies do not allow the action.
    """
    if sender.role_arn is None:
        return
    access = role_access(world, sender.role_arn, sender.service, action, resource, sender.context)
    if access.allowed:
        return
    if not access.assumed:
        raise Undelivered(Failure.NO_ROLE, access.reason, status=403)
    session = role_session(sender.role_arn, sender.service)
    raise Undelivered(
        Failure.NO_PERMISSION,
        f"User: {session.arn} is not authorized to perform: {action} on resource: {resource} {access.reason}",
        status=403,
    )
