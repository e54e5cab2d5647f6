"""From code in a notebook to the zip file that is deployed, to Lambda or to the instances of a group.

    a function     its own source, and nothing of the notebook around it
    source text    becomes index.py
    a folder       all of its files

A real Lambda function knows nothing of the notebook in which it was written. So a name that a function
takes from outside is an error here, at the line where it is written, and not a surprise in a log later.

The same code gives the same bytes on every computer (files in order, one fixed date, no compression,
since compressors differ), so that CodeSha256 can stand in a committed notebook.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import io
import re
import symtable
import textwrap
import types
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip file can hold."""
_MODULE = "index"
_NOT_DEPLOYED = {"__pycache__", ".ipynb_checkpoints", ".git", ".DS_Store"}


class PackagingError(ValueError):
    """The code cannot be deployed as it is; the text says what to change."""


@dataclass(frozen=True)
class Destination:
    """Where code is to run, in the words of errors about it."""

    whole: str
    """What the code becomes there."""
    caller: str
    """Who calls it."""
    signature: str
    """How it is called."""
    usual_names: tuple[str, ...]
    """How the function is called that a module should have."""


LAMBDA = Destination(
    "A Lambda function", "Lambda", "def handler(event, context): ...", ("handler", "lambda_handler")
)
INSTANCE = Destination("An instance's program", "an instance", "def program(instance): ...", ("program",))


@dataclass(frozen=True)
class DeploymentPackage:
    """What `CreateFunction` needs to know: `Code={"ZipFile": zip_bytes}` and `Handler=handler`."""

    zip_bytes: bytes
    handler: str


def package(
    code: Callable[..., object] | str | Path,
    *,
    handler: str | None = None,
    name: str = "handler",
    destination: Destination = LAMBDA,
) -> DeploymentPackage:
    """Turn `code` into a deployment package.

    Args:
        code: a Python function; or the text of a module; or the path of a folder.
        handler: Lambda's name of the handler, "module.function". Found out where there is only one choice.
        name: what to call the code in errors.
        destination: where it is to run.

    Raises:
        PackagingError: the code cannot be deployed; the text says why and what to change.
    """
    if handler is not None and (not isinstance(handler, str) or "." not in handler):
        message = (
            f"{name}: Handler={handler!r}: Lambda names a handler 'module.function', e.g. 'index.handler'"
        )
        raise PackagingError(message)
    if isinstance(code, str) and not code.strip():
        message = f"{name}: the source is empty; write `{destination.signature}` in it"
        raise PackagingError(message)
    if isinstance(code, Path) or (isinstance(code, str) and _names_a_folder(code)):
        return _package_folder(Path(code), handler, destination)
    if isinstance(code, str):
        return _package_text(code, handler, destination)
    if callable(code):
        return _package_function(code, handler, destination)
    message = f"{name}: {code!r} is not code; pass a function, the text of a module, or the path of a folder"
    raise PackagingError(message)


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """A zip file of `files` (path with "/" to contents), the same bytes on every computer."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EARLIEST)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return buffer.getvalue()


# ---- a folder


_CODE = re.compile(r"[\n=(#]|\b(def|import|class|lambda) ")
"""What one line of Python has and the path of a folder has not."""


def _names_a_folder(text: str) -> bool:
    if len(text) >= 4096 or "\n" in text:
        return False
    return _CODE.search(text) is None or Path(text).is_dir()


def _package_folder(folder: Path, handler: str | None, destination: Destination) -> DeploymentPackage:
    if not folder.is_dir():
        message = f"there is no folder {str(folder)!r}; pass the path of a folder, or the text of a module"
        raise PackagingError(message)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files_in(folder)}
    if handler is None:
        candidates = [module for module in (_MODULE, "lambda_function") if f"{module}.py" in files]
        if not candidates:
            message = f"the folder {str(folder)!r} has no index.py; say Handler='module.function'"
            raise PackagingError(message)
        source = files[f"{candidates[0]}.py"].decode(errors="replace")  # AWS says what is wrong with it
        handler = f"{candidates[0]}.{_only_handler(source, destination)}"
    return DeploymentPackage(zip_of(files), handler)


def _files_in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not _NOT_DEPLOYED.intersection(parts) and path.suffix != ".pyc":
            yield path


# ---- source text


def _package_text(source: str, handler: str | None, destination: Destination) -> DeploymentPackage:
    source = textwrap.dedent(source).strip("\n") + "\n"
    if handler is None:
        handler = f"{_MODULE}.{_only_handler(source, destination)}"
    return DeploymentPackage(
        zip_of({f"{handler.rpartition('.')[0].replace('.', '/')}.py": source.encode()}), handler
    )


def _only_handler(source: str, destination: Destination) -> str:
    """The function in `source` that is the handler. Source that does not compile is Lambda's to report."""
    try:
        module = _module_table(source)
    except (SyntaxError, ValueError):
        return destination.usual_names[0]
    functions = [table.get_name() for table in module.get_children() if _is_function(table)]
    functions = [name for name in functions if name != "lambda"]  # the name of a lambda expression's table
    for name in destination.usual_names:
        if name in functions or _is_assigned(module, name):
            return name
    if len(functions) == 1:
        return functions[0]
    message = (
        f"which function is the handler: {', '.join(functions) or 'there is none'}? "
        f"Call it {destination.usual_names[0]}: `{destination.signature}`{_or_say_handler(destination)}"
    )
    raise PackagingError(message)


def _or_say_handler(destination: Destination) -> str:
    return ", or say Handler='index.name_of_the_function'" if destination is LAMBDA else ""


def _is_assigned(module: symtable.SymbolTable, name: str) -> bool:
    return any(symbol.get_name() == name and symbol.is_assigned() for symbol in module.get_symbols())


def _module_table(source: str) -> symtable.SymbolTable:
    return symtable.symtable(source, f"{_MODULE}.py", "exec")


def _is_function(table: symtable.SymbolTable) -> bool:
    return table.get_type() == "function"


# ---- a function


def _package_function(
    function: Callable[..., object], handler: str | None, destination: Destination
) -> DeploymentPackage:
    plain = _plain_function(function, destination)
    source = _source_of(plain)
    foreign = foreign_names(source)
    if foreign:
        raise PackagingError(_explain_foreign_names(plain, foreign, destination))
    module = handler.rpartition(".")[0] if handler else _MODULE
    return DeploymentPackage(zip_of({f"{module}.py": source.encode()}), f"{module}.{plain.__name__}")


def _plain_function(function: Callable[..., object], destination: Destination) -> types.FunctionType:
    if not isinstance(function, types.FunctionType):
        message = f"{function!r} is not a plain function; write `{destination.signature}`"
        raise PackagingError(message)
    if function.__name__ == "<lambda>":
        message = (
            f"a lambda expression has no name that {destination.caller} could call; "
            f"write `{destination.signature}`"
        )
        raise PackagingError(message)
    if inspect.iscoroutinefunction(function):
        message = f"{function.__name__} is async; {_runtime(destination)} calls plain functions: use `def`"
        raise PackagingError(message)
    return function


def _runtime(destination: Destination) -> str:
    return "Lambda's Python runtime" if destination is LAMBDA else destination.caller


def _source_of(function: types.FunctionType) -> str:
    """The function's source, without its indentation where that changes no text of several lines in it."""
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError) as error:
        message = (
            f"the source of {function.__name__} cannot be found ({error}); "
            "pass the text of a module instead of the function"
        )
        raise PackagingError(message) from error
    if not source[0].isspace():
        return source
    as_it_is, to_the_left = f"if True:\n{source}", textwrap.dedent(source)
    return to_the_left if _statements(to_the_left) == _statements(as_it_is) else as_it_is


def _statements(source: str) -> str | None:
    """What `source` says, without "if True:" around it; None when it is no Python."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    inner = body[0].body if isinstance(body[0], ast.If) else body
    return "".join(ast.dump(statement) for statement in inner)


def foreign_names(source: str) -> list[str]:
    """The names that `source` uses but neither it nor Python defines, in alphabetical order."""
    module = _module_table(source)
    own = {
        symbol.get_name() for symbol in module.get_symbols() if symbol.is_assigned() or symbol.is_imported()
    }
    used = {name for table in _all_tables(module) for name in _names_from_outside(table)}
    return sorted(used - own - set(dir(builtins)) - {"__name__", "__file__"})


def _all_tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _all_tables(child)


def _names_from_outside(table: symtable.SymbolTable) -> Iterable[str]:
    is_module = table.get_type() == "module"
    return (
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (is_module or symbol.is_global())
    )


def _explain_foreign_names(function: types.FunctionType, names: list[str], destination: Destination) -> str:
    before = _names_in_head(_source_of(function))
    fixes = [_fix_for(name, function, in_head=name in before) for name in names]
    return (
        f"{function.__name__} uses {', '.join(repr(name) for name in names)} from outside of itself. "
        f"{destination.whole} is deployed alone, without the notebook around it. " + " ".join(fixes)
    )


def _names_in_head(source: str) -> set[str]:
    """The names that are needed before the function runs: decorators, defaults, annotations."""
    module = _module_table(source)
    inside = (
        name
        for table in module.get_children()
        for each in _all_tables(table)
        for name in _names_from_outside(each)
    )
    return set(_names_from_outside(module)) - set(inside)


def _fix_for(name: str, function: types.FunctionType, *, in_head: bool) -> str:
    if in_head:
        return (
            f"{name} is needed before {function.__name__} runs, as decorator, default or annotation: "
            "leave it out there, or pass the text of a whole module."
        )
    value = _value_of(name, function)
    if isinstance(value, types.ModuleType):
        renamed = "" if value.__name__ == name else f" as {name}"
        return f"Put `import {value.__name__}{renamed}` inside {function.__name__}."
    if isinstance(value, str | int | float | bool):
        return f"Pass {name} as an environment variable, or write it inside {function.__name__}."
    module = getattr(value, "__module__", None)
    if callable(value) and isinstance(module, str) and module != "__main__":
        return f"Put `from {module} import {name}` inside {function.__name__}."
    return f"Define {name} inside {function.__name__}."


def _value_of(name: str, function: types.FunctionType) -> object:
    enclosed = inspect.getclosurevars(function).nonlocals
    return enclosed.get(name, function.__globals__.get(name))
