"""Texts that have to be JSON, and what AWS's parser says of one that is not.

Source: answers of AWS to StartExecution recorded in localstack's tests, 2023.
"""

from __future__ import annotations

import json
from typing import NoReturn

from workbook.aws.patterns.errors import InvalidEventPattern
from workbook.aws.patterns.json_tokens import Kind, Tokens


def json_problem(text: str) -> str | None:
    """Why a text is no JSON, in the words of AWS's parser and without the place; None where it is."""
    try:
        json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        return _words_of_aws(text) or str(error)
    return None


def _no_number(word: str) -> NoReturn:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(word)


def _words_of_aws(text: str) -> str | None:
    tokens = Tokens(text)
    try:
        while tokens.advance().kind is not Kind.END:
            pass
    except InvalidEventPattern as error:
        return error.reason
    return None
