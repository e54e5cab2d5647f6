"""What only a Map state has: who processes its items, where they are from, their batches, where results go.

Whether ItemReader, ItemBatcher and ResultWriter need a distributed Map is not asked here: AWS accepts them in
an inline one (floci-io/floci, tests compared with AWS, 2026).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbook.aws.stepfunctions.definition.attempts import of_other_language
from workbook.aws.stepfunctions.definition.machines import PROCESSORS, State
from workbook.aws.stepfunctions.definition.paths import wrong_reference
from workbook.aws.stepfunctions.definition.templates import wrong_template
from workbook.aws.stepfunctions.definition.values import (
    COUNT,
    Bounds,
    at_most_one,
    filled,
    is_expression,
    number,
    of_type,
    one_of,
    present,
    supported,
)
from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit

_MODES, _TYPES = ("INLINE", "DISTRIBUTED"), ("STANDARD", "EXPRESS")
_INPUTS = ("MANIFEST", "JSON", "CSV", "JSONL", "PARQUET")
_READERS = ("s3:getObject", "s3:listObjectsV2")
_WRITER = "s3:putObject"
_READER_CONFIG = frozenset(
    {"InputType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "MaxItems", "MaxItemsPath"}
    | {"ManifestType", "Transformation", "ItemsPointer"}
)
_CSV_ONLY = ("CSVHeaderLocation", "CSVHeaders", "CSVDelimiter")
_OF_CSV = ("CSV", "MANIFEST")
_HEADERS, _DELIMITERS = ("FIRST_ROW", "GIVEN"), ("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB")
_BATCHES = ("MaxItemsPerBatch", "MaxInputBytesPerBatch")
_BATCHER = frozenset({"BatchInput", *_BATCHES, *(f"{name}Path" for name in _BATCHES)})
_WRITER_CONFIG = {"Transformation": ("NONE", "COMPACT", "FLATTEN"), "OutputType": ("JSON", "JSONL")}
_MAX_ITEMS = Bounds(0, 100_000_000)
_PAYLOAD = {"JSONPath": "Parameters", "JSONata": "Arguments"}


def wrong_map(state: State) -> Iterator[Diagnostic]:
    """Complain of the fields of a Map state."""
    for field in PROCESSORS:
        if field in state.body:
            yield from _wrong_processor(state.body[field], f"{state.place}/{field}", state.machine_type)
    parts = (("ItemReader", _wrong_reader), ("ItemBatcher", _wrong_batcher), ("ResultWriter", _wrong_writer))
    for field, check in parts:
        if field in state.body:
            place = f"{state.place}/{field}"
            yield from of_type(state.body[field], "OBJECT", place)
            if isinstance(state.body[field], dict):
                yield from check(state.body[field], place, state.language)


def _wrong_processor(processor: object, place: str, machine_type: str) -> Iterator[Diagnostic]:
    yield from of_type(processor, "OBJECT", place)
    if not isinstance(processor, dict) or "ProcessorConfig" not in processor:
        return
    config, place = processor["ProcessorConfig"], f"{place}/ProcessorConfig"
    yield from of_type(config, "OBJECT", place)
    if not isinstance(config, dict):
        return
    mode = config.get("Mode", "INLINE")
    yield from one_of(mode, _MODES, f"{place}/Mode")
    known = {"Mode", "ExecutionType"} if mode != "INLINE" else {"Mode"}
    yield from supported(config, frozenset(known), place)
    if mode == "DISTRIBUTED":
        yield from present(config, ("ExecutionType",), place)
        if machine_type == "EXPRESS":
            message = (
                "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
            )
            yield unfit(message, f"{place}/Mode")
    if mode != "INLINE" and "ExecutionType" in config:
        yield from one_of(config["ExecutionType"], _TYPES, f"{place}/ExecutionType")


def _wrong_reader(reader: Mapping[str, Any], place: str, language: str) -> Iterator[Diagnostic]:
    yield from _wrong_call(reader, place, language, "ReaderConfig", _READERS)
    yield from present(reader, ("Resource",), place)
    config = reader.get("ReaderConfig", {})
    yield from of_type(config, "OBJECT", f"{place}/ReaderConfig")
    if isinstance(config, dict):
        yield from _wrong_reader_config(config, f"{place}/ReaderConfig", language)


def _wrong_call(
    part: Mapping[str, Any], place: str, language: str, config: str, resources: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """What a reader and a writer have in common: the call of an API with its payload."""
    payload, other = _PAYLOAD[language], _PAYLOAD["JSONPath" if language == "JSONata" else "JSONata"]
    yield from supported(part, frozenset({"Resource", config, payload, other}), place)
    if other in part:
        yield of_other_language(other, language, place)
    if "Resource" in part:
        yield from _wrong_resource(part["Resource"], resources, f"{place}/Resource")
    if payload in part:
        if not (language == "JSONata" and isinstance(part[payload], str)):
            yield from of_type(part[payload], "OBJECT", f"{place}/{payload}")
        if language == "JSONPath":
            yield from wrong_template(part[payload], f"{place}/{payload}")


def _wrong_resource(resource: object, known: tuple[str, ...], location: str) -> Iterator[Diagnostic]:
    yield from of_type(resource, "STRING", location)
    parts = resource.split(":", 5) if isinstance(resource, str) else []
    if parts and (parts[:1] + parts[2:5] != ["arn", "states", "", ""] or parts[-1] not in known):
        examples = ", ".join(f"arn:<partition>:states:::{name}" for name in known)
        message = f"The field 'Resource' does not match any of the allowed values. Examples: [{examples}]"
        yield unfit(message, location)


def _wrong_reader_config(config: Mapping[str, Any], place: str, language: str) -> Iterator[Diagnostic]:
    kind = config.get("InputType")
    if "InputType" in config and kind not in _INPUTS:
        message = f"The field 'InputType' should have one of these values: [{', '.join(_INPUTS)}]"
        yield unfit(message, f"{place}/InputType")
    known = _READER_CONFIG if kind in _OF_CSV or "InputType" not in config else _READER_CONFIG - {*_CSV_ONLY}
    yield from supported(config, known, place)
    if kind == "CSV" and "CSVHeaderLocation" not in config:
        yield unfit("The field 'CSVHeaderLocation' is required", place)
    if "CSVHeaderLocation" in config:
        yield from one_of(config["CSVHeaderLocation"], _HEADERS, f"{place}/CSVHeaderLocation")
        if config["CSVHeaderLocation"] == "GIVEN":
            yield from present(config, ("CSVHeaders",), place)
    if "CSVHeaders" in config:
        yield from filled(config["CSVHeaders"], "ARRAY", f"{place}/CSVHeaders")
    if "CSVDelimiter" in config:
        yield from one_of(config["CSVDelimiter"], _DELIMITERS, f"{place}/CSVDelimiter")
    yield from _wrong_number_or_path(config, "MaxItems", _MAX_ITEMS, place, language)


def _wrong_batcher(batcher: Mapping[str, Any], place: str, language: str) -> Iterator[Diagnostic]:
    yield from supported(batcher, _BATCHER, place)
    for name in _BATCHES:
        yield from _wrong_number_or_path(batcher, name, COUNT, place, language)
    if "BatchInput" in batcher and language == "JSONPath":
        yield from of_type(batcher["BatchInput"], "OBJECT", f"{place}/BatchInput")
        yield from wrong_template(batcher["BatchInput"], f"{place}/BatchInput")


def _wrong_number_or_path(
    body: Mapping[str, Any], name: str, bounds: Bounds, place: str, language: str
) -> Iterator[Diagnostic]:
    path = f"{name}Path"
    yield from at_most_one(body, (name, path), place)
    if name in body and not (language == "JSONata" and is_expression(body[name])):
        yield from number(body[name], bounds, f"{place}/{name}")
    if path in body and language == "JSONata":
        yield of_other_language(path, language, place)
    elif path in body:
        yield from wrong_reference(body[path], f"{place}/{path}", context=False)


def _wrong_writer(writer: Mapping[str, Any], place: str, language: str) -> Iterator[Diagnostic]:
    yield from _wrong_call(writer, place, language, "WriterConfig", (_WRITER,))
    if "WriterConfig" not in writer:
        yield from present(writer, ("Resource",), place)
        return
    config, place = writer["WriterConfig"], f"{place}/WriterConfig"
    yield from of_type(config, "OBJECT", place)
    if isinstance(config, dict):
        yield from supported(config, frozenset(_WRITER_CONFIG), place)
        for name, choices in _WRITER_CONFIG.items():
            if name in config:
                yield from one_of(config[name], choices, f"{place}/{name}")
