"""Fixtures that every test may ask for."""

import pytest

from workbook import Lab


@pytest.fixture
def lab():
    with Lab(seed=7) as open_lab:
        yield open_lab


@pytest.fixture
def sqs(lab):
    return lab.client("sqs")
