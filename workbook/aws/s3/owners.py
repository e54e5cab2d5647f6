"""ExpectedBucketOwner: a request that says whose bucket it means is answered for that account's bucket only.

Source: Amazon S3 User Guide, "Verifying bucket ownership with bucket owner condition"; texts are recorded.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from moto.s3.exceptions import S3AccessDeniedError, S3ClientError
from moto.s3.responses import S3Response

HEADER = "x-amz-expected-bucket-owner"
SOURCE_HEADER = "x-amz-source-expected-bucket-owner"
"""Of a copy."""
_ACCOUNT = re.compile(r"\d{12}")


class InvalidBucketOwner(S3ClientError):
    """The owner is no account id."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            "InvalidBucketOwnerAWSAccountID",
            f"The value of the expected bucket owner parameter must be an AWS Account ID... [{owner}]",
        )


_STATUS = {InvalidBucketOwner: 400, S3AccessDeniedError: 403}


def of_the_expected_owner(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Let `answer`, a method of moto's, answer only requests that expect the bucket's owner, or none."""

    @functools.wraps(answer)
    def answer_if_expected(response: S3Response, request: Any, full_url: str) -> Any:  # noqa: ANN401 - moto's types
        for bucket, expected in _expectations(response, request.headers):
            refusal = _refusal(response, bucket, expected)
            if refusal is not None and request.method == "HEAD":  # has no body that could tell
                return _STATUS[type(refusal)], {}, ""
            if refusal is not None:
                raise refusal
        return answer(response, request, full_url)

    return answer_if_expected


def _expectations(response: S3Response, headers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The buckets whose owner a request names."""
    if response.bucket_name and HEADER in headers:
        yield response.bucket_name, str(headers[HEADER])
    if SOURCE_HEADER in headers:
        source = unquote(str(headers.get("x-amz-copy-source", "")))
        yield source.lstrip("/").split("/")[0], str(headers[SOURCE_HEADER])


def _refusal(response: S3Response, bucket: str, expected: str) -> S3ClientError | None:
    if not _ACCOUNT.fullmatch(expected):
        return InvalidBucketOwner(expected)
    owner = response.backend.get_bucket(bucket).account_id
    return None if owner == expected else S3AccessDeniedError()
