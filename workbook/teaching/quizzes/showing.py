"""Runs an evidence in a lab of its own, and gives what it shows as plain JSON.

There is one AWS in a process, and the learner may have one open. So the examiner's process does it, unless
the caller is one that has none, such as a test.
"""

from __future__ import annotations

import importlib
import zlib
from typing import Any

from workbook.lab import Lab
from workbook.scenarios.framework.shown_code import code_of
from workbook.teaching.quizzes.question import Question
from workbook.teaching.quizzes.reading import QuestionError
from workbook.teaching.quizzes.shown import Shown

_EVIDENCE = "workbook.teaching.quizzes.evidence"


def evidence_of(question: Question) -> Any:  # noqa: ANN401 - a function of a lab
    """The function that proves the key of the question.

    Raises:
        QuestionError: there is no such function; the text says where it is looked for.
    """
    name = question.evidence
    try:
        function = getattr(importlib.import_module(f"{_EVIDENCE}.{question.file}"), name)
    except (ModuleNotFoundError, AttributeError) as error:
        message = f"question {question.id}: there is no function {name!r} in evidence/{question.file}.py"
        raise QuestionError(message) from error
    return function


def seed_of(question: Question) -> int:
    """The seed of the lab in which its evidence runs: always the same."""
    return zlib.crc32(question.id.encode())


def show(question: Question, *, draw: bool = True) -> dict[str, Any]:
    """Run the evidence in a fresh lab of this process.

    Args:
        question: one that has an evidence.
        draw: whether its picture is drawn, which takes longer than most evidence.

    Returns:
        answer, says, each (option to text), picture (HTML, or nothing) and code: plain JSON.

    Raises:
        QuestionError: it has no such evidence, or that did nothing in its lab, and so shows nothing.
        LabError: this process has a lab open.
    """
    function = evidence_of(question)
    with Lab(seed=seed_of(question)) as lab:
        shown: Shown = function(lab)
        if not len(lab.trace):
            message = f"question {question.id}: its evidence did nothing in the lab, so it shows nothing"
            raise QuestionError(message)
        picture = shown.picture.html() if draw and shown.picture is not None else None
    return {
        "answer": shown.answer,
        "says": shown.says,
        "each": dict(shown.each),
        "picture": picture,
        "code": code_shown(question),
    }


def code_shown(question: Question) -> str:
    """The evidence as a cell: its function, what that uses, and the call. Runs in a notebook with a `lab`."""
    function = evidence_of(question)
    call = f"lab.reset()  # begin with nothing, at nine o'clock\n{question.evidence}(lab)"
    return f"{code_of(function)}\n\n\n{call}"
