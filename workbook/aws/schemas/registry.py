"""Registries, the schemas in them, and the versions of each.

A schema is never changed: what is updated gets a version more. A registry of AWS's own, aws.events, holds the
schemas of AWS's events; its content is not simulated.

Sources: botocore 1.44, Schemas; EventBridge User Guide, "Schema registries".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.operations import NotSimulated
from workbook.aws.schemas.errors import NotFound
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.aws.schemas.discoverer import Discoverer
    from workbook.engine.world import World

AWS_REGISTRY = "aws.events"
DISCOVERED = "discovered-schemas"
_STATE = "schemas"


@dataclass(frozen=True)
class Version:
    """One version of a schema."""

    number: str
    type: str
    """OpenApi3 or JSONSchemaDraft4."""
    content: str
    created: int
    """An instant in microseconds."""


@dataclass(eq=False)
class Schema:
    """A schema, with all its versions."""

    name: str
    arn: str
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    """By number, the oldest first."""
    made: int = 0
    """Versions that there ever were."""

    @property
    def latest(self) -> Version:
        """The newest version."""
        return list(self.versions.values())[-1]

    def add(self, kind: str, content: str, now: int) -> Version:
        """One version more."""
        self.made += 1
        version = Version(str(self.made), kind, content, now // SECOND * SECOND)  # as the registry answers
        self.versions[version.number] = version
        return version

    def version(self, number: str | None) -> Version:
        """A version; the newest where no number is given.

        Raises:
            NotFound: there is none.
        """
        found = self.latest if number is None else self.versions.get(number)
        if found is None:
            raise NotFound(f"Schema {self.name} has no version {number}.")
        return found

    def described(self, version: Version) -> dict[str, Any]:
        """As CreateSchema and UpdateSchema answer; DescribeSchema adds the content."""
        shown: dict[str, Any] = {
            "LastModified": datetime_of(self.latest.created),
            "SchemaArn": self.arn,
            "SchemaName": self.name,
            "SchemaVersion": version.number,
            "Type": version.type,
            "VersionCreatedDate": datetime_of(version.created),
            "Tags": dict(self.tags),
        }
        return shown if self.description is None else {**shown, "Description": self.description}

    def settings(self) -> dict[str, Any]:
        """As the trace shows it."""
        latest = self.latest
        return {"SchemaName": self.name, "SchemaVersion": latest.number, "Type": latest.type}


@dataclass(eq=False)
class SchemaRegistry:
    """A registry."""

    name: str
    arn: str
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    schemas: dict[str, Schema] = field(default_factory=dict)

    def schema(self, name: str) -> Schema:
        """The schema called `name`.

        Raises:
            NotFound: there is none.
        """
        found = self.schemas.get(name)
        if found is None:
            raise NotFound(f"Schema with name {name} does not exist.")
        return found

    def described(self) -> dict[str, Any]:
        """As CreateRegistry and DescribeRegistry answer."""
        shown: dict[str, Any] = {
            "RegistryArn": self.arn,
            "RegistryName": self.name,
            "Tags": dict(self.tags),
        }
        return shown if self.description is None else {**shown, "Description": self.description}


@dataclass
class Catalogue:
    """All registries and discoverers of one account and Region."""

    prefix: str
    """What ARNs begin with: arn:aws:schemas:<Region>:<account>."""
    registries: dict[str, SchemaRegistry] = field(default_factory=dict)
    discoverers: dict[str, Discoverer] = field(default_factory=dict)
    """By id."""

    def registry(self, name: str) -> SchemaRegistry:
        """The registry called `name`.

        Raises:
            NotFound: there is none.
            NotSimulated: it is AWS's own.
        """
        if name == AWS_REGISTRY:
            raise NotSimulated("The registry aws.events", "Make a registry of your own, or a discoverer.")
        found = self.registries.get(name)
        if found is None:
            raise NotFound(f"Registry with name {name} does not exist.")
        return found

    def add_registry(self, name: str, description: str | None, tags: dict[str, str]) -> SchemaRegistry:
        """One registry more."""
        registry = SchemaRegistry(name, f"{self.prefix}:registry/{name}", description, tags)
        self.registries[name] = registry
        return registry

    def add_schema(self, registry: SchemaRegistry, name: str) -> Schema:
        """One schema more, without a version yet."""
        schema = Schema(name, f"{self.prefix}:schema/{registry.name}/{name}")
        registry.schemas[name] = schema
        return schema


def catalogue_of(world: World, account: str, region: str) -> Catalogue:
    """The registries and discoverers of an account in a Region."""
    from moto.utilities.utils import get_partition  # noqa: PLC0415 - moto is loaded by whoever calls

    prefix = f"arn:{get_partition(region)}:schemas:{region}:{account}"
    return world.kept_in(_STATE, (account, region), lambda: Catalogue(prefix))
