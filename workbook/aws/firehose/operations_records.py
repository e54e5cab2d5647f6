"""Operations on records: PutRecord, PutRecordBatch.

Source: service model of Firehose; texts recorded by users.
"""

from __future__ import annotations

from workbook.aws.firehose import registry
from workbook.aws.firehose.errors import InvalidArgument, ServiceUnavailable, ValidationError
from workbook.aws.firehose.stream import DeliveryStream
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, refuse_parameters

LARGEST_RECORD = limit("firehose.record")
MOST_PUT = limit("firehose.batch")
LARGEST_PUT = limit("firehose.batch.bytes")


def put_record(call: Call) -> Answer:
    """Put one record into the buffer."""
    refuse_parameters(call.parameters, frozenset({"DeliveryStreamName", "Record"}), "PutRecord")
    stream = _active(call)
    return put_one(stream, bytes(call.parameters["Record"]["Data"]))


def put_one(stream: DeliveryStream, data: bytes) -> dict[str, object]:
    """PutRecord to an ACTIVE stream, by whomever.

    Raises:
        ValidationError: the record is too large.
        ServiceUnavailable: the stream takes no more in this second.
    """
    _check_size("record.data", data)
    stream.admit("PutRecord")
    return {"RecordId": stream.put(data, "PutRecord"), "Encrypted": False}


def put_record_batch(call: Call) -> Answer:
    """Put up to 500 records; some may fail while others succeed."""
    refuse_parameters(call.parameters, frozenset({"DeliveryStreamName", "Records"}), "PutRecordBatch")
    stream, entries = _active(call), call.parameters["Records"]
    if not 1 <= len(entries) <= MOST_PUT:
        bound = f"less than or equal to {MOST_PUT}" if entries else "greater than or equal to 1"
        raise ValidationError.of("records", f"[{len(entries)} records]", f"Member must have length {bound}")
    records = [bytes(entry["Data"]) for entry in entries]
    for position, data in enumerate(records, start=1):
        _check_size(f"records.{position}.member.data", data)
    if sum(map(len, records)) > LARGEST_PUT:
        raise InvalidArgument("Records size exceeds 4 MB limit")
    stream.admit("PutRecordBatch", len(records))
    results = [_put_one_of_many(stream, data) for data in records]
    failed = sum("ErrorCode" in result for result in results)
    return {"FailedPutCount": failed, "Encrypted": False, "RequestResponses": results}


def _put_one_of_many(stream: DeliveryStream, data: bytes) -> dict[str, str]:
    try:
        return {"RecordId": stream.put(data, "PutRecordBatch")}
    except ServiceUnavailable as error:
        return {"ErrorCode": error.code, "ErrorMessage": error.message}


def _check_size(parameter: str, data: bytes) -> None:
    if len(data) > LARGEST_RECORD:
        rule = f"Member must have length less than or equal to {LARGEST_RECORD}"
        raise ValidationError.of(parameter, "java.nio.HeapByteBuffer", rule)


def _active(call: Call) -> DeliveryStream:
    return registry.active_stream(
        call.world, call.account, call.region, call.parameters["DeliveryStreamName"]
    )
