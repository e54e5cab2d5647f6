"""REST APIs: a tree of resources, each with methods, each with an integration; settings as AWS shows them.

A stage answers by a deployment, which is a copy of the tree and of the resource policy at that instant: a
change that is not deployed is seen by nobody. That the API's own endpoint is disabled counts once a stage
changes.

Source: API Gateway Developer Guide, "Updates to REST APIs that require redeployment".
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.apigateway.errors import NotFound
from workbook.aws.web import apis
from workbook.aws.web.apis import WebApi
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.engine.world import World

Settings = dict[str, Any]


@dataclass
class Resource:
    """One node of the tree."""

    id: str
    path: str
    parent_id: str | None = None
    part: str | None = None
    methods: dict[str, Settings] = field(default_factory=dict)

    def description(self, *, with_methods: bool = True) -> Settings:
        """As AWS shows it; without the settings of its methods unless they are asked for."""
        shown: Settings = {"id": self.id, "path": self.path}
        if self.parent_id is not None:
            shown |= {"parentId": self.parent_id, "pathPart": self.part}
        if self.methods:
            shown["resourceMethods"] = {
                name: settings if with_methods else {} for name, settings in self.methods.items()
            }
        return shown

    def method(self, name: str) -> Settings:
        """A method of this resource.

        Raises:
            NotFound: it has none of that name.
        """
        if name not in self.methods:
            raise NotFound.of("Method")
        return self.methods[name]


@dataclass
class Deployment:
    """What an API was at an instant."""

    settings: Settings
    resources: dict[str, Resource]
    policy: str = ""


@dataclass
class RestApi(WebApi):
    """One API."""

    resources: dict[str, Resource] = field(default_factory=dict)
    stages: dict[str, Settings] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)
    is_disabled: bool = False
    """Whether its own endpoint answers nobody: what `disableExecuteApiEndpoint` was when a stage changed."""

    def resource(self, identifier: str) -> Resource:
        """A resource by its id.

        Raises:
            NotFound: there is none.
        """
        if identifier not in self.resources:
            raise NotFound.of("Resource")
        return self.resources[identifier]

    def stage(self, name: str) -> Settings:
        """A stage by its name.

        Raises:
            NotFound: there is none.
        """
        if name not in self.stages:
            raise NotFound.of("stage")
        return self.stages[name]

    def deploy(self, world: World, description: str | None) -> Deployment:
        """Make a deployment of what the API is now."""
        settings: Settings = {"id": identifier(world, 6), "createdDate": datetime_of(world.clock.now)}
        if description is not None:
            settings["description"] = description
        made = Deployment(settings, copy.deepcopy(self.resources), self.settings.get("policy") or "")
        self.deployments[settings["id"]] = made
        return made


Registry = dict[str, RestApi]


def registry_of(world: World, account: str, region: str) -> Registry:
    """The APIs of an account in a Region, by their ids."""
    return world.kept_in("apigateway", (account, region), dict)


def find_api(world: World, account: str, region: str, identifier: str) -> RestApi:
    """An API by its id.

    Raises:
        NotFound: there is none.
    """
    api = registry_of(world, account, region).get(identifier)
    if api is None:
        raise NotFound.of("API", f"{account}:{identifier}")
    return api


def identifier(world: World, length: int) -> str:
    """A new id: small letters and digits."""
    return apis.identifier(world, "apigateway.ids", length)
