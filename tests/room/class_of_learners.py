"""Thirty learners, each a process, check real answers in one room: `class_of_learners.py FOLDER DIARIES`."""

import os
import sys
import threading
from pathlib import Path

from workbook.room import join_room
from workbook.teaching import told
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.judge import judge
from workbook.teaching.texts import texts_of

LEARNERS = 30
RIGHT = "solution"
ANSWERS = {
    "vt-1": (RIGHT, "shorter-than-the-work", "as-long-as-possible"),
    "dlq-1": (RIGHT, "one-chance", "too-soon"),
    "q-1": (RIGHT, "failures-ignored", "one-by-one"),
}


def answers_of(learner):
    """What a learner gives, in order: two exercises each; some are right at once, and one in five never."""
    for place, (exercise, known) in enumerate(ANSWERS.items()):
        if (learner // 2 + place) % 3 == 0:
            continue
        wrong = known[(learner + place) % len(known)]
        if wrong != RIGHT:
            yield exercise, wrong
        if (learner + place) % 5:
            yield exercise, RIGHT


def name_of(learner):
    return f"Learner {learner:02}"


def learn(learner, folder, diaries):
    os.environ["WORKBOOK_PROGRESS"] = str(Path(diaries) / f"{learner}.json")
    join_room(folder, name=name_of(learner))
    for exercise_id, given in answers_of(learner):
        exercise = find_exercise(exercise_id)
        texts = texts_of(exercise)
        answer = texts.solution if given == RIGHT else texts.mistakes[given]
        told.tell(judge(exercise, answer, seed=learner, picture=False))
    for thread in threading.enumerate():  # a notebook is there for hours after its last check
        if thread is not threading.current_thread():
            thread.join()


def main(folder, diaries):
    for exercise_id in ANSWERS:
        texts_of(find_exercise(exercise_id))
    children = []
    for learner in range(LEARNERS):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                learn(learner, folder, diaries)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
