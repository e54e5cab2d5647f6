"""Deploys a learner's handler as a real Lambda function, with the role and the zip that AWS asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

from workbook.packaging import PackagingError, package

ROLE_NAME = "workbook-lambda-role"
RUNTIME = "python3.13"

_TRUST_LAMBDA = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def deploy_function(
    name: str, handler: Callable[..., object] | str | Path, options: Mapping[str, Any]
) -> str:
    """Create the function, or update the one of this name, and wait until it is ready; returns its ARN.

    These are plain boto3 calls, waiters included: a function is not ready the moment it is created.

    Raises:
        PackagingError: the code cannot run away from the notebook, or `options` names what is made here.
    """
    _check_options(options)
    bundle = package(handler, handler=options.get("Handler"), name=name)
    client = boto3.client("lambda")
    settings = {"Runtime": RUNTIME, **options, "Handler": bundle.handler}
    try:
        client.get_function(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        settings.setdefault("Role", _role_arn())
        client.create_function(FunctionName=name, Code={"ZipFile": bundle.zip_bytes}, **settings)
        client.get_waiter("function_active_v2").wait(FunctionName=name)
    else:
        client.update_function_code(FunctionName=name, ZipFile=bundle.zip_bytes)
        client.get_waiter("function_updated_v2").wait(FunctionName=name)
        client.update_function_configuration(FunctionName=name, **settings)
        client.get_waiter("function_updated_v2").wait(FunctionName=name)
    return str(client.get_function(FunctionName=name)["Configuration"]["FunctionArn"])


def _check_options(options: Mapping[str, Any]) -> None:
    made_here = sorted({"Code", "FunctionName"}.intersection(options))
    if made_here:
        message = (
            f"{' and '.join(made_here)}: lab.function makes this from its name and handler, so leave it out; "
            "boto3's create_function takes it"
        )
        raise PackagingError(message)


def _role_arn() -> str:
    iam = boto3.client("iam")
    try:
        role = iam.get_role(RoleName=ROLE_NAME)
    except iam.exceptions.NoSuchEntityException:
        role = iam.create_role(RoleName=ROLE_NAME, AssumeRolePolicyDocument=_TRUST_LAMBDA)
    return str(role["Role"]["Arn"])
