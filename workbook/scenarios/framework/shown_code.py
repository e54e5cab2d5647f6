"""The code of a scenario as one cell: the very functions that it runs, and the calls with their values.

Nothing is written twice. What `build` and `trigger` use of their module is looked up in its source, and shown
in the order in which it stands there, with the imports that it needs.
"""

from __future__ import annotations

import ast
import inspect
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class _Module:
    """A scenario's module, read as text: its statements by the names that they bind."""

    source: str
    statements: list[ast.stmt]

    @classmethod
    def of(cls, function: Callable[..., object]) -> _Module:
        source = inspect.getsource(sys.modules[function.__module__])
        return cls(source, ast.parse(source).body)

    def text(self, statement: ast.stmt) -> str:
        lines = self.source.splitlines()
        return "\n".join(lines[statement.lineno - 1 : statement.end_lineno])


def cell_of(
    build: Callable[..., object],
    trigger: Callable[..., object],
    settings: Mapping[str, object],
    *,
    limit: int,
    afterwards: int = 0,
) -> str:
    """The text of a cell that does what `build` and `trigger` do with these settings, in an open `lab`.

    At most `limit` seconds of AWS time pass in it, and `afterwards` more.
    """
    calls = [
        "lab.reset()  # begin with nothing, at nine o'clock",
        f"system = {_call(build, ['lab'], settings)}",
        _call(trigger, ["lab", "system"], settings),
        f"lab.run_until_idle(limit={limit})",
        *([f"lab.advance({afterwards})"] if afterwards else []),
        "lab.flow()",
    ]
    return "\n\n\n".join([code_of(build, trigger), "\n".join(calls)])


def code_of(*functions: Callable[..., object]) -> str:
    """The functions of one module, with what they use of it: imports, constants, other functions."""
    module = _Module.of(functions[0])
    wanted = _closure(module, {_name(function) for function in functions})
    imports = [module.text(each) for each in wanted if isinstance(each, ast.Import | ast.ImportFrom)]
    constants = [module.text(each) for each in wanted if isinstance(each, ast.Assign | ast.AnnAssign)]
    shown = [module.text(each) for each in wanted if isinstance(each, ast.FunctionDef)]
    head = "\n\n".join(filter(None, ["\n".join(imports), "\n".join(constants)]))
    return "\n\n\n".join(filter(None, [head, *shown]))


def arguments_for(function: Callable[..., object], settings: Mapping[str, object]) -> dict[str, object]:
    """Those settings that `function` has parameters for."""
    parameters = inspect.signature(function).parameters
    return {name: value for name, value in settings.items() if name in parameters}


def _name(function: Callable[..., object]) -> str:
    assert isinstance(function, types.FunctionType)  # noqa: S101 - scenarios are made of plain functions
    return function.__name__


def _call(function: Callable[..., object], first: list[str], settings: Mapping[str, object]) -> str:
    given = [f"{name}={value!r}" for name, value in arguments_for(function, settings).items()]
    line = f"{_name(function)}({', '.join([*first, *given])})"
    if len(line) <= 80:
        return line
    inner = "\n".join(f"    {part}," for part in [", ".join(first), *given])
    return f"{_name(function)}(\n{inner}\n)"


def _closure(module: _Module, names: set[str]) -> list[ast.stmt]:
    """The statements that bind `names`, and those that these use in their turn, in the module's order."""
    by_name = {name: each for each in module.statements for name in _bound(each)}
    chosen: set[str] = set()
    open_names = set(names)
    while open_names:
        name = open_names.pop()
        if name in by_name and name not in chosen:
            chosen.add(name)
            open_names |= _used(by_name[name])
    return [each for each in module.statements if not chosen.isdisjoint(_bound(each))]


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
    elif isinstance(statement, ast.Import):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in statement.names)


def _used(statement: ast.stmt) -> set[str]:
    """The names that a statement takes from around it: all that it reads and does not bind itself."""
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}
    return {node.id for node in names} - own
