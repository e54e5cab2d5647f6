"""What a Lab is told, checked: an error names the value and says what to pass instead."""

from __future__ import annotations

import datetime
import functools
import numbers
from typing import Any

import botocore.loaders

from workbook.aws.environment import SECRET_ACCESS_KEY, access_key_of
from workbook.engine.clock import instant_of
from workbook.engine.seeds import Chaos

_FIRST_START = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_LAST_START = datetime.datetime(9000, 1, 1, tzinfo=datetime.UTC)


class LabError(RuntimeError):
    """The lab was used in a way that cannot work; the text says how it can."""


def check_name(method: str, name: object) -> None:
    """Raise TypeError unless `name`, given to a `method` of the lab, is a text that is not empty."""
    if not isinstance(name, str) or not name.strip():
        message = f"{method}({name!r}): pass a name, e.g. lab.{method}('second cook')"
        raise TypeError(message)


def credentials_of(account: str | None) -> dict[str, str]:
    """What makes boto3 call from another account; nothing for the lab's own."""
    if account is None:
        return {}
    _check_account(account)
    return {"aws_access_key_id": access_key_of(account), "aws_secret_access_key": SECRET_ACCESS_KEY}


@functools.cache
def regions_of_aws() -> tuple[str, ...]:
    """All Regions that botocore knows."""
    # Not from a boto3 Session: making one fails where AWS_PROFILE names a profile that does not exist, and
    # would look into ~/.aws.
    builtin = botocore.loaders.Loader(
        [botocore.loaders.Loader.BUILTIN_DATA_PATH], include_default_search_paths=False
    )
    partitions = builtin.load_data("partitions")["partitions"]
    return tuple(name for partition in partitions for name in partition["regions"])


def _check_account(account: str) -> None:
    if not (isinstance(account, str) and len(account) == 12 and account.isdigit()):
        message = f"account={account!r}: an AWS account id is a string of 12 digits, e.g. '123456789012'"
        raise LabError(message)


def check_numbers(**values: object) -> None:
    """Raise TypeError unless all `values`, arguments of one call, are numbers."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Real):  # NumPy's numbers too
            message = f"{name}={value!r}: pass a number, e.g. {name}=5"
            raise TypeError(message)


def _check_start(start: datetime.datetime) -> None:
    if not isinstance(start, datetime.datetime):
        message = f"start={start!r}: pass a datetime, e.g. datetime.datetime(2026, 1, 5, 9, 0)"
        raise LabError(message)
    if not instant_of(_FIRST_START) <= instant_of(start) <= instant_of(_LAST_START):
        message = (
            f"start={start}: pass a time between the years 1970 and 9000, where AWS timestamps can be written"
        )
        raise LabError(message)


def check_chaos(chaos: object) -> None:
    """Raise LabError unless it is a Chaos."""
    if not isinstance(chaos, Chaos):
        message = f"chaos={chaos!r}: pass Chaos(duplicates=0.1), for example, or leave it out"
        raise LabError(message)


def checked_arguments(
    seed: int, region: str, account: str, start: datetime.datetime, chaos: Chaos | None
) -> dict[str, Any]:
    """The arguments of a Lab, as a world takes them. Raises LabError where one cannot be used."""
    _check_account(account)
    if isinstance(seed, bool) or not isinstance(seed, int):
        message = f"seed={seed!r}: a seed is a whole number, e.g. 7"
        raise LabError(message)
    regions = regions_of_aws()
    if region not in regions:
        message = f"region={region!r}: there is no such AWS region; try one of {', '.join(regions[:6])} ..."
        raise LabError(message)
    _check_start(start)
    if chaos is not None:
        check_chaos(chaos)
    return {"seed": seed, "region": region, "account": account, "start": start, "chaos": chaos}
