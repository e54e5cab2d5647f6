"""A submission is judged by its notebooks: what they hand in, what is said of it, and what is not."""

import json
import textwrap

import pytest
from handing_in import answered, notebook

from workbook.grading.hidden import HiddenError
from workbook.grading.judge import grade_notebook
from workbook.grading.request import GradingRequest
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.texts import texts_of

QUEUES, DEAD_LETTERS = "01_queues.ipynb", "03_dead_letter_queues.ipynb"
RIGHT = """
import boto3

def send_all(orders, pre_orders):
    sqs, refused = boto3.client("sqs"), []
    for start in range(0, len(pre_orders), 10):
        some = pre_orders[start : start + 10]
        entries = [
            {"Id": str(number), "MessageBody": order["cake"], "DelaySeconds": order["delay"]}
            for number, order in enumerate(some)
        ]
        answer = sqs.send_message_batch(QueueUrl=orders, Entries=entries)
        refused += [some[int(failure["Id"])]["cake"] for failure in answer.get("Failed", [])]
    return refused
"""
HIDDEN = """
    import boto3
    from workbook.teaching.contract import Situation

    def a_secret_day(lab, answer):
        url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        orders = [{"cake": f"secret cake {number}", "delay": 1} for number in range(11)]
        return orders, answer.send_all(url, orders)

    HIDDEN = {"q-1": (Situation(name="secret", set_up="A secret day.", play=a_secret_day),)}
"""
WRONG_WITH_ELEVEN = RIGHT.replace(
    "    return refused", "    return refused if len(pre_orders) != 11 else ['secret cake 1']"
)
FAILS_WITH_ELEVEN = RIGHT.replace(
    "    return refused", "    assert len(pre_orders) != 11, str(pre_orders)\n    return refused"
)


def graded(*exercises, notebooks, **terms):
    texts = tuple((name, json.dumps(each)) for name, each in notebooks.items())
    return grade_notebook(GradingRequest(texts, exercises, "a secret", **terms))


def with_cell(value, source):
    value["cells"].append(
        {
            "cell_type": "code",
            "id": "added",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
    )
    return value


@pytest.fixture
def hidden(tmp_path):
    path = tmp_path / "hidden.py"
    path.write_text(textwrap.dedent(HIDDEN))
    return str(path)


def test_a_right_answer_earns_all_points_and_nothing_is_said():
    (task,) = graded("q-1", notebooks={QUEUES: answered(RIGHT, "q-1", QUEUES)})
    assert (task.state, task.points, task.of, task.feedback) == ("graded", 5, 5, ())


def test_an_untouched_notebook_is_judged_like_an_empty_answer():
    first, second = graded(
        "q-1", "dlq-1", notebooks={QUEUES: notebook(QUEUES), DEAD_LETTERS: notebook(DEAD_LETTERS)}
    )
    assert (first.points, first.trouble) == (0, "empty")
    assert (second.points, second.of, second.mistake) == (3, 7, "on-the-function")


def test_two_tasks_may_ask_for_functions_of_one_name():
    value = answered(RIGHT, "q-1", QUEUES)
    value = with_cell(value, "def send_all(orders, pre_orders):\n    raise RuntimeError('of another task')\n")
    (task,) = graded("q-1", notebooks={QUEUES: value})
    assert task.right


def test_a_value_is_handed_in_by_check():
    value = with_cell(notebook(), 'check("vt-1", {"visibility_timeout": 60})')
    (task,) = graded("vt-1", notebooks={"02_visibility_timeout.ipynb": value})
    assert task.right


def test_what_is_chosen_in_a_panel_is_missing_and_the_way_out_is_named():
    (task,) = graded("vt-1", notebooks={"02_visibility_timeout.ipynb": notebook()})
    assert task.state == "missing"
    assert "check('vt-1', ...)" in task.reason


def test_an_answer_that_is_nowhere_is_missing():
    value = notebook(QUEUES)
    value["cells"] = [cell for cell in value["cells"] if "q-1" not in json.dumps(cell)]
    (task,) = graded("q-1", notebooks={QUEUES: value})
    assert (task.state, task.points) == ("missing", None)


def test_a_cell_that_fails_does_not_keep_the_next_from_running():
    value = answered(RIGHT, "q-1", QUEUES)
    value["cells"].insert(1, with_cell(notebook(QUEUES), "1 / 0")["cells"][-1])
    (task,) = graded("q-1", notebooks={QUEUES: value})
    assert task.right


def test_a_task_whose_cell_cannot_run_is_wrong_and_not_missing():
    value = answered("def send_all(orders, pre_orders)\n    return []\n", "q-1", QUEUES)
    (task,) = graded("q-1", notebooks={QUEUES: value})
    assert (task.state, task.points, task.trouble) == ("graded", 0, "exception")
    assert "SyntaxError" in task.feedback[0]


def test_a_task_whose_cell_ends_the_process_is_wrong_and_not_missing():
    """A cell that raised was wrong, and one that did worse was called missing."""
    value = answered("import os\nos._exit(0)", "q-1", QUEUES)
    (task,) = graded("q-1", notebooks={QUEUES: value})
    assert (task.state, task.points, task.trouble) == ("graded", 0, "exception")
    assert "it ended the process" in task.feedback[0]


def test_a_helper_of_an_earlier_cell_is_handed_in_with_the_answer():
    source = RIGHT.replace("def send_all(", "def helper(")
    value = with_cell(answered("def send_all(orders, pre_orders):\n    ...", "q-1", QUEUES), source)
    value = with_cell(
        value, "def send_all(orders, pre_orders):\n    return helper(orders, pre_orders)\n\ncheck('q-1')"
    )
    (task,) = graded("q-1", notebooks={QUEUES: value})
    assert task.right


def test_an_answer_that_cannot_be_taken_along_is_told_so():
    value = answered(
        "handle = open('/dev/null')\ndef send_all(orders, pre_orders):\n    return handle.read()",
        "q-1",
        QUEUES,
    )
    (task,) = graded("q-1", notebooks={QUEUES: value})
    assert (task.points, task.trouble) == (0, "form")
    assert "Make it inside of send_all" in task.feedback[0]


# ---- hidden situations


def test_a_hidden_situation_counts(hidden):
    (task,) = graded("q-1", notebooks={QUEUES: answered(RIGHT, "q-1", QUEUES)}, hidden=hidden)
    assert task.right


def test_of_a_hidden_situation_a_learner_hears_what_did_not_hold_and_nothing_else(hidden):
    (task,) = graded("q-1", notebooks={QUEUES: answered(WRONG_WITH_ELEVEN, "q-1", QUEUES)}, hidden=hidden)
    assert [each.held for each in task.properties] == [True, False, True]
    assert task.feedback == (
        "In a situation that is not shown, it was not so: orders that SQS refused are returned.",
    )
    assert "secret" not in json.dumps(task.as_json())


def test_a_property_that_is_judged_in_no_hidden_situation_is_as_it_was_shown(tmp_path):
    path = tmp_path / "hidden.py"
    path.write_text(
        "import workbook.teaching.exercises.sqs_and_lambda as lesson\n"
        "from workbook.teaching.contract import Situation\n"
        "HIDDEN = {'sl-1': (Situation(name='calm', set_up='A secret night.', play=lesson.a_calm_night),)}\n"
    )
    name = "06_sqs_and_lambda.ipynb"
    source = texts_of(find_exercise("sl-1")).solution.source
    (task,) = graded("sl-1", notebooks={name: answered(source, "sl-1", name)}, hidden=str(path))
    assert task.right, task


def test_an_error_in_a_hidden_situation_does_not_tell_what_was_in_it(hidden):
    (task,) = graded("q-1", notebooks={QUEUES: answered(FAILS_WITH_ELEVEN, "q-1", QUEUES)}, hidden=hidden)
    assert (task.points, task.trouble) == (0, "exception")
    assert "secret" not in json.dumps(task.as_json())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("HIDDEN = 3", "has no HIDDEN"),
        ("HIDDEN = {'q-1': ['a storm']}", "should be a tuple of Situation"),
        ("raise RuntimeError('no')", "cannot be run: RuntimeError: no"),
    ],
)
def test_a_file_of_hidden_situations_that_cannot_be_used_says_why(tmp_path, text, said):
    path = tmp_path / "hidden.py"
    path.write_text(text)
    with pytest.raises(HiddenError, match=said):
        graded("q-1", notebooks={QUEUES: answered(RIGHT, "q-1", QUEUES)}, hidden=str(path))


# ---- repeatable


def test_graded_twice_the_result_is_the_same(hidden):
    value = answered(texts_of(find_exercise("q-1")).mistakes["failures-ignored"].source, "q-1", QUEUES)
    results = [graded("q-1", notebooks={QUEUES: value}, hidden=hidden, pictures=True) for _ in range(2)]
    assert [json.dumps(task.as_json()) for task in results[0]] == [
        json.dumps(task.as_json()) for task in results[1]
    ]
    assert results[0][0].picture
