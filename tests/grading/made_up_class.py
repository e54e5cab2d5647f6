"""A class that was never taught, with something of everything that a report has to show."""

import base64

from workbook.grading.assignment import Assignment, LatePolicy
from workbook.grading.results import (
    GRADED,
    ClassResult,
    FileRecord,
    PropertyResult,
    SubmissionResult,
    TaskResult,
    missing,
    ungradable,
)

WEEK = Assignment("Week 2: the bakery", ("vt-1", "vt-2", "dlq-1"), late=LatePolicy(percent_a_day=10))
TITLES = {
    "vt-1": ("One number for the whole bakery", 4),
    "vt-2": ("Cakes of unknown size", 7),
    "dlq-1": ("The parcel that ticks", 7),
}
SQUARE = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="90"><rect width="300" height="90"/></svg>'
).decode()
PICTURE = f'<img alt="Two flows of messages." src="data:image/svg+xml;base64,{SQUARE}">'


def task(exercise, points, *, trouble=None, **more):
    title, of = TITLES[exercise]
    half = of // 2
    properties = (
        PropertyResult("no cake is baked twice", min(points, half), half, held=points >= half),
        PropertyResult("every `order` is deleted", max(points - half, 0), of - half, held=points == of),
    )
    said = (
        () if points == of else ("Each order should be given to one cook. Cake 4 was given out 113 times.",)
    )
    return TaskResult(
        exercise, title, GRADED, of, points, properties=properties, feedback=said, trouble=trouble, **more
    )


def lost(exercise, reason="The judge's process ended with signal 9 (out of memory)."):
    title, of = TITLES[exercise]
    return ungradable(exercise, title, of, reason)


def absent(exercise, reason="There is no answer in what was handed in."):
    title, of = TITLES[exercise]
    return missing(exercise, title, of, reason)


def handed_in(learner, *tasks, notes=(), late=0, **more):
    files = (FileRecord(f"{learner}/02_visibility_timeout.ipynb", "ab" * 32, used=True),)
    return SubmissionResult(learner, tasks, files, tuple(notes), late, **more)


SOME = ClassResult(
    WEEK.title,
    (
        handed_in("Ada Lovelace", task("vt-1", 4), task("vt-2", 7), task("dlq-1", 7)),
        handed_in(
            "Alan Turing",
            task("vt-1", 2, mistake="shorter-than-the-work", picture=PICTURE),
            task("vt-2", 0, trouble="exception"),
            lost("dlq-1"),
            notes=["Alan Turing/02 (1).ipynb was renamed: by its cells it is 02_visibility_timeout.ipynb."],
            late=3000,
        ),
        handed_in(
            "Grace Hopper",
            task("vt-1", 0, mistake="shorter-than-the-work"),
            task("vt-2", 0),
            absent("dlq-1"),
        ),
        handed_in(
            "Mallory",
            task("vt-1", 0, tampering=("It sent a frame that no library sends: a result.",)),
            absent("vt-2"),
            absent("dlq-1"),
        ),
        SubmissionResult("Zoe", (absent("vt-1"), absent("vt-2"), absent("dlq-1"))),
    ),
    ("Ada Lovelace and Grace Hopper handed in the same file, byte for byte.",),
)


def large(count=200):
    """A class of many; what becomes of each follows from their number."""
    made = []
    for number in range(count):
        tasks = [
            task(name, min((number * step) % (TITLES[name][1] + 2), TITLES[name][1]), mistake=kind)
            for name, step, kind in (
                ("vt-1", 3, "shorter-than-the-work" if number % 4 == 1 else None),
                ("vt-2", 5, None),
                ("dlq-1", 2, None),
            )
        ]
        if number % 17 == 0:
            tasks[2] = lost("dlq-1", f"It took more than 300 seconds, in situation {number % 3 + 1}.")
        made.append(handed_in(f"Learner {number:03}", *tasks, late=number % 9 * 20_000))
    return ClassResult(WEEK.title, tuple(made))
