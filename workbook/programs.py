"""Programs of a learner's own that run beside the cell: consumers and producers on virtual time.

On AWS a consumer is a process on some machine, and several of them run at the same time. Threads would be
the nearest thing in a notebook, but those sleep in real time. So a program is a task of the lab's kernel, and
runs as a *copy* of the function that was passed: one whose module tells AWS time. Copied, too, are the
functions beside it, since they may sleep as well. Everything else (boto3, lists, clients) is shared.

What is isolated in a Lambda function is not isolated here: a program is the learner's own process.
"""

from __future__ import annotations

import builtins
import datetime
import functools
import inspect
import time
import types
from collections.abc import Callable, Mapping
from typing import Any

from workbook.engine.kernel import Kernel
from workbook.engine.lookalikes import virtual_datetime_module, virtual_time_module
from workbook.engine.world import World

_ALWAYS = 1 << 62
"""Microseconds: a program that never asks for messages is a producer, and at work until it ends."""


def start_program(
    world: World, name: str, function: Callable[..., object], arguments: tuple[Any, ...]
) -> None:
    """Let `function(*arguments)` begin at this instant, on a task of its own.

    Raises:
        TypeError: it is no plain function.
    """
    program = in_aws_time(_plain_function(function), world.kernel)

    def run() -> None:
        with world.trace.acting(name):
            world.kernel.expose(functools.partial(program, *arguments))

    with world.trace.from_nothing():
        world.kernel.spawn(run, name=name, endless=True, starting=_ALWAYS)


def in_aws_time(function: types.FunctionType, kernel: Kernel) -> types.FunctionType:
    """A copy of `function` for which `time` and `datetime` are those of the lab, however it imports them."""
    modules: dict[str, types.ModuleType] = {
        "time": virtual_time_module(kernel.clock, kernel.sleep),
        "datetime": virtual_datetime_module(kernel.clock),
    }
    namespace = dict(function.__globals__)
    namespace.update({name: _virtual(value, modules) for name, value in namespace.items()})
    namespace["__builtins__"] = {**vars(builtins), "__import__": _import_of(modules)}
    for name, value in function.__globals__.items():
        if isinstance(value, types.FunctionType) and value.__globals__ is function.__globals__:
            namespace[name] = _copy(value, namespace)
    return _copy(function, namespace)


def _plain_function(function: object) -> types.FunctionType:
    if not isinstance(function, types.FunctionType):
        message = f"program {function!r}: pass a function, and its arguments after it: cook, orders"
        raise TypeError(message)
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        message = f"program {function.__name__}: a program is a plain function: write `def`, without yield"
        raise TypeError(message)
    return function


def _virtual(value: object, modules: Mapping[str, types.ModuleType]) -> object:
    """What stands for `value` in AWS time: `import time`, `from time import sleep` and the like."""
    if value is time or value is datetime:
        return modules[value.__name__]
    for real, name in ((time, "time"), (datetime, "datetime")):
        called = getattr(value, "__name__", None)
        if isinstance(called, str) and value is vars(real).get(called):
            return getattr(modules[name], called)
    return value


def _import_of(modules: Mapping[str, types.ModuleType]) -> Callable[..., object]:
    def import_in_aws_time(name: str, *details: object) -> object:
        return modules[name] if name in modules else builtins.__import__(name, *details)  # type: ignore[arg-type]

    return import_in_aws_time


def _copy(function: types.FunctionType, namespace: dict[str, Any]) -> types.FunctionType:
    copy = types.FunctionType(
        function.__code__, namespace, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__qualname__ = function.__qualname__
    return copy
