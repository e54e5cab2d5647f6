"""One way of delivery: permission, retries in virtual time, dead letters, and a hop for each step."""

from __future__ import annotations

import json

import pytest
from access import make_role
from hypothesis import given, settings
from hypothesis import strategies as st
from inbox import open_queue

from workbook import Lab
from workbook.aws.delivery import DeadLetters, Delivery, Failure, Parcel, RetryPolicy, Sender, deliver
from workbook.aws.delivery.outages import begin_outage, end_outage
from workbook.engine.clock import SECOND

TOPIC = "arn:aws:sns:us-east-1:123456789012:news"
SENDER = Sender("sns.amazonaws.com", TOPIC, "123456789012", "us-east-1")


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


def queue(lab, name, service=None, source=TOPIC):
    return open_queue(lab.client("sqs"), name, service, source)


def every(seconds, times):
    return RetryPolicy(lambda _chance: iter([seconds] * times))


def send(lab, arn, *, retries=None, dead_letters=None, ends=None, sender=SENDER, text="hello"):
    options = {} if retries is None else {"retries": retries}
    delivery = Delivery(
        sender, arn, Parcel(text), "message-1", dead_letters=dead_letters, on_end=ends, **options
    )
    deliver(lab.world, [delivery])


def bodies(lab, url):
    answer = lab.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def kinds(lab):
    return [hop.kind for hop in lab.trace if hop.kind in {"deliver", "send", "give-up", "drop"}]


def test_a_queue_takes_what_its_policy_lets_in(lab):
    url, arn = queue(lab, "orders", "sns.amazonaws.com")
    send(lab, arn)
    lab.run_until_idle()
    assert bodies(lab, url) == ["hello"]
    deliver_hop = next(hop for hop in lab.trace if hop.kind == "deliver")
    send_hop = next(hop for hop in lab.trace if hop.kind == "send")
    assert deliver_hop.outcome == "ok"
    assert deliver_hop.number in send_hop.causes


@pytest.mark.parametrize(
    "lets_in",
    [(), ("events.amazonaws.com",), ("sns.amazonaws.com", TOPIC + "-of-another-team")],
    ids=["no policy", "another service", "another topic"],
)
def test_without_permission_nothing_arrives_and_nothing_is_tried_again(lab, lets_in):
    url, arn = queue(lab, "orders", *lets_in)
    send(lab, arn, retries=every(1, 5))
    lab.run_until_idle()
    assert bodies(lab, url) == []
    assert kinds(lab) == ["deliver", "drop"]
    hop = next(hop for hop in lab.trace if hop.kind == "deliver")
    assert hop.outcome == "NO_PERMISSION"
    assert "is not authorized to perform: sqs:sendmessage" in str(hop.facts["reason"])


def test_a_queue_that_is_gone_is_not_tried_again(lab):
    send(lab, "arn:aws:sqs:us-east-1:123456789012:gone", retries=every(1, 5))
    lab.run_until_idle()
    assert [hop.outcome for hop in lab.trace if hop.kind == "deliver"] == ["NO_RESOURCE"]


def test_an_outage_is_retried_on_the_senders_own_schedule(lab):
    url, arn = queue(lab, "orders", "sns.amazonaws.com")
    begin_outage(lab.world, "sqs", lab.world.clock.now + 25 * SECOND)
    ends = []
    send(lab, arn, retries=every(10, 5), ends=ends.append)
    lab.run_until_idle()
    assert bodies(lab, url) == ["hello"]
    tries = [hop for hop in lab.trace if hop.kind == "deliver"]
    assert [hop.outcome for hop in tries] == ["UNAVAILABLE"] * 3 + ["ok"]
    assert [round((hop.time - tries[0].time) / SECOND) for hop in tries] == [0, 10, 20, 30]
    assert ends[0].delivered
    assert ends[0].attempts == 4


def test_an_outage_can_be_ended_early(lab):
    _, arn = queue(lab, "orders", "sns.amazonaws.com")
    begin_outage(lab.world, arn, lab.world.clock.now + 3600 * SECOND)
    end_outage(lab.world, arn)
    send(lab, arn)
    lab.run_until_idle()
    assert kinds(lab) == ["deliver", "send"]


def test_retries_end_with_the_age_of_the_message(lab):
    _, arn = queue(lab, "orders", "sns.amazonaws.com")
    begin_outage(lab.world, "sqs", lab.world.clock.now + 3600 * SECOND)
    policy = RetryPolicy(lambda _chance: iter([10] * 100), maximum_age=60)
    send(lab, arn, retries=policy)
    lab.run_until_idle()
    tries = [hop for hop in lab.trace if hop.kind == "deliver"]
    assert len(tries) == 6  # the next would be made when the message is more than a minute old
    assert kinds(lab)[-1] == "drop"


def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(lab):
    url, dead = queue(lab, "dead", "sns.amazonaws.com")
    letters = DeadLetters(dead, lambda error, attempts: Parcel(f"{error.failure.name} after {attempts}"))
    send(lab, "arn:aws:sqs:us-east-1:123456789012:gone", dead_letters=letters)
    lab.run_until_idle()
    assert bodies(lab, url) == ["NO_RESOURCE after 1"]
    assert kinds(lab) == ["deliver", "give-up", "send"]


def test_a_dead_letter_queue_without_a_policy_loses_the_message(lab):
    _, dead = queue(lab, "dead")
    ends = []
    letters = DeadLetters(dead, lambda _error, _attempts: Parcel("lost"))
    send(lab, "arn:aws:sqs:us-east-1:123456789012:gone", dead_letters=letters, ends=ends.append)
    lab.run_until_idle()
    assert kinds(lab) == ["deliver", "give-up", "drop"]
    assert ends[0].dead_lettered is False


# ---- roles


def role(lab, name="courier", trusted="scheduler.amazonaws.com", action="sqs:SendMessage"):
    return make_role(lab, name, trusted, *filter(None, [action]))


def sender_with(role_arn):
    schedule = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly"
    return Sender("scheduler.amazonaws.com", schedule, "123456789012", "us-east-1", role_arn)


def test_a_role_that_may_send_needs_no_queue_policy_in_its_own_account(lab):
    url, arn = queue(lab, "orders")
    send(lab, arn, sender=sender_with(role(lab)))
    lab.run_until_idle()
    assert bodies(lab, url) == ["hello"]


@pytest.mark.parametrize(
    ("options", "failure"),
    [
        ({"trusted": "lambda.amazonaws.com"}, Failure.NO_ROLE),
        ({"action": "sqs:ReceiveMessage"}, Failure.NO_PERMISSION),
        ({"action": None}, Failure.NO_PERMISSION),
    ],
    ids=["trusts another service", "allows another action", "allows nothing"],
)
def test_a_role_that_cannot_do_it_delivers_nothing(lab, options, failure):
    url, arn = queue(lab, "orders")
    send(lab, arn, sender=sender_with(role(lab, **options)))
    lab.run_until_idle()
    assert bodies(lab, url) == []
    assert next(hop for hop in lab.trace if hop.kind == "deliver").outcome == failure.name


def test_a_role_that_does_not_exist_delivers_nothing(lab):
    _, arn = queue(lab, "orders")
    send(lab, arn, sender=sender_with("arn:aws:iam::123456789012:role/nobody"))
    lab.run_until_idle()
    assert next(hop for hop in lab.trace if hop.kind == "deliver").outcome == "NO_ROLE"


def test_an_attached_policy_and_a_boundary_count_as_well(lab):
    url, arn = queue(lab, "orders")
    iam = lab.client("iam")
    role_arn = role(lab, action=None)

    def managed(name, action):
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
        }
        return iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]["Arn"]

    iam.attach_role_policy(RoleName="courier", PolicyArn=managed("sends", "sqs:SendMessage"))
    send(lab, arn, sender=sender_with(role_arn))
    lab.run_until_idle()
    assert bodies(lab, url) == ["hello"]


# ---- what always holds


@settings(max_examples=40, deadline=None)
@given(
    tries=st.lists(st.booleans(), min_size=1, max_size=8),
    with_queue=st.booleans(),
    dead_letter_queue_lets_in=st.booleans(),
)
def test_every_delivery_arrives_or_is_kept_or_is_recorded_as_dropped(
    tries, with_queue, dead_letter_queue_lets_in
):
    with Lab(seed=2) as lab:
        url, arn = queue(lab, "orders", "sns.amazonaws.com")
        dead_url, dead = queue(lab, "dead", "sns.amazonaws.com" if dead_letter_queue_lets_in else None)
        for index, up in enumerate(tries):
            if not up:
                lab.world.kernel.at(
                    lab.world.clock.now + (index * 10 - 5) * SECOND,
                    begin_outage,
                    lab.world,
                    arn,
                    lab.world.clock.now + (index * 10 + 5) * SECOND,
                    name="outage",
                )
        lab.advance(seconds=0.001)
        letters = DeadLetters(dead, lambda _error, _attempts: Parcel("hello")) if with_queue else None
        send(lab, arn, retries=every(10, 4), dead_letters=letters)
        lab.run_until_idle()
        arrived, kept = bodies(lab, url), bodies(lab, dead_url)
        dropped = [hop for hop in lab.trace if hop.kind == "drop"]
        assert len(arrived) + len(kept) + len(dropped) == 1
