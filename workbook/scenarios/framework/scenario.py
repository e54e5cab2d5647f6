"""A scenario: a small system on AWS, something that is done to it, and a question that the outcome answers.

    build(lab, ...)            makes the system with boto3, and returns what `trigger` has to know of it
    trigger(lab, system, ...)  sends what the scenario is about
    measure(trace, ...)        reads the answer from the trace; of the three the only one that is not shown

Each takes those settings that it has parameters for. The first two are plain boto3 in small functions: their
source is what "show the code" shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.scenarios.framework.account import Account, Findings
from workbook.scenarios.framework.play import Play
from workbook.scenarios.framework.settings import Setting, Value, checked
from workbook.scenarios.framework.shown_code import arguments_for, cell_of

if TYPE_CHECKING:
    from workbook.lab import Lab
    from workbook.scenarios.framework.panel import Panel

HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One scenario. It holds no state: each run begins with an empty lab."""

    name: str
    """As on the command line: "poison-message"."""
    title: str
    question: str
    """The question that it answers."""
    watch: str
    """What to look at while it runs."""
    settings: tuple[Setting, ...]
    build: Callable[..., object]
    trigger: Callable[..., None]
    measure: Callable[..., Findings]
    queues: tuple[str, ...]
    """Those whose depth is worth a chart, by name."""
    limit: int | Callable[..., int] = HOUR
    """Seconds of AWS time that a run takes at most, where it would not end by itself; or what says so."""
    afterwards: int = 0
    """Seconds of AWS time that pass when all is done, for what no work is: a group that shrinks again."""
    differs: str = ""
    """What in it is the lab's and could be taken for AWS's, in a sentence or two, beginning small."""
    check: Callable[..., None] | None = None
    """Raises a SettingError where values are in their ranges and do not go together."""
    tells_vain_polls: bool = True
    """Whether a step ends at a receive that brought nothing; idle workers make them all the time."""
    seed: int = 7

    def run(self, lab: Lab | None = None, *, seed: int | None = None, **settings: object) -> Account:
        """Run it without a screen, from its beginning to its end, and say what happened.

        Args:
            lab: the lab to run in. It is reset first: what was in it is gone. Without one, a lab is opened
                for this run and closed again.
            seed: of the lab that is opened; the scenario's own if not given.
            settings: by name; those that are not given have their defaults.

        Raises:
            SettingError: a setting is unknown, or has a value out of its range.
            LabError: no lab was given, and one is open already.
        """
        values = self.checked(settings)
        if lab is not None:
            return self._run_in(lab, values)
        from workbook.lab import Lab

        with Lab(seed=self.seed if seed is None else seed) as own:
            return self._run_in(own, values)

    def checked(self, given: Mapping[str, object]) -> dict[str, Value]:
        """All settings with their values: what was given, and defaults for the others.

        Raises:
            SettingError: one is unknown or out of its range, or some do not go together.
        """
        values = checked(self.settings, given)
        if self.check is not None:
            self.check(**arguments_for(self.check, values))
        return values

    def _run_in(self, lab: Lab, values: dict[str, Value]) -> Account:
        play = Play(lab, self, values)
        play.set_up()
        play.run()
        return play.account()

    def panel(self, lab: Lab | None = None, *, run: bool = True, **settings: object) -> Panel:
        """A panel with controls, buttons, pictures and the account, to be shown in a notebook.

        Args:
            lab: the lab to play in. It is reset first: what was in it is gone. Without one, the panel opens a
                lab of its own, in the place of that of the panel before.
            run: let it run once, so that there is something to see, in a saved notebook, too. Without it the
                system is set up, and nothing has happened yet.
            settings: by name; those that are not given have their defaults.

        Raises:
            SettingError: as `run`.
            LabError: no lab was given, and one is open already.
        """
        from workbook.scenarios.framework.panel import Panel

        return Panel(self, lab, self.checked(settings), run=run)

    def code(self, **settings: object) -> str:
        """The scenario as one cell of plain boto3, with the values of the settings in it.

        It runs as it is in a notebook with an open `lab`, and does what `run(lab, ...)` does.

        Raises:
            SettingError: as `run`.
        """
        values = self.checked(settings)
        limit = self.limit_for(values)
        return cell_of(self.build, self.trigger, values, limit=limit, afterwards=self.afterwards)

    def limit_for(self, settings: Mapping[str, Value]) -> int:
        """Seconds of AWS time that a run with these settings takes at most."""
        return (
            self.limit if isinstance(self.limit, int) else self.limit(**arguments_for(self.limit, settings))
        )

    def insert(self, **settings: object) -> None:
        """Put the code into a new cell below this one.

        Raises:
            SettingError: as `run`.
            RuntimeError: this is no notebook, so there are no cells.
        """
        from IPython import get_ipython

        shell = get_ipython()
        if shell is None:
            message = (
                f"there is no notebook here to put a cell into; print({self.name}.code()) shows the code"
            )
            raise RuntimeError(message)
        shell.set_next_input(self.code(**settings))

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {self.question}>"
