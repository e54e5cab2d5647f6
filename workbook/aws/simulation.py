"""Puts a simulated AWS into this process, and takes it out again without a trace.

Order matters once: the environment is isolated before anything asks boto3 for credentials, and our
services go in before moto's registries hold their first resource.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import moto.moto_api._internal
from moto import mock_aws
from moto.core.base_backend import AccountSpecificBackend, BackendDict

from workbook.aws import api_calls, environment, leftover_clients, lifetimes, moto_patches, own_services, sqs
from workbook.aws.virtual_modules import virtual_modules
from workbook.engine.garbage import collect_seldom
from workbook.engine.interrupts import ctrl_c
from workbook.engine.loading import when_loaded
from workbook.engine.patches import Patches
from workbook.engine.sealing import seal
from workbook.engine.world import World, close_world, open_world

_MOTO_CONFIG: Any = {
    "core": {"mock_credentials": False, "reset_boto3_session": True},
    "lambda": {"use_docker": False},
}

_WHEN_FIRST_USED = {
    "moto.awslambda": ("workbook.aws.awslambda", "workbook.aws.event_sources"),
    "moto.cloudwatch.responses": ("workbook.aws.cloudwatch",),
    "moto.kinesis": ("workbook.aws.kinesis",),
    "moto.firehose": ("workbook.aws.firehose",),
    "moto.logs": ("workbook.aws.logs",),
    "moto.pipes": ("workbook.aws.pipes",),
    "moto.dynamodb": ("workbook.aws.dynamodb_streams",),
    "moto.autoscaling": ("workbook.aws.autoscaling",),
    "moto.s3.responses": ("workbook.aws.s3",),
    "moto.sns": ("workbook.aws.sns",),
    "moto.events.responses": ("workbook.aws.eventbridge",),
    "moto.scheduler": ("workbook.aws.scheduler",),
    "moto.stepfunctions": ("workbook.aws.stepfunctions",),
}
"""Packages of ours that go in when moto loads a service: who has no functions does not wait for Lambda.

S3, CloudWatch and EventBridge wait for moto's module that answers requests, because their models are loaded
by those of other services, too.
"""


class Simulation:
    """One simulated AWS, open from its making until `close`."""

    def __init__(self, world: World) -> None:
        """Open `world`: from here on, boto3 in this process talks to it."""
        self.world = world
        self._isolation = Patches()
        self._patches = Patches()
        self._moto = mock_aws(config=_MOTO_CONFIG)
        with self._whole_or_not_at_all(), world.kernel:
            open_world(world)
            self._isolation.on_undo(close_world)
            collect_seldom(self._isolation)
            environment.isolate(self._isolation, region=world.region, account=world.account)
            seal(self._isolation)
            api_calls.install(self._isolation)
            leftover_clients.install(self._isolation)
            self._open(world)

    def renew(self, world: World) -> None:
        """Go on with `world`, which has the same region and account.

        The process stays sealed meanwhile, and calls from other threads find a closed door.
        """
        with self._whole_or_not_at_all():
            self._close_world()
            self._open(world)

    def close(self) -> None:
        """Take everything out again: every patched name is what it was before."""
        with ctrl_c.held():
            try:
                self._close_world()
            finally:
                self._isolation.undo_all()

    @contextmanager
    def _whole_or_not_at_all(self) -> Iterator[None]:
        with ctrl_c.held():
            try:
                yield
            except BaseException:
                self.close()
                raise

    def _open(self, world: World) -> None:
        patches, self.world = self._patches, world
        # Calls from other threads wait at the kernel's door meanwhile: none meets half of the patches.
        with world.kernel:
            open_world(world)
            self._start_moto()
            moto_patches.install(patches, world)
            lifetimes.stop_calls_of_the_dead(patches)
            sqs.install(patches)
            own_services.install(patches)
            for service in _WHEN_FIRST_USED:
                patches.on_undo(when_loaded(service, self._install_packages).remove)
            substitution = virtual_modules(world)
            substitution.install()
            patches.on_undo(substitution.undo)

    def _close_world(self) -> None:
        kernel = self.world.kernel
        if kernel.forked_away:  # there is nothing to stop in a copy, only names to put back
            self._patches.undo_all()
        elif not kernel.closed:
            # As in `_open`; here, who waits at the door is turned away.
            with kernel:
                try:
                    kernel.close()
                finally:
                    self._patches.undo_all()

    def _install_packages(self, service: types.ModuleType) -> None:
        for package in _WHEN_FIRST_USED[service.__name__]:
            importlib.import_module(package).install(self._patches)

    def _start_moto(self) -> None:
        generator = moto.moto_api._internal.mock_random  # noqa: SLF001 - moto's one source of ids
        before = generator.getstate()
        self._patches.on_undo(lambda: generator.setstate(before))
        generator.seed(self.world.seeds.stream("moto").getrandbits(64))
        self._moto.start()
        self._patches.on_undo(self._moto.stop)
        # A registry that was filled outside a lab (by moto itself, at import) must not outlive it.
        self._patches.on_undo(BackendDict.reset)
        # moto caches the regions of a service by the object that holds its queues and all: one lab each time.
        self._patches.on_undo(AccountSpecificBackend._generate_regions.cache_clear)  # noqa: SLF001
