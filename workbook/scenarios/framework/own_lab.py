"""The lab of panels that were given none.

There is one AWS in a process, so they take turns: a panel that is opened closes the lab of the one before,
which opens another one when its reader comes back to it. A lab that a learner made is never touched, and one
that a learner makes takes the place of a panel's: a lesson that ends with a panel can be run again.
"""

from __future__ import annotations

from workbook.lab import Lab, LabError

_lab: Lab | None = None


def open_own_lab(seed: int, name: str) -> Lab:
    """Open a lab for a panel, in the place of the last one that was opened here.

    Raises:
        LabError: the learner has a lab open; the text says how to pass it.
    """
    global _lab  # noqa: PLW0603 - one lab a process is the point
    if _lab is not None:
        _lab.close()
        _lab = None
    try:
        _lab = Lab(seed=seed)
    except LabError as error:
        message = (
            f"a Lab is open already, and there is one AWS in a process. Let the panel use yours: "
            f"{name}.panel(lab). It begins with lab.reset(), so what is in your lab will be gone."
        )
        raise LabError(message) from error
    _lab.give_way()
    return _lab


def own_lab() -> Lab:
    """The lab of the panel that was given none; for code of that panel, in a cell.

    Raises:
        LabError: there is no such panel, or its lab is closed.
    """
    if _lab is None or _lab.world.kernel.closed:
        message = "no panel has a lab of its own open: make one with `lab = Lab()`, or open a panel first"
        raise LabError(message)
    return _lab
