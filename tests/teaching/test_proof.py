"""The proof finds what an author may overlook: here each exercise is unsound in one way."""

import dataclasses
from collections import Counter

import pytest

from workbook.engine.seeds import Chaos
from workbook.scenarios.framework.settings import Number
from workbook.teaching.asked import Settings
from workbook.teaching.authors import proof
from workbook.teaching.contract import Exercise, Mistake, Property, Situation, broken, held
from workbook.teaching.texts import Submission, Texts

SECONDS = Number("seconds", "the visibility timeout", 30, 0, 100, "s")


def timeout(run):
    return run.answer.settings["seconds"]


def long_enough(run):
    return held() if timeout(run) >= 60 else broken(expected="60 s at least.", happened=f"{timeout(run)} s.")


SOUND = Exercise(
    id="vt-9", title="How long?", lesson="02_visibility_timeout", level=1, topic="sqs",
    asks=Settings((SECONDS,)),
    situations=(Situation(name="a day", set_up="A day goes by.", play=lambda lab, answer: None),),
    properties=(Property(name="it is long enough", points=2, judge=long_enough),),
    mistakes=(Mistake(name="too-short", recognised=lambda run: timeout(run) < 60, message="Too short."),),
)  # fmt: skip
TEXTS = Texts(
    task="## How long?\nLevel 1.", given="", hints=("Look.", "Longer."), explanation="Because.",
    placeholder=Submission(value={}), solution=Submission(value={"seconds": 60}),
    mistakes={"too-short": Submission(value={"seconds": 1})}, solution_code="",
)  # fmt: skip


@pytest.fixture
def lessons(tmp_path):
    (tmp_path / "02_visibility_timeout.ipynb").touch()
    return tmp_path


@pytest.fixture
def problems(monkeypatch, lessons):
    def found(exercise=SOUND, **texts):
        monkeypatch.setattr(proof, "texts_of", lambda _: dataclasses.replace(TEXTS, **texts))
        return [
            *proof.form_problems(exercise, lessons),
            *proof.placeholder_problems(exercise),
            *proof.solution_problems(exercise, range(2)),
            *proof.mistake_problems(exercise),
        ]

    return found


def test_of_a_sound_exercise_nothing_is_said(problems):
    assert problems() == []


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"hints": ("One.",)}, "it has 1 hints; 2 at least, the easiest first"),
        ({"explanation": " "}, "its solution is not explained"),
        ({"task": "## How long?"}, "the task does not say that it is of level 1"),
        ({"mistakes": {}}, "no cell makes the mistake 'too-short'"),
        ({"placeholder": Submission(value={"seconds": 90})}, "the placeholder is judged right"),
        (
            {"mistakes": {"too-short": Submission(value={"seconds": 70})}},
            "the mistake 'too-short' is judged right",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_in_its_texts_is_found(problems, texts, problem):
    assert problems(**texts) == [problem]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": "Timeouts"}, "the id 'Timeouts' is no word in small letters"),
        ({"topic": "queues"}, "the topic 'queues' is none of sqs, lambda"),
        ({"lesson": "99_gone"}, "there is no lesson 99_gone"),
        ({"level": 4}, "level 4 is none of 1, 2, 3"),
    ],
)
def test_what_is_wrong_in_its_module_is_found(problems, change, problem):
    assert any(each.startswith(problem) for each in problems(dataclasses.replace(SOUND, **change)))


def test_a_solution_that_fails_is_found_with_its_seed_and_its_reason(problems):
    assert problems(solution=Submission(value={"seconds": 59})) == [
        "with seed 0 the solution is judged wrong: it is long enough: 59 s.",
        "with seed 1 the solution is judged wrong: it is long enough: 59 s.",
    ]


def test_a_mistake_that_nothing_recognises_is_found(problems):
    unknown = dataclasses.replace(SOUND, mistakes=())
    assert problems(unknown) == [
        "nothing recognises the mistake 'too-short'",
        "the mistake 'too-short' is not recognised: it is long enough: 1 s.",
    ]


def test_a_mistake_that_is_taken_for_another_is_found(problems):
    first = Mistake(name="any", recognised=lambda run: timeout(run) < 60, message="Something.")
    both = dataclasses.replace(SOUND, mistakes=(first, *SOUND.mistakes))
    found = problems(both, mistakes={**TEXTS.mistakes, "any": Submission(value={"seconds": 2})})
    assert found == ["the mistake 'too-short' is taken for 'any'"]


# ---- how many seeds are tried


def sends_a_message(lab, answer):
    sqs = lab.client("sqs")
    sqs.send_message(QueueUrl=sqs.create_queue(QueueName="a")["QueueUrl"], MessageBody="tea")


def fails_now_and_then(lab, answer):
    sends_a_message(lab, answer)
    lab.advance(lab.world.seeds.stream("a throw of dice").randrange(1, 1000))
    sends_a_message(lab, answer)


@pytest.fixture
def tried(monkeypatch):
    monkeypatch.setattr(proof, "texts_of", lambda _: TEXTS)

    def count(play, **more):
        judged = []
        note = Property(name="noted", points=0, judge=lambda run: judged.append(run.situation) or held())
        exercise = dataclasses.replace(
            SOUND,
            situations=(Situation(name="a day", set_up="A day goes by.", play=play, **more),),
            properties=(*SOUND.properties, note),
        )
        assert list(proof.solution_problems(exercise, range(20))) == []
        return len(judged)

    return count


def subscribes_a_queue(lab, answer):
    topic = lab.client("sns").create_topic(Name="news")["TopicArn"]
    queue = "arn:aws:sqs:us-east-1:123456789012:a"
    lab.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)


@pytest.mark.parametrize("play", [sends_a_message, subscribes_a_queue])
def test_where_seeds_decide_ids_and_nothing_else_a_few_are_enough(tried, play):
    assert tried(play) == proof.ENOUGH_ALIKE


def test_where_chance_decides_what_happens_all_are_tried(tried):
    assert tried(fails_now_and_then) == 20


def test_where_chaos_is_asked_for_all_are_tried_even_if_nothing_happened_in_the_first(tried):
    assert tried(sends_a_message, chaos=Chaos(duplicates=0.01)) == 20


@pytest.fixture
def played(monkeypatch):
    """How often each situation of an exercise is judged, and what is found wrong with it."""
    monkeypatch.setattr(proof, "texts_of", lambda _: TEXTS)

    def prove(situations, *properties):
        judged = []
        note = Property(name="noted", points=0, judge=lambda run: judged.append(run.situation.name) or held())
        found = tuple(Situation(name=name, set_up="It is.", **more) for name, more in situations.items())
        exercise = dataclasses.replace(SOUND, situations=found, properties=(note, *properties))
        problems = list(proof.solution_problems(exercise, range(20)))
        return Counter(judged), problems

    return prove


def test_only_the_situation_in_which_chance_decides_is_played_with_all_seeds(played):
    plain, chance = {"play": sends_a_message}, {"play": fails_now_and_then}
    chaos = {**plain, "chaos": Chaos(duplicates=0.01)}
    seen, problems = played({"plain": plain, "chance": chance, "chaos": chaos})
    assert (seen, problems) == ({"plain": proof.ENOUGH_ALIKE, "chance": 20, "chaos": 20}, [])


def test_what_is_judged_in_a_settled_situation_alone_is_not_missed_later(played):
    situations = {"plain": {"play": sends_a_message}, "chance": {"play": fails_now_and_then}}
    only_there = Property(name="plain", points=1, judge=lambda run: held(), situations=("plain",))
    assert played(situations, only_there)[1] == []


def test_a_solution_that_chance_breaks_late_is_found_though_another_situation_is_settled(played):
    times = []

    def breaks_late(run):
        times.append(run.situation.name)
        return held() if times.count("chance") != 19 else broken(expected="Luck.", happened="None.")

    late = Property(name="luck", points=1, judge=breaks_late)
    situations = {"plain": {"play": sends_a_message}, "chance": {"play": fails_now_and_then}}
    assert played(situations, late)[1] == ["with seed 18 the solution is judged wrong: luck: None."]


def test_a_situation_that_was_not_reached_with_each_seed_is_not_taken_as_alike(played):
    begun = []

    def breaks_off_first(lab, answer):
        begun.append(lab)
        if len(begun) == 1:
            raise ValueError("not yet")

    seen, problems = played({"first": {"play": breaks_off_first}, "then": {"play": sends_a_message}})
    assert seen["then"] == 19
    assert len(problems) == 1
