"""What is raised for a text that is no schedule; each service answers with a text of its own."""

from __future__ import annotations


class InvalidSchedule(ValueError):
    """The text is not a schedule expression; the message says which part is wrong and what is right."""
