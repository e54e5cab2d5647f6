"""Events that AWS's own services emit: the seam by which any service tells EventBridge what it did.

They go to the default bus of the account and Region, and to no other. A service need not know whether anybody
listens: where nobody has used EventBridge there is no rule and no archive, so nobody could see the event, and
nothing is made or loaded for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import ServiceModel

    from workbook.engine.world import World

Detail = Callable[[], Mapping[str, Any]]
"""Makes the detail of an event; called only where somebody listens."""

_BUSES = "eventbridge"
"""Where EventBridge keeps its buses, once a world has some."""


def emit(
    world: World,
    account: str,
    region: str,
    *,
    source: str,
    detail_type: str,
    resources: Sequence[str],
    detail: Detail,
) -> None:
    """Tell EventBridge what a service did; the event is caused by the hop in progress.

    Args:
        world: Where it happened.
        account: Whose resource it is; its default bus gets the event.
        region: Where the resource is.
        source: The service, such as "aws.s3".
        detail_type: What happened, such as "Object Created".
        resources: ARNs of what it happened to.
        detail: Makes the event's detail.
    """
    if _BUSES not in world.state:
        return
    from workbook.aws.eventbridge import emit as emit_event  # noqa: PLC0415 - only who emits waits for it

    emit_event(
        world, account, region, source=source, detail_type=detail_type, resources=resources, detail=detail
    )


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call of AWS's API, from boto3 in this process or from a client of the lab's server."""

    model: ServiceModel
    operation: str
    parameters: Mapping[str, Any]
    region: str
    find_access_key: Callable[[], str]
    """Who signed it; asked for only where somebody listens."""

    @property
    def service(self) -> str:
        """The service, by botocore's name ("sqs")."""
        return self.model.service_name


def call_made(world: World, call: ApiCall, answer: Mapping[str, Any], *, failed: bool = False) -> None:
    """Tell EventBridge of a call that AWS answered; nothing happens unless it was used in this world.

    `failed` says that the answer is an error, as botocore's ClientError has it.
    """
    if _BUSES in world.state:
        from workbook.aws.eventbridge import tell_of_call  # noqa: PLC0415 - as above

        tell_of_call(world, call, answer, failed=failed)
