"""Whose lab a request is for: the account of its access key.

| key | account |
|---|---|
| `AKIA123456789012LABX` | 123456789012, as in a notebook |
| made by IAM or STS in a lab | that lab's |
| any other | one of its own, always the same, worked out from the key |

On an address that others reach, only keys count that the server has given out. They are random, so to know
one is to be let in; a signature proves nothing, as a lab has no secrets.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path

from workbook.aws.environment import account_of
from workbook.served.control import is_control
from workbook.served.requests import HttpRequest
from workbook.served.signatures import account_in_key, signature_of

HEADER = "X-Workbook-Access-Key"
"""Where a request to the control API names its lab."""
MOST_KEYS = 10_000
"""Keys that one server gives out."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_NO_ACCOUNT = _LETTERS[:16]
"""Behind AKIA, one of these says that the key carries no account."""


class KeyRefused(PermissionError):
    """A request has no key that opens a lab; the text says how to get one."""


class Keys:
    """The keys that open labs here.

    Args:
        issued_only: Whether only keys that were given out do.
        file: Where they are kept; None for as long as the server runs.
    """

    def __init__(self, *, issued_only: bool = False, file: Path | None = None) -> None:
        self._issued_only = issued_only
        self._file = file
        self._issued: list[str] = _read(file)
        self._accounts = {account_of_key(key) for key in self._issued}

    def account_for(self, request: HttpRequest) -> str:
        """The account that a request is for, 12 digits.

        Raises:
            KeyRefused: it has no key, or one that opens no lab.
        """
        key = _key_in(request)
        if not key:
            raise KeyRefused(
                "the request names no access key. Give your client one, AKIA123456789012LABX say, with any "
                f"secret; the control API takes it in the header {HEADER}"
            )
        if self._issued_only and key not in self._issued and not self._was_made_in_a_lab(key, request):
            raise KeyRefused(
                f"the access key {key[:20]!r} was not given out by this server: ask for one by POST "
                "/workbook/v1/keys with the server's token (Authorization: Bearer TOKEN)"
            )
        return self._account_of(key)

    def _was_made_in_a_lab(self, key: str, request: HttpRequest) -> bool:
        """Whether IAM or STS of a lab may have made a key; whether they have, that lab says for its AWS.

        Nobody is let into the control API by such a key, nor without a signature, as nobody would check it.
        """
        if is_control(request) or signature_of(request) is None:
            return False
        return account_of(key) is None and account_in_key(key) in self._accounts

    def _account_of(self, key: str) -> str:
        account = account_of(key) or account_in_key(key)
        if account is None or (account_of(key) is None and account not in self._accounts):
            account = account_of_key(key)
        if not self._issued_only:
            self._accounts.add(account)
        return account

    def know(self, account: str) -> None:
        """Take note of an account that is here already: keys that were made in it open it."""
        if not self._issued_only:
            self._accounts.add(account)

    def issue(self) -> str:
        """A new random key, with an account of its own.

        Raises:
            KeyRefused: so many were given out that no more are.
        """
        if len(self._issued) >= MOST_KEYS:
            raise KeyRefused(
                f"{MOST_KEYS} keys were given out, and no more are: end the server and begin anew"
            )
        key = f"AKIA{secrets.choice(_NO_ACCOUNT)}{''.join(secrets.choice(_LETTERS) for _ in range(15))}"
        self._issued.append(key)
        self._accounts.add(account_of_key(key))
        if self._file is not None:
            _write(self._file, self._issued)
        return key


def _key_in(request: HttpRequest) -> str | None:
    """The key that says whose lab is meant.

    To AWS that is the one that has signed, as the lab looks at no other: a header beside it that named
    another lab would open that one, in the name of a key that nobody has checked.
    """
    signature = signature_of(request)
    if signature is not None and not is_control(request):
        return signature.access_key
    return request.header(HEADER) or (None if signature is None else signature.access_key)


def account_of_key(key: str) -> str:
    """A stable account number for any key that carries none."""
    number = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    return f"{number % 9 * 10**11 + 10**11 + number // 9 % 10**11:012}"


def _read(file: Path | None) -> list[str]:
    if file is None or not file.exists():
        return []
    keys = json.loads(file.read_text(encoding="utf-8"))
    return [key for key in keys if isinstance(key, str)]


def _write(file: Path, keys: list[str]) -> None:
    """Write the keys where nobody else reads them; whoever reads meanwhile finds the file as it was."""
    beside = file.with_suffix(".new")
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as out:
        json.dump(keys, out)
    beside.replace(file)
