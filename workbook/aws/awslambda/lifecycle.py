"""What code and settings a function runs with, and from when.

    CreateFunction          State Pending ── 1 s ──> Active             only then can it be invoked
    UpdateFunction...       LastUpdateStatus InProgress ── 1 s ──> Successful
                            meanwhile invocations run with the old code and settings

AWS gives no figure for how long either takes: it is a second or so for a small zip file, so it is one
second here (unverified). What is served is an immutable `Deployment`; a published version keeps its own
for ever. Each change, and each change of state, has a new RevisionId, as recorded answers of AWS show.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.awslambda.environment import ExecutionEnvironment
    from workbook.engine.world import World

SETTLING = SECOND
"""Microseconds that it takes to create or to update a function."""


@dataclass(frozen=True)
class Deployment:
    """Code and settings of one function, or of one version of it, at one time."""

    function_name: str
    version: str
    region: str
    account: str
    zip_file: bytes
    handler: str
    runtime: str
    memory: int
    """Megabytes."""
    timeout: int
    """Seconds."""
    environment: Mapping[str, str]
    log_group: str


class Lifecycle:
    """State, last update, revision and the deployment in service of one function (or version)."""

    def __init__(self, world: World, deployment: Deployment, *, settled: bool = False) -> None:
        """A function that is being created; `settled` for a version, which is ready at once."""
        self._world = world
        self._serving = deployment
        self._coming: Deployment | None = None
        self._creating = not settled
        self._ready_at = world.clock.now + (0 if settled else SETTLING)
        self._revision = self._new_revision()
        self._next_revision = None if settled else self._new_revision()
        self.idle: deque[ExecutionEnvironment] = deque()
        """Warm environments of the deployment in service, the most recently used last."""

    # ---- changes

    def update(self, deployment: Deployment) -> None:
        """Let `deployment` be in service in a moment. Call only when `updating` and `pending` are false."""
        self._coming = deployment
        self._ready_at = self._world.clock.now + SETTLING
        self._revision = self._new_revision()
        self._next_revision = self._new_revision()

    def revise(self) -> None:
        """Something about the function changed that is not a deployment: a permission, a tag, an alias."""
        self.settle()
        self._revision = self._new_revision()

    def settle(self) -> None:
        """Make what should have happened by now, have happened."""
        if self._next_revision is None or self._world.clock.now < self._ready_at:
            return
        self._revision, self._next_revision = self._next_revision, None
        self._creating = False
        if self._coming is not None:
            self._serving, self._coming = self._coming, None
            self.idle.clear()

    # ---- how things stand

    @property
    def pending(self) -> bool:
        """Whether the function is still being created."""
        self.settle()
        return self._creating

    @property
    def updating(self) -> bool:
        """Whether an update is in progress."""
        self.settle()
        return self._coming is not None

    @property
    def ready_at(self) -> int:
        """When the creation or the update in progress is done."""
        return self._ready_at

    @property
    def revision(self) -> str:
        """The RevisionId."""
        self.settle()
        return self._revision

    @property
    def deployment(self) -> Deployment:
        """What an invocation that begins now runs."""
        self.settle()
        return self._serving

    @property
    def latest(self) -> Deployment:
        """What was deployed last, in service or not yet."""
        return self._coming or self._serving

    def _new_revision(self) -> str:
        return self._world.seeds.uuid("lambda.revision")
