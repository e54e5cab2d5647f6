"""The errors of event source mappings that no other Lambda operation has."""

from __future__ import annotations

from workbook.aws.awslambda.errors import LambdaError


class ResourceInUse(LambdaError):
    """The mapping is on its way from one state to another and cannot be changed until it has arrived.

    Source: Lambda service model, ResourceInUseException ("you tried to update an event source mapping in the
    CREATING state, or ... delete an event source mapping currently UPDATING").
    """

    code = "ResourceInUseException"

    def __init__(self, attempt: str) -> None:
        """`attempt` is what was tried: "update" or "delete"."""
        super().__init__(f"Cannot {attempt} the event source mapping because it is in use.")
