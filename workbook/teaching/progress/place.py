"""Where the progress of whoever sits at this computer is kept."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "WORKBOOK_PROGRESS"
"""The environment variable that names another file; "off" records nothing, as while lessons are baked."""
OFF = "off"
MY_EXERCISES = "my-exercises"
"""The folder for a learner's own copies, beside `notebooks`, if they name no other."""


def progress_file() -> Path | None:
    """The file; None if nothing is to be recorded.

    Without the variable it lies where the system keeps data of programs for one user: on Linux
    `~/.local/share/workbook`, on macOS `~/Library/Application Support/workbook`, on Windows in `AppData`.
    """
    named = os.environ.get(VARIABLE)
    if named == OFF:
        return None
    if named:
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_data_path("workbook", appauthor=False) / "progress.json"
