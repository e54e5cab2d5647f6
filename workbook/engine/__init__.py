"""Repeatable time, tasks, chance and record. Nothing in here knows of AWS."""

from workbook.engine.clock import SECOND, Clock, microseconds
from workbook.engine.hop import Hop
from workbook.engine.kernel import Kernel
from workbook.engine.patches import Patches
from workbook.engine.seeds import Chaos, Seeds
from workbook.engine.signals import Signal
from workbook.engine.tasks import (
    Closed,
    Deadlock,
    ForkedAway,
    Interrupted,
    Livelock,
    Stuck,
    Task,
    TaskFailed,
    Timer,
)
from workbook.engine.trace import Trace
from workbook.engine.world import NoLab, World, current_world

__all__ = [
    "SECOND",
    "Chaos",
    "Clock",
    "Closed",
    "Deadlock",
    "ForkedAway",
    "Hop",
    "Interrupted",
    "Kernel",
    "Livelock",
    "NoLab",
    "Patches",
    "Seeds",
    "Signal",
    "Stuck",
    "Task",
    "TaskFailed",
    "Timer",
    "Trace",
    "World",
    "current_world",
    "microseconds",
]
