"""What a user pool writes to people: codes, and temporary passwords. They lie in `lab.mailbox`.

    who, and for what ──> medium and address ──> CustomMessage trigger ──> the pool's template ──> letter

A text message needs the pool's SmsConfiguration, with a role that may publish. An email needs nothing; that
Amazon SES has verified the sender of a pool with EmailSendingAccount DEVELOPER is not asked.

Sources: Cognito Developer Guide, "Custom message Lambda trigger", "Email settings", "Message templates".
The wording of letters that nobody has customized is that of reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.errors import (
    CodeMismatch,
    ExpiredCode,
    InvalidLambdaResponse,
    InvalidParameter,
)
from workbook.aws.cognito.registry import SERVICE, Client, Code, Pool, User
from workbook.aws.cognito.triggers import Question, ask, attributes_of, is_text, with_metadata
from workbook.aws.delivery import Delivery, Parcel, Sender, deliver
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.engine.world import World

LONGEST = {"EMAIL": limit("cognito.message.email"), "SMS": limit("cognito.message.sms")}
"""Characters of a message with its code."""
_ATTRIBUTES = {"EMAIL": "email", "SMS": "phone_number"}
_MEDIA = {"email": "EMAIL", "phone_number": "SMS"}
_SCHEMES = {"EMAIL": "mailto:", "SMS": "sms:"}
CODE, USERNAME, _LINK = "{####}", "{username}", "{##Click Here##}"
_PLACEHOLDERS = {"smsMessage": is_text, "emailMessage": is_text, "emailSubject": is_text}


@dataclass(frozen=True)
class Occasion:
    """Why a letter is written."""

    source: str
    """As the trigger's source names it: "SignUp"."""
    text: str
    """What it says unless the pool has a template, or a function."""
    subject: str = "Your verification code"
    template: str = "VerificationMessageTemplate"


SIGN_UP = Occasion("SignUp", f"Your confirmation code is {CODE}")
RESEND_CODE = Occasion("ResendCode", f"Your confirmation code is {CODE}")
FORGOT_PASSWORD = Occasion("ForgotPassword", f"Your password reset code is {CODE}")
INVITATION = Occasion(
    "AdminCreateUser",
    f"Your username is {USERNAME} and temporary password is {CODE}.",
    "Your temporary password",
    "InviteMessageTemplate",
)


def medium_of(attribute: str) -> str:
    """The medium that reaches an attribute: "EMAIL" or "SMS"."""
    return _MEDIA[attribute]


def attribute_of(medium: str) -> str:
    """The attribute that has the address for a medium.

    Raises:
        InvalidLambdaResponse: it is none of the two; a request's are checked by the service model.
    """
    if medium not in _ATTRIBUTES:
        raise InvalidLambdaResponse
    return _ATTRIBUTES[medium]


def attribute_to_verify(pool: Pool, user: User) -> str | None:
    """To which address a pool sends the code that confirms a user: the phone number before the email."""
    automatic = pool.settings.get("AutoVerifiedAttributes") or []
    found = (one for one in ("phone_number", "email") if one in automatic and one in user.attributes)
    return next(found, None)


def recovery_attribute(pool: Pool, user: User) -> str | None:
    """Where a pool sends the code for a new password: to the first of its mechanisms that is verified."""
    setting = pool.settings.get("AccountRecoverySetting") or {}
    mechanisms = sorted(setting.get("RecoveryMechanisms") or (), key=lambda one: int(one["Priority"]))
    names = [one["Name"].removeprefix("verified_") for one in mechanisms] or ["phone_number", "email"]
    return next((name for name in names if user.is_verified(name)), None)


def delivery_details(attribute: str, address: str) -> dict[str, str]:
    """What a caller is told of where a code went."""
    return {
        "Destination": _masked(address),
        "DeliveryMedium": _MEDIA[attribute],
        "AttributeName": attribute,
    }


def _masked(address: str) -> str:
    name, is_email, host = address.partition("@")
    if is_email:
        return f"{name[:1]}***@{host[:1]}***"
    return f"+{'*' * max(0, len(address) - 5)}{address[-4:]}"


def send_code(
    world: World,
    client: Client | None,
    pool: Pool,
    user: User,
    attribute: str,
    occasion: Occasion,
    *,
    purpose: str,
    metadata: Mapping[str, str] | None,
) -> dict[str, str]:
    """Make a new code for a purpose, "sign-up" or "password", and send it; what to tell the caller."""
    demand_sms(pool, attribute)
    text = f"{world.seeds.stream('cognito.codes').randrange(10**6):06}"
    expires_at = world.clock.now + limit(f"cognito.code.{purpose}") * SECOND
    user.codes[purpose] = Code(text, expires_at, attribute)
    write(world, client, pool, user, [attribute], occasion, text, metadata)
    return delivery_details(attribute, user.attributes[attribute])


def take_code(world: World, user: User, purpose: str, text: str) -> Code:
    """Hold a code against the one that was sent, and use it up.

    Raises:
        ExpiredCode: none was sent, or it is too old.
        CodeMismatch: it is another one.
    """
    code = user.codes.get(purpose)
    if code is None or world.clock.now > code.expires_at:
        raise ExpiredCode
    if text != code.text:
        raise CodeMismatch
    del user.codes[purpose]
    return code


def demand_sms(pool: Pool, attribute: str) -> None:
    """Let a pool that can send text messages pass, if it is to send one.

    Raises:
        InvalidParameter: it has no SmsConfiguration.
    """
    if attribute == "phone_number" and not pool.settings.get("SmsConfiguration"):
        raise InvalidParameter("User pool does not have SMS configuration to send messages.")


def write(
    world: World,
    client: Client | None,
    pool: Pool,
    user: User,
    attributes: Iterable[str],
    occasion: Occasion,
    secret: str,
    metadata: Mapping[str, str] | None,
) -> None:
    """Write to a user, at each of these addresses; a function is asked for the words, once."""
    answer = ask(world, pool, _question(client, pool, user, occasion, metadata)) or {}
    _check_sender(pool, answer)
    places = list(attributes)
    letters = [_letter(pool, user, one, occasion, answer, secret) for one in places]
    deliver(world, [_delivery(world, pool, user, *pair) for pair in zip(places, letters, strict=True)])


def _question(
    client: Client | None,
    pool: Pool,
    user: User,
    occasion: Occasion,
    metadata: Mapping[str, str] | None,
) -> Question:
    request = {
        "userAttributes": attributes_of(pool, user),
        "codeParameter": CODE,
        "linkParameter": _LINK,
        "usernameParameter": USERNAME if occasion is INVITATION else None,
    }
    asked = with_metadata(request, metadata)
    return Question("CustomMessage", occasion.source, user.username, asked, _PLACEHOLDERS, client=client)


def _check_sender(pool: Pool, answer: Mapping[str, Any]) -> None:
    """Only a pool that sends through Amazon SES may have emails of its own words."""
    account = (pool.settings.get("EmailConfiguration") or {}).get("EmailSendingAccount", "COGNITO_DEFAULT")
    if account != "DEVELOPER" and (answer.get("emailMessage") or answer.get("emailSubject")):
        raise InvalidLambdaResponse


def _letter(
    pool: Pool, user: User, attribute: str, occasion: Occasion, answer: Mapping[str, Any], secret: str
) -> Parcel:
    medium = _MEDIA[attribute]
    own = answer.get("emailMessage" if medium == "EMAIL" else "smsMessage")
    if own is not None and CODE not in own:
        raise InvalidLambdaResponse
    template = _template(pool, occasion)
    text = own or template.get("EmailMessage" if medium == "EMAIL" else _sms(occasion)) or occasion.text
    text = text.replace(CODE, secret).replace(USERNAME, _name(pool, user))
    if len(text) > LONGEST[medium]:
        raise InvalidLambdaResponse
    subject = answer.get("emailSubject") or template.get("EmailSubject") or occasion.subject
    return Parcel(text, subject=subject if medium == "EMAIL" else None)


def _sms(occasion: Occasion) -> str:
    return "SMSMessage" if occasion is INVITATION else "SmsMessage"


def _template(pool: Pool, occasion: Occasion) -> Mapping[str, Any]:
    if occasion is INVITATION:
        return pool.settings["AdminCreateUserConfig"].get(occasion.template) or {}
    return pool.settings.get(occasion.template) or {}


def _name(pool: Pool, user: User) -> str:
    """What a user signs in with."""
    found = (user.attributes[one] for one in pool.sign_in_attributes if one in user.attributes)
    return next(found, user.username)


def _delivery(world: World, pool: Pool, user: User, attribute: str, letter: Parcel) -> Delivery:
    medium = _MEDIA[attribute]
    sender = Sender(SERVICE, pool.arn, pool.account, pool.region)
    address, message = user.attributes[attribute], world.seeds.uuid("cognito.letters")
    return Delivery(sender, f"{_SCHEMES[medium]}{address}", letter, message)
