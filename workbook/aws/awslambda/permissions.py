"""The resource-based policy of a function: who may invoke it. AddPermission, RemovePermission, GetPolicy.

A function, each of its versions and each alias has a policy of its own, which the qualifier chooses.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.errors import (
    InvalidParameterValue,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
    ValidationError,
)
from workbook.aws.awslambda.names import LATEST, arn_of, read
from workbook.aws.awslambda.registry import aliases, find, is_taken, latest
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

Parameters = dict[str, Any]


@dataclass
class ResourcePolicy:
    """The statements about one function, version or alias."""

    statements: list[dict[str, Any]] = field(default_factory=list)
    revision: str = ""

    def document(self) -> dict[str, Any]:
        """The policy as IAM writes it."""
        return {"Version": "2012-10-17", "Id": "default", "Statement": self.statements}

    def revise(self) -> None:
        """A change was made."""
        self.revision = current_world().seeds.uuid("lambda.revision")


def policy_of(backend: LambdaBackend, name: str, qualifier: str | None = None) -> ResourcePolicy:
    """The policy of a function, or of the version or alias `qualifier`; it may be empty.

    Raises:
        ResourceNotFound: there is no such function.
    """
    function = latest(backend, name)
    policies: dict[str | None, ResourcePolicy] = vars(function).setdefault("resource_policies", {})
    return policies.setdefault(qualifier, ResourcePolicy())


def add_permission(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """AddPermission."""
    statement_id = parameters["StatementId"]
    _check_text("statementId", statement_id, r"[a-zA-Z0-9_-]+", "([a-zA-Z0-9-_]+)")
    action = parameters["Action"]
    _check_text("action", action, r"lambda:[*]|lambda:[a-zA-Z]+|[*]", "(lambda:[*]|lambda:[a-zA-Z]+|[*])")
    if parameters.get("FunctionUrlAuthType") is not None and action != "lambda:InvokeFunctionUrl":
        raise InvalidParameterValue(
            "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action"
        )
    name, qualifier = read(backend, parameters["FunctionName"], parameters.get("Qualifier"))
    if qualifier == LATEST:
        raise InvalidParameterValue("We currently do not support adding policies for $LATEST.")
    _check_exists(backend, name, qualifier)
    policy = policy_of(backend, name, qualifier)
    _check_revision(policy, parameters)
    if any(statement["Sid"] == statement_id for statement in policy.statements):
        message = (
            f"The statement id ({statement_id}) provided already exists. "
            "Please provide a new statement id, or remove the existing statement."
        )
        raise ResourceConflict(message)
    statement = {
        "Sid": statement_id,
        "Effect": "Allow",
        "Principal": _principal(str(parameters["Principal"])),
        "Action": action,
        "Resource": arn_of(backend, name, qualifier),
        **_condition(parameters),
    }
    policy.statements.append(statement)
    policy.revise()
    return {"Statement": json.dumps(statement, separators=(",", ":"))}


def remove_permission(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """RemovePermission."""
    name, qualifier = read(backend, parameters["FunctionName"], parameters.get("Qualifier"))
    if not is_taken(backend, name):
        raise ResourceNotFound(f"No policy found for: {arn_of(backend, name)}")
    _check_exists(backend, name, qualifier)
    policy = policy_of(backend, name, qualifier)
    if not policy.statements:
        raise ResourceNotFound("No policy is associated with the given resource.")
    _check_revision(policy, parameters)
    statement_id = parameters["StatementId"]
    kept = [statement for statement in policy.statements if statement["Sid"] != statement_id]
    if len(kept) == len(policy.statements):
        raise ResourceNotFound(f"Statement {statement_id} is not found in resource policy.")
    policy.statements = kept
    policy.revise()
    return {}


def get_policy(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """GetPolicy."""
    name, qualifier = read(backend, parameters["FunctionName"], parameters.get("Qualifier"))
    policy = policy_of(backend, name, None if qualifier == LATEST else qualifier)
    if not policy.statements:
        raise ResourceNotFound("The resource you requested does not exist.")
    return {"Policy": json.dumps(policy.document(), separators=(",", ":")), "RevisionId": policy.revision}


# ---- helpers


def _check_text(parameter: str, value: str, pattern: str, shown: str) -> None:
    if not re.fullmatch(pattern, value):
        raise ValidationError.of(parameter, value, f"Member must satisfy regular expression pattern: {shown}")


def _check_exists(backend: LambdaBackend, name: str, qualifier: str | None) -> None:
    latest(backend, name)
    is_alias_name = qualifier is not None and re.fullmatch(r"(?!^[0-9]+$)[a-zA-Z0-9_-]+", qualifier)
    if is_alias_name and qualifier not in aliases(backend, name):
        raise ResourceNotFound.alias(arn_of(backend, name, qualifier))
    find(backend, name, qualifier)


def _check_revision(policy: ResourcePolicy, parameters: Parameters) -> None:
    wanted = parameters.get("RevisionId")
    if wanted and wanted != policy.revision:
        raise PreconditionFailed("GetPolicy")


def _principal(principal: str) -> str | dict[str, str]:
    """The principal as a policy writes it: a service, an account, or everybody."""
    if principal == "*":
        return "*"
    if re.fullmatch(r"[a-z0-9.-]+\.(amazonaws\.com|amazon\.com|alexa\.com)", principal):
        return {"Service": principal}
    if re.fullmatch(r"\d{12}", principal):
        return {"AWS": f"arn:aws:iam::{principal}:root"}
    if re.fullmatch(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:.+", principal):
        return {"AWS": principal}
    raise InvalidParameterValue(
        "The provided principal was invalid. Please check the principal and try again."
    )


def _condition(parameters: Parameters) -> dict[str, Any]:
    condition: dict[str, dict[str, str]] = {}
    equal = {
        "AWS:SourceAccount": parameters.get("SourceAccount"),
        "aws:PrincipalOrgID": parameters.get("PrincipalOrgID"),
        "lambda:EventSourceToken": parameters.get("EventSourceToken"),
        "lambda:FunctionUrlAuthType": parameters.get("FunctionUrlAuthType"),
    }
    given = {key: value for key, value in equal.items() if value is not None}
    if given:
        condition["StringEquals"] = given
    if parameters.get("InvokedViaFunctionUrl") is not None:
        via_url = "true" if parameters["InvokedViaFunctionUrl"] else "false"
        condition["Bool"] = {"lambda:InvokedViaFunctionUrl": via_url}
    if parameters.get("SourceArn") is not None:
        condition["ArnLike"] = {"AWS:SourceArn": parameters["SourceArn"]}
    return {"Condition": condition} if condition else {}
