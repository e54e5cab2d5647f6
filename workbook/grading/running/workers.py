"""Who judges: so many judging processes on this machine. `cluster.py` has the same over Dask."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol

from workbook.grading.request import GradingRequest
from workbook.grading.running.judging import JUDGE, Judging
from workbook.grading.running.outcomes import Outcome
from workbook.grading.running.standing import Standing, standing_here


class Workers(Protocol):
    """Judges submissions, in any order and any number at once."""

    def standings(self) -> Mapping[str, Standing]:
        """How well learners' code is confined, by machine or worker.

        Raises:
            NoJudge: nobody is there.
        """
        ...

    def outcomes(self, requests: Mapping[str, GradingRequest]) -> Iterator[tuple[str, Outcome]]:
        """Judge all of them, and give each outcome with its key as soon as it is there.

        Where the iterator is closed early, what is still being judged is ended.

        Raises:
            NoJudge: nothing can be judged.
        """
        ...


def default_jobs() -> int:
    """As many as there are cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class LocalWorkers:
    """Judging processes on this machine.

    Args:
        jobs: how many submissions are judged at once.
        judge: what judges, "module:function".
    """

    def __init__(self, jobs: int | None = None, judge: str = JUDGE) -> None:
        self.jobs = jobs or default_jobs()
        self._judge = judge

    def standings(self) -> Mapping[str, Standing]:
        """How well learners' code is confined here."""
        return {"this machine": standing_here()}

    def outcomes(self, requests: Mapping[str, GradingRequest]) -> Iterator[tuple[str, Outcome]]:
        """Judge all of them."""
        judging = [Judging(self._judge) for _ in range(min(self.jobs, len(requests)))]
        free = list(judging)

        def outcome_of(key: str) -> tuple[str, Outcome]:
            mine = free.pop()  # there are as many as threads, so there is always one
            try:
                return key, mine.outcome_of(requests[key])
            finally:
                free.append(mine)

        pool = ThreadPoolExecutor(max_workers=max(1, len(judging)))
        try:
            for future in as_completed([pool.submit(outcome_of, key) for key in requests]):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for each in judging:
                each.close()
            pool.shutdown()
