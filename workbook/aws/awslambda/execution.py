"""One run of a handler in one execution environment, from the START line to the REPORT line.

Handler code that neither waits nor calls AWS takes one virtual millisecond, so that no duration is zero
and every run is the same. Billed is each begun millisecond of the init phase and of the invocation; AWS
bills the init phase of all functions since August 2025 ("AWS Lambda standardizes billing for INIT Phase",
Compute blog, April 2025). How it bills an init phase that failed and was run again is not documented: here
only the second run is billed, as a part of the invocation (unverified).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.context import LambdaContext
from workbook.aws.awslambda.deadline import Deadline, TimedOut
from workbook.aws.awslambda.environment import INIT_LIMIT
from workbook.aws.awslambda.failures import (
    EXIT_ERROR,
    INIT_WARNING,
    Failure,
    failure_of,
    response_too_large,
    timed_out,
)
from workbook.aws.awslambda.marshalling import marshal
from workbook.engine.clock import SECOND, datetime_of
from workbook.engine.tasks import Interrupted, Stuck

if TYPE_CHECKING:
    from workbook.aws.awslambda.environment import ExecutionEnvironment
    from workbook.engine.world import World

MILLISECOND = SECOND // 1000
LONGEST_RESPONSE = 6_291_556
"""Bytes that a synchronous invocation can return (recorded error of AWS)."""
MEMORY_USED = 40
"""Megabytes in the REPORT line. Memory is not measured here; a small Python function uses about this much."""


@dataclass(frozen=True)
class Report:
    """How one invocation went."""

    payload: str
    """JSON: what the handler returned, or the error object."""
    failure: Failure | None
    log: str
    duration: int
    """Microseconds, without the init phase."""
    init_duration: int
    """Microseconds; 0 for a warm start."""

    @property
    def billed_milliseconds(self) -> int:
        """Begun milliseconds of init and invocation together."""
        return -(-(self.duration + self.init_duration) // MILLISECOND)


class Execution:
    """Runs the handler of `environment` once, on the current task."""

    def __init__(
        self,
        world: World,
        environment: ExecutionEnvironment,
        *,
        request_id: str,
        invoked_arn: str,
        client_context: Mapping[str, Any] | None = None,
    ) -> None:
        self._world = world
        self._environment = environment
        self._log = environment.log
        self._request_id = request_id
        self._invoked_arn = invoked_arn
        self._client_context = client_context
        self._init_duration = 0
        self._started = 0

    def run(self, payload: str) -> Report:
        """Initialise the environment if need be, then call the handler with the event in `payload` (JSON).

        Raises:
            Interrupted: the lab was stopped; what had been logged until then is kept.
        """
        with self._world.kernel:  # only the learner's code can be torn out of what it does, not this
            try:
                if not self._environment.initialised:
                    self._init_phase()
                self._started = self._world.clock.now
                text, failure = self._invoke_phase(payload)
            except Interrupted:
                self._log.stop_handler()
                self._log.deliver()
                raise
            return self._report(text, failure)

    # ---- the init phase

    def _init_phase(self) -> None:
        begin = self._world.clock.now
        self._environment.announce()
        failure = self._initialise(begin + INIT_LIMIT)
        duration = self._world.clock.now - begin
        if failure is None:
            self._init_duration = duration
        else:
            self._report_init(failure, duration, "init")

    def _initialise(self, until: int) -> Failure | None:
        deadline = Deadline(self._world.kernel, until)
        try:
            self._environment.initialise(deadline)
        except Interrupted:
            raise
        except (TimedOut, Stuck) as error:
            return self._end_at(deadline, error)
        except BaseException as error:  # noqa: BLE001 - whatever the learner's code raises is its result
            return failure_of(error, self._request_id, self._environment.line, fatal=True)
        return None

    def _report_init(self, failure: Failure, duration: int, phase: str) -> None:
        timeout = failure.status == "timeout"
        if not timeout and failure.error_type != EXIT_ERROR:
            self._log.event(f"[WARNING]\t{_iso(self._world.clock.now)}\t\t{INIT_WARNING}\n")
        if not timeout:
            self._log.event(failure.log)
        status = "timeout" if timeout else f"error\tError Type: {failure.error_type}"
        self._log.event(
            f"INIT_REPORT Init Duration: {_shown(duration)} ms\tPhase: {phase}\tStatus: {status}\n"
        )

    # ---- the invoke phase

    def _invoke_phase(self, payload: str) -> tuple[str, Failure | None]:
        until = self._started + self._environment.deployment.timeout * SECOND
        deadline = Deadline(self._world.kernel, until, self._log.stop_handler)
        if not self._environment.initialised:
            failure = self._initialise(deadline.instant)
            if failure is not None:
                self._report_init(failure, self._world.clock.now - self._started, "invoke")
                self._log_start()
                if failure.status == "timeout":
                    self._log.event(failure.log)
                return marshal(failure.payload, self._environment.deployment.runtime), failure
        self._log_start()
        text, failure = self._call_handler(payload, deadline)
        self._log.end_handler()
        if failure is not None:
            if failure.fatal:
                self._log.stop_handler()
            if failure.log:
                self._log.event(failure.log)
            return marshal(failure.payload, self._environment.deployment.runtime), failure
        return text, None

    def _log_start(self) -> None:
        version = self._environment.deployment.version
        self._log.event(f"START RequestId: {self._request_id} Version: {version}\n")

    def _call_handler(self, payload: str, deadline: Deadline) -> tuple[str, Failure | None]:
        context = LambdaContext(
            self._environment,
            request_id=self._request_id,
            invoked_arn=self._invoked_arn,
            deadline=deadline,
            clock=self._world.clock,
            client_context=self._client_context,
        )
        try:
            with deadline.enforced():
                event = json.loads(payload) if payload else {}
                run = self._environment.run
                result = self._world.kernel.expose(run, event, context, self._request_id)
            if deadline.over:
                return "", self._end_at(deadline)
            text = marshal(result, self._environment.deployment.runtime)
        except Interrupted:
            raise
        except (TimedOut, Stuck) as error:
            return "", self._end_at(deadline, error)
        except BaseException as error:  # noqa: BLE001 - whatever the learner's code raises is its result
            self._take_a_millisecond()
            return "", failure_of(error, self._request_id, self._environment.line)
        self._take_a_millisecond()
        return ("", response_too_large(LONGEST_RESPONSE)) if _is_too_long(text) else (text, None)

    def _take_a_millisecond(self) -> None:
        if self._world.clock.now - self._started < MILLISECOND:
            self._world.kernel.sleep_until(self._started + MILLISECOND)

    def _end_at(self, deadline: Deadline, error: BaseException | None = None) -> Failure:
        """The failure of code that ran until its deadline; code that spun did so without virtual time."""
        spun = isinstance(error, Stuck) and not deadline.over  # else it only catches what shall end it
        deadline.over = True
        if spun:
            self._log.event(
                f"workbook: the function computed for {self._world.kernel.real_time_limit:g} real seconds "
                "without waiting for anything, so it was stopped; this counts as a timeout\n"
            )
            self._world.kernel.sleep_until(deadline.instant)
        timeout = self._environment.deployment.timeout
        return timed_out(self._request_id, timeout, _iso(deadline.instant))

    # ---- the end

    def _report(self, text: str, failure: Failure | None) -> Report:
        timeout = self._environment.deployment.timeout * SECOND
        duration = min(self._world.clock.now - self._started, timeout)
        report = Report(text, failure, "", duration, self._init_duration)
        self._log.event(f"END RequestId: {self._request_id}\n")
        self._log.event(self._report_line(report))
        return Report(text, failure, self._log.deliver(), duration, self._init_duration)

    def _report_line(self, report: Report) -> str:
        parts = [
            f"REPORT RequestId: {self._request_id}",
            f"Duration: {_shown(report.duration)} ms",
            f"Billed Duration: {report.billed_milliseconds} ms",
            f"Memory Size: {self._environment.deployment.memory} MB",
            f"Max Memory Used: {MEMORY_USED} MB",
        ]
        if report.init_duration:
            parts.append(f"Init Duration: {_shown(report.init_duration)} ms")
        status = None if report.failure is None else report.failure.status
        if status is None:
            return "\t".join([*parts, "\n"])
        parts.append(f"Status: {status}")
        if report.failure is not None and status == "error":
            parts.append(f"Error Type: {report.failure.error_type}")
        return "\t".join(parts) + "\n"


def _is_too_long(text: str) -> bool:
    longest = 4 * len(text)  # a cheap look first: no character has more than four bytes
    return longest > LONGEST_RESPONSE and len(text.encode("utf-8", "surrogateescape")) > LONGEST_RESPONSE


def _iso(instant: int) -> str:
    return datetime_of(instant).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _shown(duration: int) -> str:
    return f"{duration / MILLISECOND:.2f}"
