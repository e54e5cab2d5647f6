"""The trace as OTLP, the protocol of OpenTelemetry, in JSON: a file that a tracing tool opens.

    resourceSpans     one for each service: you, each actor and function, Lambda's pollers, SQS
      scopeSpans      one: the workbook
        spans         one for each hop

Written as the protocol's JSON mapping wants it: ids in hexadecimal, whole numbers of 64 bits as text, kinds
as numbers. The file is one line, so that it is also a valid JSON Lines file, which collectors read. Ids come
from a hop's number, time and kind: the same story has the same ids whatever the seed, and another lesson has
others, so that both can lie in one tool.

Source: open-telemetry/opentelemetry-proto, docs/specification.md ("JSON Protobuf Encoding") and
opentelemetry/proto/trace/v1/trace.proto; specification/protocol/file-exporter.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from workbook.engine.hop import Hop
from workbook.engine.selection import has_failed
from workbook.flow.conventions import (
    SCHEMA_URL,
    attributes_of,
    kind_of_span,
    name_of,
    resource_of,
)
from workbook.flow.spans import Link, Span, spans_of

Json = dict[str, object]

_SCOPE = {"name": "workbook"}
_ERROR = 2
"""STATUS_CODE_ERROR. A span without a status is one that went well."""


def otlp_text(hops: Sequence[Hop]) -> str:
    """The hops as one TracesData message, in JSON."""
    services: dict[str, list[Span]] = {}
    for span in spans_of(hops):
        services.setdefault(span.service, []).append(span)
    document = {"resourceSpans": [_resource_spans(service, spans) for service, spans in services.items()]}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def trace_id(root: Hop) -> str:
    """The id of the trace that begins with a hop: 16 bytes in hexadecimal."""
    return _digest("trace", root)[:32]


def span_id(hop: Hop) -> str:
    """The id of the span that stands for a hop: 8 bytes in hexadecimal."""
    return _digest("span", hop)[:16]


def _digest(what: str, hop: Hop) -> str:
    return hashlib.sha256(f"{what} {hop.number} {hop.time} {hop.kind}".encode()).hexdigest()


def _resource_spans(service: str, spans: list[Span]) -> Json:
    return {
        "resource": {"attributes": _attributes(resource_of(service, spans))},
        "scopeSpans": [{"scope": _SCOPE, "spans": list(map(_span, spans)), "schemaUrl": SCHEMA_URL}],
        "schemaUrl": SCHEMA_URL,
    }


def _span(span: Span) -> Json:
    hop = span.hop
    encoded: Json = {
        "traceId": trace_id(span.root),
        "spanId": span_id(hop),
        "name": name_of(span),
        "kind": int(kind_of_span(hop)),
        "startTimeUnixNano": str(hop.time * 1000),
        "endTimeUnixNano": str(span.ended * 1000),
        "attributes": _attributes(attributes_of(span)),
    }
    if span.parent is not None:
        encoded["parentSpanId"] = span_id(span.parent)
    if span.links:
        encoded["links"] = [_link(link) for link in span.links]
    if has_failed(hop):
        encoded["status"] = {"message": hop.outcome, "code": _ERROR}
    return encoded


def _link(link: Link) -> Json:
    encoded: Json = {"traceId": trace_id(link.root), "spanId": span_id(link.hop)}
    if link.hop.message is not None:
        encoded["attributes"] = _attributes({"messaging.message.id": link.hop.message})
    return encoded


def _attributes(attributes: Mapping[str, object]) -> list[Json]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items() if value is not None]


def _value(value: object) -> Json:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list | tuple):
        return {"arrayValue": {"values": [_value(one) for one in value]}}
    if isinstance(value, str):
        return {"stringValue": value}
    message = f"a fact of type {type(value).__name__} has no form in OTLP: record a text, number or list"
    raise TypeError(message)
