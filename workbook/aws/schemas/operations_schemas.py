"""Schemas and their versions. Source: botocore 1.44, Schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workbook.aws.schemas import asked
from workbook.aws.schemas.errors import BadRequest, Conflict
from workbook.aws.schemas.inference import JSON_SCHEMA, OPEN_API, infer, to_json_schema
from workbook.aws.schemas.registry import (
    Schema,
    SchemaRegistry,
    Version,
)
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbook.aws.operations import Answer, Call


_TYPES = (OPEN_API, JSON_SCHEMA)


def create_schema(call: Call) -> Answer:
    """Put a schema into a registry."""
    registry, name = asked.registry(call), str(call.parameters["SchemaName"])
    if name in registry.schemas:
        raise Conflict(f"Schema with name {name} already exists.")
    kind, content = str(call.parameters["Type"]), str(call.parameters["Content"])
    _check_content(kind, content)
    schema = asked.catalogue(call).add_schema(registry, name)
    schema.description, schema.tags = call.parameters.get("Description"), asked.tags(call)
    version = schema.add(kind, content, call.world.clock.now)
    call.world.trace.record("create", schema.arn, settings=schema.settings())
    return schema.described(version)


def update_schema(call: Call) -> Answer:
    """Give a schema another version, or another description."""
    schema = asked.schema(call)
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
    schema = asked.schema(call)
    version = schema.version(call.parameters.get("SchemaVersion"))
    return {**schema.described(version), "Content": version.content}


def export_schema(call: Call) -> Answer:
    """Show a schema as JSON Schema."""
    schema = asked.schema(call)
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
    registry, schema = asked.registry(call), asked.schema(call)
    del registry.schemas[schema.name]
    call.world.trace.record("remove", schema.arn)
    return None


def delete_schema_version(call: Call) -> Answer:
    """Delete one version of a schema; with the last one the schema goes."""
    registry, schema = asked.registry(call), asked.schema(call)
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
        for name, each in sorted(asked.registry(call).schemas.items())
        if name.startswith(beginning)
    ]
    return asked.page(call, "Schemas", found)


def list_schema_versions(call: Call) -> Answer:
    """Show the versions of a schema, the oldest first."""
    schema = asked.schema(call)
    found = [
        {
            "SchemaArn": schema.arn,
            "SchemaName": schema.name,
            "SchemaVersion": each.number,
            "Type": each.type,
        }
        for each in schema.versions.values()
    ]
    return asked.page(call, "SchemaVersions", found)


def search_schemas(call: Call) -> Answer:
    """Find the schemas in a registry whose name or content has all the words."""
    registry, words = asked.registry(call), str(call.parameters["Keywords"]).lower().split()
    found = []
    for _, schema in sorted(registry.schemas.items()):
        versions = [each for each in schema.versions.values() if _has(schema, each, words)]
        if versions:
            found.append(_found(registry, schema, versions))
    return asked.page(call, "Schemas", found)


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


# ---- helpers


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
