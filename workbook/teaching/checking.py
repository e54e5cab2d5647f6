"""`check("dlq-1")` and `@exercise("dlq-1")`: what a learner calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from workbook.teaching import told
from workbook.teaching.asked import AnswerError, Code
from workbook.teaching.banner import VerdictView
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.contract import Exercise
from workbook.teaching.examiner import ExaminerLost, waiting
from workbook.teaching.gathering import notebook_names, source_from
from workbook.teaching.progress import book
from workbook.teaching.verdict import Judged, Trouble, Verdict

Function = TypeVar("Function", bound=Callable[..., Any])
_NOTHING = object()


def _get_ready() -> None:
    """In a notebook, start the first examiner while its reader reads."""
    from IPython import get_ipython

    if get_ipython() is not None:
        waiting.prepare()


_get_ready()


def check(exercise_id: str, answer: object = _NOTHING) -> VerdictView:
    """Check an answer by what it does, and say what was found.

    Args:
        exercise_id: as in the task: "dlq-1".
        answer: settings, an order or a name, where the exercise asks for that. Where it asks for code, the
            functions are taken from the notebook, as they are now.

    Raises:
        LookupError: there is no such exercise.
    """
    exercise = find_exercise(exercise_id)
    return VerdictView(_verdict(exercise, answer, depth=1))


def exercise(exercise_id: str) -> Callable[[Function], Function]:
    """Check a function each time its cell is run: `@exercise("dlq-1")` on the line before `def`.

    Raises:
        LookupError: there is no such exercise.
    """
    asked = find_exercise(exercise_id)

    def checked(function: Function) -> Function:
        from IPython.display import display

        names = {**notebook_names(1), function.__name__: function}
        display(VerdictView(verdict_on(asked, lambda: _from_notebook(asked, names))))  # type: ignore[no-untyped-call]
        return function

    return checked


def _verdict(exercise: Exercise, answer: object, *, depth: int) -> Verdict:
    if answer is not _NOTHING and not callable(answer):
        return verdict_on(exercise, lambda: {"value": answer})
    names = notebook_names(depth + 1)
    if callable(answer) and isinstance(exercise.asks, Code):
        names = {**names, exercise.asks.names[0]: answer}
    return verdict_on(exercise, lambda: _from_notebook(exercise, names))


def _from_notebook(exercise: Exercise, names: Any) -> dict[str, Any]:  # noqa: ANN401 - a notebook's names
    if not isinstance(exercise.asks, Code):
        message = f"give your answer, too: check({exercise.id!r}, ...), with {exercise.asks.form}"
        raise AnswerError(message)
    return {"source": source_from(exercise.asks.names, names)}


def verdict_on(exercise: Exercise, submission: Callable[[], dict[str, Any]]) -> Verdict:
    """The verdict of another process on an answer.

    Args:
        exercise: what was asked.
        submission: gives `source` or `value`, as the examiner wants it; an AnswerError that it raises becomes
            part of the verdict.
    """
    try:
        request = {"exercise": exercise.id, **submission()}
        verdict = Verdict.from_json(waiting.ask(request))
    except AnswerError as error:
        verdict = _not_judged(exercise, Trouble("form", str(error)))
    except ExaminerLost as error:
        verdict = _not_judged(exercise, Trouble(*_lost(error)))
    book().record_check(verdict.as_json())
    told.tell(verdict)
    return verdict


def _lost(error: ExaminerLost) -> tuple[str, str]:
    if error.late:
        return "busy", "Your code did not come to an end, and could not be stopped but by ending its process."
    return "exit", "Your code ended the process it was judged in. Return from the function instead."


def _not_judged(exercise: Exercise, trouble: Trouble) -> Verdict:
    properties = tuple(Judged(each.name, 0, each.points, held=False) for each in exercise.properties)
    name, title, points = exercise.id, exercise.title, exercise.points
    return Verdict(name, title, passed=False, points=0, of=points, properties=properties, error=trouble)
