"""Publishing to one endpoint without a topic: a phone number, or an app on a device.

Who implements such endpoints puts a publisher into `PUBLISHERS`; it is loaded when first used.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.aws.sns.notification import Notification

Publisher = Callable[["Call", "Notification", str], None]
"""The request, the checked message, and the phone number or the endpoint's ARN."""

PHONE, ENDPOINT = "phone", "endpoint"
PUBLISHERS: dict[str, Publisher] = {}
_MODULES = {PHONE: "workbook.aws.sns.sms_endpoints", ENDPOINT: "workbook.aws.sns.mobile_endpoints"}


def publisher(kind: str) -> Publisher:
    """Who publishes to phones or to apps."""
    if kind not in PUBLISHERS:
        importlib.import_module(_MODULES[kind])
    return PUBLISHERS[kind]
