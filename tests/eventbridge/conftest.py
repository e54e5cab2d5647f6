"""Fixtures of the tests of EventBridge."""

import pytest


@pytest.fixture
def events(lab):
    return lab.client("events")
