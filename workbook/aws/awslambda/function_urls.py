"""Function URLs, an HTTPS address of a function's own: the API that makes them (`workbook.aws.web` serves).

A function has at most one URL, and so has each of its aliases; versions have none. With AuthType NONE
anybody may ask, if the function's policy lets everybody: both lambda:InvokeFunctionUrl and, for what comes by
the URL, lambda:InvokeFunction (which AWS asks for since October 2025).

Sources: botocore's service model; texts of AWS as its users report them; Lambda Developer Guide, "Control
access to Lambda function URLs".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from workbook.aws.awslambda.errors import NotSimulated, ResourceConflict, ResourceNotFound, ValidationError
from workbook.aws.awslambda.names import LATEST, arn_of, read
from workbook.aws.awslambda.paging import page
from workbook.aws.awslambda.registry import aliases, latest
from workbook.aws.constraints import constraint_errors
from workbook.aws.endpoints import close_front, open_front
from workbook.engine.clock import datetime_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

    from workbook.engine.world import World

Parameters = dict[str, Any]

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_QUALIFIER = r"(^\$LATEST$)|((?!^[0-9]+$)([a-zA-Z0-9-_]+))"
_SETTINGS = ("AuthType", "Cors", "InvokeMode")


@dataclass
class FunctionUrl:
    """A function URL and its settings."""

    url: str
    arn: str
    """Of the function or alias."""
    auth_type: str
    cors: dict[str, Any] | None
    created_at: int
    """An instant."""
    modified_at: int
    """An instant."""

    def description(self) -> Parameters:
        """As AWS shows it."""
        shown: Parameters = {
            "FunctionUrl": self.url,
            "FunctionArn": self.arn,
            "AuthType": self.auth_type,
            "CreationTime": _time(self.created_at),
            "LastModifiedTime": _time(self.modified_at),
            "InvokeMode": "BUFFERED",
        }
        return shown if self.cors is None else shown | {"Cors": self.cors}

    def settings(self) -> Parameters:
        """What the trace keeps of it."""
        return {
            name: value for name, value in self.description().items() if name in {*_SETTINGS, "FunctionArn"}
        }


# ---- the API


def create_function_url_config(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """CreateFunctionUrlConfig."""
    _check("CreateFunctionUrlConfig", parameters)
    name, qualifier = _named(backend, parameters)
    urls = _urls(backend, name)
    arn = arn_of(backend, name, qualifier)
    if qualifier in urls:
        raise ResourceConflict(
            f"Failed to create function url config for [functionArn = {arn}]. "
            "Error message:  FunctionUrlConfig exists for this Lambda function"
        )
    world = current_world()
    chance = world.seeds.stream("lambda.function-url")
    host = "".join(chance.choices(_LETTERS, k=32)) + f".lambda-url.{backend.region_name}.on.aws"
    now = world.clock.now
    made = FunctionUrl(f"https://{host}/", arn, parameters["AuthType"], parameters.get("Cors"), now, now)
    urls[qualifier] = made
    _serve(world, made)
    world.trace.record("create", made.url.rstrip("/"), settings=made.settings())
    return {name: value for name, value in made.description().items() if name != "LastModifiedTime"}


def get_function_url_config(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """GetFunctionUrlConfig."""
    return _existing(backend, parameters).description()


def update_function_url_config(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """UpdateFunctionUrlConfig. What is not given stays as it is."""
    _check("UpdateFunctionUrlConfig", parameters)
    url = _existing(backend, parameters)
    url.auth_type = parameters.get("AuthType") or url.auth_type
    if parameters.get("Cors") is not None:
        url.cors = parameters["Cors"]
    world = current_world()
    url.modified_at = world.clock.now
    world.trace.record("configure", url.url.rstrip("/"), settings=url.settings())
    return url.description()


def delete_function_url_config(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """DeleteFunctionUrlConfig. The address never comes back."""
    url = _existing(backend, parameters)
    name, qualifier = _named(backend, parameters)
    del _urls(backend, name)[qualifier]
    close_front(current_world(), url.url)
    return {"StatusCode": 204}


def list_function_url_configs(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """ListFunctionUrlConfigs: those of the function and of its aliases."""
    name, _ = read(backend, unquote(parameters["FunctionName"]), longest=140)
    entries = [url.description() for url in _urls(backend, name).values()]
    return page("FunctionUrlConfigs", entries, parameters)


def forget_urls(backend: LambdaBackend, name: str, qualifier: str | None = None) -> None:
    """A function is deleted (or its alias `qualifier`), and with it the addresses."""
    urls = _urls(backend, name)
    for each in list(urls) if qualifier is None else [qualifier]:
        if each in urls:
            close_front(current_world(), urls.pop(each).url)


# ---- helpers


def _serve(world: World, url: FunctionUrl) -> None:
    from workbook.aws.web.function_url_front import FunctionUrlFront  # noqa: PLC0415 - only who has URLs needs it

    open_front(world, url.url, FunctionUrlFront(world, url))


def _urls(backend: LambdaBackend, name: str) -> dict[str | None, FunctionUrl]:
    """The URLs of a function by qualifier; that of the function itself under None.

    Raises:
        ResourceNotFound: there is no such function.
    """
    try:
        function = latest(backend, name)
    except ResourceNotFound:
        raise ResourceNotFound("Function does not exist") from None
    urls: dict[str | None, FunctionUrl] = vars(function).setdefault("function_urls", {})
    return urls


def _named(backend: LambdaBackend, parameters: Parameters) -> tuple[str, str | None]:
    name, qualifier = read(
        backend, unquote(parameters["FunctionName"]), parameters.get("Qualifier"), longest=140
    )
    if qualifier is not None and not re.fullmatch(_QUALIFIER, qualifier):
        rule = f"Member must satisfy regular expression pattern: {_QUALIFIER}"
        raise ValidationError.of("qualifier", qualifier, rule)
    _urls(backend, name)
    if qualifier == LATEST:
        return name, None
    if qualifier is not None and qualifier not in aliases(backend, name):
        raise ResourceNotFound("Function does not exist")
    return name, qualifier


def _existing(backend: LambdaBackend, parameters: Parameters) -> FunctionUrl:
    name, qualifier = _named(backend, parameters)
    url = _urls(backend, name).get(qualifier)
    if url is None:
        raise ResourceNotFound("The resource you requested does not exist.")
    return url


def _check(operation: str, parameters: Parameters) -> None:
    errors = constraint_errors("lambda", operation, {name: parameters.get(name) for name in _SETTINGS})
    if errors is not None:
        raise ValidationError(errors)
    if parameters.get("InvokeMode") == "RESPONSE_STREAM":
        raise NotSimulated("InvokeMode RESPONSE_STREAM (response streaming)", "Leave it out: BUFFERED.")


def _time(instant: int) -> str:
    return datetime_of(instant).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
