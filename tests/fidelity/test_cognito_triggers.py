"""Lambda triggers of Cognito user pools. One test for each row of the ledger."""

from __future__ import annotations

import pytest
from access import make_role
from user_pools import PASSWORD, UserPool, claims, deploy, permit, refused

DEVELOPER = {"EmailConfiguration": {"EmailSendingAccount": "DEVELOPER"}}


def test_cog_01_pre_sign_up_is_asked_before_the_user_is_there(lab):
    pool = UserPool(lab, {"PreSignUp": "return event"})
    pool.sign_up(ValidationData=[{"Name": "coupon", "Value": "x"}], ClientMetadata={"ip": "192.0.2.1"})
    assert pool.seen("PreSignUp") == [
        {
            "version": "1",
            "region": "us-east-1",
            "userPoolId": pool.id,
            "userName": "ann",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": pool.client_id},
            "triggerSource": "PreSignUp_SignUp",
            "request": {
                "userAttributes": {"email": "ann@example.com"},
                "validationData": {"coupon": "x"},
                "clientMetadata": {"ip": "192.0.2.1"},
            },
            "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
        }
    ]
    kinds = [hop.kind for hop in lab.trace if hop.kind in {"trigger", "invoke", "user", "enqueue"}]
    assert kinds == ["trigger", "invoke", "user"]
    pool.sign_up("bob", "bob@example.com")
    assert pool.seen("PreSignUp")[1]["request"] == {
        "userAttributes": {"email": "bob@example.com"},
        "validationData": None,
    }


def test_cog_02_auto_confirm_user_confirms_and_post_confirmation_follows(lab):
    confirm = "event['response'] = {'autoConfirmUser': True, 'autoVerifyEmail': True}\nreturn event"
    pool = UserPool(lab, {"PreSignUp": confirm, "PostConfirmation": "return event"})
    answer = pool.sign_up()
    assert answer["UserConfirmed"] is True
    assert "CodeDeliveryDetails" not in answer
    assert not lab.mailbox
    assert (pool.status(), pool.attributes()["email_verified"]) == ("CONFIRMED", "true")
    (event,) = pool.seen("PostConfirmation")
    assert event["triggerSource"] == "PostConfirmation_ConfirmSignUp"
    assert event["request"]["userAttributes"]["cognito:user_status"] == "CONFIRMED"
    assert event["request"]["userAttributes"]["sub"] == answer["UserSub"]


def test_cog_03_an_error_of_the_function_comes_to_the_caller_and_is_not_tried_again(lab):
    pool = UserPool(lab, {"PreSignUp": "raise ValueError('Not from this domain')"})
    text = refused("UserLambdaValidationException", pool.sign_up)
    assert text == "PreSignUp failed with error Not from this domain."
    assert pool.asked() == [("PreSignUp", "ValueError")]
    assert refused("UserNotFoundException", pool.status) == "User does not exist."


def test_cog_04_a_function_has_5_seconds_and_is_tried_three_times(lab):
    pool = UserPool(lab, {"PreSignUp": "time.sleep(6)\nreturn event"})
    before = lab.now
    text = refused("UnexpectedLambdaException", pool.sign_up)
    assert text == ("PreSignUp invocation failed due to error Socket timeout while invoking Lambda function.")
    assert 15 <= (lab.now - before).total_seconds() < 15.1
    assert pool.asked() == [("PreSignUp", "TIMEOUT")] * 3
    lab.advance(10)
    runs = [hop for hop in lab.trace if hop.kind == "invoke"]
    assert [hop.outcome for hop in runs] == ["ok"] * 3  # nobody stops what was given up
    assert refused("UserNotFoundException", pool.status)


def test_cog_05_a_try_that_is_in_time_ends_the_tries(lab):
    slow_at_first = (
        "import boto3\n"
        "table = boto3.client('dynamodb', region_name='us-east-1')\n"
        "found = table.update_item(TableName='tries', Key={'id': {'S': 'n'}}, ReturnValues='ALL_NEW',\n"
        "    UpdateExpression='ADD n :one', ExpressionAttributeValues={':one': {'N': '1'}})\n"
        "time.sleep(6 if found['Attributes']['n']['N'] == '1' else 0)\nreturn event"
    )
    lab.client("dynamodb").create_table(
        TableName="tries",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    pool = UserPool(lab, {"PreSignUp": slow_at_first})
    assert pool.sign_up()["UserConfirmed"] is False
    assert pool.asked() == [("PreSignUp", "TIMEOUT"), ("PreSignUp", "ok")]


def test_cog_06_the_function_s_policy_lets_the_pool_in(lab):
    pool = UserPool(lab)
    arn = deploy(lab, "PreSignUp")
    pool.cognito.update_user_pool(UserPoolId=pool.id, LambdaConfig={"PreSignUp": arn})
    denied = "PreSignUp invocation failed due to error AccessDeniedException."
    assert refused("UnexpectedLambdaException", pool.sign_up) == denied
    other = pool.arn.replace(pool.id, "us-east-1_other")
    permit(lab, "PreSignUp", other)
    assert refused("UnexpectedLambdaException", pool.sign_up) == denied
    lab.client("lambda").remove_permission(FunctionName="PreSignUp", StatementId="cognito")
    permit(lab, "PreSignUp", pool.arn)
    assert pool.sign_up()["UserConfirmed"] is False
    lab.client("lambda").delete_function(FunctionName="PreSignUp")
    assert refused("UnexpectedLambdaException", pool.sign_up, "bob", "bob@example.com") == denied
    assert not any(outcome == "TIMEOUT" for _, outcome in pool.asked())


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("return None", "Invalid lambda function output : Invalid JSON"),
        ("return 'fine'", "Unrecognizable lambda output"),
        ("return {'autoConfirmUser': True}", "Unrecognizable lambda output"),
        ("event['response']['autoConfirmUser'] = [1]\nreturn event", "Unrecognizable lambda output"),
    ],
)
def test_cog_07_what_is_no_event_is_an_invalid_response(lab, body, text):
    pool = UserPool(lab, {"PreSignUp": body})
    assert refused("InvalidLambdaResponseException", pool.sign_up) == text
    assert pool.asked() == [("PreSignUp", "InvalidLambdaResponse")]


def test_cog_08_a_code_confirms_for_24_hours_and_post_confirmation_follows(lab):
    pool = UserPool(lab, {"PostConfirmation": "raise ValueError('no table')"})
    answer = pool.sign_up()
    assert answer["CodeDeliveryDetails"] == {
        "Destination": "a***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    lab.advance(hours=24, seconds=1)
    assert refused("ExpiredCodeException", pool.confirm)
    pool.cognito.resend_confirmation_code(ClientId=pool.client_id, Username="ann")
    wrong = f"{(int(pool.code()) + 1) % 10**6:06}"
    text = refused("CodeMismatchException", pool.confirm, "ann", wrong)
    assert text == "Invalid verification code provided, please try again."
    text = refused("UserLambdaValidationException", pool.confirm)
    assert text == "PostConfirmation failed with error no table."
    assert (pool.status(), pool.attributes()["email_verified"]) == ("CONFIRMED", "true")


def test_cog_09_pre_authentication_is_asked_before_the_password(lab):
    pool = UserPool(lab, {"PreAuthentication": "if 'blocked' in str(event['request']['validationData']):\n"
                          "    raise ValueError('Blocked')\nreturn event"})  # fmt: skip
    pool.add()
    text = refused("UserLambdaValidationException", pool.sign_in, ClientMetadata={"place": "blocked"})
    assert text == "PreAuthentication failed with error Blocked."
    assert refused("NotAuthorizedException", pool.sign_in, password="Wrong-123") == (
        "Incorrect username or password."
    )
    assert [name for name, _ in pool.asked()] == ["PreAuthentication"] * 2
    event = pool.seen("PreAuthentication")[0]
    assert event["triggerSource"] == "PreAuthentication_Authentication"
    assert event["request"]["validationData"] == {"place": "blocked"}
    assert "clientMetadata" not in event["request"]
    assert "userNotFound" not in event["request"]


def test_cog_10_a_client_that_hides_users_has_triggers_asked_for_nobody(lab):
    hiding = {"PreventUserExistenceErrors": "ENABLED"}
    pool = UserPool(lab, {"PreAuthentication": "return event"}, client=hiding)
    assert refused("NotAuthorizedException", pool.sign_in, "nobody") == "Incorrect username or password."
    (event,) = pool.seen("PreAuthentication")
    assert event["userName"] == "nobody"
    assert event["request"] == {"userAttributes": {}, "validationData": None, "userNotFound": True}
    open_pool = UserPool(lab)
    assert refused("UserNotFoundException", open_pool.sign_in, "nobody") == "User does not exist."


def test_cog_11_the_triggers_of_a_sign_in_have_an_order(lab):
    names = ("PreAuthentication", "PostAuthentication", "PreTokenGeneration")
    pool = UserPool(lab, dict.fromkeys(names, "return event"))
    pool.add()
    result = pool.sign_in()["AuthenticationResult"]
    assert [name for name, _ in pool.asked()] == list(names)
    assert (result["TokenType"], result["ExpiresIn"]) == ("Bearer", 3600)
    (after,) = pool.seen("PostAuthentication")
    assert after["request"]["newDeviceUsed"] is False
    (tokens,) = pool.seen("PreTokenGeneration")
    assert tokens["triggerSource"] == "TokenGeneration_Authentication"
    assert tokens["request"]["groupConfiguration"] == {
        "groupsToOverride": [],
        "iamRolesToOverride": [],
        "preferredRole": None,
    }
    assert tokens["response"] == {"claimsOverrideDetails": None}


def test_cog_12_version_1_changes_the_id_token_and_the_groups_of_both(lab):
    pool = UserPool(
        lab,
        {
            "PreTokenGeneration": (
                "event['response'] = {'claimsOverrideDetails': {\n"
                "    'claimsToAddOrOverride': {'tier': 'gold', 'sub': 'x', 'cognito:username': 'x'},\n"
                "    'claimsToSuppress': ['email', 'iss'],\n"
                "    'groupOverrideDetails': {'groupsToOverride': ['vip']}}}\nreturn event"
            )
        },
    )
    pool.add()
    result = pool.sign_in()["AuthenticationResult"]
    identity, access = claims(result["IdToken"]), claims(result["AccessToken"])
    assert identity["tier"] == "gold"
    assert "email" not in identity
    assert identity["cognito:username"] == access["username"] == "ann"
    assert identity["sub"] == access["sub"] == pool.attributes()["sub"]
    assert identity["iss"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}"
    assert identity["cognito:groups"] == access["cognito:groups"] == ["vip"]
    assert "tier" not in access


def test_cog_13_version_2_changes_both_tokens_and_the_scopes(lab):
    body = (
        "event['response'] = {'claimsAndScopeOverrideDetails': {\n"
        "    'idTokenGeneration': {'claimsToAddOrOverride': {'family': ['a', 'b']}},\n"
        "    'accessTokenGeneration': {'claimsToAddOrOverride': {'tenant': 7},\n"
        "        'scopesToAdd': ['orders/read'],\n"
        "        'scopesToSuppress': ['aws.cognito.signin.user.admin']}}}\nreturn event"
    )

    def second_version(functions):
        arn = functions["PreTokenGeneration"]
        return {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn}}

    pool = UserPool(lab, {"PreTokenGeneration": body}, lambda_config=second_version)
    pool.add()
    result = pool.sign_in()["AuthenticationResult"]
    assert claims(result["IdToken"])["family"] == ["a", "b"]
    access = claims(result["AccessToken"])
    assert (access["tenant"], access["scope"], access["version"]) == (7, "orders/read", 2)
    (event,) = pool.seen("PreTokenGeneration")
    assert event["version"] == "2"
    assert event["request"]["scopes"] == ["aws.cognito.signin.user.admin"]
    assert event["response"] == {"claimsAndScopeOverrideDetails": None}


def test_cog_14_custom_message_has_the_words_of_an_email_if_the_pool_sends_by_ses(lab):
    words = (
        "event['response']['emailSubject'] = 'Welcome'\n"
        "event['response']['emailMessage'] = 'Your code: ' + event['request']['codeParameter']\nreturn event"
    )
    pool = UserPool(lab, {"CustomMessage": words}, **DEVELOPER)
    pool.sign_up()
    (letter,) = lab.mailbox
    assert (letter.to, letter.subject) == ("ann@example.com", "Welcome")
    assert letter.text == f"Your code: {pool.code()}"
    (event,) = pool.seen("CustomMessage")
    assert event["triggerSource"] == "CustomMessage_SignUp"
    assert event["request"]["codeParameter"] == "{####}"
    assert event["request"]["usernameParameter"] is None
    pool.confirm()
    default = UserPool(lab, {}, LambdaConfig={"CustomMessage": event_function(lab, pool)})
    assert refused("InvalidLambdaResponseException", default.sign_up)
    assert default.status() == "UNCONFIRMED"  # the user is there, with no letter


def event_function(lab, pool):
    """The function of a pool, which another pool may invoke, too."""
    lab.client("lambda").add_permission(
        FunctionName="CustomMessage",
        StatementId="all",
        Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com",
    )
    return pool.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]["LambdaConfig"]["CustomMessage"]


def test_cog_15_user_migration_makes_a_user_who_signs_in(lab):
    migrate = (
        "if event['userName'] != 'old' or event['request']['password'] != 'old':\n"
        "    raise ValueError('Bad password')\n"
        "event['response']['userAttributes'] = {'email': 'old@example.com', 'email_verified': 'true'}\n"
        "event['response']['messageAction'] = 'SUPPRESS'\nreturn event"
    )
    pool = UserPool(lab, {"UserMigration": migrate})
    text = refused("UserLambdaValidationException", pool.sign_in, "nobody")
    assert text == "UserMigration failed with error Bad password."
    assert pool.sign_in("old", "old", ClientMetadata={"from": "web"})["AuthenticationResult"]
    assert (pool.status("old"), pool.attributes("old")["email"]) == ("CONFIRMED", "old@example.com")
    event = pool.seen("UserMigration")[-1]
    assert event["triggerSource"] == "UserMigration_Authentication"
    assert event["request"]["password"] == "old"
    assert event["request"]["validationData"] == {"from": "web"}
    assert pool.sign_in("old", "old")["AuthenticationResult"]
    assert len(pool.asked()) == 2  # once the user is here, nobody is asked


def test_cog_16_three_functions_make_a_sign_in_of_their_own(lab):
    define = (
        "session = event['request']['session']\nanswer = event['response']\n"
        "answer['issueTokens'] = bool(session) and session[-1]['challengeResult']\n"
        "answer['failAuthentication'] = len(session) == 3 and not answer['issueTokens']\n"
        "answer['challengeName'] = 'CUSTOM_CHALLENGE'\nreturn event"
    )
    create = (
        "event['response'] = {'publicChallengeParameters': {'question': '2 + 3'},\n"
        "    'privateChallengeParameters': {'answer': '5'}, 'challengeMetadata': 'SUM'}\nreturn event"
    )
    verify = (
        "request = event['request']\nexpected = request['privateChallengeParameters']['answer']\n"
        "event['response']['answerCorrect'] = request['challengeAnswer'] == expected\nreturn event"
    )
    triggers = {
        "DefineAuthChallenge": define,
        "CreateAuthChallenge": create,
        "VerifyAuthChallengeResponse": verify,
    }
    pool = UserPool(lab, triggers)
    pool.add()
    asked = pool.start("CUSTOM_AUTH", {"USERNAME": "ann"})
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert asked["ChallengeParameters"] == {"USERNAME": "ann", "question": "2 + 3"}
    again = pool.respond(asked, {"USERNAME": "ann", "ANSWER": "4"})
    done = pool.respond(again, {"USERNAME": "ann", "ANSWER": "5"}, ClientMetadata={"k": "v"})
    assert claims(done["AuthenticationResult"]["IdToken"])["cognito:username"] == "ann"
    last = pool.seen("DefineAuthChallenge")[-1]
    assert [one["challengeResult"] for one in last["request"]["session"]] == [False, True]
    assert last["request"]["session"][0]["challengeMetadata"] == "SUM"
    assert last["request"]["clientMetadata"] == {"k": "v"}
    challenge = pool.start("CUSTOM_AUTH", {"USERNAME": "ann"})
    for _ in range(2):
        challenge = pool.respond(challenge, {"USERNAME": "ann", "ANSWER": "?"})
    wrong = {"USERNAME": "ann", "ANSWER": "?"}
    assert refused("NotAuthorizedException", pool.respond, challenge, wrong)
    pool.cognito.update_user_pool(UserPoolId=pool.id)
    text = refused("InvalidUserPoolConfigurationException", pool.start, "CUSTOM_AUTH", {"USERNAME": "ann"})
    assert text == "Custom auth lambda trigger is not configured for the user pool."


def test_cog_17_who_an_administrator_creates_chooses_a_password(lab):
    confirm = "event['response']['autoConfirmUser'] = True\nreturn event"
    pool = UserPool(lab, {"PreSignUp": confirm, "PreTokenGeneration": "return event"})
    attributes = [{"Name": "email", "Value": "ann@example.com"}]
    made = pool.cognito.admin_create_user(
        UserPoolId=pool.id, Username="ann", UserAttributes=attributes, DesiredDeliveryMediums=["EMAIL"]
    )["User"]
    assert made["UserStatus"] == "FORCE_CHANGE_PASSWORD"  # autoConfirmUser does not count here
    (event,) = pool.seen("PreSignUp")
    assert event["triggerSource"] == "PreSignUp_AdminCreateUser"
    assert event["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"
    (letter,) = lab.mailbox
    temporary = letter.text.rpartition(" ")[2].removesuffix(".")
    challenge = pool.sign_in(password=temporary)
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    answer = {"USERNAME": "ann", "NEW_PASSWORD": PASSWORD}
    assert pool.respond(challenge, answer)["AuthenticationResult"]["RefreshToken"]
    (tokens,) = pool.seen("PreTokenGeneration")
    assert tokens["triggerSource"] == "TokenGeneration_NewPasswordChallenge"
    assert pool.status() == "CONFIRMED"


def test_cog_18_a_forgotten_password_is_set_with_a_code_of_an_hour(lab):
    pool = UserPool(lab, {"PostConfirmation": "return event", "CustomMessage": "return event"})
    pool.add()
    reset = {"ClientId": pool.client_id, "Username": "ann"}
    details = pool.cognito.forgot_password(**reset)["CodeDeliveryDetails"]
    assert details["Destination"] == "a***@e***"
    assert pool.seen("CustomMessage")[0]["triggerSource"] == "CustomMessage_ForgotPassword"
    lab.advance(hours=1, seconds=1)
    confirm = pool.cognito.confirm_forgot_password
    new = "Another-1"
    assert refused("ExpiredCodeException", confirm, **reset, ConfirmationCode=pool.code(), Password=new)
    pool.cognito.forgot_password(**reset)
    confirm(**reset, ConfirmationCode=pool.code(), Password=new, ClientMetadata={"k": "v"})
    (event,) = pool.seen("PostConfirmation")
    assert event["triggerSource"] == "PostConfirmation_ConfirmForgotPassword"
    assert event["request"]["clientMetadata"] == {"k": "v"}
    assert pool.sign_in(password=new)["AuthenticationResult"]


def test_cog_19_tokens_are_renewed_with_the_refresh_token(lab):
    pool = UserPool(lab, {"PreTokenGeneration": "return event", "PreAuthentication": "return event"})
    pool.add()
    first = pool.sign_in()["AuthenticationResult"]
    lab.advance(hours=2)
    refresh = {"REFRESH_TOKEN": first["RefreshToken"]}
    second = pool.start("REFRESH_TOKEN_AUTH", refresh)["AuthenticationResult"]
    assert "RefreshToken" not in second
    before, now = claims(first["IdToken"]), claims(second["IdToken"])
    assert now["auth_time"] == before["auth_time"]
    assert now["origin_jti"] == before["origin_jti"]
    assert now["exp"] == now["iat"] + 3600 > before["exp"]
    assert [one["triggerSource"] for one in pool.seen("PreTokenGeneration")] == [
        "TokenGeneration_Authentication",
        "TokenGeneration_RefreshTokens",
    ]
    assert len(pool.seen("PreAuthentication")) == 1
    lab.advance(days=30)
    assert refused("NotAuthorizedException", pool.start, "REFRESH_TOKEN_AUTH", refresh)


def test_cog_20_wrong_passwords_lock_a_user_out_for_longer_and_longer(lab):
    pool = UserPool(lab)
    pool.add()
    for _ in range(5):
        refused("NotAuthorizedException", pool.sign_in, password="Wrong-123")
    assert refused("NotAuthorizedException", pool.sign_in) == "Password attempts exceeded"
    lab.advance(1)
    refused("NotAuthorizedException", pool.sign_in, password="Wrong-123")
    lab.advance(1.5)
    assert refused("NotAuthorizedException", pool.sign_in) == "Password attempts exceeded"
    lab.advance(0.6)
    assert pool.sign_in()["AuthenticationResult"]


def test_cog_21_a_text_message_needs_a_role_that_may_publish(lab):
    pool = UserPool(lab, AutoVerifiedAttributes=["phone_number"])
    phone = [{"Name": "phone_number", "Value": "+12065550100"}]
    text = refused("InvalidParameterException", pool.sign_up, UserAttributes=phone)
    assert text == "User pool does not have SMS configuration to send messages."
    role = make_role(lab, "texts", "cognito-idp.amazonaws.com")
    sms = {"SmsConfiguration": {"SnsCallerArn": role}}
    assert refused("InvalidSmsRoleAccessPolicyException", UserPool, lab, **sms)
    role = make_role(lab, "sends", "cognito-idp.amazonaws.com", "sns:Publish")
    sms = {"SmsConfiguration": {"SnsCallerArn": role}, "AutoVerifiedAttributes": ["phone_number", "email"]}
    both = [*phone, {"Name": "email", "Value": "ann@example.com"}]
    details = UserPool(lab, **sms).sign_up(UserAttributes=both)["CodeDeliveryDetails"]
    assert details == {
        "Destination": "+*******0100",
        "DeliveryMedium": "SMS",
        "AttributeName": "phone_number",
    }


def test_cog_22_a_failure_of_lambda_s_own_is_not_tried_again(lab):
    pool = UserPool(lab, {"PreSignUp": "return event"})
    with lab.outage("lambda"):
        text = refused("UnexpectedLambdaException", pool.sign_up)
    assert text == "PreSignUp invocation failed due to error ServiceException."
    assert pool.asked() == [("PreSignUp", "ServiceException")]
    assert pool.sign_up()["UserSub"]
