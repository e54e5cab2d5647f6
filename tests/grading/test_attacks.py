"""Attacks on the grader gain nothing, and what is seen of them is reported; docs/security.md has a table."""

import json
import re
import socket
import time
from decimal import Decimal
from pathlib import Path

import psutil
import pytest
from attacks import (
    ENDING,
    ENVIRONMENT,
    FORK_BOMB,
    HANDLERS,
    NETWORK,
    NOTEBOOKS,
    ON_THE_CHECKER,
    OUTLIVING,
    READING,
    SETTINGS,
    SIDE_DOOR,
    TAMPERING,
    answer,
    system,
)
from handing_in import answered, notebook

import workbook
from workbook.confinement import Level, highest_level
from workbook.grading import learner_process, process
from workbook.grading import stage as stage_module
from workbook.grading.frames import Channel, ChannelSilent
from workbook.grading.judge import grade_notebook
from workbook.grading.plain import NotPlain, from_plain, to_plain
from workbook.grading.request import GradingRequest
from workbook.grading.stage import GradedStage
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.judge import judge
from workbook.teaching.texts import Submission

QUEUES = "01_queues.ipynb"
EXERCISE = find_exercise("q-1")
NOTHING_DONE = 1
"""Points of a function that does nothing: it makes no more requests than needed."""
confined = pytest.mark.skipif(
    highest_level() < Level.NAMESPACES, reason="this machine has no bubblewrap, or does not let it work"
)


@pytest.fixture(scope="module")
def stage():
    stage = GradedStage()
    yield stage
    stage.leave()


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch):
    """What waits for minutes in a course waits for seconds here."""
    monkeypatch.setattr(process, "BUSY", 1.0)
    monkeypatch.setattr(process, "SILENT", 4.0)
    monkeypatch.setattr(learner_process, "TAKING", 4.0)
    monkeypatch.setattr(stage_module, "_BEGIN", 6.0)
    monkeypatch.setattr(process, "MOST_ASKED", 2_000)
    monkeypatch.setattr(process, "BUDGET", 16 * 1024**2)


def judged(source, stage):
    stage.begin_task()
    return judge(EXERCISE, Submission(source=source), picture=False, stage=stage)


def graded(value, **terms):
    (task,) = grade_notebook(GradingRequest(((QUEUES, json.dumps(value)),), ("q-1",), "a secret", **terms))
    return task


def with_cells(sources, value=None):
    value = notebook(QUEUES) if value is None else value
    for number, source in enumerate(sources):
        value["cells"].insert(
            2 + number,
            {
                "cell_type": "code",
                "id": f"attack-{number}",
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            },
        )
    return value


# ---- on what judges


@pytest.mark.parametrize("name", ON_THE_CHECKER)
def test_what_an_answer_does_to_its_own_process_changes_no_verdict(name, stage):
    assert judged(ON_THE_CHECKER[name], stage).points <= NOTHING_DONE


@pytest.mark.parametrize("name", TAMPERING)
def test_a_forged_frame_earns_nothing_and_is_reported(name):
    task = graded(answered(TAMPERING[name], "q-1", QUEUES))
    assert (task.state, task.points) == ("graded", 0)
    assert task.tampering


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_that_claims_something_has_nothing_of_it(name):
    task = graded(with_cells(NOTEBOOKS[name]))
    assert (task.points or 0) == 0
    assert task.state in ("graded", "missing")


def test_outputs_and_metadata_that_claim_success_are_not_read():
    value = notebook(QUEUES)
    value["metadata"]["passed"] = value["metadata"]["points"] = 100
    for cell in value["cells"]:
        if cell["cell_type"] == "code":
            cell["metadata"]["points"] = 100
            claim = {"data": {"text/plain": "Right: 5 of 5 points"}, "metadata": {}, "execution_count": 1}
            cell["outputs"] = [{"output_type": "execute_result", **claim}]
    assert graded(value).points == 0


# ---- on what is hidden


@confined
def test_exercises_texts_secrets_and_other_files_are_not_to_be_found(stage):
    verdict = judged(answer(READING), stage)
    assert verdict.error.text == "ValueError: found [] of True"


@confined
def test_the_environment_and_other_processes_tell_nothing(stage):
    told = judged(answer(ENVIRONMENT), stage).error.text
    assert "SECRET_TOKEN" not in told
    assert told.endswith("| False | True | True")


@confined
def test_no_network_is_reached_and_no_socket_of_this_machine(stage):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0workbook-attack")
        abstract.listen()
        body = NETWORK.replace("PORT", str(server.getsockname()[1])).replace("NAME", r"\0workbook-attack")
        assert judged(answer(body), stage).error.text == "ValueError: reached False"


def test_code_that_comes_by_a_side_door_runs_in_the_learners_process(stage):
    """A function's code is replaced through another service; it still finds no exercises where it runs."""
    source = answer("""
        import boto3
        import io
        import json
        import zipfile
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py", "import os\\ndef handler(event, context):\\n    return os.getpid()")
        s3, functions, iam = boto3.client("s3"), boto3.client("lambda"), boto3.client("iam")
        s3.create_bucket(Bucket="code")
        s3.put_object(Bucket="code", Key="code.zip", Body=packed.getvalue())
        principal = {"Service": "lambda.amazonaws.com"}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        trust = {"Version": "2012-10-17", "Statement": [statement]}
        role = iam.create_role(RoleName="door", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        code = {"S3Bucket": "code", "S3Key": "code.zip"}
        named = {"FunctionName": "door", "Runtime": "python3.13", "Handler": "index.handler"}
        functions.create_function(**named, Role=role, Code=code)
        functions.get_waiter("function_active_v2").wait(FunctionName="door")
        import os
        answer = json.loads(functions.invoke(FunctionName="door")["Payload"].read())
        raise ValueError(f"here: {answer == os.getpid()}")
    """)
    assert judged(source, stage).error.text == "ValueError: here: True"


@pytest.mark.parametrize("name", SETTINGS)
def test_the_exercises_own_function_with_another_handler_is_the_learners(name, stage, tmp_path):
    """Its bytes are trusted; with `cProfile.run` for a handler, the judge would run what its event says."""
    mark = tmp_path / "mark"
    source = SIDE_DOOR.replace("MARK", str(mark)).replace("SETTINGS", SETTINGS[name].strip())
    verdict = judge(find_exercise("map-1"), Submission(source=source), picture=False, stage=stage)
    assert verdict.error.text == "ValueError: opened ['read-page']"
    assert not mark.exists()


def test_the_system_of_an_honest_handler_is_right(stage):
    verdict = judge(find_exercise("sl-1"), Submission(source=system("pass")), picture=False, stage=stage)
    assert verdict.passed, verdict


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_that_attacks_its_worker_earns_less_than_an_honest_one(name, stage):
    answered_so = Submission(source=system(HANDLERS[name]))
    verdict = judge(find_exercise("sl-1"), answered_so, picture=False, stage=stage)
    assert verdict.points < verdict.of
    assert verdict.error is None or verdict.error.kind in ("busy", "exit")


def test_nothing_that_is_handed_in_is_unpickled():
    package = Path(workbook.__file__).parent
    folders = ("grading", "confinement", "served", "remote", "room")
    sources = [path for folder in folders for path in (package / folder).rglob("*.py")]
    assert len(sources) > len(folders)
    readers = re.compile(r"\b(pickle|marshal|shelve|dill|joblib)\b *(\.|import)|\beval\(|yaml\.load\b")
    assert [str(path) for path in sources if readers.search(path.read_text(encoding="utf-8"))] == []


# ---- on the grader's patience


@pytest.mark.parametrize("name", ENDING)
def test_what_ends_or_has_to_be_ended_is_told_and_earns_nothing(name, stage):
    source, kind = ENDING[name]
    verdict = judged(source, stage)
    assert (verdict.points, verdict.error.kind) == (0, kind), verdict.error
    assert stage.tampering == []


@confined
def test_a_fork_bomb_is_ended_with_its_process(stage):
    verdict = judged(FORK_BOMB, stage)
    assert verdict.points == 0
    assert verdict.error.kind in ("busy", "exit")
    stage.leave()
    assert not learners_left()


def test_nothing_outlives_the_grading():
    task = graded(answered(OUTLIVING, "q-1", QUEUES))
    assert task.points <= NOTHING_DONE
    assert not learners_left()


def test_who_takes_nothing_of_what_is_sent_does_not_hold_up_the_judge():
    here, there = socket.socketpair()
    with here, there, pytest.raises(ChannelSilent, match="nobody took a frame"):
        Channel(here, patience=0.05).send({"do": "x" * 4_000_000})


def test_a_number_that_would_fill_the_memory_does_not_cross():
    assert to_plain(Decimal("1e999999999")) == {"$other": "<Decimal>"}
    with pytest.raises(NotPlain):
        from_plain({"$decimal": "1e999999999"})
    assert from_plain(to_plain(Decimal("1e125"))) == Decimal("1e125")


def learners_left():
    """Processes below this one that run the learner's program, after a moment for the kernel to end them."""
    until = time.monotonic() + 5
    while (left := _learners()) and time.monotonic() < until:
        psutil.wait_procs(left, timeout=0.1)
    return left


def _learners():
    mine = psutil.Process()
    return [
        each
        for each in psutil.process_iter(["cmdline", "ppid"])
        if "workbook.grading.learner" in (each.info["cmdline"] or []) and mine in each.parents()
    ]


def test_after_all_of_this_an_honest_answer_is_judged_as_ever(stage):
    source = "def send_all(orders, pre_orders):\n    return []\n"
    assert judged(source, stage).points == NOTHING_DONE
