"""What an exercise can ask for: functions, or a value that needs no code.

Each kind says what an answer must look like, so that a wrong form is named before anything is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbook.scenarios.framework.settings import Setting, SettingError, checked


class AnswerError(ValueError):
    """An answer is not of the form that its exercise asks for; the text says which form that is."""


@dataclass(frozen=True)
class Code:
    """The learner writes functions: `Code("build(lab)")`, or `Code("build(lab)", "consume(orders)")`."""

    signatures: tuple[str, ...]

    def __init__(self, *signatures: str) -> None:
        object.__setattr__(self, "signatures", signatures)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the functions, in the order of the task."""
        return tuple(signature.partition("(")[0] for signature in self.signatures)

    @property
    def form(self) -> str:
        """What an answer looks like, for people."""
        return " and ".join(f"`def {signature}`" for signature in self.signatures)


@dataclass(frozen=True)
class Settings:
    """The learner chooses settings, each with its range."""

    settings: tuple[Setting, ...]

    @property
    def form(self) -> str:
        """What an answer looks like, for people."""
        return "settings by name: " + "; ".join(f"{each.name} ({each.range})" for each in self.settings)

    def checked(self, value: object) -> object:
        """All settings with their values; those that are not given have their defaults.

        Raises:
            AnswerError: they are no mapping, or one is unknown or out of its range.
        """
        if not isinstance(value, Mapping):
            message = f"{value!r} is no answer here; give {self.form}"
            raise AnswerError(message)
        try:
            return checked(self.settings, value)
        except SettingError as error:
            raise AnswerError(str(error)) from error


@dataclass(frozen=True)
class Order:
    """The learner puts things that happen into order."""

    items: Mapping[str, str]
    """Short name to what is shown, in the order in which they are shown first."""

    @property
    def form(self) -> str:
        """What an answer looks like, for people."""
        return "a list of all of these, in the order in which they happen: " + ", ".join(self.items)

    def checked(self, value: object) -> object:
        """The names in the learner's order.

        Raises:
            AnswerError: some are missing, unknown or given twice.
        """
        if isinstance(value, list | tuple) and sorted(map(str, value)) == sorted(self.items):
            return [str(name) for name in value]
        message = f"{value!r} is no answer here; give {self.form}"
        raise AnswerError(message)


@dataclass(frozen=True)
class Resource:
    """The learner marks the one resource of a broken system that has to be mended."""

    choices: tuple[str, ...]
    """Names, as the flow shows them."""

    @property
    def form(self) -> str:
        """What an answer looks like, for people."""
        return "the name of one of these: " + ", ".join(self.choices)

    def checked(self, value: object) -> object:
        """The name.

        Raises:
            AnswerError: it is none of the choices.
        """
        if value in self.choices:
            return value
        message = f"{value!r} is no answer here; give {self.form}"
        raise AnswerError(message)


Asked = Code | Settings | Order | Resource
