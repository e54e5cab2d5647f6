"""Roles that services take on, for examiners who need one."""

from __future__ import annotations

import json

import boto3


def role_for(service: str, *actions: str) -> str:
    """Create a role that a service of AWS may take on to do these actions; returns its ARN."""
    principal = {"Service": f"{service}.amazonaws.com"}
    trust: dict[str, object] = {"Principal": principal, "Action": "sts:AssumeRole"}
    iam, name = boto3.client("iam"), f"for-{service}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_allowing(trust))["Role"]
    allow = _allowing({"Action": list(actions), "Resource": "*"})
    iam.put_role_policy(RoleName=name, PolicyName="allow", PolicyDocument=allow)
    return str(role["Arn"])


def _allowing(statement: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
