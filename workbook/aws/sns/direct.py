"""Publishing to one endpoint without a topic: a phone number, or an app on a device.

Who implements such endpoints puts a publisher into `PUBLISHERS`; until then such a publish is refused by
name.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.operations import Call, NotSimulated

if TYPE_CHECKING:
    from workbook.aws.sns.notification import Notification

Publisher = Callable[[Call, "Notification", str], None]
"""The request, the checked message, and the phone number or the endpoint's ARN."""

PHONE, ENDPOINT = "phone", "endpoint"
PUBLISHERS: dict[str, Publisher] = {}
_MODULES = {PHONE: "workbook.aws.sns.sms_endpoints", ENDPOINT: "workbook.aws.sns.mobile_endpoints"}


def publisher(kind: str) -> Publisher:
    """Who publishes to phones or to apps.

    Raises:
        NotSimulated: nobody does.
    """
    if kind not in PUBLISHERS and importlib.util.find_spec(_MODULES[kind]) is not None:
        importlib.import_module(_MODULES[kind])
    found = PUBLISHERS.get(kind)
    if found is None:
        what = "Publish to a PhoneNumber" if kind == PHONE else "Publish to an endpoint of an app"
        raise NotSimulated(what, "Publish to a topic.")
    return found
