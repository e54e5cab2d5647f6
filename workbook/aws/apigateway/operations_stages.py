"""The operations on deployments and stages of REST APIs."""

from __future__ import annotations

import copy
import math
import re
from typing import TYPE_CHECKING

from workbook.aws.apigateway.errors import BadRequest, Conflict, NotFound
from workbook.aws.apigateway.pages import page
from workbook.aws.apigateway.registry import Deployment, RestApi, Settings, find_api
from workbook.aws.operations import NotSimulated, refuse_parameters
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

_OF_DEPLOYMENT = frozenset({"restApiId", "stageName", "stageDescription", "description", "variables"})
_OF_STAGE = frozenset({"restApiId", "stageName", "deploymentId", "description", "variables", "tags"})
_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_THROTTLING = {"throttling/rateLimit": "throttlingRateLimit", "throttling/burstLimit": "throttlingBurstLimit"}


def create_deployment(call: Call) -> Answer:
    """CreateDeployment; with a stage's name it is put there, and the stage is made if there is none."""
    api, parameters = _api(call), call.parameters
    refuse_parameters(parameters, _OF_DEPLOYMENT, "CreateDeployment")
    methods = [method for resource in api.resources.values() for method in resource.methods.values()]
    if not methods:
        raise BadRequest("The REST API doesn't contain any methods")
    if any("methodIntegration" not in method for method in methods):
        raise BadRequest("No integration defined for method")
    name = parameters.get("stageName")
    if name is not None:
        _check_name(name)
    made = api.deploy(call.world, parameters.get("description"))
    if name is not None:
        variables = parameters.get("variables") or {}
        stage = api.stages.get(name) or _new_stage(call, name, parameters.get("stageDescription"))
        stage |= {"deploymentId": made.settings["id"], "lastUpdatedDate": datetime_of(call.world.clock.now)}
        stage["variables"] = {**stage.get("variables", {}), **variables}
        api.stages[name] = stage
        _apply_endpoint_setting(api)
    _record(call, api)
    return made.settings


def get_deployment(call: Call) -> Answer:
    """GetDeployment."""
    return _deployment(_api(call), call.parameters["deploymentId"]).settings


def get_deployments(call: Call) -> Answer:
    """GetDeployments."""
    return page([one.settings for one in _api(call).deployments.values()], call.parameters)


def delete_deployment(call: Call) -> Answer:
    """DeleteDeployment; one that a stage answers by is refused."""
    api = _api(call)
    identifier = _deployment(api, call.parameters["deploymentId"]).settings["id"]
    if any(stage["deploymentId"] == identifier for stage in api.stages.values()):
        raise BadRequest("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[identifier]
    return None


def create_stage(call: Call) -> Answer:
    """CreateStage, for a deployment that exists."""
    api, parameters = _api(call), call.parameters
    refuse_parameters(parameters, _OF_STAGE, "CreateStage")
    name = parameters["stageName"]
    _check_name(name)
    if name in api.stages:
        raise Conflict("Stage already exists")
    deployment = _deployment(api, parameters["deploymentId"])
    stage = _new_stage(call, name, parameters.get("description"))
    stage |= {"deploymentId": deployment.settings["id"], "variables": parameters.get("variables") or {}}
    if parameters.get("tags"):
        stage["tags"] = parameters["tags"]
    api.stages[name] = stage
    _apply_endpoint_setting(api)
    _record(call, api)
    return stage


def get_stage(call: Call) -> Answer:
    """GetStage."""
    return _api(call).stage(call.parameters["stageName"])


def get_stages(call: Call) -> Answer:
    """GetStages: all of them."""
    return {"item": list(_api(call).stages.values())}


def update_stage(call: Call) -> Answer:
    """UpdateStage: the deployment, the description, variables, and throttling of all methods.

    Raises:
        NotSimulated: another path is patched.
    """
    api = _api(call)
    stage = api.stage(call.parameters["stageName"])
    patched = copy.deepcopy(stage)  # an error must leave nothing half done
    for patch in call.parameters.get("patchOperations") or []:
        _patch(api, patched, patch)
    stage.clear()
    stage |= patched
    stage["lastUpdatedDate"] = datetime_of(call.world.clock.now)
    _apply_endpoint_setting(api)
    _record(call, api)
    return stage


def delete_stage(call: Call) -> Answer:
    """DeleteStage."""
    api = _api(call)
    api.stage(call.parameters["stageName"])
    del api.stages[call.parameters["stageName"]]
    api.throttle.forget(call.parameters["stageName"])
    _apply_endpoint_setting(api)
    _record(call, api)
    return None


OPERATIONS = (
    create_deployment,
    get_deployment,
    get_deployments,
    delete_deployment,
    create_stage,
    get_stage,
    get_stages,
    update_stage,
    delete_stage,
)


# ---- helpers


def _api(call: Call) -> RestApi:
    return find_api(call.world, call.account, call.region, call.parameters["restApiId"])


def _deployment(api: RestApi, identifier: str) -> Deployment:
    if identifier not in api.deployments:
        raise NotFound.of("Deployment")
    return api.deployments[identifier]


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadRequest("Stage name only allows a-zA-Z0-9_-")


def _new_stage(call: Call, name: str, description: str | None) -> Settings:
    now = datetime_of(call.world.clock.now)
    stage: Settings = {
        "stageName": name,
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": False,
        "createdDate": now,
        "lastUpdatedDate": now,
    }
    return stage if description is None else stage | {"description": description}


def _patch(api: RestApi, stage: Settings, patch: Settings) -> None:
    path, value = str(patch.get("path", "")).removeprefix("/"), str(patch.get("value", ""))
    kind, _, name = path.partition("/")
    throttling = _THROTTLING.get(path.removeprefix("*/*/"))
    operation = patch.get("op")
    if operation not in {"replace", "add", "remove"} or (operation != "replace" and kind != "variables"):
        raise BadRequest(f"Invalid patch operation specified: {operation} of /{path}")  # words unverified
    if path == "deploymentId":
        stage["deploymentId"] = _deployment(api, value).settings["id"]
    elif path == "description":
        stage["description"] = value
    elif kind == "variables" and name:
        if operation == "remove":
            stage.get("variables", {}).pop(name, None)
        else:
            stage.setdefault("variables", {})[name] = value
    elif path.startswith("*/*/") and throttling is not None:
        stage["methodSettings"].setdefault("*/*", {})[throttling] = _number(throttling, value)
    else:
        raise NotSimulated(f"UpdateStage of /{path}", "The deployment, variables and throttling can be set.")


def _number(setting: str, value: str) -> float:
    """The rate, which may have a fraction, or the burst, which has none."""
    try:
        number = float(value) if setting == "throttlingRateLimit" else int(value)
    except ValueError:
        raise BadRequest(f"Invalid {setting} specified: {value}") from None  # words unverified
    if not 0 <= number < math.inf:
        raise BadRequest(f"Invalid {setting} specified: {value}")
    return number


def _apply_endpoint_setting(api: RestApi) -> None:
    """A stage changed: now the API's own endpoint follows its setting."""
    api.is_disabled = api.settings["disableExecuteApiEndpoint"] is True


def _record(call: Call, api: RestApi) -> None:
    stages = {name: stage["deploymentId"] for name, stage in api.stages.items()}
    call.world.trace.record("configure", api.endpoint, settings={"Stages": stages})
