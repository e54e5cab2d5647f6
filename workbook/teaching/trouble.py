"""Why an answer could not be judged to its end: of another form than asked for, or it fails while it runs.

A learner's own error keeps its traceback, cut to their code: of what stands above and below it they wrote
nothing. An error of the examiner's own calls is mostly that something the task names is not there any more.
"""

from __future__ import annotations

import ast
import traceback

from botocore.exceptions import ClientError

from workbook.engine.tasks import Deadlock, Stuck, TaskFailed
from workbook.packaging import PackagingError
from workbook.teaching.answer import FILE, NoEnd, Unanswered
from workbook.teaching.asked import Code
from workbook.teaching.printed import cut
from workbook.teaching.verdict import Trouble


class Troubled(Exception):
    """An answer cannot be judged; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.text)
        self.trouble = trouble


# ---- before it runs


def form_of(source: str | None, asked: Code) -> None:
    """Look whether the source has the functions that are asked for, and something in them.

    Raises:
        Troubled: it has not.
    """
    if source is None:
        raise Troubled(Trouble("form", f"This exercise asks for code: {asked.form}."))
    functions = _functions_in(source)
    for name, signature in zip(asked.names, asked.signatures, strict=True):
        if name not in functions:
            raise Troubled(Trouble("empty", f"There is no function `{name}` yet: write `def {signature}`."))
        if _is_empty(functions[name]):
            raise Troubled(
                Trouble("empty", f"The function `{name}` is still empty. Write its body, then check again.")
            )


def _functions_in(source: str) -> dict[str, ast.FunctionDef]:
    try:
        tree = ast.parse(source, FILE)
    except SyntaxError as error:
        line = (error.text or "").strip()
        place = f"line {error.lineno} of your answer" if error.lineno else "your answer"
        text = f"Python cannot read {place}: {error.msg}."
        raise Troubled(Trouble("syntax", text, line)) from error
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, in some Pythons; deep nesting
        text = f"Python cannot read your answer: {type(error).__name__} {error}."
        raise Troubled(Trouble("syntax", text)) from error
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _is_empty(function: ast.FunctionDef) -> bool:
    """Whether there is nothing in it but `...`, `pass` or text."""
    return all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in function.body
    )


# ---- while it runs


def trouble_of(error: BaseException) -> Trouble | None:
    """What an exception says about the answer; None if it says nothing about it, such as Ctrl-C."""
    if isinstance(error, TaskFailed) and error.__cause__ is not None:
        return trouble_of(error.__cause__)
    if isinstance(error, Troubled):
        return error.trouble
    mine = _cut(error)
    kinds: dict[type[BaseException], tuple[str, str, str]] = {
        Unanswered: ("empty", f"Your answer is not complete: {error}.", ""),
        NoEnd: ("no-end", _without_end(error), ""),
        Stuck: ("busy", _BUSY, mine),
        SystemExit: ("exit", _EXIT, mine),
        PackagingError: ("exception", f"{type(error).__name__}: {error}", mine),
    }
    for kind, told in kinds.items():
        if isinstance(error, kind):
            return Trouble(*told)
    if mine and not isinstance(error, KeyboardInterrupt):
        return Trouble("exception", cut(f"{type(error).__name__}: {error}"), cut(mine))
    return Trouble("check", cut(_unexpected(error))) if isinstance(error, Exception) else None


CLOSED = Trouble(
    "exit", "Your code closed the lab of the check, which has one of its own. Leave `lab.close()` out."
)


_BUSY = (
    "Your code computes without end: for some real seconds it neither finished nor let AWS time pass. "
    "Look for a loop that asks for nothing and waits for nothing."
)


_EXIT = "Your code ended the program (SystemExit). Return from the function instead."


def _without_end(error: BaseException) -> str:
    if not isinstance(error, NoEnd):
        return ""
    return (
        f"`{error.name}` was still at work after {error.seconds / 3600:,.1f} hours of AWS time. "
        "Let its loop end when there is nothing left to do."
    )


def _unexpected(error: BaseException) -> str:
    if isinstance(error, ClientError | Deadlock):
        happened = f"While your system was being used, AWS answered: {error}"
    else:
        happened = f"The check could not go on: {type(error).__name__}: {error}."
    return (
        f"{happened} Is everything there that the task names, under those names, and do your functions "
        "return what it asks for?"
    )


def _cut(error: BaseException) -> str:
    """The traceback without frames that are not the learner's; empty if none is."""
    mine = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    if not mine:
        return ""
    lines = ["Traceback (your code only):\n", *traceback.format_list(mine)]
    if not isinstance(error, Stuck):  # the learner did not raise it, and would not know its name
        lines += traceback.format_exception_only(error)
    return "".join(lines).rstrip()
