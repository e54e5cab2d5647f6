"""Every boto3 call, a learner's or a handler's, passes here: it enters the kernel, leaves a hop, takes time.

The wrapped method belongs to the class of all clients, so it does not matter whether a client was made
before the lab or after.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from workbook.aws.moto_patches import NotAnsweredByMoto
from workbook.aws.simulated import refusal, refuse_unsimulated
from workbook.engine.patches import Patches
from workbook.engine.world import current_world

ROUND_TRIP = 0.001
"""Virtual seconds from a request to its response. It only has to be more than nothing, so that two calls
never share an instant; AWS promises no figure."""


def _outcome_of(error: BaseException) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


@contextmanager
def refuses_what_moto_cannot(service: str, operation: str) -> Iterator[None]:
    """Turn a traceback out of moto into a refusal by name."""
    try:
        yield
    except NotAnsweredByMoto as failure:
        cause = failure.__cause__
        what = "" if isinstance(cause, NotImplementedError) else f" with these parameters ({cause!r})"
        raise refusal(service, operation, what) from cause


def install(patches: Patches) -> None:
    """Wrap botocore's one method through which every API call goes."""
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - no public seam covers all clients

    @functools.wraps(make_api_call)
    def recorded_api_call(
        client: BaseClient, operation: str, parameters: Mapping[str, object]
    ) -> Mapping[str, object]:
        world = current_world()
        service = client.meta.service_model.service_name
        with world.kernel:
            refuse_unsimulated(service, operation)
            hop = world.trace.record("api-call", f"{service}:{operation}")
            try:
                with world.trace.under(hop), refuses_what_moto_cannot(service, operation):
                    response: Mapping[str, object] = make_api_call(client, operation, parameters)
            except BaseException as error:
                world.trace.amend(hop, outcome=_outcome_of(error))
                if isinstance(error, Exception):  # else the caller is torn out of it, and nothing comes back
                    world.kernel.sleep(ROUND_TRIP)
                raise
            world.kernel.sleep(ROUND_TRIP)
            return response

    patches.set(BaseClient, "_make_api_call", recorded_api_call)
