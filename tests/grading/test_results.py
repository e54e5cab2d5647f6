"""What grading found, as it crosses processes and lies in files: the same comes back, all else is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.grading.plain_reading import FormError
from workbook.grading.request import GradingRequest
from workbook.grading.results import (
    GRADED,
    MISSING,
    UNGRADABLE,
    ClassResult,
    FileRecord,
    PropertyResult,
    SubmissionResult,
    TaskResult,
    missing,
    total_of,
    ungradable,
)

texts = st.text(max_size=20)
properties = st.builds(
    PropertyResult, name=texts, points=st.integers(0, 9), of=st.integers(0, 9), held=st.booleans()
)


@st.composite
def tasks(draw):
    state = draw(st.sampled_from([GRADED, UNGRADABLE, MISSING]))
    of = draw(st.integers(0, 20))
    return TaskResult(
        exercise=draw(texts),
        title=draw(texts),
        state=state,
        of=of,
        points=draw(st.integers(0, of)) if state == GRADED else None,
        reason=draw(st.text(min_size=1, max_size=20)),
        properties=tuple(draw(st.lists(properties, max_size=3))),
        mistake=draw(st.none() | texts),
        feedback=tuple(draw(st.lists(texts, max_size=3))),
        trouble=draw(st.none() | texts),
        tampering=tuple(draw(st.lists(texts, max_size=2))),
        picture=draw(st.none() | texts),
    )


files = st.builds(FileRecord, name=texts, digest=texts, used=st.booleans())
submissions = st.builds(
    SubmissionResult,
    learner=texts,
    tasks=st.lists(tasks(), max_size=3).map(tuple),
    files=st.lists(files, max_size=2).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
    late_seconds=st.integers(0, 10**9),
    account=texts,
)
classes = st.builds(
    ClassResult,
    assignment=texts,
    submissions=st.lists(submissions, max_size=2).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
)
requests = st.builds(
    GradingRequest,
    notebooks=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    exercises=st.lists(texts, max_size=3).map(tuple),
    secret=texts,
    hidden=st.none() | texts,
    pictures=st.booleans(),
    exam=st.booleans(),
    wall_seconds=st.integers(0, 1000),
)

GOOD = TaskResult(exercise="vt-1", title="One number", state=GRADED, of=4, points=2)


@given(classes)
def test_results_come_back_as_they_were(result):
    assert ClassResult.from_json(json.loads(json.dumps(result.as_json()))) == result


@given(requests)
def test_requests_come_back_as_they_were(request):
    assert GradingRequest.from_json(json.loads(json.dumps(request.as_json()))) == request


@given(requests, requests)
def test_requests_have_one_digest_exactly_if_they_are_the_same(one, other):
    same = {**one.as_json(), "hidden": None} == {**other.as_json(), "hidden": None}
    assert (one.digest == other.digest) == same


@pytest.mark.parametrize("state", [UNGRADABLE, MISSING])
def test_what_was_not_judged_has_no_points_not_even_zero(state):
    with pytest.raises(FormError, match="only graded has points"):
        TaskResult(exercise="vt-1", title="", state=state, of=4, points=0, reason="It crashed.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"points": 5}, "vt-1 has 5 points of 4"),
        ({"points": None}, "vt-1 is graded with points None"),
        ({"points": True}, "task.points is True; it should be a whole number"),
        ({"points": -1}, "task.points is -1; it should not be below 0"),
        ({"state": "right"}, "task.state is 'right'; it should be one of graded, ungradable, missing"),
        ({"state": "missing", "points": None}, "vt-1 is missing without a reason"),
        ({"feedback": "no list"}, "task.feedback is 'no list'; it should be a list"),
        ({"feedback": [1]}, r"task.feedback\[0\] is 1; it should be a text"),
        ({"grade": 4}, "task should have no field 'grade'"),
    ],
)
def test_what_is_no_result_is_refused_with_its_place(changes, said):
    with pytest.raises(FormError, match=said):
        TaskResult.from_json({**GOOD.as_json(), **changes})


def test_a_field_that_is_missing_is_named():
    value = GOOD.as_json()
    del value["points"]
    with pytest.raises(FormError, match="task has no field 'points'"):
        TaskResult.from_json(value)


@pytest.mark.parametrize("version", [0, 2, None, True, "1"])
def test_another_version_is_refused(version):
    value = {**SubmissionResult("ada", ()).as_json(), "version": version}
    with pytest.raises(FormError, match="this workbook reads version 1"):
        SubmissionResult.from_json(value)


def test_a_total_keeps_apart_what_is_wrong_and_what_is_not_known():
    total = total_of(
        [GOOD, ungradable("vt-2", "Cakes", 6, "It crashed."), missing("vt-3", "Bread", 3, "Gone.")]
    )
    assert (total.points, total.of, total.unjudged, total.is_final) == (2, 13, 6, False)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([GOOD], GRADED),
        ([GOOD, missing("vt-3", "Bread", 3, "Gone.")], GRADED),
        ([GOOD, ungradable("vt-2", "Cakes", 6, "It crashed.")], UNGRADABLE),
        ([missing("vt-3", "Bread", 3, "Gone.")], MISSING),
    ],
)
def test_a_submission_is_ungradable_as_soon_as_one_task_is(states, expected):
    handed_in = (FileRecord("ada.ipynb", "00", used=True),)
    assert SubmissionResult("ada", tuple(states), handed_in).state == expected
