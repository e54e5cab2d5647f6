"""What boto3 finds when it looks for credentials, a region or a profile: the lab's own, and nothing else.

Real credentials must neither be needed nor read, so every AWS_ variable is taken away while a lab is
open and the files in ~/.aws are pointed past. A session or a client that was made before may have the name of
a profile, a single sign-on or a program to ask in it; none of them is followed while the lab is open.

An access key of the lab carries its account in plain sight, which is how a request finds its account without
a registry of keys.
"""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Iterator
from typing import Any

from botocore.credentials import Credentials, DeferredRefreshableCredentials, RefreshableCredentials
from botocore.loaders import Loader
from botocore.session import Session

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


def own_credentials(account: str) -> Credentials:
    """The credentials with which a request is made in `account` where it brings none of its own."""
    return Credentials(access_key_of(account), SECRET_ACCESS_KEY)


def isolate(patches: Patches, *, region: str, account: str) -> None:
    """Give boto3 the lab's credentials and region, and hide what the computer has."""
    _replace_variables(patches, region, account)
    _pass_by_models_of_the_computer(patches)
    _answer_for_sessions_made_before(patches, own_credentials(account))
    _answer_for_clients_made_before(patches, own_credentials(account))


def _replace_variables(patches: Patches, region: str, account: str) -> None:
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
        # Images are not simulated, and moto would make two thousand of them whenever a lab opens or closes.
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
        # moto would write objects of 5 MB and more into files, and copies of one object fill any disk.
        "MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": str(1 << 40),
    }.items():
        patches.set_item(environ, name, value)


def _pass_by_models_of_the_computer(patches: Patches) -> None:
    """Botocore would take descriptions of services from ~/.aws/models rather than its own."""
    potential_locations = Loader._potential_locations  # type: ignore[attr-defined]  # noqa: SLF001 - all files are found through it

    def locations_of_botocore(*arguments: object, **options: object) -> Iterator[str]:
        for path in potential_locations(*arguments, **options):
            if not path.startswith(Loader.CUSTOMER_DATA_PATH):
                yield path

    patches.set(Loader, "_potential_locations", locations_of_botocore)


def _answer_for_sessions_made_before(patches: Patches, own: Credentials) -> None:
    """A session looks for credentials when it makes its first client, in the profile that it was given."""
    get_credentials = Session.get_credentials
    made_here = _note_what_is_made(patches, Session)

    def get_own_credentials(session: Any) -> Credentials | None:  # noqa: ANN401 - botocore has no types for its private fields
        if session._credentials is None and session not in made_here:  # noqa: SLF001
            return own  # and not kept: after the lab, the session finds what is its own
        return get_credentials(session)

    patches.set(Session, "get_credentials", get_own_credentials)


def _answer_for_clients_made_before(patches: Patches, own: Credentials) -> None:
    """Credentials of single sign-on, of a role or of a program are fetched at a client's first request."""
    get_frozen_credentials = RefreshableCredentials.get_frozen_credentials
    made_here = _note_what_is_made(patches, RefreshableCredentials, DeferredRefreshableCredentials)

    def get_own_frozen_credentials(credentials: RefreshableCredentials) -> object:
        return (
            get_frozen_credentials(credentials) if credentials in made_here else own.get_frozen_credentials()
        )

    patches.set(RefreshableCredentials, "get_frozen_credentials", get_own_frozen_credentials)


def _note_what_is_made(patches: Patches, *kinds: type) -> weakref.WeakSet[Any]:
    """All objects of these classes that are made from now on."""
    made: weakref.WeakSet[Any] = weakref.WeakSet()
    for kind in kinds:
        _note_each(patches, kind, made)
    return made


def _note_each(patches: Patches, kind: Any, made: weakref.WeakSet[Any]) -> None:  # noqa: ANN401 - a class
    initialise = kind.__init__

    def initialise_and_note(self: object, *arguments: object, **options: object) -> None:
        initialise(self, *arguments, **options)
        made.add(self)

    patches.set(kind, "__init__", initialise_and_note)
