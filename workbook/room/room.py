"""A room as its instructor has it, without a screen: look at it, show something to all, empty it.

What is there was written by others, perhaps half, perhaps in bad faith. A file that cannot be read is named,
and what that learner sent before is shown as long as this object lives; nothing else is kept from one look to
the next, and of that no more than there are learners.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbook.room.exhibits import MOST_BYTES as MOST_BYTES_SHOWN
from workbook.room.exhibits import Exhibit, ExhibitError, exhibit_from, exhibit_of
from workbook.room.marker import open_room
from workbook.room.overview import Arrived, Overview, Patience, overview_of
from workbook.room.sent import MOST_BYTES, MOST_SHARED, Sent, SentError
from workbook.room.transport import Received, RoomError, Transport
from workbook.teaching.catalogue import all_exercises
from workbook.teaching.contract import Exercise

MOST_LEARNERS = 200
"""Of more, the first are shown, and it is said that there are more."""
MOST_PROBLEMS = 10
SHOWN = "shown"


class Room:
    """The instructor's side of a room.

    Args:
        transport: what carries it. The place is made a room, if it is none.
        exercises: those that are shown; all of the workbook if not given.
        patience: from when on somebody counts as stuck.

    Raises:
        RoomError: the place cannot be reached.
    """

    def __init__(
        self,
        transport: Transport,
        exercises: Mapping[str, Exercise] | None = None,
        patience: Patience | None = None,
    ) -> None:
        open_room(transport)
        self.transport = transport
        self.exercises = all_exercises() if exercises is None else exercises
        self.patience = patience or Patience()
        self._readable: dict[str, Sent] = {}

    # ---- looking

    def look(self) -> Overview:
        """How the room stands now.

        Raises:
            RoomError: it cannot be reached.
        """
        keys = [key for key in self.transport.listed() if key.startswith("learner-")]
        problems = []
        if len(keys) > MOST_LEARNERS:
            problems.append(f"There are files of {len(keys):,} learners; {MOST_LEARNERS} are shown.")
        arrived = []
        for key in keys[:MOST_LEARNERS]:
            received = self.transport.get(key, MOST_BYTES)
            if received is None:  # its learner has left meanwhile
                continue
            sent, problem = self._sent(received)
            problems += [problem] if problem else []
            arrived += [Arrived(key, sent, received.age)] if sent else []
        self._readable = {each.key: each.sent for each in arrived}
        return overview_of(arrived, self.exercises, self.patience, _few(problems))

    def _sent(self, received: Received) -> tuple[Sent | None, str]:
        """What a learner sent, or sent before; and what is wrong with it, in words."""
        problem = received.problem
        if not problem:
            try:
                return Sent.read(received.text), ""
            except SentError as error:
                problem = str(error)
        before = self._readable.get(received.key)
        rest = "is left out" if before is None else f"stays as it was ({before.name})"
        return before, f"{received.key}.json {rest}: {problem}."

    def shared(self, learner: str, number: int) -> Exhibit:
        """What a learner shared.

        Args:
            learner: the key of their standing.
            number: that of the shared thing.

        Raises:
            RoomError: it is there no more, or cannot be shown.
        """
        if not 0 <= number < MOST_SHARED:
            message = f"number={number}: shared things are numbered 0 to {MOST_SHARED - 1}"
            raise RoomError(message)
        key = f"{learner.replace('learner', 'share', 1)}-{number}"
        return _exhibit(self.transport.get(key, MOST_BYTES_SHOWN))

    # ---- showing

    def show(self, thing: object, title: str = "", **settings: object) -> Exhibit:
        """Show something to all: a lab, a scenario, the panel of one, a function, a text.

        What a learner shared can be shown as it is.

        Raises:
            RoomError: it is nothing that can be shown, or the room cannot be reached.
            SettingError: a setting of a scenario is unknown, or out of its range.
        """
        exhibit = exhibit_of(thing, title, **settings)
        self.transport.put(SHOWN, exhibit.file())
        return exhibit

    def take_down(self) -> bool:
        """Show nothing any more; whether there was something.

        Raises:
            RoomError: the room cannot be reached.
        """
        return self.transport.remove(SHOWN)

    def empty(self) -> int:
        """Remove all that learners sent, and what is shown; the number of things removed.

        Raises:
            RoomError: something could not be removed.
        """
        return sum(self.transport.remove(key) for key in self.transport.listed() if key != "room")


def what_is_shown(transport: Transport) -> Exhibit | None:
    """What the instructor shows to all; None if nothing.

    Raises:
        RoomError: it cannot be read, or makes no sense.
    """
    received = transport.get(SHOWN, MOST_BYTES_SHOWN)
    return None if received is None else _exhibit(received)


def _exhibit(received: Received | None) -> Exhibit:
    if received is None:
        message = "It is there no more: whoever shared it has taken it back."
        raise RoomError(message)
    if received.problem:
        message = f"{received.key}.json cannot be shown: {received.problem}."
        raise RoomError(message)
    try:
        return exhibit_from(received.text)
    except ExhibitError as error:
        message = f"{received.key}.json cannot be shown: {error}."
        raise RoomError(message) from error


def _few(problems: list[str]) -> list[str]:
    more = len(problems) - MOST_PROBLEMS
    return problems if more <= 0 else [*problems[:MOST_PROBLEMS], f"And {more} more that cannot be read."]
