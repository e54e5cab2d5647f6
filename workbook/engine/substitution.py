"""Puts look-alikes in the place of real modules and functions, inside chosen modules only.

    import time             ->  the name `time` in that module is a look-alike
    from time import sleep  ->  the name `sleep` in that module is a look-alike

A name is replaced when its value *is* the original object, so it does not matter what the module calls
it. Modules that are loaded later are treated right after their body has run. Undoing puts back every
name that was replaced, in modules loaded before and after.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Sequence

Predicate = Callable[[str], bool]


class Substitution(importlib.abc.MetaPathFinder):
    """Which look-alikes go into which modules, and which names have been replaced so far."""

    def __init__(self) -> None:
        self._rules: list[tuple[Predicate, dict[int, object]]] = []
        self._originals: list[object] = []
        self._replaced: list[tuple[types.ModuleType, str, object]] = []

    def add(self, applies_to: Predicate, pairs: Sequence[tuple[object, object]]) -> None:
        """In modules whose name satisfies `applies_to`, put the second of each pair for the first."""
        self._originals += [original for original, _ in pairs]  # alive, so that an id stays theirs
        self._rules.append((applies_to, {id(original): lookalike for original, lookalike in pairs}))

    def install(self) -> None:
        """Treat all modules that are loaded, and from now on those that will be."""
        for module in list(sys.modules.values()):
            if isinstance(module, types.ModuleType):
                self._treat(module)
        sys.meta_path.insert(0, self)

    def undo(self) -> None:
        """Put every original back and leave the import system as it was."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        while self._replaced:
            module, name, original = self._replaced.pop()
            vars(module)[name] = original

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of the import system: let a wanted module be loaded as usual, then treat it."""
        if not any(applies_to(name) for applies_to, _ in self._rules):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_treat(module: types.ModuleType) -> None:
            load(module)
            if self in sys.meta_path:
                self._treat(module)

        spec.loader.exec_module = load_and_treat  # type: ignore[method-assign]  # a loader is made per import
        return spec

    def _treat(self, module: types.ModuleType) -> None:
        for applies_to, lookalikes in self._rules:
            if not applies_to(module.__name__):
                continue
            for name, value in list(vars(module).items()):
                lookalike = lookalikes.get(id(value))
                if lookalike is not None:
                    self._replaced.append((module, name, value))
                    vars(module)[name] = lookalike
