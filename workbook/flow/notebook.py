"""Whether somebody looks at all: a live view is made in the kernel of a notebook and nowhere else."""

from __future__ import annotations

import sys
from typing import Any


def in_a_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    return shell_of_this_kernel() is not None


def shell_of_this_kernel() -> Any | None:  # noqa: ANN401 - IPython's shell has no type of its own here
    """IPython's shell, if this process is the kernel of a notebook; else None."""
    ipython = sys.modules.get("IPython")  # a process without it is no kernel, and need not wait for it
    shell = None if ipython is None else ipython.get_ipython()
    return None if getattr(shell, "kernel", None) is None else shell
