"""Who watches is told of each hop, and is held by nobody for that."""

import gc

from workbook.engine.clock import Clock
from workbook.engine.observers import Observers
from workbook.engine.trace import Trace


class Watcher:
    def __init__(self):
        self.heard = 0

    def hear(self):
        self.heard += 1


def test_each_hop_is_told_after_it_was_written():
    trace = Trace(Clock(0))
    lengths = []

    class Reader:
        def hear(self):
            lengths.append(len(trace))

    reader = Reader()
    trace.observers.add(reader.hear)
    trace.record("send", "orders")
    trace.record("delete", "orders")
    assert lengths == [1, 2]


def test_who_left_is_not_told():
    observers, watcher = Observers(), Watcher()
    observers.add(watcher.hear)
    observers.remove(watcher.hear)
    observers.remove(watcher.hear)
    observers.tell()
    assert watcher.heard == 0


def test_who_is_gone_is_forgotten():
    observers, watcher = Observers(), Watcher()
    observers.add(Watcher().hear)
    observers.add(watcher.hear)
    gc.collect()
    observers.tell()
    assert watcher.heard == 1
    assert len(observers.methods) == 1
    del watcher
    gc.collect()
    observers.tell()
    assert observers.methods == []


def test_one_may_leave_while_all_are_told():
    observers, other = Observers(), Watcher()

    class Leaver:
        def hear(self):
            observers.remove(self.hear)

    leaver = Leaver()
    observers.add(leaver.hear)
    observers.add(other.hear)
    observers.tell()
    observers.tell()
    assert other.heard == 2
