"""Verdicts as the examiner gives them, for tests of who hears of them."""

from workbook.teaching.verdict import Recognised, Trouble, Verdict

CODE = "def secret_of_the_learner(): pass"


def verdict(exercise="vt-1", *, passed=False, mistake=None, trouble=None):
    return Verdict(
        exercise, "A title", passed=passed, points=4 if passed else 0, of=4, properties=(),
        mistake=None if mistake is None else Recognised(mistake, "What went wrong."),
        error=None if trouble is None else Trouble(trouble, CODE, CODE),
        picture=f"<svg>{CODE}</svg>", prose=CODE, printed=CODE,
    )  # fmt: skip
