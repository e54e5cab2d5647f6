"""What a distributed Map runs over: an array of its input, or what ItemReader reads from S3.

    s3:getObject       a JSON array or object, JSON lines, CSV, or the manifest of an S3 inventory
    s3:listObjectsV2   the objects of a bucket, all pages of them

An item has its value, its place, and, where it is a member of an object, its key.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ParamValidationError

from workbook.aws.stepfunctions.language.failures import RUNTIME, failure
from workbook.aws.stepfunctions.maps import templates
from workbook.aws.stepfunctions.role_calls import call_as_role, present_execution

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.language.parts import Env
    from workbook.aws.stepfunctions.maps.distributed import DistributedMap

STATE_DATA = "STATE_DATA"
READER_FAILED = "States.ItemReaderFailed"
_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_GZIP = b"\x1f\x8b"
_NOT_AS_SAID = (AttributeError, KeyError, RecursionError, TypeError, csv.Error)
"""What Python says of a document that has another shape than ReaderConfig says."""


@dataclass(frozen=True)
class Item:
    """One item of a Map Run."""

    index: int
    value: Any
    key: str | None = None
    source: str = STATE_DATA
    """STATE_DATA for the state's input, or the S3 URI of what was read."""

    def context(self) -> dict[str, Any]:
        """As `$$.Map.Item` shows it."""
        key = {} if self.key is None else {"Key": self.key}
        return {"Index": self.index, **key, "Value": self.value, "Source": self.source}


class _UnreadableError(Exception):
    """What was read is not what ItemReader says that it is."""


def items_of(value: Any, source: str = STATE_DATA) -> list[Item]:  # noqa: ANN401 - any JSON
    """The items of an array, or of an object, whose members are items with a key."""
    if isinstance(value, Mapping):
        return [Item(index, member, key, source) for index, (key, member) in enumerate(value.items())]
    return [Item(index, member, source=source) for index, member in enumerate(value)]


def read_items(state: DistributedMap, env: Env) -> list[Item]:
    """What ItemReader reads.

    Raises:
        FailureEventException: States.ItemReaderFailed: it cannot be read, or is nothing to map over.
    """
    reader = state.fields["ItemReader"]
    if reader["Resource"].endswith(":listObjectsV2"):
        return _taken(state, env, _listed)
    config = reader.get("ReaderConfig", {})
    return _taken(state, env, lambda where: _readable(config, _object(where)))


def items_in(state: DistributedMap, env: Env, content: str) -> list[Item]:
    """The items of a document as ItemReader would have read it from S3.

    Raises:
        FailureEventException: as of `read_items`.
    """
    config = state.field("ItemReader", "ReaderConfig") or {}
    return _taken(state, env, lambda _: _readable(config, content.encode()))


def pointed_in(content: str, pointer: str) -> Any:  # noqa: ANN401 - any JSON
    """What ItemsPointer leads to in a document; None where there is nothing to map over."""
    try:
        return _pointed(pointer, json.loads(content))
    except (_UnreadableError, ValueError):
        return None


def _taken(state: DistributedMap, env: Env, read: Callable[[Any], Any]) -> list[Item]:
    """So many of the items that `read` finds where ItemReader points to as MaxItems says."""
    reader = state.fields["ItemReader"]
    most = _most(state, env)
    where = templates.evaluate(_arguments(reader), state.language, f"ItemReader/{_given_as(reader)}", env)
    try:
        items = items_of(read(where), _uri(where))
    except ClientError as error:
        raise failure(env, READER_FAILED, f"{error.response['Error'].get('Message')}") from error
    except (_UnreadableError, ParamValidationError, ValueError) as error:
        raise failure(env, READER_FAILED, str(error)) from error
    return items if most is None else items[:most]


def _uri(where: Any) -> str:  # noqa: ANN401 - any JSON
    """Where items were read; of a list of objects, the bucket (Developer Guide, Context object)."""
    parts = [where.get(name) for name in ("Bucket", "Key")] if isinstance(where, Mapping) else []
    return "S3://" + "/".join(str(part) for part in parts if part is not None)


def _given_as(reader: Mapping[str, Any]) -> str:
    return "Arguments" if "Arguments" in reader else "Parameters"


def _arguments(reader: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    return reader.get(_given_as(reader), {})


def _most(state: DistributedMap, env: Env) -> int | None:
    """How many items there are at most; 0 means no limit, as nothing does."""
    config = state.field("ItemReader", "ReaderConfig") or {}
    place = "ItemReader/ReaderConfig/MaxItems"
    most = templates.number(config.get("MaxItems"), config.get("MaxItemsPath"), state.language, place, env)
    if most is None:
        return None
    if isinstance(most, bool) or not isinstance(most, int):
        path = config.get("MaxItemsPath")
        cause = f"The MaxItemsPath field refers to value '{most}' which is not a valid integer: {path}"
        raise failure(env, READER_FAILED, cause)
    if most < 0:
        raise failure(env, READER_FAILED, "field MaxItems must be positive")
    return most or None


def _call(operation: str, request: Any) -> Any:  # noqa: ANN401 - any JSON, and as boto3's answers
    names = ("Bucket", "Key", "Prefix")
    if not isinstance(request, Mapping) or any(not isinstance(request.get(name, ""), str) for name in names):
        raise _UnreadableError("Bucket, Key and Prefix that ItemReader is given must be strings.")
    execution = present_execution.get()
    return call_as_role("s3", operation, dict(request), execution.machine.region, execution.role_arn)


def _object(where: Mapping[str, Any]) -> bytes:
    content: bytes = _call("GetObject", where)["Body"].read()
    if not content.startswith(_GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error):
        raise _UnreadableError("The object is compressed and cannot be decompressed.") from None


def _listed(where: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    request = where
    while True:
        answer = _call("ListObjectsV2", request)
        listed += [_entry(entry) for entry in answer.get("Contents", ())]
        if not answer.get("IsTruncated"):
            return listed
        request = {**where, "ContinuationToken": answer["NextContinuationToken"]}


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Etag": entry["ETag"],
        "Key": entry["Key"],
        "LastModified": int(entry["LastModified"].timestamp()),
        "Size": entry["Size"],
        "StorageClass": entry["StorageClass"],
    }


# ---- formats


def _readable(config: Mapping[str, Any], content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """What is in an object; the words for one of another shape than was said are unverified."""
    try:
        return _parsed(config, content)
    except _NOT_AS_SAID:
        kind = config.get("InputType", "JSON")
        raise _UnreadableError(f"The object cannot be read as {kind}.") from None


def _parsed(config: Mapping[str, Any], content: bytes) -> Any:  # noqa: ANN401 - any JSON
    kind = config.get("InputType", "JSON")
    text = content.decode("utf-8-sig")
    if kind == "CSV":
        return _rows(config, text)
    if kind == "JSONL":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if kind == "MANIFEST":
        return _inventory(json.loads(text))
    return _pointed(config.get("ItemsPointer"), json.loads(text))


def _pointed(pointer: str | None, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The array or object in a document that ItemsPointer (a JSON pointer) leads to."""
    for step in (pointer or "").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (IndexError, KeyError, TypeError, ValueError):
            raise _UnreadableError(
                "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure."
            ) from None
    if not isinstance(value, (list, dict)):
        raise _UnreadableError("Attempting to map over non-iterable node.")
    return value


def _rows(config: Mapping[str, Any], text: str) -> list[dict[str, str]]:
    rows = csv.reader(io.StringIO(text), delimiter=_DELIMITERS[config.get("CSVDelimiter", "COMMA")])
    given = config.get("CSVHeaderLocation") == "GIVEN"
    headers = config.get("CSVHeaders", []) if given else next(rows, [])
    if len(set(headers)) < len(headers):
        raise _UnreadableError("CSV headers cannot contain duplicates.")
    return _as_objects(headers, rows)


def _as_objects(headers: list[str], rows: Iterable[list[str]]) -> list[dict[str, str]]:
    """Rows by their headers; a value that a row lacks is empty, one that has no header is left out."""
    return [
        {header: row[place] if place < len(row) else "" for place, header in enumerate(headers)}
        for row in rows
        if row
    ]


def _inventory(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    """The objects that an S3 inventory lists, in the files that its manifest names."""
    bucket = manifest["destinationBucket"].rpartition(":")[2]
    headers = [column.strip() for column in manifest["fileSchema"].split(",")]
    found: list[dict[str, str]] = []
    for file in manifest["files"]:
        text = _object({"Bucket": bucket, "Key": file["key"]}).decode()
        found += _as_objects(headers, csv.reader(io.StringIO(text)))
    return found


def demand_array(value: Any, path: str | None, env: Env) -> Any:  # noqa: ANN401 - any JSON
    """Let what ItemsPath leads to pass if a Map can run over it.

    Raises:
        FailureEventException: States.Runtime: it is no array.
    """
    if not isinstance(value, list):
        raise failure(env, RUNTIME, f'Reference path "{path or "$"}" must point to array.')
    return value
