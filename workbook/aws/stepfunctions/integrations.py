"""Which services a Task state can call, and what it may do there.

Request and response only: the state goes on when the service has answered. Waiting for a job (.sync), for a
callback with a task token, for an activity, and the calls of any other API are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit


@dataclass(frozen=True)
class Integration:
    """One operation that a Task can call."""

    parameters: frozenset[str]
    """What `Parameters` may hold."""
    needed: tuple[str, ...] = ()


INTEGRATIONS = {
    "lambda:invoke": Integration(
        frozenset({"ClientContext", "FunctionName", "InvocationType", "Payload", "Qualifier"}),
        ("FunctionName",),
    ),
    "sqs:sendMessage": Integration(
        frozenset(
            {"DelaySeconds", "MessageAttributes", "MessageBody", "MessageDeduplicationId", "MessageGroupId"}
            | {"QueueUrl"}
        ),
        ("QueueUrl", "MessageBody"),
    ),
    "sns:publish": Integration(
        frozenset(
            {"Message", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId", "MessageStructure"}
            | {"PhoneNumber", "Subject", "TargetArn", "TopicArn"}
        ),
        ("Message",),
    ),
    "events:putEvents": Integration(frozenset({"Entries"}), ("Entries",)),
}
"""By what follows `arn:aws:states:::` in Resource; what the role needs for them is in `role_calls`."""

_OPERATION = "CreateStateMachine"
_NOT_TAKEN = {("lambda:invoke", "InvocationType"), ("lambda:invoke", "ClientContext")}


def check_task(
    place: str, state: Mapping[str, Any], language: str, machine_type: str
) -> Iterator[Diagnostic]:
    """What AWS does not accept of a Task state at this place of a definition.

    `language` is the state's query language, `machine_type` the state machine's (STANDARD or EXPRESS).

    Raises:
        NotSimulated: AWS accepts it, and the lab does not run it.
    """
    resource = str(state["Resource"])
    parts = resource.split(":")
    if resource.startswith("arn:") and len(parts) >= 7 and parts[2] == "lambda" and parts[5] == "function":
        return
    if not resource.startswith("arn:") or len(parts) < 7 or parts[2] not in {"states", "lambda"}:
        yield unfit(
            f"The resource provided {resource} is not recognized. The value is not a valid "
            "resource ARN, or the resource is not available in this region.",
            f"{place}/Resource",
        )
        return
    called = ":".join(parts[5:])
    for pattern in (".waitForTaskToken", ".sync"):
        if machine_type == "EXPRESS" and pattern in called:
            message = f"Express state machine does not support '{pattern}' service integration "
            yield unfit(message, f"{place}/Resource")
            return
    integration = INTEGRATIONS.get(called)
    if integration is None:
        simulated = ", ".join(["a function's ARN", *(f"arn:aws:states:::{known}" for known in INTEGRATIONS)])
        raise NotSimulated(
            f"{_OPERATION}: the resource {resource} of {place}", f"Simulated are: {simulated}."
        )
    field = "Arguments" if language == "JSONata" else "Parameters"
    yield from _wrong_parameters(f"{place}/{field}", called, integration, state.get(field))


def _wrong_parameters(
    place: str,
    called: str,
    integration: Integration,
    parameters: Any,  # noqa: ANN401 - any JSON
) -> Iterator[Diagnostic]:
    given = {key.removesuffix(".$") for key in parameters} if isinstance(parameters, dict) else set()
    for key in sorted(given):
        if (called, key) in _NOT_TAKEN:
            raise NotSimulated(f"{_OPERATION}: {key} at {place}", "Leave it out.")
        if key not in integration.parameters:
            yield unfit(f'The field "{key}" is not supported by Step Functions', place)
    for key in integration.needed:
        if key not in given:
            yield unfit(f"The field '{key}' is required but was missing", place)
