"""API destinations and connections: servers outside AWS as targets of rules."""

from __future__ import annotations

import base64
import itertools
import json
import time

import pytest
from botocore.exceptions import ClientError

from workbook.aws.endpoints import HttpResponse
from workbook.engine.clock import SECOND

ACCOUNT = "123456789012"
API = "https://shop.example.com/orders"
TOKENS = "https://login.example.com/token"
BASIC = {"BasicAuthParameters": {"Username": "ann", "Password": "secret"}}
KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "secret"}}
OAUTH = {
    "OAuthParameters": {
        "ClientParameters": {"ClientID": "shop", "ClientSecret": "secret"},
        "AuthorizationEndpoint": TOKENS,
        "HttpMethod": "POST",
        "OAuthHttpParameters": {"BodyParameters": [{"Key": "grant_type", "Value": "client_credentials"}]},
    }
}


class Server:
    """A server that keeps what it is asked, and answers as it is told."""

    def __init__(self, lab, url=API, answers=()):
        self.requests, self.times, self.answers = [], [], list(answers)

        def serve(request):
            self.requests.append(request)
            self.times.append(lab.world.clock.now / SECOND)
            answer = self.answers.pop(0) if self.answers else 200
            if answer == "slow":
                time.sleep(6)
                return 200
            return answer

        lab.endpoint(url, serve)

    @property
    def pauses(self):
        return [later - earlier for earlier, later in itertools.pairwise(self.times)]


def connection(events, parameters=BASIC, kind="BASIC", name="shop"):
    return events.create_connection(Name=name, AuthorizationType=kind, AuthParameters=parameters)[
        "ConnectionArn"
    ]


def destination(events, connection_arn, url=API, method="POST", **more):
    answer = events.create_api_destination(
        Name="orders", ConnectionArn=connection_arn, InvocationEndpoint=url, HttpMethod=method, **more
    )
    return answer["ApiDestinationArn"]


def role(lab, allowed=True):
    """A role with which EventBridge may call API destinations, or may not."""
    iam = lab.client("iam")
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ]
    }
    arn = iam.create_role(RoleName="caller", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    if allowed:
        statement = {"Effect": "Allow", "Action": "events:InvokeApiDestination", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="caller", PolicyName="p", PolicyDocument=policy)
    return arn


def rule(lab, events, arn, *, allowed=True, **target):
    events.put_rule(Name="orders", EventPattern='{"source": ["shop"]}')
    entry = {"Id": "1", "Arn": arn, "RoleArn": role(lab, allowed), **target}
    answer = events.put_targets(Rule="orders", Targets=[entry])
    assert answer["FailedEntryCount"] == 0


def put(lab, events, *details):
    for detail in details:
        entry = {"Source": "shop", "DetailType": "order", "Detail": json.dumps(detail)}
        events.put_events(Entries=[entry])
    lab.run_until_idle()


def hops(lab, kind):
    return [hop for hop in lab.trace if hop.kind == kind]


@pytest.fixture
def connected(lab, events):
    """A rule that calls the server."""

    def connect(parameters=BASIC, kind="BASIC", answers=(), *, url=API, more=None, **target):
        server = Server(lab, answers=answers)
        arn = destination(events, connection(events, parameters, kind), url, **(more or {}))
        lab.run_until_idle()
        rule(lab, events, arn, **target)
        return server

    return connect


# ---- connections


def test_a_connection_never_shows_its_secrets(events):
    answer = events.create_connection(Name="shop", AuthorizationType="BASIC", AuthParameters=BASIC)
    assert answer["ConnectionState"] == "AUTHORIZED"
    assert "LastAuthorizedTime" not in answer
    shown = events.describe_connection(Name="shop")
    assert shown["AuthParameters"] == {"BasicAuthParameters": {"Username": "ann"}}
    assert shown["SecretArn"].startswith(
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:events!connection/shop/"
    )
    assert shown["LastAuthorizedTime"]
    assert answer["ConnectionArn"].startswith(f"arn:aws:events:us-east-1:{ACCOUNT}:connection/shop/")


def test_neither_does_the_trace(lab, events):
    secret = {"Key": "X-Tenant", "Value": "secret", "IsValueSecret": True}
    extra = {"InvocationHttpParameters": {"HeaderParameters": [secret]}}
    for kind, parameters in (("BASIC", BASIC), ("API_KEY", KEY), ("OAUTH_CLIENT_CREDENTIALS", OAUTH)):
        connection(events, {**parameters, **extra}, kind, name=kind.lower())
    created = json.dumps([hop.facts["settings"] for hop in hops(lab, "create")])
    assert '"secret"' not in created
    shown = events.describe_connection(Name="basic")["AuthParameters"]["InvocationHttpParameters"]
    assert shown == {"HeaderParameters": [{"Key": "X-Tenant", "IsValueSecret": True}]}


def test_oauth_takes_time(lab, events):
    def login(_request):
        time.sleep(2)
        return {"access_token": "t1", "token_type": "Bearer"}

    lab.endpoint(TOKENS, login)
    connection(events, OAUTH, "OAUTH_CLIENT_CREDENTIALS")
    assert events.describe_connection(Name="shop")["ConnectionState"] == "AUTHORIZING"
    lab.advance(3)
    assert events.describe_connection(Name="shop")["ConnectionState"] == "AUTHORIZED"


def test_an_authorization_server_is_asked_with_the_client_s_credentials(lab, events):
    server = Server(lab, TOKENS, [{"access_token": "t1"}])
    connection(events, OAUTH, "OAUTH_CLIENT_CREDENTIALS")
    lab.run_until_idle()
    [request] = server.requests
    assert request.body == "grant_type=client_credentials"
    assert base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")) == b"shop:secret"


def test_without_a_token_a_connection_is_not_authorized(lab, events):
    connection(events, OAUTH, "OAUTH_CLIENT_CREDENTIALS")
    lab.run_until_idle()
    shown = events.describe_connection(Name="shop")
    assert shown["ConnectionState"] == "DEAUTHORIZED"
    assert "nobody is at" in shown["StateReason"]


def test_a_connection_can_be_updated_deauthorized_and_deleted(events):
    arn = connection(events)
    new = {"BasicAuthParameters": {"Username": "bob", "Password": "other"}}
    events.update_connection(Name="shop", AuthParameters=new)
    assert events.describe_connection(Name="shop")["AuthParameters"]["BasicAuthParameters"] == {
        "Username": "bob"
    }
    assert events.deauthorize_connection(Name="shop")["ConnectionState"] == "DEAUTHORIZING"
    shown = events.describe_connection(Name="shop")
    assert shown["ConnectionState"] == "DEAUTHORIZED"
    assert "AuthParameters" not in shown
    deleted = events.delete_connection(Name="shop")
    assert (deleted["ConnectionArn"], deleted["ConnectionState"]) == (arn, "DELETING")
    with pytest.raises(ClientError) as error:
        events.describe_connection(Name="shop")
    assert error.value.response["Error"] == {
        "Code": "ResourceNotFoundException",
        "Message": "Failed to describe the connection(s). Connection 'shop' does not exist.",
    }


def test_connections_are_listed(events):
    for name in ("shop-b", "shop-a", "other"):
        connection(events, name=name)
    listed = events.list_connections(NamePrefix="shop", ConnectionState="AUTHORIZED")["Connections"]
    assert [each["Name"] for each in listed] == ["shop-a", "shop-b"]
    assert set(listed[0]) == {
        *("Name", "ConnectionArn", "ConnectionState", "AuthorizationType", "CreationTime"),
        *("LastModifiedTime", "LastAuthorizedTime"),
    }


@pytest.mark.parametrize(
    ("kind", "parameters", "code"),
    [
        ("PIGEON", BASIC, "ValidationException"),
        ("BASIC", KEY, "ValidationException"),
        ("BASIC", {**BASIC, **KEY}, "ValidationException"),
    ],
)
def test_credentials_must_be_of_the_connection_s_type(events, kind, parameters, code):
    with pytest.raises(ClientError) as error:
        connection(events, parameters, kind)
    assert error.value.response["Error"]["Code"] == code


def test_a_name_is_taken_once(events):
    connection(events)
    with pytest.raises(ClientError) as error:
        connection(events)
    assert error.value.response["Error"]["Code"] == "ResourceAlreadyExistsException"


def test_private_connections_are_refused_by_name(events):
    private = {"ResourceParameters": {"ResourceConfigurationArn": ""}}
    with pytest.raises(ClientError) as error:
        events.create_connection(
            Name="shop",
            AuthorizationType="BASIC",
            AuthParameters=BASIC,
            InvocationConnectivityParameters=private,
        )
    assert error.value.response["Error"]["Code"] == "NotSimulatedByWorkbook"


# ---- API destinations


def test_an_api_destination_is_shown_as_it_was_made(events):
    arn = destination(events, connection(events), Description="ours")
    assert arn.startswith(f"arn:aws:events:us-east-1:{ACCOUNT}:api-destination/orders/")
    shown = events.describe_api_destination(Name="orders")
    assert (shown["ApiDestinationState"], shown["InvocationRateLimitPerSecond"]) == ("ACTIVE", 300)
    assert shown["Description"] == "ours"
    [listed] = events.list_api_destinations()["ApiDestinations"]
    assert "Description" not in listed
    events.update_api_destination(Name="orders", HttpMethod="PUT", InvocationRateLimitPerSecond=5)
    shown = events.describe_api_destination(Name="orders")
    assert (shown["HttpMethod"], shown["InvocationEndpoint"]) == ("PUT", API)
    events.delete_api_destination(Name="orders")
    with pytest.raises(ClientError) as error:
        events.describe_api_destination(Name="orders")
    assert error.value.response["Error"]["Message"] == (
        "Failed to describe the api-destination(s). An api-destination 'orders' does not exist."
    )


def test_it_is_inactive_while_its_connection_is_not_authorized(lab, events):
    def login(_request):
        time.sleep(2)
        return {"access_token": "t1"}

    lab.endpoint(TOKENS, login)
    arn = connection(events, OAUTH, "OAUTH_CLIENT_CREDENTIALS")
    destination(events, arn)
    assert events.describe_api_destination(Name="orders")["ApiDestinationState"] == "INACTIVE"
    lab.run_until_idle()
    assert events.describe_api_destination(Name="orders")["ApiDestinationState"] == "ACTIVE"
    events.delete_connection(Name="shop")
    assert events.describe_api_destination(Name="orders")["ApiDestinationState"] == "INACTIVE"


def test_it_needs_a_connection_and_https(events):
    arn = connection(events)
    with pytest.raises(ClientError) as error:
        destination(events, arn, "http://shop.example.com")
    assert error.value.response["Error"]["Code"] == "ValidationException"
    events.delete_connection(Name="shop")
    with pytest.raises(ClientError) as error:
        destination(events, arn)
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


# ---- as targets


def test_a_rule_calls_the_server_with_the_event(lab, events, connected):
    server = connected()
    put(lab, events, {"n": 1})
    [request] = server.requests
    assert request.method == "POST"
    assert request.json()["detail"] == {"n": 1}
    assert base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")) == b"ann:secret"
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.headers["User-Agent"] == "Amazon/EventBridge/ApiDestinations"
    assert request.headers["Range"] == "bytes=0-1048575"


def test_http_parameters_fill_path_query_and_headers_from_the_event(lab, events, connected):
    parameters = {
        "PathParameterValues": ["$.detail.shop", "a b"],
        "QueryStringParameters": {"page": "$.detail.page"},
        "HeaderParameters": {"X-Shop": "$.detail.shop", "Host": "evil.example"},
    }
    server = connected(url=API + "/*/items/*", HttpParameters=parameters)
    put(lab, events, {"shop": "berlin", "page": 2})
    [request] = server.requests
    assert request.url == API + "/berlin/items/a%20b?page=2"
    assert request.headers["X-Shop"] == "berlin"
    assert request.headers["Host"] == "shop.example.com"


def test_the_connection_s_own_parameters_beat_the_target_s(lab, events, connected):
    extra = {
        "InvocationHttpParameters": {
            "HeaderParameters": [{"Key": "X-Shop", "Value": "ours"}],
            "QueryStringParameters": [{"Key": "v", "Value": "2"}],
            "BodyParameters": [{"Key": "tenant", "Value": "a"}],
        }
    }
    given = {"HeaderParameters": {"X-Shop": "theirs"}, "QueryStringParameters": {"v": "1", "w": "3"}}
    server = connected({**KEY, **extra}, "API_KEY", HttpParameters=given, InputPath="$.detail")
    put(lab, events, {"n": 1})
    [request] = server.requests
    assert request.headers["X-Shop"] == "ours"
    assert request.headers["X-Key"] == "secret"
    assert request.query == {"v": "2", "w": "3"}
    assert request.json() == {"n": 1, "tenant": "a"}


def test_a_token_that_is_not_taken_any_more_is_renewed(lab, events, connected):
    tokens = Server(lab, TOKENS, [{"access_token": "t1"}, {"access_token": "t2", "token_type": "Token"}])
    server = connected(OAUTH, "OAUTH_CLIENT_CREDENTIALS", [401, 200])
    put(lab, events, {"n": 1})
    used = [request.headers["Authorization"] for request in server.requests]
    assert used == ["Bearer t1", "Token t2"]
    assert len(tokens.requests) == 2


@pytest.mark.parametrize("answer", [401, 407, 409, 429, 500, 503, "slow"])
def test_what_may_pass_is_tried_again(lab, events, connected, answer):
    server = connected(answers=[answer])
    put(lab, events, {"n": 1})
    assert len(server.requests) == 2
    outcomes = [hop.outcome for hop in hops(lab, "deliver")]
    assert outcomes[-1] == "ok"
    assert outcomes[0] != "ok"


@pytest.mark.parametrize("answer", [302, 400, 403, 404])
def test_what_will_not_pass_is_given_up(lab, events, connected, answer):
    server = connected(answers=[answer] * 3)
    put(lab, events, {"n": 1})
    assert len(server.requests) == 1
    assert hops(lab, "drop")


def test_retry_after_is_heeded_where_it_is_longer(lab, events, connected):
    busy = HttpResponse(503, "", {"Retry-After": "120"})
    server = connected(answers=[busy, HttpResponse(503, "", {"retry-after": "0"})])
    put(lab, events, {"n": 1})
    assert server.pauses[0] == pytest.approx(120, abs=0.1)
    assert 0.1 < server.pauses[1] < 3


def test_a_negative_retry_after_ends_the_tries(lab, events, connected):
    server = connected(answers=[HttpResponse(503, "", {"Retry-After": "-1"})] * 3)
    put(lab, events, {"n": 1})
    assert len(server.requests) == 1


def test_calls_keep_to_the_rate(lab, events, connected):
    server = connected(more={"InvocationRateLimitPerSecond": 2})
    put(lab, events, *[{"n": number} for number in range(6)])
    assert [request.json()["detail"]["n"] for request in server.requests] == list(range(6))
    assert server.times[-1] - server.times[0] == pytest.approx(2.5, abs=0.05)


def test_the_role_must_allow_it(lab, events, connected):
    server = connected(allowed=False)
    put(lab, events, {"n": 1})
    assert server.requests == []
    assert hops(lab, "deliver")[-1].outcome == "NO_PERMISSION"


def test_what_is_gone_or_not_authorized_gets_nothing(lab, events, connected):
    server = connected()
    events.deauthorize_connection(Name="shop")
    put(lab, events, {"n": 1})
    events.delete_api_destination(Name="orders")
    put(lab, events, {"n": 2})
    assert server.requests == []
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["REJECTED", "NO_RESOURCE"]


def test_a_server_that_is_down_is_down_for_api_destinations_too(lab, events, connected):
    server = connected()
    with lab.outage("https://shop.example.com"):
        events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
        lab.advance(1)
        assert server.requests == []
    lab.run_until_idle()
    assert len(server.requests) == 1


def test_a_picture_shows_the_api_destination_by_its_name(lab, events, connected):
    connected()
    put(lab, events, {"n": 1})
    assert "orders to orders: 1." in repr(lab.flow())
