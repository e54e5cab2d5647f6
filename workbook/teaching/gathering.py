"""Takes an answer out of a notebook: the source of functions, and of what they use there.

    build ──uses──> boto3            `import boto3`
      ├────uses──> queue_arn         its source, and what that uses
      ├────uses──> SHOP = "bakery"   `SHOP = 'bakery'`
      └────uses──> sqs (a client)    `sqs = boto3.client("sqs")`, made again in the examiner's lab

Each function is taken as it is *now* in the notebook's memory, in whatever order cells were run. What cannot
be carried over, such as an open file or the URL that a lab of the learner's gave, is named with the way out.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.client import BaseClient

from workbook.lab import Lab
from workbook.packaging import foreign_names
from workbook.teaching.asked import AnswerError

_PLAIN = (str, int, float, bool, type(None))


def source_from(names: tuple[str, ...], namespace: Mapping[str, Any]) -> str:
    """The source of these functions and of all that they use.

    Args:
        names: the functions; one that is missing is left out, for the check to say so.
        namespace: the notebook's names.

    Raises:
        AnswerError: something that they use cannot be carried over; the text says what to do.
    """
    gathered: dict[str, str] = {}
    for name in names:
        if name in namespace:
            _gather(name, namespace[name], namespace, gathered, user=name)
    return "\n\n".join(gathered.values()) + "\n"


def _gather(
    name: str, value: object, namespace: Mapping[str, Any], gathered: dict[str, str], *, user: str
) -> None:
    if name in gathered:
        return
    if not _is_of_the_notebook(value, namespace):
        gathered[name] = _line_for(name, value, user)
        return
    own_name: str = getattr(value, "__name__", name)
    if own_name != name:
        _gather_by_its_name(name, own_name, value, namespace, gathered, user)
        return
    source = _source_of(name, value)
    gathered[name] = ""  # so that functions which call each other come to an end
    for used in foreign_names(source):
        if used in namespace and not used.startswith("__"):
            _gather(used, namespace[used], namespace, gathered, user=name)
    del gathered[name]  # what it uses stands before it, as defaults and decorators need
    gathered[name] = source


def _gather_by_its_name(
    name: str,
    own_name: str,
    value: object,
    namespace: Mapping[str, Any],
    gathered: dict[str, str],
    user: str,
) -> None:
    """A function or class that goes by a second name, too: `bake_later = bake`."""
    if namespace.get(own_name) is not value:
        message = (
            f"{user} uses {name!r}, which is {own_name} as it was before it was defined again, and cannot be "
            f"taken to the lab of the check. Define it by `def {name}(...)`."
        )
        raise AnswerError(message)
    _gather(own_name, value, namespace, gathered, user=user)
    gathered[name] = f"{name} = {own_name}"


def _is_of_the_notebook(value: object, namespace: Mapping[str, Any]) -> bool:
    if isinstance(value, types.FunctionType):
        return value.__globals__.get("__name__") == namespace.get("__name__")
    return isinstance(value, type) and value.__module__ == namespace.get("__name__")


def _source_of(name: str, value: Any) -> str:  # noqa: ANN401 - a function or a class
    try:
        source = textwrap.dedent(inspect.getsource(value))
    except (OSError, TypeError) as error:
        message = f"the source of {name} cannot be found ({error}); run the cell that defines it again"
        raise AnswerError(message) from error
    return _without_checking(source)


def _without_checking(source: str) -> str:
    """The source without `@exercise("...")`, which would check again where it is judged."""
    node = ast.parse(source).body[0]
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return source
    lines = source.splitlines()
    for decorator in reversed(node.decorator_list):
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("exercise"):
            del lines[decorator.lineno - 1 : decorator.end_lineno]
    return "\n".join(lines)


def _line_for(name: str, value: object, user: str) -> str:
    """The line that makes `value` again where the answer is judged."""
    if isinstance(value, Lab):
        return "" if name == "lab" else f"{name} = lab"
    if isinstance(value, types.ModuleType):
        return _import_of(value.__name__, name)
    if isinstance(value, BaseClient):
        return f'import boto3\n{name} = boto3.client("{value.meta.service_model.service_name}")'
    if _is_plain(value):
        return f"{name} = {value!r}"
    module, called = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    if isinstance(module, str) and module != "__main__" and called.isidentifier():
        return f"from {module} import {called}" + ("" if called == name else f" as {name}")
    message = (
        f"{user} uses {name!r}, which is {_kind_of(value)} of your notebook and cannot be taken to the lab "
        f"of the check. Make it inside of {user}."
    )
    raise AnswerError(message)


def _import_of(module: str, name: str) -> str:
    return f"import {module}" if module == name else f"import {module} as {name}"


def _is_plain(value: object) -> bool:
    """Whether its `repr` is Python that makes it again."""
    if isinstance(value, dict):
        return all(_is_plain(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple | set):
        return bool(value or not isinstance(value, set)) and all(map(_is_plain, value))
    return type(value) in _PLAIN


def _kind_of(value: object) -> str:
    return f"an object ({type(value).__name__})"


def notebook_names(depth: int) -> Mapping[str, Any]:
    """The names of the notebook, or of the program `depth` calls above this one.

    Raises:
        RuntimeError: there is no such caller.
    """
    for namespace in _namespaces(depth):
        return namespace
    message = "check() finds no notebook and no program that called it"
    raise RuntimeError(message)


def _namespaces(depth: int) -> Iterator[Mapping[str, Any]]:
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        yield shell.user_ns
    frame = inspect.currentframe()
    for _ in range(depth + 2):
        frame = frame.f_back if frame is not None else None
    if frame is not None:
        yield frame.f_globals
