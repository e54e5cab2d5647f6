"""Registries of schemas, and tags. Source: botocore 1.44, Schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.schemas import asked
from workbook.aws.schemas.errors import BadRequest, Conflict, Forbidden, NotFound
from workbook.aws.schemas.registry import (
    AWS_REGISTRY,
)

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call


def create_registry(call: Call) -> Answer:
    """Make a registry."""
    name, catalogue = str(call.parameters["RegistryName"]), asked.catalogue(call)
    if name.startswith("aws."):
        raise Forbidden(f"Registry name {name} is reserved: names that begin with aws. are AWS's.")
    if name in catalogue.registries:
        raise Conflict(f"Registry with name {name} already exists.")
    registry = catalogue.add_registry(name, call.parameters.get("Description"), asked.tags(call))
    call.world.trace.record("create", registry.arn, settings={"RegistryName": name})
    return registry.described()


def describe_registry(call: Call) -> Answer:
    """Show a registry."""
    return asked.registry(call).described()


def update_registry(call: Call) -> Answer:
    """Change a registry's description."""
    registry = asked.registry(call)
    registry.description = call.parameters.get("Description") or registry.description
    call.world.trace.record("configure", registry.arn, settings={"RegistryName": registry.name})
    return registry.described()


def delete_registry(call: Call) -> Answer:
    """Delete a registry that holds no schemas."""
    registry = asked.registry(call)
    if registry.schemas:
        raise BadRequest(f"Registry {registry.name} holds schemas: delete them first.")
    del asked.catalogue(call).registries[registry.name]
    call.world.trace.record("remove", registry.arn)
    return None


def list_registries(call: Call) -> Answer:
    """Show the registries: the account's own, AWS's, or both."""
    beginning, scope = call.parameters.get("RegistryNamePrefix") or "", call.parameters.get("Scope")
    own = [each.described() for _, each in sorted(asked.catalogue(call).registries.items())]
    arn = f"{asked.catalogue(call).prefix.rpartition(':')[0]}::registry/{AWS_REGISTRY}"  # it is no account's
    aws = {"RegistryArn": arn, "RegistryName": AWS_REGISTRY}
    wanted = [*([aws] if scope != "Local" else []), *(own if scope != "AWS" else [])]
    shown = [asked.only(each, "RegistryArn", "RegistryName", "Tags") for each in wanted]
    found = [each for each in shown if each["RegistryName"].startswith(beginning)]
    return asked.page(call, "Registries", found)


# ---- tags


def tag_resource(call: Call) -> Answer:
    """Add tags to a registry, schema or discoverer."""
    _tagged(call).update(asked.tags(call))
    return None


def untag_resource(call: Call) -> Answer:
    """Take tags away."""
    tags = _tagged(call)
    for key in call.parameters["TagKeys"]:
        tags.pop(key, None)
    return None


def list_tags_for_resource(call: Call) -> Answer:
    """Show the tags."""
    return {"Tags": dict(_tagged(call))}


# ---- helpers


def _tagged(call: Call) -> dict[str, str]:
    arn, catalogue = str(call.parameters["ResourceArn"]), asked.catalogue(call)
    registries = catalogue.registries.values()
    tagged = {each.arn: each.tags for each in registries}
    tagged.update((each.arn, each.tags) for registry in registries for each in registry.schemas.values())
    tagged.update((each.arn, each.tags) for each in catalogue.discoverers.values())
    if arn not in tagged:
        raise NotFound(f"Resource {arn} does not exist.")
    return tagged[arn]
