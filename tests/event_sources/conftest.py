"""A lab with an active worker function, for every test of this folder."""

from __future__ import annotations

import pytest
from event_system import System

from workbook import Lab


@pytest.fixture
def system(lab: Lab) -> System:
    """A lab with an active worker function."""
    made = System(lab)
    made.worker()
    return made
