"""A lab with what pipes are made of."""

from __future__ import annotations

import pytest
from pipe_system import PipeSystem

from workbook import Lab


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def system(lab):
    return PipeSystem(lab)
