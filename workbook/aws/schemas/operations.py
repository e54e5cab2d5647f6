"""The operations of the schema registry. Source: botocore 1.44, Schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.buses import find_bus
from workbook.aws.eventbridge.names import bus_address
from workbook.aws.operations import NotSimulated
from workbook.aws.paging import Pages
from workbook.aws.schemas.discoverer import Discoverer
from workbook.aws.schemas.errors import BadRequest, Conflict, Forbidden, NotFound
from workbook.aws.schemas.inference import JSON_SCHEMA, OPEN_API, infer, to_json_schema
from workbook.aws.schemas.registry import (
    AWS_REGISTRY,
    DISCOVERED,
    Catalogue,
    Schema,
    SchemaRegistry,
    Version,
    catalogue_of,
)
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workbook.aws.operations import Answer, Call

_PAGE = 100
_TYPES = (OPEN_API, JSON_SCHEMA)


# ---- registries


def create_registry(call: Call) -> Answer:
    """Make a registry."""
    name, catalogue = str(call.parameters["RegistryName"]), _catalogue(call)
    if name.startswith("aws."):
        raise Forbidden(f"Registry name {name} is reserved: names that begin with aws. are AWS's.")
    if name in catalogue.registries:
        raise Conflict(f"Registry with name {name} already exists.")
    registry = catalogue.add_registry(name, call.parameters.get("Description"), _tags(call))
    call.world.trace.record("create", registry.arn, settings={"RegistryName": name})
    return registry.described()


def describe_registry(call: Call) -> Answer:
    """Show a registry."""
    return _registry(call).described()


def update_registry(call: Call) -> Answer:
    """Change a registry's description."""
    registry = _registry(call)
    registry.description = call.parameters.get("Description") or registry.description
    call.world.trace.record("configure", registry.arn, settings={"RegistryName": registry.name})
    return registry.described()


def delete_registry(call: Call) -> Answer:
    """Delete a registry that holds no schemas."""
    registry = _registry(call)
    if registry.schemas:
        raise BadRequest(f"Registry {registry.name} holds schemas: delete them first.")
    del _catalogue(call).registries[registry.name]
    call.world.trace.record("remove", registry.arn)
    return None


def list_registries(call: Call) -> Answer:
    """Show the registries: the account's own, AWS's, or both."""
    beginning, scope = call.parameters.get("RegistryNamePrefix") or "", call.parameters.get("Scope")
    own = [each.described() for _, each in sorted(_catalogue(call).registries.items())]
    arn = f"{_catalogue(call).prefix.rpartition(':')[0]}::registry/{AWS_REGISTRY}"  # it is no account's
    aws = {"RegistryArn": arn, "RegistryName": AWS_REGISTRY}
    wanted = [*([aws] if scope != "Local" else []), *(own if scope != "AWS" else [])]
    shown = [_only(each, "RegistryArn", "RegistryName", "Tags") for each in wanted]
    found = [each for each in shown if each["RegistryName"].startswith(beginning)]
    return _page(call, "Registries", found)


# ---- schemas


def create_schema(call: Call) -> Answer:
    """Put a schema into a registry."""
    registry, name = _registry(call), str(call.parameters["SchemaName"])
    if name in registry.schemas:
        raise Conflict(f"Schema with name {name} already exists.")
    kind, content = str(call.parameters["Type"]), str(call.parameters["Content"])
    _check_content(kind, content)
    schema = _catalogue(call).add_schema(registry, name)
    schema.description, schema.tags = call.parameters.get("Description"), _tags(call)
    version = schema.add(kind, content, call.world.clock.now)
    call.world.trace.record("create", schema.arn, settings=schema.settings())
    return schema.described(version)


def update_schema(call: Call) -> Answer:
    """Give a schema another version, or another description."""
    schema = _schema(call)
    schema.description = call.parameters.get("Description") or schema.description
    content = call.parameters.get("Content")
    kind = call.parameters.get("Type") or schema.latest.type
    if content is not None and content != schema.latest.content:
        _check_content(kind, content)
        schema.add(kind, content, call.world.clock.now)
    call.world.trace.record("configure", schema.arn, settings=schema.settings())
    return schema.described(schema.latest)


def describe_schema(call: Call) -> Answer:
    """Show a version of a schema, with its content."""
    schema = _schema(call)
    version = schema.version(call.parameters.get("SchemaVersion"))
    return {**schema.described(version), "Content": version.content}


def export_schema(call: Call) -> Answer:
    """Show a schema as JSON Schema."""
    schema = _schema(call)
    version = schema.version(call.parameters.get("SchemaVersion"))
    if call.parameters["Type"] != JSON_SCHEMA:
        raise BadRequest(f"Type {call.parameters['Type']}: schemas are exported as {JSON_SCHEMA}.")
    try:
        content = version.content if version.type == JSON_SCHEMA else to_json_schema(version.content)
    except ValueError as error:
        raise BadRequest(f"Schema {schema.name} cannot be exported: {error}.") from None
    return {
        "Content": content,
        "SchemaArn": schema.arn,
        "SchemaName": schema.name,
        "SchemaVersion": version.number,
        "Type": JSON_SCHEMA,
    }


def delete_schema(call: Call) -> Answer:
    """Delete a schema with all its versions."""
    registry, schema = _registry(call), _schema(call)
    del registry.schemas[schema.name]
    call.world.trace.record("remove", schema.arn)
    return None


def delete_schema_version(call: Call) -> Answer:
    """Delete one version of a schema; with the last one the schema goes."""
    registry, schema = _registry(call), _schema(call)
    del schema.versions[schema.version(str(call.parameters["SchemaVersion"])).number]
    if not schema.versions:
        del registry.schemas[schema.name]
        call.world.trace.record("remove", schema.arn)
    else:
        call.world.trace.record("configure", schema.arn, settings=schema.settings())
    return None


def list_schemas(call: Call) -> Answer:
    """Show the schemas of a registry."""
    beginning = call.parameters.get("SchemaNamePrefix") or ""
    found = [
        {
            "LastModified": datetime_of(each.latest.created),
            "SchemaArn": each.arn,
            "SchemaName": name,
            "Tags": dict(each.tags),
            "VersionCount": len(each.versions),
        }
        for name, each in sorted(_registry(call).schemas.items())
        if name.startswith(beginning)
    ]
    return _page(call, "Schemas", found)


def list_schema_versions(call: Call) -> Answer:
    """Show the versions of a schema, the oldest first."""
    schema = _schema(call)
    found = [
        {
            "SchemaArn": schema.arn,
            "SchemaName": schema.name,
            "SchemaVersion": each.number,
            "Type": each.type,
        }
        for each in schema.versions.values()
    ]
    return _page(call, "SchemaVersions", found)


def search_schemas(call: Call) -> Answer:
    """Find the schemas in a registry whose name or content has all the words."""
    registry, words = _registry(call), str(call.parameters["Keywords"]).lower().split()
    found = []
    for _, schema in sorted(registry.schemas.items()):
        versions = [each for each in schema.versions.values() if _has(schema, each, words)]
        if versions:
            found.append(_found(registry, schema, versions))
    return _page(call, "Schemas", found)


def get_discovered_schema(call: Call) -> Answer:
    """The schema of up to 10 sample events."""
    kind = str(call.parameters["Type"])
    _check_type(kind)
    try:
        samples = [json.loads(each) for each in call.parameters["Events"]]
    except (ValueError, RecursionError):
        raise BadRequest("Events: each must be a JSON object.") from None
    if not samples or not all(isinstance(each, dict) for each in samples):
        raise BadRequest("Events: each must be a JSON object.")
    return {"Content": infer(samples, kind)}


# ---- discoverers


def create_discoverer(call: Call) -> Answer:
    """Begin to write down the schemas of a bus's events."""
    catalogue, source = _catalogue(call), str(call.parameters["SourceArn"])
    _demand_bus(call, source)
    if any(each.source_arn == source for each in catalogue.discoverers.values()):
        raise Conflict(f"A discoverer for {source} already exists.")
    identifier = f"events-event-bus-{source.rpartition('/')[2]}"
    across = call.parameters.get("CrossAccount")
    discoverer = Discoverer(
        id=identifier,
        arn=f"{catalogue.prefix}:discoverer/{identifier}",
        source_arn=source,
        account=call.account,
        cross_account=True if across is None else bool(across),
        description=call.parameters.get("Description"),
        tags=_tags(call),
    )
    catalogue.discoverers[identifier] = discoverer
    if DISCOVERED not in catalogue.registries:
        catalogue.add_registry(DISCOVERED, None, {})
    discoverer.start(call.world, catalogue)
    call.world.trace.record("create", discoverer.arn, settings=discoverer.settings())
    return discoverer.described()


def describe_discoverer(call: Call) -> Answer:
    """Show a discoverer."""
    return _discoverer(call).described()


def update_discoverer(call: Call) -> Answer:
    """Change a discoverer's description, or whether events of other accounts count."""
    discoverer = _discoverer(call)
    discoverer.description = call.parameters.get("Description") or discoverer.description
    if call.parameters.get("CrossAccount") is not None:
        discoverer.cross_account = bool(call.parameters["CrossAccount"])
    return _changed(call, discoverer).described()


def start_discoverer(call: Call) -> Answer:
    """Let a discoverer go on."""
    discoverer = _discoverer(call)
    discoverer.start(call.world, _catalogue(call))
    return _only(_changed(call, discoverer).described(), "DiscovererId", "State")


def stop_discoverer(call: Call) -> Answer:
    """Let a discoverer pause."""
    discoverer = _discoverer(call)
    discoverer.stop()
    return _only(_changed(call, discoverer).described(), "DiscovererId", "State")


def delete_discoverer(call: Call) -> Answer:
    """Delete a discoverer; what it found stays."""
    discoverer = _discoverer(call)
    discoverer.stop()
    del _catalogue(call).discoverers[discoverer.id]
    call.world.trace.record("remove", discoverer.arn)
    return None


def list_discoverers(call: Call) -> Answer:
    """Show the discoverers."""
    identifier = call.parameters.get("DiscovererIdPrefix") or ""
    source = call.parameters.get("SourceArnPrefix") or ""
    names = ("CrossAccount", "DiscovererArn", "DiscovererId", "SourceArn", "State", "Tags")
    found = [
        _only(each.described(), *names)
        for _, each in sorted(_catalogue(call).discoverers.items())
        if each.id.startswith(identifier) and each.source_arn.startswith(source)
    ]
    return _page(call, "Discoverers", found)


# ---- tags


def tag_resource(call: Call) -> Answer:
    """Add tags to a registry, schema or discoverer."""
    _tagged(call).update(_tags(call))
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


# ---- what is not simulated


def refused(what: str, advice: str) -> Callable[[Call], Answer]:
    """An operation that AWS has and the workbook does not."""

    def answer(_call: Call) -> Answer:
        raise NotSimulated(what, advice)

    return answer


# ---- helpers


def _catalogue(call: Call) -> Catalogue:
    return catalogue_of(call.world, call.account, call.region)


def _registry(call: Call) -> SchemaRegistry:
    return _catalogue(call).registry(str(call.parameters["RegistryName"]))


def _schema(call: Call) -> Schema:
    return _registry(call).schema(str(call.parameters["SchemaName"]))


def _discoverer(call: Call) -> Discoverer:
    identifier = str(call.parameters["DiscovererId"])
    found = _catalogue(call).discoverers.get(identifier)
    if found is None:
        raise NotFound(f"Discoverer with id {identifier} does not exist.")
    return found


def _changed(call: Call, discoverer: Discoverer) -> Discoverer:
    call.world.trace.record("configure", discoverer.arn, settings=discoverer.settings())
    return discoverer


def _demand_bus(call: Call, arn: str) -> None:
    if ":event-bus/" not in arn or arn.count(":") < 5:
        raise BadRequest(f"SourceArn {arn} is not the ARN of an event bus.")
    if find_bus(call.world, bus_address(arn, call.account, call.region)) is None:
        raise NotFound(f"Event bus {arn} does not exist.")


def _check_type(kind: str) -> None:
    if kind not in _TYPES:
        raise BadRequest(f"Type {kind}: pass one of {', '.join(_TYPES)}.")


def _check_content(kind: str, content: str) -> None:
    _check_type(kind)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise BadRequest("Content: the schema is not valid JSON.") from None
    marker = "openapi" if kind == OPEN_API else "$schema"
    if not isinstance(document, dict) or marker not in document:
        raise BadRequest(f"Content: a schema of type {kind} has the member {marker}.")


def _has(schema: Schema, version: Version, words: Sequence[str]) -> bool:
    text = f"{schema.name} {version.content}".lower()
    return all(word in text for word in words)


def _found(registry: SchemaRegistry, schema: Schema, versions: Sequence[Version]) -> dict[str, Any]:
    return {
        "RegistryName": registry.name,
        "SchemaArn": schema.arn,
        "SchemaName": schema.name,
        "SchemaVersions": [
            {"CreatedDate": datetime_of(each.created), "SchemaVersion": each.number, "Type": each.type}
            for each in versions
        ],
    }


def _tags(call: Call) -> dict[str, str]:
    return dict(call.parameters.get("Tags") or {})


def _tagged(call: Call) -> dict[str, str]:
    arn, catalogue = str(call.parameters["ResourceArn"]), _catalogue(call)
    registries = catalogue.registries.values()
    tagged = {each.arn: each.tags for each in registries}
    tagged.update((each.arn, each.tags) for registry in registries for each in registry.schemas.values())
    tagged.update((each.arn, each.tags) for each in catalogue.discoverers.values())
    if arn not in tagged:
        raise NotFound(f"Resource {arn} does not exist.")
    return tagged[arn]


def _only(shown: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name in names}


def _invalid_token() -> BadRequest:
    return BadRequest("The NextToken is none that an earlier answer has given.")


_PAGES = Pages(_PAGE, largest=_PAGE, maximum="Limit", invalid=_invalid_token)


def _page(call: Call, name: str, entries: Sequence[object]) -> dict[str, Any]:
    return _PAGES.page(name, entries, call.parameters)
