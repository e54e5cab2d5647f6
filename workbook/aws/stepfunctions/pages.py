"""Answers in pages, as Step Functions gives them: maxResults entries (0 means 100), and nextToken."""

from __future__ import annotations

from workbook.aws.limits import limit
from workbook.aws.paging import Pages
from workbook.aws.stepfunctions.errors import InvalidToken

page = Pages(
    limit("stepfunctions.list-page"), maximum="maxResults", next_page="nextToken", invalid=InvalidToken
).page
