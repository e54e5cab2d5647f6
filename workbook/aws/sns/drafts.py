"""From the parameters of Publish, or of an entry of PublishBatch, to a checked draft.

Sources: botocore 1.44, SNS Publish; refusals of AWS recorded in public test suites (2023 to 2025).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from workbook.aws.limits import limit
from workbook.aws.sns.errors import InvalidParameter
from workbook.aws.sns.message_attributes import check_attributes, size_of
from workbook.aws.sns.publishing import Draft

_SUBJECT = re.compile(rf"[^\x00-\x1f\x7f]{{1,{limit('sns.subject')}}}")
_IDENTIFIER = re.compile(rf"[\x21-\x7e]{{1,{limit('sns.message-group-id')}}}")


def draft_of(parameters: Mapping[str, Any], *, where: str = "", trace_header: str = "") -> Draft:
    """The message that a request asks for; ``where`` is the path to its parameters in AWS's errors.

    Raises:
        InvalidParameter, ParameterValueInvalid, ValidationError: what SNS does not take.
    """
    message = str(parameters.get("Message") or "")
    if not message:
        raise InvalidParameter("Invalid parameter: Empty message")
    subject = parameters.get("Subject")
    if subject is not None and _SUBJECT.fullmatch(subject) is None:
        raise InvalidParameter.of("Subject")
    attributes = check_attributes(parameters.get("MessageAttributes"), where)
    return Draft(
        message=message,
        size=len(message.encode()) + size_of(attributes),
        subject=subject,
        attributes=attributes,
        texts=_texts(message, parameters.get("MessageStructure")),
        group_id=_identifier(parameters, "MessageGroupId"),
        deduplication_id=_identifier(parameters, "MessageDeduplicationId"),
        trace_header=trace_header,
    )


def refuse_oversized(draft: Draft, largest: int) -> None:
    """Hold a message against the topic's MaximumMessageSize (bytes of message and attributes).

    Raises:
        InvalidParameter: it is larger.
    """
    if draft.size > largest:
        raise InvalidParameter("Invalid parameter: Message too long")


def _texts(message: str, structure: str | None) -> Mapping[str, str] | None:
    """The texts of a message with MessageStructure json; values that are no texts are ignored."""
    if not structure:
        return None
    if structure != "json":
        raise InvalidParameter.of("MessageStructure")  # unverified
    try:
        parsed = json.loads(message)
    except (ValueError, RecursionError):
        raise InvalidParameter(
            "Invalid parameter: Message Structure - JSON message body failed to parse"
        ) from None
    texts = parsed if isinstance(parsed, dict) else {}
    texts = {name: text for name, text in texts.items() if isinstance(text, str)}
    if "default" not in texts:
        raise InvalidParameter("Invalid parameter: Message Structure - No default entry in JSON message body")
    return texts


def _identifier(parameters: Mapping[str, Any], name: str) -> str | None:
    value = parameters.get(name)
    if value is None:
        return None
    if _IDENTIFIER.fullmatch(value) is None:
        reason = f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in length"
        raise InvalidParameter.of(name, reason)  # unverified
    return str(value)
