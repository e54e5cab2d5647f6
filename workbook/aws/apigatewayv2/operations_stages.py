"""The operations on stages and deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.apigatewayv2.errors import BadRequest, Conflict, NotFound
from workbook.aws.apigatewayv2.pages import page
from workbook.aws.apigatewayv2.registry import Deployment, HttpApi, Settings, find_api, put_to
from workbook.aws.apigatewayv2.settings import check_stage
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call


def create_stage(call: Call) -> Answer:
    """CreateStage."""
    api, parameters = _api(call), call.parameters
    check_stage(parameters, "CreateStage")
    name = parameters["StageName"]
    if name in api.stages:
        raise Conflict("Stage already exists")
    now = datetime_of(call.world.clock.now)
    stage: Settings = {
        "AutoDeploy": False,
        "CreatedDate": now,
        "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
        "LastUpdatedDate": now,
        "RouteSettings": {},
        "StageVariables": {},
        "Tags": {},
        **_given(parameters),
    }
    if parameters.get("DeploymentId"):
        put_to(stage, _deployment(api, parameters["DeploymentId"]))
    api.stages[name] = stage
    _follow(call, api, stage)
    return stage


def get_stage(call: Call) -> Answer:
    """GetStage."""
    return _api(call).part("Stage", call.parameters["StageName"])


def get_stages(call: Call) -> Answer:
    """GetStages."""
    return page(list(_api(call).stages.values()), call.parameters)


def update_stage(call: Call) -> Answer:
    """UpdateStage. What is not given stays as it is."""
    api = _api(call)
    stage = api.part("Stage", call.parameters["StageName"])
    check_stage(call.parameters, "UpdateStage")
    if call.parameters.get("DeploymentId"):
        put_to(stage, _deployment(api, call.parameters["DeploymentId"]))
    stage |= _given(call.parameters)
    stage["LastUpdatedDate"] = datetime_of(call.world.clock.now)
    _follow(call, api, stage)
    return stage


def delete_stage(call: Call) -> Answer:
    """DeleteStage."""
    api = _api(call)
    name = api.part("Stage", call.parameters["StageName"])["StageName"]
    del api.stages[name]
    api.throttle.forget(name)
    _record(call, api)
    return None


def create_deployment(call: Call) -> Answer:
    """CreateDeployment, and put it to a stage where one is named."""
    api = _api(call)
    if not api.routes:
        raise BadRequest("Unable to deploy API because no routes exist in this API")
    name = call.parameters.get("StageName")
    stage = None if name is None else api.part("Stage", name)
    if stage is not None and stage["AutoDeploy"]:
        raise BadRequest("Deployment ID cannot be set on stages with AutoDeploy enabled")
    made = api.deploy(call.world, automatic=False, description=call.parameters.get("Description"))
    if stage is not None:
        put_to(stage, made)
    _record(call, api)
    return made.settings


def get_deployment(call: Call) -> Answer:
    """GetDeployment."""
    return _deployment(_api(call), call.parameters["DeploymentId"]).settings


def get_deployments(call: Call) -> Answer:
    """GetDeployments."""
    return page([one.settings for one in _api(call).deployments.values()], call.parameters)


def delete_deployment(call: Call) -> Answer:
    """DeleteDeployment; one that a stage answers by is refused (text unverified)."""
    api = _api(call)
    identifier = _deployment(api, call.parameters["DeploymentId"]).settings["DeploymentId"]
    if any(stage.get("DeploymentId") == identifier for stage in api.stages.values()):
        raise BadRequest("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[identifier]
    return None


OPERATIONS = (
    create_stage,
    get_stage,
    get_stages,
    update_stage,
    delete_stage,
    create_deployment,
    get_deployment,
    get_deployments,
    delete_deployment,
)


# ---- helpers


def _api(call: Call) -> HttpApi:
    return find_api(call.world, call.account, call.region, call.parameters["ApiId"])


def _given(parameters: Any) -> Settings:  # noqa: ANN401 - a request's parameters
    return {
        name: value
        for name, value in parameters.items()
        if value is not None and name not in {"ApiId", "DeploymentId"}
    }


def _deployment(api: HttpApi, identifier: str) -> Deployment:
    found = api.deployments.get(identifier)
    if found is None:
        raise NotFound.of("Deployment", identifier)
    return found


def _follow(call: Call, api: HttpApi, stage: Settings) -> None:
    if stage["AutoDeploy"]:
        api.deploy_automatically(call.world)
    _record(call, api)


def _record(call: Call, api: HttpApi) -> None:
    stages = {name: stage.get("DeploymentId") for name, stage in api.stages.items()}
    call.world.trace.record("configure", api.endpoint, settings={"Stages": stages})
