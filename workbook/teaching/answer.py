"""A learner's answer, at work in a fresh lab.

An answer comes from another process as plain JSON: the source of functions, or a value. The source is run
again for each situation, so that nothing is left over from the one before. Functions are called as tasks of
the lab's kernel: `time.sleep` in them takes AWS time, one that goes on for ever in AWS time is ended, and one
that never lets any time pass is stopped after some real seconds.
"""

from __future__ import annotations

import functools
import linecache
import sys
import types
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.engine.clock import SECOND
from workbook.programs import in_aws_time

if TYPE_CHECKING:
    from workbook.lab import Lab

FILE = "<your answer>"
"""The name of the file in which the learner's functions seem to stand; tracebacks are cut to it."""
PRELUDE = "<the cells before the task>"
"""The name of the file in which imports and helpers of the exercise's notebook seem to stand."""
LONGEST_CALL = 14 * 24 * 3600
"""Seconds of AWS time that one call may take, where the examiner says nothing else."""


class NoEnd(Exception):
    """A learner's function went on for too long in AWS time; `seconds` says how long."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(f"{name} was still at work after {seconds:,.0f} s of AWS time")
        self.name = name
        self.seconds = seconds


class Unanswered(Exception):
    """A function that the task asks for is missing, or its body is still empty."""


class Answer:
    """The functions of an answer by name, or its value: what exercises see of it, wherever its code runs."""

    def __init__(self, lab: Lab, value: object) -> None:
        self._lab = lab
        self.value = value
        self.fallen: BaseException | None = None
        """What ended a program that was started, be it as loud as an exception or as silent as an exit."""
        self.settings: Mapping[str, Any] = value if isinstance(value, Mapping) else {}

    @property
    def order(self) -> list[str]:
        """What was arranged, where the exercise asks for an order."""
        return [str(name) for name in self.value] if isinstance(self.value, list) else []

    @property
    def marked(self) -> str:
        """What was marked, where the exercise asks for a resource."""
        return str(self.value)

    def call(self, name: str, *arguments: object, limit: float = LONGEST_CALL) -> Any:  # noqa: ANN401 - the learner's
        """Call a function of the learner's and wait for what it returns.

        Args:
            name: the function.
            arguments: what it is called with.
            limit: seconds of AWS time that it may take.

        Raises:
            Unanswered: there is no function of that name.
            NoEnd: it takes longer.
            Exception: whatever it raises.
        """
        raise NotImplementedError

    def start(self, name: str, *arguments: object, called: str = "") -> None:
        """Let a function of the learner's run beside the examiner, as a program: a consumer, a producer.

        Args:
            name: the function.
            arguments: what it is called with.
            called: what the trace calls the program; the function's name if not given.

        Raises:
            Unanswered: there is no function of that name.
        """
        raise NotImplementedError

    def function(self, name: str) -> Callable[..., Any] | str:
        """A function of the learner's as it is, for `lab.function` and the like.

        Raises:
            Unanswered: there is none of that name.
        """
        raise NotImplementedError

    def conclude(self) -> None:
        """The situation is over; raises what ended a program that nobody waited for."""
        if self.fallen is not None:
            raise self.fallen

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """`answer.build(lab)` is `answer.call("build", lab)`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return functools.partial(self.call, name)

    def _within(self, limit: float, name: str, function: Callable[[], object]) -> Any:  # noqa: ANN401
        """Have it done on a task of its own, for `limit` seconds of AWS time at most."""
        kernel = self._lab.world.kernel
        with kernel:
            task = kernel.spawn(function, name=name)
            task.joined = True
            end = kernel.clock.now + int(limit * SECOND)
            timer = kernel.at(
                end, kernel.throw, task, NoEnd(name, limit), name="end of patience", daemon=True
            )
            try:
                kernel.join(task)
            finally:
                timer.cancel()
        if task.error is not None:
            raise task.error
        return task.result


class LocalAnswer(Answer):
    """The functions of an answer by name, or its value, in this process.

    Args:
        lab: the lab of the situation.
        source: the text of the functions and of what they use; None for an answer that is a value.
        value: what was chosen, arranged or marked.
        prelude: the notebook's imports and helpers, run before `source` where that came without them.
    """

    def __init__(
        self, lab: Lab, *, source: str | None = None, value: object = None, prelude: str = ""
    ) -> None:
        super().__init__(lab, value)
        self._functions = {} if source is None else _defined_by(prelude, source, lab)

    def call(self, name: str, *arguments: object, limit: float = LONGEST_CALL) -> Any:  # noqa: ANN401 - the learner's
        """As `Answer.call`."""
        function = self._function(name)
        kernel = self._lab.world.kernel
        return self._within(limit, name, functools.partial(kernel.expose, function, *arguments))

    def start(self, name: str, *arguments: object, called: str = "") -> None:
        """As `Answer.start`."""
        function = self._function(name)

        def program(*given: object) -> None:
            try:
                function(*given)
            except BaseException as error:
                self.fallen = self.fallen or error
                raise

        self._lab.program(called or name, program, *arguments)

    def function(self, name: str) -> Callable[..., Any]:
        """As `Answer.function`."""
        return self._function(name, as_written=True)

    def _function(self, name: str, *, as_written: bool = False) -> types.FunctionType:
        function = self._functions.get(name)
        if not isinstance(function, types.FunctionType):
            message = f"there is no function {name}"
            raise Unanswered(message)
        if as_written:
            return function
        return in_aws_time(function, self._lab.world.kernel)


def _defined_by(prelude: str, source: str, lab: Lab) -> dict[str, Any]:
    """What the learner's source defines, after the prelude; each has its own line numbers."""
    module = types.ModuleType("__main__")
    module.__dict__.update(lab=lab, __file__=FILE)
    main = sys.modules["__main__"]
    sys.modules["__main__"] = module  # where `inspect` looks for the file of what a cell defines
    try:
        for text, file in ((prelude, PRELUDE), (source, FILE)):
            _run(text, file, module)
    finally:
        sys.modules["__main__"] = main
    return module.__dict__


def _run(text: str, file: str, module: types.ModuleType) -> None:
    """Run it so that `inspect.getsource` finds its functions, since handlers are deployed by their source."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), module.__dict__)  # noqa: S102 - to run the learner's code is what this is for
