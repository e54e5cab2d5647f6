"""Who calls Lambda, and how: synchronously, asynchronously or by polling, each with retries of its own.

    synchronous     the caller waits, gets every error itself, and has to try again itself
    asynchronous    Lambda takes the event, answers at once, and tries again itself; then a destination
    polled          Lambda reads from the source; what fails stays there, and comes again by its rules

The table is made of the numbers by which the lab runs (`workbook.aws.limits`), and each row names the row of
docs/fidelity.md whose test shows it. So it cannot say what the lab does not do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.engine.tables import html_table
from workbook.flow.durations import duration_text

if TYPE_CHECKING:
    import pandas

SYNCHRONOUS, ASYNCHRONOUS, POLLED = "synchronous", "asynchronous", "polled"
_MILLISECONDS = 1_000
_KIBIBYTE, _MEBIBYTE = 1_024, 1_048_576


@dataclass(frozen=True)
class LambdaCaller:
    """One caller of Lambda."""

    caller: str
    way: str
    """ "synchronous", "asynchronous" or "polled"."""
    retries: str
    """Who tries again, and how often."""
    failures: str
    """What becomes of what failed."""
    time_limit: str
    payload: str
    permission: str
    """By what the caller may invoke the function."""
    shown_by: tuple[str, ...]
    """Rows of docs/fidelity.md."""


class LambdaCallers(tuple[LambdaCaller, ...]):
    """The table; in a notebook it shows itself."""

    __slots__ = ()

    def frame(self) -> pandas.DataFrame:
        """A DataFrame with a row for each caller."""
        import pandas  # noqa: PLC0415 - 0.3 s that a lesson without tables need not pay

        return pandas.DataFrame([astuple(row) for row in self], columns=COLUMNS)

    def of(self, way: str) -> LambdaCallers:
        """The callers that call in one way.

        Raises:
            ValueError: it is none of the three.
        """
        if way not in {SYNCHRONOUS, ASYNCHRONOUS, POLLED}:
            message = f"of({way!r}): pass {SYNCHRONOUS!r}, {ASYNCHRONOUS!r} or {POLLED!r}"
            raise ValueError(message)
        return LambdaCallers(row for row in self if row.way == way)

    def markdown(self) -> str:
        """The table as it stands in docs/lambda-callers.md."""
        lines = [f"| {' | '.join(_HEADS)} |", f"|{'---|' * len(_HEADS)}"]
        return "\n".join([*lines, *(f"| {' | '.join(_cells(row))} |" for row in self)]) + "\n"

    def __repr__(self) -> str:
        return "\n".join(_sentence(row) for row in self)

    def _repr_html_(self) -> str:
        rows = [_cells(row) for row in self]
        return html_table(_HEADS, rows, whole="lambda_callers().frame()", prose="what becomes of failures")


COLUMNS = [field.name for field in fields(LambdaCaller)]
_HEADS = [
    *("caller", "way", "who tries again", "what becomes of failures", "time limit", "payload"),
    *("permission", "shown by"),
]


def lambda_callers() -> LambdaCallers:
    """Who calls Lambda, how, who tries again, and what becomes of failures."""
    return LambdaCallers((*_synchronous(), *_asynchronous(), *_polled()))


def _cells(row: LambdaCaller) -> list[str]:
    return [*map(str, astuple(row)[:-1]), ", ".join(row.shown_by)]


def _sentence(row: LambdaCaller) -> str:
    return f"{row.caller} ({row.way}): {row.retries}; then {row.failures}. At most {row.time_limit}."


# ---- rows

_FUNCTION_POLICY = "the function's policy"
_ROLE = "the caller's role"
_NOBODY = "nobody but the client"
_OWN = "the function's own timeout"


def _seconds(name: str) -> str:
    return duration_text(limit(name))


def _megabytes(name: str) -> str:
    return f"{limit(name) / _MEBIBYTE:g} MB"


def _kilobytes(name: str) -> str:
    return f"{limit(name) // _KIBIBYTE} KB"


def _topic_payload() -> str:
    largest = _megabytes("sns.message-size.largest-setting")
    return f"{_kilobytes('sns.message-size')}, up to {largest} by the topic's MaximumMessageSize"


def _cognito_retries() -> str:
    return f"Cognito, {limit('cognito.trigger.tries') - 1} times, if no answer came in time"


def _milliseconds(name: str) -> str:
    return duration_text(limit(name) / _MILLISECONDS)


def _synchronous() -> list[LambdaCaller]:
    return [*_from_clients(), *_from_services()]


def _row(
    caller: str, retries: str, failures: str, time: str, payload: str, permission: str, *ids: str
) -> LambdaCaller:
    return LambdaCaller(caller, SYNCHRONOUS, retries, failures, time, payload, permission, ids)


def _from_clients() -> list[LambdaCaller]:
    """Who calls for somebody outside AWS, who then has the answer."""
    event = _megabytes("lambda.payload.synchronous")
    body = f"{_megabytes('apigateway.payload')}, as an event {event}"
    return [
        _row(
            *("Invoke, RequestResponse", _NOBODY, "the client has the error"),
            *(_OWN, event, "the client's identity", "LA-05", "LA-06"),
        ),
        _row(
            *("function URL", _NOBODY, "502; 429 when throttled"),
            *(_OWN, event, _FUNCTION_POLICY, "WEB-01", "WEB-03", "WEB-04"),
        ),
        _row(
            *("HTTP API", _NOBODY, "500; 503 when it takes too long"),
            *(_milliseconds("apigateway.http.timeout"), body, _FUNCTION_POLICY, "WEB-06", "WEB-07", "WEB-08"),
        ),
        _row(
            *("REST API", _NOBODY, "502; 500 when throttled; 504 when it takes too long"),
            *(_milliseconds("apigateway.rest.timeout"), body, _FUNCTION_POLICY, "WEB-12", "WEB-13", "WEB-15"),
        ),
        _row(
            *("application load balancer", _NOBODY, "502; 503 without a target", _OWN),
            *(f"{_megabytes('elb.lambda.payload')} each way", _FUNCTION_POLICY, "WEB-18", "WEB-19", "WEB-20"),
        ),
    ]


def _from_services() -> list[LambdaCaller]:
    """Who calls for a service of AWS, which needs the answer to go on."""
    event = _megabytes("lambda.payload.synchronous")
    return [
        _row(
            *("Firehose, transformation", f"Firehose, {limit('firehose.transform.retries')} times"),
            *("processing-failed/ in the bucket", _seconds("firehose.transform.timeout"), event, _ROLE),
            *("FH-11", "FH-12"),
        ),
        _row(
            *("Cognito, a trigger of a user pool", _cognito_retries(), "the client has the error"),
            *(_seconds("cognito.trigger.timeout"), event, _FUNCTION_POLICY, "COG-03", "COG-04", "COG-06"),
        ),
        _row(
            *("Step Functions, a task", "the state machine, as Retry says", "Catch, or the execution fails"),
            *("the state's TimeoutSeconds", _kilobytes("stepfunctions.input"), _ROLE, "SFN-03"),
        ),
    ]


def _asynchronous() -> list[LambdaCaller]:
    twice = (
        f"Lambda, {limit('lambda.event.retries')} times, after {_seconds('lambda.event.first-retry')} and "
        f"{_seconds('lambda.event.second-retry')}; when throttled for {_seconds('lambda.event.age')}"
    )
    after, size = (
        "on-failure destination or dead-letter queue, else lost",
        _megabytes("lambda.payload.asynchronous"),
    )
    callers: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
        "Invoke, Event": (size, "the client's identity", ("LA-01", "LA-02", "LA-04")),
        "SNS": (_topic_payload(), _FUNCTION_POLICY, ("SNS-12",)),
        "S3": (size, _FUNCTION_POLICY, ("S3N-01", "S3N-11")),
        "EventBridge, a rule": (size, _FUNCTION_POLICY, ("LA-31",)),
        "CloudWatch Logs, a subscription": (size, _FUNCTION_POLICY, ("CWL-01", "CWL-02")),
        "AWS IoT, a topic rule": (_kilobytes("iot.message"), _FUNCTION_POLICY, ("IOT-01",)),
        "CloudWatch, an alarm": (size, _FUNCTION_POLICY, ("CW-17",)),
        "EventBridge Scheduler": (_kilobytes("scheduler.input"), _ROLE, ("EBX-04",)),
    }
    return [
        LambdaCaller(name, ASYNCHRONOUS, twice, after, _OWN, payload, permission, ids)
        for name, (payload, permission, ids) in callers.items()
    ]


def _polled() -> list[LambdaCaller]:
    role, size = "the function's role, to read", _megabytes("lambda.payload.synchronous")
    back = "the queue, after the visibility timeout, until maxReceiveCount"
    row: Callable[..., LambdaCaller] = LambdaCaller
    own = "the function's own timeout, no longer than the queue's visibility timeout"
    return [
        row(
            "SQS, a standard queue",
            POLLED,
            back,
            "the queue's dead-letter queue",
            own,
            size,
            role,
            ("LQ-05", "LQ-06", "LQ-10"),
        ),
        row(
            *("SQS, a FIFO queue", POLLED, f"{back}; the group waits", "the queue's dead-letter queue"),
            *(own, size, role, ("LQ-07",)),
        ),
        row(
            *("EventBridge Pipes, from a queue", POLLED, back, "the queue's dead-letter queue"),
            *(_OWN, size, "the pipe's role", ("EBX-10", "EBX-11")),
        ),
    ]
