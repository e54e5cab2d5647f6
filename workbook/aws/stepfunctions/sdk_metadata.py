"""What an optimised integration adds to an answer: the HTTP headers and the request id, as the SDK has them.

Source: answers of AWS recorded in localstack's tests, 2023 to 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_HEADERS = ("x-amzn-RequestId", "connection", "Content-Length", "Date", "Content-Type")
_OF_LAMBDA = (
    "X-Amz-Executed-Version",
    "x-amzn-Remapped-Content-Length",
    "Connection",
    "x-amzn-RequestId",
    "Content-Length",
    "Date",
    "X-Amzn-Trace-Id",
    "Content-Type",
)
"""In the order in which the Java SDK's table of all headers has them."""
_OF_DYNAMODB = (
    "Server",
    "Connection",
    "x-amzn-RequestId",
    "x-amz-crc32",
    "Content-Length",
    "Date",
    "Content-Type",
)
_NAMES = {"lambda": _OF_LAMBDA, "dynamodb": _OF_DYNAMODB}


def sdk_metadata(metadata: Mapping[str, Any], service: str) -> dict[str, Any]:
    """`SdkHttpMetadata` and `SdkResponseMetadata` of a call, of what boto3 says of its answer."""
    names = _NAMES.get(service, _HEADERS)
    given = {**metadata["HTTPHeaders"], "connection": "keep-alive", "server": "Server"}
    headers = {name: given[name.lower()] for name in names if name.lower() in given}
    ordered = dict(sorted(headers.items(), key=lambda item: item[0].lower()))
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": ordered,
            "HttpStatusCode": metadata["HTTPStatusCode"],
        },
        "SdkResponseMetadata": {"RequestId": metadata["RequestId"]},
    }
