"""Fixtures that every test may ask for."""

import signal

import botocore.session
import hypothesis
import pytest

from workbook import Lab


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard():
    """A shell that starts a command with `&` has it ignore Ctrl-C, which tests would then press in vain."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session", autouse=True)
def boto3_reads_its_models_once():
    """Each lab has a boto3 session of its own, and each session reads its models of AWS's services anew.

    They are the same files all through a run. Read again for every lab, they were most of what a test cost.
    """
    create_loader = botocore.session.create_loader
    read = {}

    def create_loader_that_shares(data_path=None):
        loader = create_loader(data_path)
        loader._cache = read.setdefault(data_path, {})  # what botocore.loaders.instance_cache fills
        return loader

    botocore.session.create_loader = create_loader_that_shares
    yield
    botocore.session.create_loader = create_loader


@pytest.fixture
def lab():
    with Lab(seed=7) as open_lab:
        yield open_lab


@pytest.fixture
def sqs(lab):
    return lab.client("sqs")


@pytest.fixture
def sns(lab):
    return lab.client("sns")


@pytest.fixture
def events(lab):
    return lab.client("events")


# No test is judged by how fast the machine is: on a busy one, hypothesis makes data slowly, too.
hypothesis.settings.register_profile(
    "workbook", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("workbook")
