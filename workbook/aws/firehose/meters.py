"""What a delivery stream tells CloudWatch, in the namespace AWS/Firehose.

AWS sends DeliveryToS3.DataFreshness each minute; here it comes with each object.

Source: Amazon Data Firehose Developer Guide, "Monitor Amazon Data Firehose with CloudWatch metrics".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.metrics import Meter

if TYPE_CHECKING:
    from workbook.engine.world import World


class Meters:
    """The metrics of one delivery stream."""

    def __init__(self, world: World, account: str, region: str, name: str) -> None:
        self._meter = Meter(world, account, region, "AWS/Firehose", {"DeliveryStreamName": name})

    def requested(self, operation: str) -> None:
        """PutRecord or PutRecordBatch was called."""
        self._meter.add("IncomingPutRequests")
        self._meter.add(f"{operation}.Requests")

    def came(self, operation: str, size: int) -> None:
        """A record of `size` bytes came in."""
        self._meter.add("IncomingRecords")
        self._meter.add("IncomingBytes", size, unit="Bytes")
        self._meter.add(f"{operation}.Bytes", size, unit="Bytes")
        if operation == "PutRecordBatch":
            self._meter.add("PutRecordBatch.Records")

    def throttled(self, records: int) -> None:
        """So many records did not fit in the second."""
        self._meter.add("ThrottledRecords", records)

    def delivered(self, records: int, size: int, age: float) -> None:
        """An object was written; `age` in seconds of its oldest record."""
        self._meter.add("DeliveryToS3.Success")
        self._meter.add("DeliveryToS3.Records", records)
        self._meter.add("DeliveryToS3.Bytes", size, unit="Bytes")
        self._meter.add("DeliveryToS3.DataFreshness", age, unit="Seconds")

    def failed(self) -> None:
        """An object could not be written."""
        self._meter.add("DeliveryToS3.Success", 0)
