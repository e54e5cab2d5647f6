"""The standard library as a handler sees it.

A handler shares this process with the notebook, so some modules must not be the process's own: those that
tell the time, draw random numbers, write to the screen, or keep settings (logging). Each execution
environment gets its own of these, made when first imported, in one of two ways:

    look-alike      the real module with a few names replaced: time, datetime, os, sys, importlib, threading,
                    whose locks and events wait in virtual time
    private copy    the real module's code, run once more, so that *its* imports are look-alikes as well:
                    logging writes to the function's log and has its own root logger; random, uuid and
                    secrets draw from the environment's seed; traceback and linecache see the function's
                    files; who waits at an empty queue waits in virtual time

Everything else (json, boto3 ...) is shared, as long as Lambda's Python runtime has it. What it does not
have, such as pandas, cannot be imported: on AWS it would have to be in the zip file.

Not simulated, and refused by name: starting threads and processes, asyncio; `confinement` has what else would
reach the notebook's own process. `/tmp` is the computer's own.
"""

from __future__ import annotations

import _thread
import builtins
import functools
import importlib
import importlib.machinery
import importlib.util
import io
import os
import random
import sys
import types
from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import boto3

from workbook.aws.awslambda.confinement import (
    interpreter_settings,
    no_threads,
    os_functions,
    refused,
    signal_module,
    without_threads,
)
from workbook.aws.awslambda.private_copies import finish
from workbook.engine.lookalikes import (
    copy_of,
    seeded_os_module,
    virtual_datetime_module,
    virtual_time_module,
)
from workbook.engine.threads import virtual_threading_module

if TYPE_CHECKING:
    from workbook.engine.kernel import Kernel

TASK_ROOT = "/var/task"
"""Where Lambda unpacks the zip file."""

_PRIVATE = {
    *("logging", "random", "uuid", "secrets", "traceback", "linecache", "queue"),
    *("contextlib", "dataclasses", "pprint"),  # they look at sys.stdout and at sys.modules
    *("warnings", "_py_warnings"),  # filters of their own, and sys.stderr; the second is of Python 3.14
}
_IN_C = {"_warnings", "_queue"}
"""What such modules have in C: the process's own filters of warnings, and a queue that waits in real time."""
_RUNTIME_OFFERS = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"}
"""What Lambda's Python runtime has besides the standard library: the AWS SDK and what that needs."""
_NOT_SIMULATED = {"asyncio", "multiprocessing", "concurrent", "subprocess"}


class StandardLibrary:
    """The modules that one execution environment does not share with the process."""

    def __init__(
        self,
        *,
        kernel: Kernel,
        stream: random.Random,
        environment: Mapping[str, str],
        output: io.TextIOBase,
        import_module: Callable[..., types.ModuleType],
        namespace: dict[str, object],
        source_files: Mapping[str, bytes],
        loaded: dict[str, types.ModuleType],
        set_up_logging: Callable[[types.ModuleType], None] | None = None,
    ) -> None:
        """Draw from `stream`, print to `output`.

        `namespace` is `__builtins__` of the handler's modules, of which those that are `loaded` stand in
        `sys.modules`, too. `set_up_logging` gets the environment's own `logging` when somebody first asks
        for it: to run that module anew takes longer than all else that an environment begins with.
        """
        self._stream = stream
        self._environment = ProcessEnvironment(environment)
        self._output = output
        self._namespace = namespace
        self._sources = {f"{TASK_ROOT}/{path}": content for path, content in source_files.items()}
        self._loaded = loaded
        self._set_up_logging = set_up_logging
        self._made = _ModulesMade(self._find_own)
        self._recipes: dict[str, Callable[[], types.ModuleType]] = {
            **_own_sdk(environment),
            "time": lambda: _with_plain_functions(virtual_time_module(kernel.clock, kernel.sleep)),
            "datetime": lambda: virtual_datetime_module(kernel.clock),
            "os": self._make_os,
            "sys": self._make_sys,
            "importlib": lambda: copy_of(importlib, import_module=import_module),
            "threading": lambda: without_threads(virtual_threading_module(kernel)),
            "_thread": lambda: copy_of(_thread, **no_threads()),
            "signal": signal_module,
            "atexit": lambda: _module("atexit", register=_forget, unregister=_forget),
            "builtins": lambda: _module("builtins", **namespace),
            "__main__": lambda: types.ModuleType("__main__"),
        }

    def find(self, name: str) -> types.ModuleType | None:
        """The environment's own module of that name, or None when the process's own will do.

        Raises:
            ModuleNotFoundError: Lambda's runtime does not have it.
            ImportError: it is not simulated in handlers.
        """
        top = name.partition(".")[0]
        if name in self._made:
            return self._made[name]
        if name in self._recipes:
            module = self._made[name] = self._recipes[name]()
            return module
        if top in _PRIVATE:
            return self._make_private_copy(name)
        if name == "os.path":
            return None
        if name in _IN_C:
            raise ImportError("the copies above do without", name=name)
        _refuse(top)
        return None

    def _find_own(self, name: str) -> types.ModuleType | None:
        is_own = name in self._recipes or name.partition(".")[0] in _PRIVATE
        return self.find(name) if is_own and name in sys.modules else None

    @property
    def stdout(self) -> io.TextIOBase:
        """Where `print` writes: the log, unless the handler has put something else into `sys.stdout`."""
        return self._made["sys"].stdout if "sys" in self._made else self._output

    def _make_private_copy(self, name: str) -> types.ModuleType:
        parent, _, last = name.rpartition(".")
        package = self.find(parent) if parent else None
        spec, code = _found(name)
        module = importlib.util.module_from_spec(spec)
        vars(module)["__builtins__"] = self._namespace
        self._made[name] = module
        exec(code, vars(module))  # noqa: S102 - a module of the standard library, as the import system runs it
        finish(module, self._stream, self._sources)
        if name == "logging" and self._set_up_logging is not None:
            self._set_up_logging(module)
        if package is not None:
            setattr(package, last, module)
        return module

    def _make_os(self) -> types.ModuleType:
        environ = self._environment
        return seeded_os_module(
            self._stream,
            **os_functions(),
            environ=environ,
            environb={},
            getenv=environ.get,
            putenv=environ.__setitem__,
            unsetenv=environ.__delitem__,
            getcwd=lambda: TASK_ROOT,
            _exit=_exit,
            abort=_exit,
            register_at_fork=_forget,
        )

    def _make_sys(self) -> types.ModuleType:
        runtime = self._environment.get("AWS_EXECUTION_ENV", "python3").removeprefix("AWS_Lambda_")
        return copy_of(
            sys,
            **interpreter_settings(),
            executable=f"/var/lang/bin/{runtime}",
            stdout=self._output,
            stderr=self._output,
            __stdout__=self._output,
            __stderr__=self._output,
            stdin=io.StringIO(),
            argv=["/var/runtime/bootstrap.py"],
            warnoptions=[],
            path=[TASK_ROOT, "/opt/python", "/var/runtime"],
            modules=ChainMap(self._loaded, self._made, sys.modules),
        )


class _ModulesMade(dict[str, types.ModuleType]):
    """The modules that an environment has got of its own so far, by name.

    Who looks one up in `sys.modules` that only the process has loaded yet gets the environment's own, too.
    """

    def __init__(self, find: Callable[[str], types.ModuleType | None]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, name: str) -> types.ModuleType:
        module = self._find(name)
        if module is None:
            raise KeyError(name)
        return module


class ProcessEnvironment(dict[str, str]):
    """`os.environ` of an execution environment: a mapping of text to text, as the real one insists."""

    def __setitem__(self, name: str, value: str) -> None:
        for part in (name, value):
            if not isinstance(part, str):
                raise TypeError(f"str expected, not {type(part).__name__}")
        super().__setitem__(name, value)

    def copy(self) -> dict[str, str]:
        """A plain dict, as `os.environ.copy()` gives."""
        return dict(self)


def _refuse(top: str) -> None:
    if top in _NOT_SIMULATED:
        message = (
            f"'{top}' works on AWS, but this workbook does not simulate it inside handlers and workers: "
            "do one thing after the other"
        )
        raise ImportError(message, name=top)
    if top not in sys.stdlib_module_names and top not in _RUNTIME_OFFERS:
        raise ModuleNotFoundError(f"No module named '{top}'", name=top)


class _PlainFunction:
    """A function that stays as it is when a class gets it as an attribute, as functions written in C do.

    Lambda code likes to say `logging.Formatter.converter = time.gmtime`.
    """

    __slots__ = ("_function",)

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function

    def __call__(self, *arguments: object, **options: object) -> object:
        return self._function(*arguments, **options)


def _with_plain_functions(module: types.ModuleType) -> types.ModuleType:
    for name in ("time", "gmtime", "localtime"):
        setattr(module, name, _PlainFunction(getattr(module, name)))
    return module


def _own_sdk(environment: Mapping[str, str]) -> dict[str, Callable[[], types.ModuleType]]:
    """A boto3 of the function's account and Region, where those are not the lab's."""
    same = all(
        os.environ.get(name) == environment[name] for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID")
    )
    return {} if same else {"boto3": lambda: _boto3_for(environment)}


def _boto3_for(environment: Mapping[str, str]) -> types.ModuleType:
    def make_session(**options: Any) -> boto3.session.Session:  # noqa: ANN401 - as boto3.session.Session
        own = {
            "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
            "region_name": environment["AWS_REGION"],
        }
        return boto3.session.Session(**{**own, **options})

    session = make_session()
    return copy_of(boto3, client=session.client, resource=session.resource, Session=make_session)


def _module(name: str, **names: object) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(names)
    return module


def _forget(*_arguments: object, **_options: object) -> None:
    """Stands in for registering something that would outlive the environment."""


def _exit(status: int = 1) -> None:
    """`os._exit` in a handler ends the execution environment, not the notebook."""
    raise SystemExit(status)


@functools.cache
def _found(name: str) -> tuple[importlib.machinery.ModuleSpec, types.CodeType]:
    """Where a module stands, and its code: read once, since each of hundreds of environments runs it anew."""
    spec = importlib.util.find_spec(name)
    loader: Any = None if spec is None else spec.loader
    if spec is None or loader is None:
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)
    return spec, loader.get_code(name)


def own_builtins(stdout: Callable[[], io.TextIOBase], **replaced: object) -> dict[str, object]:
    """The `__builtins__` of a handler's modules: `print` goes to `stdout()`, and names are `replaced`."""

    def print_to_log(*values: object, file: Any = None, **options: Any) -> None:  # noqa: ANN401 - as print
        print(*values, file=stdout() if file is None else file, **options)

    def read_nothing(_prompt: object = "") -> str:
        raise EOFError("EOF when reading a line")

    return {
        **vars(builtins),
        "print": print_to_log,
        "input": read_nothing,
        "breakpoint": refused("breakpoint"),
        **replaced,
    }


def real_path(path: str) -> str:
    """Where a file of the process's Python would be in Lambda, so that stack traces show no host paths."""
    python = f"/var/lang/lib/python{sys.version_info.major}.{sys.version_info.minor}"
    slashed = path.replace("\\", "/")
    if "/site-packages/" in slashed:
        return f"{python}/site-packages/{slashed.rpartition('/site-packages/')[2]}"
    library = os.path.dirname(os.__file__).replace("\\", "/")  # noqa: PTH120 - os.__file__ is a string
    return f"{python}{slashed.removeprefix(library)}" if slashed.startswith(library) else slashed
