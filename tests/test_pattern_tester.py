"""The pattern tester: a pattern, an event, the verdict, and the clause that decided."""

import json

import pytest

from workbook.json_layout import WIDTH, laid_out
from workbook.pattern_tester import PatternTester
from workbook.pattern_verdict import verdict

WARM = {"source": ["fridges"], "detail": {"celsius": [{"numeric": [">", 8]}]}}


def event(**detail):
    return {
        "id": "1",
        "account": "123456789012",
        "source": "fridges",
        "time": "2026-01-05T09:00:00Z",
        "region": "us-east-1",
        "detail-type": "Temperature Read",
        "detail": detail,
    }


@pytest.fixture
def events(lab):
    client = lab.client("events")
    client.create_event_bus(Name="cold-chain")
    client.put_rule(Name="too-warm", EventBusName="cold-chain", EventPattern=json.dumps(WARM))
    return client


def put(events, *details):
    entries = [
        {"EventBusName": "cold-chain", "Source": "fridges", "DetailType": "t", "Detail": json.dumps(detail)}
        for detail in details
    ]
    return events.put_events(Entries=entries)


# ---- the verdict


def test_it_says_which_clause_decided_and_what_the_event_has_there():
    found = verdict(json.dumps(WARM), json.dumps(event(celsius="9.5")))
    assert found.matches is False
    assert found.deciding == ('detail.celsius is a number above 8: found "9.5"',)
    assert "decided by: <b>detail.celsius" in found.html()


def test_where_it_matches_nothing_else_decided():
    found = verdict(json.dumps(WARM), json.dumps(event(celsius=9.5)))
    assert (found.matches, found.deciding) == (True, ())
    assert found.text().startswith("matches\n  ✓ all of these")


def test_the_verdict_is_that_of_test_event_pattern(lab, events):
    for celsius in (9.5, "9.5", 8, None, [9, 1]):
        given = {"EventPattern": json.dumps(WARM), "Event": json.dumps(event(celsius=celsius))}
        answer = events.test_event_pattern(**given)["Result"]
        assert verdict(*given.values()).matches is answer


@pytest.mark.parametrize(
    ("pattern", "given", "said"),
    [
        ('{"a": 1}', json.dumps(event()), "InvalidEventPatternException"),
        (json.dumps(WARM), "{", "It is no JSON"),
        (json.dumps(WARM), "[]", "An event is a JSON object"),
        (json.dumps(WARM), '{"id": "1"}', "lacks account, source, time, region, detail-type"),
    ],
)
def test_what_is_no_pattern_or_no_event_is_said_in_words(pattern, given, said):
    found = verdict(pattern, given)
    assert found.matches is None
    assert said in found.text()


def test_what_a_pattern_or_an_event_says_is_text_on_the_page():
    script = "<script>alert(1)</script>"
    found = verdict(json.dumps({"source": [script]}), json.dumps({**event(), "source": script}))
    assert "<script>" not in found.html()
    assert "<script>" not in verdict(script, script).html()


# ---- the fields


def test_the_answer_follows_what_is_typed():
    tester = PatternTester(json.dumps(WARM), json.dumps(event(celsius="9.5")))
    assert "does not match" in tester.answer.value
    tester.event.value = json.dumps(event(celsius=9.5))
    assert "<b>matches</b>" in tester.answer.value
    tester.pattern.value = '{"source": ["fridges"'
    assert "<b>no answer</b>" in tester.answer.value


def test_without_a_kernel_it_shows_what_it_showed_last():
    tester = PatternTester(json.dumps(WARM), json.dumps(event(celsius="9.5")))
    face = tester._repr_mimebundle_()
    for kind in ("text/html", "text/plain"):
        assert "does not match" in face[kind]
        assert "Temperature Read" in face[kind]
    assert "0x" not in face["text/plain"]


# ---- out of a lab


def test_a_rule_and_an_event_that_was_put_are_found_in_the_trace(lab, events):
    sent = put(events, {"celsius": "9.5"})
    tester = lab.pattern_tester(rule="too-warm", event=sent)
    assert json.loads(tester.pattern.value) == WARM
    assert json.loads(tester.event.value)["detail"] == {"celsius": "9.5"}
    by_id = lab.pattern_tester(rule="cold-chain/too-warm", event=sent["Entries"][0]["EventId"])
    assert by_id.event.value == tester.event.value


def test_it_takes_the_pattern_that_the_rule_has_now(lab, events):
    events.put_rule(Name="too-warm", EventBusName="cold-chain", EventPattern='{"source": ["ovens"]}')
    assert json.loads(lab.pattern_tester(rule="too-warm").pattern.value) == {"source": ["ovens"]}


def test_looking_changes_nothing_in_the_lab(lab, events):
    sent = put(events, {"celsius": 9})
    before = lab.trace.text()
    lab.pattern_tester(rule="too-warm", event=sent)
    assert lab.trace.text() == before


def test_what_it_cannot_find_it_names(lab, events):
    events.put_rule(Name="too-warm", EventPattern=json.dumps(WARM))
    with pytest.raises(
        LookupError, match="several rules have this name; there is cold-chain/too-warm, too-warm"
    ):
        lab.pattern_tester(rule="too-warm")
    with pytest.raises(LookupError, match="no rule with a pattern has this name"):
        lab.pattern_tester(rule="too-cold")
    with pytest.raises(LookupError, match="no event in this trace has that id"):
        lab.pattern_tester(WARM, "of yesterday")
    with pytest.raises(ValueError, match="several entries"):
        lab.pattern_tester(WARM, put(events, {}, {}))
    with pytest.raises(ValueError, match="a pattern, or the name of a rule"):
        lab.pattern_tester()


# ---- JSON as people write it


def test_short_json_stays_in_a_line_and_long_json_is_broken():
    assert laid_out({"source": ["fridges"]}) == '{"source": ["fridges"]}'
    long = {"source": ["fridges"], "detail": {"ward": ["children", "surgery", "test"], "n": list(range(40))}}
    lines = laid_out(long).split("\n")
    assert json.loads(laid_out(long)) == long
    assert max(map(len, lines)) <= WIDTH
    assert lines[1] == '  "source": ["fridges"],'
