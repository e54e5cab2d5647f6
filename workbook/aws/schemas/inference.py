"""From events to the schema that describes them, as OpenAPI 3 or JSON Schema.

Each object in an event becomes a component of its own, named after the property that holds it; a property is
required where all samples have it. AWS's layout is as users of the registry show it; how it names an object
within an array, and what it makes of a property that is once a text and once a number, is unverified.

Sources: EventBridge User Guide, "EventBridge schemas" (an example of a discovered schema).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

OPEN_API, JSON_SCHEMA = "OpenApi3", "JSONSchemaDraft4"
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ENVELOPE = ("detail-type", "resources", "detail", "id", "source", "time", "region", "version", "account")
_DRAFT_4 = "http://json-schema.org/draft-04/schema#"

Document = dict[str, Any]


def is_event(document: object) -> bool:
    """Whether a sample has the envelope of EventBridge, and not just any content."""
    return isinstance(document, Mapping) and all(name in document for name in _ENVELOPE)


def schema_name(source: str, detail_type: str) -> str:
    """How a discovered schema is called: shop@OrderPlaced."""
    return f"{source}@{title_of(detail_type)}"


def title_of(text: str) -> str:
    """A detail-type or a property's name as the name of a component: "order placed" is OrderPlaced."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", text) if word)


def infer(samples: Sequence[Document], kind: str = OPEN_API) -> str:
    """The schema of events of one type, or of other objects, as compact JSON."""
    components: Document = {}
    first = samples[0]
    if is_event(first):
        title, root = title_of(str(first["detail-type"])), "AWSEvent"
        components[root] = {}  # the envelope comes first
        components[root] = _envelope(samples, title, components)
    else:
        title = root = "Event"
        _object(samples, title, components)
    document = _open_api(title, components)
    return compact(document if kind == OPEN_API else _json_schema(document, root))


def to_json_schema(content: str) -> str:
    """A schema in OpenAPI 3, as JSON Schema.

    Raises:
        ValueError: it is no JSON, or has no components.
    """
    document = json.loads(content)
    components = (document.get("components") or {}).get("schemas") if isinstance(document, dict) else None
    if not components:
        raise ValueError("no components.schemas in the schema")
    root = "AWSEvent" if "AWSEvent" in components else next(iter(components))
    return compact(_json_schema(document, root))


def compact(document: Document) -> str:
    """JSON without blanks."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _open_api(title: str, components: Document) -> Document:
    return {
        "openapi": "3.0.0",
        "info": {"version": "1.0.0", "title": title},
        "paths": {},
        "components": {"schemas": components},
    }


def _json_schema(document: Document, root: str) -> Document:
    text = compact(document["components"]["schemas"]).replace("#/components/schemas/", "#/definitions/")
    definitions = json.loads(text)
    top = definitions.pop(root)
    title = document.get("info", {}).get("title", root)
    return {"$schema": _DRAFT_4, "title": title, **top, "definitions": definitions}


def _envelope(samples: Sequence[Document], title: str, components: Document) -> Document:
    first = samples[0]
    detail = _object([each["detail"] for each in samples], title, components)
    properties: Document = {
        "detail": detail,
        "account": {"type": "string"},
        "detail-type": {"type": "string"},
        "id": {"type": "string"},
        "region": {"type": "string"},
        "resources": _array([each["resources"] for each in samples], "Resource", components),
        "source": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "version": {"type": "string"},
    }
    return {
        "type": "object",
        "required": list(_ENVELOPE),
        "x-amazon-events-detail-type": first["detail-type"],
        "x-amazon-events-source": first["source"],
        "properties": properties,
    }


def _object(samples: Sequence[Document], name: str, components: Document) -> Document:
    """A reference to a new component that describes all samples."""
    name = _free_name(name or "Object", components)
    component: Document = {"type": "object"}
    components[name] = component
    names = list(dict.fromkeys(key for sample in samples for key in sample))
    required = [key for key in names if all(key in sample for sample in samples)]
    if required:
        component["required"] = required
    component["properties"] = {
        key: _value([sample[key] for sample in samples if key in sample], key, components) for key in names
    }
    return {"$ref": f"#/components/schemas/{name}"}


def _free_name(name: str, components: Document) -> str:
    number, free = 1, name
    while free in components:
        number += 1
        free = f"{name}_{number}"
    return free


def _value(samples: Sequence[Any], name: str, components: Document) -> Document:
    """What describes all values of one property; nulls say nothing."""
    known = [sample for sample in samples if sample is not None]
    types = {_type_of(sample) for sample in known}
    if len(types) != 1:
        return {}
    kind = types.pop()
    if kind == "object":
        return _object(known, title_of(name), components)
    if kind == "array":
        return _array(known, f"{title_of(name)}Item", components)
    if kind == "string" and all(_DATE_TIME.fullmatch(sample) for sample in known):
        return {"type": "string", "format": "date-time"}
    return {"type": kind}


def _array(samples: Iterable[Sequence[Any]], name: str, components: Document) -> Document:
    """An array; of one that was always empty AWS says that it holds objects."""
    elements = [element for sample in samples for element in sample]
    items = _value(elements, name, components) if elements else {"type": "object"}
    return {"type": "array", "items": items}


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
