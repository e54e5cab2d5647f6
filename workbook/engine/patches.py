"""Every change to somebody else's module goes through here, so that all of them can be undone.

Undoing is done backwards: when two patches replaced the same name, the first original comes back.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

_ABSENT = object()


class Patches:
    """Replaced attributes and items, with what stood there before."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def set(self, owner: object, name: str, value: object) -> object:
        """Replace the attribute `name` of a module, class or object; returns what it replaced.

        Raises:
            AttributeError: there is no such attribute. A patch of something that the pinned version of
                moto or botocore no longer has must fail loudly, not be silently without effect.
        """
        original = getattr(owner, name)
        own = vars(owner).get(name, _ABSENT)

        def undo() -> None:
            if own is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, own)

        setattr(owner, name, value)
        self._undo.append(undo)
        return original

    def set_item(self, mapping: MutableMapping[str, Any], key: str, value: object) -> None:
        """Replace, or add, one entry of a mapping such as `os.environ`."""
        original = mapping.get(key, _ABSENT)

        def undo() -> None:
            if original is _ABSENT:
                mapping.pop(key, None)
            else:
                mapping[key] = original

        mapping[key] = value
        self._undo.append(undo)

    def remove_item(self, mapping: MutableMapping[str, object], key: str) -> None:
        """Take one entry out of a mapping; harmless when it is not there."""
        if key in mapping:
            original = mapping.pop(key)
            self._undo.append(lambda: mapping.__setitem__(key, original))

    def on_undo(self, action: Callable[[], None]) -> None:
        """Let `action` be one of the things that `undo_all` does."""
        self._undo.append(action)

    def undo_all(self) -> None:
        """Put everything back, last change first.

        Raises:
            BaseExceptionGroup: some could not be put back; all others have been.
        """
        problems: list[BaseException] = []
        while self._undo:
            try:
                self._undo.pop()()
            except BaseException as problem:  # noqa: BLE001 - one that fails must not keep the others in place
                problems.append(problem)
        if problems:
            raise BaseExceptionGroup("not everything could be put back", problems)
