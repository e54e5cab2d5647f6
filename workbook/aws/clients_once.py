"""What all clients of a service have alike, made once instead of anew for each client.

A handler makes its clients in each of its invocations, as it may. Botocore then builds the shapes of the
service, the rules for its addresses and a method for each operation again, opens the files of certificates
for connections that a lab never makes, and copies a tree of four hundred event handlers. With this a client
takes a quarter of that time. A learner sees nothing of it; `tests/test_clients_once.py` shows for each
change that it is still needed and that clients are the same with it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import botocore.hooks
import botocore.regions
from boto3.resources.base import ServiceResource
from boto3.resources.factory import ResourceFactory
from boto3.utils import ServiceContext
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.client import ClientCreator
from botocore.endpoint import Endpoint, EndpointCreator
from botocore.endpoint_provider import EndpointProvider
from botocore.hooks import NodeList
from botocore.httpsession import URLLib3Session
from botocore.model import ServiceModel

from workbook.aws.done_once import is_shared_file
from workbook.engine.patches import Patches


def install(patches: Patches) -> None:
    """Make all of these changes."""
    build_shapes_once(patches)
    build_rules_of_addresses_once(patches)
    write_methods_once(patches)
    open_connections_late(patches)
    share_handlers(patches)
    make_resource_classes_once(patches)


def build_shapes_once(patches: Patches) -> None:
    """A client builds each shape of its service's model when it first meets it, and no other client gains."""

    def load_once(creator: Any, service_name: str, api_version: str | None = None) -> ServiceModel:  # noqa: ANN401 - a ClientCreator
        data = creator._loader.load_service_model(service_name, "service-2", api_version=api_version)  # noqa: SLF001
        if not is_shared_file(data):
            return ServiceModel(data, service_name=service_name)
        kept = _MODELS.get(service_name)
        if kept is None or kept[0] is not data:
            kept = _MODELS[service_name] = data, ServiceModel(data, service_name=service_name)
        return kept[1]

    patches.set(ClientCreator, "_load_service_model", load_once)


_MODELS: dict[str, tuple[object, ServiceModel]] = {}
"""The model of a service, behind the file that it is of, by the service's name."""


def _is_shared(model: ServiceModel) -> bool:
    kept = _MODELS.get(model.service_name)
    return kept is not None and kept[1] is model


def build_rules_of_addresses_once(patches: Patches) -> None:
    """The rules by which a service's addresses are found become a hundred objects for each client."""

    def provide_once(
        ruleset_data: dict[str, Any],
        partition_data: dict[str, Any],
        excluded_params: frozenset[str] | None = None,
    ) -> EndpointProvider:
        if not (is_shared_file(ruleset_data) and is_shared_file(partition_data)):
            return EndpointProvider(ruleset_data, partition_data, excluded_params)
        key = id(ruleset_data), excluded_params
        kept = _RULES.get(key)
        if kept is None or kept[0] is not ruleset_data or kept[1] is not partition_data:
            provider = EndpointProvider(ruleset_data, partition_data, excluded_params)
            kept = _RULES[key] = ruleset_data, partition_data, provider
        return kept[2]

    patches.set(botocore.regions, "EndpointProvider", provide_once)


_RULES: dict[tuple[int, object], tuple[object, object, EndpointProvider]] = {}
"""The rules of a service's addresses, behind the files that they are of."""


def write_methods_once(patches: Patches) -> None:
    """Each client has a class of its own; the functions for its operations may be those of the last one.

    Their documentation is told to the session's listeners when somebody reads it, so they are a session's.
    """
    create_methods = ClientCreator._create_methods  # type: ignore[attr-defined]  # noqa: SLF001 - no seam

    def create_methods_once(creator: Any, service_model: ServiceModel) -> dict[str, Any]:  # noqa: ANN401 - a ClientCreator
        if not _is_shared(service_model):
            return dict(create_methods(creator, service_model))
        written = vars(creator._event_emitter).setdefault(_METHODS, {})  # noqa: SLF001 - it ends with its session
        if service_model not in written:
            written[service_model] = create_methods(creator, service_model)
        return dict(written[service_model])  # botocore and its plugins add to it

    patches.set(ClientCreator, "_create_methods", create_methods_once)


_METHODS = "_methods_of_the_workbook"


class LateSession:
    """Connections to AWS that are prepared when a request is sent, if ever: none leaves a lab."""

    def __init__(self, find_proxies: Callable[[], Mapping[str, str] | None], **options: Any) -> None:  # noqa: ANN401 - as URLLib3Session
        """`options` are those of botocore's own session, but for `proxies`."""
        self._find_proxies = find_proxies
        self._options = options

    @functools.cached_property
    def _session(self) -> URLLib3Session:
        return URLLib3Session(**self._options, proxies=self._find_proxies())

    def send(self, request: AWSRequest) -> AWSResponse:
        """Send a request to the real AWS, as clients do that outlive the lab and have keys of their own."""
        return self._session.send(request)

    def close(self) -> None:
        """Close what has been opened."""
        if "_session" in vars(self):
            self._session.close()


def open_connections_late(patches: Patches) -> None:
    """A client reads certificates and looks for proxies, for connections that it will not need."""
    create = EndpointCreator.create_endpoint

    def create_endpoint(
        creator: Any,  # noqa: ANN401 - an EndpointCreator
        service_model: ServiceModel,
        region_name: str,
        endpoint_url: str,
        *,
        proxies: Mapping[str, str] | None = None,
        **options: Any,  # noqa: ANN401 - handed through
    ) -> Endpoint:
        def make_session(proxies: object, **others: object) -> LateSession:  # noqa: ARG001 - those found below
            return LateSession(find_proxies, **others)

        def find_proxies() -> Mapping[str, str] | None:
            return creator._get_proxies(endpoint_url) if proxies is None else proxies  # noqa: SLF001

        options = {"http_session_cls": make_session, **options, "proxies": proxies or {}}
        endpoint: Endpoint = create(creator, service_model, region_name, endpoint_url, **options)
        return endpoint

    patches.set(EndpointCreator, "create_endpoint", create_endpoint)


def share_handlers(patches: Patches) -> None:
    """A client's own event handlers begin as a copy of the session's: a tree of some four hundred nodes.

    Copies may share all nodes if nobody changes one: who adds a handler makes the nodes above it anew.
    """

    def copy(tree: Any) -> Any:  # noqa: ANN401 - botocore's tree
        tree.__class__ = SharedHandlers  # it must not change what its copy has, in this lab or after it
        copied = SharedHandlers()
        copied.root = tree.root
        return copied

    patches.set(_TREE, "__copy__", copy)


_TREE: Any = botocore.hooks._PrefixTrie  # type: ignore[attr-defined]  # noqa: SLF001 - no seam
_MIDDLE: int = botocore.hooks._MIDDLE  # type: ignore[attr-defined]  # noqa: SLF001


class SharedHandlers(_TREE):  # type: ignore[misc]  # botocore's is not typed
    """Event handlers by the parts of an event's name, whose nodes never change once they are there."""

    @property
    def root(self) -> dict[str, Any]:
        """The node of all events; another one after each change."""
        return self._root

    @root.setter
    def root(self, node: dict[str, Any]) -> None:
        self._root = node

    def append_item(self, key: str, value: object, section: int = _MIDDLE) -> None:
        """Add a handler, behind the others of its section."""
        self.root = _with_handler(self.root, key.split("."), section, value)

    def remove_item(self, key: str, value: object) -> None:
        """Remove a handler, from nodes of one's own."""
        self.root = _copied(self.root)
        super().remove_item(key, value)


def _with_handler(node: dict[str, Any], parts: list[str], section: int, handler: object) -> dict[str, Any]:
    """A node like this one that has also the handler, where `parts` of the event's name lead from it."""
    if not parts:
        lists = _lists_of(node["values"] or _NO_HANDLERS)
        lists[section].append(handler)
        return {**node, "values": NodeList(*lists)}
    first, *rest = parts
    child = node["children"].get(first) or {"chunk": first, "values": None, "children": {}}
    return {**node, "children": {**node["children"], first: _with_handler(child, rest, section, handler)}}


def _copied(node: dict[str, Any]) -> dict[str, Any]:
    values = node["values"] and NodeList(*_lists_of(node["values"]))
    return {
        **node,
        "values": values,
        "children": {part: _copied(each) for part, each in node["children"].items()},
    }


def _lists_of(handlers: tuple[list[object], ...]) -> list[list[object]]:
    """The first, the middle and the last handlers, in lists that may be changed."""
    return [[*section] for section in handlers]


_NO_HANDLERS: tuple[list[object], ...] = NodeList([], [], [])


def make_resource_classes_once(patches: Patches) -> None:
    """`boto3.resource` makes a class from its JSON, and each resource that it gives one of its own again.

    A class is that of its session, and of those who have listened when it was made: they may add to it.
    """
    load = ResourceFactory.load_from_definition

    def load_once(
        factory: ResourceFactory,
        resource_name: str,
        single_resource_json_definition: dict[str, Any],
        service_context: ServiceContext,
    ) -> type[ServiceResource]:
        definition, service = single_resource_json_definition, service_context.service_name
        listeners = factory._emitter._emitter._handlers  # type: ignore[attr-defined]  # noqa: SLF001 - no seam
        if not (_is_shared(service_context.service_model) and isinstance(listeners, SharedHandlers)):
            return load(factory, resource_name, definition, service_context)
        made = vars(factory).setdefault(_CLASSES, {})
        kept = made.get((service, resource_name))
        if kept is None or kept[0] is not definition or kept[1] is not listeners.root:
            resource_class = load(factory, resource_name, definition, service_context)
            kept = made[service, resource_name] = definition, listeners.root, resource_class
        return kept[2]  # type: ignore[no-any-return]

    patches.set(ResourceFactory, "load_from_definition", load_once)


_CLASSES = "_classes_of_the_workbook"
