"""AWS Lambda: functions run in this process, in virtual time, on moto's registry of functions.

    protocol ── functions, versions, aliases, reservations, permissions, tags      the API
                        │
    invocation ── throttling, lifecycle                                            who may run, and what
        └─ execution ── environment ── modules ── isolation                        how it runs

moto would start Docker, or answer without running anything; neither can happen here. What other services
need is below: `invoke` and what goes with it.
"""

from __future__ import annotations

from workbook.aws.awslambda.errors import LambdaError, ResourceNotFound, TooManyRequests
from workbook.aws.awslambda.invocation import Invocation, function_exists, function_timeout, invoke
from workbook.aws.awslambda.seams import install

__all__ = [
    "Invocation",
    "LambdaError",
    "ResourceNotFound",
    "TooManyRequests",
    "function_exists",
    "function_timeout",
    "install",
    "invoke",
]
