"""Where moto ends in a Python error, the learner gets a refusal by name.

moto answers good requests well, and many a bad one with a KeyError from deep inside. A learner cannot tell
such a traceback from a mistake of their own, and what AWS would have said is not known here. So the services
that are moto's alone are watched; an error of a service of ours is a defect of ours, and keeps its traceback.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from botocore.exceptions import ClientError
from werkzeug.exceptions import HTTPException

from workbook.aws.simulated import NOT_SIMULATED
from workbook.engine.tasks import Closed, Deadlock, Livelock, TaskFailed

Request = ParamSpec("Request")
Answer = TypeVar("Answer")

_OURS = frozenset({"sqs", "lambda", "autoscaling", "kinesis", "firehose", "pipes", "cognitoidp"})
_OF_THE_ENGINE = (Closed, Deadlock, Livelock, TaskFailed)


class MotoFault(Exception):
    """A handler of moto raised something that is no answer; that is the `__cause__`."""


def watched(service: str, handler: Callable[Request, Answer]) -> Callable[Request, Answer]:
    """A handler of moto's `service` whose Python errors are MotoFaults."""
    if service in _OURS:
        return handler

    @functools.wraps(handler)
    def watched_handler(*arguments: Request.args, **options: Request.kwargs) -> Answer:
        try:
            return handler(*arguments, **options)
        except (HTTPException, MemoryError, *_OF_THE_ENGINE):
            raise
        except Exception as error:
            raise MotoFault(service) from error

    return watched_handler


def refusal(service: str, operation: str, error: BaseException | None) -> ClientError:
    """What the learner gets: the operation, what went wrong inside, and what can be done."""
    message = (
        f"{service}:{operation}: the simulation cannot make sense of these parameters "
        f"({type(error).__name__}: {error}). AWS would probably refuse them, in words that are not known "
        f"here. Compare them with the documentation of {operation}."
    )
    return ClientError({"Error": {"Code": NOT_SIMULATED, "Message": message}}, operation)
