"""Judges an answer by what it does: plays each situation in a lab of its own, then looks.

    submission ──> form ──> situation 1, 2, ... in fresh labs ──> properties ──> verdict
                     │ not of the form asked for      │ an exception, no end, no time passes
                     └────────> trouble <─────────────┘

The seeds of the labs come from the exercise and the answer, so no learner has seen them, and the same answer
is always judged alike. A situation that ends in trouble is the last that is played: what comes after could
only say the same in other words.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbook.engine.seeds import Chaos
from workbook.flow.flow import Flow
from workbook.lab import Lab
from workbook.teaching.answer import Answer, LocalAnswer
from workbook.teaching.asked import AnswerError, Code
from workbook.teaching.contract import Exercise, Finding, Property, Run, Situation, Unfit
from workbook.teaching.pictures import Beside, beside_the_reference
from workbook.teaching.printed import Printed
from workbook.teaching.texts import Submission, texts_of
from workbook.teaching.trouble import CLOSED, Troubled, form_of, trouble_of
from workbook.teaching.verdict import Judged, Recognised, Trouble, Verdict

BUSY = 5.0
"""Seconds of processor time that an answer may compute without letting AWS time pass."""


class Stage:
    """Where an answer is judged: in this process, with a learner's own rights, as in practice."""

    real_time_limit = BUSY
    """Of the labs of situations."""

    def open_lab(self, *, seed: int, chaos: Chaos | None) -> Lab:
        """A lab for one situation."""
        return Lab(seed=seed, chaos=chaos)

    @contextlib.contextmanager
    def answering(self, lab: Lab, submission: Submission) -> Iterator[Answer]:
        """The answer, while the situation is played and judged."""
        yield LocalAnswer(lab, source=submission.source, value=submission.value, prelude=submission.prelude)


PRACTICE = Stage()


@dataclass
class Findings:
    """What is found in the course of the situations."""

    by_property: dict[str, tuple[Situation, Finding]] = field(default_factory=dict)
    """The first that is broken, or else the last that held."""
    mistakes: set[str] = field(default_factory=set)
    trouble: Trouble | None = None
    failing: tuple[Situation, Flow] | None = None
    """The first situation in which something was broken, with its flow."""

    def note(self, property_: Property, situation: Situation, finding: Finding) -> None:
        """Keep a finding, unless the property was broken before."""
        before = self.by_property.get(property_.name)
        if before is None or before[1].holds:
            self.by_property[property_.name] = (situation, finding)


def judge(
    exercise: Exercise,
    submission: Submission,
    *,
    seed: int = 0,
    picture: bool = True,
    stage: Stage = PRACTICE,
) -> Verdict:
    """Judge an answer. Opens labs of its own, so none may be open in this process.

    Args:
        exercise: what was asked.
        submission: the answer.
        seed: another number gives other labs; the verdict on a right answer is the same in all of them.
        picture: whether a wrong answer is drawn beside the solution; that takes about as long as judging.
        stage: where the answer's code runs.

    Raises:
        LabError: a lab is open already.
    """
    printed = Printed()
    findings = Findings()
    try:
        checked = _in_form(exercise, submission)
    except (Troubled, AnswerError) as error:
        findings.trouble = error.trouble if isinstance(error, Troubled) else Trouble("form", str(error))
        return _verdict(exercise, findings, printed)
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        for situation in exercise.situations:
            _play(exercise, situation, checked, seed, findings, stage)
            if findings.trouble is not None:
                break
    verdict = _verdict(exercise, findings, printed)
    return verdict if verdict.passed or not picture else _drawn(verdict, exercise, findings, seed, submission)


def _in_form(exercise: Exercise, submission: Submission) -> Submission:
    """The answer, if it is of the form that is asked for."""
    if isinstance(exercise.asks, Code):
        form_of(submission.source, exercise.asks)
        return submission
    return Submission(value=exercise.asks.checked(submission.value))


def _play(
    exercise: Exercise,
    situation: Situation,
    submission: Submission,
    seed: int,
    findings: Findings,
    stage: Stage,
) -> None:
    with stage.open_lab(seed=seed_for(exercise, situation, submission, seed), chaos=situation.chaos) as lab:
        lab.world.kernel.real_time_limit = stage.real_time_limit
        judged = [each for each in exercise.properties if each.judged_in(situation)]
        try:
            with stage.answering(lab, submission) as answer:
                run = Run(lab, situation, answer, _played(situation, lab, answer))
                found = {each.name: each.judge(run) for each in judged}
                findings.mistakes |= {each.name for each in exercise.mistakes if each.recognised(run)}
        except Unfit as error:
            found = {each.name: error.finding for each in judged}
        except BaseException as error:
            findings.trouble = CLOSED if lab.world.kernel.closed else trouble_of(error)
            if findings.trouble is None:
                raise
            return
        for each in judged:
            findings.note(each, situation, found[each.name])
        if findings.failing is None and not all(finding.holds for finding in found.values()):
            findings.failing = (situation, lab.flow())


def _played(situation: Situation, lab: Lab, answer: Answer) -> object:
    """Play the situation; an end of a learner's program that nobody waited for is trouble, too."""
    made = situation.play(lab, answer)
    answer.conclude()
    return made


def seed_for(exercise: Exercise, situation: Situation, submission: Submission, seed: int) -> int:
    """The seed of a lab: another one for each situation and each answer, and always the same for the same."""
    text = "\n".join((exercise.id, situation.name, str(seed), submission.text))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _verdict(exercise: Exercise, findings: Findings, printed: Printed) -> Verdict:
    judged = tuple(_judged(each, findings) for each in exercise.properties)
    passed = findings.trouble is None and all(each.held for each in judged)
    mistake = next((each for each in exercise.mistakes if each.name in findings.mistakes), None)
    return Verdict(
        exercise=exercise.id,
        title=exercise.title,
        passed=passed,
        points=0 if findings.trouble is not None else sum(each.points for each in judged),
        of=exercise.points,
        properties=judged,
        mistake=None if passed or mistake is None else Recognised(mistake.name, mistake.message),
        error=findings.trouble,
        printed=printed.text,
    )


def _judged(property_: Property, findings: Findings) -> Judged:
    situation, finding = findings.by_property.get(property_.name, (None, Finding(holds=False)))
    holds = finding.holds and findings.trouble is None
    return Judged(
        name=property_.name,
        points=property_.points if holds else 0,
        of=property_.points,
        held=holds,
        set_up="" if situation is None else situation.set_up,
        expected=finding.expected,
        happened=finding.happened,
    )


def _drawn(
    verdict: Verdict, exercise: Exercise, findings: Findings, seed: int, submission: Submission
) -> Verdict:
    if findings.failing is None:
        return verdict
    situation, flow = findings.failing
    try:
        solution = texts_of(exercise).solution
    except LookupError:  # an exercise that is being written
        return verdict
    with Lab(seed=seed_for(exercise, situation, submission, seed), chaos=situation.chaos) as lab:
        answer = LocalAnswer(lab, source=solution.source, value=solution.value)
        situation.play(lab, answer)
        drawn: Beside | None = beside_the_reference(flow, lab.flow())
    return verdict if drawn is None else drawn.added_to(verdict)
