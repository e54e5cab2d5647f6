"""The control API as an OpenAPI 3.1 document, made from the table that its routes are made from.

A client in any language can be made from it, and a tool can try all that it allows.
"""

from __future__ import annotations

from collections import defaultdict
from importlib.metadata import version
from typing import Any

from workbook.served.control import OPERATIONS, PREFIX, SNAPSHOT, Operation
from workbook.served.limits import AccountLimits

Json = dict[str, Any]

_JSON = "application/json"
_BYTES = "application/octet-stream"
_ACCESS_KEY = {
    "name": "X-Workbook-Access-Key",
    "in": "header",
    "required": True,
    "description": "The access key of requests to AWS: it says whose lab is meant",
    "schema": {"type": "string", "minLength": 1},
}
_INTEGER = {"type": "integer"}
_TEXT = {"type": "string"}
_INSTANT = {"type": "integer", "description": "Microseconds since the Unix epoch, in the lab's time"}
_SINCE = {"type": "number", "description": "Seconds since the lab's time began"}


def document() -> Json:
    """The document, as JSON."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control API of the workbook",
            "version": version("workbook"),
            "description": "Time, trace, seed and snapshot of the lab of one access key.",
        },
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "parameters": {"accessKey": _ACCESS_KEY}},
    }


def _paths() -> Json:
    paths: defaultdict[str, Json] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[PREFIX + operation.path][operation.method.lower()] = _operation(operation)
    return dict(paths)


def _operation(operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {"200": _answer(operation), "default": _content("An error", _JSON, "Error")},
    }
    if operation.path != "/health":  # who asks without a key hears whether the server is well
        described["parameters"] = [
            {"$ref": "#/components/parameters/accessKey"},
            *(
                {"name": field.name, "in": "query", "required": field.required, "schema": field.schema()}
                for field in operation.query
            ),
        ]
    if operation.body_type != _JSON:
        described["requestBody"] = {"required": True, "content": {_BYTES: {"schema": {}}}}
    elif operation.body:
        described["requestBody"] = _body(operation)
    return described


def _body(operation: Operation) -> Json:
    required = [field.name for field in operation.body if field.required]
    schema = {
        "type": "object",
        "properties": {field.name: field.schema() for field in operation.body},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }
    return {"required": bool(required), "content": {_JSON: {"schema": schema}}}


def _answer(operation: Operation) -> Json:
    if operation.returns == "Snapshot":
        return {"description": operation.summary, "content": {SNAPSHOT: {"schema": _TEXT}}}
    return _content(operation.summary, _JSON, operation.returns)


def _content(description: str, kind: str, schema: str) -> Json:
    return {
        "description": description,
        "content": {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


# ---- what is answered


def _object(**properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(of: str, description: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}, "description": description}


def _schemas() -> Json:
    time = {"time": {"type": "string", "format": "date-time"}, "microseconds": _INSTANT, "seconds": _SINCE}
    names = AccountLimits().as_json()
    return {
        "Time": _object(**time),
        "Idle": _object(**time, idle={"type": "boolean", "description": "Whether nothing is left to do"}),
        "Beginning": _object(seed=_INTEGER, **time),
        "Restored": _object(seed=_INTEGER, hops=_INTEGER, **time),
        "Seed": _object(seed=_INTEGER),
        "Hop": _hop(),
        "Trace": _trace(),
        "Queue": _object(name=_TEXT, messages={"type": "array", "items": _message()}),
        "Limits": _object(
            limits=_object(**dict.fromkeys(names, _INTEGER)),
            used=_object(resources=_INTEGER, snapshot_bytes=_INTEGER),
        ),
        "Health": {
            **_object(status={"const": "ok"}, account=_TEXT, hops=_INTEGER, note=_TEXT),
            "required": ["status"],
        },
        "OpenApi": {"type": "object"},
        "Error": _object(error=_object(code=_TEXT, message=_TEXT)),
    }


def _hop() -> Json:
    return _object(
        number={**_INTEGER, "description": "Its place in the trace, from 1; it never changes"},
        time={"type": "string", "format": "date-time"},
        microseconds=_INSTANT,
        kind=_TEXT,
        resource=_TEXT,
        message={"type": ["string", "null"]},
        causes={"type": "array", "items": _INTEGER},
        outcome=_TEXT,
        size={**_INTEGER, "description": "Bytes moved"},
        facts={"type": "object"},
    )


def _message() -> Json:
    maybe_text = {"type": ["string", "null"]}
    return _object(
        message_id=_TEXT,
        state={"enum": ["visible", "in flight", "delayed"]},
        body=_TEXT,
        size={**_INTEGER, "description": "Bytes"},
        sent=_INSTANT,
        available_at={**_INSTANT, "type": ["integer", "null"]},
        expires_at=_INSTANT,
        receive_count=_INTEGER,
        group_id=maybe_text,
        sequence_number=maybe_text,
    )


def _trace() -> Json:
    return _object(
        hops=_list("Hop", "Hops after `after`, in order"),
        amended=_list("Hop", "Hops up to `after` that were completed after the first `amended_after` times"),
        amendments={**_INTEGER, "description": "What to pass as `amended_after` next"},
        standing=_list("Hop", "Of forgotten hops, the last that set each resource that still exists"),
        oldest={**_INTEGER, "description": "Number of the oldest hop that is kept"},
        next={**_INTEGER, "description": "What to pass as `after` next"},
        last={**_INTEGER, "description": "Number of the newest hop"},
        start={**_INSTANT, "description": "When the first hop of all happened"},
        now=_INSTANT,
    )
