"""boto3 clients with the credentials of a role, for services that call in a role's name.

One client is made for each role, service and Region of a world; its calls are signed as the role's session.
A call is one try: whoever calls in a role's name has retries of its own, such as a state's Retry; the SDK's
would hide behind each of them.
"""

from __future__ import annotations

from typing import Any

from moto.utilities.utils import get_partition

from workbook.engine.world import current_world

_STATE = "role-clients"
_SESSION = 3600


def role_client(role_arn: str, principal: str, client_name: str, region: str) -> Any:  # noqa: ANN401 - boto3 clients have no common type
    """The client of a service, by boto3's name of it, as a role that `principal` has assumed."""
    key = (role_arn, principal, client_name, region)
    return current_world().kept_in(_STATE, key, lambda: _new_client(*key))


def _new_client(role_arn: str, principal: str, client_name: str, region: str) -> Any:  # noqa: ANN401 - as above
    import boto3  # noqa: PLC0415 - who has a lab has loaded it
    from botocore.config import Config  # noqa: PLC0415 - as boto3
    from moto.sts.models import sts_backends  # noqa: PLC0415 - only callers by a role need it

    account, partition = role_arn.split(":")[4], get_partition(region)
    session = sts_backends[account][partition].assume_role(
        region_name=region,
        role_session_name=principal.partition(".")[0],
        role_arn=role_arn,
        policy="",
        duration=_SESSION,
        external_id="",
    )
    return boto3.client(  # type: ignore[call-overload]  # its stubs know no service by a variable
        client_name,
        region_name=region,
        aws_access_key_id=session.access_key_id,
        aws_secret_access_key=session.secret_access_key,
        aws_session_token=session.session_token,
        config=Config(retries={"total_max_attempts": 1}),
    )
