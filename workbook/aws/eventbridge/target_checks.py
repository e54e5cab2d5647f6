"""What PutTargets accepts as a target.

Which kind of resource an ARN names decides what a target needs: a role, or the resource's own policy. The
texts of refusals are AWS's where an answer was found (see docs/fidelity.md), else ours.

Sources: service model, PutTargets; Amazon EventBridge User Guide, "Event bus targets"; answers recorded in
public test suites and reported by users.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import find_target
from workbook.aws.eventbridge.errors import ValidationError
from workbook.aws.eventbridge.json_paths import is_json_path
from workbook.aws.eventbridge.target_parameters import check_parameters
from workbook.aws.eventbridge.targets import INPUTS, Target
from workbook.aws.eventbridge.transformers import EVENT_JSON
from workbook.aws.operations import NotSimulated

if TYPE_CHECKING:
    from workbook.aws.eventbridge.rules import Rule
    from workbook.aws.eventbridge.transformers import InputTransformer

_ARN = re.compile(r"arn:[\d\w:\-/]*")
PARTS_OF_ARN = 6
_NEED_ROLE = frozenset(
    {
        *("appsync", "automation", "batch", "codebuild", "codepipeline", "ecs", "firehose", "glue"),
        *("inspector", "kinesis", "redshift", "redshift-serverless", "sagemaker", "ssm", "states"),
    }
)
"""Services that EventBridge calls with a role only."""
_NO_ROLE = frozenset({"logs", "ssm-incidents"})
_CALLED = frozenset(
    {
        *("batch", "codebuild", "codepipeline", "ecs", "events", "firehose", "glue", "inspector", "kinesis"),
        *("lambda", "logs", "redshift", "redshift-serverless", "sagemaker", "sns", "sqs", "ssm", "states"),
    }
)
"""Services whose resources AWS takes as targets, as far as the workbook delivers to them."""


def check_target(given: Mapping[str, Any], rule: Rule) -> None:
    """Let an entry of PutTargets pass that a rule can have.

    Raises:
        ValidationError: it cannot; the text is AWS's where it is known.
        NotSimulated: AWS has such a target, and the workbook does not.
    """
    target = Target(given)
    _check_arn(target)
    _check_place(target, rule)
    _check_role(target)
    _check_input(target)
    check_parameters(target)
    _check_kind(target, rule)
    _check_dead_letters(target, rule)
    _refuse_unsimulated(target)


def _check_arn(target: Target) -> None:
    if _ARN.match(target.arn) is None or target.arn.count(":") < PARTS_OF_ARN - 1:
        raise ValidationError.parameter(target.arn, "Provided Arn is not in correct format.")


def _check_place(target: Target, rule: Rule) -> None:
    """Only another bus may be in another Region."""
    region, own = target.arn.split(":")[3], rule.arn.split(":")[3]
    if region != own and not target.is_bus:
        raise ValidationError.parameter(
            target.arn, f"The target must be in {own}, where the rule is. Only event buses may be elsewhere."
        )


def _check_role(target: Target) -> None:
    needs = target.service in _NEED_ROLE or ":api-destination/" in target.arn
    if needs and target.role_arn is None:
        raise ValidationError(f"RoleArn is required for target {target.arn}.")
    if target.role_arn is not None and target.service in _NO_ROLE:
        raise ValidationError(f"RoleArn is not supported for target {target.arn}.")


def _check_input(target: Target) -> None:
    given = target.given
    if sum(given.get(name) is not None for name in INPUTS) > 1:
        raise ValidationError(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {target.id}."
        )
    if given.get("Input") is not None and not _is_json(given["Input"]):
        raise ValidationError(f"JSON syntax error in input for target {target.id}.")
    if given.get("InputPath"):
        _check_path(target, given["InputPath"])
    if target.transformer is not None:
        _check_transformer(target, target.transformer)


def _check_path(target: Target, path: str) -> None:
    if not is_json_path(path):
        raise ValidationError(f"InputPath for target {target.id} is invalid.")


def _check_transformer(target: Target, transformer: InputTransformer) -> None:
    for path in transformer.paths.values():
        _check_path(target, path)
    for name in transformer.paths:
        if name.upper().startswith("AWS."):
            raise ValidationError(f"InputPathsMap for target {target.id} contains invalid key {name}.")
    for name in transformer.unknown_variables:
        raise ValidationError(f"InputTemplate for target {target.id} contains invalid placeholder {name}.")
    if EVENT_JSON in transformer.variables and not transformer.is_object:
        raise ValidationError(
            f"InputTemplate for target {target.id} contains placeholder {EVENT_JSON} "
            "valid only for JSON template."
        )
    if not transformer.could_be_valid():
        raise ValidationError(f"Invalid InputTemplate for target {target.id} : [{transformer.template}].")


def _check_kind(target: Target, rule: Rule) -> None:
    given = target.given
    if target.service == "logs" and (given.get("Input") or given.get("InputPath")):
        raise ValidationError(
            f"Input and InputPath are not valid forms of input for target {target.id}. "
            "The only valid form of input is InputTransformer."
        )
    if target.is_bus:
        _check_bus(target, rule)


def _check_bus(target: Target, rule: Rule) -> None:
    account, own = target.arn.split(":")[4], rule.arn.split(":")[4]
    if account == own and target.role_for(rule) is None:
        raise ValidationError(f"RoleArn is required for target {target.arn}.")
    if not any(target.given.get(name) is not None for name in INPUTS):
        return
    if account != own:
        raise ValidationError(
            f"Input, InputPath and InputTransformer are not available for target {target.id}: "
            "it is an event bus of another account."
        )
    raise NotSimulated(
        "Input, InputPath or InputTransformer of a target that is an event bus",
        "What AWS makes of them is not documented: leave them out, and transform at the other bus's rule.",
    )


def _check_dead_letters(target: Target, rule: Rule) -> None:
    """A dead-letter queue is a standard queue in the rule's Region."""
    arn = target.dead_letter_arn
    if arn is None:
        return
    parts = arn.split(":")
    if len(parts) != PARTS_OF_ARN:
        raise ValidationError.parameter(arn, "Provided Arn is not in correct format.")  # unverified
    if parts[2] != "sqs":
        raise ValidationError(f"{parts[2]} is not supported as a dead letter resource.")
    if arn.endswith(".fifo"):
        raise ValidationError("SQS FIFO is not supported by Dead Letter Queues.")
    own = rule.arn.split(":")[3]
    if parts[3] != own:
        reason = f"{arn} is not in {own}, where the rule is."  # unverified
        raise ValidationError.parameter("DeadLetterConfig.Arn", reason)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _refuse_unsimulated(target: Target) -> None:
    if target.service in _CALLED and _is_reached(target.arn):
        return
    what = f"A rule's target of the service {target.service!r} ({target.arn})"
    raise NotSimulated(what, f"The workbook delivers to: {', '.join(sorted(_CALLED))}.")


def _is_reached(arn: str) -> bool:
    """Whether the workbook delivers there; who takes it is loaded now, not when the first event comes."""
    try:
        found = find_target(arn)
    except ModuleNotFoundError:
        return False
    if arn.split(":")[2] != "events":
        return found is not None
    from workbook.aws.eventbridge.delivery_target import KINDS  # noqa: PLC0415 - it routes, and so needs targets

    return arn.split(":", 5)[5].partition("/")[0] in KINDS
