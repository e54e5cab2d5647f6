"""What boto3 finds when it looks for credentials, a region or a profile: the lab's own, and nothing else.

Real credentials must neither be needed nor read, so every AWS_ variable is taken away while a lab is
open and the files in ~/.aws are pointed past. An access key of the lab carries its account in plain
sight, which is how a request finds its account without a registry of keys.
"""

from __future__ import annotations

import os
import re

from workbook.engine.patches import Patches

SECRET_ACCESS_KEY = "workbook/not/a/secret/workbook/not/a/key"  # noqa: S105 - says of itself that it is none

_LAB_KEY = re.compile(r"AKIA(\d{12})LABX")


def access_key_of(account: str) -> str:
    """The access key id with which a request is made in `account` (12 digits)."""
    return f"AKIA{account}LABX"


def account_of(access_key: str) -> str | None:
    """The account that a lab's access key belongs to, or None for any other key."""
    match = _LAB_KEY.fullmatch(access_key)
    return match.group(1) if match else None


def isolate(patches: Patches, *, region: str, account: str) -> None:
    """Give boto3 the lab's credentials and region, and hide what the computer has."""
    environ: os._Environ[str] = os.environ
    for name in [name for name in environ if name.startswith(("AWS_", "MOTO_"))]:
        patches.remove_item(environ, name)  # type: ignore[arg-type]  # a mapping of str to str
    for name, value in {
        "AWS_ACCESS_KEY_ID": access_key_of(account),
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Otherwise boto3 sends some calls to hosts that begin with the account id, which moto does not know.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    }.items():
        patches.set_item(environ, name, value)  # type: ignore[arg-type]
