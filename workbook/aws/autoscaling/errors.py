"""The errors of the Auto Scaling API, with AWS's codes and, where an answer of AWS is known, its text."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """A parameter, or their combination, is not accepted."""

    code = "ValidationError"

    @classmethod
    def group(cls, name: str) -> ValidationError:
        """No group of this name."""
        return cls(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")

    @classmethod
    def not_in_group(cls, instance_id: str, group: str) -> ValidationError:
        """The group has no such instance (text unverified)."""
        return cls(f"The instance {instance_id} is not part of Auto Scaling group {group}.")

    @classmethod
    def instance(cls, instance_id: str) -> ValidationError:
        """No group has such an instance (text unverified)."""
        return cls(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")


class AlreadyExists(ServiceException):
    """There is a group of this name."""

    code = "AlreadyExists"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"AutoScalingGroup by this name already exists - A group with the name {name} already exists"
        )


class ScalingActivityInProgress(ServiceException):
    """The cooldown of an earlier activity is not over."""

    code = "ScalingActivityInProgress"

    @classmethod
    def blocked_by(cls, activity_id: str) -> ScalingActivityInProgress:
        """What a request that honours the cooldown is told."""
        return cls(f"Scaling activity {activity_id} is in progress and blocks this action")


class ResourceInUse(ServiceException):
    """A group with instances cannot be deleted, unless by force."""

    code = "ResourceInUse"
    message = (
        "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) "
        "still in the group."
    )
