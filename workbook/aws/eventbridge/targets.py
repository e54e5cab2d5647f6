"""A target of a rule, and what it gets of an event: all of it, a part, a constant, or a filled template.

Sources: service model, Target; Amazon EventBridge User Guide, "Event bus targets" (dynamic path parameters).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.events import compact
from workbook.aws.eventbridge.json_paths import NOTHING, json_path
from workbook.aws.eventbridge.transformers import InputTransformer

if TYPE_CHECKING:
    from workbook.aws.eventbridge.events import Event
    from workbook.aws.eventbridge.rules import Rule

INPUTS = ("Input", "InputPath", "InputTransformer")

_GET_NO_EVENT = frozenset({"ecs", "ssm"})
"""Services to whose targets nothing of the event is passed, unless the target says what."""


@dataclass(frozen=True)
class Target:
    """One target; `given` is the entry of PutTargets."""

    given: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its id within the rule."""
        return str(self.given["Id"])

    @property
    def arn(self) -> str:
        """Whom it invokes."""
        return str(self.given["Arn"])

    @property
    def role_arn(self) -> str | None:
        """The role with which it is invoked."""
        return self.given.get("RoleArn")

    def role_for(self, rule: Rule) -> str | None:
        """The role with which a rule invokes it: its own, or for another bus the rule's."""
        if self.role_arn is None and self.is_bus:
            return rule.given.get("RoleArn")
        return self.role_arn

    @property
    def service(self) -> str:
        """The service in its ARN."""
        return self.arn.split(":")[2]

    @property
    def is_bus(self) -> bool:
        """Whether it is another event bus."""
        return self.service == "events" and ":event-bus/" in self.arn

    @property
    def dead_letter_arn(self) -> str | None:
        """Its dead-letter queue."""
        return (self.given.get("DeadLetterConfig") or {}).get("Arn")

    @cached_property
    def transformer(self) -> InputTransformer | None:
        """Its input transformer, if it has one."""
        given = self.given.get("InputTransformer")
        if not given:
            return None
        return InputTransformer(given["InputTemplate"], given.get("InputPathsMap") or {})

    def input_for(self, event: Event, rule: Rule) -> str:
        """What the target gets for an event.

        Raises:
            InvalidResult: its template gives no valid JSON for this event.
        """
        if self.given.get("Input") is not None:
            return str(self.given["Input"])
        if self.given.get("InputPath"):
            found = json_path(self.given["InputPath"]).find(event.document)
            return compact(None if found is NOTHING else found)
        if self.transformer is not None:
            return self.transformer.fill(event, rule.arn, rule.name)
        return "" if self.service in _GET_NO_EVENT else event.text

    def options_for(self, event: Event) -> dict[str, Any]:
        """The target's own parameters for an event, their dynamic paths resolved from the original event."""
        options = {
            name: _resolved(value, event) for name, value in self.given.items() if name.endswith("Parameters")
        }
        if self.service == "kinesis":
            path = (self.given.get("KinesisParameters") or {}).get("PartitionKeyPath")
            options["PartitionKey"] = _text_at(path, event) if path else event.id
        if event.trace_header is not None and self.service == "sqs":
            header = {"DataType": "String", "StringValue": event.trace_header}
            options["MessageSystemAttributes"] = {"AWSTraceHeader": header}
        return options

    def group_for(self, event: Event) -> str | None:
        """The message group, where the target is a FIFO queue."""
        group = (self.given.get("SqsParameters") or {}).get("MessageGroupId")
        return None if group is None else str(_resolved(group, event))


def _resolved(value: object, event: Event) -> Any:  # noqa: ANN401 - JSON, as it was given
    if isinstance(value, str) and value.startswith("$."):
        return _text_at(value, event)
    if isinstance(value, Mapping):
        return {name: _resolved(one, event) for name, one in value.items() if not name.endswith("Path")}
    if isinstance(value, list):
        return [_resolved(one, event) for one in value]
    return value


def _text_at(path: str, event: Event) -> str:
    found = json_path(path).find(event.document)
    if found is NOTHING:
        return ""
    return found if isinstance(found, str) else compact(found)
