"""HTTP APIs of API Gateway: routes, stages, both payload formats, and what clients get when a call fails."""

from __future__ import annotations

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.apigatewayv2.routing import choose_route
from workbook.aws.environment import own_credentials


def code_and_text(error):
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


@pytest.fixture
def gateway(lab):
    return lab.client("apigatewayv2")


@pytest.fixture
def allow(aws_lambda):
    """allow("name") lets API Gateway invoke a function for any API."""

    def allow(name):
        aws_lambda.add_permission(
            FunctionName=name,
            StatementId="gateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )

    return allow


@pytest.fixture
def quick(gateway, allow):
    """quick(arn) makes an API with everything, for one function; the API."""

    def quick(arn, **options):
        allow(arn)
        return gateway.create_api(Name="shop", ProtocolType="HTTP", Target=arn, **options)

    return quick


@pytest.fixture
def api(gateway, allow, echo):
    """api("GET /orders" ...) makes an API whose routes lead to `echo`, with a stage that follows; its URL."""

    def api(*keys, version="2.0", stage="$default", **options):
        allow("echo")
        made = gateway.create_api(Name="shop", ProtocolType="HTTP")
        integration = gateway.create_integration(
            ApiId=made["ApiId"],
            IntegrationType="AWS_PROXY",
            IntegrationUri=echo,
            PayloadFormatVersion=version,
            **options,
        )
        for key in keys:
            gateway.create_route(
                ApiId=made["ApiId"], RouteKey=key, Target=f"integrations/{integration['IntegrationId']}"
            )
        gateway.create_stage(ApiId=made["ApiId"], StageName=stage, AutoDeploy=True)
        return made["ApiEndpoint"]

    return api


# ---- the API


def test_a_quick_create_makes_all_that_is_needed(lab, gateway, echo, quick):
    made = quick(echo)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["ApiEndpoint"] == f"https://{made['ApiId']}.execute-api.us-east-1.amazonaws.com"
    (route,) = gateway.get_routes(ApiId=made["ApiId"])["Items"]
    (integration,) = gateway.get_integrations(ApiId=made["ApiId"])["Items"]
    (stage,) = gateway.get_stages(ApiId=made["ApiId"])["Items"]
    assert route["RouteKey"] == stage["StageName"] == "$default"
    assert route["Target"] == f"integrations/{integration['IntegrationId']}"
    assert (integration["PayloadFormatVersion"], integration["TimeoutInMillis"]) == ("2.0", 30_000)
    assert stage["AutoDeploy"] is True
    assert lab.http(made["ApiEndpoint"] + "/any/path").json()["routeKey"] == "$default"


@pytest.mark.parametrize("key", ["GET", "GET orders", "FETCH /orders", "get /orders", ""])
def test_a_route_key_has_a_method_and_a_path(gateway, key):
    made = gateway.create_api(Name="shop", ProtocolType="HTTP")
    with pytest.raises(ClientError) as error:
        gateway.create_route(ApiId=made["ApiId"], RouteKey=key)
    assert code_and_text(error) == (
        "BadRequestException",
        (
            "The provided route key is not formatted properly for HTTP protocol. "
            'Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
        ),
    )


def test_a_route_key_is_there_once(gateway):
    made = gateway.create_api(Name="shop", ProtocolType="HTTP")
    gateway.create_route(ApiId=made["ApiId"], RouteKey="GET /orders")
    with pytest.raises(ClientError) as error:
        gateway.create_route(ApiId=made["ApiId"], RouteKey="GET /orders")
    assert code_and_text(error)[0] == "ConflictException"


def test_an_api_without_routes_cannot_be_deployed(gateway):
    made = gateway.create_api(Name="shop", ProtocolType="HTTP")
    with pytest.raises(ClientError) as error:
        gateway.create_deployment(ApiId=made["ApiId"])
    assert code_and_text(error) == (
        "BadRequestException",
        "Unable to deploy API because no routes exist in this API",
    )


def test_what_is_not_there_is_not_found(gateway):
    with pytest.raises(ClientError) as error:
        gateway.get_api(ApiId="nothing")
    assert code_and_text(error) == ("NotFoundException", "Invalid API identifier specified nothing")


@pytest.mark.parametrize(
    ("refused", "name"),
    [
        ({"IntegrationType": "AWS_PROXY", "IntegrationSubtype": "SQS-SendMessage"}, "SQS-SendMessage"),
        ({"IntegrationType": "HTTP_PROXY", "ConnectionType": "VPC_LINK"}, "VPC_LINK"),
        (
            {"IntegrationType": "HTTP_PROXY", "RequestParameters": {"append:header.x": "1"}},
            "RequestParameters",
        ),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(gateway, refused, name):
    made = gateway.create_api(Name="shop", ProtocolType="HTTP")
    with pytest.raises(ClientError, match=name):
        gateway.create_integration(ApiId=made["ApiId"], PayloadFormatVersion="1.0", **refused)


def test_a_web_socket_api_is_refused_by_name(gateway):
    with pytest.raises(ClientError, match="WebSocket"):
        gateway.create_api(Name="chat", ProtocolType="WEBSOCKET")


def test_lists_come_in_pages(gateway):
    for name in "abc":
        gateway.create_api(Name=name, ProtocolType="HTTP")
    pages = gateway.get_paginator("get_apis").paginate(PaginationConfig={"PageSize": 2})
    assert [[api["Name"] for api in page["Items"]] for page in pages] == [["a", "b"], ["c"]]


def test_an_integration_that_a_route_leads_to_stays(gateway, api):
    api("GET /orders")
    (made,) = gateway.get_apis()["Items"]
    (integration,) = gateway.get_integrations(ApiId=made["ApiId"])["Items"]
    with pytest.raises(ClientError) as error:
        gateway.delete_integration(ApiId=made["ApiId"], IntegrationId=integration["IntegrationId"])
    assert code_and_text(error)[0] == "ConflictException"


# ---- routes and stages


@pytest.mark.parametrize(
    ("method", "path", "route", "variables"),
    [
        ("GET", "/orders", "GET /orders", None),
        ("GET", "/orders/new", "GET /orders/new", None),
        ("GET", "/orders/7", "GET /orders/{id}", {"id": "7"}),
        ("DELETE", "/orders/7", "ANY /orders/{id}", {"id": "7"}),
        ("GET", "/orders/7/lines", "GET /{rest+}", {"rest": "orders/7/lines"}),
        ("POST", "/else", "$default", None),
        ("GET", "/", "$default", None),
    ],
)
def test_the_most_specific_route_answers(lab, api, method, path, route, variables):
    url = api(
        "$default", "GET /{rest+}", "ANY /orders/{id}", "GET /orders/{id}", "GET /orders/new", "GET /orders"
    )
    event = lab.http(url + path, method).json()
    assert (event["routeKey"], event.get("pathParameters")) == (route, variables)


def test_no_route_is_a_404(lab, api):
    answer = lab.http(api("GET /orders") + "/else")
    assert (answer.status, answer.body) == (404, '{"message":"Not Found"}')


def test_a_named_stage_is_in_the_path(lab, api):
    url = api("GET /orders", stage="test")
    assert lab.http(f"{url}/orders").status == 404
    event = lab.http(f"{url}/test/orders").json()
    assert event["rawPath"] == "/test/orders"
    assert event["requestContext"]["stage"] == "test"


def test_a_stage_answers_by_what_was_deployed_to_it(lab, gateway, echo, allow):
    allow("echo")
    made = gateway.create_api(Name="shop", ProtocolType="HTTP")
    identifier, url = made["ApiId"], made["ApiEndpoint"]
    integration = gateway.create_integration(
        ApiId=identifier, IntegrationType="AWS_PROXY", IntegrationUri=echo, PayloadFormatVersion="2.0"
    )
    target = f"integrations/{integration['IntegrationId']}"
    gateway.create_route(ApiId=identifier, RouteKey="GET /old", Target=target)
    gateway.create_stage(ApiId=identifier, StageName="live")
    assert lab.http(f"{url}/live/old").status == 404, "nothing is deployed yet"
    gateway.create_deployment(ApiId=identifier, StageName="live")
    gateway.create_route(ApiId=identifier, RouteKey="GET /new", Target=target)
    assert lab.http(f"{url}/live/old").status == 200
    assert lab.http(f"{url}/live/new").status == 404
    gateway.create_deployment(ApiId=identifier, StageName="live")
    assert lab.http(f"{url}/live/new").status == 200


SEGMENTS = st.sampled_from(["a", "b", "{x}", "{y+}"])


@given(
    st.lists(st.lists(SEGMENTS, min_size=1, max_size=3), max_size=5),
    st.lists(st.sampled_from("abc"), max_size=4),
)
def test_a_route_that_matches_is_never_passed_over(patterns, parts):
    routes = [{"RouteKey": "GET /" + "/".join(segments)} for segments in patterns]
    path = "/" + "/".join(parts)
    chosen = choose_route(routes, "GET", path)
    alone = [choose_route([route], "GET", path) for route in routes]
    found = [match for match in alone if match is not None]
    assert (chosen is None) == (not found)
    if chosen is not None:
        assert chosen.rank == min(match.rank for match in found)
        if {"RouteKey": f"GET {path}"} in routes:
            assert chosen.route["RouteKey"] == f"GET {path}"


# ---- events and answers


def test_payload_format_1_has_everything_twice(lab, api):
    url = api("POST /orders/{id}", version="1.0")
    event = lab.http(f"{url}/orders/7?size=2&size=3", "POST", {"n": 1}).json()
    assert event["version"] == "1.0"
    assert event["resource"] == event["requestContext"]["resourcePath"] == "/orders/{id}"
    assert event["path"] == "/orders/7"
    assert event["queryStringParameters"] == {"size": "3"}
    assert event["multiValueQueryStringParameters"] == {"size": ["2", "3"]}
    assert event["multiValueHeaders"]["content-type"] == [event["headers"]["content-type"]]
    assert event["pathParameters"] == {"id": "7"}
    assert event["stageVariables"] is None
    assert event["requestContext"]["identity"]["sourceIp"] == "203.0.113.10"
    assert event["body"] == '{"n": 1}'


def test_payload_format_1_infers_no_response(lab, gateway, returning, allow):
    arn = returning({"hello": "world"})
    allow(arn)
    made = gateway.create_api(Name="shop", ProtocolType="HTTP", Target=arn)
    assert lab.http(made["ApiEndpoint"]).json() == {"hello": "world"}
    (integration,) = gateway.get_integrations(ApiId=made["ApiId"])["Items"]
    gateway.update_integration(
        ApiId=made["ApiId"], IntegrationId=integration["IntegrationId"], PayloadFormatVersion="1.0"
    )
    assert lab.http(made["ApiEndpoint"]).status == 500


def test_stage_variables_reach_the_function(lab, gateway, api):
    url = api("GET /orders")
    (made,) = gateway.get_apis()["Items"]
    gateway.update_stage(ApiId=made["ApiId"], StageName="$default", StageVariables={"table": "orders"})
    assert lab.http(f"{url}/orders").json()["stageVariables"] == {"table": "orders"}


def test_a_server_of_the_learner_can_be_behind_it(lab, gateway):
    def shop(request):
        return 202, {"method": request.method, "path": request.path, "query": request.query}

    lab.endpoint("https://shop.example.com/orders", shop)
    made = gateway.create_api(Name="shop", ProtocolType="HTTP")
    integration = gateway.create_integration(
        ApiId=made["ApiId"],
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="ANY",
        IntegrationUri="https://shop.example.com/orders/{id}",
        PayloadFormatVersion="1.0",
    )
    gateway.create_route(
        ApiId=made["ApiId"], RouteKey="PUT /{id}", Target=f"integrations/{integration['IntegrationId']}"
    )
    gateway.create_stage(ApiId=made["ApiId"], StageName="$default", AutoDeploy=True)
    answer = lab.http(made["ApiEndpoint"] + "/7?a=b", "PUT")
    assert answer.status == 202
    assert answer.json() == {"method": "PUT", "path": "/orders/7", "query": {"a": "b"}}


# ---- failures


def test_without_the_permission_of_the_function_it_is_a_500(lab, gateway, echo):
    made = gateway.create_api(Name="shop", ProtocolType="HTTP", Target=echo)
    answer = lab.http(made["ApiEndpoint"])
    assert (answer.status, answer.body) == (500, '{"message":"Internal Server Error"}')
    (request,) = [hop for hop in lab.trace if hop.kind == "request"]
    assert "no resource-based policy allows the lambda:InvokeFunction action" in request.facts["reason"]


@pytest.mark.parametrize(
    ("source", "status"), [("*/GET/orders/{id}", 200), ("*/*/orders/*", 200), ("*/POST/orders/{id}", 500)]
)
def test_the_permission_can_be_for_one_route(lab, aws_lambda, gateway, echo, source, status):
    made = gateway.create_api(Name="shop", ProtocolType="HTTP", Target=echo, RouteKey="GET /orders/{id}")
    aws_lambda.add_permission(
        FunctionName="echo",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{made['ApiId']}/{source}",
    )
    assert lab.http(made["ApiEndpoint"] + "/orders/7").status == status


def test_a_function_that_fails_is_a_500(lab, function, quick):
    made = quick(function("broken", 'raise ValueError("secret")'))
    answer = lab.http(made["ApiEndpoint"])
    assert (answer.status, answer.body) == (500, '{"message":"Internal Server Error"}')


def test_after_30_seconds_it_is_a_503_and_the_function_runs_on(lab, function, quick):
    made = quick(function("slow", "time.sleep(40)", Timeout=60))
    begun = lab.now
    answer = lab.http(made["ApiEndpoint"])
    assert (answer.status, answer.body) == (503, '{"message":"Service Unavailable"}')
    assert (lab.now - begun).total_seconds() == pytest.approx(30, abs=0.1)
    lab.advance(60)
    assert [hop.outcome for hop in lab.trace if hop.kind == "invoke"] == ["ok"]


def test_an_integration_may_have_less_time(lab, gateway, function, quick):
    made = quick(function("slow", "time.sleep(40)", Timeout=60))
    (integration,) = gateway.get_integrations(ApiId=made["ApiId"])["Items"]
    gateway.update_integration(
        ApiId=made["ApiId"], IntegrationId=integration["IntegrationId"], TimeoutInMillis=2_000
    )
    begun = lab.now
    assert lab.http(made["ApiEndpoint"]).status == 503
    assert (lab.now - begun).total_seconds() == pytest.approx(2, abs=0.1)
    with pytest.raises(ClientError, match="less than or equal to 30000"):
        gateway.update_integration(
            ApiId=made["ApiId"], IntegrationId=integration["IntegrationId"], TimeoutInMillis=30_001
        )


def test_a_stage_may_be_throttled(lab, gateway, api):
    url = api("GET /orders")
    (made,) = gateway.get_apis()["Items"]
    limits = {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 2}
    gateway.update_stage(ApiId=made["ApiId"], StageName="$default", DefaultRouteSettings=limits)
    lab.http(f"{url}/orders")  # a cold start takes a while
    lab.advance(10)
    answers = [lab.http(f"{url}/orders") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].body == '{"message":"Too Many Requests"}'
    lab.advance(1)
    assert lab.http(f"{url}/orders").status == 200


def test_more_than_10_mb_is_a_413(lab, api):
    answer = lab.http(api("POST /orders") + "/orders", "POST", "x" * 10_485_761)
    assert (answer.status, answer.body) == (413, '{"message":"Request Entity Too Large"}')


def test_a_route_with_aws_iam_wants_signed_requests(lab, gateway, api):
    url = api("GET /orders") + "/orders"
    (made,) = gateway.get_apis()["Items"]
    (route,) = gateway.get_routes(ApiId=made["ApiId"])["Items"]
    gateway.update_route(ApiId=made["ApiId"], RouteId=route["RouteId"], AuthorizationType="AWS_IAM")
    answer = lab.http(url)
    assert (answer.status, answer.body) == (403, '{"message":"Forbidden"}')
    request = AWSRequest("GET", url)
    SigV4Auth(boto3.Session().get_credentials(), "execute-api", "us-east-1").add_auth(request)
    event = lab.http(url, headers=dict(request.headers.items())).json()
    assert event["requestContext"]["authorizer"]["iam"]["userArn"].endswith(":user/learner")


def test_an_identity_of_another_account_may_not_ask(lab, gateway, api):
    url = api("GET /orders") + "/orders"
    (made,) = gateway.get_apis()["Items"]
    (route,) = gateway.get_routes(ApiId=made["ApiId"])["Items"]
    gateway.update_route(ApiId=made["ApiId"], RouteId=route["RouteId"], AuthorizationType="AWS_IAM")
    request = AWSRequest("GET", url)
    SigV4Auth(own_credentials("222222222222"), "execute-api", "us-east-1").add_auth(request)
    assert lab.http(url, headers=dict(request.headers.items())).status == 403


def test_a_preflight_is_a_204(lab, echo, quick):
    made = quick(echo, CorsConfiguration={"AllowOrigins": ["*"], "AllowMethods": ["*"], "MaxAge": 5})
    asked = {"Origin": "https://a.example.com", "Access-Control-Request-Method": "PUT"}
    answer = lab.http(made["ApiEndpoint"] + "/x", "OPTIONS", headers=asked)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert answer.headers["access-control-max-age"] == "5"
    assert not [hop for hop in lab.trace if hop.kind == "invoke"]


def test_a_deleted_api_answers_nobody(lab, gateway, echo, quick):
    made = quick(echo)
    gateway.delete_api(ApiId=made["ApiId"])
    with pytest.raises(ConnectionError):
        lab.http(made["ApiEndpoint"])
