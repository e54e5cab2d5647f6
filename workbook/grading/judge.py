"""Judges one submission: its notebooks in, a result for each task out.

    notebooks ──run in the learner's process──> answers ──judged in labs here──> verdicts ──> results
                                                            │ situations of the package: all is said
                                                            └ hidden situations: only whether it held

The situations of exercises are public, and what becomes of them is said in full. Hidden ones are judged by
themselves: of them a learner hears which property did not hold, and nothing of what was done or seen.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from typing import TYPE_CHECKING

from workbook.grading.handing_in import HandedIn, hand_in
from workbook.grading.hidden import hidden_situations
from workbook.grading.results import GRADED, PropertyResult, TaskResult, missing
from workbook.grading.stage import GradedStage
from workbook.teaching.asked import Code
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.judge import judge
from workbook.teaching.verdict import Judged, Trouble, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbook.confinement import Level
    from workbook.grading.request import GradingRequest
    from workbook.teaching.contract import Exercise
    from workbook.teaching.texts import Submission

_HIDDEN = "In a situation that is not shown, it was not so: {name}."
_HIDDEN_TROUBLE = "In a situation that is not shown, your code did not come to its end ({kind})."
_PANEL = "What is chosen in a panel is not kept in the file. Write it into a cell, "


def grade_notebook(request: GradingRequest, *, level: Level | None = None) -> tuple[TaskResult, ...]:
    """Judge a submission; opens labs, so none may be open in this process.

    Args:
        request: the notebooks, and the exercises to look for.
        level: of confinement; the highest that this machine has, if not given.

    Raises:
        NotStarted: no learner's process could be started; this is no fault of the submission.
        LookupError: there is no exercise of an id that is asked for.
    """
    exercises = [find_exercise(each) for each in request.exercises]
    stage = GradedStage(level, request.wall_seconds)
    try:
        handed_in = hand_in(stage, request.notebooks, exercises)
        judges = [_TaskJudge(request, stage, handed_in, each) for each in exercises]
        for each in judges:
            each.judge_what_is_shown()
        # What is hidden comes last: an answer that has seen it could tell of it in the next task's feedback.
        for each in judges:
            each.judge_what_is_hidden()
        return tuple(each.result() for each in judges)
    finally:
        stage.leave()


class _TaskJudge:
    """Judges one task of a submission."""

    def __init__(
        self, request: GradingRequest, stage: GradedStage, handed_in: HandedIn, exercise: Exercise
    ) -> None:
        self._request = request
        self._stage = stage
        self._handed_in = handed_in
        self._exercise = exercise
        self._tampering = list(handed_in.tampering)
        self._verdicts: list[Verdict] = []
        """On what is shown; and on what is hidden, if there is something."""

    def judge_what_is_shown(self) -> None:
        """Judge the situations of the package, or say why there is nothing to judge."""
        answer, trouble = self._answer, self._trouble_before()
        if trouble is not None:
            self._verdicts.append(self._not_judged(trouble))
        elif answer is not None:
            self._verdicts.append(self._verdict(self._exercise, answer, picture=self._request.pictures))

    def judge_what_is_hidden(self) -> None:
        """Judge the hidden situations, if there are some."""
        answer = self._answer
        hidden = hidden_situations(self._request.hidden, self._exercise)
        if answer is None or not hidden or self._trouble_before() is not None:
            return
        properties = tuple(each for each in self._exercise.properties if any(map(each.judged_in, hidden)))
        exercise = dataclasses.replace(self._exercise, situations=hidden, properties=properties)
        self._verdicts.append(self._verdict(exercise, answer, picture=False))

    def result(self) -> TaskResult:
        """What became of it."""
        if not self._verdicts:
            exercise = self._exercise
            return missing(exercise.id, exercise.title, exercise.points, self._why_missing())
        return self._result(self._verdicts)

    @property
    def _answer(self) -> Submission | None:
        return self._handed_in.answers.get(self._exercise.id)

    def _trouble_before(self) -> Trouble | None:
        """Why what was handed in cannot even be tried."""
        problem = self._handed_in.problems.get(self._exercise.id)
        failure = self._handed_in.failures.get(self._exercise.id)
        if problem is not None:
            return Trouble("form", problem)
        if self._answer is None and failure is not None:
            return Trouble("exception", f"The cell of this task did not run to its end: {failure}")
        return None

    def _why_missing(self) -> str:
        exercise = self._exercise
        asked = f"check({exercise.id!r}, ...)" if not isinstance(exercise.asks, Code) else exercise.asks.form
        said = " ".join((f"No answer was handed in: there is no {asked}.", *self._handed_in.notes))
        return said if isinstance(exercise.asks, Code) else f"{said} {_PANEL}check({exercise.id!r}, ...)."

    def _verdict(self, exercise: Exercise, answer: Submission, *, picture: bool) -> Verdict:
        self._stage.begin_task()
        verdict = judge(exercise, answer, seed=self._seed, picture=picture, stage=self._stage)
        if not self._stage.tampering:
            return verdict
        self._tampering += self._stage.tampering
        return self._not_judged(Trouble("exit", "Your code took the place of the library that runs it."))

    @property
    def _seed(self) -> int:
        text = f"{self._exercise.id}/hidden seed".encode()
        return int.from_bytes(hmac.digest(self._request.secret.encode(), text, hashlib.sha256)[:6])

    def _not_judged(self, trouble: Trouble) -> Verdict:
        exercise = self._exercise
        judged = tuple(Judged(each.name, 0, each.points, held=False) for each in exercise.properties)
        name, title, of = exercise.id, exercise.title, exercise.points
        return Verdict(name, title, passed=False, points=0, of=of, properties=judged, error=trouble)

    def _result(self, verdicts: list[Verdict]) -> TaskResult:
        shown, *hidden = verdicts
        properties = tuple(_property(each, hidden) for each in shown.properties)
        mistake = next((verdict.mistake.id for verdict in verdicts if verdict.mistake), None)
        trouble = next((verdict.error.kind for verdict in verdicts if verdict.error), None)
        return TaskResult(
            exercise=shown.exercise,
            title=shown.title,
            state=GRADED,
            of=shown.of,
            points=sum(each.points for each in properties),
            properties=properties,
            mistake=mistake,
            feedback=tuple(_feedback(shown, hidden, self._handed_in.notes)),
            trouble=trouble,
            tampering=tuple(self._tampering),
            picture=shown.picture,
        )


def _property(shown: Judged, hidden: list[Verdict]) -> PropertyResult:
    """A property, which held if it held wherever it was judged; after trouble none does."""
    elsewhere = [each for verdict in hidden for each in verdict.properties if each.name == shown.name]
    held = shown.held and all(each.held for each in elsewhere) and not any(each.error for each in hidden)
    return PropertyResult(shown.name, shown.of if held else 0, shown.of, held=held)


def _feedback(shown: Verdict, hidden: list[Verdict], notes: list[str]) -> Iterator[str]:
    if shown.error is not None:
        yield " ".join(filter(None, (shown.error.text, shown.error.traceback)))
        yield from notes
    for each in shown.properties:
        if not each.held and each.happened:
            yield " ".join((f"Not so: {each.name}.", each.set_up, each.expected, each.happened))
    for verdict in hidden:
        yield from _feedback_on_hidden(verdict, shown)
    for verdict in (shown, *hidden):
        if verdict.mistake is not None:
            yield verdict.mistake.message
            return


def _feedback_on_hidden(verdict: Verdict, shown: Verdict) -> Iterator[str]:
    if verdict.error is not None:
        yield _HIDDEN_TROUBLE.format(kind=verdict.error.kind)
        return
    seen = {each.name for each in shown.properties if each.held}
    for each in verdict.properties:
        if not each.held and each.name in seen:
            yield _HIDDEN.format(name=each.name)
