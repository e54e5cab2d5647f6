"""What of a state machine can change, and how a learner keeps hold of one state of it.

    revision   definition, role and settings at one time; UpdateStateMachine makes the next one
    version    a revision with a number, which never changes
    alias      a name for one version, or for two with weights

An execution keeps the revision that it started with, whatever becomes of the state machine meanwhile.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbook.engine.clock import datetime_of

OFF: Mapping[str, Any] = {"level": "OFF", "includeExecutionData": False}
"""The loggingConfiguration of who gives none."""
AWS_OWNED: Mapping[str, Any] = {"type": "AWS_OWNED_KEY"}
"""The encryptionConfiguration of who gives none."""

_VARIABLE = re.compile(r"\$\w")


@dataclass(frozen=True, eq=False)
class Revision:
    """A state machine as it was from one update to the next."""

    definition: str
    role_arn: str
    program: Any
    """The definition, parsed by the interpreter; it holds no state of an execution."""
    updated: int
    """An instant in microseconds."""
    identifier: str | None = None
    """Its revisionId; the first revision has none."""
    logging: Mapping[str, Any] = field(default_factory=lambda: OFF)
    """The loggingConfiguration as AWS shows it."""

    def shown(self) -> dict[str, Any]:
        """What DescribeStateMachine and DescribeStateMachineForExecution both show."""
        shown: dict[str, Any] = {
            "definition": self.definition,
            "roleArn": self.role_arn,
            "loggingConfiguration": dict(self.logging),
            "tracingConfiguration": {"enabled": False},
            "encryptionConfiguration": dict(AWS_OWNED),
        }
        references = variable_references(self.definition)
        if references:
            shown["variableReferences"] = references
        return shown if self.identifier is None else {**shown, "revisionId": self.identifier}


def variable_references(definition: str) -> dict[str, list[str]]:
    """The variables that each state refers to, by the state's name."""
    if _VARIABLE.search(definition) is None:
        return {}
    from moto.stepfunctions.parser.asl.static_analyser import variable_references_static_analyser as analyser  # noqa: PLC0415 - loaded with the definition

    from workbook.aws.stepfunctions.maps.distributed import readable  # noqa: PLC0415 - which loads this

    found = analyser.VariableReferencesStaticAnalyser.process_and_get(definition=readable(definition))
    return {state: sorted(names) for state, names in found.items()}


@dataclass(frozen=True, eq=False)
class Version:
    """A published revision."""

    number: int
    arn: str
    revision: Revision
    published: int
    """An instant in microseconds."""
    description: str | None = None

    def summary(self) -> dict[str, Any]:
        """As ListStateMachineVersions shows it."""
        return {"stateMachineVersionArn": self.arn, "creationDate": datetime_of(self.published)}


@dataclass(eq=False)
class Alias:
    """A name that leads to versions."""

    arn: str
    name: str
    routing: Sequence[tuple[Version, int]]
    """Versions, and their shares in percent."""
    created: int
    """An instant in microseconds, as `updated` is."""
    updated: int
    description: str | None = None

    def choose(self, chance: random.Random) -> Version:
        """The version for one execution, by the shares."""
        versions, shares = zip(*self.routing, strict=True)
        chosen: Version = versions[0] if len(versions) == 1 else chance.choices(versions, shares)[0]
        return chosen

    def routing_configuration(self) -> list[dict[str, Any]]:
        """As AWS shows it."""
        return [{"stateMachineVersionArn": version.arn, "weight": share} for version, share in self.routing]

    def description_shown(self) -> dict[str, Any]:
        """As DescribeStateMachineAlias shows it."""
        shown = {
            "stateMachineAliasArn": self.arn,
            "name": self.name,
            "description": self.description,
            "routingConfiguration": self.routing_configuration(),
            "creationDate": datetime_of(self.created),
            "updateDate": datetime_of(self.updated),
        }
        return {name: value for name, value in shown.items() if value is not None}

    def summary(self) -> dict[str, Any]:
        """As ListStateMachineAliases shows it."""
        return {"stateMachineAliasArn": self.arn, "creationDate": datetime_of(self.created)}
