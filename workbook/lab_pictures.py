"""What happened in a lab, as pictures and sums, derived from the trace at the moment that one asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbook.aws.billable import BillableUnits, billable_units
from workbook.engine import exports
from workbook.engine.hop import Hop
from workbook.engine.trace import Trace
from workbook.lab_part import LabPart

if TYPE_CHECKING:
    from workbook.flow.chart import Chart
    from workbook.flow.cost import Cost
    from workbook.flow.flow import Flow, Message, Only, Since
    from workbook.flow.sequence import Sequence as SequencePicture
    from workbook.flow.state_machine import StateMachinePicture


class LabPictures(LabPart):
    """The part of a Lab that shows what happened; it changes nothing."""

    @property
    def trace(self) -> Trace:
        """Everything that happened, in order."""
        return self.world.trace

    @property
    def _instant(self) -> int:
        """AWS's time, in microseconds."""
        return self.world.clock.now

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
            return flow_of(self.trace, self._instant, of=of, since=since, only=only)

        flow = look()
        if follow:
            flow.follow(Source(look, self.trace.observers, lambda: self._instant))
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

        return sequence_of(self.trace, self._instant, of=of, since=since, only=only)

    def state_machine(
        self, name: str | None = None, *, execution: str | int | None = None
    ) -> StateMachinePicture:
        """A state machine as a graph: its states, lit by what its executions did.

            lab.state_machine("orders")                 # all executions
            lab.state_machine("orders", execution=2)    # one of them
            lab.state_machine().data("Charge")          # the way of the data through a state

        Args:
            name: Of the state machine, or its ARN; none is needed where there is only one.
            execution: The number that pictures give it, its name or its ARN.

        Raises:
            LookupError: there is no such state machine or execution; the text lists those there are.
            TypeError: the name is no text.
        """
        from workbook.flow.kept import whole_stories  # noqa: PLC0415 - as above
        from workbook.flow.state_machine import state_machine_of  # noqa: PLC0415 - only those who look pay for it

        return state_machine_of(list(whole_stories(self.trace)), self._instant, name, execution)

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
        from workbook.flow.kept import told_of, whole_stories  # noqa: PLC0415 - as above
        from workbook.flow.scene import Scene  # noqa: PLC0415 - as above

        scene = Scene.of(list(whole_stories(self.trace)), self._instant)
        return chart_of(scene, names, since=since, until=until, forgotten=told_of(self.trace))

    def billable(self) -> BillableUnits:
        """What AWS would count for the bill so far, by service: requests, GB-seconds. No prices."""
        return billable_units(self.trace, self._instant)

    def cost(self) -> Cost:
        """The same by operation and by who caused it, and what would have made it less. No prices."""
        from workbook.flow.cost import cost_of  # noqa: PLC0415 - a lesson that does not ask need not load it
        from workbook.flow.kept import told_of, whole_stories  # noqa: PLC0415 - as above

        return cost_of(whole_stories(self.trace), self._instant, told_of(self.trace))


def _otlp_text(hops: Sequence[Hop]) -> str:
    from workbook.flow.opentelemetry import otlp_text  # noqa: PLC0415 - few ask for it

    return otlp_text(hops)


exports.offer(".otlp.json", _otlp_text)  # it speaks of services, which the engine knows nothing of
