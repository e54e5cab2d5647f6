"""What is shown to others: it arrives as it was, and what arrives can do no harm."""

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook import Lab
from workbook.room.exhibits import (
    LONGEST_TEXT,
    ExhibitError,
    RunShown,
    ScenarioShown,
    TextShown,
    exhibit_from,
    exhibit_of,
)
from workbook.room.runs import MOST_HOPS
from workbook.room.transport import RoomError
from workbook.scenarios import SCENARIOS, SettingError, poison_message

SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
LIGHT = [name for name in SCENARIOS if name not in {"lambda-scaling", "workers-scaling"}]


class Tags(HTMLParser):
    """The elements of a page, and those attributes that would run something."""

    def __init__(self, html):
        super().__init__()
        self.found, self.handlers = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def harmless(html):
    tags = Tags(html)
    return not tags.handlers and not tags.found & {"script", "iframe", "object", "embed", "link", "style"}


@pytest.fixture(scope="module")
def run():
    """A run with everything that a file could hold in its texts."""
    with Lab(seed=7) as lab:
        sqs = lab.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=SCRIPT)
        sqs.receive_message(QueueUrl=url)
        lab.advance(40)
        return exhibit_of(lab, SCRIPT)


@pytest.mark.parametrize("name", LIGHT)
def test_a_run_arrives_with_the_same_picture_and_the_same_words(name):
    with Lab(seed=7) as lab:
        SCENARIOS[name].run(lab)
        arrived = exhibit_from(exhibit_of(lab).file()).flow()
        assert arrived.svg() == lab.flow().svg()
        assert arrived.prose() == lab.flow().prose()


def test_a_scenario_arrives_with_its_settings_and_the_lines_that_open_it():
    arrived = exhibit_from(exhibit_of(poison_message, max_receives=5).file())
    assert isinstance(arrived, ScenarioShown)
    assert arrived.code == (
        "from workbook.scenarios import poison_message\npoison_message.panel(run=False, max_receives=5)"
    )
    assert "maxReceiveCount: 5 receives" in arrived.text()
    assert "<td" in arrived.html()
    compile(arrived.code, "code", "exec")


def test_of_a_panel_what_is_chosen_in_it_is_shown(lab):
    panel = poison_message.panel(lab, run=False)
    panel.controls["max_receives"].value = 7
    assert exhibit_of(panel).settings["max_receives"] == 7
    panel.controls["max_receives"].value = 0
    with pytest.raises(SettingError):
        exhibit_of(panel)


def test_a_text_keeps_its_lines_and_loses_what_would_turn_other_text_round():
    arrived = exhibit_from(exhibit_of("Break\n\tuntil 10:30\u202e").file())
    assert (arrived.title, arrived.words) == ("Break", "Break\n    until 10:30")
    assert len(exhibit_of("x\n" * LONGEST_TEXT).words) <= LONGEST_TEXT


def test_of_a_function_its_source_is_shown():
    assert exhibit_of(harmless).words.startswith("def harmless(html):")
    assert exhibit_of(harmless).title == "harmless"


def test_what_cannot_be_shown_is_named_with_what_can():
    with pytest.raises(RoomError, match="a dict cannot be shown to others; give a lab, a scenario"):
        exhibit_of({})
    with pytest.raises(RoomError, match="nothing in this text"):
        exhibit_of(" \n\u202e")
    with pytest.raises(RoomError, match="the source of <lambda> is not there"):
        exhibit_of(eval("lambda: 1"))
    with pytest.raises(SettingError):
        exhibit_of(poison_message, visibility_timeout=1)


def test_a_run_that_is_too_long_says_how_long_it_may_be(lab, monkeypatch):
    monkeypatch.setattr("workbook.room.exhibits.MOST_HOPS", 1)
    lab.client("sqs").create_queue(QueueName="a")
    with pytest.raises(RoomError, match=r"2 hops are more than the 1 .*lab\.reset\(\)"):
        exhibit_of(lab)
    monkeypatch.setattr("workbook.room.exhibits.MOST_HOPS", MOST_HOPS)
    monkeypatch.setattr("workbook.room.exhibits.MOST_BYTES", 10)
    with pytest.raises(RoomError, match="more than the 10 bytes"):
        exhibit_of(lab)


def test_nothing_in_a_run_becomes_a_part_of_the_page(run):
    arrived = exhibit_from(run.file())
    assert harmless(arrived.html())
    assert harmless(arrived.flow().svg())
    assert SCRIPT in arrived.flow()._stage().replace('\\"', '"')  # the live picture has it, as text


def with_scripts(value):
    """The same with a script in every text, wherever it stands."""
    if isinstance(value, str):
        return value + SCRIPT
    if isinstance(value, list):
        return [with_scripts(each) for each in value]
    return {name: with_scripts(each) for name, each in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("field", ["kind", "resource", "message", "outcome", "facts"])
def test_no_field_of_a_hop_becomes_a_part_of_the_page(run, field):
    content = json.loads(run.file())
    for hop in content["hops"]:
        hop[field] = with_scripts(hop[field])
    exhibit = exhibit_from(json.dumps(content))
    assert harmless(exhibit.html())
    flow = exhibit.flow()
    assert harmless(flow.svg())
    assert harmless(json.loads(flow._stage())["svg"])


def test_nothing_in_a_text_or_a_title_becomes_a_part_of_the_page():
    for exhibit in (exhibit_of(SCRIPT), exhibit_of("a", SCRIPT), exhibit_of(poison_message, SCRIPT)):
        arrived = exhibit_from(exhibit.file())
        assert harmless(arrived.html())
        assert "&lt;script&gt;" in arrived.html()


@given(JSON)
def test_whatever_else_a_file_holds_is_refused_in_words(value):
    with pytest.raises(ExhibitError):
        exhibit_from(json.dumps(value))


@given(st.sampled_from(["kind", "title", "version", "hops", "now"]), JSON)
def test_one_wrong_part_of_a_run_is_refused_or_made_harmless(run, part, value):
    look_at({**json.loads(run.file()), part: value})


FIELDS = ["number", "microseconds", "kind", "resource", "message", "causes", "outcome", "size", "facts"]


@given(st.integers(0, 5), st.sampled_from(FIELDS), JSON)
def test_one_wrong_field_of_a_hop_is_refused_or_made_harmless(run, place, field, value):
    content = json.loads(run.file())
    hop = content["hops"][place % len(content["hops"])]
    hop[field] = value
    look_at(content)


@given(st.integers(0, 5), st.data(), JSON)
def test_one_wrong_fact_of_a_hop_is_refused_or_made_harmless(run, place, data, value):
    content = json.loads(run.file())
    facts = content["hops"][place % len(content["hops"])]["facts"]
    facts[data.draw(st.sampled_from(sorted(facts) or ["settings"]))] = value
    look_at(content)


def look_at(content):
    try:
        exhibit = exhibit_from(json.dumps(content))
        html = exhibit.html()
    except ExhibitError:
        return
    assert harmless(html)
    if isinstance(exhibit, RunShown):
        assert harmless(exhibit.flow().svg())


@pytest.mark.parametrize(
    "content",
    [
        {"version": 1, "kind": "scenario", "title": "x", "scenario": "../secret", "settings": {}},
        {"version": 1, "kind": "scenario", "title": "x", "scenario": "poison-message", "settings": {"x": 1}},
        {"version": 1, "kind": "scenario", "title": "x", "scenario": "poison-message", "settings": []},
        {"version": 1, "kind": "run", "title": "x", "now": 1, "hops": [{}] * (MOST_HOPS + 1)},
        {"version": 2, "kind": "text", "title": "x", "text": "x"},
        {"version": 1, "kind": "code", "title": "x", "text": "x"},
    ],
)
def test_what_this_workbook_does_not_know_is_refused(content):
    with pytest.raises(ExhibitError):
        exhibit_from(json.dumps(content))


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "\ud800", ["\udfff"], {"\ud83d": 1}])
def test_numbers_and_letters_that_no_browser_reads_are_refused(run, value):
    content = json.loads(run.file())
    content["hops"][0]["facts"]["odd"] = value
    with pytest.raises(ExhibitError, match="numbers or letters in it that are none"):
        exhibit_from(json.dumps(content))


def test_a_text_that_is_none_is_shown_as_words():
    assert exhibit_from('{"version":1,"kind":"text","title":7,"text":["x"]}') == TextShown("7", "['x']")
