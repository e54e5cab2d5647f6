"""One event source mapping: its settings, its state, and the poller that works for it while it is enabled.

    create  ->  Creating ---> Enabled        enable   ->  Enabling  ---> Enabled
                              (or Disabled)  disable  ->  Disabling ---> Disabled
    update  ->  Updating ---> as before      delete   ->  Deleting  ---> gone

AWS moves between states in "several seconds" (Lambda API Reference, DeleteEventSourceMapping) and gives no
number; `TRANSITION` is ours (unverified). While Updating the old settings stay in force. When a queue or a
function is gone the mapping is disabled by Lambda; AWS documents the codes of StateTransitionReason for Kafka
and MQ sources only, and we show the nearest of them (unverified).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.event_sources.errors import ResourceInUse
from workbook.aws.event_sources.poller import Poller
from workbook.aws.event_sources.processing import Processor
from workbook.aws.event_sources.source_queue import SourceQueue
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.event_sources.settings import MappingSettings
    from workbook.aws.sqs.queue import Queue
    from workbook.engine.tasks import Timer
    from workbook.engine.world import World

TRANSITION = 5 * SECOND
"""Microseconds that each change of state takes."""

_USER = "USER_INITIATED"
_PROBLEM = "ESM_CONFIG_NOT_VALID"


class Mapping:
    """An event source mapping of an SQS queue."""

    def __init__(
        self,
        world: World,
        uuid: str,
        arn: str,
        settings: MappingSettings,
        find_queue: Callable[[str], Queue | None],
        tags: dict[str, str],
    ) -> None:
        """`find_queue` finds the source by its ARN whenever polling begins: it may have been made anew."""
        self.uuid = uuid
        self.arn = arn
        self.settings = settings
        self.tags = tags
        self.state = "Creating"
        self.state_transition_reason = _USER
        self.last_modified = 0
        self.last_processing_result: str | None = None
        self._world = world
        self._find_queue = find_queue
        self._poller: Poller[MappingSettings] | None = None
        self._timer: Timer | None = None
        self._touch()

    # ---- what the API does

    def create(self, *, enabled: bool) -> None:
        """Begin: on the way to Enabled, or Disabled at once, as recorded answers of AWS show."""
        self._world.trace.record("create", self.arn, settings=self.settings.configuration())
        if enabled:
            self._move("Creating", self._enable)
        else:
            self._arrive("Disabled")

    def update(self, settings: MappingSettings, *, enabled: bool | None) -> None:
        """Change settings, and enable or disable; `enabled` None leaves that as it is.

        Raises:
            ResourceInUse: the mapping is between two states.
        """
        if self.state not in {"Enabled", "Disabled"}:
            raise ResourceInUse("update")
        self.settings = settings
        self._world.trace.record("configure", self.arn, settings=settings.configuration())
        polls = self.state == "Enabled"
        if enabled is True and not polls:
            self._move("Enabling", self._enable)
        elif enabled is False and polls:
            self._stop_polling()
            self._move("Disabling", self._disable)
        else:
            self._move("Updating", self._enable if polls else self._disable)

    def delete(self, forget: Callable[[], None]) -> None:
        """Stop polling; `forget` is called when the mapping is gone.

        Raises:
            ResourceInUse: the mapping is between two states.
        """
        if self.state not in {"Enabled", "Disabled"}:
            raise ResourceInUse("delete")
        self._stop_polling()
        self._world.trace.record("remove", self.arn)
        self._move("Deleting", forget)

    def configuration(self) -> dict[str, object]:
        """The mapping as the API shows it."""
        shown = {
            "UUID": self.uuid,
            "EventSourceMappingArn": self.arn,
            "LastModified": self.last_modified // 1000 / 1000,
            "State": self.state,
            "StateTransitionReason": self.state_transition_reason,
            **self.settings.configuration(),
        }
        if self.last_processing_result is not None:
            shown["LastProcessingResult"] = self.last_processing_result
        return shown

    # ---- states

    def _move(self, state: str, arrive: Callable[[], None]) -> None:
        """Enter a state that passes, and `arrive` when it has passed."""
        self.state = state
        self.state_transition_reason = _USER
        self._touch()
        kernel = self._world.kernel
        name = f"event source mapping {self.uuid[:8]}: {state}"
        self._timer = kernel.at(self._world.clock.now + TRANSITION, arrive, name=name)

    def _arrive(self, state: str) -> None:
        self.state = state
        self._touch()

    def _touch(self) -> None:
        self.last_modified = self._world.clock.now

    def _enable(self) -> None:
        queue = self._find_queue(self.settings.event_source_arn)
        if queue is None:
            self._problem("the queue does not exist")
            return
        self.last_processing_result = None
        self._arrive("Enabled")
        if self._poller is None or self._poller.queue is not queue:
            self._stop_polling()
            source = SourceQueue(self._world, self.arn, queue)
            work = Processor(self._world, source)
            self._poller = Poller(self._world, source, self.settings, work, self._problem)
            self._poller.start()
        else:
            self._poller.apply(self.settings)

    def _disable(self) -> None:
        self._arrive("Disabled")

    def _problem(self, problem: str) -> None:
        """The queue or the function is gone: Lambda disables the mapping."""
        self._stop_polling()
        self._arrive("Disabled")
        self.state_transition_reason = _PROBLEM
        self.last_processing_result = f"PROBLEM: {problem}"

    def _stop_polling(self) -> None:
        if self._poller is not None:
            self._poller.stop()
            self._poller = None

    # ---- what moto asks of a mapping in its registry

    @property
    def event_source_arn(self) -> str:
        """The queue's ARN."""
        return self.settings.event_source_arn

    @property
    def function_arn(self) -> str:
        """The function's ARN, qualified if the mapping is."""
        return self.settings.function_arn

    def get_configuration(self) -> dict[str, object]:
        """Moto's name for `configuration`."""
        return self.configuration()
