"""Apps on devices: platform applications, and in each the endpoints that stand for a device.

What Apple, Google and Amazon do with a notification is not AWS's: here each endpoint's notifications lie in
the lab's mailbox, under the endpoint's ARN. Credentials are taken as they are, since nobody can check them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.aws.sns.errors import InvalidParameter, NotFound
from workbook.aws.sns.subscription import TRUE

if TYPE_CHECKING:
    from workbook.engine.world import World

PLATFORMS = frozenset(
    {
        *("ADM", "APNS", "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "BAIDU", "GCM", "MACOS"),
        *("MACOS_SANDBOX", "MPNS", "WNS"),
    }
)
_STATE = "sns.platforms"
_ELEMENTS = 6


@dataclass(eq=False)
class PlatformEndpoint:
    """One app on one device."""

    arn: str
    application: PlatformApplication
    serial: int
    attributes: dict[str, str]
    """Enabled and Token, and CustomUserData where it was given."""

    @property
    def enabled(self) -> bool:
        """Whether notifications are sent to it."""
        return self.attributes["Enabled"].lower() == TRUE

    @property
    def token(self) -> str:
        """What the platform calls the device."""
        return self.attributes["Token"]


@dataclass(eq=False)
class PlatformApplication:
    """An app, as one of the notification services knows it."""

    arn: str
    platform: str
    serial: int
    attributes: dict[str, str]
    """Without the credentials, which AWS never shows."""
    endpoints: dict[str, PlatformEndpoint] = field(default_factory=dict)
    """By ARN, in the order in which they were made."""

    def endpoint_with(self, token: str) -> PlatformEndpoint | None:
        """The endpoint of a device."""
        return next((each for each in self.endpoints.values() if each.token == token), None)


@dataclass
class Platforms:
    """The platform applications of one account and Region."""

    applications: dict[str, PlatformApplication] = field(default_factory=dict)
    """By ARN, in the order in which they were made."""
    serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))


def platforms_of(world: World, account: str, region: str) -> Platforms:
    """The platform applications of an account in a Region."""
    return world.kept_in(_STATE, (account, region), Platforms)


def demand_application(world: World, arn: str) -> PlatformApplication:
    """The platform application with this ARN.

    Raises:
        InvalidParameter: it is no ARN of one.
        NotFound: there is none.
    """
    parts = _parts(arn, "PlatformApplicationArn", "app")
    found = platforms_of(world, parts[4], parts[3]).applications.get(arn)
    if found is None:
        raise NotFound("PlatformApplication does not exist")
    return found


def find_endpoint(world: World, arn: str) -> PlatformEndpoint | None:
    """The endpoint with this ARN; None where there is none."""
    parts = arn.split(":")
    if len(parts) != _ELEMENTS:
        return None
    applications = platforms_of(world, parts[4], parts[3]).applications.values()
    return next((each.endpoints[arn] for each in applications if arn in each.endpoints), None)


def demand_endpoint(world: World, arn: str) -> PlatformEndpoint:
    """The endpoint with this ARN.

    Raises:
        InvalidParameter: it is no ARN of one.
        NotFound: there is none.
    """
    _parts(arn, "EndpointArn", "endpoint")
    found = find_endpoint(world, arn)
    if found is None:
        raise NotFound("Endpoint does not exist")
    return found


def shown(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes without what AWS never shows: credentials."""
    hidden = ("PlatformCredential", "PlatformPrincipal")
    return {name: value for name, value in attributes.items() if name not in hidden}


def _parts(arn: str, parameter: str, kind: str) -> list[str]:
    parts = arn.split(":")
    if len(parts) < _ELEMENTS:
        reason = f"An ARN must have at least 6 elements, not {len(parts)}"
        raise InvalidParameter.of(parameter, reason)
    if parts[2] != "sns" or not parts[5].startswith(f"{kind}/"):
        raise InvalidParameter.of(parameter)  # unverified
    return parts
