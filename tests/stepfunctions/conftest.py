"""What the tests of Step Functions share."""

from __future__ import annotations

import pytest
from machine_room import MachineRoom


@pytest.fixture
def room():
    room = MachineRoom()
    with room.lab:
        yield room
