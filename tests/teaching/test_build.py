"""`workbook build`: what learners get is made from the authors' copies, by deletion only."""

import copy
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from workbook.cli import main
from workbook.teaching.asked import Code, Settings
from workbook.teaching.authors import build
from workbook.teaching.authors.build import for_learners, out_of_step
from workbook.teaching.authors.cells import AuthorError, exercises_in
from workbook.teaching.authors.definitions import definitions_in
from workbook.teaching.contract import Exercise, Property, Situation, held

LESSON = "01_queues"


def exercise(name, asks, points=3):
    return Exercise(
        id=name, title="A queue", lesson=LESSON, level=1, topic="sqs", asks=asks,
        situations=(Situation(name="a day", set_up="A day goes by.", play=lambda lab, answer: None),),
        properties=(Property(name="there is a queue", points=points, judge=lambda run: held()),),
    )  # fmt: skip


SOLUTION = '# a name is enough\ndef build(lab):\n    sqs.create_queue(QueueName="orders")'
KNOWN = {"queue-1": exercise("queue-1", Code("build(lab)")), "queue-2": exercise("queue-2", Settings(()))}


@pytest.fixture(autouse=True)
def two_exercises(monkeypatch):
    monkeypatch.setattr(build, "all_exercises", lambda: KNOWN)


def part(tag, source, name="queue-1", **more):
    make = new_markdown_cell if tag in {"hint", "explanation"} or source.startswith("#") else new_code_cell
    return make(source, metadata={"tags": [tag], "workbook": {"exercise": name, **more}})


def ran(cell):
    if cell.cell_type == "code":
        cell.execution_count = 1
        cell.outputs = [nbformat.v4.new_output("stream", text="ready\n")]
    return cell


def cells():
    return [
        new_markdown_cell("# Exercises on queues"),
        new_code_cell('import boto3\nfrom workbook import Lab\nlab = Lab(seed=1)\nsqs = boto3.client("sqs")'),
        part("task", "## A queue for the bakery\nLevel 1."),
        part("task", "def build(lab):\n    ..."),
        part("hint", "Which call makes a queue?"),
        part("hint", "It is `create_queue`."),
        part("mistake", "def build(lab):\n    return 1\n\ncheck('queue-1')", mistake="no-queue"),
        part(
            "solution",
            '# a name is enough\ndef build(lab):\n    sqs.create_queue(QueueName="orders")\n\nbuild(lab)',
        ),
        part("explanation", "A queue needs a name."),
        part("task", 'check("queue-1")'),
        part("task", "## How long?", "queue-2"),
        part("hint", "Longer than the work.", "queue-2"),
        part("mistake", 'check("queue-2", {"seconds": 1})', "queue-2", mistake="too-short"),
        part("solution", 'check("queue-2", {"seconds": 120})', "queue-2"),
        part("explanation", "Work takes 100 s.", "queue-2"),
        part("task", 'choose("queue-2")', "queue-2"),
        new_code_cell("lab.close()"),
    ]


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "solutions").mkdir()
    write(tmp_path, [ran(cell) for cell in cells()])
    return tmp_path


def write(checkout, its_cells):
    notebook = new_notebook(cells=its_cells)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    nbformat.write(notebook, checkout / "solutions" / f"{LESSON}.ipynb")


def built(checkout):
    for step in out_of_step(checkout):
        step.take(checkout)
    return nbformat.read(checkout / "exercises" / f"{LESSON}.ipynb", as_version=4)


def texts(checkout):
    built(checkout)
    file = checkout / "workbook" / "teaching" / "texts" / f"{LESSON}.json"
    return json.loads(file.read_text(encoding="utf-8"))


class TestLearnersNotebook:
    def test_it_has_the_task_and_the_check_and_nothing_that_gives_an_answer_away(self, checkout):
        assert [cell.source.splitlines()[0] for cell in built(checkout).cells] == [
            "# Exercises on queues", "import boto3", "## A queue for the bakery", "def build(lab):",
            'check("queue-1")', "## How long?", 'choose("queue-2")', "lab.close()",
        ]  # fmt: skip

    def test_it_never_ran(self, checkout):
        code = [cell for cell in built(checkout).cells if cell.cell_type == "code"]
        assert all(cell.outputs == [] and cell.execution_count is None for cell in code)

    def test_each_of_its_cells_is_the_authors_to_the_id(self, checkout):
        learners = built(checkout)
        authors = nbformat.read(checkout / "solutions" / f"{LESSON}.ipynb", as_version=4)
        same = {cell.id: (cell.source, cell.metadata) for cell in authors.cells}
        assert all(same[cell.id] == (cell.source, cell.metadata) for cell in learners.cells)

    def test_making_it_leaves_the_authors_copy_alone(self):
        notebook = new_notebook(cells=[ran(cell) for cell in cells()])
        before = copy.deepcopy(notebook)
        for_learners(notebook)
        assert notebook == before


class TestTexts:
    def test_hints_come_one_by_one_the_easiest_first(self, checkout):
        assert texts(checkout)["exercises"]["queue-1"]["hints"] == [
            "Which call makes a queue?",
            "It is `create_queue`.",
        ]

    def test_a_solution_is_what_its_cell_defines_with_its_comments(self, checkout):
        assert texts(checkout)["exercises"]["queue-1"]["solution"] == SOLUTION

    def test_where_a_value_is_asked_for_it_is_the_value_that_is_checked(self, checkout):
        written = texts(checkout)["exercises"]["queue-2"]
        assert written["solution"] == {"seconds": 120}
        assert written["mistakes"] == {"too-short": {"seconds": 1}}

    def test_what_the_notebook_begins_with_comes_without_its_lab(self, checkout):
        assert texts(checkout)["prelude"] == (
            'import boto3\nfrom workbook import Lab\nsqs = boto3.client("sqs")'
        )

    def test_a_solution_that_gives_no_value_is_named(self, checkout):
        its_cells = cells()
        its_cells[13].source = "print(120)"
        write(checkout, its_cells)
        with pytest.raises(AuthorError, match=r"queue-2: a solution should end in check\(\"queue-2\", and"):
            out_of_step(checkout)


class TestNbgrader:
    def grading(self, checkout):
        stamped = [cell.metadata.get("nbgrader") for cell in built(checkout).cells]
        return {meta["grade_id"]: meta for meta in stamped if meta}

    def test_the_cell_with_the_placeholder_is_graded_by_hand_with_the_points_of_the_check(self, checkout):
        assert self.grading(checkout)["queue-1"] == {
            "schema_version": 3, "grade_id": "queue-1", "points": 3,
            "grade": True, "solution": True, "locked": False, "task": False,
        }  # fmt: skip

    def test_where_there_is_no_placeholder_the_answer_is_given_in_the_check(self, checkout):
        assert built(checkout).cells[6].metadata.nbgrader.grade_id == "queue-2"

    def test_other_cells_of_the_task_are_locked_and_worth_nothing(self, checkout):
        others = [meta for name, meta in self.grading(checkout).items() if name not in KNOWN]
        assert len(others) == 3
        assert all(meta["locked"] and not meta["grade"] and "points" not in meta for meta in others)

    def test_what_learners_do_not_get_is_not_marked(self, checkout):
        built(checkout)
        authors = nbformat.read(checkout / "solutions" / f"{LESSON}.ipynb", as_version=4)
        hidden = [cell for cell in authors.cells if cell.metadata.get("tags", ["task"]) != ["task"]]
        assert hidden
        assert all("nbgrader" not in cell.metadata for cell in hidden)


class TestSteps:
    def test_what_was_just_built_is_in_step(self, checkout):
        built(checkout)
        assert out_of_step(checkout) == []

    def test_one_changed_word_is_out_of_step(self, checkout):
        built(checkout)
        its_cells = cells()
        its_cells[2].source += " Hurry."
        write(checkout, its_cells)
        paths = [step.path.as_posix() for step in out_of_step(checkout)]
        assert f"exercises/{LESSON}.ipynb" in paths
        assert f"workbook/teaching/texts/{LESSON}.json" in paths

    def test_what_was_made_from_a_notebook_that_is_gone_goes_too(self, checkout):
        built(checkout)
        (checkout / "solutions" / f"{LESSON}.ipynb").unlink()
        for step in out_of_step(checkout):
            step.take(checkout)
        assert list((checkout / "exercises").iterdir()) == []

    def test_the_command_says_what_it_wrote_and_with_check_only_what_it_would(
        self, checkout, monkeypatch, capsys
    ):
        monkeypatch.chdir(checkout)
        assert main(["build", "--check"]) == 1
        assert f"exercises/{LESSON}.ipynb: out of step" in capsys.readouterr().out
        assert not (checkout / "exercises").exists()
        assert main(["build"]) == 0
        assert f"exercises/{LESSON}.ipynb: written" in capsys.readouterr().out
        assert main(["build", "--check"]) == 0

    def test_elsewhere_than_in_a_checkout_it_says_where_to_go(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        assert main(["build"]) == 2
        assert "run this in a checkout" in capsys.readouterr().err


def without(position):
    its_cells = cells()
    del its_cells[position]
    return its_cells


def swapped(one, other):
    its_cells = cells()
    its_cells[one], its_cells[other] = its_cells[other], its_cells[one]
    return its_cells


def changed(position, **metadata):
    its_cells = cells()
    its_cells[position].metadata.update(metadata)
    return its_cells


class TestAuthorsNotebook:
    @pytest.mark.parametrize(
        ("its_cells", "problem"),
        [
            (without(7), "queue-1: its cells are task"),
            (without(8), "queue-1: its cells are task"),
            (without(9), "and a last code cell of the task that checks"),
            (swapped(6, 7), "they should be task"),
            (changed(9, tags=["solution"]), r'should be code of the task, check\("queue-1"\)'),
            (swapped(2, 10), "stand in two places"),
            (changed(4, workbook={}), "cell 5: it has the tag 'hint' and the exercise None"),
            (changed(4, tags=[]), "cell 5: it has the tag None and the exercise 'queue-1'"),
            (changed(6, workbook={"exercise": "queue-1"}), "cell 7: say which mistake"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_in_it_is_named_with_its_place(self, its_cells, problem):
        with pytest.raises(AuthorError, match=problem):
            exercises_in(new_notebook(cells=its_cells), "solutions/x.ipynb")

    def test_an_exercise_that_no_module_has_is_named(self, checkout, monkeypatch):
        monkeypatch.setattr(build, "all_exercises", dict)
        with pytest.raises(
            AuthorError, match="no module in workbook/teaching/exercises has an exercise 'queue-1'"
        ):
            out_of_step(checkout)

    def test_an_exercise_of_another_lesson_is_named(self, checkout):
        (checkout / "solutions" / f"{LESSON}.ipynb").rename(checkout / "solutions" / "02_other.ipynb")
        with pytest.raises(AuthorError, match="queue-1 says that its lesson is 01_queues"):
            out_of_step(checkout)


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("import json", "import json"),
        ("LIMIT = 5", "LIMIT = 5"),
        ("TABLE = {'a': [1, 2]}", "TABLE = {'a': [1, 2]}"),
        ("sqs = boto3.client('sqs')", "sqs = boto3.client('sqs')"),
        ("url = sqs.create_queue(QueueName='x')['QueueUrl']", ""),
        ("lab = Lab(seed=7)", ""),
        ("lab.flow()", ""),
        ("for x in y:\n    print(x)", ""),
        ("@exercise('q-1')\ndef build(lab):\n    ...", "def build(lab):\n    ..."),
        ("@lab.actor('Ida')\ndef build(lab):\n    ...", "@lab.actor('Ida')\ndef build(lab):\n    ..."),
        ("# why\ndef f():\n    return 1  # so\n\nf()\n", "# why\ndef f():\n    return 1  # so"),
    ],
)  # fmt: skip
def test_a_cell_is_read_for_what_it_defines(source, kept):
    assert definitions_in(source) == kept
