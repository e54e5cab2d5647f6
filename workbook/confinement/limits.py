"""How much a program may use before it is ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a confined program has; beyond that it fails or is ended."""

    cpu_seconds: int
    """Processor time of each of its processes."""
    wall_seconds: int
    """Real time until all of it is ended."""
    memory_bytes: int
    """Address space of each process, and resident memory of all together."""
    processes: int
    """Processes and threads at one time."""
    file_bytes: int
    """The longest file that it can write."""
    open_files: int
    output_bytes: int
    """What is kept of what it prints; the rest is read and dropped."""
    scratch_bytes: int
    """What fits into its temporary folder, where that has a limit."""
