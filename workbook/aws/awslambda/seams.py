"""What is replaced inside moto's Lambda, one named function a seam; tests show that each is still needed."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import moto.awslambda.urls
from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse

from workbook.aws.awslambda import (
    aliases,
    event_invoke_configs,
    function_urls,
    functions,
    permissions,
    protocol,
    reservations,
    tags,
    versions,
)
from workbook.aws.awslambda.invocation import invoke
from workbook.engine.patches import Patches
from workbook.engine.world import current_world

OPERATIONS: tuple[protocol.Operation, ...] = (
    functions.create_function,
    functions.get_function,
    functions.get_function_configuration,
    functions.update_function_code,
    functions.update_function_configuration,
    functions.delete_function,
    functions.list_functions,
    versions.publish_version,
    versions.list_versions_by_function,
    aliases.create_alias,
    aliases.get_alias,
    aliases.update_alias,
    aliases.delete_alias,
    aliases.list_aliases,
    reservations.put_function_concurrency,
    reservations.get_function_concurrency,
    reservations.delete_function_concurrency,
    permissions.add_permission,
    permissions.remove_permission,
    permissions.get_policy,
    event_invoke_configs.put_function_event_invoke_config,
    event_invoke_configs.update_function_event_invoke_config,
    event_invoke_configs.get_function_event_invoke_config,
    event_invoke_configs.delete_function_event_invoke_config,
    event_invoke_configs.list_function_event_invoke_configs,
    function_urls.create_function_url_config,
    function_urls.get_function_url_config,
    function_urls.update_function_url_config,
    function_urls.delete_function_url_config,
    tags.tag_resource,
    tags.untag_resource,
    tags.list_tags,
)

_FUNCTION_URLS = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/urls/?$"
_ACCOUNT_SETTINGS = r"{0}/(?P<api_version>[^/]+)/account-settings/?$"


def install(patches: Patches) -> None:
    """Replace all of it."""
    answer_with_our_operations(patches)
    route_account_settings(patches)
    route_lists_of_urls(patches)
    recognise_untagging_without_keys(patches)
    name_requests_as_lambda_does(patches)
    keep_more_of_a_function(patches)
    run_functions_in_process(patches)


def answer_with_our_operations(patches: Patches) -> None:
    """Moto ignores qualifiers, states, revisions and limits, and words errors in its own way."""
    for operation in OPERATIONS:
        patches.set(LambdaResponse, operation.__name__, protocol.action(operation))
    patches.set(LambdaResponse, "invoke", protocol.invoke_action)
    # A payload that is not UTF-8 gets AWS's error; moto would fail on decoding it.
    patches.set(LambdaResponse, "use_raw_body", True)  # noqa: FBT003 - a class attribute


def route_account_settings(patches: Patches) -> None:
    """Moto has no GetAccountSettings at all."""
    _add_operation(patches, _ACCOUNT_SETTINGS, reservations.get_account_settings)


def route_lists_of_urls(patches: Patches) -> None:
    """Nor has it ListFunctionUrlConfigs."""
    _add_operation(patches, _FUNCTION_URLS, function_urls.list_function_url_configs)


def _add_operation(patches: Patches, route: str, operation: protocol.Operation) -> None:
    routes: dict[str, Any] = moto.awslambda.urls.url_paths
    patches.set_item(routes, route, LambdaResponse.dispatch)
    name = operation.__name__
    setattr(LambdaResponse, name, protocol.action(operation))
    patches.on_undo(functools.partial(delattr, LambdaResponse, name))


def recognise_untagging_without_keys(patches: Patches) -> None:
    """Moto knows UntagResource by its keys; without any it answers 404 instead of AWS's error."""
    find_action = LambdaResponse._get_action  # noqa: SLF001 - what moto takes a request for

    def find_untagging_too(response: LambdaResponse) -> str:
        action = find_action(response)
        if action is None and response.method == "DELETE" and "/2017-03-31/tags/" in response.path:
            return "UntagResource"
        return action

    patches.set(LambdaResponse, "_get_action", find_untagging_too)


def name_requests_as_lambda_does(patches: Patches) -> None:
    """Lambda's request ids are UUIDs, and that of Invoke is what the handler sees; moto's are neither."""
    enrich = LambdaResponse._enrich_response  # noqa: SLF001 - the one place where moto sets the id

    def enrich_with_uuid(headers: dict[str, str], body: object) -> tuple[dict[str, str], object]:
        request_id = headers.get(protocol.REQUEST_ID)
        headers, body = enrich(headers, body)
        headers[protocol.REQUEST_ID] = request_id or current_world().seeds.uuid("lambda.api-request-id")
        return headers, body

    patches.set(LambdaResponse, "_enrich_response", staticmethod(enrich_with_uuid))


def keep_more_of_a_function(patches: Patches) -> None:
    """Moto keeps neither the state of a function, nor its dead-letter queue, nor its log group."""
    make = LambdaFunction.__init__

    @functools.wraps(make)
    def make_and_begin(
        function: LambdaFunction, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1
    ) -> None:
        make(function, account_id, spec, region, version)
        functions.begin(function, spec)

    patches.set(LambdaFunction, "__init__", make_and_begin)


def run_functions_in_process(patches: Patches) -> None:
    """Moto's other services call `LambdaFunction.invoke`, which would start Docker."""

    def invoke_in_process(
        function: LambdaFunction,
        body: str | bytes,
        _request_headers: object,
        response_headers: dict[str, str],
    ) -> bytes:
        payload = body.decode() if isinstance(body, bytes) else body
        invocation = invoke(current_world(), function.function_arn, payload)
        if invocation.function_error:
            response_headers["x-amz-function-error"] = invocation.function_error
        return invocation.payload.encode("utf-8", "surrogateescape")

    def refuse_docker(function: LambdaFunction, event: object = None) -> tuple[str, bool, str]:
        answer = invoke(current_world(), function.function_arn, json.dumps(event or {}))
        return answer.payload, answer.function_error is not None, answer.log_tail

    replacements: dict[str, Callable[..., object]] = {
        "invoke": invoke_in_process,
        "_invoke_lambda": refuse_docker,
    }
    for name, replacement in replacements.items():
        patches.set(LambdaFunction, name, replacement)
