"""What can be varied in a scenario: each with its unit, its range, and who says so.

A setting has the same name everywhere: in the panel, on the command line, and as a parameter of the shown
code. AWS's ranges come from the table of limits; where a range is the scenario's own, `source` says that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbook.aws.limits import LIMITS

OWN_RANGE = "the scenario's own range"
Value = int | bool | None
"""What a setting can be set to; None only where it may be left out."""


class SettingError(ValueError):
    """A setting was given a value that it cannot have; the text names setting, value and range."""


@dataclass(frozen=True)
class Number:
    """A whole number in a range."""

    name: str
    """The parameter's name in the shown code, e.g. "visibility_timeout"."""
    about: str
    """What it is, in a few words."""
    default: int | None
    minimum: int
    maximum: int
    unit: str
    source: str = OWN_RANGE
    without: str = ""
    """What None means, e.g. "no limit"; empty where there must be a number."""

    @property
    def range(self) -> str:
        """The range in words, with the unit."""
        alternative = f", or none ({self.without})" if self.without else ""
        return f"{self.minimum:,} to {self.maximum:,} {self.unit}{alternative}"

    def shown(self, value: Value) -> str:
        """A value as people read it."""
        return self.without if value is None else f"{value:,} {self.unit}"

    def check(self, value: object) -> Value:
        """Return `value` if the setting can have it.

        Raises:
            SettingError: it cannot.
        """
        if value is None and self.without:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not self.minimum <= value <= self.maximum:
            message = f"{self.name}={value!r}: {self.about} is a whole number, {self.range} ({self.source})"
            raise SettingError(message)
        return value

    def read(self, text: str) -> Value:
        """The value that `text` stands for, as on a command line: "30", or "none".

        Raises:
            SettingError: it stands for none that the setting can have.
        """
        if text.lower() == "none" and self.without:
            return None
        try:
            return self.check(int(text))
        except ValueError as error:
            if isinstance(error, SettingError):
                raise
            return self.check(text)


@dataclass(frozen=True)
class Switch:
    """Something that is there or is not."""

    name: str
    about: str
    default: bool
    source: str = OWN_RANGE

    range = "true or false"

    def shown(self, value: Value) -> str:
        """A value as people read it."""
        return "yes" if value else "no"

    def check(self, value: object) -> Value:
        """Return `value` if it is True or False.

        Raises:
            SettingError: it is neither.
        """
        if not isinstance(value, bool):
            message = f"{self.name}={value!r}: {self.about} is {self.range}"
            raise SettingError(message)
        return value

    def read(self, text: str) -> Value:
        """The value that `text` stands for: true, false, yes, no, on, off.

        Raises:
            SettingError: it is none of these words.
        """
        words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        return self.check(words.get(text.lower(), text))


Setting = Number | Switch


def limit_of(name: str) -> int:
    """The number of AWS that is called `name` in the table of limits."""
    return LIMITS[name].value


def source_of(name: str) -> str:
    """Where that number stands, and when it was read."""
    row = LIMITS[name]
    return f"{row.source}, read {row.date:%Y-%m-%d}"


def checked(settings: tuple[Setting, ...], given: Mapping[str, object]) -> dict[str, Value]:
    """All settings with their values: what was given, and defaults for the others.

    Raises:
        SettingError: one is unknown, or has a value out of its range.
    """
    known = {setting.name: setting for setting in settings}
    for name in given:
        if name not in known:
            message = f"{name}={given[name]!r}: there is no such setting; there are {', '.join(known)}"
            raise SettingError(message)
    return {name: setting.check(given.get(name, setting.default)) for name, setting in known.items()}
