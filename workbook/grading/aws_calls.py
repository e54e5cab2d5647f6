"""A learner's AWS calls, made by the judge's own boto3, so that they leave the hops of practice.

What crosses is the service, the operation and its parameters; the answer goes back as boto3 gave it. A key
speaks for an account: the learner's own keys, and those that AWS itself has handed out, are taken as they
are, and another account's key is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from workbook.aws.environment import account_of
from workbook.grading.plain import answer_to_plain, from_plain, to_plain
from workbook.teaching.answer import NoEnd

_LONGEST_NAME = 200
_SETTINGS = {"retries"}
"""Of a client's configuration, what changes what happens and not only how fast."""


class CallRefused(Exception):
    """A call that a graded answer may not make; the text says why."""


def answer_to(asked: Mapping[str, Any], account: str) -> dict[str, Any]:
    """Make a call and give its answer, or AWS's error, as JSON.

    Args:
        asked: `service`, `operation`, `parameters`, and of the client `region`, `keys` and `settings`.
        account: the learner's own.

    Raises:
        MemoryError: what is stored fills the memory that a judge has.
    """
    try:
        client = _client_for(asked, account)
        method = _method_of(client, asked)
        return answer_to_plain(method(**_parameters_of(asked)))
    except (NoEnd, MemoryError):
        raise
    except ClientError as error:
        return {
            "error": {"kind": "aws", "response": to_plain(error.response), "operation": error.operation_name}
        }
    except Exception as error:  # noqa: BLE001 - whatever boto3 says to who calls it
        return {"error": {"kind": "other", "type": type(error).__name__, "text": str(error)}}


def _client_for(asked: Mapping[str, Any], account: str) -> Any:  # noqa: ANN401 - a client of boto3
    key, secret, token = (_text(part) for part in _three(asked.get("keys")))
    speaks_for = account_of(key)
    if speaks_for is not None and speaks_for != account:
        message = (
            f"the key {key} is that of account {speaks_for}; an answer has its own account, {account}, only"
        )
        raise CallRefused(message)
    settings = asked.get("settings")
    retries = _retries_of(settings if isinstance(settings, dict) else {})
    return _client(_text(asked.get("service")), _text(asked.get("region")), key, secret, token, retries)


@functools.lru_cache(maxsize=64)
def _client(
    service: str, region: str, key: str, secret: str, token: str, retries: tuple[tuple[str, Any], ...]
) -> Any:  # noqa: ANN401
    return boto3.client(  # type: ignore[call-overload,misc]  # any service
        service,
        region_name=region or None,
        aws_access_key_id=key or None,
        aws_secret_access_key=secret or None,
        aws_session_token=token or None,
        config=Config(retries=dict(retries)) if retries else None,  # type: ignore[arg-type]  # its own keys
    )


def _method_of(client: Any, asked: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a method of it
    operation = _text(asked.get("operation"))
    for method, name in client.meta.method_to_api_mapping.items():
        if name == operation:
            return getattr(client, method)
    message = f"{client.meta.service_model.service_name} has no operation {operation!r}"
    raise CallRefused(message)


def _parameters_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    parameters = from_plain(asked.get("parameters"))
    if isinstance(parameters, dict) and all(isinstance(name, str) for name in parameters):
        return parameters
    message = "the parameters of a call are a mapping by name"
    raise CallRefused(message)


def _retries_of(settings: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    retries = settings.get("retries")
    known = retries if isinstance(retries, dict) else {}
    return tuple(
        (name, known[name])
        for name in ("mode", "max_attempts", "total_max_attempts")
        if isinstance(known.get(name), str | int)
    )


def _three(keys: object) -> tuple[object, object, object]:
    parts = keys if isinstance(keys, list) else []
    first, second, third, *_ = [*parts, None, None, None]
    return first, second, third


def _text(value: object) -> str:
    return value[: 20 * _LONGEST_NAME] if isinstance(value, str) else ""
