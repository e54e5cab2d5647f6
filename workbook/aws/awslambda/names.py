"""How a function is named in a request: name, partial ARN or whole ARN, each with or without a qualifier.

orders                                                         orders:PROD
123456789012:function:orders                                   123456789012:function:orders:3
arn:aws:lambda:us-east-1:123456789012:function:orders          arn:aws:...:function:orders:$LATEST
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moto.core.utils import get_service_model

from workbook.aws.awslambda.errors import (
    AccessDenied,
    InvalidParameterValue,
    ResourceNotFound,
    ValidationError,
)

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

LATEST = "$LATEST"
"""The version that can be changed."""

_REFERENCE = re.compile(
    r"(arn:(?P<partition>aws[a-zA-Z-]*):lambda:)?((?P<region>[a-z]{2,4}(-[a-z]+)+-\d):)?((?P<account>\d{12}):)?"
    r"(function:)?(?P<name>[a-zA-Z0-9_-]+)(:(?P<qualifier>\$LATEST|[a-zA-Z0-9$_-]+))?"
)


@dataclass(frozen=True)
class FunctionName:
    """A function as a request names it. `qualifier` is a version, an alias, or None."""

    name: str
    qualifier: str | None
    region: str | None
    account: str | None


@functools.lru_cache(1024)
def parse(text: str, *, longest: int = 140) -> FunctionName:
    """Read a function's name or ARN.

    Raises:
        ValidationError: it is neither. The text quotes the pattern of the service model.
    """
    if len(text) > longest:
        raise ValidationError.of(
            "functionName", text, f"Member must have length less than or equal to {longest}"
        )
    match = _REFERENCE.fullmatch(text)
    if match is None:
        rule = f"Member must satisfy regular expression pattern: {pattern_of('FunctionName')}"
        raise ValidationError.of("functionName", text, rule)
    return FunctionName(match["name"], match["qualifier"], match["region"], match["account"])


def read(
    backend: LambdaBackend, text: str, qualifier: str | None = None, *, longest: int = 256
) -> tuple[str, str | None]:
    """The function's name and the qualifier, from a request's FunctionName and Qualifier.

    Raises:
        ValidationError: the text or the qualifier is malformed.
        ResourceNotFound: the ARN is of another region.
        AccessDenied: the ARN is of another account.
        InvalidParameterValue: the name's own qualifier is not the one given as Qualifier.
    """
    function = parse(text, longest=longest)
    if function.region not in {None, backend.region_name}:
        message = (
            f"Functions from '{function.region}' are not reachable in this region ('{backend.region_name}')"
        )
        raise ResourceNotFound(message)
    if function.account not in {None, backend.account_id}:
        message = f"function {text} belongs to account {function.account}, not to {backend.account_id}"
        raise AccessDenied(message)
    if qualifier is not None and not re.fullmatch(r"\$LATEST|[a-zA-Z0-9$_-]+", qualifier):
        rule = "Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)"
        raise ValidationError.of("qualifier", qualifier, rule)
    if function.qualifier and qualifier and function.qualifier != qualifier:
        message = "The derived qualifier from the function name does not match the specified qualifier."
        raise InvalidParameterValue(message)
    return function.name, function.qualifier or qualifier


def arn_of(backend: LambdaBackend, name: str, qualifier: str | None = None) -> str:
    """The ARN of a function, qualified or not."""
    suffix = f":{qualifier}" if qualifier else ""
    return (
        f"arn:{backend.partition}:lambda:{backend.region_name}:{backend.account_id}:function:{name}{suffix}"
    )


@functools.cache
def pattern_of(shape: str) -> str:
    """The regular expression that the service model gives for a shape, as AWS quotes it in errors."""
    return str(get_service_model("lambda").shape_for(shape).metadata["pattern"])
