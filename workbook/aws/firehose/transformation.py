"""A function that changes records on their way: Firehose calls it synchronously, and tries again by itself.

    records ──> buffer of its own ──> function ──┬─ Ok                 ──> the destination's buffer
                 (1 MB or 60 s)                  ├─ Dropped            ──> nowhere, as was wanted
                                                 └─ ProcessingFailed   ──> processing-failed/ in the bucket

An invocation that fails is repeated, three times unless NumberOfRetries says otherwise, and then the whole
batch is taken as failed. What the function forgot to return, or returned twice, has failed, too, at once.

Sources: Amazon Data Firehose Developer Guide, "Transform source data" and "Handle failure in data
transformation"; error objects and codes as users of AWS found them in their buckets. Pauses between tries are
the lab's.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from workbook.aws.delivery import Failure, Undelivered
from workbook.aws.delivery.outages import refuse_in_outage
from workbook.aws.delivery.permission import demand_role
from workbook.aws.firehose.bucket import sender_of
from workbook.aws.firehose.errors import InvalidArgument
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.firehose.batch import Record
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

RETRIES = limit("firehose.transform.retries")
TIMEOUT = limit("firehose.transform.timeout")
"""Seconds that Firehose waits for the function."""
SIZE, LEAST_SIZE, LARGEST_SIZE = 1.0, 0.2, 3.0
"""MiB of its buffer."""
INTERVAL = limit("firehose.transform.interval")
"""Seconds of its buffer."""
LONGEST_INTERVAL = 900
PAUSE = 1
"""Seconds before a retry; twice as long each time, up to `LONGEST_PAUSE`."""
LONGEST_PAUSE = 30
_MEBIBYTE = 1_048_576
_PARAMETERS = frozenset(
    {"LambdaArn", "NumberOfRetries", "RoleArn", "BufferSizeInMBs", "BufferIntervalInSeconds"}
)
_RESULTS = frozenset({"Ok", "Dropped", "ProcessingFailed"})
_DENIED = "Access was denied. Ensure that the access policy allows access to the Lambda function."
_ERROR = "The Lambda function was successfully invoked but it returned an error result."
_FORMAT = (
    "Check your function and make sure the output is in required format. In addition to that, make sure the "
    "processed records contain valid result status of Dropped, Ok, or ProcessingFailed"
)
_RETURN_ALL = "Ensure that the Lambda function returns all received record Ids."
_MISSING = f"One or more record Ids were not returned. {_RETURN_ALL}"
_TWICE = (
    "Multiple records were returned with the same record Id. "
    "Ensure that the Lambda function returns a unique record Id for each record."
)


class Reason(NamedTuple):
    """Why a record could not be processed, as the error object says it."""

    code: str
    message: str


@dataclass(frozen=True)
class Processor:
    """The function, and how it is called."""

    function_arn: str
    role_arn: str
    retries: int = RETRIES
    size: float = SIZE
    """MiB."""
    interval: int = INTERVAL
    """Seconds."""

    @classmethod
    def of(cls, configuration: Mapping[str, Any], role_arn: str) -> Self | None:
        """What a ProcessingConfiguration asks for; None where it is off.

        Raises:
            NotSimulated: another processor than Lambda.
            InvalidArgument: a parameter is missing or out of range (texts unverified).
        """
        processors = configuration.get("Processors") or []
        if not configuration.get("Enabled") or not processors:
            return None
        for processor in processors:
            if processor["Type"] != "Lambda":
                raise NotSimulated(
                    f"ProcessingConfiguration: the processor {processor['Type']}", "Use Lambda."
                )
        if len(processors) > 1:
            raise InvalidArgument("Only one Lambda processor is allowed.")
        given = {one["ParameterName"]: one["ParameterValue"] for one in processors[0].get("Parameters") or []}
        unknown = set(given) - _PARAMETERS
        if unknown or "LambdaArn" not in given:
            raise InvalidArgument(
                "LambdaArn is required, and these can be given: " + ", ".join(sorted(_PARAMETERS))
            )
        return cls(
            given["LambdaArn"],
            given.get("RoleArn", role_arn),
            int(_number(given, "NumberOfRetries", RETRIES, 0, 300)),
            _number(given, "BufferSizeInMBs", SIZE, LEAST_SIZE, LARGEST_SIZE),
            int(_number(given, "BufferIntervalInSeconds", INTERVAL, 0, LONGEST_INTERVAL)),
        )

    @property
    def buffer_bytes(self) -> int:
        """How much fits in its buffer."""
        return round(self.size * _MEBIBYTE)


def _number(given: Mapping[str, str], name: str, otherwise: float, least: float, largest: float) -> float:
    try:
        value = float(given.get(name, otherwise))
    except ValueError:
        value = least - 1
    if not least <= value <= largest:
        raise InvalidArgument(f"{name} must be between {least:g} and {largest:g}.")
    return value


@dataclass(frozen=True)
class Outcome:
    """What became of a batch."""

    done: tuple[Record, ...]
    """As the function returned them."""
    failed: tuple[tuple[Record, Reason], ...]
    attempts: int


def transform(world: World, stream_arn: str, processor: Processor, records: Sequence[Record]) -> Outcome:
    """Have a function transform records, on the current task and in virtual time."""
    pause, causes = PAUSE, tuple(record.hop for record in records)
    for attempt in range(1, processor.retries + 2):
        hop, answer = _ask(world, stream_arn, processor, records, causes, attempt)
        if not isinstance(answer, Reason):
            return sort_records(records, answer, attempt, hop)
        reason = answer
        if attempt <= processor.retries:
            retry_at = world.clock.now + pause * SECOND
            world.trace.amend(hop, outcome=hop.outcome, retry_at=retry_at)
            world.kernel.sleep_until(retry_at)
            pause, causes = min(2 * pause, LONGEST_PAUSE), (hop.number,)
    return Outcome((), tuple((record._replace(hop=hop.number), reason) for record in records), attempt)


def _ask(
    world: World,
    stream_arn: str,
    processor: Processor,
    records: Sequence[Record],
    causes: tuple[int, ...],
    attempt: int,
) -> tuple[Hop, list[Any] | Reason]:
    """One invocation: what the function returned for the records, or why it did not."""
    hop = world.trace.record(
        "transform",
        processor.function_arn,
        causes=causes,
        source=stream_arn,
        records=len(records),
        attempt=attempt,
        size=sum(len(record.data) for record in records),
    )
    with world.trace.under(hop):
        outcome, answer = _invoke(world, stream_arn, processor, records)
    facts: dict[str, Any] = {"reason": answer.message} if isinstance(answer, Reason) else {}
    if world.clock.now > hop.time:
        facts["ended_at"] = world.clock.now
    return world.trace.amend(hop, outcome=outcome, **facts), answer


def _invoke(
    world: World, stream_arn: str, processor: Processor, records: Sequence[Record]
) -> tuple[str, list[Any] | Reason]:
    import moto.awslambda  # noqa: F401, PLC0415 - our Lambda goes in once moto's is there

    from workbook.aws.awslambda.errors import LambdaError  # noqa: PLC0415 - as above
    from workbook.aws.web.calling import NotInTime, call  # noqa: PLC0415 - as above

    try:
        refuse_in_outage(world, processor.function_arn)
        sender = sender_of(stream_arn, processor.role_arn)
        demand_role(world, sender, "lambda:InvokeFunction", processor.function_arn)
        invocation = call(world, processor.function_arn, _event(world, stream_arn, records), TIMEOUT)
    except Undelivered as error:
        denied = error.failure in {Failure.NO_PERMISSION, Failure.NO_ROLE}
        reason = (
            Reason("Lambda.InvokeAccessDenied", _DENIED) if denied else Reason("Lambda.FunctionError", _ERROR)
        )
        return error.failure.name, reason
    except NotInTime as error:
        return "TIMEOUT", Reason("Lambda.FunctionTimedOut", str(error))
    except LambdaError as error:
        return error.code, Reason(f"Lambda.{error.code.removesuffix('Exception')}", error.message)
    if invocation.function_error is not None:
        return invocation.hop.outcome, Reason("Lambda.FunctionError", _ERROR)
    returned = _returned(invocation.payload)
    if returned is None:
        return "REJECTED", Reason("Lambda.FunctionError", _FORMAT)
    return "ok", returned


def _event(world: World, stream_arn: str, records: Sequence[Record]) -> str:
    """The records, as the function gets them; each try has an invocationId of its own."""
    event = {
        "invocationId": world.seeds.uuid("firehose.invocation-id"),
        "deliveryStreamArn": stream_arn,
        "region": stream_arn.split(":")[3],
        "records": [
            {
                "recordId": record.record_id,
                "approximateArrivalTimestamp": record.arrived * 1_000 // SECOND,
                "data": base64.b64encode(record.data).decode(),
            }
            for record in records
        ],
    }
    return json.dumps(event)


def _returned(payload: str) -> list[Any] | None:
    """The records in an answer; None where it has another form."""
    answer = json.loads(payload)
    records = answer.get("records") if isinstance(answer, dict) else None
    if not isinstance(records, list) or not all(_is_record(one) for one in records):
        return None
    return records


def _is_record(one: object) -> bool:
    if (
        not isinstance(one, dict)
        or not isinstance(one.get("recordId"), str)
        or one.get("result") not in _RESULTS
    ):
        return False
    if one["result"] != "Ok":
        return True
    try:
        base64.b64decode(one.get("data", ""), validate=True)
    except (binascii.Error, ValueError, TypeError):
        return False
    return "data" in one


def sort_records(records: Sequence[Record], returned: list[Any], attempts: int, hop: Hop) -> Outcome:
    """Each record by what the function says of it; the order is that in which they came."""
    answers: dict[str, list[Any]] = {}
    for one in returned:
        answers.setdefault(one["recordId"], []).append(one)
    done: list[Record] = []
    failed: list[tuple[Record, Reason]] = []
    for each in records:
        record, found = each._replace(hop=hop.number), answers.get(each.record_id, [])
        if not found:
            failed.append((record, Reason("Lambda.MissingRecordId", _MISSING)))
        elif len(found) > 1:
            failed.append((record, Reason("Lambda.DuplicatedRecordId", _TWICE)))
        elif found[0]["result"] == "ProcessingFailed":
            reason = Reason("Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record")
            failed.append((record, reason))
        elif found[0]["result"] == "Ok":
            done.append(record._replace(data=base64.b64decode(found[0]["data"])))
    return Outcome(tuple(done), tuple(failed), attempts)


def error_line(record: Record, reason: Reason, attempts: int, function_arn: str, ended: int) -> bytes:
    """What the bucket gets for a record that could not be processed: one line of JSON."""
    line = {
        "attemptsMade": attempts,
        "arrivalTimestamp": record.arrived * 1_000 // SECOND,
        "errorCode": reason.code,
        "errorMessage": reason.message,
        "attemptEndingTimestamp": ended * 1_000 // SECOND,
        "rawData": base64.b64encode(record.data).decode(),
        "lambdaArn": function_arn,
    }
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
