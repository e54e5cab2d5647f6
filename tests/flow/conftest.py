import pytest
from shop import Shop

from workbook import Lab


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def shop(lab):
    return Shop(lab)
