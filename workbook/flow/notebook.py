"""Whether somebody looks at all: a live view is made in the kernel of a notebook and nowhere else."""

from __future__ import annotations

import sys


def in_a_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")  # a process without it is no kernel, and need not wait for it
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None
