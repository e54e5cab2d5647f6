"""Answers in pages, as Scheduler gives them: at most MaxResults entries, and a token for the next ones."""

from __future__ import annotations

from workbook.aws.limits import limit
from workbook.aws.paging import Pages
from workbook.aws.scheduler.errors import ValidationError


def _invalid_token() -> ValidationError:
    """The text is unverified."""
    return ValidationError("Invalid NextToken.")


page = Pages(limit("scheduler.list-page"), invalid=_invalid_token).page
