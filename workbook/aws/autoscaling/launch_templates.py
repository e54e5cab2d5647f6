"""Which launch template a group launches from: moto keeps them, here one is looked up and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends

from workbook.aws.autoscaling.errors import ValidationError

if TYPE_CHECKING:
    from moto.ec2.models.launch_templates import LaunchTemplate


@dataclass(frozen=True)
class Template:
    """One version of a launch template."""

    template_id: str
    name: str
    version: int
    instance_type: str

    def specification(self) -> dict[str, str]:
        """As instances show what they were launched from."""
        return {
            "LaunchTemplateId": self.template_id,
            "LaunchTemplateName": self.name,
            "Version": str(self.version),
        }


def find_template(account: str, region: str, specification: Mapping[str, Any]) -> Template:
    """The version that a LaunchTemplateSpecification stands for now: a number, $Latest, or $Default.

    Raises:
        ValidationError: there is no such template or version, or it says not what to launch.
    """
    template = _find(account, region, specification)
    wanted = str(specification.get("Version") or "$Default")
    number = {"$Default": template.default_version_number, "$Latest": template.latest_version_number}.get(
        wanted
    )
    number = int(wanted) if number is None and wanted.isdigit() else number
    if number is None or not 1 <= number <= len(template.versions):
        raise ValidationError(
            f"You must use a valid fully-formed launch template. Could not find version {wanted}"
        )
    data = template.versions[number - 1].data
    if not data.get("ImageId"):
        text = "The request must contain the parameter ImageId"
        raise ValidationError(f"You must use a valid fully-formed launch template. {text}")
    return Template(template.id, template.name, number, str(data.get("InstanceType") or DEFAULT_TYPE))


DEFAULT_TYPE = "m1.small"
"""What EC2 launches where nothing says which type (service model of EC2, RunInstances: InstanceType)."""


def _find(account: str, region: str, specification: Mapping[str, Any]) -> LaunchTemplate:
    template_id, name = specification.get("LaunchTemplateId"), specification.get("LaunchTemplateName")
    if bool(template_id) == bool(name):
        raise ValidationError("Valid requests must contain either launchTemplateId or LaunchTemplateName")
    backend = ec2_backends[account][region]
    try:
        if template_id:
            return backend.get_launch_template(str(template_id))
        return backend.get_launch_template_by_name(str(name))
    except ServiceException as error:
        text = "You must use a valid fully-formed launch template."
        raise ValidationError(f"{text} {getattr(error, 'message', error)}") from None
