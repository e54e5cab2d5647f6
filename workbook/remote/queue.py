"""What lies in a queue of a lab that is somewhere else, asked for at the moment one looks."""

from __future__ import annotations

from workbook.aws.sqs.message import Counts, Snapshot, State
from workbook.remote.connection import Connection, Refused


class FetchedQueue:
    """What a view of a queue asks of it, answered by the server.

    Raises:
        LookupError: there is no such queue; the text lists those there are.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self.name = name
        self._connection = connection
        try:
            self.contents()
        except Refused as error:
            raise LookupError(str(error)) from None

    @property
    def closed(self) -> bool:
        """Whether it was deleted since."""
        try:
            self.contents()
        except Refused:
            return True
        return False

    def contents(self) -> list[Snapshot]:
        """Every message in it, in order."""
        answer = self._connection.get("/queue", name=self.name)
        return [Snapshot(**{**message, "state": State(message["state"])}) for message in answer["messages"]]

    def counts(self) -> Counts:
        """How many messages are visible, in flight and delayed."""
        states = [message.state for message in self.contents()]
        return Counts(states.count(State.VISIBLE), states.count(State.IN_FLIGHT), states.count(State.DELAYED))
