"""Jobs that the lab does not run, and that take the time and end as a learner has said.

    lab.job("glue", "clean", minutes=20, fails="out of memory")
                     │
    start_run ── start-task hop ── ... 20 minutes of AWS's time ... ── ended: the waiting state goes on

A cluster, a Spark job or a training is beyond this workbook; what matters for a workflow is how long it
takes, how it ends, and who hears of it. A job of which nothing was said succeeds at once. Deliveries of
rules, schedules and pipes start jobs here, and so do tasks of Step Functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.wildcards import matches_wildcard

if TYPE_CHECKING:
    from workbook.engine.hop import Hop
    from workbook.engine.tasks import Timer
    from workbook.engine.world import World

RUNNING, SUCCEEDED, FAILED, STOPPED = "RUNNING", "SUCCEEDED", "FAILED", "STOPPED"
SERVICES = frozenset({"athena", "batch", "codebuild", "ecs", "glue", "sagemaker"})
"""Whose jobs can be told about."""
SHOWN_BODY = 4_096
_STATE = "job-runs"


@dataclass
class JobPlan:
    """What a learner has said of the jobs of one name."""

    service: str
    pattern: str
    """A name, which may hold `*` and `?`."""
    duration: int
    """Microseconds."""
    failures: list[str | None]
    """Why each of the next runs fails; None for one that succeeds."""
    always: str | None = None
    """Why all runs after those fail."""

    def next_failure(self) -> str | None:
        """Why the run that begins now is going to fail; None if it will not."""
        return self.failures.pop(0) if self.failures else self.always


@dataclass
class JobRun:
    """One run of a job."""

    world: World
    name: str
    started: int
    """An instant in microseconds, as `ended` is."""
    failure: str | None
    """Why it is going to fail."""
    status: str = RUNNING
    ended: int | None = None
    hop: Hop | None = None
    timer: Timer | None = None
    _listeners: list[Callable[[], object]] = field(default_factory=list)

    @property
    def reason(self) -> str | None:
        """Why it has failed or was stopped."""
        return self.failure if self.status in {FAILED, STOPPED} else None

    def tell(self, listener: Callable[[], object]) -> None:
        """Call `listener` when it has ended."""
        self._listeners.append(listener)

    def stop(self, reason: str) -> None:
        """End it now; harmless when it has ended."""
        if self.ended is None:
            self.failure = reason
            self._end(STOPPED)

    def run_out(self) -> None:
        """Its time is over: it has succeeded or failed."""
        self._end(SUCCEEDED if self.failure is None else FAILED)

    def _end(self, status: str) -> None:
        self.status, self.ended = status, self.world.clock.now
        if self.timer is not None:
            self.timer.cancel()
        assert self.hop is not None  # noqa: S101 - it was recorded when the run began
        facts = {} if self.reason is None else {"reason": self.reason}
        outcome = "ok" if status == SUCCEEDED else status
        self.world.trace.amend(self.hop, outcome=outcome, ended_at=self.ended, **facts)
        for listener in self._listeners:
            listener()


def plan_job(
    world: World, service: str, pattern: str, duration: int, fails: str | Sequence[str | None] | None
) -> None:
    """Say how long jobs of a name take, in microseconds, and how their runs end; the latest word counts."""
    always = fails if isinstance(fails, str) else None
    failures = [] if fails is None or isinstance(fails, str) else list(fails)
    plan = JobPlan(service, pattern, duration, failures, always)
    _plans(world)[service, pattern] = plan
    settings = {"Service": service, "Name": pattern, "Seconds": duration / 1_000_000, "Fails": fails}
    world.trace.record("configure", f"{service}:{pattern}", settings=settings)


def start_run(
    world: World,
    service: str,
    name: str,
    resource: str,
    *,
    action: str,
    body: str,
    settings: Mapping[str, Any],
) -> JobRun:
    """Start a run of the job called `name`; `resource` is the ARN of what it belongs to."""
    plan = _plan_for(world, service, name)
    duration = 0 if plan is None else plan.duration
    run = JobRun(world, name, world.clock.now, None if plan is None else plan.next_failure())
    run.hop = world.trace.record(
        "start-task",
        resource,
        outcome="waits",
        size=len(body.encode()),
        action=action,
        body=body[:SHOWN_BODY],
        settings=dict(settings),
    )
    if duration:
        due = world.clock.now + duration
        run.timer = world.kernel.at(due, run.run_out, name=f"the {service} job {name}")
    else:
        run.run_out()
    return run


def _plan_for(world: World, service: str, name: str) -> JobPlan | None:
    """The plan of exactly this name, or the latest whose pattern has it."""
    plans = _plans(world)
    if (service, name) in plans:
        return plans[service, name]
    fitting = (one for one in reversed(plans.values()) if one.service == service)
    return next((one for one in fitting if matches_wildcard(one.pattern, name)), None)


def _plans(world: World) -> dict[tuple[str, str], JobPlan]:
    return world.kept(_STATE, dict)
