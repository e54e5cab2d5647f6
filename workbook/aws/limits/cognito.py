"""The numbers of Amazon Cognito user pools."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 28)
_TRIGGERS = "Cognito Developer Guide, Things to know about Lambda triggers"
_MESSAGES = "Cognito Developer Guide, Custom message Lambda trigger"
_FLOWS = "Cognito Developer Guide, Sign-in attempt lockout"
_QUOTAS = "Cognito Developer Guide, quotas on codes and sessions"

ROWS = (
    Limit("cognito.trigger.timeout", 5, "seconds", f"{_TRIGGERS}: not to be changed", _READ),
    Limit(
        "cognito.trigger.tries",
        3,
        "tries",
        f"{_TRIGGERS}: after three unsuccessful attempts; the newest edition gives no number any more",
        _READ,
    ),
    Limit("cognito.code.sign-up", 86_400, "seconds", f"{_QUOTAS}: 24 hours", _READ),
    Limit("cognito.code.password", 3_600, "seconds", f"{_QUOTAS}: 1 hour", _READ),
    Limit("cognito.message.email", 20_000, "characters", f"{_MESSAGES}, with the code", _READ),
    Limit("cognito.message.sms", 140, "characters", f"{_MESSAGES}, with the code", _READ),
    Limit("cognito.password.attempts", 5, "attempts", f"{_FLOWS}: failed ones without a pause", _READ),
    Limit("cognito.password.lockout", 900, "seconds", f"{_FLOWS}: about 15 minutes at most", _READ),
)
