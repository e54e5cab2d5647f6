"""What must be true of an exercise before anybody gets it, found by having it judged.

    the placeholder    runs, and is judged wrong
    the solution       is judged right, whatever the seed of the lab
    each mistake       is judged wrong, and recognised as itself

Each function yields what it finds, one line for one problem, so a sound exercise yields nothing. The examiner
is called in this process: what it costs is the labs, and nothing is started for it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from workbook.teaching.contract import Exercise, Finding, Property, Run, held, problems_of
from workbook.teaching.judge import judge
from workbook.teaching.texts import Submission, Texts, texts_of
from workbook.teaching.verdict import Verdict

TOPICS = (
    "sqs",
    "lambda",
    "sns",
    "eventbridge",
    "scheduler",
    "pipes",
    "step-functions",
    "cloudwatch",
    "s3",
    "choosing",
)
FEWEST_HINTS = 2
ENOUGH_ALIKE = 3
"""Seeds after which runs of a situation that are all alike are taken to be alike for every seed."""
_MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An id of AWS's in a name: of a subscription, of an event source mapping, of an execution."""
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


def form_problems(exercise: Exercise, lessons: Path) -> Iterator[str]:
    """What is wrong with how an exercise is written down.

    Args:
        exercise: the exercise.
        lessons: the folder in which its lesson stands.
    """
    yield from problems_of(exercise)
    if not _ID.fullmatch(exercise.id):
        yield f"the id {exercise.id!r} is no word in small letters with a number behind a hyphen: 'dlq-1'"
    if exercise.topic not in TOPICS:
        yield f"the topic {exercise.topic!r} is none of {', '.join(TOPICS)}"
    if not (lessons / f"{exercise.lesson}.ipynb").is_file():
        yield f"there is no lesson {exercise.lesson} in {lessons.name}"
    yield from _text_problems(exercise, texts_of(exercise))


def _text_problems(exercise: Exercise, texts: Texts) -> Iterator[str]:
    if len(texts.hints) < FEWEST_HINTS:
        yield f"it has {len(texts.hints)} hints; {FEWEST_HINTS} at least, the easiest first"
    if not texts.explanation.strip():
        yield "its solution is not explained"
    if f"level {exercise.level}" not in texts.task.lower():
        yield f"the task does not say that it is of level {exercise.level}"
    known, shown = {mistake.name for mistake in exercise.mistakes}, set(texts.mistakes)
    yield from (f"no cell makes the mistake {name!r}" for name in sorted(known - shown))
    yield from (f"nothing recognises the mistake {name!r}" for name in sorted(shown - known))


def placeholder_problems(exercise: Exercise) -> Iterator[str]:
    """Whether a learner who has written nothing yet is told so."""
    verdict = _judged(exercise, texts_of(exercise).placeholder)
    if verdict.passed:
        yield "the placeholder is judged right"
    if verdict.error is not None and verdict.error.kind in {"exception", "syntax"}:
        yield f"the placeholder does not run: {verdict.error.text}"


def solution_problems(exercise: Exercise, seeds: Iterable[int]) -> Iterator[str]:
    """Whether the solution is judged right in labs of these seeds.

    Where no chaos is asked for in a situation, and its first runs differ in nothing but ids, chance decides
    nothing else there, and other seeds would only give other ids: it is not played again. Each situation has
    a lab and a seed of its own, so what happens in one does not depend on which others are played.
    """
    watched, runs = _watched(exercise)
    solution = texts_of(exercise).solution
    for tried, seed in enumerate(seeds, start=1):
        verdict = _judged(watched, solution, seed)
        if not verdict.passed:
            yield f"with seed {seed} the solution is judged wrong: {_why(verdict)}"
        if tried == ENOUGH_ALIKE:
            watched = _where_chance_decides(watched, runs)
            if not watched.situations:
                return


def _where_chance_decides(exercise: Exercise, runs: dict[str, list[str]]) -> Exercise:
    """The exercise with those situations alone that other seeds may make another story of."""
    situations = tuple(
        each
        for each in exercise.situations
        if each.chaos is not None or not _are_alike(runs.get(each.name, []))
    )
    properties = tuple(each for each in exercise.properties if any(map(each.judged_in, situations)))
    return dataclasses.replace(exercise, situations=situations, properties=properties)


def _are_alike(runs: list[str]) -> bool:
    """Whether a situation was played with each of the first seeds, and always in the same way."""
    return len(runs) == ENOUGH_ALIKE and len(set(runs)) == 1


def _watched(exercise: Exercise) -> tuple[Exercise, dict[str, list[str]]]:
    """The exercise, and by situation what happened in each run of it, which grows as it is judged."""
    runs: dict[str, list[str]] = {}

    def note(run: Run) -> Finding:
        runs.setdefault(run.situation.name, []).append(_course_of(run))
        return held()

    watch = Property(name="it is watched", points=0, judge=note)
    return dataclasses.replace(exercise, properties=(*exercise.properties, watch)), runs


def _course_of(run: Run) -> str:
    """A digest of what happened when, where, with which outcome; ids are left out."""
    digest = hashlib.sha256()
    for hop in run.trace:
        resource = _MADE_UP.sub("id", hop.resource)
        digest.update(repr((hop.time, hop.kind, resource, hop.outcome)).encode())
    return digest.hexdigest()


def mistake_problems(exercise: Exercise) -> Iterator[str]:
    """Whether each mistake is judged wrong, and recognised."""
    for name, answer in texts_of(exercise).mistakes.items():
        verdict = _judged(exercise, answer)
        if verdict.passed:
            yield f"the mistake {name!r} is judged right"
        elif verdict.mistake is None:
            yield f"the mistake {name!r} is not recognised: {_why(verdict)}"
        elif verdict.mistake.id != name:
            yield f"the mistake {name!r} is taken for {verdict.mistake.id!r}"


def _judged(exercise: Exercise, answer: Submission, seed: int = 0) -> Verdict:
    return judge(exercise, answer, seed=seed, picture=False)


def _why(verdict: Verdict) -> str:
    if verdict.error is not None:
        return verdict.error.text
    failure = verdict.first_failure
    return "no property failed" if failure is None else f"{failure.name}: {failure.happened}"
