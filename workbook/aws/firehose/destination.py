"""The bucket to which a delivery stream writes, and how: role, hints, prefixes, compression.

    ExtendedS3DestinationConfiguration ──checked──> Destination ──> as DescribeDeliveryStream shows it

Sources: service model of Firehose; DescribeDeliveryStream recorded in public repositories; texts recorded by
a public tool that checks templates (2026). That both hints have to be given is in the model, the text is ours
(unverified).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from workbook.aws.firehose.errors import InvalidArgument
from workbook.aws.firehose.prefixes import check_prefixes
from workbook.aws.firehose.transformation import Processor
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated, refuse_parameters
from workbook.aws.schedules import is_zone

MEBIBYTE = 1_048_576
IDENTIFIER = "destinationId-000000000001"
"""A stream has one destination, and AWS numbers it so."""
_CONFIGURATION = "ExtendedS3DestinationConfiguration"
_KNOWN = frozenset(
    {
        *("RoleARN", "BucketARN", "Prefix", "ErrorOutputPrefix", "BufferingHints", "CompressionFormat"),
        *("EncryptionConfiguration", "CloudWatchLoggingOptions", "ProcessingConfiguration", "S3BackupMode"),
        *("DataFormatConversionConfiguration", "DynamicPartitioningConfiguration"),
        *("FileExtension", "CustomTimeZone"),
    }
)
_COMPRESSIONS = {"UNCOMPRESSED": "", "GZIP": ".gz"}
"""With the file extension of each."""
_OFF_BY_DEFAULT = ("DataFormatConversionConfiguration", "DynamicPartitioningConfiguration")
_SHOWN_IF_GIVEN = ("ProcessingConfiguration", "DataFormatConversionConfiguration")
Configuration = Mapping[str, Any]


@dataclass(frozen=True)
class Destination:
    """A bucket with all that Firehose needs to write there."""

    role_arn: str
    bucket_arn: str
    prefix: str | None = None
    error_output_prefix: str | None = None
    size: int = limit("firehose.buffer.size.default")
    """MiB."""
    interval: int = limit("firehose.buffer.interval.default")
    """Seconds."""
    compression: str = "UNCOMPRESSED"
    file_extension: str | None = None
    time_zone: str | None = None
    log_group: str | None = None
    """Where errors are logged, if they are; with a log stream."""
    log_stream: str | None = None
    switched_off: tuple[tuple[str, Any], ...] = ()
    """What was configured and is shown again: what is not enabled, and the processor."""
    processor: Processor | None = None
    """The function that transforms records first, if there is one."""

    @classmethod
    def of(cls, configuration: Configuration) -> Self:
        """What a request asks for.

        Raises:
            NotSimulated: AWS can do it, and the lab cannot.
            InvalidArgument: AWS refuses it.
        """
        refuse_parameters(configuration, _KNOWN, _CONFIGURATION)
        _refuse_what_is_enabled(configuration)
        prefix, error_prefix = configuration.get("Prefix"), configuration.get("ErrorOutputPrefix")
        check_prefixes(prefix, error_prefix)
        size, interval = _hints(configuration.get("BufferingHints") or {})
        return cls(
            configuration["RoleARN"],
            configuration["BucketARN"],
            prefix,
            error_prefix,
            size,
            interval,
            configuration.get("CompressionFormat") or "UNCOMPRESSED",
            configuration.get("FileExtension") or None,
            _time_zone(configuration.get("CustomTimeZone")),
            *_log_of(configuration.get("CloudWatchLoggingOptions") or {}),
            tuple((name, configuration[name]) for name in _SHOWN_IF_GIVEN if configuration.get(name)),
            Processor.of(configuration.get("ProcessingConfiguration") or {}, configuration["RoleARN"]),
        )

    @property
    def buffer_bytes(self) -> int:
        """How much fits in the buffer."""
        return self.size * MEBIBYTE

    @property
    def extension(self) -> str:
        """At the end of each object's name."""
        return self.file_extension or _COMPRESSIONS[self.compression]

    def shown(self) -> dict[str, Any]:
        """As DescribeDeliveryStream shows it, in the form of today and in the one of before."""
        prefixes = {"Prefix": self.prefix, "ErrorOutputPrefix": self.error_output_prefix}
        old = {
            "RoleARN": self.role_arn,
            "BucketARN": self.bucket_arn,
            **_given(prefixes),
            "BufferingHints": {"SizeInMBs": self.size, "IntervalInSeconds": self.interval},
            "CompressionFormat": self.compression,
            "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
            "CloudWatchLoggingOptions": self._logging(),
        }
        named = {"FileExtension": self.file_extension, "CustomTimeZone": self.time_zone}
        new = {**old, **dict(self.switched_off), "S3BackupMode": "Disabled", **_given(named)}
        return {
            "DestinationId": IDENTIFIER,
            "S3DestinationDescription": old,
            "ExtendedS3DestinationDescription": new,
        }

    def _logging(self) -> dict[str, Any]:
        if self.log_group is None:
            return {"Enabled": False}
        return {"Enabled": True, "LogGroupName": self.log_group, "LogStreamName": self.log_stream}


def _log_of(options: Configuration) -> tuple[str | None, str | None]:
    """Log group and log stream, if errors are to be logged."""
    if not options.get("Enabled"):
        return None, None
    for name, words in (("LogGroupName", "Log Group Name"), ("LogStreamName", "Log Stream Name")):
        if not options.get(name):
            raise InvalidArgument(f"CloudWatch {words} is required if CloudWatch Logging is enabled")
    return options["LogGroupName"], options["LogStreamName"]


def _given(settings: Configuration) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _refuse_what_is_enabled(configuration: Configuration) -> None:
    for name in _OFF_BY_DEFAULT:
        # Format conversion is the one that is on where nothing is said.
        on = name == "DataFormatConversionConfiguration" and bool(configuration.get(name))
        if (configuration.get(name) or {}).get("Enabled", on):
            raise NotSimulated(f"{_CONFIGURATION}: {name}", "Leave it out, or set Enabled to False.")
    encryption = configuration.get("EncryptionConfiguration") or {}
    if "KMSEncryptionConfig" in encryption:
        raise NotSimulated(f"{_CONFIGURATION}: KMSEncryptionConfig", "Leave EncryptionConfiguration out.")
    if configuration.get("S3BackupMode", "Disabled") != "Disabled":
        raise NotSimulated(f"{_CONFIGURATION}: S3BackupMode Enabled", "Leave it out.")
    compression = configuration.get("CompressionFormat") or "UNCOMPRESSED"
    if compression not in _COMPRESSIONS:
        advice = f"Simulated are: {', '.join(_COMPRESSIONS)}."
        raise NotSimulated(f"{_CONFIGURATION}: CompressionFormat {compression}", advice)


def _hints(hints: Configuration) -> tuple[int, int]:
    """Size in MiB and interval in seconds."""
    size, interval = hints.get("SizeInMBs"), hints.get("IntervalInSeconds")
    if size is None and interval is None:
        return limit("firehose.buffer.size.default"), limit("firehose.buffer.interval.default")
    if size is None or interval is None:
        raise InvalidArgument("Both SizeInMBs and IntervalInSeconds are required to configure buffering.")
    return int(size), int(interval)


def _time_zone(name: str | None) -> str | None:
    if name and not is_zone(name):
        raise InvalidArgument(f"CustomTimeZone {name} is not supported.")
    return name or None
