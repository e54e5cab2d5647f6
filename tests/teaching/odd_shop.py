"""Exercises that need no code, for tests: three settings, an order, and a shop with one broken part."""

from dataclasses import dataclass

import boto3

from workbook.scenarios.framework.settings import Number, Switch
from workbook.teaching.asked import Order, Resource, Settings
from workbook.teaching.contract import Exercise, Property, Situation, broken, held
from workbook.teaching.examiner import examine
from workbook.teaching.texts import Submission, Texts

SETTINGS = (
    Number("delay", "delay", 0, 0, 900, "s"),
    Number("workers", "workers", None, 1, 10, "workers", without="as many as it takes"),
    Switch("long_polling", "long polling", default=False),
)
STEPS = {"send": "The shop sends", "receive": "A worker receives", "delete": "The worker deletes"}


def nothing(lab, answer):
    """Nothing happens."""


def a_sale(lab, answer):
    """One order, sent to the queue of the shop, or to the wrong one as long as that is not mended."""
    sqs = boto3.client("sqs")
    orders, attic = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "attic"))
    sqs.send_message(QueueUrl=orders if answer.value == "you" else attic, MessageBody="three lamps")


def judged(right):
    def judge(run):
        value = run.answer.value
        return held() if value == right else broken(expected=f"{right}", happened=f"{value}")

    return judge


def exercise_for(exercise_id, asks, right, play=nothing):
    return Exercise(
        id=exercise_id,
        title="The odd shop",
        lesson="01_queues",
        level=1,
        topic="sqs",
        asks=asks,
        situations=(Situation(name="sale", set_up="A customer orders three lamps.", play=play),),
        properties=(Property(name="the lamps arrive", points=2, judge=judged(right)),),
    )


SET = exercise_for("odd-set", Settings(SETTINGS), {"delay": 0, "workers": 3, "long_polling": True})
ORDERED = exercise_for("odd-order", Order(STEPS), ["send", "receive", "delete"])
MARKED = exercise_for("odd-mark", Resource(("you", "orders", "attic")), "you", a_sale)
EXERCISES = {each.id: each for each in (SET, ORDERED, MARKED)}

TEXTS = Texts(
    task="",
    given="",
    hints=("Look at the queue.", "A timeout ends.", "`change_message_visibility`"),
    explanation="SQS cannot know that the work goes on.",
    placeholder=Submission(source=""),
    solution=Submission(value={"visibility_timeout": 60}),
    mistakes={},
    solution_code="def cook(orders): pass\n",
)


@dataclass
class HereAndNow:
    """An examiner in this process, for exercises that no other process knows."""

    asked: list

    def prepare(self):
        pass

    def ask(self, request):
        self.asked.append(request)
        return examine(request)
