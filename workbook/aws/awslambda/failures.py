"""How a function that failed looks from outside: the payload, the log lines, the status in the report.

    raised              {"errorMessage", "errorType", "requestId", "stackTrace"}   environment lives on
    init failed         the same, with an empty requestId                          environment is gone
    timed out           {"errorType": "Sandbox.Timedout", "errorMessage"}          environment is gone
    exited              {"errorType": EXIT_ERROR, "errorMessage"}         environment is gone

Sources: AWS's Python runtime interface client (how errors are named and worded); payloads and log events
of AWS recorded in public test suites (2023 to 2025). AWS's stack traces of a failed init begin with
frames of importlib; ours begin with the function's own (unverified difference).
"""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from workbook.aws.awslambda.isolation import TASK_ROOT, real_path

SourceLine = Callable[[str, int], str]


EXIT_ERROR = "Runtime.ExitError"
"""The type of error of a process that has ended."""
INIT_WARNING = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. "
    "However, in rare cases, a Lambda runtime update can cause unexpected function behavior. For "
    "functions using managed runtimes, runtime updates can be triggered by a function change, or can be"
    " applied automatically. To determine if the runtime has been updated, check the runtime version in"
    " the INIT_START log entry. If this error correlates with a change in the runtime version, you may "
    "be able to mitigate this error by temporarily rolling back to the previous runtime version. For "
    "more information, see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html"
)
"""What AWS's runtime logs as a warning before the error of a failed init (recorded in 2025 and 2026)."""


class RuntimeFault(Exception):
    """The runtime, not the handler's code, found that the function cannot run: a wrong handler name ..."""

    def __init__(self, error_type: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace or []


@dataclass(frozen=True)
class Failure:
    """A failed init or invocation."""

    error_type: str
    payload: dict[str, Any]
    log: str
    """What the platform writes to the log; may have several lines."""
    status: str | None
    """What the REPORT line says after "Status:", if it says it."""
    fatal: bool
    """Whether the execution environment is gone with it."""


def failure_of(error: BaseException, request_id: str, line: SourceLine, *, fatal: bool = False) -> Failure:
    """An exception that left the handler, or the module's code when `fatal` (then `request_id` is "")."""
    if isinstance(error, SystemExit) or not isinstance(error, Exception):
        return exited(error, request_id)
    try:
        error_type, message, trace = described(error, line)
    except Exception:  # noqa: BLE001 - its own __str__ raised, which AWS's runtime does not survive either
        return exited(SystemExit(1), request_id)
    if not can_be_sent(message):
        return exited(SystemExit(1), request_id)
    payload = {
        "errorMessage": message,
        "errorType": error_type,
        "requestId": "" if fatal else request_id,
        "stackTrace": trace,
    }
    return Failure(
        error_type, payload, _log_of(error_type, message, trace), "error" if fatal else None, fatal
    )


def described(error: BaseException, line: SourceLine) -> tuple[str, str, list[str]]:
    """Type, message and stack trace of what a handler raised; `line` gives lines of its source."""
    if isinstance(error, RuntimeFault):
        return error.error_type, error.message, error.trace
    return type(error).__name__, str(error), list(_stack_trace(error.__traceback__, line))


def can_be_sent(text: str) -> bool:
    """Whether it can be written as UTF-8: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def exited(error: BaseException, request_id: str) -> Failure:
    """The process ended: `sys.exit()`, or an exception that is no Exception."""
    code = error.code if isinstance(error, SystemExit) else 1
    status = code if isinstance(code, int) else 0 if code is None else 1
    reason = f"exited with error: exit status {status}" if status else "exited without providing a reason"
    message = f"RequestId: {request_id} Error: Runtime {reason}"
    payload = {"errorType": EXIT_ERROR, "errorMessage": message}
    return Failure(EXIT_ERROR, payload, f"{message}\n{EXIT_ERROR}\n", "error", fatal=True)


def timed_out(request_id: str, timeout: int, moment: str) -> Failure:
    """The handler was still running after `timeout` seconds; `moment` is the time in ISO format with Z."""
    said = f"Task timed out after {timeout:.2f} seconds"
    payload = {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {request_id} Error: {said}"}
    return Failure("Sandbox.Timedout", payload, f"{moment} {request_id} {said}\n\n", "timeout", fatal=True)


def response_too_large(limit: int) -> Failure:
    """The handler returned more than a synchronous invocation can carry, in bytes."""
    message = f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
    payload = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
    return Failure("Function.ResponseSizeTooLarge", payload, "", None, fatal=False)


def _log_of(error_type: str, message: str, trace: list[str]) -> str:
    lines = [f"[ERROR] {error_type}: {message}", "Traceback (most recent call last):"]
    lines += [_indented(line) for entry in trace for line in entry.splitlines()]
    return "\n".join(lines)


def _indented(line: str) -> str:
    """A line with no-break spaces at its front, for CloudWatch drops ordinary ones."""
    text = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(text)) + text


def _stack_trace(start: TracebackType | None, line: SourceLine) -> Iterator[str]:
    """The frames from the function's own code on, without those of the simulation."""
    inside = False
    for frame, number in traceback.walk_tb(start):
        path = frame.f_code.co_filename
        inside = inside or path.startswith(f"{TASK_ROOT}/")
        if inside and not _is_simulation(str(frame.f_globals.get("__name__", ""))):
            own = path.startswith(f"{TASK_ROOT}/")
            source = line(path, number) if own else linecache.getline(path, number).strip()
            text = f'  File "{path if own else real_path(path)}", line {number}, in {frame.f_code.co_name}\n'
            yield f"{text}    {source}\n" if source else text


def _is_simulation(module: str) -> bool:
    return module.partition(".")[0] in {"workbook", "moto"}
