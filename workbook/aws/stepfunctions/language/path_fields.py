"""What a state says of a field whose path leads nowhere, and what a payload template makes of it.

In a template, of which Assign is one, a place behind the end of a list is null; every other field fails
there. A template with a path fails where the input is null. InputPath, OutputPath and the times that a path
gives have words of their own.

Sources: floci-io/floci#2872, compared with AWS in us-east-1, 2026 (null, and a step from what has none);
users' reports, 2018 to 2023 (awsdocs/aws-step-functions-developer-guide#5, a gist of deric4, the null input).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language.failures import RUNTIME, failure
from workbook.aws.stepfunctions.language.json_paths import PastTheEndError
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook.engine.patches import Patches

_NOTHING_GIVEN = "Unable to apply Path transformation to null or empty input."


def install(patches: Patches) -> None:
    """Say here what the interpreter says otherwise."""
    paths = "component.common.path"
    for place, kind, method in (
        (f"{paths}.input_path", "InputPath", "_eval_body"),
        (f"{paths}.output_path", "OutputPath", "_eval_body"),
        ("component.common.timeouts.timeout", "TimeoutSecondsPath", "_eval_seconds"),
        ("component.common.timeouts.heartbeat", "HeartbeatSecondsPath", "_eval_seconds"),
    ):
        field = getattr(part_of(place), kind)
        patches.set(field, method, _saying_why(getattr(field, method)))
    bindings = part_of("component.common.payload.payloadvalue.payloadbinding.payload_binding")
    simple = bindings.PayloadBindingStringExpressionSimple
    patches.set(simple, "_eval_val", _templated(simple._eval_val))  # noqa: SLF001 - the seam
    assigned = part_of("component.common.assign.assign_template_binding")
    simple = assigned.AssignTemplateBindingStringExpressionSimple
    patches.set(simple, "_eval_value", _templated(simple._eval_value))  # noqa: SLF001 - as above
    patches.set(simple, "_field_name", lambda binding: f"{binding.identifier}.$")


def _saying_why(original: Callable[[Part, Env], Json]) -> Callable[[Part, Env], Json]:
    """A field that fails with the reason why its path leads nowhere."""

    def evaluate(field: Part, env: Env) -> Json:
        try:
            return original(field, env)
        except Exception as raised:
            missing = _missing_behind(raised)
            if missing is None:
                raise
            reason = _NOTHING_GIVEN if missing.data is None else str(missing.reason)
            said = reason if missing.data is None else f"Invalid path '{missing.json_path}' : {reason}"
            raise failure(env, RUNTIME, said) from missing

    return evaluate


def _missing_behind(raised: BaseException) -> Part | None:
    """The path that led nowhere, if that is why this was raised."""
    cause: BaseException | None = raised
    while cause is not None:
        if type(cause).__name__ == "NoSuchJsonPathError" and hasattr(cause, "reason"):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _templated(original: Callable[[Part, Env], Json]) -> Callable[[Part, Env], Json]:
    """A field of a payload template that ends in `.$`."""
    strings = part_of("component.common.string.string_expression")

    def evaluate(binding: Part, env: Env) -> Json:
        source = binding.string_expression_simple
        if type(source) is strings.StringJsonPath and env.stack[-1] is None:
            raise failure(env, RUNTIME, _NOTHING_GIVEN)
        try:
            return original(binding, env)
        except Exception as raised:
            if isinstance(getattr(raised, "reason", None), PastTheEndError):
                return None
            raise

    return evaluate
