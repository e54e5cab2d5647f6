"""The operations on platform applications and on their endpoints.

Sources: botocore 1.44, SNS; refusals of AWS recorded or quoted in public test suites (2022 to 2025).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from moto.utilities.utils import get_partition

from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call
from workbook.aws.sns.errors import InvalidParameter, ValidationError
from workbook.aws.sns.paging import page
from workbook.aws.sns.platforms import (
    PLATFORMS,
    PlatformApplication,
    PlatformEndpoint,
    Platforms,
    demand_application,
    demand_endpoint,
    find_endpoint,
    platforms_of,
    shown,
)

if TYPE_CHECKING:
    from workbook.aws.sns.platforms import PlatformApplication as Application

LONGEST_USER_DATA = limit("sns.endpoint.user-data")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_LONGEST_NAME = limit("sns.topic-name")
_ENDPOINT_ATTRIBUTES = frozenset({"CustomUserData", "Enabled", "Token"})


def create_platform_application(call: Call) -> Answer:
    """Make an app known, with the credentials of its notification service."""
    name, platform = str(call.parameters["Name"]), str(call.parameters["Platform"])
    attributes: dict[str, str] = dict(call.parameters.get("Attributes") or {})
    _check_name(name)
    if platform not in PLATFORMS:
        raise InvalidParameter.of("Platform", f"{platform} is not supported")
    _demand_attributes(attributes)
    _check_credentials(platform, attributes)
    platforms = _platforms(call)
    arn = f"arn:{get_partition(call.region)}:sns:{call.region}:{call.account}:app/{platform}/{name}"
    if arn not in platforms.applications:  # else it is what there is already (unverified)
        settings = {"Enabled": "true", **shown(attributes)}
        platforms.applications[arn] = PlatformApplication(arn, platform, next(platforms.serials), settings)
        call.world.trace.record("create", arn, settings=dict(settings))
    return {"PlatformApplicationArn": arn}


def get_platform_application_attributes(call: Call) -> Answer:
    """Show an app's attributes, without its credentials."""
    return {"Attributes": dict(_application(call).attributes)}


def set_platform_application_attributes(call: Call) -> Answer:
    """Change an app's attributes."""
    application = _application(call)
    attributes = dict(call.parameters.get("Attributes") or {})
    _demand_attributes(attributes)
    application.attributes.update(shown(attributes))
    call.world.trace.record("configure", application.arn, settings=dict(application.attributes))
    return None


def list_platform_applications(call: Call) -> Answer:
    """The apps of the account, 100 a page."""
    entries = (
        (each.serial, {"PlatformApplicationArn": each.arn, "Attributes": dict(each.attributes)})
        for each in _platforms(call).applications.values()
    )
    return page("PlatformApplications", entries, call.parameters)


def delete_platform_application(call: Call) -> Answer:
    """Forget an app and its endpoints; one that does not exist does no harm."""
    found = _platforms(call).applications.pop(str(call.parameters["PlatformApplicationArn"]), None)
    if found is not None:
        for arn in (*found.endpoints, found.arn):
            call.world.trace.record("remove", arn)
    return None


# ---- endpoints


def create_platform_endpoint(call: Call) -> Answer:
    """Make a device known, or find it, if its attributes are what is asked for."""
    application, token = _application(call), str(call.parameters["Token"])
    if not token:
        raise InvalidParameter.of("Token", "cannot be empty")  # unverified
    attributes = _new_attributes(call.parameters, token)
    found = application.endpoint_with(token)
    if found is not None:
        return _same_endpoint(found, attributes)
    base = application.arn.replace(":app/", ":endpoint/")
    arn = f"{base}/{call.world.seeds.uuid('sns.endpoint-id')}"
    serial = next(_platforms(call).serials)
    application.endpoints[arn] = PlatformEndpoint(arn, application, serial, attributes)
    call.world.trace.record("create", arn, settings=dict(attributes))
    return {"EndpointArn": arn}


def get_endpoint_attributes(call: Call) -> Answer:
    """Show an endpoint's attributes."""
    return {"Attributes": dict(demand_endpoint(call.world, str(call.parameters["EndpointArn"])).attributes)}


def set_endpoint_attributes(call: Call) -> Answer:
    """Change an endpoint's attributes: its token, or whether it gets anything."""
    endpoint = demand_endpoint(call.world, str(call.parameters["EndpointArn"]))
    attributes = dict(call.parameters.get("Attributes") or {})
    _demand_attributes(attributes)
    _check_endpoint_attributes(attributes)
    endpoint.attributes.update(attributes)
    call.world.trace.record("configure", endpoint.arn, settings=dict(endpoint.attributes))
    return None


def delete_endpoint(call: Call) -> Answer:
    """Forget an endpoint; its subscriptions stay, and fail. One that does not exist does no harm."""
    endpoint = find_endpoint(call.world, str(call.parameters["EndpointArn"]))
    if endpoint is not None:
        del endpoint.application.endpoints[endpoint.arn]
        call.world.trace.record("remove", endpoint.arn)
    return None


def list_endpoints_by_platform_application(call: Call) -> Answer:
    """The endpoints of an app, 100 a page."""
    entries = (
        (each.serial, {"EndpointArn": each.arn, "Attributes": dict(each.attributes)})
        for each in _application(call).endpoints.values()
    )
    return page("Endpoints", entries, call.parameters)


def _same_endpoint(endpoint: PlatformEndpoint, wanted: Mapping[str, str]) -> Answer:
    if endpoint.attributes != wanted:
        reason = f"Endpoint {endpoint.arn} already exists with the same Token, but different attributes."
        raise InvalidParameter.of("Token", reason)
    return {"EndpointArn": endpoint.arn}


def _new_attributes(parameters: Mapping[str, object], token: str) -> dict[str, str]:
    """Those of a new endpoint; CustomUserData in the attributes beats the parameter (unverified)."""
    given = parameters.get("Attributes")
    attributes: dict[str, str] = dict(given) if isinstance(given, Mapping) else {}
    user_data = parameters.get("CustomUserData")
    if user_data is not None:
        attributes.setdefault("CustomUserData", str(user_data))
    _check_endpoint_attributes(attributes)
    return {"Enabled": "true", "Token": token, **attributes}


def _check_endpoint_attributes(attributes: Mapping[str, str]) -> None:
    for name in attributes:
        if name not in _ENDPOINT_ATTRIBUTES:
            raise InvalidParameter.of("Attributes", f"Invalid attribute name: {name}")
    if len(attributes.get("CustomUserData", "").encode()) > LONGEST_USER_DATA:
        reason = (
            "Invalid value for attribute: CustomUserData: must be at most "
            f"{LONGEST_USER_DATA} bytes long in UTF-8 encoding"
        )
        raise InvalidParameter.of("Attributes", reason)
    if attributes.get("Enabled", "true").lower() not in {"true", "false"}:
        reason = "Invalid value for attribute: Enabled: must be true or false"
        raise InvalidParameter.of("Attributes", reason)  # unverified


def _check_name(name: str) -> None:
    reason = ""
    if not name:
        reason = "cannot be empty"
    elif len(name) > _LONGEST_NAME:
        reason = f"must be at most {_LONGEST_NAME} characters long"
    elif _NAME.fullmatch(name) is None:
        reason = "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'"
    if reason:
        raise InvalidParameter.of(name, reason)


def _check_credentials(platform: str, attributes: Mapping[str, str]) -> None:
    """All platforms want both, but for Google's, which has no principal."""
    if platform == "GCM" and "PlatformCredential" in attributes:
        return
    names = ("PlatformCredential", "PlatformPrincipal")
    missing = [name for name in names if name not in attributes]
    if len(missing) == 1:
        present = next(name for name in names if name not in missing)
        reason = f"{present} attribute provided without {missing[0]}"
        raise InvalidParameter.of("Attributes", reason)
    if missing:
        raise InvalidParameter.of("Attributes", "PlatformCredential is required")  # unverified


def _demand_attributes(attributes: Mapping[str, str]) -> None:
    if not attributes:
        raise ValidationError(
            "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: "
            "Member must not be null"
        )


def _application(call: Call) -> Application:
    return demand_application(call.world, str(call.parameters["PlatformApplicationArn"]))


def _platforms(call: Call) -> Platforms:
    return platforms_of(call.world, call.account, call.region)
