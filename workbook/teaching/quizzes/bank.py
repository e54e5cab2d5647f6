"""All questions, by id and by topic. Files are read when they are first asked for, and kept."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from workbook.teaching.quizzes.question import TOPICS, Question
from workbook.teaching.quizzes.reading import QuestionError, read_questions


@cache
def all_questions() -> dict[str, Question]:
    """Every question by its id, in the order of the files.

    Raises:
        QuestionError: a file cannot be used, or two questions have one id.
    """
    found: dict[str, Question] = {}
    for path in sorted(
        files("workbook.teaching.quizzes").joinpath("questions").iterdir(), key=lambda p: p.name
    ):
        if not path.name.endswith(".toml"):
            continue
        for question in read_questions(path.read_text(encoding="utf-8"), path.name.removesuffix(".toml")):
            if question.id in found:
                message = (
                    f"two questions have the id {question.id!r}: {found[question.id].file}, {question.file}"
                )
                raise QuestionError(message)
            found[question.id] = question
    return found


def find_question(question_id: str) -> Question:
    """The question of that id.

    Raises:
        LookupError: there is none; the text names some that are near.
    """
    questions = all_questions()
    if question_id in questions:
        return questions[question_id]
    topic = [each for each in questions if each.startswith(str(question_id).split("-")[0])]
    message = f"there is no question {question_id!r}; there are {', '.join((topic or list(questions))[:12])}"
    raise LookupError(message)


def topics() -> dict[str, int]:
    """Each topic that has questions, with their number."""
    counts = [(topic, len(questions_on(topic))) for topic in TOPICS]
    return {topic: count for topic, count in counts if count}


def questions_on(topic: str) -> list[Question]:
    """The questions of one topic; empty if there are none."""
    return [question for question in all_questions().values() if question.topic == topic]
