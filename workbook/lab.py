"""AWS in this process, with time in the learner's hands.

    lab = Lab(seed=7)
    sqs = lab.client("sqs")       # the same as boto3.client("sqs")
    lab.advance(minutes=5)        # five minutes pass, in a blink

One Lab at a time, because moto's registry of resources is one a process.
"""

from __future__ import annotations

import datetime
import numbers
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

import boto3
import botocore.loaders

from workbook.aws.billable import BillableUnits, billable_units
from workbook.aws.environment import SECRET_ACCESS_KEY, access_key_of
from workbook.aws.simulation import Simulation
from workbook.aws.sqs.backend import find_queue_by_name, settle_queues
from workbook.engine import exports
from workbook.engine.clock import SECOND, instant_of
from workbook.engine.hop import Hop
from workbook.engine.interrupts import ctrl_c
from workbook.engine.seeds import Chaos
from workbook.engine.trace import Trace
from workbook.engine.world import START, World
from workbook.functions import deploy_function
from workbook.lab_outside import LabOutside
from workbook.lab_view import lab_html, lab_text
from workbook.programs import start_program
from workbook.queue_view import QueueView
from workbook.workers import deploy_program

if TYPE_CHECKING:
    from workbook.flow.chart import Chart
    from workbook.flow.cost import Cost
    from workbook.flow.flow import Flow, Message, Only, Since
    from workbook.flow.sequence import Sequence as SequencePicture

_open_lab: Lab | None = None
_one_at_a_time = threading.RLock()
"""Held by the thread that opens, resets or closes a lab."""

_FIRST_START = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_LAST_START = datetime.datetime(9000, 1, 1, tzinfo=datetime.UTC)
_END_OF_TIME = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
"""A year before Python's datetime ends: timestamps that lie ahead of the lab's time can still be written."""


class LabError(RuntimeError):
    """The lab was used in a way that cannot work; the text says how it can."""


class Lab(LabOutside):
    """A simulated AWS account. Use boto3 as ever; it stays in this process.

    Args:
        seed: Every id and every chance comes from it. Same seed and same cells: same outputs.
        region: The default region.
        account: The account id, 12 digits.
        start: When the lab's time begins; a datetime without a time zone is taken as UTC.
        chaos: The chance that standard queues duplicate, reorder or miss messages; none by default.

    Raises:
        LabError: another Lab is open, or an argument cannot be used.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        region: str = "us-east-1",
        account: str = "123456789012",
        start: datetime.datetime = START,
        chaos: Chaos | None = None,
    ) -> None:
        global _open_lab  # noqa: PLW0603 - one Lab a process is the point
        self._closed = True
        self._gives_way = False
        _refuse_a_second_lab()
        self._arguments = _checked_arguments(seed, region, account, start, chaos)
        try:
            with ctrl_c.held(), _one_at_a_time:
                _refuse_a_second_lab()  # another thread may have been quicker
                if _open_lab is not None:
                    _open_lab.close()
                self._simulation = Simulation(World.create(**self._arguments))
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
        return boto3.client(service, **_credentials(account), **options)  # type: ignore[call-overload]

    def resource(self, service: str, *, account: str | None = None, **options: Any) -> Any:  # noqa: ANN401 - as boto3.resource
        """Make a boto3 resource, exactly as `boto3.resource(service, **options)` does."""
        self._ensure_open()
        return boto3.resource(service, **_credentials(account), **options)  # type: ignore[call-overload]

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
        _check_name("program", name)
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
        _check_name("actor", name)
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

    # ---- time

    @property
    def now(self) -> datetime.datetime:
        """What time it is in the lab, as an aware UTC datetime."""
        return self.world.clock.datetime()

    def advance(
        self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> datetime.datetime:
        """Let time pass, and everything that is due in it happen; returns the time then.

        Raises:
            TypeError: a duration is no number.
            ValueError: the sum is negative, since time does not go back; or it leads out of the calendar.
        """
        self._ensure_open()
        _check_numbers(seconds=seconds, minutes=minutes, hours=hours, days=days)
        total = seconds + 60 * minutes + 3600 * hours + 86400 * days
        if total < 0:
            message = f"advance({total} seconds): time goes forwards only; lab.reset() goes back to the start"
            raise ValueError(message)
        if not total <= self._seconds_left():  # not `>`: a number that is none, nan, compares as false
            message = (
                f"advance({total} seconds): the lab's calendar ends with the year 9998; pass a smaller number"
            )
            raise ValueError(message)
        with self.world.kernel:
            self.world.kernel.advance(total)
            settle_queues()
        return self.now

    def run_until_idle(self, limit: float = 366 * 86400) -> bool:
        """Let time pass until nothing is left to do, at most `limit` seconds; True when all is done.

        A poller that waits for messages has nothing to do; one that will retry a message in 30 s has. So it
        is with workers of an Auto Scaling group. Alarms look at their metrics for ever, which is no work: use
        `advance` to see a group scale in.

        Raises:
            TypeError: `limit` is no number.
            ValueError: `limit` is negative, or no number that can be compared (nan).
        """
        self._ensure_open()
        _check_numbers(limit=limit)
        if not limit >= 0:
            message = f"run_until_idle(limit={limit}): pass how many seconds may pass at most, 0 or more"
            raise ValueError(message)
        with self.world.kernel:
            idle = self.world.kernel.run_until_idle(min(limit, self._seconds_left()))
            settle_queues()
        return idle

    def _seconds_left(self) -> float:
        return (instant_of(_END_OF_TIME) - self.world.clock.now) / SECOND

    # ---- what happened

    @property
    def world(self) -> World:
        """Kernel, trace and chance of this lab, for tools and tests."""
        return self._simulation.world

    @property
    def trace(self) -> Trace:
        """Everything that happened, in order."""
        return self.world.trace

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
        _check_chaos(chaos)
        self.world.chaos = chaos

    def flow(
        self,
        *,
        of: Message | None = None,
        since: Since | None = None,
        only: Only | None = None,
        follow: bool = False,
    ) -> Flow:
        """The picture of all that happened so far: who sent what where, and what lies where now.

            lab.flow()                  # everything
            lab.flow(of=sent)           # the life of one message
            lab.flow(since=30)          # from 30 s after the first hop on
            lab.flow(only="orders")     # one resource, and whom it deals with
            lab.flow(follow=True)       # in JupyterLab: goes on with what happens from now on

        Args:
            of: A message: what `lab.trace.of` takes, or the number that pictures give it.
            since: Seconds since the first hop, a timedelta, or a datetime.
            only: The name of a resource, a kind such as "queue", or a list of names and kinds.
            follow: Keep the live picture up with the lab: while cells run, and at their end. After a widget's
                callback call `refresh()` on what this returns.

        Raises:
            LookupError: there is no such message or resource; the text lists those there are.
            TypeError: `since` or `only` is of no such type.
            ValueError: `since` lies before the first hop.
        """
        from workbook.flow.flow import flow_of  # noqa: PLC0415 - only those who look pay for it
        from workbook.flow.live import Source  # noqa: PLC0415 - as above

        def look() -> Flow:
            return flow_of(self.trace, self.world.clock.now, of=of, since=since, only=only)

        flow = look()
        if follow:
            flow.follow(Source(look, self.trace.observers, lambda: self.world.clock.now))
        return flow

    def sequence(
        self, *, of: Message | None = None, since: Since | None = None, only: Only | None = None
    ) -> SequencePicture:
        """The trace as lanes by resource, time downwards: who sent what to whom, and when.

        The picture for visibility timeouts, retries and order. Where there is very much, the beginning is
        shown, and the picture says what is left out.

        Args:
            of: A message: what `lab.trace.of` takes, or the number that pictures give it.
            since: Seconds since the first hop, a timedelta, or a datetime.
            only: The name of a resource, a kind such as "queue", or a list of names and kinds.

        Raises:
            LookupError: there is no such message or resource; the text lists those there are.
            TypeError: `since` or `only` is of no such type.
            ValueError: `since` lies before the first hop.
        """
        from workbook.flow.sequence import sequence_of  # noqa: PLC0415 - only those who look pay for it

        return sequence_of(self.trace, self.world.clock.now, of=of, since=since, only=only)

    def chart(self, *names: str, since: Since | None = None, until: Since | None = None) -> Chart:
        """How much lay in queues, how old it was, who was at work and what went wrong, over AWS time.

            lab.chart("orders")                 # one queue
            lab.chart("orders", "orders-dlq")   # several resources that share the axis of time
            lab.chart("orders").frame()         # the numbers as a pandas DataFrame

        Args:
            names: Queues, functions, Auto Scaling groups. Without any, the queues that held messages.
            since: When it begins: seconds since the first hop, a timedelta, or a datetime.
            until: When it ends, likewise; now if not said.

        Raises:
            LookupError: there is no such resource; the text lists those there are.
            TypeError: a name is no text, or `since` or `until` no time.
            ValueError: nothing lies between `since` and `until`.
        """
        from workbook.flow.chart import chart_of  # noqa: PLC0415 - only those who look pay for it
        from workbook.flow.scene import Scene  # noqa: PLC0415 - as above

        scene = Scene.of(list(self.trace), self.world.clock.now)
        return chart_of(scene, names, since=since, until=until)

    def billable(self) -> BillableUnits:
        """What AWS would count for the bill so far, by service: requests, GB-seconds. No prices."""
        return billable_units(self.world)

    def cost(self) -> Cost:
        """The same by operation and by who caused it, and what would have made it less. No prices."""
        from workbook.flow.cost import cost_of  # noqa: PLC0415 - a lesson that does not ask need not load it

        return cost_of(self.trace, self.world.clock.now)

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

    def _ensure_open(self) -> None:
        if self._closed:
            message = "this Lab is closed: make a new one with `lab = Lab()`"
            raise LabError(message)


def _check_name(method: str, name: object) -> None:
    if not isinstance(name, str) or not name.strip():
        message = f"{method}({name!r}): pass a name, e.g. lab.{method}('second cook')"
        raise TypeError(message)


def _otlp_text(hops: Sequence[Hop]) -> str:
    from workbook.flow.opentelemetry import otlp_text  # noqa: PLC0415 - few ask for it

    return otlp_text(hops)


exports.offer(".otlp.json", _otlp_text)  # it speaks of services, which the engine knows nothing of


def _refuse_a_second_lab() -> None:
    if _open_lab is not None and not _open_lab._gives_way:  # noqa: SLF001 - a lab among labs
        message = (
            "a Lab is open already, and there is one AWS in a process. Go on with that one, or call its "
            "close() first; its reset() makes it as good as new. If no variable holds it any more, "
            "restart the kernel (menu Kernel > Restart Kernel)."
        )
        raise LabError(message)


def _credentials(account: str | None) -> dict[str, str]:
    if account is None:
        return {}
    _check_account(account)
    return {"aws_access_key_id": access_key_of(account), "aws_secret_access_key": SECRET_ACCESS_KEY}


def _regions_of_aws() -> list[str]:
    # Not from a boto3 Session: making one fails where AWS_PROFILE names a profile that does not exist, and
    # would look into ~/.aws.
    builtin = botocore.loaders.Loader(
        [botocore.loaders.Loader.BUILTIN_DATA_PATH], include_default_search_paths=False
    )
    partitions = builtin.load_data("partitions")["partitions"]
    return [name for partition in partitions for name in partition["regions"]]


def _check_account(account: str) -> None:
    if not (isinstance(account, str) and len(account) == 12 and account.isdigit()):
        message = f"account={account!r}: an AWS account id is a string of 12 digits, e.g. '123456789012'"
        raise LabError(message)


def _check_numbers(**values: object) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Real):  # NumPy's numbers too
            message = f"{name}={value!r}: pass a number, e.g. {name}=5"
            raise TypeError(message)


def _check_start(start: datetime.datetime) -> None:
    if not isinstance(start, datetime.datetime):
        message = f"start={start!r}: pass a datetime, e.g. datetime.datetime(2026, 1, 5, 9, 0)"
        raise LabError(message)
    if not instant_of(_FIRST_START) <= instant_of(start) <= instant_of(_LAST_START):
        message = (
            f"start={start}: pass a time between the years 1970 and 9000, where AWS timestamps can be written"
        )
        raise LabError(message)


def _check_chaos(chaos: object) -> None:
    if not isinstance(chaos, Chaos):
        message = f"chaos={chaos!r}: pass Chaos(duplicates=0.1), for example, or leave it out"
        raise LabError(message)


def _checked_arguments(
    seed: int, region: str, account: str, start: datetime.datetime, chaos: Chaos | None
) -> dict[str, Any]:
    _check_account(account)
    if isinstance(seed, bool) or not isinstance(seed, int):
        message = f"seed={seed!r}: a seed is a whole number, e.g. 7"
        raise LabError(message)
    regions = _regions_of_aws()
    if region not in regions:
        message = f"region={region!r}: there is no such AWS region; try one of {', '.join(regions[:6])} ..."
        raise LabError(message)
    _check_start(start)
    if chaos is not None:
        _check_chaos(chaos)
    return {"seed": seed, "region": region, "account": account, "start": start, "chaos": chaos}


__all__ = ["Lab", "LabError"]
