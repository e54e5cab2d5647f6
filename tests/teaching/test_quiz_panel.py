"""Quiz and exam in a notebook, pressed without a browser; what a saved notebook shows; the terminal."""

import json

import pytest
from quiz_questions import RIGHT, WRONG, made_up

from workbook import Lab
from workbook.cli import main
from workbook.teaching import exam, quiz
from workbook.teaching.examiner import waiting
from workbook.teaching.progress.progress_book import ProgressBook
from workbook.teaching.quizzes.bank import find_question
from workbook.teaching.quizzes.command import take_quiz
from workbook.teaching.quizzes.exam import Exam
from workbook.teaching.quizzes.exam_panel import ExamPanel
from workbook.teaching.quizzes.panel import QuizPanel
from workbook.teaching.quizzes.sitting import Sitting

KINDS = ["single", "multiple", "order", "matching", "numeric"]


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(path))
    return path


def panel_of(*kinds):
    return QuizPanel(Sitting([made_up(kind) for kind in kinds], ProgressBook(None)), "Quiz", "Nothing.")


def give(view, given):
    if hasattr(view.form, "order"):
        view.form.order = given
    else:
        view.form.given = given


def is_shown(button):
    return button.layout.display != "none"


class TestQuiz:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(("answers", "told"), [(RIGHT, "Right."), (WRONG, "Wrong.")])
    def test_an_answer_is_told_in_words_and_explained(self, kind, answers, told):
        panel = panel_of(kind)
        give(panel.view, answers[kind])
        panel.answer.click()
        assert told in panel.said.value
        assert 'role="status"' in panel.said.value
        html = panel.explained.children[0].value
        assert told in html
        assert "it is made up" in html  # why the lab cannot show it
        (links,) = panel.explained.children[1].outputs
        assert "../notebooks/02_visibility_timeout.ipynb" in links["data"]["text/markdown"]
        assert "as of 2026-11-28" in links["data"]["text/markdown"]

    def test_what_is_no_whole_answer_is_said_and_can_be_mended(self):
        panel = panel_of("multiple")
        panel.answer.click()
        assert "Not answered yet: choose two." in panel.said.value
        assert is_shown(panel.answer)
        give(panel.view, RIGHT["multiple"])
        panel.answer.click()
        assert "Right." in panel.said.value

    def test_questions_come_one_after_the_other_and_the_result_names_what_to_read(self):
        panel = panel_of("single", "numeric")
        give(panel.view, WRONG["single"])
        panel.answer.click()
        assert (is_shown(panel.answer), is_shown(panel.next), panel.next.description) == (
            False,
            True,
            "Next question",
        )
        panel.next.click()
        assert panel.explained.children == ()
        assert panel.view.form.takes_focus
        give(panel.view, RIGHT["numeric"])
        panel.answer.click()
        assert panel.next.description == "See the result"
        panel.next.click()
        assert "Quiz: 1 of 2 right." in panel.said.value
        (read,) = panel.explained.children[0].outputs
        assert "quiz(missed=True)" in read["data"]["text/markdown"]

    def test_enter_in_a_number_answers(self):
        panel = panel_of("numeric")
        panel.view.form._handle_custom_msg({"given": "60"}, [])
        assert "Right." in panel.said.value

    def test_the_evidence_runs_while_the_learner_has_a_lab_open(self):
        panel = quiz("sqs", questions=1)
        panel.sitting = Sitting([find_question("sqs-delay-1")], ProgressBook(None))
        panel._ask(takes_focus=False)
        give(panel.view, "10")
        with Lab(seed=1) as lab:
            sqs = lab.client("sqs")
            sqs.create_queue(QueueName="mine")
            panel.answer.click()
            panel.show_me.click()
            assert [url.split("/")[-1] for url in sqs.list_queues()["QueueUrls"]] == ["mine"]
        html = panel.shown.children[0].value
        assert "It came after 10 s" in html
        assert "data:image/svg+xml" in html
        assert "Show the code" in html

    def test_a_saved_notebook_shows_the_first_question_and_gives_nothing_away(self, monkeypatch):
        monkeypatch.setenv("WORKBOOK_PROGRESS", "off")
        faces = [quiz("sqs")._repr_mimebundle_() for _ in range(2)]
        assert faces[0]["text/html"] == faces[1]["text/html"]
        question = quiz("sqs").question
        for face in (faces[0]["text/html"], faces[0]["text/plain"]):
            assert "Run this cell to answer" in face
            whys = [option.why for option in getattr(question.asks, "options", ())]
            assert not [why for why in whys if why in face]
        assert "0x" not in faces[0]["text/plain"]

    def test_missed_questions_are_asked_again_and_no_others(self):
        assert quiz(missed=True).question is None
        assert "no question was missed" in repr(quiz(missed=True))
        panel = quiz("sqs", questions=1)
        asked = panel.question
        panel.sitting.answer(asked, _wrong(asked))
        assert [each.id for each in quiz(missed=True).sitting.questions] == [asked.id]

    def test_an_unknown_topic_is_answered_with_those_there_are(self):
        with pytest.raises(ValueError, match=r"no questions on this; there are 'sqs' \(\d+\)"):
            quiz("sqz")

    @pytest.mark.parametrize("number", [0, -1, "ten", True])
    def test_a_number_of_questions_is_above_0(self, number):
        with pytest.raises(ValueError, match="give a number above 0"):
            quiz("sqs", questions=number)


def _wrong(question):
    kind = type(question.asks).__name__
    key = question.asks.key
    if kind == "Choice":
        wrong = [each for each, is_right in key.items() if not is_right]
        return [*sorted(question.asks.right)[:-1], wrong[0]]
    return {"Order": lambda: key[::-1], "Number": lambda: key + 1000}.get(
        kind, lambda: dict.fromkeys(key, next(iter(key.values())))
    )()


class TestExam:
    def test_it_begins_with_a_button_goes_forth_and_back_and_is_explained_at_its_end(self):
        panel = ExamPanel(Exam(Sitting([made_up(kind) for kind in KINDS], ProgressBook(None)), seconds=600))
        assert is_shown(panel.begin)
        assert not is_shown(panel.next)
        panel.begin.click()
        assert panel.clock.seconds <= 600
        for kind in KINDS:
            assert panel.view.question.id == kind
            give(panel.view, RIGHT[kind] if kind != "single" else WRONG[kind])
            panel.next.click()
        panel.back.click()
        assert panel.view.question.id == "matching"
        assert panel.view.given == RIGHT["matching"]
        panel.hand_in.click()
        assert "Hand in and end the exam?" in panel.said.value
        panel.sure.click()
        assert "4 of 5 right" in panel.said.value
        assert "Because of a." in panel.review.children[0].value
        assert not panel.clock.runs

    def test_the_end_of_the_time_ends_it_and_what_is_chosen_counts(self):
        panel = ExamPanel(Exam(Sitting([made_up("single")], ProgressBook(None)), seconds=600))
        panel.begin.click()
        give(panel.view, RIGHT["single"])
        panel.clock.is_over = True
        assert "1 of 1 right" in panel.said.value

    def test_one_may_think_again_before_handing_in(self):
        panel = ExamPanel(Exam(Sitting([made_up("single")], ProgressBook(None)), seconds=600))
        panel.begin.click()
        panel.hand_in.click()
        assert "1 question has no whole answer yet" in panel.said.value
        panel.go_on.click()
        assert panel.view.question.id == "single"
        assert panel.exam.result is None

    def test_it_takes_two_minutes_a_question_unless_told_otherwise(self):
        assert "Exam: 5 questions in 10 minutes" in repr(exam(questions=5))
        assert "Exam: 5 questions in 7 minutes" in repr(exam(questions=5, minutes=7))
        with pytest.raises(ValueError, match="minutes=0: give a number above 0"):
            exam(minutes=0)


class TestTerminal:
    def say(self, *typed, **how):
        told, typed = [], list(typed)

        def ask(prompt):
            told.append(prompt)
            if not typed:
                raise EOFError
            return typed.pop(0)

        take_quiz("sqs", 10, missed=False, ask=ask, say=told.append, **how)
        return "\n".join(told)

    def test_questions_are_asked_until_the_input_ends(self):
        told = self.say()
        assert "Question 1 of 10" in told
        assert "right." not in told

    def test_what_is_no_answer_is_asked_for_again(self):
        told = self.say("perhaps", "")
        assert told.count("Your answer: ") == 3

    @pytest.mark.parametrize("name", ["sqs-delay-1", "sqs-settings-1", "sqs-visibility-2", "sqs-fifo-1"])
    def test_every_kind_can_be_typed_and_shown_in_the_lab(self, name, monkeypatch):
        question = find_question(name)
        monkeypatch.setattr(
            "workbook.teaching.quizzes.command.sitting_on",
            lambda *_, **__: Sitting([question], ProgressBook(None)),
        )
        told = self.say(_typed(question), "s")
        assert "\nRight.\n" in told
        assert "1 of 1 right." in told
        assert f"{question.evidence}(lab)" in told

    def test_an_unknown_topic_ends_the_command_with_its_reason(self, capsys):
        assert main(["quiz", "sqz"]) == 2
        assert "there are no questions on this" in capsys.readouterr().err


def _typed(question):
    asks = question.asks
    options = [option.id for option in Sitting([question], ProgressBook(None)).options(question)]
    if not options:
        return str(asks.key)
    if isinstance(asks.key, list):
        return " ".join("abcd"[options.index(each)] for each in asks.key)
    if hasattr(asks, "partners"):
        return " ".join(str(asks.partners.index(asks.key[each]) + 1) for each in options)
    return " ".join("abcde"[options.index(each)] for each in sorted(asks.right))


def test_the_examiner_s_process_gives_what_an_evidence_shows_as_plain_json():
    shown = waiting.ask({"question": "sqs-visibility-2"})
    assert json.loads(json.dumps(shown)) == shown
    assert shown["answer"] == ["a-receives", "b-receives", "b-deletes", "a-deletes"]
    assert shown["each"]["b-receives"] == "at second 30"
