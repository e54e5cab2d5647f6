"""The operations on connections.

Sources: service model, CreateConnection and its kin; answers of AWS recorded in a public test suite (2024).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.connections import (
    DEAUTHORIZED,
    DEAUTHORIZING,
    DELETING,
    PARAMETERS,
    Connection,
    Connections,
    connections_of,
)
from workbook.aws.eventbridge.credentials import authorize
from workbook.aws.eventbridge.errors import ResourceAlreadyExists, ResourceNotFound, ValidationError
from workbook.aws.eventbridge.names import partition_of, prefix
from workbook.aws.eventbridge.paging import limited
from workbook.aws.operations import refuse_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.operations import Answer, Call

_KNOWN = frozenset({"AuthParameters", "AuthorizationType", "Description", "Name"})
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def create_connection(call: Call) -> Answer:
    """Keep how to call a server outside AWS."""
    refuse_parameters(call.parameters, _KNOWN, "CreateConnection")
    world, name, connections = call.world, call.parameters["Name"], _connections(call)
    if name in connections:
        raise ResourceAlreadyExists.of("Connection", name)  # unverified
    kind = call.parameters["AuthorizationType"]
    parameters = dict(call.parameters["AuthParameters"])
    _check_parameters(kind, parameters)
    base = prefix(call.account, call.region)
    connection = Connection(
        name=name,
        arn=f"{base}:connection/{name}/{world.seeds.uuid('eventbridge.connection')}",
        secret_arn=_secret_arn(call, name),
        created=world.clock.now,
        modified=world.clock.now,
        type=kind,
        parameters=parameters,
        description=call.parameters.get("Description"),
    )
    connections[name] = connection
    authorize(world, connection)
    world.trace.record("create", connection.arn, settings=connection.settings())
    return {key: value for key, value in connection.answer().items() if key != "LastAuthorizedTime"}


def update_connection(call: Call) -> Answer:
    """Change a connection, and authorize it anew."""
    refuse_parameters(call.parameters, _KNOWN, "UpdateConnection")
    connection = _connection(call, "update")
    kind = call.parameters.get("AuthorizationType") or connection.type
    given = call.parameters.get("AuthParameters") or {}
    parameters = _merged(connection, kind, given)
    _check_parameters(kind, parameters)
    connection.type, connection.parameters = kind, parameters
    if call.parameters.get("Description") is not None:
        connection.description = call.parameters["Description"]
    connection.modified = call.world.clock.now
    authorize(call.world, connection)
    return _recorded(call, connection)


def describe_connection(call: Call) -> Answer:
    """Show a connection, without its secrets."""
    return _connection(call, "describe").described()


def list_connections(call: Call) -> Answer:
    """Show connections: all, or those with a beginning of the name, or in a state."""
    beginning, state = call.parameters.get("NamePrefix") or "", call.parameters.get("ConnectionState")
    found = [
        each.entry()
        for name, each in sorted(_connections(call).items())
        if name.startswith(beginning) and state in (None, each.state)
    ]
    return limited("Connections", found, call.parameters)


def deauthorize_connection(call: Call) -> Answer:
    """Forget a connection's credentials; it stays and can be given others."""
    connection = _connection(call, "deauthorize")
    connection.generation += 1
    connection.parameters, connection.token = {}, None
    connection.state, connection.modified = DEAUTHORIZED, call.world.clock.now
    return {**(_recorded(call, connection) or {}), "ConnectionState": DEAUTHORIZING}


def delete_connection(call: Call) -> Answer:
    """Delete a connection; the API destinations that use it become inactive."""
    connection = _connection(call, "delete")
    connection.generation += 1
    connection.state = DELETING
    del _connections(call)[connection.name]
    call.world.trace.record("remove", connection.arn)
    return connection.answer()


def _recorded(call: Call, connection: Connection) -> dict[str, Any]:
    call.world.trace.record("configure", connection.arn, settings=connection.settings())
    return connection.answer()


def _check_parameters(kind: str, parameters: Mapping[str, Any]) -> None:
    """AuthParameters must have the member of the type, and no other's (texts unverified)."""
    if parameters.get(PARAMETERS[kind]) is None:
        raise ValidationError(f"Parameter(s) {PARAMETERS[kind]} must be specified for {kind}.")
    for other, member in PARAMETERS.items():
        if other != kind and parameters.get(member) is not None:
            raise ValidationError(f"Parameter(s) {member} must not be specified for {kind}.")
    if parameters.get("ConnectivityParameters"):
        refuse_parameters({"ConnectivityParameters": True}, frozenset(PARAMETERS.values()), "AuthParameters")


def _merged(connection: Connection, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What an update leaves: members that it does not name stay, unless they are of another type."""
    kept = {
        member: value
        for member, value in connection.parameters.items()
        if member == "InvocationHttpParameters" or member == PARAMETERS[kind]
    }
    for member, value in given.items():
        before = kept.get(member)
        kept[member] = {**before, **value} if isinstance(before, dict) else value
    return kept


def _secret_arn(call: Call, name: str) -> str:
    chance = call.world.seeds.stream("eventbridge.secret")
    suffix = "".join(chance.choice(_SUFFIX) for _ in range(6))
    identifier = call.world.seeds.uuid("eventbridge.secret-id")
    return (
        f"arn:{partition_of(call.region)}:secretsmanager:{call.region}:{call.account}:secret:"
        f"events!connection/{name}/{identifier}-{suffix}"
    )


def _connection(call: Call, action: str) -> Connection:
    name = call.parameters["Name"]
    found = _connections(call).get(name)
    if found is None:
        raise ResourceNotFound(
            f"Failed to {action} the connection(s). Connection '{name}' does not exist."
        )  # recorded of describe
    return found


def _connections(call: Call) -> dict[str, Connection]:
    everything: Connections = connections_of(call.world, call.account, call.region)
    return everything.by_name
