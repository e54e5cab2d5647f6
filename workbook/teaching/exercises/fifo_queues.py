"""Exercises on FIFO queues: groups, deduplication, and what one bad move holds up."""

from __future__ import annotations

from collections import defaultdict

import boto3

from workbook.engine.seeds import Chaos
from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code, Order
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import of_all

LESSON = "05_fifo_queues"
Moves = list[tuple[str, int, str]]

# ---- fifo-1: chess by telephone

OPENING: Moves = [
    ("A", 1, "e4"),
    ("B", 1, "e4"),
    ("A", 2, "Kg1"),
    ("C", 1, "d4"),
    ("A", 3, "Kh1"),
    ("B", 2, "Nf3"),
    ("A", 4, "Kg1"),
    ("C", 2, "c4"),
]
UNREADABLE = ("A", 2, "Qh9")
DULL_EVENING: Moves = [
    ("A", 1, "e4"),
    UNREADABLE,
    ("B", 1, "d4"),
    ("A", 3, "Nc3"),
    ("B", 2, "c4"),
    ("C", 1, "e4"),
]


def an_evening(lab: Lab, answer: Answer) -> dict[str, list[str]]:
    """Three boards; the same move on two boards, and a king that goes to and fro."""
    moves = answer.build(lab)
    for board, number, move in OPENING:
        answer.send_move(moves, board, number, move)
        lab.advance(10)
    return _read(lab, moves)


def a_tunnel(lab: Lab, answer: Answer) -> dict[str, list[str]]:
    """Phones on a bus send each move three times, since they never see the answer."""
    moves = answer.build(lab)
    for board, number, move in OPENING[:4]:
        for _ in range(3):
            answer.send_move(moves, board, number, move)
            lab.advance(20)
    return _read(lab, moves)


def an_unreadable_move(lab: Lab, answer: Answer) -> dict[str, list[str]]:
    """The referee fails at one move of board A, again and again."""
    moves = answer.build(lab)
    for board, number, move in DULL_EVENING:
        answer.send_move(moves, board, number, move)
    return _read(lab, moves, fails_at=UNREADABLE[2])


def _read(lab: Lab, moves: object, fails_at: str = "") -> dict[str, list[str]]:
    """What a referee reads of each board, one message at a time, until nothing comes for a minute."""
    sqs = boto3.client("sqs")
    read: dict[str, list[str]] = defaultdict(list)
    ask = {"QueueUrl": str(moves), "WaitTimeSeconds": 20, "VisibilityTimeout": 600}
    vain = 0
    with lab.actor("referee"):
        while vain < 3:
            messages = sqs.receive_message(**ask).get("Messages", [])
            vain = 0 if messages else vain + 1
            for message in messages:
                board, number, move = message["Body"].split()
                if move != fails_at:
                    read[board].append(f"{number} {move}")
                    sqs.delete_message(QueueUrl=str(moves), ReceiptHandle=message["ReceiptHandle"])
    return dict(read)


def each_move_is_played_once(run: Run) -> Finding:
    """All moves of a board are read, in order, and none twice."""
    sent = OPENING if run.situation.name == "evening" else OPENING[:4]
    wanted = _by_board(sent)
    read = run.made if isinstance(run.made, dict) else {}
    for board, moves in wanted.items():
        if read.get(board, []) != moves:
            return broken(
                expected=f"On board {board} the referee reads {', '.join(moves)}.",
                happened=f"The referee read {', '.join(read.get(board, [])) or 'nothing'}.",
            )
    return held()


def other_boards_play_on(run: Run) -> Finding:
    """A move that cannot be read holds up its own board only."""
    read = run.made if isinstance(run.made, dict) else {}
    for board, moves in _by_board(DULL_EVENING).items():
        if board != "A" and read.get(board, []) != moves:
            return broken(
                expected=f"While board A waits, board {board} plays on: {', '.join(moves)}.",
                happened=f"Of board {board} the referee read {', '.join(read.get(board, [])) or 'nothing'}.",
            )
    return held()


def its_own_board_waits(run: Run) -> Finding:
    """Nothing overtakes the move that cannot be read."""
    read = run.made if isinstance(run.made, dict) else {}
    if read.get("A", []) == ["1 e4"]:
        return held()
    return broken(
        expected="Board A waits at the move that cannot be read: what follows may answer it.",
        happened=f"Of board A the referee read {', '.join(read.get('A', [])) or 'nothing'}.",
    )


def _by_board(moves: Moves) -> dict[str, list[str]]:
    boards: dict[str, list[str]] = defaultdict(list)
    for board, number, move in moves:
        boards[board].append(f"{number} {move}")
    return dict(boards)


CHESS = Exercise(
    id="fifo-1",
    title="Chess by telephone",
    lesson=LESSON,
    level=2,
    topic="sqs",
    asks=Code("build(lab)", "send_move(moves, board, number, move)"),
    situations=(
        Situation(
            name="evening",
            set_up="Three boards are in play. Two boards open alike, and on board A a king goes to and fro.",
            play=an_evening,
            chaos=Chaos(duplicates=0.3, reordering=0.5),
        ),
        Situation(
            name="tunnel",
            set_up="Phones on a bus send each move three times, 20 seconds apart.",
            play=a_tunnel,
            chaos=Chaos(duplicates=0.3, reordering=0.5),
        ),
        Situation(
            name="unreadable",
            set_up="The referee cannot read one move of board A. Its message is hidden for ten minutes.",
            play=an_unreadable_move,
        ),
    ),
    properties=(
        Property(
            name="each move is read once and in order",
            points=4,
            judge=each_move_is_played_once,
            situations=("evening", "tunnel"),
        ),
        Property(
            name="other boards play on", points=2, judge=other_boards_play_on, situations=("unreadable",)
        ),
        Property(
            name="nothing overtakes on a board",
            points=2,
            judge=its_own_board_waits,
            situations=("unreadable",),
        ),
    ),
    mistakes=(
        Mistake(
            name="body-as-id",
            recognised=lambda run: run.situation.name == "evening" and of_all(run.trace, "deduplicate") > 0,
            message="Two different moves had the same deduplication id, and SQS took the second for a "
            "copy of the first. The id has to say what makes two messages the same: board and "
            "number.",
        ),
        Mistake(
            name="one-group",
            recognised=lambda run: run.situation.name == "unreadable" and not other_boards_play_on(run).holds,
            message="All boards share a message group, so one bad message stops the whole club. Order is "
            "needed on a board, not between boards.",
        ),
        Mistake(
            name="standard",
            recognised=lambda run: (
                run.situation.name == "evening" and not str(_queue_of(run)).endswith(".fifo")
            ),
            message="A standard queue delivers in any order and twice now and then, as AWS says. Chess "
            "needs a FIFO queue; its name ends in .fifo.",
        ),
        Mistake(
            name="new-id-each-time",
            recognised=lambda run: run.situation.name == "tunnel" and of_all(run.trace, "deduplicate") == 0,
            message="Each try had another deduplication id, so SQS could not know that they are the same "
            "move. Make the id from what the move is, not from when it was sent.",
        ),
    ),
)


def _queue_of(run: Run) -> str:
    return next((hop.resource for hop in hops_of(run.trace, "send")), "")


# ---- fifo-2: who gets what

STEPS = {
    "a1": "A1: first of board A",
    "b1": "B1: first of board B",
    "a2": "A2: second of board A",
    "b2": "B2: second of board B",
}


def two_boards(lab: Lab, answer: Answer) -> list[str]:
    """Four moves of two boards; one referee is slow with board A, another does the rest."""
    sqs = boto3.client("sqs")
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="moves.fifo", Attributes=attributes)["QueueUrl"]
    for name in ("a1", "a2", "b1", "b2"):
        sqs.send_message(QueueUrl=url, MessageBody=name, MessageGroupId=name[0])
    slow = sqs.receive_message(QueueUrl=url)["Messages"][0]
    finished: list[str] = []
    for seconds in (5, 5, 10):
        messages = sqs.receive_message(QueueUrl=url).get("Messages", [])
        lab.advance(seconds)
        for message in messages:
            finished.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        if len(finished) == 2:
            lab.advance(5)
            finished.append(slow["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=slow["ReceiptHandle"])
    return finished


def the_prediction_is_right(run: Run) -> Finding:
    """What was arranged is what happened."""
    made = run.made if isinstance(run.made, list) else []
    if run.answer.order == made:
        return held()
    place = next(place for place, name in enumerate(made) if run.answer.order[place] != name)
    return broken(
        expected=f"You expect {run.answer.order[place].upper()} to be finished as number {place + 1}.",
        happened=f"It was {made[place].upper()}.",
    )


WHO_GETS_WHAT = Exercise(
    id="fifo-2",
    title="Who gets what",
    lesson=LESSON,
    level=1,
    topic="sqs",
    asks=Order(STEPS),
    situations=(
        Situation(name="two boards", set_up="Two referees take moves of two boards.", play=two_boards),
    ),
    properties=(Property(name="the moves are finished as you say", points=2, judge=the_prediction_is_right),),
    mistakes=(
        Mistake(
            name="as-sent",
            recognised=lambda run: run.answer.order == ["a1", "a2", "b1", "b2"],
            message="Order holds within a board. While A1 is being worked on, A2 waits, and board B goes "
            "ahead.",
        ),
        Mistake(
            name="overtaken",
            recognised=lambda run: run.answer.order.index("a2") < run.answer.order.index("a1"),
            message="A2 cannot be received before A1 is deleted: both are of group A, and A1 is in flight.",
        ),
    ),
)

EXERCISES = (CHESS, WHO_GETS_WHAT)
