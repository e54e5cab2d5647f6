"""The browser draws a chart anew when one looks more closely: the same lines, ticks and words as Python's."""

import base64
import random
import re
from pathlib import Path

import pytest

from workbook.engine.clock import SECOND
from workbook.flow import explorer
from workbook.flow.chart_measures import Measure
from workbook.flow.chart_paths import age_path, step_paths
from workbook.flow.chart_scales import time_ticks
from workbook.flow.durations import duration_text

_CODE = base64.b64encode((Path(explorer.__file__).parent / "explore.js").read_bytes()).decode()
MODULE = f"data:text/javascript;base64,{_CODE}"
ASK = """async ({ module, measures, spans, durations }) => {
    const { agePath, durationText, stepPaths, ticksOf, valueAt } = await import(module);
    const y = value => 54 - value;
    const lines = measures.map(({ times, values, age, first, last, instants }) => {
        const x = time => (900 * (time - first)) / (last - first);
        const measure = { times, values };
        return {
            path: age ? [agePath(measure, first, last, x, y), ""] : stepPaths(measure, first, last, x, y),
            values: instants.map(instant => valueAt(measure, age, instant)),
        };
    });
    return {
        lines,
        ticks: spans.map(([first, last, most]) => ticksOf(first, last, most)),
        words: durations.map(durationText),
    };
}"""


def made_up_measure(chance, *, is_age):
    measure = Measure("depth", "depth", is_age=is_age)
    time = 0
    for _ in range(chance.randrange(400)):
        time += chance.choice([1_000, 20_000, 1_000_000, 90_000_000])
        measure.note(time, (None if chance.random() < 0.2 else time // 3) if is_age else chance.randrange(9))
    return measure


@pytest.fixture(scope="module")
def both(browser):
    """What Python and the module of the browser make of the same numbers."""
    chance = random.Random(11)
    measures = [made_up_measure(chance, is_age=number % 2 == 1) for number in range(60)]
    windows = [sorted(chance.sample(range(300 * SECOND), 2)) for _ in measures]
    instants = [chance.randrange(300 * SECOND) for _ in range(20)]
    spans = [(chance.randrange(10**9), 1_000 + int(10 ** chance.uniform(4, 13)), 8) for _ in range(60)]
    durations = [round(10 ** chance.uniform(-3, 7), 3) for _ in range(300)]
    question = {
        "measures": [
            {"times": one.times, "values": one.values, "age": one.is_age, "first": first, "last": last}
            | {"instants": instants}
            for one, (first, last) in zip(measures, windows, strict=True)
        ],
        "spans": [(first, first + span, most) for first, span, most in spans],
        "durations": durations,
    }
    page = browser.new_page()
    answer = page.evaluate(ASK, {"module": MODULE, **question})
    page.close()
    return measures, question, answer


def numbers(path):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]


def corners(path):
    """The points of a path of slopes; two that differ by the rounding of a hundredth are one."""
    flat = numbers(path)
    points = []
    for point in zip(flat[::2], flat[1::2], strict=True):
        if not points or point != pytest.approx(points[-1], abs=0.011):
            points.append(point)
    return points


def test_it_draws_the_same_lines(both):
    measures, question, answer = both
    for measure, asked, line in zip(measures, question["measures"], answer["lines"], strict=True):
        first, last = asked["first"], asked["last"]

        def x(time, first=first, last=last):
            return 900 * (time - first) / (last - first)

        if measure.is_age:
            slopes = corners(age_path(measure, first, last, x, lambda value: 54 - value))
            for point, other in zip(slopes, corners(line["path"][0]), strict=True):
                assert other == pytest.approx(point, abs=0.011)
            continue
        ours = step_paths(measure, first, last, x, lambda value: 54 - value)
        for python, browser in zip(ours, line["path"], strict=True):
            assert re.sub(r"[^A-Z]", "", python) == re.sub(r"[^A-Z]", "", browser)
            assert numbers(browser) == pytest.approx(numbers(python), abs=0.011)


def test_it_reads_the_same_values(both):
    measures, question, answer = both
    for measure, asked, line in zip(measures, question["measures"], answer["lines"], strict=True):
        assert line["values"] == [pytest.approx(measure.at(instant)) for instant in asked["instants"]]


def test_it_puts_ticks_at_the_same_times_with_the_same_words(both):
    _, question, answer = both
    ours = [time_ticks(first, last, 0, most) for first, last, most in question["spans"]]
    assert [[(round(time), text) for time, text in ticks] for ticks in answer["ticks"]] == ours


def test_it_says_durations_as_python_does(both):
    _, question, answer = both
    assert answer["words"] == [duration_text(seconds) for seconds in question["durations"]]
