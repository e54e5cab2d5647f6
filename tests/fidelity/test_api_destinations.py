"""API destinations and the schema registry of EventBridge. Rows EB of the ledger."""

from __future__ import annotations

import base64
import json
import time

import pytest

from workbook.aws.endpoints import HttpResponse
from workbook.engine.clock import SECOND

API = "https://shop.example.com/orders"
TOKENS = "https://login.example.com/token"
BASIC = {"BasicAuthParameters": {"Username": "ann", "Password": "secret"}}
OAUTH = {
    "OAuthParameters": {
        "ClientParameters": {"ClientID": "shop", "ClientSecret": "secret"},
        "AuthorizationEndpoint": TOKENS,
        "HttpMethod": "POST",
    }
}
MAY_CALL = {"Effect": "Allow", "Action": "events:InvokeApiDestination", "Resource": "*"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}


def serve(lab, url, answers=()):
    """A server that gives these answers, then 200; what it was asked, and when."""
    requests, answers = [], list(answers)

    def server(request):
        requests.append((lab.world.clock.now / SECOND, request))
        answer = answers.pop(0) if answers else 200
        if answer == "slow":
            time.sleep(6)
            return 200
        return answer

    lab.endpoint(url, server)
    return requests


def connect(events, kind="BASIC", parameters=BASIC):
    answer = events.create_connection(Name="shop", AuthorizationType=kind, AuthParameters=parameters)
    return answer["ConnectionArn"]


def call_the_server(lab, events, connection, **settings):
    """A rule whose target is an API destination."""
    iam = lab.client("iam")
    role = iam.create_role(RoleName="caller", AssumeRolePolicyDocument=json.dumps({"Statement": [TRUST]}))
    iam.put_role_policy(
        RoleName="caller",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [MAY_CALL]}),
    )
    target = settings.pop("target", {})
    arn = events.create_api_destination(
        Name="orders", ConnectionArn=connection, InvocationEndpoint=API, HttpMethod="POST", **settings
    )["ApiDestinationArn"]
    events.put_rule(Name="orders", EventPattern='{"source": ["shop"]}')
    entry = {"Id": "1", "Arn": arn, "RoleArn": role["Role"]["Arn"], **target}
    events.put_targets(Rule="orders", Targets=[entry])


def put(lab, events, *details, **more):
    for detail in details:
        entry = {"Source": "shop", "DetailType": "order placed", "Detail": json.dumps(detail), **more}
        events.put_events(Entries=[entry])
    lab.run_until_idle()


def test_eb_31_a_rule_calls_a_server_outside_aws_with_the_event_and_the_connection_s_credentials(lab, events):
    requests = serve(lab, API)
    call_the_server(lab, events, connect(events))
    put(lab, events, {"n": 1})
    [(_, request)] = requests
    assert request.json()["detail"] == {"n": 1}
    assert base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")) == b"ann:secret"


def test_eb_32_a_connection_never_shows_its_secrets(events):
    connect(events)
    assert events.describe_connection(Name="shop")["AuthParameters"] == {
        "BasicAuthParameters": {"Username": "ann"}
    }


def test_eb_33_an_oauth_connection_is_authorizing_until_the_server_gives_a_token(lab, events):
    requests = serve(lab, TOKENS, ["slow", {"access_token": "t"}])
    connect(events, "OAUTH_CLIENT_CREDENTIALS", OAUTH)
    assert events.describe_connection(Name="shop")["ConnectionState"] == "AUTHORIZING"
    lab.run_until_idle()
    assert events.describe_connection(Name="shop")["ConnectionState"] == "DEAUTHORIZED"
    events.update_connection(Name="shop")
    lab.run_until_idle()
    assert events.describe_connection(Name="shop")["ConnectionState"] == "AUTHORIZED"
    assert len(requests) == 2


def test_eb_34_a_token_that_the_server_refuses_is_renewed(lab, events):
    serve(lab, TOKENS, [{"access_token": "old"}, {"access_token": "new"}])
    requests = serve(lab, API, [401])
    connection = connect(events, "OAUTH_CLIENT_CREDENTIALS", OAUTH)
    lab.run_until_idle()
    call_the_server(lab, events, connection)
    put(lab, events, {"n": 1})
    assert [each.headers["Authorization"] for _, each in requests] == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize(
    ("answer", "calls"),
    [(401, 2), (407, 2), (409, 2), (429, 2), (500, 2), ("slow", 2), (302, 1), (400, 1), (404, 1)],
)
def test_eb_35_a_server_is_called_again_after_401_407_409_429_5xx_and_5_seconds(lab, events, answer, calls):
    requests = serve(lab, API, [answer])
    call_the_server(lab, events, connect(events))
    put(lab, events, {"n": 1})
    assert len(requests) == calls


def test_eb_36_retry_after_makes_a_pause_longer_and_a_negative_one_ends_the_tries(lab, events):
    requests = serve(
        lab,
        API,
        [HttpResponse(503, "", {"Retry-After": "300"}), HttpResponse(503, "", {"Retry-After": "-1"})],
    )
    call_the_server(lab, events, connect(events))
    put(lab, events, {"n": 1})
    first, second = (when for when, _ in requests)
    assert second - first == pytest.approx(300, abs=0.1)


def test_eb_37_calls_wait_for_the_rate_of_the_api_destination(lab, events):
    requests = serve(lab, API)
    call_the_server(lab, events, connect(events), InvocationRateLimitPerSecond=1)
    put(lab, events, *[{"n": number} for number in range(4)])
    times = [when for when, _ in requests]
    assert len(times) == 4
    assert times[-1] - times[0] == pytest.approx(3, abs=0.05)


def test_eb_38_parameters_of_the_target_fill_url_and_headers_and_the_connection_s_beat_them(lab, events):
    extra = {"HeaderParameters": [{"Key": "X-Shop", "Value": "ours"}]}
    connection = connect(events, parameters={**BASIC, "InvocationHttpParameters": extra})
    given = {
        "HeaderParameters": {"X-Shop": "theirs"},
        "PathParameterValues": ["$.detail.n"],
        "QueryStringParameters": {"v": "1"},
    }
    requests = serve(lab, API)
    call_the_server(lab, events, connection, target={"HttpParameters": given})
    events.update_api_destination(Name="orders", InvocationEndpoint=API + "/*")
    put(lab, events, {"n": 7})
    [(_, request)] = requests
    assert (request.path, request.query) == ("/orders/7", {"v": "1"})
    assert request.headers["X-Shop"] == "ours"


def test_eb_39_a_discoverer_writes_a_version_of_a_schema_for_each_shape_of_an_event(lab, events):
    schemas = lab.client("schemas")
    bus = events.create_event_bus(Name="shop")["EventBusArn"]
    schemas.create_discoverer(SourceArn=bus)
    put(lab, events, {"n": 1}, {"n": 2}, {"n": 1, "gift": True}, EventBusName="shop")
    [found] = schemas.list_schemas(RegistryName="discovered-schemas")["Schemas"]
    assert (found["SchemaName"], found["VersionCount"]) == ("shop@OrderPlaced", 2)
