"""An exercise for tests of the checker itself: a parcel shop, whose answers go wrong in every way."""

import boto3

from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Mistake, Property, Situation, broken, held

HOUR = 3600
PARCELS = ("lamp", "clock", "vase")


def a_morning(lab, answer):
    """The learner builds, three parcels come in, and the learner's program hands them out."""
    answer.call("build", limit=HOUR)
    sqs = boto3.client("sqs")
    queue = sqs.get_queue_url(QueueName="parcels")["QueueUrl"]
    for parcel in PARCELS:
        sqs.send_message(QueueUrl=queue, MessageBody=parcel)
    return answer.call("hand_out", queue, limit=HOUR)


def all_are_handed_out(run):
    handed_out = run.made or []
    missing = [parcel for parcel in PARCELS if parcel not in handed_out]
    if not missing:
        return held()
    return broken(
        expected=f"`hand_out` returns all parcels: {', '.join(PARCELS)}.",
        happened=f"These were not handed out: {', '.join(missing)}.",
    )


def none_is_left(run):
    left = len(run.lab.queue("parcels"))
    return held() if not left else broken(expected="The queue is empty.", happened=f"{left} are left in it.")


PARCEL_SHOP = Exercise(
    id="parcels-1",
    title="The parcel shop",
    lesson="01_queues",
    level=1,
    topic="sqs",
    asks=Code("build()", "hand_out(queue)"),
    situations=(Situation(name="morning", set_up="Three parcels come in.", play=a_morning),),
    properties=(
        Property(name="every parcel is handed out", points=2, judge=all_are_handed_out),
        Property(name="no message stays in the queue", points=1, judge=none_is_left),
    ),
    mistakes=(
        Mistake(
            name="not-deleted",
            recognised=lambda run: not any(hop.kind == "delete" for hop in run.trace),
            message="A message that is received is only hidden. Delete it when its work is done.",
        ),
    ),
)
