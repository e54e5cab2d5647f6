"""Which questions a quiz asks, in which order: what is due again first, then what is new, then the rest."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable, Mapping, Sequence

from workbook.teaching.progress.records import QuestionRecord
from workbook.teaching.quizzes.kinds import Option, Order
from workbook.teaching.quizzes.question import Question
from workbook.teaching.quizzes.repetition import due

Known = Mapping[str, QuestionRecord]
"""What became of questions, by id."""
_NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)


def picked(
    questions: Iterable[Question], known: Known, number: int | None, seed: int, now: datetime.datetime
) -> list[Question]:
    """As many questions as asked for, all if None: those due again, new ones, and those not due yet."""
    shuffled = sorted(questions, key=lambda question: question.id)
    random.Random(f"{seed}/{sum(record.answers for record in known.values())}").shuffle(shuffled)

    def turn(question: Question) -> tuple[int, datetime.datetime]:
        record = known.get(question.id)
        if record is None:
            return 1, _NEVER
        when = due(record.card) or now
        return (0 if when <= now else 2), when

    return sorted(shuffled, key=turn)[:number]


def missed(questions: Iterable[Question], known: Known) -> list[Question]:
    """Those whose latest answer was wrong."""
    return [each for each in questions if each.id in known and not known[each.id].last_right]


def shown_options(question: Question, seed: object) -> Sequence[Option]:
    """Its options as they are shown, in an order that tells nothing; none where it asks for a number."""
    options = list(getattr(question.asks, "options", ()))
    chance = random.Random(f"{seed}/{question.id}")
    chance.shuffle(options)
    if isinstance(question.asks, Order) and [option.id for option in options] == question.asks.key:
        options = [*options[1:], options[0]]  # an order that is right already would answer itself
    return options
