"""API destinations: an HTTP server outside AWS as the target of a rule or a pipe.

An API destination is a URL with a method, a connection that says how to call it, and a rate. It is ACTIVE as
long as its connection is authorized.

Sources: botocore 1.44, EventBridge CreateApiDestination; answers of AWS recorded in a public test suite
(2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.connections import AUTHORIZED, Connection, find_connection
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.engine.world import World

ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"
_STATE = "eventbridge.api-destinations"


@dataclass(eq=False)
class ApiDestination:
    """One API destination of an account and Region."""

    name: str
    arn: str
    created: int
    modified: int
    connection_arn: str
    url: str
    """Each * in it stands for a value of PathParameterValues."""
    method: str
    rate: int
    """Calls a second at most."""
    description: str | None = None
    next_turn: int = 0
    """The instant from which on it may be called next."""

    def take_turn(self, now: int) -> int:
        """The instant at which the next call may start; the one after that is later."""
        turn = max(now, self.next_turn)
        self.next_turn = turn + SECOND // self.rate
        return turn

    def connection(self, world: World) -> Connection | None:
        """Its connection; None where that is gone."""
        return find_connection(world, self.connection_arn)

    def state(self, world: World) -> str:
        """Whether it can be called."""
        connection = self.connection(world)
        return ACTIVE if connection is not None and connection.state == AUTHORIZED else INACTIVE

    def answer(self, world: World) -> dict[str, Any]:
        """As Create and Update answer."""
        return {
            "ApiDestinationArn": self.arn,
            "ApiDestinationState": self.state(world),
            "CreationTime": datetime_of(self.created),
            "LastModifiedTime": datetime_of(self.modified),
        }

    def entry(self, world: World) -> dict[str, Any]:
        """As ListApiDestinations shows it."""
        return {
            **self.answer(world),
            "Name": self.name,
            "ConnectionArn": self.connection_arn,
            "InvocationEndpoint": self.url,
            "HttpMethod": self.method,
            "InvocationRateLimitPerSecond": self.rate,
        }

    def described(self, world: World) -> dict[str, Any]:
        """As DescribeApiDestination shows it."""
        shown = self.entry(world)
        return shown if self.description is None else {**shown, "Description": self.description}

    def settings(self, world: World) -> dict[str, Any]:
        """As the trace shows it: without the instants."""
        return {
            name: value
            for name, value in self.described(world).items()
            if not name.endswith("Time") and name != "ApiDestinationArn"
        }


def api_destinations_of(world: World, account: str, region: str) -> dict[str, ApiDestination]:
    """The API destinations of an account in a Region, by name."""
    return world.kept_in(_STATE, (account, region), dict)


def find_api_destination(world: World, arn: str) -> ApiDestination | None:
    """The API destination with this ARN; None where there is none."""
    _, _, _, region, account, resource = arn.split(":", 5)
    found = api_destinations_of(world, account, region).get(resource.split("/")[1])
    return found if found is not None and found.arn == arn else None
