"""How much work something is: counted, because the time that it takes says more about the machine."""

from __future__ import annotations

import sys
import time


def calls_during(action):
    """How many functions of Python this thread calls during an action: the same number on every machine."""
    count = 0

    def see(_frame, event, _argument):
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def processor_seconds(action):
    """How long all threads of this process work on an action; to be compared with the like of it only."""
    begin = time.process_time()
    action()
    return time.process_time() - begin
