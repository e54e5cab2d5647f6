"""The errors of the Kinesis API, with AWS's codes and texts."""

from __future__ import annotations

import datetime

from moto.core.exceptions import ServiceException


class InvalidArgument(ServiceException):
    """A parameter, or their combination, is not accepted."""

    code = "InvalidArgumentException"


class ValidationError(ServiceException):
    """A parameter breaks a rule of the service model."""

    code = "ValidationException"

    @classmethod
    def of(cls, parameter: str, value: object, rule: str) -> ValidationError:
        """The rule as AWS's servers quote it."""
        return cls(
            f"1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy "
            f"constraint: {rule}"
        )


class ResourceNotFound(ServiceException):
    """There is no such stream or shard."""

    code = "ResourceNotFoundException"

    @classmethod
    def stream(cls, name: str, account: str) -> ResourceNotFound:
        """There is no such stream, or it is not there yet."""
        return cls(f"Stream {name} under account {account} not found.")

    @classmethod
    def shard(cls, shard_id: str, name: str, account: str) -> ResourceNotFound:
        """The stream has no such shard."""
        return cls(f"Shard {shard_id} in stream {name} under account {account} does not exist")


class ResourceInUse(ServiceException):
    """A stream of that name exists, or the stream is not in the state that the request needs."""

    code = "ResourceInUseException"


class LimitExceeded(ServiceException):
    """More than the account may have."""

    code = "LimitExceededException"


class ExpiredIterator(ServiceException):
    """A shard iterator is good for five minutes."""

    code = "ExpiredIteratorException"

    @classmethod
    def of(cls, created: datetime.datetime, now: datetime.datetime, tolerated: int) -> ExpiredIterator:
        """`tolerated` is in milliseconds."""
        return cls(
            f"Iterator expired. The iterator was created at time {_date(created)} while right now it is "
            f"{_date(now)} which is further in the future than the tolerated delay of {tolerated} "
            "milliseconds."
        )


class ThroughputExceeded(ServiceException):
    """A shard was written to, or read from, faster than it can take."""

    code = "ProvisionedThroughputExceededException"

    @classmethod
    def of(cls, shard_id: str, name: str, account: str) -> ThroughputExceeded:
        """As AWS names the shard."""
        return cls(f"Rate exceeded for shard {shard_id} in stream {name} under account {account}.")


def _date(moment: datetime.datetime) -> str:
    """As Java writes dates, in English and without a locale."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    day, month = days[moment.weekday()], months[moment.month - 1]
    return f"{day} {month} {moment:%d %H:%M:%S} UTC {moment.year}"
