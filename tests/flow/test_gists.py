"""What a message says, without the envelope that a service has put around it."""

import json

import pytest

from workbook.flow.messages import Letter


def test_an_event_is_shown_by_what_it_says_and_not_by_its_envelope():
    event = {"version": "0", "detail-type": "Order Placed", "source": "orders", "detail": {"n": 1}}
    assert Letter(1, "id", json.dumps(event)).gist == 'Order Placed: {"n":1}'
    assert Letter(1, "id", json.dumps({"Type": "Notification", "Message": "a pie"})).gist == "a pie"


@pytest.mark.parametrize("body", ["a pie", "{", '{"detail": 1}', '{"Type": "Notification"}', '{"a"' * 9999])
def test_any_other_message_is_shown_as_it_is(body):
    assert Letter(1, "id", body).gist == body
