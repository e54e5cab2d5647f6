"""What all clients of a service have alike, made once instead of anew for each client.

A handler makes its clients in each of its invocations, as it may. Botocore then builds the shapes of the
service, the rules for its addresses and a method for each operation again, opens the files of certificates
for connections that a lab never makes, and copies some four hundred event handlers one by one. With this a
client takes half of that time. A learner sees nothing of it; `tests/test_clients_once.py` shows for each
change that it is still needed and that clients are the same with it.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Mapping
from typing import Any

import botocore.hooks
import botocore.regions
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.client import ClientCreator
from botocore.endpoint import Endpoint, EndpointCreator
from botocore.endpoint_provider import EndpointProvider
from botocore.hooks import EventAliaser, NodeList
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
    look_for_keywords_in_the_code(patches)
    keep_names_of_events(patches)
    copy_handlers_at_once(patches)


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
"""The model of a service, and the file that it is of, by the service's name."""


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
        kept = _MODELS.get(service_model.service_name)
        if kept is None or kept[1] is not service_model:
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


def look_for_keywords_in_the_code(patches: Patches) -> None:
    """Whether an event handler takes any keyword stands in its code; `inspect` builds a signature for it."""
    accepts_kwargs = botocore.hooks.accepts_kwargs

    def accepts_any_keyword(handler: Callable[..., object]) -> object:
        function = handler.__func__ if isinstance(handler, types.MethodType) else handler
        if isinstance(function, types.FunctionType) and not hasattr(function, "__signature__"):
            return bool(function.__code__.co_flags & inspect.CO_VARKEYWORDS)
        return accepts_kwargs(handler)

    patches.set(botocore.hooks, "accepts_kwargs", accepts_any_keyword)


def keep_names_of_events(patches: Patches) -> None:
    """Each client finds out anew, from sixty aliases, how the events of its calls are called today."""
    copy = EventAliaser.__copy__

    def copy_with_names(emitter: EventAliaser) -> EventAliaser:
        copied: EventAliaser = copy(emitter)
        vars(copied)["_alias_name_cache"] = vars(emitter)["_alias_name_cache"]
        return copied

    patches.set(EventAliaser, "__copy__", copy_with_names)


def copy_handlers_at_once(patches: Patches) -> None:
    """A client's own event handlers begin as a copy of the session's: a tree of some four hundred nodes."""
    tree_of_handlers = botocore.hooks._PrefixTrie  # type: ignore[attr-defined]  # noqa: SLF001 - no seam

    def copy(tree: Any) -> Any:  # noqa: ANN401 - botocore's tree
        copied = tree_of_handlers()
        copied._root = _copied(tree._root)  # noqa: SLF001
        return copied

    patches.set(tree_of_handlers, "__copy__", copy)


def _copied(node: Mapping[str, Any]) -> dict[str, Any]:
    """A node with its own lists of handlers, first, middle and last, and its own children."""
    values = node["values"]
    return {
        "chunk": node["chunk"],
        "children": {name: _copied(child) for name, child in node["children"].items()},
        "values": values and NodeList([*values.first], [*values.middle], [*values.last]),
    }
