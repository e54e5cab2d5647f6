"""The operations on text messages: settings, who has opted out, and the sandbox.

Sources: botocore 1.44, SNS; answers of AWS recorded in public test suites (2025). Texts that are not recorded
are ours and say "unverified".
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import Delivery, Parcel, Sender, deliver
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, NotSimulated
from workbook.aws.sns.errors import InvalidParameter, OptedOut, ResourceNotFound, UserError, VerificationError
from workbook.aws.sns.fan_out import SERVICE
from workbook.aws.sns.paging import page
from workbook.aws.sns.phones import DAY, SPEND_LIMIT, Phones, SandboxNumber, is_e164, number_of, phones_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_SANDBOX_NUMBERS = limit("sns.sms.sandbox-numbers")
OPT_IN_PAUSE = limit("sns.sms.opt-in-pause") * DAY
_SETTINGS = frozenset(
    {
        *("MonthlySpendLimit", "DeliveryStatusIAMRole", "DeliveryStatusSuccessSamplingRate"),
        *("DefaultSenderID", "DefaultSMSType", "UsageReportS3Bucket"),
    }
)
_UNSIMULATED = ("DeliveryStatusIAMRole", "UsageReportS3Bucket")
_SENDER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}")
_TYPES = frozenset({"Promotional", "Transactional"})
_PASSWORD = re.compile(r"\d{5,8}")


# ---- settings


def set_sms_attributes(call: Call) -> Answer:
    """Change how text messages are sent."""
    given: Mapping[str, str] = call.parameters.get("attributes") or {}
    for name, value in given.items():
        _check_setting(name, value)
    phones = _phones(call)
    phones.settings.update(given)
    call.world.trace.record("configure", "sns:SMS", settings=dict(phones.settings))
    return None


def get_sms_attributes(call: Call) -> Answer:
    """Show the settings, or those that are named."""
    wanted = call.parameters.get("attributes")
    settings = _phones(call).settings
    return {"attributes": {name: settings[name] for name in wanted or settings if name in settings}}


def _check_setting(name: str, value: str) -> None:
    if name not in _SETTINGS:
        raise InvalidParameter(f"{name} is not a valid attribute")
    if name in _UNSIMULATED:
        raise NotSimulated(
            f"SetSMSAttributes: {name}", "The trace of the lab says how each message was delivered."
        )
    checks = {
        "DefaultSMSType": value in _TYPES,
        "DefaultSenderID": _SENDER_ID.fullmatch(value) is not None,
        "MonthlySpendLimit": _is_within(value, float(SPEND_LIMIT)),
        "DeliveryStatusSuccessSamplingRate": _is_within(value, 100),
    }
    if not checks[name]:
        raise InvalidParameter(f"{name} is invalid")


def _is_within(value: str, most: float) -> bool:
    return re.fullmatch(r"\d+", value) is not None and int(value) <= most


# ---- opting out


def check_if_phone_number_is_opted_out(call: Call) -> Answer:
    """Whether a number wants no messages of this account."""
    number = _number(call, "phoneNumber")
    return {"isOptedOut": number in _phones(call).opted_out}


def list_phone_numbers_opted_out(call: Call) -> Answer:
    """All numbers that want no messages, 100 a page."""
    numbers = list(_phones(call).opted_out)
    whole = page("phoneNumbers", _numbered(numbers), {"NextToken": call.parameters.get("nextToken")})
    answer: dict[str, Any] = {"phoneNumbers": whole["phoneNumbers"]}
    if "NextToken" in whole:
        answer["nextToken"] = whole["NextToken"]
    return answer


def opt_in_phone_number(call: Call) -> Answer:
    """Send to a number again that has opted out; once in 30 days."""
    number, now, phones = _number(call, "phoneNumber"), call.world.clock.now, _phones(call)
    before = phones.opted_in.get(number)
    if number not in phones.opted_out:
        return None
    if before is not None and now < before + OPT_IN_PAUSE:
        raise InvalidParameter.of("PhoneNumber", "a number can be opted in once every 30 days")  # unverified
    del phones.opted_out[number]
    phones.opted_in[number] = now
    call.world.trace.record("opt-in", f"sms:{number}")
    return None


def _number(call: Call, parameter: str) -> str:
    """The number that a request names, with its plus."""
    given = str(call.parameters[parameter])
    number = number_of(given)
    if number is None or not is_e164(given):
        raise InvalidParameter.of("PhoneNumber", "input incorrectly formatted")
    return number


# ---- the sandbox


def get_sms_sandbox_account_status(_call: Call) -> Answer:
    """Whether the account is in the sandbox: as every new one."""
    return {"IsInSandbox": True}


def create_sms_sandbox_phone_number(call: Call) -> Answer:
    """Send a one-time password to a number, anew if it is pending."""
    number, phones = _number(call, "PhoneNumber"), _phones(call)
    known = phones.sandbox.get(number)
    if number in phones.opted_out:
        raise OptedOut
    if known is None and len(phones.sandbox) >= MOST_SANDBOX_NUMBERS:
        raise UserError(
            f"At most {MOST_SANDBOX_NUMBERS} phone numbers can be in the SMS sandbox."
        )  # unverified
    if known is not None and known.verified:
        raise UserError(f"{number} is verified already.")  # unverified
    password = f"{call.world.seeds.stream('sns.one-time-password').randrange(10**6):06d}"
    phones.sandbox[number] = SandboxNumber(password, call.world.clock.now)
    call.world.trace.record("create", f"sms:{number}", settings={"Status": "Pending"})
    _send_password(call, number, password)
    return None


def verify_sms_sandbox_phone_number(call: Call) -> Answer:
    """Prove with the one-time password that one reads what the number gets."""
    number, password = str(call.parameters["PhoneNumber"]), str(call.parameters["OneTimePassword"])
    if _PASSWORD.fullmatch(password) is None:
        raise InvalidParameter.of("OneTimePassword", "must be 5 to 8 digits")  # unverified
    entry = _sandbox_number(call, number)
    entry.asked = call.world.clock.now
    if entry.password != password:
        raise VerificationError
    entry.verified = True
    call.world.trace.record("configure", f"sms:{number}", settings={"Status": entry.status})
    return None


def delete_sms_sandbox_phone_number(call: Call) -> Answer:
    """Take a number out of the sandbox, a day after its last verification at the earliest."""
    number = str(call.parameters["PhoneNumber"])
    entry = _sandbox_number(call, number)
    if call.world.clock.now < entry.asked + DAY:
        since = _shown(entry.asked + DAY)
        raise UserError(f"{number} can be deleted from {since} on, 24 hours after its last verification.")
    del _phones(call).sandbox[number]
    call.world.trace.record("remove", f"sms:{number}")
    return None


def list_sms_sandbox_phone_numbers(call: Call) -> Answer:
    """The numbers in the sandbox, pending or verified."""
    entries = [
        {"PhoneNumber": number, "Status": entry.status} for number, entry in _phones(call).sandbox.items()
    ]
    return page("PhoneNumbers", _numbered(entries), call.parameters, call.parameters.get("MaxResults"))


def list_origination_numbers(_call: Call) -> Answer:
    """The account's own numbers: none, as they are bought elsewhere."""
    return {"PhoneNumbers": []}


def _sandbox_number(call: Call, number: str) -> SandboxNumber:
    found = _phones(call).sandbox.get(number)
    if found is None:
        raise ResourceNotFound("PhoneNumber does not exist in the SMS sandbox")  # unverified
    return found


def _send_password(call: Call, number: str, password: str) -> None:
    text = f"Your verification code is {password}."  # AWS's own text is unverified
    sender = Sender(SERVICE, "sns:CreateSMSSandboxPhoneNumber", call.account, call.region)
    deliver(call.world, [Delivery(sender, f"sms:{number}", Parcel(text, options={"always": True}), None)])


def _numbered(entries: list[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(entries, start=1))


def _shown(instant: int) -> str:
    from workbook.engine.clock import datetime_of  # noqa: PLC0415 - only an error needs it

    return f"{datetime_of(instant).astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _phones(call: Call) -> Phones:
    return phones_of(call.world, call.account, call.region)
