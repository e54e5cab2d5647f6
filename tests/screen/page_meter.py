"""How long a page works, counted so that it plays no part how fast the machine is, nor what else it does.

Counted is the time that the page's own thread has on a processor, and two pieces of work are compared.
"""

import statistics


class PageMeter:
    """Counts for one page of Chromium."""

    def __init__(self, page):
        self.page = page
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent(self, work, argument=None):
        """For how many milliseconds the page's thread is on a processor to do this (code of JavaScript)."""
        before = self._thread_time()
        self.page.evaluate(work, argument)
        return (self._thread_time() - before) * 1000

    def _thread_time(self):
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")


def compared(measure_large, measure_small, record_property):
    """How many times as long the large thing takes as the small one, as the middle of three turns says."""
    spent = [(measure_large(), measure_small()) for _ in range(4)][1:]  # the first time is code compiled
    large, small = (statistics.median(times) for times in zip(*spent, strict=True))
    record_property("processor ms, large and small", [round(large), round(small)])
    return large / small
