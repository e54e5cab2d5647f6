"""What a request is held against before anything is done: the service model, and what is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbook.aws.cognito.errors import InvalidParameter
from workbook.aws.constraints import constraint_errors
from workbook.aws.operations import refuse_parameters

SERVICE_MODEL = "cognito-idp"


def known(text: str) -> frozenset[str]:
    """Names, from a text with blanks between them."""
    return frozenset(text.split())


def check_model(operation: str, parameters: Mapping[str, Any]) -> None:
    """Let a request pass that the service model allows.

    Raises:
        InvalidParameter: it does not.
    """
    errors = constraint_errors(SERVICE_MODEL, operation, parameters)
    if errors is not None:
        raise InvalidParameter(errors)


def check(operation: str, parameters: Mapping[str, Any], names: str) -> None:
    """The same, and nothing but the parameters of these names.

    Raises:
        InvalidParameter: the model does not allow it.
        NotSimulated: it uses another parameter.
    """
    check_model(operation, parameters)
    refuse_parameters(parameters, known(names), operation)
