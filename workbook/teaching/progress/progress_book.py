"""The learner's records, as checks, hints and quiz note them down and as pages show them.

Noting something down never stops the learner: if the file cannot be used, that is said once as a warning, and
the verdict is shown all the same.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workbook.teaching.progress.records import ExerciseRecord, QuestionRecord, RecordError, Records
from workbook.teaching.progress.store import ProgressError, ProgressWarning, Store

_NOT_ANSWERED = frozenset({"empty", "form"})


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


class ProgressBook:
    """What a learner did.

    Args:
        store: the file; without one nothing is kept.
        today: tells the day, as "2026-11-28".
    """

    def __init__(self, store: Store | None, today: Callable[[], str] = _today) -> None:
        self.store = store
        self._today = today

    # ---- noting down

    def record_check(self, verdict: Mapping[str, Any]) -> None:
        """Note what became of an answer.

        Args:
            verdict: as JSON. One that says that nothing was answered, or nothing that was asked for, is no
                check.
        """
        if (verdict["error"] or {}).get("kind") not in _NOT_ANSWERED:
            self._note_exercise(verdict["exercise"], lambda record: self._checked(record, verdict))

    def _checked(self, record: ExerciseRecord, verdict: Mapping[str, Any]) -> ExerciseRecord:
        passed = bool(verdict["passed"])
        return dataclasses.replace(
            record,
            checks=record.checks + 1,
            passed=record.passed or passed,
            passed_on=record.passed_on or (self._today() if passed else ""),
            best=max(record.best, int(verdict["points"])),
            of=int(verdict["of"]),
        )

    def record_hint(self, exercise_id: str, number: int) -> None:
        """Note that a hint was shown.

        Args:
            exercise_id: "dlq-1".
            number: which one, from 1.
        """
        self._note_exercise(
            exercise_id, lambda record: dataclasses.replace(record, hints=max(record.hints, number))
        )

    def record_solution(self, exercise_id: str) -> None:
        """Note that the solution was shown; afterwards, one may look at it freely."""
        self._note_exercise(
            exercise_id,
            lambda record: record if record.passed else dataclasses.replace(record, solution_shown=True),
        )

    def record_answer(
        self,
        question_id: str,
        right: bool,  # noqa: FBT001 - "record_answer(id, True, ...)" is what a quiz says
        topic: str,
        card: Mapping[str, Any] | None = None,
    ) -> None:
        """Note an answer in the quiz.

        Args:
            question_id: the question.
            right: whether the answer was.
            topic: what it was about, like "sqs".
            card: plain JSON that the scheduler of repetitions wants back from `question(...).card`.
        """

        def answered(record: QuestionRecord) -> QuestionRecord:
            return QuestionRecord(
                topic=topic,
                right=record.right + right,
                wrong=record.wrong + (not right),
                last_right=right,
                card=record.card if card is None else dict(card),
            )

        self._note(
            lambda records: dataclasses.replace(
                records, questions=_with(records.questions, question_id, answered, QuestionRecord())
            )
        )

    def _note_exercise(self, name: str, change: Callable[[ExerciseRecord], ExerciseRecord]) -> None:
        self._note(
            lambda records: dataclasses.replace(
                records, exercises=_with(records.exercises, name, change, ExerciseRecord())
            )
        )

    def _note(self, change: Callable[[Records], Records]) -> None:
        if self.store is None:
            return
        try:
            self.store.change(change)
        except ProgressError as error:
            message = f"Your progress is not noted down: {error}"
            warnings.warn(message, ProgressWarning, stacklevel=4)

    # ---- looking

    @property
    def is_kept(self) -> bool:
        """Whether anything is noted down at all."""
        return self.store is not None

    def records(self) -> Records:
        """All that is known.

        Raises:
            ProgressError: the file cannot be used.
        """
        return Records() if self.store is None else self.store.read()

    def exercise(self, exercise_id: str) -> ExerciseRecord:
        """What became of an exercise; an empty record if nothing yet."""
        return self.records().exercises.get(exercise_id, ExerciseRecord())

    def question(self, question_id: str) -> QuestionRecord:
        """How a question was answered; an empty record if never."""
        return self.records().questions.get(question_id, QuestionRecord())

    def questions(self) -> Mapping[str, QuestionRecord]:
        """All questions that were answered, by id."""
        return self.records().questions

    # ---- changing on purpose

    def reset(self, exercise_id: str) -> bool:
        """Forget what became of one exercise; whether there was anything to forget.

        Raises:
            ProgressError: the file cannot be used.
        """
        if self.store is None or exercise_id not in self.records().exercises:
            return False
        self.store.change(
            lambda records: dataclasses.replace(
                records, exercises={k: v for k, v in records.exercises.items() if k != exercise_id}
            )
        )
        return True

    def export_to(self, path: Path) -> None:
        """Write all records into another file.

        Raises:
            ProgressError: there is a file of that name already, or it cannot be written.
        """
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                json.dump(self.records().as_json(), file, indent=1, sort_keys=True, ensure_ascii=False)
                file.write("\n")
        except FileExistsError as error:
            message = f"{path} exists already and is left as it is; give another name"
            raise ProgressError(message) from error
        except OSError as error:
            message = f"{path} cannot be written: {error}"
            raise ProgressError(message) from error

    def import_from(self, path: Path) -> Records:
        """Add what another file knows, as one that `export_to` made; nothing that is known here is lost.

        Returns:
            What is known now.

        Raises:
            ProgressError: the file cannot be read, or is no file of progress; nothing has changed then.
        """
        try:
            other = Records.from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            reason = str(error) if isinstance(error, RecordError | OSError) else f"it is no JSON ({error})"
            message = f"{path} cannot be imported: {reason}"
            raise ProgressError(message) from error
        if self.store is None:
            message = "WORKBOOK_PROGRESS is off, so there is nowhere to import to"
            raise ProgressError(message)
        return self.store.change(lambda records: records.merged_with(other))


def _with(
    records: Mapping[str, Any], name: str, change: Callable[[Any], Any], empty: object
) -> dict[str, Any]:
    return {**records, name: change(records.get(name, empty))}
