"""HTTP APIs and what belongs to them, each part as the settings that AWS shows.

A stage answers by what was deployed to it, not by what the API is now: a deployment is a copy of routes and
integrations. A stage with AutoDeploy gets a new one with each change.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.apigatewayv2.errors import NotFound
from workbook.aws.web import apis
from workbook.aws.web.apis import WebApi
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.engine.world import World

Settings = dict[str, Any]


@dataclass
class Deployment:
    """What an API was at an instant."""

    settings: Settings
    routes: Mapping[str, Settings]
    integrations: Mapping[str, Settings]


@dataclass
class HttpApi(WebApi):
    """One API."""

    integrations: dict[str, Settings] = field(default_factory=dict)
    routes: dict[str, Settings] = field(default_factory=dict)
    stages: dict[str, Settings] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)

    def part(self, kind: str, identifier: str) -> Settings:
        """A route, an integration or a stage.

        Raises:
            NotFound: there is none.
        """
        parts: Mapping[str, dict[str, Settings]] = {
            "Route": self.routes,
            "Integration": self.integrations,
            "Stage": self.stages,
        }
        found = parts[kind].get(identifier)
        if found is None:
            raise NotFound.of(kind, identifier)
        return found

    def deploy(self, world: World, *, automatic: bool, description: str | None = None) -> Deployment:
        """Make a deployment of what the API is now."""
        settings: Settings = {
            "AutoDeployed": automatic,
            "CreatedDate": datetime_of(world.clock.now),
            "DeploymentId": identifier(world, 6),
            "DeploymentStatus": "DEPLOYED",
        }
        if description is not None:
            settings["Description"] = description
        made = Deployment(settings, copy.deepcopy(self.routes), copy.deepcopy(self.integrations))
        self.deployments[settings["DeploymentId"]] = made
        return made

    def deploy_automatically(self, world: World) -> None:
        """Let the stages with AutoDeploy follow a change; an API without routes cannot be deployed."""
        following = [stage for stage in self.stages.values() if stage.get("AutoDeploy")]
        if not following or not self.routes:
            return
        made = self.deploy(
            world,
            automatic=True,
            description="Automatic deployment triggered by changes to the Api configuration",
        )
        for stage in following:
            put_to(stage, made)


def put_to(stage: Settings, deployment: Deployment) -> None:
    """Let a stage answer by a deployment."""
    stage["DeploymentId"] = deployment.settings["DeploymentId"]
    if stage.get("AutoDeploy"):
        stage["LastDeploymentStatusMessage"] = (
            f"Successfully deployed stage with deployment ID '{stage['DeploymentId']}'"
        )


Registry = dict[str, HttpApi]


def registry_of(world: World, account: str, region: str) -> Registry:
    """The APIs of an account in a Region, by their ids."""
    return world.kept_in("apigatewayv2", (account, region), dict)


def find_api(world: World, account: str, region: str, identifier: str) -> HttpApi:
    """An API by its id.

    Raises:
        NotFound: there is none.
    """
    api = registry_of(world, account, region).get(identifier)
    if api is None:
        raise NotFound.of("API", identifier)
    return api


def identifier(world: World, length: int) -> str:
    """A new id: small letters and digits."""
    return apis.identifier(world, "apigatewayv2.ids", length)
