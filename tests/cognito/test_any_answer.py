"""Whatever a function returns, a user pool goes on or refuses it with an error of AWS's."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from user_pools import PASSWORD, UserPool

from workbook import Lab
from workbook.aws.cognito import triggers

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:any"
REFUSALS = {
    *("InvalidLambdaResponseException", "InvalidParameterException", "NotAuthorizedException"),
    *("UserNotFoundException", "NotSimulatedByWorkbook", "PasswordResetRequiredException"),
}
NAMES = [
    *("autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone", "emailMessage", "emailSubject", "smsMessage"),
    *("challengeName", "issueTokens", "failAuthentication", "publicChallengeParameters", "answerCorrect"),
    *("privateChallengeParameters", "challengeMetadata", "userAttributes", "finalUserStatus"),
    *("messageAction", "desiredDeliveryMediums", "claimsOverrideDetails", "claimsAndScopeOverrideDetails"),
    *("idTokenGeneration", "accessTokenGeneration", "groupOverrideDetails", "groupsToOverride"),
    *("claimsToAddOrOverride", "claimsToSuppress", "scopesToAdd", "email", "phone_number"),
]
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(
    ["", "CUSTOM_CHALLENGE", "CONFIRMED", "RESET_REQUIRED", "SUPPRESS", "EMAIL", "a@b.cd", "{####}", "+1"]
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)
ANSWERS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5)


@pytest.fixture(scope="module")
def pools():
    """A pool for each version of the trigger that changes tokens, with one user."""
    with Lab(seed=7) as lab:
        made = []
        for version in ("V1_0", "V2_0"):
            pool = UserPool(lab, EmailConfiguration={"EmailSendingAccount": "DEVELOPER"})
            pool.add()
            versioned = {"LambdaVersion": version, "LambdaArn": FUNCTION}
            names = [*("PreSignUp", "CustomMessage", "UserMigration", "DefineAuthChallenge")]
            names += ["CreateAuthChallenge", "VerifyAuthChallengeResponse"]
            config = {**dict.fromkeys(names, FUNCTION), "PreTokenGenerationConfig": versioned}
            pool.cognito.update_user_pool(
                UserPoolId=pool.id,
                AutoVerifiedAttributes=["email"],
                EmailConfiguration={"EmailSendingAccount": "DEVELOPER"},
                LambdaConfig=config,
            )
            made.append(pool)
        yield made


@settings(max_examples=60)
@given(ANSWERS)
def test_any_answer_is_taken_or_refused(pools, response):
    answer = json.dumps({"request": {}, "response": response})
    invoked = SimpleNamespace(function_error=None, payload=answer, hop=SimpleNamespace(outcome="ok"))
    asked = triggers._invoke
    triggers._invoke = lambda *_: invoked
    try:
        for pool in pools:
            for call in calls(pool):
                assert outcome_of(call) in REFUSALS | {"ok"}
    finally:
        triggers._invoke = asked


def outcome_of(call):
    """ "ok", or the code of the error that a call ends with."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


def calls(pool):
    """What asks functions, each with a user of its own where it makes one."""
    number = len(pool.cognito.list_users(UserPoolId=pool.id)["Users"])
    challenge = {"ChallengeName": "CUSTOM_CHALLENGE", "Session": "x" * 20}

    def in_two_steps():
        started = pool.start("CUSTOM_AUTH", {"USERNAME": "ann"})
        if "ChallengeName" in started:
            pool.respond({**challenge, **started}, {"USERNAME": "ann", "ANSWER": "1"})

    yield lambda: pool.sign_up(f"new-{number}")
    yield lambda: pool.sign_in("ann", PASSWORD)
    yield lambda: pool.sign_in(f"old-{number}", PASSWORD)
    yield in_two_steps
