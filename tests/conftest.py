"""Fixtures that every test may ask for."""

import signal

import hypothesis
import pytest

from workbook import Lab


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard():
    """A shell that starts a command with `&` has it ignore Ctrl-C, which tests would then press in vain."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def lab():
    with Lab(seed=7) as open_lab:
        yield open_lab


@pytest.fixture
def sqs(lab):
    return lab.client("sqs")


# No test is judged by how fast the machine is: on a busy one, hypothesis makes data slowly, too.
hypothesis.settings.register_profile(
    "workbook", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("workbook")
