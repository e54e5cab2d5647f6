"""JSON as people write it: what fits into a line stays in one, and the rest is broken and indented."""

from __future__ import annotations

import json

WIDTH = 48
"""Characters of a line that is not broken; two such texts stand side by side on a laptop."""


def laid_out(value: object, indent: int = 0) -> str:
    """`value` as JSON text; lines after the first are indented by `indent` blanks and more."""
    whole = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or indent + len(whole) <= WIDTH:
        return whole
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{inner}{_name(name)}{laid_out(one, indent + 2)}" for name, one in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [f"{inner}{laid_out(one, indent + 2)}" for one in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


def _name(name: str) -> str:
    return f"{json.dumps(name, ensure_ascii=False)}: "
