"""One pipe: its settings, its states, and the poller that works for it while it runs.

    create ──> CREATING ──> RUNNING (or STOPPED)       start ──> STARTING ──> RUNNING
                  └───────> CREATE_FAILED              stop ───> STOPPING ──> STOPPED
    update ──> UPDATING ──> as before                  delete ─> DELETING ──> gone

Whether the source is there and the role may read it is found out on the way, so a pipe that cannot work is
made and then fails, and says why in StateReason. How long AWS takes is not documented; `TRANSITION` is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from workbook.aws.delivery import Sender
from workbook.aws.pipes.errors import Conflict
from workbook.aws.pipes.execution import Executor
from workbook.aws.pipes.metrics import PipeMetrics
from workbook.aws.pipes.permissions import (
    NO_QUEUE,
    NO_STREAM,
    missing_permission_on_queue,
    missing_permission_on_stream,
)
from workbook.aws.pipes.queue_source import queue_poller
from workbook.aws.pipes.stages import Stages
from workbook.aws.pipes.stream_source import Checkpoints, StreamPoller
from workbook.aws.pipes.streams import find_source
from workbook.aws.pipes.templates import Known
from workbook.aws.sqs.backend import find_queue
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.aws.pipes.settings import PipeSettings
    from workbook.engine.world import World

TRANSITION = 20 * SECOND
"""Microseconds that each change of state takes."""
PRINCIPAL = "pipes.amazonaws.com"
_USER = "User initiated"
_AT_REST = frozenset(
    {
        *("RUNNING", "STOPPED", "CREATE_FAILED", "UPDATE_FAILED", "START_FAILED", "STOP_FAILED"),
        "DELETE_FAILED",
    }
)


class _Poller(Protocol):
    """Who moves what is in the source."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Pipe:
    """A pipe of an account and Region."""

    def __init__(
        self,
        world: World,
        arn: str,
        account: str,
        region: str,
        settings: PipeSettings,
        desired_state: str,
        tags: dict[str, str],
    ) -> None:
        self.arn = arn
        self.settings = settings
        self.desired_state = desired_state
        self.state = "CREATING"
        self.state_reason = _USER
        self.tags = tags
        self.created = self.modified = world.clock.now
        """Instants in microseconds."""
        self._world = world
        self._account = account
        self._region = region
        self._poller: _Poller | None = None
        self._checkpoints: Checkpoints = {}
        """How far the shards of a stream have been read."""
        self._metrics = PipeMetrics(world, account, region, settings.name)

    # ---- what the API does

    def create(self) -> None:
        """Begin: on the way to RUNNING, or STOPPED."""
        self._world.trace.record("create", self.arn, settings=self._recorded())
        self._move("CREATING", lambda: self._settle("CREATE_FAILED"))

    def start(self) -> None:
        """Run, if the pipe is at rest and does not run.

        Raises:
            Conflict: it runs, or is between two states.
        """
        if self.state == "RUNNING" or self.state not in _AT_REST:
            raise Conflict.state(self.settings.name, self.state)
        self.desired_state = "RUNNING"
        self._changed()
        self._move("STARTING", lambda: self._settle("START_FAILED"))

    def stop(self) -> None:
        """Read no more; executions in progress are finished.

        Raises:
            Conflict: the pipe does not run.
        """
        if self.state != "RUNNING":
            raise Conflict.state(self.settings.name, self.state)
        self.desired_state = "STOPPED"
        self._changed()
        self._stop_polling()
        self._move("STOPPING", lambda: self._arrive("STOPPED"))

    def update(self, settings: PipeSettings, desired_state: str | None) -> None:
        """Change settings, and start or stop with it. Executions in progress keep the old settings.

        Raises:
            Conflict: the pipe is between two states.
        """
        self.demand_rest()
        self.settings = settings
        self.desired_state = desired_state or self.desired_state
        self._changed()
        self._stop_polling()
        self._move("UPDATING", lambda: self._settle("UPDATE_FAILED"))

    def delete(self, forget: Callable[[], object]) -> None:
        """Read no more; `forget` is called when the pipe is gone.

        Raises:
            Conflict: the pipe is between two states.
        """
        self.demand_rest()
        self.desired_state = "DELETED"
        self._stop_polling()
        self._world.trace.record("remove", self.arn)
        self._move("DELETING", forget)

    def demand_rest(self) -> None:
        """Let a pipe pass that is not between two states.

        Raises:
            Conflict: it is.
        """
        if self.state not in _AT_REST:
            raise Conflict.state(self.settings.name, self.state)

    # ---- as AWS shows it

    def summary(self) -> dict[str, Any]:
        """What every operation that changes a pipe answers."""
        return {
            "Arn": self.arn,
            "Name": self.settings.name,
            "DesiredState": self.desired_state,
            "CurrentState": self.state,
            "CreationTime": datetime_of(self.created),
            "LastModifiedTime": datetime_of(self.modified),
        }

    def listed(self) -> dict[str, Any]:
        """As ListPipes shows it."""
        settings = self.settings
        shown = {"StateReason": self.state_reason, "Source": settings.source, "Target": settings.target}
        if settings.enrichment:
            shown["Enrichment"] = settings.enrichment
        return {**self.summary(), **shown}

    def description(self) -> dict[str, Any]:
        """As DescribePipe shows it."""
        return {
            **self.summary(),
            "StateReason": self.state_reason,
            **self.settings.shown(),
            "Tags": dict(self.tags),
        }

    # ---- states

    def _move(self, state: str, arrive: Callable[[], object]) -> None:
        """Enter a state that passes, and `arrive` when it has passed."""
        self.state, self.state_reason = state, _USER
        self.modified = self._world.clock.now
        name = f"pipe {self.settings.name}: {state}"
        self._world.kernel.at(self._world.clock.now + TRANSITION, arrive, name=name)

    def _arrive(self, state: str, reason: str = _USER) -> None:
        self.state, self.state_reason = state, reason

    def _settle(self, failed: str) -> None:
        """Reach the desired state, or the failed one where the source cannot be read."""
        sender = self._sender(self.settings.role_arn)
        obstacle = self._obstacle(sender)
        if obstacle is not None:
            self._arrive(failed, obstacle)
            return
        self._arrive(self.desired_state)
        if self.desired_state == "RUNNING":
            self._poller = self._new_poller(sender)
            self._poller.start()

    def _obstacle(self, sender: Sender) -> str | None:
        """What keeps the pipe from reading its source."""
        settings = self.settings
        if settings.reads_stream:
            if find_source(self._world, settings.source, settings.role_arn) is None:
                return NO_STREAM
            letters = settings.dead_letter_arn
            return missing_permission_on_stream(self._world, sender, settings.source, letters)
        queue = find_queue(settings.source)
        return NO_QUEUE if queue is None else missing_permission_on_queue(self._world, sender, queue)

    def _new_poller(self, sender: Sender) -> _Poller:
        world, settings = self._world, self.settings
        stages = Stages(world, sender, self._known)
        executor = Executor(world, self.arn, stages, self._metrics)
        if settings.reads_stream:
            stream = find_source(world, settings.source, settings.role_arn)
            assert stream is not None  # noqa: S101 - `_obstacle` has looked
            return StreamPoller(world, sender, settings, stream, executor, self._problem, self._checkpoints)
        queue = find_queue(settings.source)
        assert queue is not None  # noqa: S101 - as above
        return queue_poller(world, sender, settings, queue, executor, self._problem)

    def _problem(self, problem: str) -> None:
        """The source is gone, or may not be read any more: the pipe stops by itself."""
        self._stop_polling()
        self._arrive("STOPPED", problem)

    def _stop_polling(self) -> None:
        if self._poller is not None:
            self._poller.stop()
            self._poller = None

    # ---- what it hands to its parts

    def _sender(self, role_arn: str) -> Sender:
        return Sender(PRINCIPAL, self.arn, self._account, self._region, role_arn)

    def _known(self, settings: PipeSettings) -> Known:
        now = self._world.clock.datetime()
        return Known(
            pipe_arn=self.arn,
            pipe_name=settings.name,
            source_arn=settings.source,
            enrichment_arn=settings.enrichment,
            target_arn=settings.target,
            ingestion_time=f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        )

    def _changed(self) -> None:
        self._world.trace.record("configure", self.arn, settings=self._recorded())

    def _recorded(self) -> dict[str, Any]:
        return {"DesiredState": self.desired_state, **self.settings.shown()}
