"""Composite alarms: their rules, their states, and the alarm that keeps their actions back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learner import refused

from workbook.aws.cloudwatch.alarm_rule import (
    STATES,
    AllOf,
    AnyOf,
    Constant,
    InState,
    Not,
    children_of,
    parse,
)
from workbook.aws.cloudwatch.errors import ValidationError

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm"


@pytest.fixture
def compose(lab, cloudwatch):
    def put(name, rule, *actions, **options):
        cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, AlarmActions=list(actions), **options)
        lab.advance(1)

    return put


@pytest.fixture
def shown(cloudwatch):
    def describe(name):
        (found,) = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])[
            "CompositeAlarms"
        ]
        return found

    return describe


# ---- rules


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("TRUE", Constant(True)),
        ("false", Constant(False)),
        ("ALARM(a)", InState("ALARM", "a")),
        ('OK("a b: c")', InState("OK", "a b: c")),
        (f'INSUFFICIENT_DATA("{ARN}:a")', InState("INSUFFICIENT_DATA", f"{ARN}:a")),
        (
            "ALARM(CPUUtilizationTooHigh) AND NOT ALARM(DeploymentInProgress)",
            AllOf((InState("ALARM", "CPUUtilizationTooHigh"), Not(InState("ALARM", "DeploymentInProgress")))),
        ),
        (
            "(ALARM(a) OR ALARM(b)) AND OK(c)",
            AllOf((AnyOf((InState("ALARM", "a"), InState("ALARM", "b"))), InState("OK", "c"))),
        ),
        (
            "ALARM(a) OR ALARM(b) AND OK(c)",
            AnyOf((InState("ALARM", "a"), AllOf((InState("ALARM", "b"), InState("OK", "c"))))),
        ),
        ("ALARM( a )AND(TRUE)", AllOf((InState("ALARM", "a"), Constant(True)))),
    ],
)
def test_rules_are_read_as_the_api_describes_them(text, rule):
    assert parse(text) == rule


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "leading or trailing whitespace or be null"),
        (" TRUE", "leading or trailing whitespace"),
        ("ALARM(a) ALARM(b)", "syntax error at 'ALARM\\(b\\)'"),
        ("ALARM(a) AND", "syntax error at its end"),
        ("(ALARM(a)", "syntax error at its end"),
        ("ALARM()", "syntax error"),
        ("HIGH(a)", "syntax error at 'HIGH\\(a\\)'"),
        ("NOT", "syntax error"),
        (" OR ".join(["TRUE"] * 501), "more than 500 elements"),
        (" OR ".join(f"ALARM(a{number})" for number in range(101)), "more than 100 child alarms"),
    ],
)
def test_what_is_no_rule_is_refused(text, words):
    with pytest.raises(ValidationError, match=words):
        parse(text)


def written(rule):
    match rule:
        case Constant(value=value):
            return "TRUE" if value else "FALSE"
        case InState(state=state, alarm=alarm):
            return f'{state}("{alarm}")'
        case Not(inner=inner):
            return f"NOT ({written(inner)})"
        case AllOf(parts=parts):
            return " AND ".join(f"({written(part)})" for part in parts)
        case AnyOf(parts=parts):
            return " OR ".join(f"({written(part)})" for part in parts)


def value_by_python(rule, states):
    """What the rule says, by Python's own words for it."""
    match rule:
        case Constant(value=value):
            return value
        case InState(state=state, alarm=alarm):
            return states[alarm] == state
        case Not(inner=inner):
            return not value_by_python(inner, states)
        case AllOf(parts=parts):
            return all(value_by_python(part, states) for part in parts)
        case AnyOf(parts=parts):
            return any(value_by_python(part, states) for part in parts)


NAMES = st.sampled_from(["a", "b", "load high"])
LEAVES = st.builds(Constant, st.booleans()) | st.builds(InState, st.sampled_from(STATES), NAMES)


def several(inner):
    return st.lists(inner, min_size=2, max_size=3).map(tuple)


RULES = st.recursive(
    LEAVES,
    lambda inner: st.builds(Not, inner) | st.builds(AllOf, several(inner)) | st.builds(AnyOf, several(inner)),
    max_leaves=8,
)
STATES_OF_ALL = st.fixed_dictionaries({name: st.sampled_from(STATES) for name in ("a", "b", "load high")})


@settings(deadline=None)
@given(RULES, STATES_OF_ALL)
def test_a_rule_that_is_written_and_read_says_the_same(rule, states):
    assert parse(written(rule)).holds(states.get) == value_by_python(rule, states)


@settings(deadline=None)
@given(RULES)
def test_the_children_of_a_rule_are_the_alarms_in_its_text(rule):
    assert set(children_of(parse(written(rule)))) == {
        name for name in ("a", "b", "load high") if f'("{name}")' in written(rule)
    }


# ---- states


def test_it_is_evaluated_when_it_was_made_and_when_an_alarm_changes(
    lab, cloudwatch, put, compose, set_state, shown
):
    put("a")
    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule="ALARM(a)")
    assert shown("both")["StateValue"] == "INSUFFICIENT_DATA"
    assert shown("both")["StateReason"] == "Unchecked: Initial alarm creation"
    lab.advance(1)
    assert shown("both")["StateValue"] == "OK"
    assert shown("both")["StateReason"] == f"{ARN}:both was created and its alarm rule evaluates to OK"
    set_state("a", "ALARM")
    assert shown("both")["StateValue"] == "ALARM"
    assert shown("both")["StateReason"].startswith(
        f"{ARN}:a transitioned to ALARM at Monday 05 January, 2026 09:00:01 UTC"
    )
    (triggering,) = json.loads(shown("both")["StateReasonData"])["triggeringAlarms"]
    assert (triggering["arn"], triggering["state"]["value"]) == (f"{ARN}:a", "ALARM")


def test_composites_may_watch_composites(put, compose, set_state, shown):
    put("a")
    compose("inner", "ALARM(a)")
    compose("outer", f'NOT OK("{ARN}:inner")')
    set_state("a", "ALARM")
    assert shown("outer")["StateValue"] == "ALARM"
    set_state("a", "OK")
    assert shown("outer")["StateValue"] == "OK"


def test_in_a_cycle_evaluation_stops_and_nothing_can_be_deleted_until_it_is_broken(
    cloudwatch, put, compose, set_state, shown
):
    put("a")
    compose("one", "ALARM(a)")
    compose("two", "ALARM(one)")
    compose("one", "ALARM(a) OR ALARM(two)")
    set_state("a", "ALARM")
    assert [shown("one")["StateValue"], shown("two")["StateValue"]] == ["ALARM", "ALARM"]
    for name in ("one", "two"):
        with refused("ValidationError", f"Cannot delete {name} as there are composite alarm"):
            cloudwatch.delete_alarms(AlarmNames=[name])
    compose("one", "FALSE")
    cloudwatch.delete_alarms(AlarmNames=["two"])
    cloudwatch.delete_alarms(AlarmNames=["one"])


def test_a_topic_gets_the_rule_and_the_alarms_behind_it(put, compose, set_state, topic, inbox):
    put("a")
    compose("both", "ALARM(a)", topic, AlarmDescription="all of it")
    set_state("a", "ALARM")
    (body,) = inbox.bodies()
    message = json.loads(body["Message"])
    assert body["Subject"] == 'ALARM: "both" in US East (N. Virginia)'
    assert (message["AlarmRule"], message["OldStateValue"]) == ("ALARM(a)", "OK")
    (child,) = message["TriggeringChildren"]
    assert (child["Arn"], child["State"]["Value"]) == (f"{ARN}:a", "ALARM")
    assert "Trigger" not in message


def test_what_a_composite_alarm_cannot_be(cloudwatch, put, compose):
    put("a")
    with refused(
        "ValidationError",
        "Could not save the composite alarm as alarms [b, c] in the alarm rule do not exist",
    ):
        compose("x", "ALARM(a) OR ALARM(b) OR ALARM(c)")
    with refused("ValidationError", "already exists and is not a CompositeAlarm"):
        compose("a", "TRUE")
    with refused("NotSimulatedByWorkbook", "scalingPolicy"):
        compose("x", "TRUE", "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:a:b")
    with refused("ValidationError", "cannot have a child relation with itself via its AlarmRule"):
        compose("x", "ALARM(a) AND NOT ALARM(x)")
    with refused("ValidationError", "ActionsSuppressorWaitPeriod requires an ActionSuppressor"):
        compose("x", "TRUE", ActionsSuppressorWaitPeriod=10)
    with refused("ValidationError", "ActionsSuppressor requires ActionsSuppressorExtensionPeriod"):
        compose("x", "TRUE", ActionsSuppressor="a", ActionsSuppressorWaitPeriod=10)
    with refused("ValidationError", "ActionsSuppressor alarm [nobody] does not exist"):
        compose(
            "x",
            "TRUE",
            ActionsSuppressor="nobody",
            ActionsSuppressorWaitPeriod=10,
            ActionsSuppressorExtensionPeriod=10,
        )
    assert cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"] == []


def test_a_needed_alarm_is_not_deleted_and_composites_only_one_at_a_time(cloudwatch, put, compose):
    put("a")
    put("b")
    compose("one", "ALARM(a) OR ALARM(b)")
    compose("two", "TRUE")
    with refused("ValidationError", "Cannot delete a,b as there are composite alarm(s) depending on them."):
        cloudwatch.delete_alarms(AlarmNames=["a", "b"])
    with refused("ValidationError", "At most one composite alarm"):
        cloudwatch.delete_alarms(AlarmNames=["one", "two"])
    cloudwatch.delete_alarms(AlarmNames=["a", "one", "b"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_alarms_are_described_by_kind_and_family(cloudwatch, put, compose):
    put("a")
    put("b")
    compose("one", "ALARM(a) OR ALARM(b)")
    compose("two", "ALARM(one)")
    assert cloudwatch.describe_alarms()["CompositeAlarms"] == []
    both = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    assert [alarm["AlarmName"] for alarm in both["CompositeAlarms"]] == ["one", "two"]
    assert [alarm["AlarmName"] for alarm in both["MetricAlarms"]] == ["a", "b"]
    page = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=3)
    assert [len(page["CompositeAlarms"]), len(page["MetricAlarms"])] == [2, 1]
    children = cloudwatch.describe_alarms(ChildrenOfAlarmName="one")["MetricAlarms"]
    assert [sorted(child) for child in children] == [
        ["AlarmArn", "AlarmName", "StateUpdatedTimestamp", "StateValue"]
    ] * 2
    (parent,) = cloudwatch.describe_alarms(ParentsOfAlarmName="one")["CompositeAlarms"]
    assert parent == {"AlarmName": "two", "AlarmArn": f"{ARN}:two"}
    with refused("ValidationError", "ParentsOfAlarmName cannot be used together with StateValue"):
        cloudwatch.describe_alarms(ParentsOfAlarmName="one", StateValue="OK")


# ---- suppression


@pytest.fixture
def suppressed(put, compose, topic):
    put("a")
    put("maintenance")
    compose(
        "both",
        "ALARM(a)",
        topic,
        OKActions=[topic],
        ActionsSuppressor="maintenance",
        ActionsSuppressorWaitPeriod=120,
        ActionsSuppressorExtensionPeriod=180,
    )


def subjects(inbox):
    return [body["Subject"].partition(":")[0] for body in inbox.bodies()]


def test_actions_wait_for_the_suppressor_and_are_called_when_it_stays_away(
    lab, inbox, suppressed, set_state, shown
):
    lab.advance(130)
    inbox.bodies()
    set_state("a", "ALARM")
    assert shown("both")["ActionsSuppressedBy"] == "WaitPeriod"
    assert shown("both")["ActionsSuppressedReason"] == "Actions suppressed by WaitPeriod"
    assert subjects(inbox) == []
    lab.advance(120)
    assert subjects(inbox) == ["ALARM"]
    assert "ActionsSuppressedBy" not in shown("both")


def test_while_the_suppressor_is_in_alarm_nobody_is_called(lab, inbox, suppressed, set_state, shown):
    lab.advance(130)
    inbox.bodies()
    set_state("maintenance", "ALARM")
    set_state("a", "ALARM")
    assert shown("both")["ActionsSuppressedBy"] == "Alarm"
    lab.advance(3600)
    assert subjects(inbox) == []
    set_state("maintenance", "OK")
    assert shown("both")["ActionsSuppressedBy"] == "ExtensionPeriod"
    lab.advance(170)
    assert subjects(inbox) == []
    lab.advance(10)
    assert subjects(inbox) == ["ALARM"]


def test_a_suppressor_that_comes_within_the_wait_period_suppresses(lab, inbox, suppressed, set_state, shown):
    lab.advance(130)
    inbox.bodies()
    set_state("a", "ALARM")
    set_state("maintenance", "ALARM")
    lab.advance(600)
    assert shown("both")["ActionsSuppressedBy"] == "Alarm"
    assert subjects(inbox) == []


def test_what_suppresses_is_in_the_trace(lab, suppressed, set_state):
    lab.advance(130)
    set_state("a", "ALARM")
    set_state("maintenance", "ALARM")
    set_state("maintenance", "OK")
    suppressions = [hop.facts["by"] for hop in lab.trace if hop.kind == "suppress"]
    assert suppressions[-3:] == ["WaitPeriod", "Alarm", "ExtensionPeriod"]
