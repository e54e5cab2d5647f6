"""The operations on user pools."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.attributes import schema_of
from workbook.aws.cognito.checks import check_model, known
from workbook.aws.cognito.errors import (
    FeatureUnavailableInTier,
    InvalidParameter,
    InvalidSmsRoleAccess,
    InvalidSmsRoleTrust,
)
from workbook.aws.cognito.keys import PoolFront
from workbook.aws.cognito.passwords import DEFAULT_POLICY
from workbook.aws.cognito.registry import (
    SERVICE,
    Pool,
    Settings,
    clients_of,
    find_pool,
    letters_and_digits,
    registry_of,
)
from workbook.aws.endpoints import close_front, open_front
from workbook.aws.operations import NotSimulated, refuse_parameters
from workbook.aws.paging import Pages
from workbook.aws.roles import role_access
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

TRIGGERS = known(
    """
    PreSignUp CustomMessage PostConfirmation PreAuthentication PostAuthentication DefineAuthChallenge
    CreateAuthChallenge VerifyAuthChallengeResponse PreTokenGeneration PreTokenGenerationConfig UserMigration
    """
)
_UPDATED = known(
    """
    Policies DeletionProtection LambdaConfig AutoVerifiedAttributes SmsVerificationMessage PoolName
    EmailVerificationMessage EmailVerificationSubject VerificationMessageTemplate MfaConfiguration
    EmailConfiguration SmsConfiguration UserPoolTags AdminCreateUserConfig AccountRecoverySetting UserPoolTier
    """
)
_CREATED = _UPDATED | {"UsernameAttributes", "Schema", "UsernameConfiguration"}
_VERSION = re.compile(r"arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]+:(\d+|\$LATEST)")
_IDS = string.ascii_letters + string.digits
_PAGES = Pages(size=60, largest=60, invalid=lambda: InvalidParameter("Invalid NextToken"))


def create_user_pool(call: Call) -> Answer:
    """CreateUserPool."""
    world, parameters = call.world, call.parameters
    _check(call, "CreateUserPool", _CREATED)
    settings = _settings(parameters)
    if parameters.get("UsernameAttributes"):
        settings["UsernameAttributes"] = parameters["UsernameAttributes"]
    identifier = f"{call.region}_{letters_and_digits(world, 9, _IDS)}"
    now = world.clock.now
    schema = schema_of(parameters.get("Schema"))
    pool = Pool(identifier, call.account, call.region, settings, schema, now, now)
    registry_of(world, call.account, call.region)[pool.id] = pool
    world.trace.record("create", pool.arn, settings=_told(pool))
    open_front(world, pool.issuer, PoolFront(pool))
    return {"UserPool": _description(pool)}


def describe_user_pool(call: Call) -> Answer:
    """DescribeUserPool."""
    return {"UserPool": _description(_pool(call))}


def update_user_pool(call: Call) -> Answer:
    """UpdateUserPool: what is not given is as in a new pool."""
    _check(call, "UpdateUserPool", _UPDATED | {"UserPoolId"})
    pool = _pool(call)
    given = {"PoolName": pool.settings["Name"], **call.parameters}
    kept = {name: pool.settings[name] for name in ("UsernameAttributes",) if name in pool.settings}
    pool.settings = _settings(given) | kept
    pool.changed_at = call.world.clock.now
    call.world.trace.record("configure", pool.arn, settings=_told(pool))
    return {}


def delete_user_pool(call: Call) -> Answer:
    """DeleteUserPool, with all that is in it."""
    pool = _pool(call)
    if pool.settings["DeletionProtection"] == "ACTIVE":
        raise InvalidParameter(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    del registry_of(call.world, call.account, call.region)[pool.id]
    for client in pool.clients:
        del clients_of(call.world)[client]
    close_front(call.world, pool.issuer)
    call.world.trace.record("remove", pool.arn)
    return None


def list_user_pools(call: Call) -> Answer:
    """ListUserPools."""
    check_model("ListUserPools", call.parameters)
    shown = [
        {
            "Id": pool.id,
            "Name": pool.settings["Name"],
            "LambdaConfig": pool.settings["LambdaConfig"],
            "LastModifiedDate": datetime_of(pool.changed_at),
            "CreationDate": datetime_of(pool.created_at),
        }
        for pool in registry_of(call.world, call.account, call.region).values()
    ]
    return _PAGES.page("UserPools", shown, call.parameters)


OPERATIONS = (create_user_pool, describe_user_pool, update_user_pool, delete_user_pool, list_user_pools)


# ---- helpers


def _pool(call: Call) -> Pool:
    return find_pool(call.world, call.account, call.region, call.parameters["UserPoolId"])


def _check(call: Call, operation: str, names: frozenset[str]) -> None:
    parameters = call.parameters
    check_model(operation, parameters)
    refuse_parameters(parameters, names, operation)
    if parameters.get("MfaConfiguration") in {"ON", "OPTIONAL"}:
        raise NotSimulated("MfaConfiguration", "Leave it out, or set it to OFF.")
    if (parameters.get("UsernameConfiguration") or {}).get("CaseSensitive") is False:
        raise NotSimulated("UsernameConfiguration: CaseSensitive false", "Leave it out.")
    if (parameters.get("VerificationMessageTemplate") or {}).get("DefaultEmailOption") == "CONFIRM_WITH_LINK":
        raise NotSimulated("CONFIRM_WITH_LINK", "Use CONFIRM_WITH_CODE.")
    policies = parameters.get("Policies") or {}
    refuse_parameters(policies, frozenset({"PasswordPolicy"}), operation)
    if (policies.get("PasswordPolicy") or {}).get("PasswordHistorySize"):
        raise NotSimulated("PasswordHistorySize", "Leave it out.")
    _check_triggers(parameters)
    _check_role(call)


def _check_triggers(parameters: Mapping[str, Any]) -> None:
    config = parameters.get("LambdaConfig") or {}
    refuse_parameters(config, TRIGGERS, "LambdaConfig")
    versioned = config.get("PreTokenGenerationConfig") or {}
    functions = [one for one in config.values() if isinstance(one, str)] + [versioned.get("LambdaArn", "")]
    for arn in functions:
        if _VERSION.fullmatch(arn):
            raise InvalidParameter(f"{arn}: a trigger takes a function or an alias of it, and no version")
    if not versioned:
        return
    if config.get("PreTokenGeneration") not in {None, versioned["LambdaArn"]}:
        raise InvalidParameter("PreTokenGeneration and PreTokenGenerationConfig must name the same function")
    if versioned["LambdaVersion"] == "V3_0":
        raise NotSimulated("LambdaVersion V3_0", "Its difference is in sign-ins of machines. Use V2_0.")
    if versioned["LambdaVersion"] == "V2_0" and parameters.get("UserPoolTier") == "LITE":
        raise FeatureUnavailableInTier("Access token customization needs the tier ESSENTIALS or PLUS")


def _check_role(call: Call) -> None:
    """A pool that sends text messages has a role that publishes them."""
    given = call.parameters.get("SmsConfiguration")
    if not given:
        return
    context = {"sts:ExternalId": given["ExternalId"]} if given.get("ExternalId") else {}
    access = role_access(call.world, given["SnsCallerArn"], SERVICE, "sns:Publish", "*", context)
    if not access.assumed:
        raise InvalidSmsRoleTrust
    if not access.allowed:
        raise InvalidSmsRoleAccess


def _settings(given: Mapping[str, Any]) -> Settings:
    """The settings of a pool: what is given over what AWS gives a new one."""
    policy = (given.get("Policies") or {}).get("PasswordPolicy") or DEFAULT_POLICY
    settings: Settings = {
        "Name": given["PoolName"],
        "Policies": {"PasswordPolicy": {**_LEAST_POLICY, **policy}},
        "DeletionProtection": given.get("DeletionProtection") or "INACTIVE",
        "LambdaConfig": _triggers(given.get("LambdaConfig") or {}),
        "MfaConfiguration": "OFF",
        "EmailConfiguration": _over({"EmailSendingAccount": "COGNITO_DEFAULT"}, given, "EmailConfiguration"),
        "VerificationMessageTemplate": _over(
            {"DefaultEmailOption": "CONFIRM_WITH_CODE"}, given, "VerificationMessageTemplate"
        ),
        "UserPoolTags": given.get("UserPoolTags") or {},
        "AdminCreateUserConfig": _over(_ADMINISTRATION, given, "AdminCreateUserConfig"),
        "UserPoolTier": given.get("UserPoolTier") or "ESSENTIALS",
    }
    for name in ("AutoVerifiedAttributes", "SmsConfiguration", "AccountRecoverySetting"):
        if given.get(name):
            settings[name] = given[name]
    _take_old_templates(settings, given)
    return settings


def _over(settings: Settings, given: Mapping[str, Any], name: str) -> Settings:
    return {**settings, **(given.get(name) or {})}


_ADMINISTRATION = {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": 7}
_LEAST_POLICY = {
    "MinimumLength": 8,
    "RequireUppercase": False,
    "RequireLowercase": False,
    "RequireNumbers": False,
    "RequireSymbols": False,
    "TemporaryPasswordValidityDays": 7,
}
"""What a policy that is given says where it says nothing."""
_OLD_TEMPLATES = {
    "SmsVerificationMessage": "SmsMessage",
    "EmailVerificationMessage": "EmailMessage",
    "EmailVerificationSubject": "EmailSubject",
}


def _take_old_templates(settings: Settings, given: Mapping[str, Any]) -> None:
    """The messages of old requests are those of the template, and the other way round."""
    template = settings["VerificationMessageTemplate"]
    for old, new in _OLD_TEMPLATES.items():
        text = template.get(new) or given.get(old)
        if text:
            settings[old] = template[new] = text


def _triggers(config: Mapping[str, Any]) -> dict[str, Any]:
    """Either name of the trigger that changes tokens stands for both."""
    shown = {name: value for name, value in config.items() if value}
    versioned = shown.get("PreTokenGenerationConfig")
    if versioned:
        shown["PreTokenGeneration"] = versioned["LambdaArn"]
    elif "PreTokenGeneration" in shown:
        shown["PreTokenGenerationConfig"] = {
            "LambdaVersion": "V1_0",
            "LambdaArn": shown["PreTokenGeneration"],
        }
    return shown


def _description(pool: Pool) -> Settings:
    return {
        "Id": pool.id,
        **pool.settings,
        "SchemaAttributes": list(pool.schema.values()),
        "LastModifiedDate": datetime_of(pool.changed_at),
        "CreationDate": datetime_of(pool.created_at),
        "EstimatedNumberOfUsers": len(pool.users),
        "Arn": pool.arn,
    }


def _told(pool: Pool) -> Settings:
    return {"Name": pool.settings["Name"], "LambdaConfig": pool.settings["LambdaConfig"]}
