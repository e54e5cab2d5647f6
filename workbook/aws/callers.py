"""Who makes a request: from the access key in its signature to a principal of an account.

A lab's own keys carry their account in plain sight (`workbook.aws.environment`); keys made by IAM or STS are
looked up in moto, so an assumed role of another account is that account's.
"""

from __future__ import annotations

import functools
import re

from moto.utilities.utils import get_partition

from workbook.aws.environment import account_of
from workbook.aws.policies import Principal

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d*/([^/,\s]+)/")


def signed_by(authorization: str) -> tuple[str, str]:
    """The access key and the region of an Authorization header; empty texts where there is none."""
    match = _CREDENTIAL.search(authorization)
    return (match.group(1), match.group(2)) if match else ("", "")


def caller_of(access_key: str, region: str) -> Principal:
    """The identity that an access key belongs to."""
    account = account_of(access_key)
    if account is not None:
        return lab_user(account, get_partition(region))
    # Only a key made by IAM or STS comes here, and then both are loaded already.
    import moto.iam.models  # noqa: PLC0415
    from moto.sts.models import sts_backends  # noqa: PLC0415

    account = moto.iam.models.get_account_id_from(access_key)
    user_id, arn, account = sts_backends[account][get_partition(region)].get_caller_identity(
        access_key, region
    )
    return Principal(account=account, arn=arn, user_id=user_id)


@functools.lru_cache(maxsize=256)
def lab_user(account: str, partition: str = "aws") -> Principal:
    """The user in whose name a lab's own clients call.

    The unique id has the form of IAM's: AIDA and 17 characters more. It is what SQS shows as SenderId.
    """
    return Principal(
        account=account, arn=f"arn:{partition}:iam::{account}:user/learner", user_id=f"AIDA{account}LEARN"
    )
