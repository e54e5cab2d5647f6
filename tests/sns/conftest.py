"""A topic, as most tests of SNS begin with."""

import pytest
from publisher import topic


@pytest.fixture
def orders(sns):
    return topic(sns)
