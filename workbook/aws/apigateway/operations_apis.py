"""The operations on REST APIs and on the resources of which each is a tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook.aws.apigateway.errors import BadRequest, Conflict, NotFound
from workbook.aws.apigateway.front import RestApiFront
from workbook.aws.apigateway.pages import page
from workbook.aws.apigateway.registry import Resource, RestApi, Settings, find_api, identifier, registry_of
from workbook.aws.endpoints import close_front, open_front
from workbook.aws.operations import refuse_parameters
from workbook.aws.policies import PolicyError, parse_policy
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

_KNOWN = frozenset(
    {"name", "description", "version", "policy", "tags", "endpointConfiguration", "disableExecuteApiEndpoint"}
)
_PART = re.compile(r"[a-zA-Z0-9._:-]+|\{[a-zA-Z0-9._-]+\+?\}")


def create_rest_api(call: Call) -> Answer:
    """CreateRestApi, with the root of its tree."""
    world, parameters = call.world, call.parameters
    refuse_parameters(parameters, _KNOWN, "CreateRestApi")
    if not parameters.get("name"):
        raise BadRequest("Invalid REST API name")
    settings: Settings = {
        "apiKeySource": "HEADER",
        "createdDate": datetime_of(world.clock.now),
        "disableExecuteApiEndpoint": False,
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        **{name: value for name, value in parameters.items() if value is not None},
    }
    api = RestApi(identifier(world, 10), call.account, call.region, settings)
    if "policy" in settings:
        settings["policy"] = _policy(api, settings["policy"])
    root = Resource(identifier(world, 10), "/")
    api.resources[root.id] = root
    registry_of(world, call.account, call.region)[api.id] = api
    open_front(world, api.endpoint, RestApiFront(world, api))
    world.trace.record("create", api.endpoint, settings={"Name": settings["name"], "Protocol": "REST"})
    return _description(api)


def get_rest_api(call: Call) -> Answer:
    """GetRestApi."""
    return _description(_api(call))


def get_rest_apis(call: Call) -> Answer:
    """GetRestApis."""
    apis = registry_of(call.world, call.account, call.region).values()
    return page([_description(api) for api in apis], call.parameters)


def update_rest_api(call: Call) -> Answer:
    """UpdateRestApi: name, description, version, policy and disableExecuteApiEndpoint can be replaced."""
    api = _api(call)
    settings = dict(api.settings)  # an error must leave nothing half done
    for patch in call.parameters.get("patchOperations") or []:
        name = str(patch.get("path", "")).removeprefix("/")
        if patch.get("op") != "replace" or name not in _KNOWN - {"tags", "endpointConfiguration"}:
            raise BadRequest(
                "Invalid patch path '/"
                f"{name}' specified for op '{patch.get('op')}'. Must be one of: [/name, /description, "
                "/version, /policy, /disableExecuteApiEndpoint]"
            )
        value = patch.get("value", "")
        if name == "policy":
            value = _policy(api, value)
        settings[name] = value == "true" if name == "disableExecuteApiEndpoint" else value
    api.settings = settings
    call.world.trace.record("configure", api.endpoint, settings={"Name": api.settings["name"]})
    return _description(api)


def delete_rest_api(call: Call) -> Answer:
    """DeleteRestApi, with all that belongs to it."""
    api = _api(call)
    del registry_of(call.world, call.account, call.region)[api.id]
    close_front(call.world, api.endpoint)
    return None


# ---- resources


def create_resource(call: Call) -> Answer:
    """CreateResource, below another one."""
    api, part = _api(call), str(call.parameters["pathPart"])
    parent = api.resource(call.parameters["parentId"])
    if not _PART.fullmatch(part):
        raise BadRequest(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces "
            "at the beginning and the end."
        )
    if parent.path.endswith("+}"):
        raise BadRequest(f"Cannot create a child of a resource with a greedy path variable: {parent.path}")
    siblings = [one for one in api.resources.values() if one.parent_id == parent.id]
    if any(one.part == part for one in siblings):
        raise Conflict("Another resource with the same parent already has this name: " + part)
    variables = [one for one in siblings if str(one.part).startswith("{")]
    if (
        part.startswith("{")
        and not part.endswith("+}")
        and any(not str(v.part).endswith("+}") for v in variables)
    ):
        raise BadRequest(
            f"A sibling ({variables[0].part}) of this resource already has a variable path part -- "
            "only one is allowed"
        )
    made = Resource(identifier(call.world, 6), f"{parent.path.rstrip('/')}/{part}", parent.id, part)
    api.resources[made.id] = made
    return made.description()


def get_resource(call: Call) -> Answer:
    """GetResource."""
    with_methods = "methods" in (call.parameters.get("embed") or [])
    return _api(call).resource(call.parameters["resourceId"]).description(with_methods=with_methods)


def get_resources(call: Call) -> Answer:
    """GetResources."""
    with_methods = "methods" in (call.parameters.get("embed") or [])
    resources = _api(call).resources.values()
    return page([one.description(with_methods=with_methods) for one in resources], call.parameters)


def delete_resource(call: Call) -> Answer:
    """DeleteResource, with those below it."""
    api = _api(call)
    resource = api.resource(call.parameters["resourceId"])
    if resource.parent_id is None:
        raise BadRequest("Root resource cannot be deleted")
    for each in list(api.resources.values()):
        if each.path == resource.path or each.path.startswith(f"{resource.path}/"):
            del api.resources[each.id]
    return None


OPERATIONS = (
    create_rest_api,
    get_rest_api,
    get_rest_apis,
    update_rest_api,
    delete_rest_api,
    create_resource,
    get_resource,
    get_resources,
    delete_resource,
)


# ---- helpers


def _api(call: Call) -> RestApi:
    return find_api(call.world, call.account, call.region, call.parameters["restApiId"])


def _description(api: RestApi) -> Settings:
    root = next((one.id for one in api.resources.values() if one.parent_id is None), None)
    if root is None:
        raise NotFound.of("Resource")
    return {"id": api.id, "rootResourceId": root, **api.settings}


def _policy(api: RestApi, text: str) -> str:
    """A resource policy as it is kept: "execute-api:/*" stands for the API itself."""
    whole = f"arn:aws:execute-api:{api.region}:{api.account}:{api.id}/"
    kept = text.replace('"execute-api:/', f'"{whole}')
    try:
        parse_policy(kept)
    except PolicyError as error:
        raise BadRequest(f"Invalid policy document. Please check the policy syntax: {error}") from None
    return kept
