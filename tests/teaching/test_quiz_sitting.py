"""A quiz without a screen: what is asked, in which order, when it comes again, what is said of an answer."""

import datetime
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quiz_questions import RIGHT, WRONG, made_up

from workbook.teaching.asked import AnswerError
from workbook.teaching.progress.progress_book import ProgressBook
from workbook.teaching.progress.records import QuestionRecord
from workbook.teaching.progress.store import Store
from workbook.teaching.quizzes.exam import WEIGHTS, Exam, drawn, seats
from workbook.teaching.quizzes.explaining import rows, verdict_line
from workbook.teaching.quizzes.explanation import explanation_html
from workbook.teaching.quizzes.picking import missed, picked, shown_options
from workbook.teaching.quizzes.repetition import due, reviewed
from workbook.teaching.quizzes.sitting import Sitting

NOW = datetime.datetime(2026, 11, 28, 20, tzinfo=datetime.UTC)
KINDS = ["single", "multiple", "order", "matching", "numeric"]


@pytest.fixture
def book(tmp_path):
    return ProgressBook(Store(tmp_path / "progress.json"))


def record(*, right, card):
    return QuestionRecord("sqs", right=int(right), wrong=int(not right), last_right=right, card=card)


class TestRepetition:
    def test_what_was_missed_comes_again_in_minutes_what_was_known_in_days(self):
        wrong = reviewed({}, right=False, now=NOW)
        assert due(wrong) - NOW == datetime.timedelta(minutes=1)
        right = reviewed({}, right=True, now=NOW)
        for _ in range(2):
            right = reviewed(right, right=True, now=due(right))
        assert due(right) - NOW > datetime.timedelta(days=3)

    def test_each_right_answer_in_time_makes_the_next_pause_longer(self):
        card, pauses, now = {}, [], NOW
        for _ in range(5):
            card = reviewed(card, right=True, now=now)
            pauses.append(due(card) - now)
            now = due(card)
        assert pauses == sorted(pauses)

    def test_the_same_answers_give_the_same_card(self):
        assert reviewed({}, right=True, now=NOW) == reviewed({}, right=True, now=NOW)

    @pytest.mark.parametrize("card", [{"due": 7}, {"due": "soon"}, {"state": 9}, {"difficulty": "very"}])
    def test_a_card_that_somebody_has_broken_begins_anew(self, card):
        due(card)
        assert due(reviewed(card, right=False, now=NOW)) > NOW


class TestPicking:
    def test_what_is_due_comes_first_then_what_is_new_then_what_is_not_due_yet(self):
        old, new, fresh = (made_up("single", name) for name in ("old", "new", "fresh"))
        yesterday = NOW - datetime.timedelta(days=1)
        known = {
            "old": record(right=False, card=reviewed({}, right=False, now=yesterday)),
            "fresh": record(right=True, card=reviewed({}, right=True, now=NOW)),
        }
        assert picked([fresh, new, old], known, None, 0, NOW) == [old, new, fresh]
        assert picked([fresh, new, old], known, 1, 0, NOW) == [old]

    def test_the_same_seed_asks_in_the_same_order_and_another_in_another(self):
        questions = [made_up("single", f"q-{number}") for number in range(20)]
        first = picked(questions, {}, None, 0, NOW)
        assert picked(reversed(questions), {}, None, 0, NOW) == first
        assert picked(questions, {}, None, 1, NOW) != first

    def test_missed_are_those_whose_latest_answer_was_wrong(self):
        one, two, three = (made_up("single", name) for name in ("one", "two", "three"))
        known = {"one": record(right=False, card={}), "two": record(right=True, card={})}
        assert missed([one, two, three], known) == [one]

    @given(st.integers())
    def test_an_order_never_stands_in_its_right_order_already(self, seed):
        question = made_up("order")
        shown = [option.id for option in shown_options(question, seed)]
        assert sorted(shown) == sorted(question.asks.key)
        assert shown != question.asks.key

    def test_the_place_of_the_right_option_tells_nothing(self):
        question = made_up("single")
        places = Counter(
            [option.id for option in shown_options(question, seed)].index("a") for seed in range(200)
        )
        assert set(places) == {0, 1, 2, 3}


class TestSitting:
    @pytest.mark.parametrize("kind", KINDS)
    def test_an_answer_is_judged_and_noted_down_with_its_card(self, book, kind):
        question = made_up(kind)
        sitting = Sitting([question], book, now=lambda: NOW)
        assert sitting.answer(question, RIGHT[kind]).right
        noted = book.question(kind)
        assert (noted.right, noted.wrong, noted.topic) == (1, 0, "sqs")
        assert due(noted.card) > NOW

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_wrong_answer_says_why_of_every_option(self, book, kind):
        question = made_up(kind)
        sitting = Sitting([question], book)
        answered = sitting.answer(question, WRONG[kind])
        assert verdict_line(answered).startswith("Wrong.")
        explained = rows(answered, sitting.options(question))
        assert all(row.why for row in explained)
        assert not all(row.good for row in explained)
        html = explanation_html(answered, sitting.options(question), {"a": "5 <requests>"})
        assert "Wrong." in html
        assert all(row.why in html for row in explained)
        if kind != "numeric":
            assert "5 &lt;requests&gt;" in html

    def test_a_second_answer_changes_nothing(self, book):
        question = made_up("single")
        sitting = Sitting([question], book)
        sitting.answer(question, ["b"])
        assert not sitting.answer(question, ["a"]).right
        assert book.question("single").answers == 1

    def test_what_is_no_whole_answer_is_not_noted_down(self, book):
        question = made_up("multiple")
        sitting = Sitting([question], book)
        with pytest.raises(AnswerError, match="choose two"):
            sitting.answer(question, ["a"])
        assert book.question("multiple").answers == 0

    def test_options_stand_in_another_order_the_next_time(self, book):
        question = made_up("single")
        orders = set()
        for _ in range(6):
            sitting = Sitting([question], book)
            orders.add(tuple(option.id for option in sitting.options(question)))
            sitting.answer(question, ["a"])
        assert len(orders) > 1

    def test_nothing_is_kept_where_nothing_is_to_be_kept(self):
        question = made_up("single")
        assert Sitting([question], ProgressBook(None)).answer(question, ["a"]).right


class TestExam:
    @given(
        st.dictionaries(st.sampled_from(list(WEIGHTS)), st.integers(0, 40), min_size=4), st.integers(1, 80)
    )
    def test_every_place_is_taken_as_long_as_there_are_questions(self, there, number):
        places = seats(number, there)
        assert sum(places.values()) == min(number, sum(there.values()))
        assert all(places[domain] <= there[domain] for domain in there)

    @given(st.integers(1, 65))
    def test_with_enough_questions_each_domain_is_within_one_of_its_weight(self, number):
        places = seats(number, dict.fromkeys(WEIGHTS, 100))
        assert all(abs(places[domain] - number * weight / 100) <= 1 for domain, weight in WEIGHTS.items())

    def test_the_weights_are_all_of_the_exam(self):
        assert sum(WEIGHTS.values()) == 100

    def test_it_draws_each_question_once_and_the_same_with_the_same_seed(self):
        questions = [made_up("single", f"{domain}-{n}", domain) for domain in WEIGHTS for n in range(9)]
        exam = drawn(questions, 20, 0)
        assert len({question.id for question in exam}) == 20
        assert drawn(questions, 20, 0) == exam
        assert drawn(questions, 20, 1) != exam

    def exam(self, book, clock):
        return Exam(Sitting([made_up(kind) for kind in KINDS], book), seconds=60, clock=clock)

    def test_an_answer_may_be_changed_until_it_is_handed_in(self, book):
        exam = self.exam(book, lambda: 0.0)
        exam.begin()
        question = exam.sitting.questions[0]
        exam.give(question, ["b"])
        exam.give(question, ["a"])
        assert exam.hand_in().right == 1
        assert not exam.give(question, ["b"])
        assert exam.hand_in().right == 1

    def test_what_is_not_answered_counts_as_wrong_and_is_explained_all_the_same(self, book):
        exam = self.exam(book, lambda: 0.0)
        exam.give(exam.sitting.questions[1], ["a"])  # one of two
        result = exam.hand_in()
        assert result.right == 0
        for answered in result.wrong:
            assert rows(answered, exam.sitting.options(answered.question))
        assert book.questions() == {}

    def test_the_time_begins_once_and_ends(self, book):
        now = [100.0]
        exam = self.exam(book, lambda: now[0])
        now[0] = 200.0
        assert exam.left == 60
        exam.begin()
        now[0] = 230.0
        exam.begin()
        assert exam.left == 30
        assert exam.give(exam.sitting.questions[0], ["a"])
        now[0] = 300.0
        assert exam.left == 0
        assert not exam.give(exam.sitting.questions[4], "60")
        assert exam.hand_in().right == 1

    def test_the_result_is_told_by_domain(self, book):
        questions = [made_up("single", "s", "secure"), made_up("single", "c", "cost")]
        exam = Exam(Sitting(questions, book), seconds=60)
        exam.give(questions[1], ["a"])
        assert exam.hand_in().by_domain() == [
            ("Design Secure Architectures", 30, 0, 1),
            ("Design Cost-Optimized Architectures", 20, 1, 1),
        ]
