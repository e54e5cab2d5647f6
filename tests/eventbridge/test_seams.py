"""Where EventBridge meets moto: what is replaced, what is refused, and that nothing is left behind."""

import pytest
from events_learner import open_queue, put, rule
from learner import refused
from moto.core.utils import camelcase_to_underscores
from moto.events.responses import EventsHandler

from workbook import Lab
from workbook.aws.eventbridge import OPERATIONS
from workbook.aws.simulated import SIMULATED


def test_every_operation_that_is_simulated_is_ours():
    assert set(OPERATIONS) <= SIMULATED["events"]
    others = SIMULATED["events"] - set(OPERATIONS)
    assert all("ApiDestination" in name or "Connection" in name for name in others)


def methods(response_class):
    return {name: value for name, value in vars(response_class).items() if callable(value)}


def test_a_closed_lab_leaves_moto_as_it_was():
    before = methods(EventsHandler)
    with Lab() as lab:
        lab.client("events").list_rules()
        assert methods(EventsHandler)["put_events"] is not before["put_events"]
    assert methods(EventsHandler) == before


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_moto_finds_our_operation_by_aws_s_name(lab, name):
    lab.client("events").list_rules()
    assert OPERATIONS[name].__doc__ == getattr(EventsHandler, camelcase_to_underscores(name)).__doc__


def test_a_new_lab_has_no_rules_of_the_one_before():
    for _ in range(2):
        with Lab() as lab:
            events = lab.client("events")
            assert events.list_rules()["Rules"] == []
            rule(events)


def test_accounts_and_regions_do_not_see_each_other(lab, events):
    rule(events)
    assert lab.client("events", region_name="eu-west-1").list_rules()["Rules"] == []
    assert lab.client("events", account="999999999999").list_rules()["Rules"] == []


def test_a_bad_token_is_refused(events):
    with refused("InvalidToken"):
        events.list_rules(NextToken="no token of ours")


def test_pictures_show_buses_and_rules(lab, events, sqs):
    _, arn = open_queue(sqs)
    rule(events, arn)
    put(events)
    lab.advance(seconds=1)
    shown = str(lab.flow())
    assert "watch" in shown
    assert "inbox" in shown
