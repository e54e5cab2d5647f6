"""The operations of Kinesis that are simulated, by moto's names of them."""

from __future__ import annotations

from workbook.aws.kinesis import operations_records, operations_streams

OPERATIONS = {
    operation.__name__: operation
    for operation in (
        operations_streams.create_stream,
        operations_streams.delete_stream,
        operations_streams.describe_stream,
        operations_streams.describe_stream_summary,
        operations_streams.list_streams,
        operations_streams.list_shards,
        operations_streams.increase_stream_retention_period,
        operations_streams.decrease_stream_retention_period,
        operations_streams.add_tags_to_stream,
        operations_streams.remove_tags_from_stream,
        operations_streams.list_tags_for_stream,
        operations_records.put_record,
        operations_records.put_records,
        operations_records.get_shard_iterator,
        operations_records.get_records,
    )
}
