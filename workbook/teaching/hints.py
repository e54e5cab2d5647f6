"""Hints one at a time, and the solution with its explanation, for whoever asks for them in a cell.

    hint("dlq-1")        the easiest
    hint("dlq-1", 2)     the next one
    solution("dlq-1")    the code, and why it is right

The same stand behind the buttons of a verdict. The texts are those that the authors wrote as markdown.
"""

from __future__ import annotations

from workbook.teaching.asked import Code
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.contract import Exercise
from workbook.teaching.progress import book
from workbook.teaching.texts import texts_of


class Help:
    """A text in markdown; a notebook shows it as such."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def hint(exercise_id: str, number: int = 1) -> Help:
    """A hint on an exercise; the first is the easiest, and gives away the least.

    Args:
        exercise_id: as in the task: "dlq-1".
        number: which one, from 1.

    Raises:
        LookupError: there is no such exercise, or no such hint; the text says how many there are.
    """
    exercise = find_exercise(exercise_id)
    hints = texts_of(exercise).hints
    if not 1 <= number <= len(hints):
        message = (
            f"hint({exercise_id!r}, {number!r}): the hints of {exercise_id} are numbered 1 to {len(hints)}"
        )
        raise LookupError(message)
    book().record_hint(exercise_id, number)
    following = f'hint("{exercise_id}", {number + 1})'
    more = f"Next: `{following}`" if number < len(hints) else f'Then: `solution("{exercise_id}")`'
    return Help(f"**Hint {number} of {len(hints)}.** {hints[number - 1]}\n\n{more}")


def solution(exercise_id: str) -> Help:
    """The solution of an exercise, and why it is right.

    Raises:
        LookupError: there is no such exercise.
    """
    text = solution_text(find_exercise(exercise_id))
    book().record_solution(exercise_id)
    return Help(text)


def solution_text(exercise: Exercise) -> str:
    """The solution and its explanation, as markdown."""
    texts = texts_of(exercise)
    code = texts.solution_code
    if not isinstance(exercise.asks, Code):
        code = f'check("{exercise.id}", {texts.solution.value!r})'
    return f"```python\n{code.strip()}\n```\n\n{texts.explanation}"
