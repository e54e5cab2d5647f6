"""The XML of PutBucketNotificationConfiguration, read into `Notifications`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict  # type: ignore[import-untyped]  # moto brings it, without types

from workbook.aws.s3.errors import MalformedXML
from workbook.aws.s3.settings import KINDS, Configuration, Filter, Kind, Notifications

_ROOT = "NotificationConfiguration"


def read(body: bytes | str, make_identifier: Callable[[], str]) -> Notifications:
    """Read a request's body; `make_identifier` names a configuration that has no Id.

    Raises:
        MalformedXML: it is not what S3 expects.
    """
    try:
        root = xmltodict.parse(body)[_ROOT] or {}
        configurations = tuple(
            _configuration(kind, each, make_identifier)
            for kind in KINDS
            for each in _list(root.get(f"{kind.element}Configuration"))
        )
    except (ExpatError, KeyError, TypeError, AttributeError):
        raise MalformedXML from None
    return Notifications(configurations, "EventBridgeConfiguration" in root)


def _configuration(
    kind: Kind, element: Mapping[str, Any], make_identifier: Callable[[], str]
) -> Configuration:
    events = tuple(str(event) for event in _list(element["Event"]))
    key = (element.get("Filter") or {}).get("S3Key") or {}
    rules = tuple(
        (_rule_name(rule["Name"]), rule.get("Value") or "") for rule in _list(key.get("FilterRule"))
    )
    identifier = str(element.get("Id") or make_identifier())
    return Configuration(kind, identifier, str(element[kind.element]), events, Filter(rules))


def _rule_name(given: str) -> str:
    """AWS takes the two names in any case, and shows them with a capital."""
    return given.capitalize() if given.lower() in {"prefix", "suffix"} else given


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - what the XML has: nothing, one element, or several
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
