import pytest
from confining import needs

from workbook.confinement import Level


@pytest.fixture(params=list(Level), ids=lambda level: level.name.lower())
def level(request):
    """Each level that this machine has."""
    needs(request.param)
    return request.param


@pytest.fixture
def namespaces():
    needs(Level.NAMESPACES)
    return Level.NAMESPACES
