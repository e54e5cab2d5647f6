"""Puts look-alikes in the place of real modules and functions, inside chosen modules only.

    import time             ->  the name `time` in that module is a look-alike
    from time import sleep  ->  the name `sleep` in that module is a look-alike

A name is replaced when its value *is* the original object, so it does not matter what the module calls
it. Undoing puts back every name that was replaced, in modules loaded before and after.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence

from workbook.engine.loading import LoadHook

Predicate = Callable[[str], bool]


class Substitution:
    """Which look-alikes go into which modules, and which names have been replaced so far."""

    def __init__(self) -> None:
        self._rules: list[tuple[Predicate, dict[int, object]]] = []
        self._originals: list[object] = []
        self._original_of: dict[int, object] = {}
        self._replaced: list[tuple[types.ModuleType, str, object]] = []
        self._hook = LoadHook(self._is_wanted, self._treat)

    def add(self, applies_to: Predicate, pairs: Sequence[tuple[object, object]]) -> None:
        """In modules whose name satisfies `applies_to`, put the second of each pair for the first."""
        self._originals += [original for original, _ in pairs]  # alive, so that an id stays theirs
        self._original_of.update({id(lookalike): original for original, lookalike in pairs})
        self._rules.append((applies_to, {id(original): lookalike for original, lookalike in pairs}))

    def install(self) -> None:
        """Treat all modules that are loaded, and from now on those that will be."""
        self._hook.install()

    def undo(self) -> None:
        """Put every original back and leave the import system as it was."""
        self._hook.remove()
        while self._replaced:
            module, name, original = self._replaced.pop()
            vars(module)[name] = original

    def _is_wanted(self, name: str) -> bool:
        return any(applies_to(name) for applies_to, _ in self._rules)

    def _treat(self, module: types.ModuleType) -> None:
        self._note_lookalikes_of_others(module)
        for applies_to, lookalikes in self._rules:
            if not applies_to(module.__name__):
                continue
            for name, value in list(vars(module).items()):
                lookalike = lookalikes.get(id(value))
                if lookalike is not None:
                    self._replaced.append((module, name, value))
                    vars(module)[name] = lookalike

    def _note_lookalikes_of_others(self, module: types.ModuleType) -> None:
        """A module that imports a name from one that was treated before has got the look-alike already."""
        for name, value in vars(module).items():
            original = self._original_of.get(id(value))
            if original is not None:
                self._replaced.append((module, name, original))
