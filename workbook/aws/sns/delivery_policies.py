"""DeliveryPolicy: how HTTP/S endpoints are retried, and with which content type they are called.

A topic's policy is for all its HTTP/S subscriptions; a subscription's own overrides it, unless the topic
forbids that. The effective policy is what is left after the defaults have filled the gaps.

Sources: Amazon SNS Developer Guide, "Creating an HTTP/S delivery policy" (constraints, defaults); policies of
AWS recorded in public test suites (2023 to 2024), which show what is filled in and what is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbook.aws.delivery import RetryPolicy
from workbook.aws.limits import limit
from workbook.aws.sns.errors import InvalidAttribute
from workbook.aws.sns.json_texts import read_json_object
from workbook.aws.sns.retries import BACKOFF_FUNCTIONS, Phases

LONGEST_DELAY = limit("sns.http.retry-time")
MOST_RETRIES = limit("sns.http.retries")

DEFAULT_RETRIES = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
DEFAULT_CONTENT_TYPE = "text/plain; charset=UTF-8"
CONTENT_TYPES = frozenset(
    {
        *(DEFAULT_CONTENT_TYPE, "text/plain", "text/css", "text/csv", "text/html", "text/xml"),
        *("application/json", "application/octet-stream", "application/soap+xml", "application/xml"),
        "application/atom+xml",
    }
)
"""What headerContentType can be (not checked further: AWS takes parameters such as a charset)."""
_RETRY_FIELDS = frozenset(DEFAULT_RETRIES)
_SUBSCRIPTION_FIELDS = (
    "healthyRetryPolicy",
    "sicklyRetryPolicy",
    "throttlePolicy",
    "requestPolicy",
    "guaranteed",
)

Policy = Mapping[str, Any]


def read_topic_policy(text: str) -> str:
    """The topic's DeliveryPolicy as AWS shows it.

    Raises:
        InvalidAttribute: it is no such policy; the text names the member.
    """
    given = read_json_object(text, "DeliveryPolicy")
    http = given.get("http")
    if set(given) - {"http"} or not isinstance(http, Mapping | None):
        raise InvalidAttribute("DeliveryPolicy: http must be an object")
    http = http or {}
    shown: dict[str, Any] = {}
    if http.get("defaultHealthyRetryPolicy"):
        shown["defaultHealthyRetryPolicy"] = _checked_retries(
            http["defaultHealthyRetryPolicy"], "http.defaultHealthyRetryPolicy"
        )
    shown["disableSubscriptionOverrides"] = bool(http.get("disableSubscriptionOverrides", False))
    if http.get("defaultThrottlePolicy"):
        shown["defaultThrottlePolicy"] = _checked_throttle(
            http["defaultThrottlePolicy"], "http.defaultThrottlePolicy"
        )
    if http.get("defaultRequestPolicy"):
        shown["defaultRequestPolicy"] = _checked_request(
            http["defaultRequestPolicy"], "http.defaultRequestPolicy"
        )
    return _compact({"http": shown})


def read_subscription_policy(text: str) -> str:
    """The subscription's DeliveryPolicy as AWS shows it, with null for what it does not say.

    Raises:
        InvalidAttribute: it is no such policy; the text names the member.
    """
    given = read_json_object(text, "DeliveryPolicy")
    for name in given:
        if name not in _SUBSCRIPTION_FIELDS:
            raise InvalidAttribute(f"DeliveryPolicy: unknown field {name}")  # unverified
    shown: dict[str, Any] = dict.fromkeys(_SUBSCRIPTION_FIELDS)
    shown["guaranteed"] = bool(given.get("guaranteed", False))
    for name in ("healthyRetryPolicy", "sicklyRetryPolicy"):
        if given.get(name) is not None:
            shown[name] = {**_zeroes(), **_checked_retries(given[name], name)}
    if given.get("throttlePolicy") is not None:
        shown["throttlePolicy"] = _checked_throttle(given["throttlePolicy"], "throttlePolicy")
    if given.get("requestPolicy") is not None:
        shown["requestPolicy"] = _checked_request(given["requestPolicy"], "requestPolicy")
    return _compact(shown)


def effective_topic_policy(policy: str | None) -> str:
    """EffectiveDeliveryPolicy of a topic with this DeliveryPolicy."""
    return _compact({"http": _effective(policy)})


def effective_subscription_policy(topic_policy: str | None, policy: str | None) -> str:
    """EffectiveDeliveryPolicy of an HTTP/S subscription."""
    defaults = _effective(topic_policy)
    own: Policy = {} if policy is None or defaults["disableSubscriptionOverrides"] else json.loads(policy)
    shown = {
        "healthyRetryPolicy": own.get("healthyRetryPolicy") or defaults["defaultHealthyRetryPolicy"],
        "sicklyRetryPolicy": own.get("sicklyRetryPolicy"),
        "throttlePolicy": own.get("throttlePolicy") or defaults.get("defaultThrottlePolicy"),
        "requestPolicy": own.get("requestPolicy") or defaults["defaultRequestPolicy"],
        "guaranteed": own.get("guaranteed", False),
    }
    return _compact(shown)


def retry_policy(effective: str) -> RetryPolicy:
    """When a failed call of an HTTP/S endpoint is repeated, by its subscription's effective policy."""
    retries = {**DEFAULT_RETRIES, **json.loads(effective)["healthyRetryPolicy"]}
    fixed = [retries[name] for name in ("numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries")]
    immediate, before, after = fixed
    phases = Phases(
        immediate=immediate,
        before_backoff=before,
        backoff=retries["numRetries"] - sum(fixed),
        after_backoff=after,
        shortest=retries["minDelayTarget"],
        longest=retries["maxDelayTarget"],
        function=retries["backoffFunction"],
    )
    return RetryPolicy(phases.pauses, maximum_age=float(LONGEST_DELAY))


def _effective(policy: str | None) -> dict[str, Any]:
    own: Policy = {} if policy is None else json.loads(policy)["http"]
    shown: dict[str, Any] = {
        "defaultHealthyRetryPolicy": {**DEFAULT_RETRIES, **own.get("defaultHealthyRetryPolicy", {})},
        "disableSubscriptionOverrides": own.get("disableSubscriptionOverrides", False),
    }
    if "defaultThrottlePolicy" in own:
        shown["defaultThrottlePolicy"] = own["defaultThrottlePolicy"]
    request = own.get("defaultRequestPolicy", {"headerContentType": DEFAULT_CONTENT_TYPE})
    return {**shown, "defaultRequestPolicy": request}


def _zeroes() -> dict[str, Any]:
    return {name: value for name, value in DEFAULT_RETRIES.items() if value in {0, "linear"}}


def _checked_retries(given: object, where: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InvalidAttribute(f"DeliveryPolicy: {where} must be an object")
    for name, value in given.items():
        _check_retry_field(name, value, f"{where}.{name}")
    whole = {**DEFAULT_RETRIES, **given}
    if whole["minDelayTarget"] > whole["maxDelayTarget"]:
        raise InvalidAttribute(
            f"DeliveryPolicy: {where}.minDelayTarget must be less than or equal to maxDelayTarget"
        )
    phases = whole["numNoDelayRetries"] + whole["numMinDelayRetries"] + whole["numMaxDelayRetries"]
    if phases > whole["numRetries"]:
        raise InvalidAttribute(
            f"DeliveryPolicy: {where}.numRetries must be greater than or equal to total of "
            "numMinDelayRetries, numNoDelayRetries and numMaxDelayRetries"
        )
    return {name: given[name] for name in DEFAULT_RETRIES if name in given}


def _check_retry_field(name: str, value: object, where: str) -> None:
    if name not in _RETRY_FIELDS:
        raise InvalidAttribute(f"DeliveryPolicy: unknown field {where}")  # unverified
    if name == "backoffFunction":
        if value not in BACKOFF_FUNCTIONS:
            raise InvalidAttribute(f"DeliveryPolicy: {where} is invalid")  # unverified
        return
    least = 1 if name.endswith("DelayTarget") else 0
    most = LONGEST_DELAY if name.endswith("DelayTarget") else MOST_RETRIES
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidAttribute(f"DeliveryPolicy: {where} must be an integer")  # unverified
    if value < least:
        raise InvalidAttribute(f"DeliveryPolicy: {where} must be greater than or equal to {least}")
    if value > most:
        raise InvalidAttribute(f"DeliveryPolicy: {where} must be less than or equal to {most}")


def _checked_throttle(given: object, where: str) -> dict[str, Any]:
    rate = given.get("maxReceivesPerSecond") if isinstance(given, Mapping) else None
    if not isinstance(rate, int) or isinstance(rate, bool) or rate < 1:
        raise InvalidAttribute(
            f"DeliveryPolicy: {where}.maxReceivesPerSecond must be greater than or equal to 1"
        )
    return {"maxReceivesPerSecond": rate}


def _checked_request(given: object, where: str) -> dict[str, Any]:
    content_type = given.get("headerContentType") if isinstance(given, Mapping) else None
    if not isinstance(content_type, str) or content_type.partition(";")[0].strip() not in CONTENT_TYPES:
        raise InvalidAttribute(f"DeliveryPolicy: {where}.headerContentType is invalid")  # unverified
    return {"headerContentType": content_type}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
