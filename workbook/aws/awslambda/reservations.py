"""Reserved concurrency, and what the account has: Put/Get/DeleteFunctionConcurrency, GetAccountSettings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.descriptions import record_settings
from workbook.aws.awslambda.errors import InvalidParameterValue, ValidationError
from workbook.aws.awslambda.names import LATEST, read
from workbook.aws.awslambda.registry import functions, latest, versions
from workbook.aws.awslambda.settings import UNZIPPED_LIMIT, ZIPPED_LIMIT
from workbook.aws.awslambda.throttling import (
    ACCOUNT_CONCURRENCY,
    UNRESERVED_MINIMUM,
    reserved_in_all,
    reserved_of,
)

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

Parameters = dict[str, Any]

CODE_STORAGE = 80_530_636_800
"""Bytes of all functions and layers in a Region: 75 GB."""


def put_function_concurrency(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """PutFunctionConcurrency. 0 stops the function; at least 100 must be left for the others."""
    name = _unqualified(backend, parameters)
    function = latest(backend, name, shown=LATEST)
    wanted = int(parameters["ReservedConcurrentExecutions"])
    if wanted < 0:
        rule = "Member must have value greater than or equal to 0"
        raise ValidationError.of("reservedConcurrentExecutions", wanted, rule)
    left = ACCOUNT_CONCURRENCY - reserved_in_all(backend, besides=name) - wanted
    if left < UNRESERVED_MINIMUM:
        message = (
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{UNRESERVED_MINIMUM}]."
        )
        raise InvalidParameterValue(message)
    function.reserved_concurrency = wanted
    record_settings("configure", function)
    return {"ReservedConcurrentExecutions": wanted}


def get_function_concurrency(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """GetFunctionConcurrency; empty when nothing is reserved."""
    reserved = reserved_of(latest(backend, _unqualified(backend, parameters)))
    return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}


def delete_function_concurrency(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """DeleteFunctionConcurrency."""
    function = latest(backend, _unqualified(backend, parameters))
    function.reserved_concurrency = None
    record_settings("configure", function)
    return {}


def get_account_settings(backend: LambdaBackend, _parameters: Parameters) -> Parameters:
    """GetAccountSettings."""
    existing = functions(backend)
    everything = [
        each for function in existing for each in [function, *versions(backend, function.function_name)]
    ]
    return {
        "AccountLimit": {
            "TotalCodeSize": CODE_STORAGE,
            "CodeSizeUnzipped": UNZIPPED_LIMIT,
            "CodeSizeZipped": ZIPPED_LIMIT,
            "ConcurrentExecutions": ACCOUNT_CONCURRENCY,
            "UnreservedConcurrentExecutions": ACCOUNT_CONCURRENCY - reserved_in_all(backend),
        },
        "AccountUsage": {
            "TotalCodeSize": sum(int(function.code_size) for function in everything),
            "FunctionCount": len(existing),
        },
    }


def _unqualified(backend: LambdaBackend, parameters: Parameters) -> str:
    name, qualifier = read(backend, parameters["FunctionName"], longest=140)
    if qualifier is not None:
        message = (
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
            "operation. Please specify either a function name or an unqualified function ARN."
        )
        raise InvalidParameterValue(message)
    return name
