"""A state machine of Step Functions as a target.

State machines are not simulated yet: CreateStateMachine is refused by name, so there is none, and a delivery
to one fails as a delivery to a state machine that does not exist does on AWS. The role is asked first, as
there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target

if TYPE_CHECKING:
    from workbook.engine.world import World


def accept(world: World, sender: Sender, state_machine_arn: str, _parcel: Parcel) -> Answer:
    """Refuse what a service delivers: there is no such state machine.

    Raises:
        Undelivered: always.
    """
    if sender.role_arn is None:
        raise Undelivered(Failure.NO_ROLE, "states:StartExecution needs a role: give the target a RoleArn")
    demand_role(world, sender, "states:StartExecution", state_machine_arn)
    missing = f"State Machine Does Not Exist: '{state_machine_arn}'"
    raise Undelivered(Failure.NO_RESOURCE, missing, status=400)


TARGET = Target(accept)
