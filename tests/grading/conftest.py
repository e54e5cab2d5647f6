import pytest
from handing_in import Box


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path / "submissions")
