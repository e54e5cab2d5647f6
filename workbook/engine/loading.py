"""Does something to a module right after its body has run, whenever that may be.

moto loads a service when it is first asked for, and some take a second. So nothing here may load a module
in order to change it; it has to wait until somebody else does.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Sequence


class LoadHook(importlib.abc.MetaPathFinder):
    """Treats modules of certain names: those that are loaded, and later those that will be."""

    def __init__(self, applies_to: Callable[[str], bool], treat: Callable[[types.ModuleType], None]) -> None:
        """`treat(module)` is called once for each module whose name satisfies `applies_to`."""
        self._applies_to = applies_to
        self._treat = treat

    def install(self) -> None:
        """Treat what is loaded, and be part of the import system from now on."""
        for module in self._loaded():
            self._treat(module)
        sys.meta_path.insert(0, self)

    def _loaded(self) -> list[types.ModuleType]:
        return [
            module
            for name, module in list(sys.modules.items())
            if isinstance(module, types.ModuleType) and self._applies_to(name)
        ]

    def remove(self) -> None:
        """Be no longer part of the import system; what was treated stays so."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of the import system: let the others find a wanted module, and treat it when it is loaded."""
        if not self._applies_to(name):
            return None
        spec = self._found_by_others(name, path, target)
        if spec is None or spec.loader is None:
            return None
        loader, load = spec.loader, spec.loader.exec_module
        before = vars(loader).get("exec_module")

        def load_and_treat(module: types.ModuleType) -> None:
            # The module keeps its loader, which must keep neither this hook nor the lab behind it.
            _restore(loader, before)
            load(module)
            if self in sys.meta_path:
                _bind_to_parent(module)
                self._treat(module)

        loader.exec_module = load_and_treat  # type: ignore[method-assign]  # a loader is made per import
        return spec

    def _found_by_others(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None
    ) -> importlib.machinery.ModuleSpec | None:
        finders = list(sys.meta_path)
        # Another thread may be in the middle of an import when this is removed.
        others = finders[finders.index(self) + 1 :] if self in finders else finders
        for finder in others:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None


def _restore(loader: object, own: object) -> None:
    if own is None:
        del vars(loader)["exec_module"]
    else:
        vars(loader)["exec_module"] = own


def _bind_to_parent(module: types.ModuleType) -> None:
    """What the import system does next anyhow; treatments that import from the same package need it now."""
    parent, _, child = module.__name__.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], child, module)


class _OneModuleHook(LoadHook):
    """Treats the module of one name, which it looks up rather than searches for among thousands."""

    def __init__(self, name: str, treat: Callable[[types.ModuleType], None]) -> None:
        super().__init__(lambda candidate: candidate == name, treat)
        self._name = name

    def _loaded(self) -> list[types.ModuleType]:
        module = sys.modules.get(self._name)
        return [module] if isinstance(module, types.ModuleType) else []


def when_loaded(name: str, treat: Callable[[types.ModuleType], None]) -> LoadHook:
    """Install a hook for the one module called `name`."""
    hook = _OneModuleHook(name, treat)
    hook.install()
    return hook
