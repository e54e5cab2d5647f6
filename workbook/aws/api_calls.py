"""Every boto3 call, a learner's or a handler's, passes here: it enters the kernel, leaves a hop, takes time.

The wrapped method belongs to the class of all clients, so it does not matter whether a client was made
before the lab or after.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from workbook.aws import service_events
from workbook.aws.moto_faults import MotoFault, refusal
from workbook.aws.simulated import NOT_SIMULATED, refuse_unsimulated
from workbook.engine.hop import Hop
from workbook.engine.patches import Patches
from workbook.engine.world import World, current_world

ApiCall = Callable[[BaseClient, str, Mapping[str, object]], Mapping[str, object]]

ROUND_TRIP = 0.001
"""Virtual seconds from a request to its response. It only has to be more than nothing, so that two calls
never share an instant; AWS promises no figure."""


def _outcome_of(error: BaseException) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def _is_answer(error: BaseException) -> TypeGuard[ClientError]:
    """Whether AWS answers so; botocore's own errors are no answers, and refusals of the lab not AWS's."""
    return isinstance(error, ClientError) and error.response["Error"].get("Code") != NOT_SIMULATED


def _answer(
    make_api_call: ApiCall, client: BaseClient, operation: str, parameters: Mapping[str, object]
) -> Mapping[str, object]:
    try:
        return make_api_call(client, operation, parameters)
    except MotoFault as fault:
        service = client.meta.service_model.service_name
        raise refusal(service, operation, fault.__cause__) from fault.__cause__


def _actor_of(world: World) -> dict[str, Any]:
    actor = world.trace.actor
    return {} if actor is None else {"by": actor}


def _complete(world: World, hop: Hop, *, outcome: str, **facts: object) -> None:
    """Write down how a call ended, and when, if it took longer than the round trip that every call takes."""
    begun = world.trace[hop.number - 1]  # it may have learnt more meanwhile
    waited = world.clock.now > hop.time
    if waited or outcome != begun.outcome:
        ended = {"ended_at": world.clock.now} if waited else {}
        world.trace.amend(begun, outcome=outcome, **ended, **facts)


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
            refuse_unsimulated(service, operation, parameters)
            hop = world.trace.record("api-call", f"{service}:{operation}", **_actor_of(world))
            try:
                with world.trace.under(hop):
                    response = _answer(make_api_call, client, operation, parameters)
            except BaseException as error:
                if not isinstance(error, Exception):  # the caller is torn out of it, and nothing comes back
                    _complete(world, hop, outcome=_outcome_of(error), abandoned=True)
                    raise
                _complete(world, hop, outcome=_outcome_of(error))
                if _is_answer(error):
                    with world.trace.under(hop):
                        told = error.response
                        service_events.call_made(world, client, operation, parameters, told, failed=True)
                world.kernel.sleep(ROUND_TRIP)
                raise
            _complete(world, hop, outcome="ok")
            with world.trace.under(hop):
                service_events.call_made(world, client, operation, parameters, response)
            world.kernel.sleep(ROUND_TRIP)
            return response

    patches.set(BaseClient, "_make_api_call", recorded_api_call)
