"""Passwords: what a pool's policy asks of them, and what follows on wrong ones.

After five wrong ones in a row a user is locked out, for a second, and twice as long after each further one.
AWS says of this that it may change; that nothing is looked at meanwhile is documented, and its text is that
of reports.

Sources: Cognito Developer Guide, "Password requirements", "Sign-in attempt lockout".
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.errors import InvalidPassword, NotAuthorized
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.cognito.registry import Pool, User
    from workbook.engine.world import World

ATTEMPTS = limit("cognito.password.attempts")
LONGEST_LOCKOUT = limit("cognito.password.lockout")
"""Seconds."""
SYMBOLS = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= "
"""The characters that count as symbols."""
_DAY = 86_400 * SECOND
DEFAULT_POLICY = {
    "MinimumLength": 8,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "TemporaryPasswordValidityDays": 7,
}
_KINDS = (
    ("RequireLowercase", string.ascii_lowercase, "lowercase"),
    ("RequireUppercase", string.ascii_uppercase, "uppercase"),
    ("RequireNumbers", string.digits, "numeric"),
    ("RequireSymbols", SYMBOLS, "symbol"),
)


def policy_of(pool: Pool) -> dict[str, Any]:
    """What a pool asks of passwords."""
    policy: dict[str, Any] = pool.settings["Policies"]["PasswordPolicy"]
    return policy


def check_password(pool: Pool, password: str) -> None:
    """Let a password pass that fits the policy.

    Raises:
        InvalidPassword: it does not; the text says what it lacks.
    """
    policy = policy_of(pool)
    if len(password) < policy["MinimumLength"]:
        raise InvalidPassword("Password did not conform with policy: Password not long enough")
    for setting, characters, kind in _KINDS:
        if policy.get(setting) and not set(password) & set(characters):
            raise InvalidPassword(
                f"Password did not conform with policy: Password must have {kind} characters"
            )


def temporary_password(world: World, pool: Pool) -> str:
    """A new one, by the lab's seed, that fits any policy."""
    chance = world.seeds.stream("cognito.passwords")
    length = max(8, policy_of(pool)["MinimumLength"])
    letters = [chance.choice(kind) for kind in (string.ascii_lowercase, string.ascii_uppercase)]
    letters += [chance.choice(string.digits), chance.choice("!@#%&*")]
    letters += chance.choices(string.ascii_letters + string.digits, k=length - len(letters))
    chance.shuffle(letters)
    return "".join(letters)


def expiry(world: World, pool: Pool) -> int:
    """The instant after which a temporary password that is set now is none."""
    days = policy_of(pool).get("TemporaryPasswordValidityDays") or 7
    return world.clock.now + days * _DAY


def verify(world: World, user: User, password: str) -> None:
    """Let the right password pass.

    Raises:
        NotAuthorized: it is wrong, or too many wrong ones came before.
    """
    if world.clock.now < user.locked_until:
        raise NotAuthorized("Password attempts exceeded")
    if user.password is not None and password == user.password:
        user.failures = 0
        return
    user.failures += 1
    if user.failures >= ATTEMPTS:
        seconds = min(2 ** min(user.failures - ATTEMPTS, 10), LONGEST_LOCKOUT)
        user.locked_until = world.clock.now + seconds * SECOND
    raise NotAuthorized
