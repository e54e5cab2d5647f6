"""Operations on delivery streams: create, describe, list, delete.

Source: service model of Firehose; texts recorded by users and public test suites. Where none was found the
text is ours (unverified).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.utilities.utils import get_partition

from workbook.aws.constraints import constraint_errors
from workbook.aws.firehose import registry
from workbook.aws.firehose.bucket import can_be_assumed
from workbook.aws.firehose.destination import Destination
from workbook.aws.firehose.errors import (
    InvalidArgument,
    LimitExceeded,
    ResourceInUse,
    ResourceNotFound,
    ValidationError,
)
from workbook.aws.firehose.stream import DeliveryStream
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, NotSimulated, refuse_parameters

MOST_STREAMS = limit("firehose.streams")
_PAGE = 10
_S3 = "ExtendedS3DestinationConfiguration"
_DESTINATION = "DestinationConfiguration"
_KNOWN = frozenset({"DeliveryStreamName", "DeliveryStreamType", "DirectPutSourceConfiguration", _S3, "Tags"})


def checked(call: Call, operation: str) -> None:
    """Let a request pass that fits AWS's service model.

    Raises:
        ValidationError: it does not.
    """
    wrong = constraint_errors("firehose", operation, call.parameters)
    if wrong is not None:
        raise ValidationError(wrong)


def create_delivery_stream(call: Call) -> Answer:
    """Make a stream; it is ACTIVE some time later."""
    checked(call, "CreateDeliveryStream")
    _refuse_others(call.parameters)
    name, streams = _name(call), registry.streams_of(call.world, call.account, call.region)
    if name in streams:
        raise ResourceInUse(f"Firehose {name} under accountId {call.account} already exists")
    if len(streams) >= MOST_STREAMS:
        raise LimitExceeded(f"You have already consumed your firehose quota of {MOST_STREAMS} hoses.")
    arn = f"arn:{get_partition(call.region)}:firehose:{call.region}:{call.account}:deliverystream/{name}"
    destination = Destination.of(call.parameters[_S3])
    _check_role(call, arn, destination.role_arn)
    hint = (call.parameters.get("DirectPutSourceConfiguration") or {}).get("ThroughputHintInMBs")
    tags = tags_of(call.parameters.get("Tags") or ())
    stream = DeliveryStream(call.world, name, arn, destination, hint, tags)
    registry.create(call.world, call.account, call.region, stream)
    return {"DeliveryStreamARN": arn}


def tags_of(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags as requests have them, by key; a value may lack."""
    return {tag["Key"]: tag.get("Value") or "" for tag in tags}


def _refuse_others(parameters: Mapping[str, Any]) -> None:
    """Let a request pass that puts records directly, and writes them to S3."""
    destinations = [name for name, value in parameters.items() if name.endswith(_DESTINATION) and value]
    if len(destinations) != 1:
        raise InvalidArgument("Exactly one destination configuration is supported for a Firehose")
    if destinations != [_S3]:
        raise NotSimulated(f"CreateDeliveryStream: {destinations[0]}", f"Use {_S3}.")
    kind = parameters.get("DeliveryStreamType") or "DirectPut"
    if parameters.get("KinesisStreamSourceConfiguration") and kind != "KinesisStreamAsSource":
        raise InvalidArgument(
            "KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type"
        )
    if kind != "DirectPut":
        advice = "Leave it out and put the records directly, or let a pipe read the stream."
        raise NotSimulated(f"CreateDeliveryStream: DeliveryStreamType {kind}", advice)
    refuse_parameters(parameters, _KNOWN, "CreateDeliveryStream")


def _check_role(call: Call, stream_arn: str, role_arn: str) -> None:
    if role_arn.split(":")[4] != call.account:
        raise InvalidArgument("Cross-account pass role is not allowed.")
    if not can_be_assumed(call.world, stream_arn, role_arn):
        message = f"Firehose is unable to assume role {role_arn}. Please check the role provided."
        raise InvalidArgument(message)


def delete_delivery_stream(call: Call) -> Answer:
    """Delete a stream and all that is in its buffer."""
    checked(call, "DeleteDeliveryStream")  # AllowForceDelete is about keys, which no stream here has
    stream = stream_of(call)
    if stream.status == "CREATING":
        message = f"Firehose {stream.name} is CREATING. Wait until it is ACTIVE."
        raise ResourceInUse(message)
    if stream.status == "ACTIVE":
        registry.delete(call.world, call.account, call.region, stream)
    return None


def describe_delivery_stream(call: Call) -> Answer:
    """The stream with its destination."""
    checked(call, "DescribeDeliveryStream")
    description = stream_of(call).description()
    if call.parameters.get("ExclusiveStartDestinationId"):  # there is one, so none comes after it
        description["Destinations"] = []
    return {"DeliveryStreamDescription": description}


def list_delivery_streams(call: Call) -> Answer:
    """Names of streams in alphabetical order."""
    checked(call, "ListDeliveryStreams")
    after, most = call.parameters.get("ExclusiveStartDeliveryStreamName") or "", call.parameters.get("Limit")
    wanted = call.parameters.get("DeliveryStreamType") or "DirectPut"
    streams = registry.streams_of(call.world, call.account, call.region) if wanted == "DirectPut" else {}
    names = [name for name in sorted(streams) if name > after]
    shown = names[: most or _PAGE]
    return {"DeliveryStreamNames": shown, "HasMoreDeliveryStreams": len(names) > len(shown)}


def stream_of(call: Call) -> DeliveryStream:
    """The stream that a request names, in whatever state.

    Raises:
        ResourceNotFound: there is no such stream.
    """
    stream = registry.streams_of(call.world, call.account, call.region).get(_name(call))
    if stream is None:
        raise ResourceNotFound.stream(_name(call), call.account)
    return stream


def _name(call: Call) -> str:
    return str(call.parameters["DeliveryStreamName"])
