"""A user pool whose triggers are Python functions, and what a test asks of it."""

from __future__ import annotations

import base64
import json
import re

import pytest
from botocore.exceptions import ClientError

PASSWORD = "Secret-123"
HEAD = "import json\nimport time\n\n\ndef handler(event, context):\n    print('GOT ' + json.dumps(event))\n"
FLOWS = [
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]


class UserPool:
    """A pool with one app client; `triggers` are bodies of handlers, by the trigger's name."""

    def __init__(self, lab, triggers=None, *, client=None, lambda_config=None, **settings):
        self.lab, self.cognito = lab, lab.client("cognito-idp")
        functions = {name: deploy(lab, name, body) for name, body in (triggers or {}).items()}
        config = {**functions, **(lambda_config(functions) if lambda_config else {})}
        asked = {"PoolName": "shop", "AutoVerifiedAttributes": ["email"], "LambdaConfig": config}
        made = self.cognito.create_user_pool(**{**asked, **settings})["UserPool"]
        self.id, self.arn = made["Id"], made["Arn"]
        for name in functions:
            permit(lab, name, self.arn)
        options = {"ClientName": "web", "ExplicitAuthFlows": FLOWS, **(client or {})}
        self.client = self.cognito.create_user_pool_client(UserPoolId=self.id, **options)["UserPoolClient"]
        self.client_id = self.client["ClientId"]

    def sign_up(self, name="ann", email="ann@example.com", **options):
        """SignUp of a user with an email address."""
        attributes = [{"Name": "email", "Value": email}] if email else []
        asked = {"Username": name, "Password": PASSWORD, "UserAttributes": attributes, **options}
        return self.cognito.sign_up(ClientId=self.client_id, **asked)

    def add(self, name="ann", email="ann@example.com"):
        """A confirmed user, with a verified address, whom no trigger has seen."""
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        before = self.cognito.describe_user_pool(UserPoolId=self.id)["UserPool"]["LambdaConfig"]
        self.cognito.update_user_pool(UserPoolId=self.id, AutoVerifiedAttributes=["email"])
        self.cognito.admin_create_user(
            UserPoolId=self.id, Username=name, UserAttributes=attributes, MessageAction="SUPPRESS"
        )
        self.cognito.admin_set_user_password(
            UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True
        )
        self.cognito.update_user_pool(
            UserPoolId=self.id, AutoVerifiedAttributes=["email"], LambdaConfig=before
        )

    def sign_in(self, name="ann", password=PASSWORD, **options):
        """InitiateAuth with a password."""
        return self.start("USER_PASSWORD_AUTH", {"USERNAME": name, "PASSWORD": password}, **options)

    def start(self, flow, parameters, **options):
        """InitiateAuth."""
        return self.cognito.initiate_auth(
            ClientId=self.client_id, AuthFlow=flow, AuthParameters=parameters, **options
        )

    def respond(self, challenge, responses, **options):
        """RespondToAuthChallenge, to the challenge of an answer of AWS."""
        return self.cognito.respond_to_auth_challenge(
            ClientId=self.client_id,
            ChallengeName=challenge["ChallengeName"],
            Session=challenge["Session"],
            ChallengeResponses=responses,
            **options,
        )

    def confirm(self, name="ann", code=None, **options):
        """ConfirmSignUp, with the code of the last letter."""
        self.cognito.confirm_sign_up(
            ClientId=self.client_id, Username=name, ConfirmationCode=code or self.code(), **options
        )

    def code(self):
        """The code in the last letter."""
        return re.search(r"\d{6}", self.lab.mailbox[-1].text)[0]

    def status(self, name="ann"):
        """The state of a user."""
        return self.cognito.admin_get_user(UserPoolId=self.id, Username=name)["UserStatus"]

    def attributes(self, name="ann"):
        """A user's attributes."""
        shown = self.cognito.admin_get_user(UserPoolId=self.id, Username=name)["UserAttributes"]
        return {one["Name"]: one["Value"] for one in shown}

    def seen(self, trigger):
        """The events that the function of a trigger got."""
        try:
            group = f"/aws/lambda/{trigger}"
            events = self.lab.client("logs").filter_log_events(logGroupName=group)["events"]
        except ClientError:
            return []
        return [json.loads(one["message"][4:]) for one in events if one["message"].startswith("GOT ")]

    def asked(self):
        """(trigger, outcome) of each time that a function was asked."""
        return [(hop.facts["trigger"], hop.outcome) for hop in self.lab.trace if hop.kind == "trigger"]


def deploy(lab, name, body="return event", **options):
    """A function that prints its event, and then does what `body` says; its ARN."""
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    return lab.function(name, HEAD + indented, **{"Timeout": 30, **options})


def permit(lab, function, source):
    """Let a user pool invoke a function."""
    lab.client("lambda").add_permission(
        FunctionName=function,
        StatementId="cognito",
        Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com",
        SourceArn=source,
    )


def claims(token):
    """What a JWT says."""
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def refused(code, call, *arguments, **options):
    """The text of the error that a call ends with."""
    with pytest.raises(ClientError) as error:
        call(*arguments, **options)
    assert error.value.response["Error"]["Code"] == code
    return error.value.response["Error"]["Message"]
