"""The API of user pools, app clients, groups and users: settings, limits, paging, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from user_pools import PASSWORD, UserPool, deploy, refused

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"


@pytest.fixture
def cognito(lab):
    return lab.client("cognito-idp")


def test_a_pool_is_made_shown_changed_and_deleted(cognito):
    made = cognito.create_user_pool(PoolName="shop")["UserPool"]
    assert made["Arn"] == f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{made['Id']}"
    assert made["Policies"]["PasswordPolicy"]["RequireSymbols"] is True
    assert len(made["SchemaAttributes"]) == 20
    assert (made["LambdaConfig"], made["MfaConfiguration"], made["UserPoolTier"]) == ({}, "OFF", "ESSENTIALS")
    cognito.update_user_pool(
        UserPoolId=made["Id"], DeletionProtection="ACTIVE", LambdaConfig={"PreSignUp": f"{LAMBDA}f"}
    )
    shown = cognito.describe_user_pool(UserPoolId=made["Id"])["UserPool"]
    assert shown["LambdaConfig"] == {"PreSignUp": f"{LAMBDA}f"}
    assert refused("InvalidParameterException", cognito.delete_user_pool, UserPoolId=made["Id"])
    cognito.update_user_pool(UserPoolId=made["Id"])  # what is not given is as in a new pool
    assert cognito.describe_user_pool(UserPoolId=made["Id"])["UserPool"]["LambdaConfig"] == {}
    cognito.delete_user_pool(UserPoolId=made["Id"])
    text = refused("ResourceNotFoundException", cognito.describe_user_pool, UserPoolId=made["Id"])
    assert text == f"User pool {made['Id']} does not exist."


def test_lists_have_pages(lab, cognito):
    for number in range(3):
        cognito.create_user_pool(PoolName=f"pool-{number}")
    first = cognito.list_user_pools(MaxResults=2)
    second = cognito.list_user_pools(MaxResults=2, NextToken=first["NextToken"])
    names = [one["Name"] for one in [*first["UserPools"], *second["UserPools"]]]
    assert names == ["pool-0", "pool-1", "pool-2"]
    assert "NextToken" not in second
    assert refused("InvalidParameterException", cognito.list_user_pools, MaxResults=61)
    pool = UserPool(lab)
    for name in ("ann", "bob", "cid"):
        pool.sign_up(name, f"{name}@example.com")
    page = cognito.list_users(UserPoolId=pool.id, Limit=2)
    rest = cognito.list_users(UserPoolId=pool.id, Limit=2, PaginationToken=page["PaginationToken"])
    assert [one["Username"] for one in [*page["Users"], *rest["Users"]]] == ["ann", "bob", "cid"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"MfaConfiguration": "ON"}, "NotSimulatedByWorkbook"),
        ({"AliasAttributes": ["email"]}, "NotSimulatedByWorkbook"),
        ({"UsernameConfiguration": {"CaseSensitive": False}}, "NotSimulatedByWorkbook"),
        ({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True}}, "NotSimulatedByWorkbook"),
        (
            {"VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"}},
            "NotSimulatedByWorkbook",
        ),
        ({"LambdaConfig": {"KMSKeyID": f"{LAMBDA}f"}}, "NotSimulatedByWorkbook"),
        ({"LambdaConfig": {"PreSignUp": f"{LAMBDA}f:1"}}, "InvalidParameterException"),
        (
            {
                "LambdaConfig": {
                    "PreTokenGeneration": f"{LAMBDA}f",
                    "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": f"{LAMBDA}g"},
                }
            },
            "InvalidParameterException",
        ),
        (
            {
                "UserPoolTier": "LITE",
                "LambdaConfig": {
                    "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": f"{LAMBDA}f"}
                },
            },
            "FeatureUnavailableInTierException",
        ),
        (
            {
                "LambdaConfig": {
                    "PreTokenGenerationConfig": {"LambdaVersion": "V3_0", "LambdaArn": f"{LAMBDA}f"}
                }
            },
            "NotSimulatedByWorkbook",
        ),
        ({"Policies": {"PasswordPolicy": {"MinimumLength": 100}}}, "InvalidParameterException"),
        ({"Schema": [{"Name": "tenant"}]}, "InvalidParameterException"),
        (
            {"Schema": [{"Name": "tenant", "AttributeDataType": "String", "Required": True}]},
            "InvalidParameterException",
        ),
        ({"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/none"}},
         "InvalidSmsRoleTrustRelationshipException"),
    ],
)  # fmt: skip
def test_what_a_pool_cannot_have_is_refused_and_nothing_is_made(cognito, settings, code):
    assert refused(code, cognito.create_user_pool, PoolName="shop", **settings)
    assert cognito.list_user_pools(MaxResults=10)["UserPools"] == []


def test_an_operation_that_is_not_simulated_is_refused_by_name(cognito):
    text = refused("NotSimulatedByWorkbook", cognito.create_user_pool_domain, Domain="a", UserPoolId="x_y")
    assert "cognito-idp:CreateUserPoolDomain" in text


@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        ("Short-1", "Password not long enough"),
        ("SECRET-123", "Password must have lowercase characters"),
        ("secret-123", "Password must have uppercase characters"),
        ("Secret-word", "Password must have numeric characters"),
        ("Secret123", "Password must have symbol characters"),
    ],
)
def test_a_password_has_to_fit_the_policy(lab, password, lacks):
    pool = UserPool(lab)
    text = refused("InvalidPasswordException", pool.sign_up, Password=password)
    assert text == f"Password did not conform with policy: {lacks}"


def test_attributes_have_to_fit_the_schema(lab):
    schema = [
        {"Name": "email", "Required": True},
        {
            "Name": "tenant",
            "AttributeDataType": "String",
            "StringAttributeConstraints": {"MaxLength": "3"},
        },
    ]
    client = {"WriteAttributes": ["email", "custom:tenant"]}
    pool = UserPool(lab, Schema=schema, client=client)

    def attributes(**values):
        return [{"Name": name.replace("_", ":", 1), "Value": value} for name, value in values.items()]

    assert "email: The attribute is required" in refused(
        "InvalidParameterException", pool.sign_up, UserAttributes=attributes(custom_tenant="abc")
    )
    assert "at most 3" in refused(
        "InvalidParameterException",
        pool.sign_up,
        UserAttributes=attributes(email="a@b.cd", custom_tenant="abcd"),
    )
    text = refused("InvalidParameterException", pool.sign_up, UserAttributes=attributes(email="none"))
    assert text == "Invalid email address format."
    text = refused("InvalidParameterException", pool.sign_up, UserAttributes=attributes(custom_other="x"))
    assert "custom:other: Attribute does not exist in the schema" in text
    name = [{"Name": "email", "Value": "a@b.cd"}, {"Name": "given_name", "Value": "Ann"}]
    assert refused("NotAuthorizedException", pool.sign_up, UserAttributes=name) == (
        "A client attempted to write unauthorized attribute"
    )


def test_a_name_is_taken_once(lab):
    pool = UserPool(lab)
    pool.sign_up()
    assert refused("UsernameExistsException", pool.sign_up) == "User already exists"
    create = pool.cognito.admin_create_user
    text = refused("UsernameExistsException", create, UserPoolId=pool.id, Username="ann")
    assert text == "User account already exists"
    by_email = UserPool(lab, UsernameAttributes=["email"])
    assert by_email.sign_up("ann@example.com", None)["UserSub"]
    text = refused("UsernameExistsException", by_email.sign_up, "ann@example.com", None)
    assert text == "An account with the given email already exists."
    assert refused("InvalidParameterException", by_email.sign_up, "ann", None) == (
        "Username should be an email."
    )


def test_who_signs_in_by_email_has_an_id_for_a_username(lab):
    triggers = {"PreSignUp": "return event", "PostConfirmation": "return event"}
    pool = UserPool(lab, triggers, UsernameAttributes=["email"])
    sub = pool.sign_up("ann@example.com", None)["UserSub"]
    (event,) = pool.seen("PreSignUp")
    assert (event["userName"], event["request"]["userAttributes"]) == (sub, {"email": "ann@example.com"})
    pool.confirm("ann@example.com")
    (event,) = pool.seen("PostConfirmation")
    assert event["request"]["userAttributes"] == {
        "sub": sub,
        "cognito:email_alias": "ann@example.com",
        "cognito:user_status": "CONFIRMED",
        "email": "ann@example.com",
        "email_verified": "true",
    }
    assert pool.sign_in("ann@example.com")["AuthenticationResult"]
    assert pool.sign_in(sub)["AuthenticationResult"]
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username="ann@example.com")
    assert refused("UserNotFoundException", pool.sign_in, "ann@example.com")


def test_a_client_with_a_secret_asks_for_its_proof(lab):
    pool = UserPool(lab, client={"GenerateSecret": True})
    missing = f"Client {pool.client_id} is configured with secret but SECRET_HASH was not received"
    assert refused("NotAuthorizedException", pool.sign_up) == missing
    text = refused("NotAuthorizedException", pool.sign_up, SecretHash="d3Jvbmc=")
    assert text == f"Unable to verify secret hash for client {pool.client_id}"
    secret = pool.client["ClientSecret"].encode()
    proof = hmac.new(secret, f"ann{pool.client_id}".encode(), hashlib.sha256).digest()
    assert pool.sign_up(SecretHash=base64.b64encode(proof).decode())["UserSub"]


def test_flows_have_to_be_allowed(lab):
    pool = UserPool(lab, client={"ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]})
    pool.add()
    assert refused("InvalidParameterException", pool.sign_in) == (
        "USER_PASSWORD_AUTH flow not enabled for this client"
    )
    start = pool.cognito.admin_initiate_auth
    given = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    asked = {"UserPoolId": pool.id, "ClientId": pool.client_id, "AuthParameters": given}
    flow = "ADMIN_USER_PASSWORD_AUTH"
    assert refused("InvalidParameterException", start, **asked, AuthFlow=flow) == (
        "Auth flow not enabled for this client"
    )
    assert refused("NotSimulatedByWorkbook", pool.start, "USER_SRP_AUTH", given)
    allowed = UserPool(lab)
    allowed.add()
    asked |= {"UserPoolId": allowed.id, "ClientId": allowed.client_id}
    assert start(**asked, AuthFlow=flow)["AuthenticationResult"]
    assert refused("InvalidParameterException", allowed.start, flow, given)


def test_an_unknown_client_and_missing_parameters_are_named(lab):
    pool = UserPool(lab)
    known, pool.client_id = pool.client_id, "none"
    assert refused("ResourceNotFoundException", pool.sign_in) == "User pool client none does not exist."
    pool.client_id = known
    text = refused("InvalidParameterException", pool.start, "USER_PASSWORD_AUTH", {"USERNAME": "ann"})
    assert text == "Missing required parameter PASSWORD"


def test_a_session_is_for_one_answer_within_three_minutes(lab):
    pool = UserPool(lab)
    pool.cognito.admin_create_user(
        UserPoolId=pool.id, Username="ann", TemporaryPassword=PASSWORD, MessageAction="SUPPRESS"
    )
    first = pool.sign_in()
    answer = {"USERNAME": "ann", "NEW_PASSWORD": "Another-1"}
    lab.advance(minutes=3, seconds=1)
    text = refused("NotAuthorizedException", pool.respond, first, answer)
    assert text == "Invalid session for the user, session is expired."
    second = pool.sign_in()
    weak = {**answer, "NEW_PASSWORD": "weak"}
    assert refused("InvalidPasswordException", pool.respond, second, weak)
    assert pool.respond(second, answer)["AuthenticationResult"]
    text = refused("NotAuthorizedException", pool.respond, second, answer)
    assert text == "Invalid session for the user, session can only be used once."
    none = {**second, "Session": "x" * 20}
    assert refused("NotAuthorizedException", pool.respond, none, answer) == "Invalid session for the user."


def test_a_temporary_password_has_its_days_and_can_be_sent_again(lab):
    pool = UserPool(lab)
    create = {"UserPoolId": pool.id, "Username": "ann", "DesiredDeliveryMediums": ["EMAIL"]}
    attributes = [{"Name": "email", "Value": "ann@example.com"}]
    pool.cognito.admin_create_user(**create, UserAttributes=attributes)
    old = lab.mailbox[-1].text.split()[-1].removesuffix(".")
    lab.advance(days=7, seconds=1)
    text = refused("NotAuthorizedException", pool.sign_in, password=old)
    assert text == "Temporary password has expired and must be reset by an administrator."
    pool.cognito.admin_create_user(**create, MessageAction="RESEND")
    new = lab.mailbox[-1].text.split()[-1].removesuffix(".")
    challenge = pool.sign_in(password=new)
    pool.respond(challenge, {"USERNAME": "ann", "NEW_PASSWORD": "Another-1"})
    again = {"UserPoolId": pool.id, "Username": "ann", "MessageAction": "RESEND"}
    text = refused("UnsupportedUserStateException", pool.cognito.admin_create_user, **again)
    assert text == "Resend not possible. ann status is not FORCE_CHANGE_PASSWORD"


def test_states_of_users_decide_what_they_may(lab):
    pool = UserPool(lab)
    pool.sign_up()
    assert refused("UserNotConfirmedException", pool.sign_in) == "User is not confirmed."
    pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username="ann")
    text = refused("NotAuthorizedException", pool.confirm)
    assert text == "User cannot be confirmed. Current status is CONFIRMED"
    resend = {"ClientId": pool.client_id, "Username": "ann"}
    text = refused("InvalidParameterException", pool.cognito.resend_confirmation_code, **resend)
    assert text == "User is already confirmed."
    text = refused("InvalidParameterException", pool.cognito.forgot_password, **resend)
    assert text == (
        "Cannot reset password for the user as there is no registered/verified email or phone_number"
    )
    pool.cognito.admin_disable_user(UserPoolId=pool.id, Username="ann")
    assert refused("NotAuthorizedException", pool.sign_in) == "User is disabled."
    pool.cognito.admin_enable_user(UserPoolId=pool.id, Username="ann")
    assert pool.sign_in()["AuthenticationResult"]


def test_an_administrator_can_ask_for_a_new_password_and_end_all_sessions(lab):
    pool = UserPool(lab)
    pool.add()
    token = pool.sign_in()["AuthenticationResult"]["RefreshToken"]
    pool.cognito.admin_user_global_sign_out(UserPoolId=pool.id, Username="ann")
    refresh = {"REFRESH_TOKEN": token}
    text = refused("NotAuthorizedException", pool.start, "REFRESH_TOKEN_AUTH", refresh)
    assert text == "Refresh Token has been revoked"
    forged = {"REFRESH_TOKEN": token[:-1] + ("A" if token[-1] != "A" else "B")}
    assert refused("NotAuthorizedException", pool.start, "REFRESH_TOKEN_AUTH", forged) == (
        "Invalid Refresh Token"
    )
    pool.cognito.admin_reset_user_password(UserPoolId=pool.id, Username="ann")
    assert pool.status() == "RESET_REQUIRED"
    assert refused("PasswordResetRequiredException", pool.sign_in)


def test_a_client_that_hides_users_pretends_to_send_a_code(lab):
    pool = UserPool(lab, client={"PreventUserExistenceErrors": "ENABLED"})
    forgot = pool.cognito.forgot_password(ClientId=pool.client_id, Username="bob@example.com")
    assert forgot["CodeDeliveryDetails"]["Destination"] == "b***@e***"
    assert not lab.mailbox
    legacy = UserPool(lab)
    asked = {"ClientId": legacy.client_id, "Username": "bob"}
    text = refused("UserNotFoundException", legacy.cognito.forgot_password, **asked)
    assert text == "Username/client id combination not found."


def test_groups_are_in_the_tokens_in_the_order_of_their_precedence(lab):
    pool = UserPool(lab, {"PreTokenGeneration": "return event"})
    pool.add()
    role = "arn:aws:iam::123456789012:role/first"
    pool.cognito.create_group(UserPoolId=pool.id, GroupName="late", Precedence=9)
    pool.cognito.create_group(UserPoolId=pool.id, GroupName="first", Precedence=1, RoleArn=role)
    assert refused("GroupExistsException", pool.cognito.create_group, UserPoolId=pool.id, GroupName="late")
    for group in ("late", "first"):
        pool.cognito.admin_add_user_to_group(UserPoolId=pool.id, Username="ann", GroupName=group)
    pool.sign_in()
    (event,) = pool.seen("PreTokenGeneration")
    assert event["request"]["groupConfiguration"] == {
        "groupsToOverride": ["first", "late"],
        "iamRolesToOverride": [role],
        "preferredRole": role,
    }
    (member,) = pool.cognito.list_users_in_group(UserPoolId=pool.id, GroupName="late")["Users"]
    assert member["Username"] == "ann"
    pool.cognito.delete_group(UserPoolId=pool.id, GroupName="late")
    mine = pool.cognito.admin_list_groups_for_user(UserPoolId=pool.id, Username="ann")["Groups"]
    assert [one["GroupName"] for one in mine] == ["first"]
    assert refused("ResourceNotFoundException", pool.cognito.get_group, UserPoolId=pool.id, GroupName="late")


def test_users_are_found_by_a_filter(lab):
    pool = UserPool(lab)
    pool.sign_up("ann", "ann@example.com")
    pool.sign_up("bob", "bob@example.org")

    def found(text):
        users = pool.cognito.list_users(UserPoolId=pool.id, Filter=text)["Users"]
        return [one["Username"] for one in users]

    assert found('email = "ann@example.com"') == ["ann"]
    assert found('email ^= "b"') == ["bob"]
    assert found('cognito:user_status = "UNCONFIRMED"') == ["ann", "bob"]
    assert refused("InvalidParameterException", found, "email")


def test_only_an_administrator_creates_users_where_the_pool_says_so(lab):
    pool = UserPool(lab, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    assert refused("NotAuthorizedException", pool.sign_up) == "SignUp is not permitted for this user pool"


def test_a_function_of_a_trigger_can_be_an_alias(lab):
    deploy(lab, "PreSignUp", "event['response']['autoConfirmUser'] = True\nreturn event")
    functions = lab.client("lambda")
    version = functions.publish_version(FunctionName="PreSignUp")["Version"]
    alias = functions.create_alias(FunctionName="PreSignUp", Name="live", FunctionVersion=version)
    pool = UserPool(lab, LambdaConfig={"PreSignUp": alias["AliasArn"]})
    functions.add_permission(
        FunctionName="PreSignUp",
        Qualifier="live",
        StatementId="cognito",
        Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com",
        SourceArn=pool.arn,
    )
    assert pool.sign_up()["UserConfirmed"] is True


def test_a_throttled_function_is_tried_three_times(lab):
    pool = UserPool(lab, {"PreSignUp": "return event"})
    lab.client("lambda").put_function_concurrency(FunctionName="PreSignUp", ReservedConcurrentExecutions=0)
    text = refused("UnexpectedLambdaException", pool.sign_up)
    assert text == "PreSignUp invocation failed due to error TooManyRequestsException."
    assert pool.asked() == [("PreSignUp", "TooManyRequestsException")] * 3


def test_a_function_may_call_the_pool_that_waits_for_it(lab):
    pool = UserPool(
        lab,
        {
            "PostConfirmation": "import boto3\n"
            "boto3.client('cognito-idp').admin_add_user_to_group(\n"
            "    UserPoolId=event['userPoolId'], Username=event['userName'], GroupName='members')\n"
            "return event",
            "PreTokenGeneration": "return event",
        },
    )
    pool.cognito.create_group(UserPoolId=pool.id, GroupName="members")
    pool.sign_up()
    pool.confirm()
    pool.sign_in()
    (event,) = pool.seen("PreTokenGeneration")
    assert event["request"]["groupConfiguration"]["groupsToOverride"] == ["members"]


def test_of_two_who_want_a_name_at_once_one_gets_it(lab):
    pool = UserPool(lab, {"PreSignUp": "time.sleep(1)\nreturn event"})
    outcomes = []

    def sign_up():
        try:
            outcomes.append(pool.sign_up()["UserConfirmed"])
        except pool.cognito.exceptions.UsernameExistsException:
            outcomes.append("taken")

    lab.program("first", sign_up)
    lab.program("second", sign_up)
    lab.advance(5)
    assert sorted(outcomes, key=str) == [False, "taken"]


def test_a_forgotten_password_of_somebody_unknown_can_migrate_the_user(lab):
    knows = (
        "event['response']['userAttributes'] = {'email': 'old@example.com', 'email_verified': 'true'}\n"
        "event['response']['messageAction'] = 'SUPPRESS'\nreturn event"
    )
    pool = UserPool(lab, {"UserMigration": knows})
    asked = {"ClientId": pool.client_id, "Username": "old"}
    details = pool.cognito.forgot_password(**asked)["CodeDeliveryDetails"]
    assert details["Destination"] == "o***@e***"
    assert pool.status("old") == "RESET_REQUIRED"
    (event,) = pool.seen("UserMigration")
    assert event["triggerSource"] == "UserMigration_ForgotPassword"
    assert event["request"]["password"] is None
    pool.cognito.confirm_forgot_password(**asked, ConfirmationCode=pool.code(), Password="Another-1")
    assert pool.sign_in("old", "Another-1")["AuthenticationResult"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({}, "UserNotFoundException"),
        (
            {"userAttributes": {"email": "a@b.cd"}, "desiredDeliveryMediums": ["EMAIL"]},
            "NotSimulatedByWorkbook",
        ),
        (
            {"userAttributes": {"email": "a@b.cd"}, "finalUserStatus": "HAPPY"},
            "InvalidLambdaResponseException",
        ),
    ],
)
def test_a_migration_that_says_too_little_makes_no_user(lab, answer, code):
    pool = UserPool(lab, {"UserMigration": f"event['response'] = {answer!r}\nreturn event"})
    assert refused(code, pool.sign_in, "old")
    assert pool.cognito.list_users(UserPoolId=pool.id)["Users"] == []


def test_the_event_of_a_call_has_no_secrets_of_users(lab):
    pattern = {"source": ["aws.cognito-idp"], "detail": {"eventName": ["SignUp"]}}
    pattern["detail-type"] = ["AWS API Call via CloudTrail"]
    lab.client("events").put_rule(Name="calls", EventPattern=json.dumps(pattern))
    pool = UserPool(lab)
    pool.sign_up()
    (hop,) = [hop for hop in lab.trace if hop.kind == "put-event"]
    detail = json.loads(hop.facts["body"])["detail"]
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert detail["userIdentity"] == {"type": "Unknown", "principalId": "Anonymous"}
    assert detail["requestParameters"] == {
        "clientId": pool.client_id,
        "username": hidden,
        "password": hidden,
        "userAttributes": [{"name": "email", "value": hidden}],
    }
