"""A workbook for AWS messaging. This page is its table of contents.

from workbook import Lab
lab = Lab(seed=7)               # AWS, in this process
sqs = lab.client("sqs")         # plain boto3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.engine.seeds import Chaos
    from workbook.lab import Lab

__all__ = ["Chaos", "Lab"]


def __getattr__(name: str) -> object:
    # Imported when first asked for: `python -m workbook doctor` must run where moto is missing.
    if name == "Lab":
        from workbook.lab import Lab  # noqa: PLC0415

        return Lab
    if name == "Chaos":
        from workbook.engine.seeds import Chaos  # noqa: PLC0415

        return Chaos
    message = f"module 'workbook' has no attribute {name!r}; it offers {', '.join(__all__)}"
    raise AttributeError(message)
