"""Systems for tests of drawings, told in one line: kinds and names, and who sends to whom.

scene(["q:orders", "f:machine"], [("p:you", "q:orders")], polls=[("q:orders", "f:machine")])
"""

from hypothesis import strategies as st

from workbook.flow.moves import Move, Status
from workbook.flow.scene import Scene
from workbook.flow.wiring import Setting, Wiring

START = 1_767_603_600_000_000
SECOND = 1_000_000
PLACES = {
    "p": "producer:{}",
    "c": "consumer:{}",
    "a": "actor:{}",
    "q": "arn:aws:sqs:us-east-1:123456789012:{}",
    "fifo": "arn:aws:sqs:us-east-1:123456789012:{}.fifo",
    "f": "arn:aws:lambda:us-east-1:123456789012:function:{}",
    "g": "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/{}",
    "t": "arn:aws:sns:us-east-1:123456789012:{}",
    "tfifo": "arn:aws:sns:us-east-1:123456789012:{}.fifo",
    "bus": "arn:aws:events:us-east-1:123456789012:event-bus/{}",
    "rule": "arn:aws:events:us-east-1:123456789012:rule/{}",
    "schedule": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/{}",
    "pipe": "arn:aws:pipes:us-east-1:123456789012:pipe/{}",
    "machine": "arn:aws:states:us-east-1:123456789012:stateMachine:{}",
    "stream": "arn:aws:kinesis:us-east-1:123456789012:stream/{}",
    "hose": "arn:aws:firehose:us-east-1:123456789012:deliverystream/{}",
    "table": "arn:aws:dynamodb:us-east-1:123456789012:table/{}",
    "alarm": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:{}",
    "bucket": "arn:aws:s3:::{}",
}
PEOPLE = ("p:", "c:", "a:")


def place(name):
    kind, _, rest = name.partition(":")
    return PLACES[kind].format(rest)


def scene(nodes, ways=(), *, polls=(), redrives=()):
    """A scene with these resources, and for each way what went along it: 3 messages, or as the way says."""
    wiring = Wiring()
    for node in nodes:
        if not node.startswith(PEOPLE):
            wiring.settings[place(node)] = [Setting(START, {})]
    for source, target in polls:
        wiring.polls[place(source), place(target)] = []
    for source, target in redrives:
        wiring.redrives[place(source), place(target)] = None
        wiring.dead_letter_queues[place(target)] = None
    moves = []
    for number, (source, target, *counts) in enumerate(ways):
        for status, count in (counts[0] if counts else {Status.DELIVERED: 3}).items():
            moves.append(
                Move(
                    START + number * SECOND,
                    None,
                    place(source),
                    place(target),
                    None,
                    status,
                    f"{source} to {target}",
                    count,
                )
            )
    return Scene((), START + 60 * SECOND, wiring, {}, (), tuple(moves))


def fan(queues):
    names = [f"q:queue-{number}" for number in range(queues)]
    return scene(["t:news", *names], [("p:you", "t:news"), *(("t:news", name) for name in names)])


def chain(steps):
    nodes, ways, polls, before = [], [], [], "p:you"
    for step in range(steps):
        queue, function = f"q:queue-{step}", f"f:function-{step}"
        nodes += [queue, function]
        ways.append((before, queue))
        polls.append((queue, function))
        before = function
    return scene(nodes, ways, polls=polls)


@st.composite
def plans(draw, most=40):
    """What `scene` takes, at random: any kinds, any lines, circles, loops, dead-letter queues."""
    kinds = draw(st.lists(st.sampled_from(sorted(PLACES)), min_size=1, max_size=most))
    nodes = [f"{kind}:{kind}-{number}" for number, kind in enumerate(kinds)]
    queues = [node for node in nodes if node.startswith("q:")]
    node = st.sampled_from(nodes)
    ways = draw(st.lists(st.tuples(node, node), max_size=2 * len(nodes)))
    redrives = []
    if queues:
        queue = st.sampled_from(queues)
        redrives = draw(st.lists(st.tuples(queue, queue), max_size=len(queues), unique_by=lambda way: way[0]))
    return nodes, ways, [(source, target) for source, target in redrives if source != target]


def scenes(most=40):
    """Random systems."""
    return plans(most).map(lambda plan: scene(plan[0], plan[1], redrives=plan[2]))
