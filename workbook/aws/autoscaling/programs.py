"""The program that each instance of a group runs while it is in service.

    in service ──> program(instance) ──> an error: again after RESTART ──> ...     until it terminates

An instance is a computer of its own, so the program runs like a Lambda handler: from its own source, in
virtual time, with its own globals and its own chance (see `awslambda.isolation`). A supervisor starts it, as
systemd with `Restart=on-failure` would: after an error again, after a plain return not. When the instance
terminates, the program ends where it stands; a message that it had received comes back after its visibility
timeout.

Whoever waits for messages does no work, so a group of idle workers does not keep a lab busy: see
`Kernel.at_work`. What the program prints becomes a `log` hop, a line each.
"""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import moto.awslambda  # noqa: F401 - before ours, which is put in when moto's is loaded

from workbook.aws.autoscaling.registry import groups_of
from workbook.aws.awslambda.modules import Modules, files_of
from workbook.aws.environment import SECRET_ACCESS_KEY, access_key_of
from workbook.aws.lifetimes import Lifetime, Stopped
from workbook.engine.clock import SECOND
from workbook.engine.tasks import Interrupted, Stuck

if TYPE_CHECKING:
    from workbook.aws.autoscaling.group import Group
    from workbook.aws.autoscaling.instance import Instance
    from workbook.engine.world import World

RESTART = 5 * SECOND
"""Microseconds from an error of the program until the supervisor starts it again (ours)."""


class Terminated(Stopped):
    """The instance is being terminated, or is to run another program."""


class _Uptime(Lifetime):
    ending: ClassVar[type[Stopped]] = Terminated


@dataclass(frozen=True)
class WorkerInstance:
    """What a program is told about the instance that it runs on, as instance metadata would tell it."""

    instance_id: str
    group_name: str
    availability_zone: str
    region: str


@dataclass(frozen=True)
class Program:
    """A program as it was deployed to a group."""

    zip_file: bytes
    entry: str
    """module.function"""
    environment: Mapping[str, str]

    def start(self, group: Group, instance: Instance) -> Run:
        """Let an instance run it from now on."""
        return Run(self, group, instance)


class Run:
    """The program on one instance."""

    def __init__(self, program: Program, group: Group, instance: Instance) -> None:
        self._program, self._group, self._instance = program, group, instance
        self._world = group.world
        self._uptime: _Uptime | None = None
        self._stopped = False
        self._output = _Output(self)
        self._seed = self._world.seeds.stream("autoscaling.program").getrandbits(128)
        with self._world.trace.from_nothing(), self._world.trace.acting(instance.instance_id):
            name = f"program on {instance.instance_id}"
            self._world.kernel.spawn(self._supervise, name=name, endless=True)

    def stop(self) -> None:
        """End the program where it stands, for good."""
        self._stopped = True
        self._output.close()
        if self._uptime is not None:
            self._uptime.end()

    def log(self, line: str) -> None:
        """Write down a line that the program printed."""
        self._world.trace.record("log", self._group.arn, instance=self._instance.instance_id, line=line)

    # ---- the supervisor

    def _supervise(self) -> None:
        self._uptime = uptime = _Uptime(self._world.kernel)
        with self._world.kernel, uptime.lived():
            try:
                while not self._stopped and self._run_once():
                    self._world.kernel.sleep_until(self._world.clock.now + RESTART)
            except Terminated:
                return

    def _run_once(self) -> bool:
        """Run the program; whether it is to be started again."""
        try:
            self._world.kernel.expose(self._call)
        except (Interrupted, KeyboardInterrupt, Terminated):
            raise
        except Stuck:
            self._fail("Stuck", self._spinning())
            return False
        except BaseException as error:  # noqa: BLE001 - whatever the learner's code raises ends its process
            if self._stopped:
                raise Terminated from None
            self._fail(type(error).__name__, _described(error), restart_at=self._world.clock.now + RESTART)
            if not self._world.kernel.found_work:  # to try that again and again is no work
                self._world.kernel.at_work(works=False)
            return True
        finally:
            self._output.flush_line()
        self._world.trace.record("end", self._group.arn, instance=self._instance.instance_id)
        return False

    def _call(self) -> object:
        modules = Modules(
            files_of(self._program.zip_file),
            kernel=self._world.kernel,
            stream=random.Random(self._seed),
            environment=self._variables(),
            output=self._output,
        )
        module, _, function = self._program.entry.rpartition(".")
        program = getattr(modules.import_module(module), function)
        return program(self._described_instance())

    def _fail(self, outcome: str, error: str, **facts: Any) -> None:  # noqa: ANN401 - when it is started again
        instance_id = self._instance.instance_id
        self._world.trace.record(
            "fail", self._group.arn, outcome=outcome, instance=instance_id, error=error, **facts
        )

    def _spinning(self) -> str:
        limit = self._world.kernel.real_time_limit
        return f"the program computed for {limit:g} real seconds without waiting for anything; it was stopped"

    # ---- what it is told

    def _described_instance(self) -> WorkerInstance:
        instance, group = self._instance, self._group
        return WorkerInstance(instance.instance_id, group.name, instance.zone, group.region)

    def _variables(self) -> Mapping[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": access_key_of(self._group.account),
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_DEFAULT_REGION": self._group.region,
            "AWS_REGION": self._group.region,
            "LANG": "C.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            **self._program.environment,
        }


def deploy(world: World, group_name: str, program: Program) -> None:
    """Let the instances of a group in the lab's own account and Region run a program from now on.

    Raises:
        LookupError: there is no such group.
    """
    groups = groups_of(world, world.account, world.region).present
    if group_name not in groups:
        known = ", ".join(groups) or "there is none yet: create_auto_scaling_group makes one"
        message = f"no Auto Scaling group is called {group_name!r}; groups: {known}"
        raise LookupError(message)
    with world.kernel:
        group = groups[group_name]
        group.program = program
        world.trace.record("deploy", group.arn, program=program.entry)
        for instance in group.active:
            group.start_program(instance)


def _described(error: BaseException) -> str:
    """The error's text and the line of the program where it happened; no paths of this computer."""
    frame, line = error.__traceback__, 0
    while frame is not None:
        if frame.tb_frame.f_code.co_filename.startswith("/var/task/"):
            line = frame.tb_lineno
        frame = frame.tb_next
    return f"{error} (line {line} of the program)" if line else str(error)


class _Output(io.TextIOBase):
    """What the program prints, line by line; nothing any more once its instance terminates."""

    def __init__(self, run: Run) -> None:
        self._run, self._begun, self._silent = run, "", False

    def write(self, text: str) -> int:
        """Take some text; each line that it completes is logged."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._log(line)
        return len(text)

    def flush_line(self) -> None:
        """The process has ended: what has no line end yet is a line, too."""
        if self._begun:
            self._log(self._begun)
            self._begun = ""

    def close(self) -> None:
        """Take nothing any more."""
        self._silent = True

    def _log(self, line: str) -> None:
        if not self._silent:
            self._run.log(line)
