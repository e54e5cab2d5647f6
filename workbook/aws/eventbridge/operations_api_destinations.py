"""The operations on API destinations.

Sources: service model, CreateApiDestination and its kin; answers of AWS recorded in a public test suite
(2024).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.eventbridge.api_destinations import ApiDestination, api_destinations_of
from workbook.aws.eventbridge.connections import find_connection
from workbook.aws.eventbridge.errors import ResourceAlreadyExists, ResourceNotFound, ValidationError
from workbook.aws.eventbridge.names import prefix
from workbook.aws.eventbridge.paging import limited
from workbook.aws.limits import limit

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

DEFAULT_RATE = limit("eventbridge.api-destination.rate")


def create_api_destination(call: Call) -> Answer:
    """Make a server outside AWS a target."""
    given, world, destinations = call.parameters, call.world, _destinations(call)
    name = given["Name"]
    if name in destinations:
        raise ResourceAlreadyExists(f"An api-destination '{name}' already exists.")  # unverified
    _check(call, given["ConnectionArn"], given["InvocationEndpoint"])
    identifier = world.seeds.uuid("eventbridge.api-destination")
    destination = ApiDestination(
        name=name,
        arn=f"{prefix(call.account, call.region)}:api-destination/{name}/{identifier}",
        created=world.clock.now,
        modified=world.clock.now,
        connection_arn=given["ConnectionArn"],
        url=given["InvocationEndpoint"],
        method=given["HttpMethod"],
        rate=int(given.get("InvocationRateLimitPerSecond") or DEFAULT_RATE),
        description=given.get("Description"),
    )
    destinations[name] = destination
    world.trace.record("create", destination.arn, settings=destination.settings(world))
    return destination.answer(world)


def update_api_destination(call: Call) -> Answer:
    """Change an API destination; what is not named stays."""
    given, world, destination = call.parameters, call.world, _destination(call, "update")
    connection = given.get("ConnectionArn") or destination.connection_arn
    url = given.get("InvocationEndpoint") or destination.url
    _check(call, connection, url)
    destination.connection_arn, destination.url = connection, url
    destination.method = given.get("HttpMethod") or destination.method
    destination.rate = int(given.get("InvocationRateLimitPerSecond") or destination.rate)
    if given.get("Description") is not None:
        destination.description = given["Description"]
    destination.modified = world.clock.now
    world.trace.record("configure", destination.arn, settings=destination.settings(world))
    return destination.answer(world)


def describe_api_destination(call: Call) -> Answer:
    """Show an API destination."""
    return _destination(call, "describe").described(call.world)


def list_api_destinations(call: Call) -> Answer:
    """Show API destinations: all, or those with a beginning of the name, or of a connection."""
    beginning, connection = call.parameters.get("NamePrefix") or "", call.parameters.get("ConnectionArn")
    found = [
        each.entry(call.world)
        for name, each in sorted(_destinations(call).items())
        if name.startswith(beginning) and connection in (None, each.connection_arn)
    ]
    return limited("ApiDestinations", found, call.parameters)


def delete_api_destination(call: Call) -> Answer:
    """Delete an API destination; rules that have it as a target keep it, and fail."""
    destination = _destination(call, "delete")
    del _destinations(call)[destination.name]
    call.world.trace.record("remove", destination.arn)
    return {}


def _check(call: Call, connection_arn: str, url: str) -> None:
    if find_connection(call.world, connection_arn) is None:
        raise ResourceNotFound(f"Connection '{connection_arn}' does not exist.")  # unverified
    if not url.startswith("https://"):
        raise ValidationError.parameter("InvocationEndpoint", f"Endpoint '{url}' is not valid.")


def _destination(call: Call, action: str) -> ApiDestination:
    name = call.parameters["Name"]
    found = _destinations(call).get(name)
    if found is None:
        raise ResourceNotFound(
            f"Failed to {action} the api-destination(s). An api-destination '{name}' does not exist."
        )  # recorded of describe
    return found


def _destinations(call: Call) -> dict[str, ApiDestination]:
    return api_destinations_of(call.world, call.account, call.region)
