"""AWS in this process, with time in the learner's hands.

    lab = Lab(seed=7)
    sqs = lab.client("sqs")       # the same as boto3.client("sqs")
    lab.advance(minutes=5)        # five minutes pass, in a blink

One Lab at a time, because moto's registry of resources is one a process.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self, cast

import boto3

from workbook.aws.simulation import Simulation
from workbook.aws.sqs.backend import find_queue_by_name
from workbook.engine.interrupts import ctrl_c
from workbook.engine.seeds import Chaos
from workbook.engine.world import START, World
from workbook.functions import deploy_function
from workbook.lab_arguments import LabError, check_chaos, check_name, checked_arguments, credentials_of
from workbook.lab_outside import LabOutside
from workbook.lab_part import Opened
from workbook.lab_patterns import LabPatterns
from workbook.lab_pictures import LabPictures
from workbook.lab_time import LabTime
from workbook.lab_view import lab_html, lab_text
from workbook.programs import start_program
from workbook.queue_view import QueueView
from workbook.workers import deploy_program

_open_lab: Lab | None = None
_one_at_a_time = threading.RLock()
"""Held by the thread that opens, resets or closes a lab."""


class Lab(LabTime, LabPictures, LabOutside, LabPatterns):
    """A simulated AWS account. Use boto3 as ever; it stays in this process.

    Args:
        endpoint: The URL of a server (`workbook serve`), for a lab that is there and not in this process.
            What it needs of this process, such as a function that plays a server, is refused by name there.
        access_key: Whose lab of that server, where `account` does not say it: a key that it gave out.
        seed: Every id and every chance comes from it. Same seed and same cells: same outputs. A lab of a
            server is begun anew with it; without a seed it is as its last user left it.
        region: The default region.
        account: The account id, 12 digits.
        start: When the lab's time begins; a datetime without a time zone is taken as UTC.
        chaos: The chance that standard queues duplicate, reorder or miss messages; none by default.

    Raises:
        LabError: another Lab is open, or an argument cannot be used.
    """

    def __new__(cls, *, endpoint: str | None = None, **_arguments: object) -> Self:
        """Make a lab in this process, or with an `endpoint` the front door of one in a server."""
        if endpoint is None or cls is not Lab:
            return super().__new__(cls)
        from workbook.remote.lab import RemoteLab  # noqa: PLC0415 - only who asks for it loads it

        return cast("Self", super().__new__(RemoteLab))

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        access_key: str | None = None,
        seed: int | None = None,
        region: str = "us-east-1",
        account: str = "123456789012",
        start: datetime.datetime | None = None,
        chaos: Chaos | None = None,
    ) -> None:
        if endpoint is not None or access_key is not None:
            message = (
                "access_key belongs to an endpoint: Lab(endpoint='http://127.0.0.1:4566', access_key=...)"
            )
            raise LabError(message)
        self._closed = True
        _refuse_a_second_lab()
        begin = START if start is None else start
        self._arguments = checked_arguments(0 if seed is None else seed, region, account, begin, chaos)
        self._begin(lambda: Simulation(World.create(**self._arguments)))

    def _begin(self, open_one: Callable[[], Opened]) -> None:
        global _open_lab  # noqa: PLW0603 - one Lab a process is the point
        self._closed = True
        self._gives_way = False
        _refuse_a_second_lab()
        try:
            with ctrl_c.held(), _one_at_a_time:
                _refuse_a_second_lab()  # another thread may have been quicker
                if _open_lab is not None:
                    _open_lab.close()
                self._simulation = open_one()
                self._closed = False
                _open_lab = self
        except KeyboardInterrupt:  # nobody will ever hold this lab, so nobody could close it
            self.close()
            raise

    # ---- plain boto3

    def client(self, service: str, *, account: str | None = None, **options: Any) -> Any:  # noqa: ANN401 - as boto3.client
        """Make a boto3 client, exactly as `boto3.client(service, **options)` does.

        `account` makes the requests come from another account (12 digits), for lessons on queue policies.
        """
        self._ensure_open()
        return boto3.client(service, **credentials_of(account), **options)  # type: ignore[call-overload]

    def resource(self, service: str, *, account: str | None = None, **options: Any) -> Any:  # noqa: ANN401 - as boto3.resource
        """Make a boto3 resource, exactly as `boto3.resource(service, **options)` does."""
        self._ensure_open()
        return boto3.resource(service, **credentials_of(account), **options)  # type: ignore[call-overload]

    def function(self, name: str, handler: Callable[..., object] | str | Path, **options: Any) -> str:  # noqa: ANN401
        """Deploy a Lambda function and return its ARN.

        Args:
            name: The function's name.
            handler: A Python function, whose source becomes the code; or source text with a function
                `handler`; or the path of a folder with an `index.py`.
            options: Further arguments of boto3's `create_function`, such as `Timeout=60`. If the function
                exists already, its code and settings are updated: a cell can be run again.

        Raises:
            PackagingError: the code cannot run away from the notebook; the text names what is missing.
        """
        self._ensure_open()
        return deploy_function(name, handler, options)

    def program(self, name: str, function: Callable[..., object], *arguments: object) -> None:
        """Start a program of yours that runs beside the cell: a consumer, a producer.

            def cook(orders):
                while True:
                    answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
                    for message in answer.get("Messages", []):
                        time.sleep(40)
                        ...

            lab.program("second cook", cook, orders)
            lab.run_until_idle()

        It begins at this instant and goes on while time passes. In it, and in functions beside it, `time` and
        `datetime` are AWS's: `time.sleep(40)` takes 40 seconds of the lab. It works on a copy of the
        notebook's names, so what it assigns with `global` stays with it. An error in it is raised by the
        next call that lets time pass. The trace keeps `name` as who made its calls. One that goes on for
        ever does not keep the lab busy: to ask a queue for messages in vain is no work.

        Raises:
            TypeError: `name` is no text, or `function` no plain function.
        """
        self._ensure_open()
        check_name("program", name)
        start_program(self.world, name, function, arguments)

    @contextmanager
    def actor(self, name: str) -> Iterator[None]:
        """Say who makes the calls inside: a producer, a consumer, a program with a name of its own.

            with lab.actor("second cook"):
                sqs.receive_message(QueueUrl=orders)

        AWS sees no difference. The trace keeps the name as the fact `by`, and pictures show it as a node.

        Raises:
            TypeError: `name` is no text, or an empty one.
        """
        self._ensure_open()
        check_name("actor", name)
        with self.world.trace.acting(name):
            yield

    def worker(
        self,
        group: str,
        program: Callable[..., object] | str | Path,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Say what the instances of an Auto Scaling group do while they are in service.

        A supervisor starts `program(instance)` on each of them: after an error again, 5 seconds later, and
        after a plain return not. `instance` has an `instance_id`, a `group_name`, an `availability_zone` and
        a `region`. When an instance is terminated, its program ends where it stands.

        Args:
            group: The name of the group. Instances that are in service already begin at once, in the place of
                what they did before.
            program: A Python function, whose source becomes the code, as with `function`; usually a loop that
                receives, works and deletes. Or source text with a function `program`, or a folder with an
                `index.py`.
            environment: Environment variables, which the program finds in `os.environ`.

        Raises:
            LookupError: there is no such group; the text lists those there are.
            PackagingError: the code cannot run away from the notebook; the text names what is missing.
        """
        self._ensure_open()
        deploy_program(self.world, group, program, environment or {})

    # ---- queues and chance

    def queue(self, name: str) -> QueueView:
        """What is in a queue, visible or not: what no consumer of AWS can see.

        Raises:
            TypeError: `name` is no text.
            LookupError: there is no such queue; the text lists those there are.
        """
        self._ensure_open()
        if not isinstance(name, str):
            message = f"queue({name!r}): pass the name of a queue, e.g. lab.queue('orders')"
            raise TypeError(message)
        return QueueView(find_queue_by_name(name, self.world.region, self.world.account))

    @property
    def chaos(self) -> Chaos:
        """The chance that standard queues duplicate, reorder or miss messages; assign another to change it.

        What happens from then on follows it; `reset()` brings back what the lab was made with.
        """
        return self.world.chaos

    @chaos.setter
    def chaos(self, chaos: Chaos) -> None:
        self._ensure_open()
        check_chaos(chaos)
        self.world.chaos = chaos

    # ---- beginning and end

    def reset(self) -> None:
        """Start again: no resources, no trace, the first instant, the same seed. Clients stay usable."""
        with _one_at_a_time:
            self._ensure_open()
            world, observers = World.create(**self._arguments), self.trace.observers
            world.trace.observers = observers  # who follows the lab goes on following
            self._simulation.renew(world)
            observers.tell()

    def give_way(self) -> None:
        """Let the next Lab that somebody makes close this one, where it would otherwise be refused.

        For labs that no learner holds, such as that of a panel: nobody could close them.
        """
        self._gives_way = True

    def close(self) -> None:
        """End the lab: boto3 and the interpreter are as they were before. Harmless when closed already."""
        global _open_lab  # noqa: PLW0603 - see above
        with ctrl_c.held(), _one_at_a_time:
            if not self._closed:
                self._closed = True
                _open_lab = None
                self._simulation.close()

    def __enter__(self) -> Self:
        self._ensure_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        message = "a Lab cannot be copied or pickled: there is one AWS in a process; use this one everywhere"
        raise LabError(message)

    def __repr__(self) -> str:
        return "<Lab: closed>" if self._closed else lab_text(self.world)

    def _repr_html_(self) -> str:
        return "<p>Lab: closed</p>" if self._closed else lab_html(self.world)


def _refuse_a_second_lab() -> None:
    if _open_lab is not None and not _open_lab._gives_way:  # noqa: SLF001 - a lab among labs
        message = (
            "a Lab is open already, and there is one AWS in a process. Go on with that one, or call its "
            "close() first; its reset() makes it as good as new. If no variable holds it any more, "
            "restart the kernel (menu Kernel > Restart Kernel)."
        )
        raise LabError(message)


__all__ = ["Lab", "LabError"]
