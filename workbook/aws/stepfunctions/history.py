"""The history of one execution: what the interpreter tells, as GetExecutionHistory shows it.

It takes the place of the interpreter's own keeper of events, for two reasons. An execution that has ended
gets no event more, though a task that it started may go on: a function runs to its end after StopExecution.
And the history of a standard execution has an end itself, at 25,000 events, else a loop of states would never
come to one.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.engine.clock import Clock

Event = dict[str, Any]
DATA = frozenset({"input", "inputDetails", "output", "outputDetails"})
"""What is data in the details of an event."""
_ENDS = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})


class History:
    """The events of one execution, oldest first.

    `when_full` is called for the last event that there is, unless the history is `endless`; `noted` for each.
    """

    def __init__(
        self,
        clock: Clock,
        when_full: Callable[[], None],
        noted: Callable[[Event], None],
        *,
        endless: bool = False,
    ) -> None:
        self._clock = clock
        self._when_full = when_full
        self._noted = noted
        self._endless = endless
        self._largest = limit("stepfunctions.history")
        self.events: list[Event] = []
        self.is_closed = False

    def add_event(
        self,
        context: Any,  # noqa: ANN401 - the interpreter's EventHistoryContext
        event_type: str,
        event_details: Mapping[str, Any] | None = None,
        timestamp: datetime.datetime | None = None,  # noqa: ARG002 - the interpreter's signature
        update_source_event_id: bool = True,  # noqa: FBT001, FBT002 - as above
    ) -> int:
        """Note one event, and return its id; the name and parameters are the interpreter's."""
        if self.is_closed or getattr(context, "is_closed", False):
            return len(self.events)
        kind = event_type.value if isinstance(event_type, enum.Enum) else event_type
        if self._is_full and not kind.startswith("Execution"):
            self._when_full()
            return len(self.events)
        number = len(self.events) + 1
        event = {
            "timestamp": datetime_of(self._clock.now),
            "type": kind,
            "id": number,
            "previousEventId": context.source_event_id,
            **_details(event_details),
        }
        self.events.append(event)
        if kind not in _ENDS:  # the execution will say it in its own words
            self._noted(event)
        context.last_published_event_id = number
        if update_source_event_id:
            context.source_event_id = number
        return number

    @property
    def _is_full(self) -> bool:
        return not self._endless and len(self.events) >= self._largest - 1

    def take_back(self) -> Event:
        """The last event, which is the interpreter's word for the end; `end` notes ours."""
        return self.events.pop()

    def reopen(self) -> None:
        """Go on after the end."""
        self.is_closed = False

    def end(self, event_type: str, previous: int, details: Mapping[str, Any]) -> None:
        """Note the last event; what comes later is not told."""
        name = f"{event_type[0].lower()}{event_type[1:]}EventDetails"
        event = {
            "timestamp": datetime_of(self._clock.now),
            "type": event_type,
            "id": len(self.events) + 1,
            "previousEventId": previous,
            name: dict(details),
        }
        self.events.append(event)
        self.is_closed = True
        self._noted(event)


def _details(details: Mapping[str, Any] | None) -> dict[str, Any]:
    """The details of an event without what has no value, which the API leaves out."""
    return {
        name: {key: value for key, value in detail.items() if value is not None}
        for name, detail in (details or {}).items()
    }


def without_data(event: Event) -> Event:
    """An event without inputs and outputs, as GetExecutionHistory shows it where they were not asked for."""
    return {
        name: {key: part for key, part in value.items() if key not in DATA}
        if name.endswith("EventDetails")
        else value
        for name, value in event.items()
    }
