"""What people call a thing that AWS names at length."""

import pytest

from workbook.engine.naming import short_name

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
