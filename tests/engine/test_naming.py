"""What people call a thing that AWS names at length."""

import pytest

from workbook.engine.naming import short_id, short_name

HOME = "us-east-1:123456789012"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        (f"arn:aws:sqs:{HOME}:orders", "orders"),
        (f"arn:aws:sqs:{HOME}:orders.fifo", "orders.fifo"),
        (f"arn:aws:lambda:{HOME}:function:resize", "resize"),
        (f"arn:aws:lambda:{HOME}:function:resize:live", "resize:live"),
        (f"arn:aws:lambda:{HOME}:event-source-mapping:b7b5a166-86b6-487e-980a-379ec46109f4", "b7b5a166"),
        (f"arn:aws:cloudwatch:{HOME}:alarm:load changed at 09:01:00", "load changed at 09:01:00"),
        ("sqs:SendMessage", "sqs:SendMessage"),
        ("b7b5a166-86b6-487e-980a-379ec46109f4", "b7b5a166"),
        ("", ""),
    ],
)
def test_an_arn_is_called_by_its_last_part_and_a_uuid_by_its_beginning(name, short):
    assert short_name(name) == short


def test_a_short_id_is_the_beginning_and_of_a_sequence_number_the_end():
    assert short_id("a5a8d675-427c-4c1e-8d7a-0123456789ab") == "a5a8d675"
    assert short_id("49590338271490256608559692538361571095921575989136588898") == "…36588898"
