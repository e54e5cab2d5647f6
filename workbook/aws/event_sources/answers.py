"""What a function's answer means for the messages of its batch: which are done, which come back.

Without ReportBatchItemFailures an answer means nothing: no error, all done. With it, the answer names those
that failed, and whatever AWS cannot make sense of fails the whole batch:

    {"batchItemFailures": [{"itemIdentifier": "id"}]}     that message comes back
    {"batchItemFailures": []}, {"batchItemFailures": null}, {}, null, [], ""    all done
    an identifier that is "", null or of no message of the batch; an entry without one;
    any other answer that is no object; an error                          all come back

Source: AWS Lambda Developer Guide, "Implementing partial batch responses" (success and failure conditions);
recorded answers of AWS for `{}` and for an entry with a wrong key; of mappings of Kinesis streams, for `[]`
and `""` too, an empty response in the guide's words. That another answer which is no JSON object (a text, a
list) fails the batch is how "invalid JSON response" is read here (unverified).
"""

from __future__ import annotations

import json
from collections.abc import Collection


def failed_messages(
    payload: str, message_ids: Collection[str], *, function_error: bool, reports_item_failures: bool
) -> Collection[str]:
    """The ids of those messages of a batch that are not done.

    `payload` is the function's answer as JSON text; `function_error` says whether it raised or timed out.
    """
    if function_error:
        return message_ids
    if not reports_item_failures:
        return ()
    named = _named_failures(payload)
    if named is None or not named <= set(message_ids):
        return message_ids
    return named


def _named_failures(payload: str) -> set[str] | None:
    """The identifiers that an answer names; None when it cannot be understood."""
    try:
        answer = json.loads(payload) if payload else None
    except ValueError:
        return None
    if answer in (None, "", [], {}):
        return set()
    if not isinstance(answer, dict):
        return None
    failures = answer.get("batchItemFailures")
    if failures is None:
        return set()
    return _identifiers(failures) if isinstance(failures, list) else None


def _identifiers(failures: list[object]) -> set[str] | None:
    """The identifiers of a list of failures; None when one of them is missing or is no text."""
    identifiers = set()
    for failure in failures:
        identifier = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if not isinstance(identifier, str) or not identifier:
            return None
        identifiers.add(identifier)
    return identifiers
