"""The same judging over Dask: a worker's thread has a judging process of its own beside it.

Only text crosses to the cluster and back: a request and an outcome, as JSON. A worker that dies takes nothing
with it but its own work, which Dask gives to another; one that dies at the same submission again and again
makes that one ungradable. All workers must have this very workbook, else one class would be graded by two.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from workbook.grading.request import GradingRequest
from workbook.grading.running.course import course_digest
from workbook.grading.running.judging import JUDGE, Judging, NoJudge
from workbook.grading.running.outcomes import Outcome, failed
from workbook.grading.running.standing import Standing, standing_here

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = "30s"
"""For the scheduler to answer."""
_own = threading.local()


class ClusterWorkers:
    """The workers of a Dask cluster.

    Args:
        scheduler: its address, "tcp://10.0.0.1:8786".
        judge: what judges, "module:function".
    """

    def __init__(self, scheduler: str, judge: str = JUDGE) -> None:
        self._scheduler, self._judge = scheduler, judge

    def standings(self) -> Mapping[str, Standing]:
        """How well learners' code is confined on each worker."""
        with _connected(self._scheduler) as client:
            _look_at_the_workers(client)
            found: dict[str, Standing] = client.run(standing_here)
            return found

    def outcomes(self, requests: Mapping[str, GradingRequest]) -> Iterator[tuple[str, Outcome]]:
        """Judge all of them."""
        with _connected(self._scheduler) as client:
            _look_at_the_workers(client)
            yield from self._outcomes(client, requests)

    def _outcomes(
        self, client: Client, requests: Mapping[str, GradingRequest]
    ) -> Iterator[tuple[str, Outcome]]:
        from distributed import as_completed  # noqa: PLC0415 - an extra

        lines = {key: json.dumps(request.as_json()) for key, request in requests.items()}
        futures = {
            client.submit(judged_here, line, self._judge, pure=False): key for key, line in lines.items()
        }
        try:
            for future in as_completed(list(futures), loop=client.loop):
                key = futures.pop(future)
                yield key, _outcome(future, requests[key])
        finally:
            client.cancel(list(futures))


def judged_here(line: str, judge: str) -> str:
    """Judge one request on a worker; runs there."""
    judging: dict[str, Judging] = _own.__dict__.setdefault("judging", {})
    mine = judging.setdefault(judge, Judging(judge))
    return mine.outcome_of(GradingRequest.from_json(json.loads(line))).as_line()


def _digest_there() -> str:
    """The digest of the workbook on a worker; runs there."""
    return course_digest()


def _outcome(future: Future[str], request: GradingRequest) -> Outcome:
    try:
        return Outcome.from_line(future.result()).checked(request)
    except NoJudge:
        raise
    except Exception as error:  # noqa: BLE001 - whatever befell a worker, the others go on
        return failed(f"The cluster could not have it judged: {type(error).__name__}: {str(error)[:300]}")


def _connected(scheduler: str) -> Client:
    try:
        from distributed import Client as Connected  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NoJudge(
            "--scheduler needs Dask, which is not installed: pip install 'distributed', in the environment "
            "of the workbook here and on each worker."
        ) from error
    try:
        return Connected(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoJudge(f"There is no Dask scheduler at {scheduler}: {error}") from error


def _look_at_the_workers(client: Client) -> None:
    """Whether there are any, each with the workbook that is here."""
    try:
        found = client.run(_digest_there)
    except Exception as error:
        raise NoJudge(f"A worker of the cluster cannot load the workbook: {error}") from error
    if not found:
        raise NoJudge("The cluster has no worker; start some: dask worker ADDRESS_OF_THE_SCHEDULER")
    other = sorted(worker for worker, digest in found.items() if digest != course_digest())
    if other:
        raise NoJudge(f"These workers have another version of the workbook: {', '.join(other)}")
