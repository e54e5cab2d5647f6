"""What a learner's own computer remembers of a room: which one, as whom, and what was sent.

Two notebooks are two processes, and both may check answers. So what is sent is kept here, in a file of the
learner's own under a lock of this computer, and the room gets a copy of it. A second lock is for the sending
itself, which may take long on a network disk: while one notebook sends, another can still note something.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbook.room.sent import Sent, SentError
from workbook.room.transport import RoomError
from workbook.teaching.progress.place import progress_file

VERSION = 1
PATIENCE = 10.0
"""Real seconds to wait for another notebook that writes here; it needs a few milliseconds."""


@dataclass(frozen=True)
class Membership:
    """A learner in a room."""

    folder: str
    learner: str
    """Sixteen random letters, by which the room tells two people called Ada apart."""
    sent: Sent
    left: bool = False
    """Whether they left, and something that was sent could not be removed yet."""

    @classmethod
    def new(cls, folder: str, name: str) -> Membership:
        """Somebody who has just joined, of whom nothing is known."""
        return cls(folder, secrets.token_hex(8), Sent(name))

    @property
    def key(self) -> str:
        """Under which the room has what they send."""
        return f"learner-{self.learner}"

    def share_key(self, number: int) -> str:
        """Under which the room has one thing that they shared."""
        return f"share-{self.learner}-{number}"

    def as_json(self) -> dict[str, Any]:
        """As it stands in the diary."""
        parts = {"folder": self.folder, "learner": self.learner, "left": self.left}
        return {"version": VERSION, **parts, "sent": self.sent.as_json()}

    @classmethod
    def from_json(cls, value: Any) -> Membership:  # noqa: ANN401 - what JSON gives
        """What `as_json` made this of.

        Raises:
            ValueError, TypeError, KeyError: it is something else.
        """
        if value["version"] != VERSION or len(bytes.fromhex(value["learner"])) != 8:
            message = f"version {value['version']!r} of the diary"
            raise ValueError(message)
        sent = Sent.from_json(value["sent"])
        return cls(str(value["folder"]), value["learner"], sent, left=bool(value["left"]))


Change = Callable[[Membership | None], Membership | None]


class Diary:
    """The membership of whoever sits at this computer.

    Args:
        path: the file; without one, it is kept in this process and forgotten with it.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._kept: Membership | None = None
        self._locks = {"lock": threading.Lock(), "sending": threading.Lock()}

    def read(self) -> Membership | None:
        """Where the learner is; None if in no room."""
        if self.path is None:
            return self._kept
        try:
            return Membership.from_json(json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError, SentError):
            return None  # nothing there, or nothing that one could go on with

    def change(self, change: Change) -> Membership | None:
        """Replace what is kept by what `change` makes of it; None removes it.

        Raises:
            RoomError: the file cannot be used; nothing has changed then.
        """
        with self._locked("lock"):
            changed = change(self.read())
            self._keep(changed)
            return changed

    def sending(self) -> contextlib.AbstractContextManager[None]:
        """While inside, no other notebook sends.

        Raises:
            RoomError: another one sends, and does not come to an end.
        """
        return self._locked("sending")

    @contextlib.contextmanager
    def _locked(self, ending: str) -> Iterator[None]:
        import filelock  # noqa: PLC0415 - only for those who join

        if self.path is None:
            with self._locks[ending]:
                yield
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(f"{self.path}.{ending}", timeout=PATIENCE):
                yield
        except filelock.Timeout as error:
            message = f"{self.path} is in use by another notebook. If there is none: remove {error.lock_file}"
            raise RoomError(message) from error
        except OSError as error:
            message = f"{self.path} cannot be used: {error}. WORKBOOK_PROGRESS can name a file elsewhere."
            raise RoomError(message) from error

    def _keep(self, membership: Membership | None) -> None:
        if self.path is None:
            self._kept = membership
        elif membership is None:
            self.path.unlink(missing_ok=True)
        else:
            new = self.path.with_name(f"{self.path.name}.new")
            new.write_text(json.dumps(membership.as_json(), ensure_ascii=False), encoding="utf-8")
            new.replace(self.path)


def own_diary() -> Diary:
    """The diary beside the file of progress; in this process only, where no progress is kept."""
    progress = progress_file()
    return Diary(None if progress is None else progress.with_name(f"{progress.stem}-room.json"))


def renamed(membership: Membership, name: str) -> Membership:
    """The same person under another name."""
    return replace(membership, sent=replace(membership.sent, name=name))
