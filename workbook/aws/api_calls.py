"""Every call of AWS's API passes here: it enters the kernel, leaves a hop, takes time.

Those of boto3, a learner's or a handler's, come by a method of botocore's that is wrapped; those of other
clients come by the lab's server (`workbook.served.aws_requests`). The wrapped method belongs to the class of
all clients, so it does not matter whether a client was made before the lab or after.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from workbook.aws import service_events
from workbook.aws.moto_faults import MotoFault, refusal
from workbook.aws.service_events import ApiCall
from workbook.aws.simulated import NOT_SIMULATED, refuse_unsimulated
from workbook.engine.hop import Hop
from workbook.engine.patches import Patches
from workbook.engine.world import World, current_world

Answer = Mapping[str, Any]

ROUND_TRIP = 0.001
"""Virtual seconds from a request to its response. It only has to be more than nothing, so that two calls
never share an instant; AWS promises no figure."""


def _outcome_of(error: BaseException) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def _is_answer(error: BaseException) -> TypeGuard[ClientError]:
    """Whether AWS answers so; botocore's own errors are no answers, and refusals of the lab not AWS's."""
    return isinstance(error, ClientError) and error.response["Error"].get("Code") != NOT_SIMULATED


def _answer(call: ApiCall, make: Callable[[], Answer]) -> Answer:
    try:
        return make()
    except MotoFault as fault:
        raise refusal(call.service, call.operation, fault.__cause__) from fault.__cause__


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


def record_call(world: World, call: ApiCall, make: Callable[[], Answer]) -> Answer:
    """Make a call by `make`, as any call is made: it leaves a hop, is told of, and takes a round trip.

    Raises:
        ClientError: AWS's answer is an error; or the call is not simulated, and leaves no hop.
    """
    with world.kernel:
        refuse_unsimulated(call.service, call.operation, call.parameters)
        hop = world.trace.record("api-call", f"{call.service}:{call.operation}", **_actor_of(world))
        try:
            with world.trace.under(hop):
                response = _answer(call, make)
        except BaseException as error:
            if not isinstance(error, Exception):  # the caller is torn out of it, and nothing comes back
                _complete(world, hop, outcome=_outcome_of(error), abandoned=True)
                raise
            _complete(world, hop, outcome=_outcome_of(error))
            if _is_answer(error):
                with world.trace.under(hop):
                    service_events.call_made(world, call, error.response, failed=True)
            world.kernel.sleep(ROUND_TRIP)
            raise
        _complete(world, hop, outcome="ok")
        with world.trace.under(hop):
            service_events.call_made(world, call, response)
        world.kernel.sleep(ROUND_TRIP)
        return response


def install(patches: Patches) -> None:
    """Wrap botocore's one method through which every API call goes."""
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - no public seam covers all clients

    @functools.wraps(make_api_call)
    def recorded_api_call(client: BaseClient, operation: str, parameters: Mapping[str, object]) -> Answer:
        meta = client.meta
        call = ApiCall(
            meta.service_model, operation, parameters, meta.region_name, functools.partial(_key_of, client)
        )
        return record_call(current_world(), call, lambda: make_api_call(client, operation, parameters))

    patches.set(BaseClient, "_make_api_call", recorded_api_call)


def _key_of(client: BaseClient) -> str:
    key: str = client._request_signer._credentials.access_key  # type: ignore[attr-defined]  # noqa: SLF001 - no public way
    return key
