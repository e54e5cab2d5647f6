"""The errors of S3's notification operations. Each says which argument it means, in fields of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape


class InvalidArgument(Exception):
    """An argument of a notification configuration is not accepted."""

    code = "InvalidArgument"
    status = 400

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        """`fields` are further elements of the error, such as ArgumentName."""
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})

    @classmethod
    def of(cls, message: str, name: str, value: str) -> InvalidArgument:
        """With the argument's name and value."""
        return cls(message, {"ArgumentName": name, "ArgumentValue": value})

    @classmethod
    def destinations(cls, refused: Sequence[tuple[str, str]]) -> InvalidArgument:
        """Of destinations, by ARN and reason, all that cannot be used."""
        fields = {}
        for number, (arn, reason) in enumerate(refused, 1):
            fields[f"ArgumentName{number}"] = arn
            fields[f"ArgumentValue{number}"] = reason
        return cls("Unable to validate the following destination configurations", fields)

    def xml(self, request_id: str, host_id: str) -> str:
        """The body of the answer."""
        elements = {
            "Code": self.code,
            "Message": self.message,
            **self.fields,
            "RequestId": request_id,
            "HostId": host_id,
        }
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'


class MalformedXML(InvalidArgument):
    """The body is none that S3 reads."""

    code = "MalformedXML"

    def __init__(self) -> None:
        super().__init__(
            "The XML you provided was not well-formed or did not validate against our published schema"
        )


class NotSimulatedEvent(InvalidArgument):
    """AWS knows this event, and it never happens here."""

    code = "NotSimulatedByWorkbook"

    def __init__(self, event: str, simulated: Sequence[str]) -> None:
        super().__init__(
            f"The event {event} is not simulated by this workbook, so nothing would ever arrive. "
            f"Leave it out; simulated are: {', '.join(simulated)}."
        )


class NotSimulatedVersioning(InvalidArgument):
    """AWS keeps old versions of a bucket whose versioning is suspended; moto loses them."""

    code = "NotSimulatedByWorkbook"

    def __init__(self) -> None:
        super().__init__(
            "PutBucketVersioning: the Status Suspended is not simulated by this workbook. Leave it "
            "Enabled, or make another bucket."
        )
