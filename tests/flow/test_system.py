"""Who and what there is, and the lines between them: counts on lines are those of the trace."""

import pytest

from workbook.flow.resources import Kind, kind_of, label_of, node_of
from workbook.flow.scene import Scene
from workbook.flow.system import Way

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:machine"


@pytest.mark.parametrize(
    ("place", "kind", "label"),
    [
        ("producer:you", Kind.PRODUCER, "you"),
        ("actor:second cook", Kind.ACTOR, "second cook"),
        ("arn:aws:sqs:us-east-1:123456789012:orders", Kind.QUEUE, "orders"),
        ("arn:aws:sqs:us-east-1:123456789012:orders.fifo", Kind.FIFO_QUEUE, "orders.fifo"),
        (FUNCTION, Kind.FUNCTION, "machine"),
        ("arn:aws:sns:us-east-1:123456789012:news", Kind.TOPIC, "news"),
        ("arn:aws:events:us-east-1:123456789012:event-bus/default", Kind.BUS, "default"),
        ("arn:aws:events:us-east-1:123456789012:rule/nightly", Kind.RULE, "nightly"),
        ("arn:aws:states:us-east-1:123456789012:stateMachine:saga", Kind.STATE_MACHINE, "saga"),
        ("arn:aws-cn:kinesis:cn-north-1:123456789012:stream/clicks", Kind.STREAM, "clicks"),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/orders", Kind.TABLE, "orders"),
        ("arn:aws:iam::123456789012:role/machine", Kind.OTHER, "machine"),
    ],
)
def test_an_arn_says_what_it_is(place, kind, label):
    assert kind_of(place) is kind
    assert label_of(place) == label


def test_a_function_is_one_node_whichever_version_is_asked():
    assert node_of(f"{FUNCTION}:live") == node_of(FUNCTION) == FUNCTION


def test_what_is_wired_is_a_line_before_any_message_goes_along_it(shop):
    shop.machine()
    orders, dead = shop.arn(shop.orders), shop.arn(shop.dead)
    lines = {line.way: (line.source, line.target) for line in shop.scene().system.lines}
    assert lines == {Way.POLL: (orders, FUNCTION), Way.REDRIVE: (orders, dead)}


def test_a_dead_letter_queue_is_known_by_its_source(shop):
    words = {node.label: node.word for node in shop.scene().system.nodes}
    assert words == {"dead": "dead-letter queue", "orders": "queue"}


def test_what_was_deleted_is_shown_as_deleted(shop):
    shop.send("rye")
    orders = shop.arn(shop.orders)
    shop.sqs.delete_queue(QueueUrl=shop.orders)
    assert shop.scene().system.node(orders).word == "queue, deleted"


def test_settings_are_known_as_they_were_at_any_time(shop):
    shop.lab.advance(60)
    shop.sqs.set_queue_attributes(QueueUrl=shop.orders, Attributes={"VisibilityTimeout": "90"})
    history = shop.scene().wiring.settings[shop.arn(shop.orders)]
    assert [setting.settings["VisibilityTimeout"] for setting in history] == ["30", "90"]
    assert history[1].time - history[0].time >= 60_000_000


def test_a_narrowed_scene_has_only_what_its_moves_touch(shop):
    shop.send("rye")
    shop.queue("unused")
    scene = shop.scene().narrowed_to(lambda move: move.message is not None)
    assert [node.label for node in scene.system.nodes] == ["you", "orders"]


def test_an_empty_trace_is_an_empty_system(lab):
    scene = Scene.of([], lab.world.clock.now)
    assert scene.system.nodes == scene.system.lines == scene.moves == ()
