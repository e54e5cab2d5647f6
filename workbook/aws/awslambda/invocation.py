"""One invocation of a function: for the API, for event source mappings, for asynchronous events.

    find the version  ->  a unit of concurrency  ->  a warm environment, or a new one  ->  run  ->  report

It runs on the current task and takes virtual time. Many invocations of one function interleave, each on
the task of its caller and in an environment of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.environment import IDLE, ExecutionEnvironment, environment_for
from workbook.aws.awslambda.errors import (
    RecursiveInvocation,
    ResourceNotFound,
    TooManyRequests,
    ValidationError,
)
from workbook.aws.awslambda.execution import Execution, Report
from workbook.aws.awslambda.logs import tail
from workbook.aws.awslambda.metrics import metrics_of
from workbook.aws.awslambda.names import arn_of
from workbook.aws.awslambda.recursion import Lineage, lineages_of
from workbook.aws.awslambda.registry import (
    Target,
    choose_version,
    find_by_arn,
    latest,
    lifecycle_of,
)
from workbook.aws.awslambda.throttling import (
    ACCOUNT_CONCURRENCY,
    concurrency_of,
    reserved_in_all,
    reserved_of,
)

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

    from workbook.engine.hop import Hop
    from workbook.engine.world import World

Causes = Iterable["Hop | int"] | None


@dataclass(frozen=True)
class Invocation:
    """The result of one invocation."""

    request_id: str
    payload: str
    """JSON text: what the handler returned, or the error object."""
    function_error: str | None
    """ "Unhandled" when the function failed."""
    log_tail: str
    """The last 4 KB of what this invocation logged."""
    executed_version: str
    duration: int
    """Microseconds, without the init phase."""
    billed_milliseconds: int
    hop: Hop
    """Its entry in the trace; `outcome` is "ok" or the error's type."""


@dataclass(frozen=True)
class _Request:
    """What an invocation is asked to do."""

    payload: str
    causes: Causes
    client_context: Mapping[str, Any] | None
    request_id: str | None
    attempt: int | None


def invoke(
    world: World,
    function_arn: str,
    payload: str,
    *,
    causes: Causes = None,
    client_context: Mapping[str, Any] | None = None,
    request_id: str | None = None,
    attempt: int | None = None,
) -> Invocation:
    """Run a function and wait for its end, on the current task and in virtual time.

    Args:
        world: Where it runs.
        function_arn: The function's ARN, with or without a version or alias.
        payload: The event, as JSON text; "" for none.
        causes: The hops that led to it; by default the call in progress.
        client_context: What the handler finds in `context.client_context`.
        request_id: The id that the request has already, as asynchronous ones do; else it gets a new one.
        attempt: Which attempt to process an asynchronous event this is, from 1; the trace shows it.

    Raises:
        ResourceNotFound: there is no such function, version or alias.
        TooManyRequests: throttled; the trace has a "throttle" hop.
        RecursiveInvocation: it is in a loop; the trace has a "stop" hop.
    """
    target = find_by_arn(world, function_arn)
    if target.lifecycle.pending:
        world.kernel.sleep_until(target.lifecycle.ready_at)
    request = _Request(payload, causes, client_context, request_id, attempt)
    function = choose_version(world, target)
    lineage = _next_round(world, target, causes)
    try:
        return _within_concurrency(world, target, function, request, lineage)
    except TooManyRequests as error:
        metrics_of(world, target.backend).throttled(target)
        facts = _attempt_of(request)
        error.hop = world.trace.record(
            "throttle", target.arn, causes=causes, outcome=error.code, reason=error.reason, **facts
        )
        raise


def _within_concurrency(
    world: World, target: Target, function: LambdaFunction, request: _Request, lineage: Lineage
) -> Invocation:
    """Run it, if one more may run of this function and in this account.

    Raises:
        TooManyRequests: none may.
    """
    reserved = reserved_of(latest(target.backend, function.function_name))
    unreserved = ACCOUNT_CONCURRENCY - reserved_in_all(target.backend)
    concurrency = concurrency_of(world, target.backend)
    with concurrency.slot(function.function_name, reserved, unreserved):
        environment = _warm_environment(world, function)
        if environment is None:
            concurrency.start_environment(function.function_name, world.clock.now)
        return _invoke(world, target, function, environment, request, lineage)


def _next_round(world: World, target: Target, causes: Causes) -> Lineage:
    """The chain to which the invocation belongs; a chain that has become a loop is stopped."""
    arn = arn_of(target.backend, target.function.function_name)
    try:
        return lineages_of(world).next_round(arn, causes)
    except RecursiveInvocation as error:
        metrics_of(world, target.backend).add(target, "RecursiveInvocationsDropped", 1)
        error.hop = world.trace.record("stop", target.arn, causes=causes, outcome=error.code)
        raise


def _invoke(
    world: World,
    target: Target,
    function: LambdaFunction,
    warm: ExecutionEnvironment | None,
    request: _Request,
    lineage: Lineage,
) -> Invocation:
    lifecycle = lifecycle_of(function)
    environment = warm or environment_for(world, lifecycle.deployment)
    request_id = request.request_id or world.seeds.uuid("lambda.request-id")
    begun = metrics_of(world, target.backend).begin(target, str(function.version))
    hop = world.trace.record(
        "invoke",
        target.arn,
        causes=request.causes,
        size=len(request.payload.encode()),
        request_id=request_id,
        version=str(function.version),
        start="warm" if warm else "cold",
        memory=environment.deployment.memory,
        **_attempt_of(request),
    )
    lineages_of(world).remember(hop, lineage)
    execution = Execution(
        world,
        environment,
        request_id=request_id,
        invoked_arn=target.arn,
        client_context=request.client_context,
    )
    try:
        with world.trace.under(hop):
            report = execution.run(request.payload)
    except BaseException as error:
        world.trace.amend(hop, outcome=type(error).__name__)
        raise
    begun.end(failed=report.failure is not None, duration=report.duration)
    if (
        report.failure is None or not report.failure.fatal
    ) and lifecycle.deployment is environment.deployment:
        environment.idle_since = world.clock.now
        lifecycle.idle.append(environment)
    return _invocation_of(world, report, request_id, str(function.version), hop)


def _attempt_of(request: _Request) -> dict[str, Any]:
    return {} if request.attempt is None else {"attempt": request.attempt}


def _invocation_of(world: World, report: Report, request_id: str, version: str, hop: Hop) -> Invocation:
    failure = report.failure
    facts: dict[str, object] = {
        "billed_milliseconds": report.billed_milliseconds,
        "ended_at": world.clock.now,
    }
    if failure is not None:
        facts["function_error"] = "Unhandled"
    completed = world.trace.amend(hop, outcome="ok" if failure is None else failure.error_type, **facts)
    return Invocation(
        request_id=request_id,
        payload=report.payload,
        function_error=None if failure is None else "Unhandled",
        log_tail=tail(report.log),
        executed_version=version,
        duration=report.duration,
        billed_milliseconds=report.billed_milliseconds,
        hop=completed,
    )


def _warm_environment(world: World, function: LambdaFunction) -> ExecutionEnvironment | None:
    lifecycle = lifecycle_of(function)
    lifecycle.settle()
    idle = lifecycle.idle
    while idle and idle[0].idle_since + IDLE <= world.clock.now:
        idle.popleft()
    return idle.pop() if idle else None


def function_exists(world: World, function_arn: str) -> bool:
    """Whether there is such a function, version or alias."""
    try:
        find_by_arn(world, function_arn)
    except (ResourceNotFound, ValidationError):
        return False
    return True


def function_timeout(world: World, function_arn: str) -> int:
    """The timeout of a function, in seconds.

    Raises:
        ResourceNotFound: there is no such function.
    """
    return find_by_arn(world, function_arn).lifecycle.latest.timeout
