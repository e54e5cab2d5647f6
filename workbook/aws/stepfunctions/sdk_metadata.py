"""What an optimised integration adds to an answer: the HTTP headers and the request id, as the SDK has them.

Source: answers of AWS recorded in localstack's tests, 2023 to 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COMMON = {"content-length": "Content-Length", "content-type": "Content-Type", "date": "Date"}
_HEADERS = {**_COMMON, "x-amzn-requestid": "x-amzn-RequestId"}
_OF_LAMBDA = {
    **_HEADERS,
    "x-amz-executed-version": "X-Amz-Executed-Version",
    "x-amzn-remapped-content-length": "x-amzn-Remapped-Content-Length",
    "x-amzn-trace-id": "X-Amzn-Trace-Id",
}


def sdk_metadata(metadata: Mapping[str, Any], service: str) -> dict[str, Any]:
    """`SdkHttpMetadata` and `SdkResponseMetadata` of a call, of what boto3 says of its answer."""
    names = _OF_LAMBDA if service == "lambda" else _HEADERS
    connection = "Connection" if service == "lambda" else "connection"
    headers = {connection: "keep-alive"}
    headers |= {names[name]: value for name, value in metadata["HTTPHeaders"].items() if name in names}
    ordered = dict(sorted(headers.items(), key=lambda item: item[0].lower()))
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in ordered.items()},
            "HttpHeaders": ordered,
            "HttpStatusCode": metadata["HTTPStatusCode"],
        },
        "SdkResponseMetadata": {"RequestId": metadata["RequestId"]},
    }
