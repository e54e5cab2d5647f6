"""What SNS knows of phone numbers in one account and Region: settings, the sandbox, and who has had enough.

A new account is in the sandbox: only numbers that were verified with a one-time password get anything. Out of
it leads a request to AWS's support, which a lab has not; so an account of a lab stays in the sandbox.

Sources: Amazon SNS Developer Guide, "Using the Amazon SNS SMS sandbox", "Managing phone number subscriptions"
(opting out), "Setting SMS messaging preferences"; botocore 1.44, SNS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.engine.world import World

DAY = 24 * 3600 * SECOND
SPEND_LIMIT = str(limit("sns.sms.spend-limit"))
"""MonthlySpendLimit of a new account, in US dollars; AWS's support can raise it."""

_STATE = "sns.phones"
_E164 = re.compile(r"\+?[1-9]\d{1,14}")
_SEPARATED = re.compile(r"[^./-]+([./-][^./-]+)*")
_STOP_WORDS = frozenset(
    {"ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD", "UNSUBSCRIBE"}
)


@dataclass
class SandboxNumber:
    """A destination number in the sandbox."""

    password: str
    """The one-time password that was sent to it."""
    asked: int
    """When it was last asked for verification, or verified."""
    verified: bool = False

    @property
    def status(self) -> str:
        """As ListSMSSandboxPhoneNumbers shows it."""
        return "Verified" if self.verified else "Pending"


@dataclass
class Phones:
    """The phone numbers of one account and Region."""

    settings: dict[str, str] = field(default_factory=lambda: {"MonthlySpendLimit": SPEND_LIMIT})
    """By the names of SetSMSAttributes."""
    sandbox: dict[str, SandboxNumber] = field(default_factory=dict)
    """By number, in the order in which they were added."""
    opted_out: dict[str, int] = field(default_factory=dict)
    """Since when a number wants nothing any more, in the order in which they said so."""
    opted_in: dict[str, int] = field(default_factory=dict)
    """When a number was last opted in by the account."""

    def refusal(self, number: str) -> str | None:
        """Why a message is not sent to a number; None where it is."""
        if number in self.opted_out:
            return f"{number} has opted out of messages from this account"
        verified = self.sandbox.get(number)
        if verified is None or not verified.verified:
            return f"{number} is not verified, and the account is in the SMS sandbox"
        if float(self.settings["MonthlySpendLimit"]) <= 0:
            return "the MonthlySpendLimit of the account is reached"
        return None


def phones_of(world: World, account: str, region: str) -> Phones:
    """The phone numbers of an account in a Region."""
    return world.kept_in(_STATE, (account, region), Phones)


def number_of(text: str) -> str | None:
    """The number in E.164 form, with its plus; None for what is no number.

    Subscribe takes single dots, dashes and slashes between digits, as recorded from AWS (2025).
    """
    if _SEPARATED.fullmatch(text) is None:
        return None
    bare = re.sub(r"[./-]", "", text)
    return None if _E164.fullmatch(bare) is None else "+" + bare.removeprefix("+")


def is_e164(text: str) -> bool:
    """Whether this is a phone number as Publish takes it."""
    return _E164.fullmatch(text) is not None


def answer(world: World, number: str, text: str) -> bool:
    """The owner of a phone answers SNS; a word such as STOP opts out of messages.

    It counts for every account and Region of this lab that has used SMS; on AWS for the account whose message
    is answered.

    Returns whether it was such a word.
    """
    if text.strip().upper() not in _STOP_WORDS:
        return False
    everywhere: dict[object, Phones] = world.kept(_STATE, dict)
    number = number_of(number) or number
    for phones in everywhere.values():
        phones.opted_out.setdefault(number, world.clock.now)
    world.trace.record("opt-out", f"sms:{number}", reason=text.strip())
    return True
