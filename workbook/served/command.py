"""The command `workbook serve`: from the words of the command line to the settings of a server."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from workbook.served.limits import AccountLimits, LimitError
from workbook.served.server import ServeError, Settings, serve
from workbook.served.state import StateError

CommandError = (ServeError, StateError)
"""Why a server could not begin; the text says what to change."""


def run(options: argparse.Namespace, told: Callable[[str], None]) -> int:
    """Serve until told to end, and say by `told` what the person at the server should see; the exit code.

    Raises:
        ServeError: the command line cannot be followed.
        StateError: its folder cannot be used.
    """
    return serve(settings_of(options), told)


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings. Raises ServeError where a limit is none."""
    return Settings(
        host=options.host,
        port=options.port,
        token_file=options.token_file and Path(options.token_file),
        state=options.state and Path(options.state),
        seed=options.seed,
        limits=limits_of(options.limits),
        unconfined=options.unconfined,
        confined=options.confined,
    )


def limits_of(words: list[str]) -> AccountLimits:
    """Limits from words such as "requests_per_second=50". Raises ServeError where one is none."""
    known = {each.name for each in fields(AccountLimits)}
    given: dict[str, int] = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in known or not value.isascii() or not value.isdigit():
            raise ServeError(
                f"--limit {word}: pass NAME=NUMBER, where NAME is one of {', '.join(sorted(known))}"
            )
        given[name] = int(value)
    try:
        return AccountLimits(**given)
    except LimitError as error:
        raise ServeError(f"--limit {error}") from error
