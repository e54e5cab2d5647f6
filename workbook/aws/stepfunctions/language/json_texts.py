"""Texts of a definition as its JSON means them.

The interpreter takes names of states, errors, variables and fields, and paths, as they stand between the
quotation marks. So a state whose name has a letter that JSON writers like to escape was not found by its own
name.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language.parts import Part, part_of

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\[\"\\/]")


def install(patches: Patches) -> None:
    """Read texts here, in the place of the interpreter."""
    parsing = part_of("parse.preprocessor")
    original = parsing.Preprocessor._inner_string_of  # noqa: SLF001 - the seam

    def inner_string_of(parser_rule_context: Part) -> str | None:
        text = parser_rule_context.getText()
        if text.startswith('"') and text.endswith('"'):
            return str(json.loads(text))
        inner: str | None = original(parser_rule_context)
        return inner

    patches.set(parsing.Preprocessor, "_inner_string_of", staticmethod(inner_string_of))
    patches.set(parsing, "from_string_literal", inner_string_of)


def unescaped(text: str) -> str:
    """A part of a text, of which only characters are written otherwise that JSON alone writes so."""
    return _ESCAPED.sub(lambda match: str(json.loads(f'"{match[0]}"')), text)
