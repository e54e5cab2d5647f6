"""Which function an Invoke means. One of another account runs only for those whom its policy lets.

Within an account the lab asks for no permission; across accounts the function's resource-based policy
decides. Who is not let does not learn whether there is such a function.

Source: Lambda Developer Guide, "Granting Lambda function access to other accounts".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.awslambda.access import ACTION, FunctionAccess, function_access
from workbook.aws.awslambda.errors import AccessDenied, ResourceNotFound
from workbook.aws.awslambda.names import arn_of, parse, read
from workbook.aws.awslambda.registry import backend_of
from workbook.aws.callers import caller_of, signed_by
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend
    from moto.awslambda.responses import LambdaResponse

    from workbook.aws.policies import Principal


def invoked_function(response: LambdaResponse) -> tuple[LambdaBackend, str, str | None]:
    """The registry that has the function, its name, and the qualifier, if one was given.

    Raises:
        ValidationError: the name or the qualifier is malformed.
        ResourceNotFound: the ARN is of another region.
        AccessDenied: it is another account's, whose policy does not let the caller invoke it.
        InvalidParameterValue: the name's own qualifier is not the one given as Qualifier.
    """
    text = response.uri_match["FunctionName"]
    own = response.backend
    account = parse(text, longest=256).account or own.account_id
    backend = backend_of(current_world(), account, own.region_name)
    name, qualifier = read(backend, text, response.querystring.get("Qualifier", [None])[0])
    if account != own.account_id:
        access_key, region = signed_by(response.headers.get("Authorization", ""))
        _demand_access(arn_of(backend, name, qualifier), caller_of(access_key, region))
    return backend, name, qualifier


def _demand_access(function_arn: str, caller: Principal) -> None:
    access = _access(function_arn, caller)
    if not access.allowed:
        raise AccessDenied(
            f"User: {caller.arn} is not authorized to perform: {ACTION} "
            f"on resource: {function_arn} {access.reason}"
        )


def _access(function_arn: str, caller: Principal) -> FunctionAccess:
    try:
        return function_access(current_world(), function_arn, caller)
    except ResourceNotFound:
        return FunctionAccess.silent(ACTION)
