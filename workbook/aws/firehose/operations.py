"""The operations of Firehose that are simulated, by moto's names of them."""

from __future__ import annotations

from workbook.aws.firehose import operations_records, operations_streams, operations_tags

OPERATIONS = {
    operation.__name__: operation
    for operation in (
        operations_streams.create_delivery_stream,
        operations_streams.delete_delivery_stream,
        operations_streams.describe_delivery_stream,
        operations_streams.list_delivery_streams,
        operations_tags.tag_delivery_stream,
        operations_tags.untag_delivery_stream,
        operations_tags.list_tags_for_delivery_stream,
        operations_records.put_record,
        operations_records.put_record_batch,
    )
}
