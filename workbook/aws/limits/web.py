"""The numbers of what calls Lambda from the web and waits: API Gateway, load balancers, user pools."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 28)
_HTTP_QUOTAS = "API Gateway Developer Guide, quotas for HTTP APIs"
_REST_QUOTAS = "API Gateway Developer Guide, quotas for REST APIs"
_ALB = "User Guide for Application Load Balancers, Lambda functions as targets"

ROWS = (
    Limit(
        "apigateway.http.timeout", 30_000, "milliseconds", f"{_HTTP_QUOTAS}: 30 s, not to be raised", _READ
    ),
    Limit("apigateway.rest.timeout", 29_000, "milliseconds", f"{_REST_QUOTAS}: 29 s", _READ),
    Limit("elb.lambda.payload", 1_048_576, "bytes", f"{_ALB}: 1 MB each way", _READ),
    Limit("apigateway.payload", 10_485_760, "bytes", "API Gateway Developer Guide, quotas: 10 MB", _READ),
)
