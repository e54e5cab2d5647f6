"""HTTP servers outside AWS take what a service sends: a POST, and a status that says whether it came.

Which statuses are worth another try is the sender's own rule. SNS takes 429 and 5xx for errors of the server
and every other 4xx for the client's; API destinations of EventBridge also try 401, 407 and 409 again.

Sources: Amazon SNS Developer Guide, "Amazon SNS message delivery retries"; EventBridge User Guide, "API
destinations" (error codes that are retried).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target
from workbook.aws.endpoints import HttpRequest, HttpResponse, NoAnswer, NoConnection, ask

if TYPE_CHECKING:
    from workbook.engine.world import World

_RETRIED = {"sns.amazonaws.com": frozenset({429}), "events.amazonaws.com": frozenset({401, 407, 409, 429})}
"""Statuses below 500 that a sender tries again."""
_TIMEOUTS = {"sns.amazonaws.com": 15.0, "events.amazonaws.com": 5.0}
"""Seconds that a sender waits for an answer."""


def accept(world: World, sender: Sender, url: str, parcel: Parcel) -> Answer:
    """Ask the server at `url`; `parcel.options` may have `method`, `headers` and `timeout` (seconds).

    Raises:
        Undelivered: nobody is there, there was no answer in time, or its status is none of success.
    """
    options = parcel.options
    request = HttpRequest(options.get("method", "POST"), url, options.get("headers", {}), parcel.text)
    timeout = options.get("timeout", _TIMEOUTS.get(sender.service, 15.0))
    try:
        response = ask(world, request, timeout)
    except NoConnection as error:
        raise Undelivered(Failure.UNAVAILABLE, str(error)) from None
    except NoAnswer as error:
        raise Undelivered(Failure.TIMEOUT, str(error)) from None
    if not response.ok:
        raise _refusal(sender, response)
    return {"status": response.status, "body": response.body, "headers": dict(response.headers)}


def _refusal(sender: Sender, response: HttpResponse) -> Undelivered:
    status = response.status
    again = status >= 500 or status in _RETRIED.get(sender.service, frozenset())
    failure = Failure.UNAVAILABLE if again else Failure.REJECTED
    if status == 429:
        failure = Failure.THROTTLED
    return Undelivered(failure, f"HTTP status {status}: {response.body}".rstrip(": "), status=status)


TARGET = Target(accept, takes_time=True)
