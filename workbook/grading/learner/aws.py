"""boto3 in a learner's process: each call is made by the judge, and comes back as boto3's answer.

The one method of all clients is replaced that every call goes through. What boto3 does above it (paginators,
waiters, resources) is boto3's own, and waits in virtual time; what lies below it happens where the lab is.
"""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Mapping
from typing import Any

import botocore.exceptions
import botocore.waiter
from botocore.client import BaseClient
from botocore.response import StreamingBody

from workbook.aws.environment import SECRET_ACCESS_KEY, access_key_of
from workbook.engine.lookalikes import virtual_time_module
from workbook.grading.learner.conversations import CannotGoOn, Conversations
from workbook.grading.learner.kernel import FarKernel
from workbook.grading.plain import from_plain, to_plain

Answer = Mapping[str, Any]


def send_calls_to_the_judge(conversations: Conversations, account: str, region: str) -> None:
    """From now on boto3 in this process speaks for `account`, through the judge."""
    os.environ.update(
        AWS_ACCESS_KEY_ID=access_key_of(account),
        AWS_SECRET_ACCESS_KEY=SECRET_ACCESS_KEY,
        AWS_DEFAULT_REGION=region,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled",
    )

    def make_api_call(client: Any, operation: str, parameters: Mapping[str, Any]) -> Answer:  # noqa: ANN401
        return _made(conversations, client, operation, parameters)

    BaseClient._make_api_call = make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - the one way of all calls
    kernel = FarKernel(conversations)
    botocore.waiter.time = virtual_time_module(kernel.clock, kernel.sleep)  # type: ignore[attr-defined]


def _made(
    conversations: Conversations,
    client: Any,  # noqa: ANN401 - boto3's
    operation: str,
    parameters: Mapping[str, Any],
) -> Answer:
    service = client.meta.service_model.service_name
    prepared = _prepared(client, service, operation, parameters)
    reply = conversations.ask(
        "aws",
        service=service,
        operation=operation,
        parameters=to_plain(prepared),
        region=client.meta.region_name,
        keys=_keys_of(client),
        settings={"retries": client.meta.config.retries or {}},
    )
    if "error" in reply:
        raise _error_of(client, reply["error"])
    answer = from_plain(reply["answer"])
    for name, content in from_plain(reply["streams"]).items():
        answer[name] = StreamingBody(io.BytesIO(content), len(content))
    return _finished(client, service, operation, answer)


def _keys_of(client: Any) -> list[str | None]:  # noqa: ANN401
    keys = client._request_signer._credentials  # noqa: SLF001 - a client shows them nowhere else
    frozen = keys.get_frozen_credentials()
    return [frozen.access_key, frozen.secret_key, frozen.token]


def _prepared(client: Any, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """DynamoDB's resource takes Python's own values, and a hook of boto3's writes them out."""
    if service != "dynamodb":
        return parameters
    model = client.meta.service_model.operation_model(operation)
    return client._emit_api_params(api_params=dict(parameters), operation_model=model, context={})  # noqa: SLF001


def _finished(client: Any, service: str, operation: str, answer: dict[str, Any]) -> Answer:  # noqa: ANN401
    if service == "dynamodb":
        model = client.meta.service_model.operation_model(operation)
        client.meta.events.emit(
            f"after-call.{client.meta.service_model.service_id.hyphenize()}.{operation}",
            http_response=None,
            parsed=answer,
            model=model,
            context={},
        )
    return answer


def _error_of(client: Any, told: Mapping[str, Any]) -> Exception:  # noqa: ANN401
    if told["kind"] == "aws":
        response = from_plain(told["response"])
        problem = response.get("Error", {})
        kind = client.exceptions.from_code(problem.get("QueryErrorCode") or problem.get("Code"))
        error: Exception = kind(response, told["operation"])
        return error
    name, text = told["type"], told["text"]
    known = getattr(botocore.exceptions, name, None) or getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, Exception):
        made = known.__new__(known)
        Exception.__init__(made, text)
        return made
    return CannotGoOn(text)
