"""Answers that are nearly right fail, at the property that they miss; other right ones pass."""

from dataclasses import replace

import pytest

from workbook.teaching.catalogue import find_exercise
from workbook.teaching.judge import judge
from workbook.teaching.texts import texts_of

REFUSED = '        raise RuntimeError(answer["Payload"].read())\n'
PUT_ASIDE = """        aside = boto3.client("sqs")
        url = aside.get_queue_url(QueueName="aside")["QueueUrl"]
        aside.send_message(QueueUrl=url, MessageBody=BODY)
        return
"""


def verdict_with(exercise_id, old, new):
    """The verdict on the solution in which one piece of the source was put in another's place."""
    exercise = find_exercise(exercise_id)
    solution = texts_of(exercise).solution
    assert old in solution.source
    return judge(exercise, replace(solution, source=solution.source.replace(old, new)), picture=False)


def test_what_is_put_aside_may_be_put_there_by_the_function_itself():
    assert verdict_with("shop-1", REFUSED, PUT_ASIDE.replace("BODY", "body")).passed


def test_what_is_put_aside_may_lie_in_an_envelope():
    envelope = 'json.dumps({"requestPayload": {"Records": [{"body": body}]}})'
    assert verdict_with("shop-1", REFUSED, PUT_ASIDE.replace("BODY", envelope)).passed


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('"declined"', "In it: a message without an order, a message without an order."),
        ('json.dumps({"order": 1})', "In it: order 1, order 1."),
    ],
)
def test_two_messages_aside_are_not_enough_if_they_are_not_the_declined_orders(body, found):
    verdict = verdict_with("shop-1", REFUSED, PUT_ASIDE.replace("BODY", body))
    assert verdict.first_failure.name == "what cannot be charged is put aside"
    assert verdict.first_failure.happened == found


@pytest.mark.parametrize("condition", ["value > $contract.inspect_from", "value >= 500"])
def test_what_is_inspected_is_said_by_the_contract_and_begins_with_its_value(condition):
    verdict = verdict_with("data-1", "value >= $contract.inspect_from", condition)
    assert verdict.first_failure.name == "what is to be inspected is a list"
