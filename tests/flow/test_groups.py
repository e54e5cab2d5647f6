"""Auto Scaling groups in pictures: instances are the group, and alarms are seen when they act."""

from auto_scaling_learner import BACKLOG, GROUP, WORKS_FIVE_SECONDS, clients, create_group, track
from learner import queue

from workbook.flow.moves import Status
from workbook.flow.resources import Kind
from workbook.flow.scene import Scene


def scene_of(lab):
    return Scene.of(list(lab.trace), lab.world.clock.now)


def test_what_its_instances_receive_is_received_by_the_group(lab):
    url = queue(lab.client("sqs"))
    create_group(lab, 2, 4)
    lab.worker(GROUP, WORKS_FIVE_SECONDS)
    lab.advance(61)
    lab.client("sqs").send_message(QueueUrl=url, MessageBody="rye")
    lab.advance(30)
    scene = scene_of(lab)
    [group] = [node for node in scene.system.nodes if node.kind is Kind.GROUP]
    received = [
        move for move in scene.moves if move.status is Status.DELIVERED and move.target == group.place
    ]
    assert [move.status for move in received] == [Status.DELIVERED]
    assert f"{group.label} received message 1 from orders" in [move.text for move in scene.moves]


def test_instances_come_and_go_in_words(lab):
    asg = create_group(lab, 1, 4)
    lab.advance(61)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    lab.advance(61)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)
    texts = [move.text for move in scene_of(lab).moves]
    assert f"{GROUP} goes from 1 to 2 instances" in texts
    assert f"{GROUP} goes from 2 to 1 instances" in texts
    assert [text.rpartition(" ")[2] for text in texts].count("terminated") == 1
    assert sum(text.endswith("is in service") for text in texts) == 2


def test_an_alarm_that_scales_a_group_is_a_line_to_it(lab):
    asg, _ = clients(lab)
    url = queue(lab.client("sqs"))
    create_group(lab, 1, 4)
    asg.enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="1Minute")
    track(asg, 2.0, {"Metrics": BACKLOG})
    for number in range(40):
        lab.client("sqs").send_message(QueueUrl=url, MessageBody=str(number))
    lab.advance(minutes=6)
    scene = scene_of(lab)
    scalings = [move for move in scene.moves if move.status is Status.SCALED and not move.at_place]
    assert scalings
    assert {scene.system.node(move.source).kind for move in scalings} == {Kind.ALARM}
    assert scalings[0].text == f"{GROUP} goes from 1 to 4 instances by policy track"


def test_a_call_that_an_instance_leaves_behind_was_refused_by_nobody(lab):
    queue(lab.client("sqs"))
    asg = create_group(lab, 1, 4)
    lab.worker(GROUP, WORKS_FIVE_SECONDS)
    lab.advance(65)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)
    asg.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=0, DesiredCapacity=0)
    lab.advance(61)
    abandoned = [hop for hop in lab.trace if hop.facts.get("abandoned")]
    assert [hop.resource for hop in abandoned] == ["sqs:ReceiveMessage"]
    assert not [move for move in scene_of(lab).moves if move.status is Status.REFUSED]
