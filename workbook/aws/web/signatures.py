"""Who asks, where a front wants requests that are signed (AuthType AWS_IAM): Signature Version 4.

    signer = SigV4Auth(session.get_credentials(), "lambda", "us-east-1")     # botocore's, or any other
    signer.add_auth(AWSRequest("GET", url)); lab.http(url, headers=request.headers)

The access key in the Authorization header tells who it is, as for API calls. The signature itself is not
computed again: nobody here has a key that is not its owner's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.callers import caller_of, signed_by

if TYPE_CHECKING:
    from workbook.aws.policies import Principal
    from workbook.aws.web.requests import WebRequest

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")


def signer_of(request: WebRequest, service: str, region: str) -> Principal | None:
    """The identity that signed a request to `service` in `region`; None where it is not signed for it."""
    scope = _SCOPE.search(request.headers.get("authorization", ""))
    if scope is None or (scope[2], scope[3]) != (region, service):
        return None
    return caller_of(scope[1], region)


def iam_authorizer(request: WebRequest, principal: Principal) -> Mapping[str, Any]:
    """What the event's requestContext says of who signed the request."""
    access_key, _ = signed_by(request.headers.get("authorization", ""))
    return {
        "iam": {
            "accessKey": access_key,
            "accountId": principal.account,
            "callerId": principal.user_id,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": principal.arn,
            "userId": principal.user_id,
        }
    }
