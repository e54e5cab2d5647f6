"""What AWS answers when it refuses, in the form tests want to say it."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


@contextmanager
def refused(code, text=None, *, status=400, shape=None):
    """The block must end in this error: the code boto3 shows, AWS's whole text, the HTTP status."""
    with pytest.raises(ClientError) as caught:
        yield caught
    error = caught.value.response["Error"]
    assert error["Code"] == code
    if text is not None:
        assert error["Message"] == text
    if shape is not None:
        assert error["QueryErrorCode"] == shape
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
