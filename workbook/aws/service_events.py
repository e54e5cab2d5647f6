"""Events that AWS's own services emit: the seam by which any service tells EventBridge what it did.

    emit(world, account, region, source="aws.s3", detail_type="Object Created", resources=[...], detail={...})

They go to the default bus of the account and Region, and to no other. A service need not know whether anybody
listens: until EventBridge is used here, and has a rule on that bus, there is no event to make and nothing is
loaded. So `detail` may be a function, called only when somebody listens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from workbook.engine.world import World

Detail = Mapping[str, Any] | Callable[[], Mapping[str, Any]]
_LISTENER = "service-events.listener"


class Listener(Protocol):
    """What EventBridge puts here once it has a bus with rules."""

    def __call__(
        self,
        world: World,
        account: str,
        region: str,
        *,
        source: str,
        detail_type: str,
        resources: Sequence[str],
        detail: Detail,
    ) -> None:
        """Have the event on the default bus."""


def listen(world: World, listener: Listener) -> None:
    """Have `listener` told of all events of services from now on."""
    world.state[_LISTENER] = listener


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
    """Tell EventBridge what a service did, caused by the hop in progress.

    Args:
        world: Where it happened.
        account: Whose resource it is; its default bus gets the event.
        region: Where the resource is.
        source: The service, such as "aws.s3".
        detail_type: What happened, such as "Object Created".
        resources: ARNs of what it happened to.
        detail: The event's detail, or a function that makes it.
    """
    listener = cast("Listener | None", world.state.get(_LISTENER))
    if listener is not None:
        listener(
            world,
            account,
            region,
            source=source,
            detail_type=detail_type,
            resources=resources,
            detail=detail,
        )
