"""Fixtures that every test may ask for."""

import gc
import os
import signal

import botocore.session
import hypothesis
import pytest

from workbook import Lab
from workbook.engine.scheduler import Scheduler


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


@pytest.fixture(scope="session", autouse=True)
def what_is_loaded_is_no_garbage():
    """What a run loads stays; to look through all of it again and again finds nothing."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def nobody_is_stuck_because_the_machine_is_busy():
    """A handler that computes for ten real seconds is stopped; on a machine with other work, many would be.

    Tests of what spins give a limit of their own.
    """
    defaults = Scheduler.__init__.__kwdefaults__
    before = defaults["real_time_limit"]
    defaults["real_time_limit"] = 120.0
    yield
    defaults["real_time_limit"] = before


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


# No test is judged by how fast the machine is: on a busy one, hypothesis makes data slowly, too. In CI the
# examples are the same each time, and as many; new ones are tried where `make test` is run by hand.
hypothesis.settings.register_profile(
    "workbook",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("workbook")
