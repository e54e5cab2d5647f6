"""What a Map Run gives: the outputs of its child executions, or what ResultWriter makes of them.

ResultWriter writes files to S3, one for each status, and a manifest that names them. WriterConfig says what
is in them: all about each child execution (NONE), its output only (COMPACT), or the members of outputs that
are arrays (FLATTEN). With WriterConfig alone nothing is written, and the state gives what would have been.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ParamValidationError

from workbook.aws.stepfunctions.execution_shown import description
from workbook.aws.stepfunctions.language.failures import failure
from workbook.aws.stepfunctions.maps import templates
from workbook.aws.stepfunctions.repairs import context_time
from workbook.aws.stepfunctions.role_calls import call_as_role, present_execution
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.language.parts import Env
    from workbook.aws.stepfunctions.maps.distributed import DistributedMap
    from workbook.aws.stepfunctions.maps.map_run import Child, MapRun

WRITER_FAILED = "States.ResultWriterFailed"
_STATUSES = {"SUCCEEDED": "SUCCEEDED", "FAILED": "FAILED", "TIMED_OUT": "FAILED", "ABORTED": "FAILED"}


def outputs_of(run: MapRun) -> list[Any]:
    """The outputs of the child executions that succeeded, in the order of their items."""
    done = [child.execution for child in run.children if child.execution.output is not None]
    return [json.loads(execution.output or "null") for execution in done]


def result_of(state: DistributedMap, env: Env, run: MapRun) -> Any:  # noqa: ANN401 - any JSON
    """The result of the Map state.

    Raises:
        FailureEventException: States.ResultWriterFailed: the results could not be written.
    """
    for counts in (run.items, run.executions):  # which AWS counts without a ResultWriter, too
        counts.written = counts.total - counts.pending
    writer = state.field("ResultWriter")
    if writer is None:
        return outputs_of(run)
    config = writer.get("WriterConfig", {})
    if "Resource" not in writer:
        return _transformed(run.children, config.get("Transformation", "NONE"))
    given = "Arguments" if "Arguments" in writer else "Parameters"
    where = templates.evaluate(writer.get(given, {}), state.language, f"ResultWriter/{given}", env)
    if not isinstance(where, Mapping) or not isinstance(where.get("Bucket"), str):
        raise failure(env, WRITER_FAILED, f"The Bucket in ResultWriter/{given} must be a string.")
    if not isinstance(where.get("Prefix", ""), str):
        raise failure(env, WRITER_FAILED, f"The Prefix in ResultWriter/{given} must be a string.")
    try:
        return _written(run, where, config)
    except ParamValidationError as error:
        raise failure(env, WRITER_FAILED, str(error)) from error
    except ClientError as error:
        raise failure(env, WRITER_FAILED, f"{error.response['Error'].get('Message')}") from error


def _written(run: MapRun, where: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    prefix = where.get("Prefix", "")
    folder = f"{prefix}{'/' if prefix and not prefix.endswith('/') else ''}{run.arn.rpartition(':')[2]}"
    files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for status, written in files.items():
        text = _file(run, status, config)
        if text is not None:
            key = f"{folder}/{status}_0.{config.get('OutputType', 'JSON').lower()}"
            _put(where["Bucket"], key, text)
            written.append({"Key": key, "Size": len(text.encode())})
    manifest = {"DestinationBucket": where["Bucket"], "MapRunArn": run.arn, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    _put(where["Bucket"], key, _text(manifest))
    return {"MapRunArn": run.arn, "ResultWriterDetails": {"Bucket": where["Bucket"], "Key": key}}


def _file(run: MapRun, status: str, config: Mapping[str, Any]) -> str | None:
    """The file of one status; None where nothing has that status."""
    if status == "PENDING":
        entries: list[Any] = [{"Input": work.input} for work in run.waiting]
    else:
        of_status = [child for child in run.children if _STATUSES.get(child.execution.status) == status]
        transformation = config.get("Transformation", "NONE") if status == "SUCCEEDED" else "NONE"
        entries = _transformed(of_status, transformation)
    if not entries:
        return None
    if config.get("OutputType") == "JSONL":
        return "".join(f"{_text(entry)}\n" for entry in entries)
    return _text(entries)


def _transformed(children: list[Child], transformation: str) -> list[Any]:
    if transformation == "NONE":
        return [_entry(child) for child in children]
    outputs = [json.loads(child.execution.output) for child in children if child.execution.output is not None]
    if transformation == "COMPACT":
        return outputs
    return [member for output in outputs for member in (output if isinstance(output, list) else [output])]


def _entry(child: Child) -> dict[str, Any]:
    """All about one child execution, as the files of results have it, by the names of DescribeExecution."""
    shown = description(current_world(), child.execution)
    entry = {f"{name[0].upper()}{name[1:]}": value for name, value in shown.items()}
    for name in ("InputDetails", "OutputDetails"):
        if name in entry:
            entry[name] = {"Included": entry[name]["included"]}
    for name in ("StartDate", "StopDate"):
        if name in entry:
            entry[name] = context_time(entry[name])
    return {name: entry[name] for name in sorted(entry) if name != "MapRunArn"}


def _put(bucket: str, key: str, text: str) -> None:
    execution = present_execution.get()
    request = {"Bucket": bucket, "Key": key, "Body": text.encode(), "ContentType": "application/json"}
    call_as_role("s3", "PutObject", request, execution.machine.region, execution.role_arn)


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
