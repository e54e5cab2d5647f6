"""REST APIs of API Gateway: the tree, deployments, the event, and what clients get when it goes wrong."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from workbook.aws.environment import own_credentials


def code_and_text(error):
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


@pytest.fixture
def gateway(lab):
    return lab.client("apigateway")


@pytest.fixture
def rest(gateway, aws_lambda):
    """rest("GET /orders", arn) makes an API with that method, deployed to stage "live"; its URL and id."""

    def rest(key, arn, *, kind="AWS_PROXY", permit=True, authorization="NONE", policy=None, **integration):
        options = {} if policy is None else {"policy": json.dumps(policy)}
        made = gateway.create_rest_api(name="shop", **options)
        add_method(gateway, made, key, arn, kind, authorization, integration)
        gateway.create_deployment(restApiId=made["id"], stageName="live")
        if permit:
            aws_lambda.add_permission(
                FunctionName=arn,
                StatementId="gateway",
                Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
                SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{made['id']}/*",
            )
        return f"https://{made['id']}.execute-api.us-east-1.amazonaws.com/live", made["id"]

    return rest


def add_method(gateway, made, key, arn, kind="AWS_PROXY", authorization="NONE", integration=None):
    """Add a method with an integration; resources are made as they are needed."""
    method, _, path = key.partition(" ")
    identifier, parent = made["id"], made["rootResourceId"]
    for part in path.strip("/").split("/") if path != "/" else []:
        parent = gateway.create_resource(restApiId=identifier, parentId=parent, pathPart=part)["id"]
    target = {"restApiId": identifier, "resourceId": parent, "httpMethod": method}
    gateway.put_method(**target, authorizationType=authorization)
    prefix = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions"
    uri = f"{prefix}/{arn}/invocations" if arn.startswith("arn:") else arn
    gateway.put_integration(**target, type=kind, integrationHttpMethod="POST", uri=uri, **(integration or {}))
    return target


# ---- the API


def test_an_api_is_a_tree_of_resources(gateway):
    made = gateway.create_rest_api(name="shop")
    orders = gateway.create_resource(restApiId=made["id"], parentId=made["rootResourceId"], pathPart="orders")
    order = gateway.create_resource(restApiId=made["id"], parentId=orders["id"], pathPart="{id}")
    assert order["path"] == "/orders/{id}"
    listed = gateway.get_resources(restApiId=made["id"])["items"]
    assert sorted(one["path"] for one in listed) == ["/", "/orders", "/orders/{id}"]
    with pytest.raises(ClientError) as error:
        gateway.create_resource(restApiId=made["id"], parentId=orders["id"], pathPart="{name}")
    assert code_and_text(error) == (
        "BadRequestException",
        "A sibling ({id}) of this resource already has a variable path part -- only one is allowed",
    )
    with pytest.raises(ClientError) as error:
        gateway.create_resource(restApiId=made["id"], parentId=made["rootResourceId"], pathPart="orders")
    assert code_and_text(error) == (
        "ConflictException",
        "Another resource with the same parent already has this name: orders",
    )
    gateway.delete_resource(restApiId=made["id"], resourceId=orders["id"])
    assert [one["path"] for one in gateway.get_resources(restApiId=made["id"])["items"]] == ["/"]


def test_a_deployment_needs_methods_with_integrations(gateway):
    made = gateway.create_rest_api(name="shop")
    with pytest.raises(ClientError) as error:
        gateway.create_deployment(restApiId=made["id"], stageName="live")
    assert code_and_text(error) == ("BadRequestException", "The REST API doesn't contain any methods")
    gateway.put_method(
        restApiId=made["id"], resourceId=made["rootResourceId"], httpMethod="GET", authorizationType="NONE"
    )
    with pytest.raises(ClientError) as error:
        gateway.create_deployment(restApiId=made["id"], stageName="live")
    assert code_and_text(error) == ("BadRequestException", "No integration defined for method")


def test_what_is_not_there_is_not_found(gateway):
    with pytest.raises(ClientError) as error:
        gateway.get_rest_api(restApiId="nothing")
    assert code_and_text(error) == (
        "NotFoundException",
        "Invalid API identifier specified 123456789012:nothing",
    )


@pytest.mark.parametrize(
    ("refused", "text"),
    [
        ({"type": "MOCK"}, "MOCK"),
        ({"type": "AWS_PROXY", "requestTemplates": {"application/json": "$input"}}, "requestTemplates"),
        ({"type": "AWS", "uri": "arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders"}, "sqs"),
        ({"type": "AWS_PROXY", "uri": "orders"}, "Invalid ARN specified in the request"),
        ({"type": "HTTP_PROXY", "uri": "orders"}, "Invalid HTTP endpoint specified for URI"),
        (
            {"type": "AWS_PROXY", "integrationHttpMethod": ""},
            "Enumeration value for HttpMethod must be non-empty",
        ),
        (
            {"type": "HTTP_PROXY", "uri": "https://a.b", "timeoutInMillis": 29_001},
            "between 50 ms and 29000 ms",
        ),
    ],
)
def test_integrations_that_are_refused(gateway, refused, text):
    made = gateway.create_rest_api(name="shop")
    target = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**target, authorizationType="NONE")
    with pytest.raises(ClientError, match=text):
        gateway.put_integration(**target, **{"integrationHttpMethod": "POST", **refused})


def test_a_change_is_seen_once_it_is_deployed(lab, gateway, echo, rest):
    url, identifier = rest("GET /old", echo)
    root = next(one for one in gateway.get_resources(restApiId=identifier)["items"] if one["path"] == "/")
    add_method(gateway, {"id": identifier, "rootResourceId": root["id"]}, "GET /new", echo)
    assert lab.http(f"{url}/new").status == 403
    gateway.create_deployment(restApiId=identifier, stageName="live")
    assert lab.http(f"{url}/new").status == 200


def test_a_policy_counts_once_it_is_deployed(lab, gateway, echo, rest):
    url, identifier = rest("GET /orders", echo)
    policy = {"Version": "2012-10-17", "Statement": [statement("Deny", Resource="execute-api:/*")]}
    patch = {"op": "replace", "path": "/policy", "value": json.dumps(policy)}
    gateway.update_rest_api(restApiId=identifier, patchOperations=[patch])
    assert lab.http(f"{url}/orders").status == 200
    gateway.create_deployment(restApiId=identifier, stageName="live")
    assert lab.http(f"{url}/orders").status == 403


def test_a_disabled_endpoint_counts_once_a_stage_changes(lab, gateway, echo, rest):
    url, identifier = rest("GET /orders", echo)
    patch = {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}
    gateway.update_rest_api(restApiId=identifier, patchOperations=[patch])
    gateway.create_deployment(restApiId=identifier)  # put to no stage
    assert lab.http(f"{url}/orders").status == 200
    patch = {"op": "replace", "path": "/description", "value": "closed"}
    gateway.update_stage(restApiId=identifier, stageName="live", patchOperations=[patch])
    answer = lab.http(f"{url}/orders")
    assert (answer.status, answer.json()) == (403, {"message": "Forbidden"})


# ---- the event and the answer


def test_the_event_has_everything_twice_and_no_version(lab, echo, rest):
    url, identifier = rest("POST /orders/{id}", echo)
    event = lab.http(f"{url}/orders/7?size=2&size=3", "POST", {"n": 1}, {"X-Shop": "north"}).json()
    assert "version" not in event
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/orders/{id}", "/orders/7", "POST")
    assert event["requestContext"]["path"] == "/live/orders/7"
    assert event["requestContext"]["apiId"] == identifier
    assert event["requestContext"]["stage"] == "live"
    assert event["queryStringParameters"] == {"size": "3"}
    assert event["multiValueQueryStringParameters"] == {"size": ["2", "3"]}
    assert event["pathParameters"] == {"id": "7"}
    assert event["body"] == '{"n": 1}'
    assert event["isBase64Encoded"] is False


@pytest.mark.parametrize(
    ("returned", "status"),
    [
        ({"statusCode": 200}, 200),
        ({"statusCode": 201, "headers": {"X-A": "b"}, "body": "made"}, 201),
        ({}, 200),
        ({"statusCode": 200, "wrongValue": "value"}, 502),
        ({"statusCode": 200, "body": {"n": 1}}, 502),
        ("hello", 502),
    ],
)
def test_only_a_response_is_one(lab, returning, rest, returned, status):
    url, _ = rest("GET /orders", returning(returned))
    answer = lab.http(f"{url}/orders")
    assert answer.status == status
    if status == 502:
        assert answer.json() == {"message": "Internal server error"}


def test_an_integration_of_the_type_aws_passes_the_body_and_hides_errors(lab, gateway, function, rest):
    arn = function("double", 'return 2 * event["n"]')
    made = gateway.create_rest_api(name="shop")
    target = add_method(gateway, made, "POST /double", arn, "AWS")
    for status in ("200", "500"):
        gateway.put_method_response(**target, statusCode=status)
    gateway.put_integration_response(**target, statusCode="200")
    gateway.create_deployment(restApiId=made["id"], stageName="live")
    lab.client("lambda").add_permission(
        FunctionName="double",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    url = f"https://{made['id']}.execute-api.us-east-1.amazonaws.com/live/double"
    assert lab.http(url, "POST", {"n": 4}).body == "8"
    hidden = lab.http(url, "POST", {"m": 4})
    assert (hidden.status, hidden.json()["errorType"]) == (200, "KeyError")
    gateway.put_integration_response(**target, statusCode="500", selectionPattern=".*n.*")
    gateway.create_deployment(restApiId=made["id"], stageName="live")
    assert lab.http(url, "POST", {"m": 4}).status == 500


def test_the_event_keeps_the_letters_of_header_names(lab, echo, rest):
    url, _ = rest("GET /orders", echo)
    event = lab.http(f"{url}/orders", headers={"X-Shop": "north", "accept": "*/*"}).json()
    added = {"Host", "User-Agent", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port"}
    assert set(event["headers"]) == {"X-Shop", "accept", "X-Forwarded-Proto", *added}
    assert event["multiValueHeaders"]["X-Shop"] == ["north"]


@pytest.mark.parametrize("name", ["Set-Cookie", "set-cookie", "Set-cookie"])
def test_cookies_stay_apart_however_their_header_is_written(lab, returning, rest, name):
    url, _ = rest("GET /", returning({"statusCode": 200, "multiValueHeaders": {name: ["a=1", "b=2"]}}))
    answer = lab.http(f"{url}/")
    assert answer.cookies == ("a=1", "b=2")
    assert "set-cookie" not in answer.headers


def test_a_dot_of_a_selection_pattern_matches_no_newline(lab, gateway, function):
    arn = function("lines", 'raise ValueError("first\\nsecond")')
    made = gateway.create_rest_api(name="shop")
    target = add_method(gateway, made, "POST /", arn, "AWS")
    for status, pattern in (("200", None), ("400", "first.*"), ("500", "first(.|\\n)*")):
        gateway.put_method_response(**target, statusCode=status)
        more = {} if pattern is None else {"selectionPattern": pattern}
        gateway.put_integration_response(**target, statusCode=status, **more)
    gateway.create_deployment(restApiId=made["id"], stageName="live")
    lab.client("lambda").add_permission(
        FunctionName="lines",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    assert lab.http(f"https://{made['id']}.execute-api.us-east-1.amazonaws.com/live/", "POST").status == 500
    with pytest.raises(ClientError, match="BadRequestException"):
        gateway.put_integration_response(**target, statusCode="500", selectionPattern="(")


def test_a_body_that_may_not_pass_is_a_415(lab, echo, rest):
    url, _ = rest("POST /orders", echo, kind="AWS", passthroughBehavior="NEVER")
    answer = lab.http(f"{url}/orders", "POST", {"n": 1})
    assert (answer.status, answer.json()) == (415, {"message": "Unsupported Media Type"})


# ---- failures


def test_a_missing_stage_is_forbidden_and_a_missing_resource_lacks_a_token(lab, echo, rest):
    url, _ = rest("GET /orders", echo)
    stage = lab.http(url.replace("/live", "/test") + "/orders")
    assert (stage.status, stage.json()) == (403, {"message": "Forbidden"})
    for method, path in (("GET", "/else"), ("POST", "/orders")):
        answer = lab.http(url + path, method)
        assert (answer.status, answer.json()) == (403, {"message": "Missing Authentication Token"})
        assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"


def test_without_the_permission_of_the_function_it_is_a_500(lab, echo, rest):
    url, _ = rest("GET /orders", echo, permit=False)
    answer = lab.http(f"{url}/orders")
    assert (answer.status, answer.json()) == (500, {"message": "Internal server error"})


def test_a_function_that_fails_is_a_502(lab, function, rest):
    url, _ = rest("GET /orders", function("broken", 'raise ValueError("secret")'))
    answer = lab.http(f"{url}/orders")
    assert (answer.status, answer.json()) == (502, {"message": "Internal server error"})


def test_a_throttled_function_is_a_500(lab, aws_lambda, echo, rest):
    url, _ = rest("GET /orders", echo)
    aws_lambda.put_function_concurrency(FunctionName="echo", ReservedConcurrentExecutions=0)
    assert lab.http(f"{url}/orders").status == 500


def test_after_29_seconds_it_is_a_504_and_the_function_runs_on(lab, function, rest):
    url, _ = rest("GET /orders", function("slow", "time.sleep(40)", Timeout=60))
    begun = lab.now
    answer = lab.http(f"{url}/orders")
    assert (answer.status, answer.json()) == (504, {"message": "Endpoint request timed out"})
    assert (lab.now - begun).total_seconds() == pytest.approx(29, abs=0.1)
    lab.advance(60)
    assert [hop.outcome for hop in lab.trace if hop.kind == "invoke"] == ["ok"]


def test_a_stage_may_be_throttled(lab, gateway, echo, rest):
    url, identifier = rest("GET /orders", echo)
    patches = [
        {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "1"},
        {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "1"},
    ]
    gateway.update_stage(restApiId=identifier, stageName="live", patchOperations=patches)
    assert [lab.http(f"{url}/orders").status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(("setting", "value"), [("burst", "abc"), ("rate", "nan"), ("burst", "-1")])
def test_an_update_of_a_stage_is_made_whole_or_not_at_all(gateway, echo, rest, setting, value):
    _, identifier = rest("GET /orders", echo)
    patches = [
        {"op": "replace", "path": "/description", "value": "new"},
        {"op": "replace", "path": f"/*/*/throttling/{setting}Limit", "value": value},
    ]
    with pytest.raises(ClientError, match="BadRequestException"):
        gateway.update_stage(restApiId=identifier, stageName="live", patchOperations=patches)
    stage = gateway.get_stage(restApiId=identifier, stageName="live")
    assert "description" not in stage
    assert stage["methodSettings"] == {}


def test_an_update_of_an_api_is_made_whole_or_not_at_all(gateway):
    made = gateway.create_rest_api(name="shop")
    patches = [
        {"op": "replace", "path": "/name", "value": "new"},
        {"op": "replace", "path": "/nothing", "value": "new"},
    ]
    with pytest.raises(ClientError, match="Invalid patch path"):
        gateway.update_rest_api(restApiId=made["id"], patchOperations=patches)
    assert gateway.get_rest_api(restApiId=made["id"])["name"] == "shop"


def test_the_throttle_of_a_stage_goes_with_it(lab, gateway, echo, rest):
    url, identifier = rest("GET /orders", echo)
    patches = [
        {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "1"},
        {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "1"},
    ]
    for _ in range(2):
        gateway.update_stage(restApiId=identifier, stageName="live", patchOperations=patches)
        assert lab.http(f"{url}/orders").status == 200
        gateway.delete_stage(restApiId=identifier, stageName="live")
        gateway.create_deployment(restApiId=identifier, stageName="live")


def statement(effect, **more):
    return {"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", **more}


def test_a_resource_policy_decides_who_may_ask(lab, echo, rest):
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            statement("Allow", Resource="execute-api:/*"),
            statement("Deny", Resource="execute-api:/live/GET/secret"),
        ],
    }
    url, identifier = rest("GET /{path}", echo, policy=policy)
    assert lab.http(f"{url}/open").status == 200
    answer = lab.http(f"{url}/secret")
    assert answer.status == 403
    assert answer.json() == {
        "Message": (
            "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
            f"arn:aws:execute-api:us-east-1:********9012:{identifier}/live/GET/secret with an explicit deny"
        )
    }


def test_a_method_with_aws_iam_wants_signed_requests(lab, echo, rest):
    url, _ = rest("GET /orders", echo, authorization="AWS_IAM")
    assert lab.http(f"{url}/orders").json() == {"message": "Missing Authentication Token"}
    request = AWSRequest("GET", f"{url}/orders")
    SigV4Auth(boto3.Session().get_credentials(), "execute-api", "us-east-1").add_auth(request)
    event = lab.http(f"{url}/orders", headers=dict(request.headers.items())).json()
    assert event["requestContext"]["identity"]["userArn"].endswith(":user/learner")


def test_an_identity_of_another_account_needs_the_policy_of_the_api(lab, echo, rest):
    url, _ = rest("GET /orders", echo, authorization="AWS_IAM")
    request = AWSRequest("GET", f"{url}/orders")
    SigV4Auth(own_credentials("222222222222"), "execute-api", "us-east-1").add_auth(request)
    answer = lab.http(f"{url}/orders", headers=dict(request.headers.items()))
    assert answer.status == 403
    assert answer.json()["Message"].startswith(
        "User: arn:aws:iam::222222222222:user/learner is not authorized"
    )


def test_a_server_of_the_learner_can_be_behind_it(lab, gateway):
    lab.endpoint("https://shop.example.com", lambda request: (202, request.path))
    made = gateway.create_rest_api(name="shop")
    add_method(gateway, made, "GET /{id}", "https://shop.example.com/orders", "HTTP_PROXY")
    gateway.create_deployment(restApiId=made["id"], stageName="live")
    answer = lab.http(f"https://{made['id']}.execute-api.us-east-1.amazonaws.com/live/7")
    assert (answer.status, answer.body) == (202, "/orders")


def test_a_variable_in_the_url_of_a_server_must_be_mapped(lab, gateway):
    lab.endpoint("https://shop.example.com", lambda request: (200, request.path))
    made = gateway.create_rest_api(name="shop")
    target = add_method(gateway, made, "GET /{id}", "https://shop.example.com/orders/{id}", "HTTP_PROXY")
    gateway.create_deployment(restApiId=made["id"], stageName="live")
    url = f"https://{made['id']}.execute-api.us-east-1.amazonaws.com/live/7"
    assert lab.http(url).status == 500
    mapped = {
        "type": "HTTP_PROXY",
        "integrationHttpMethod": "GET",
        "uri": "https://shop.example.com/orders/{id}",
        "requestParameters": {"integration.request.path.id": "method.request.path.id"},
    }
    with pytest.raises(ClientError, match="Invalid mapping expression parameter"):
        gateway.put_integration(**target, **mapped)
    gateway.delete_method(**target)
    gateway.put_method(**target, authorizationType="NONE", requestParameters={"method.request.path.id": True})
    gateway.put_integration(**target, **mapped)
    gateway.create_deployment(restApiId=made["id"], stageName="live")
    assert lab.http(url).body == "/orders/7"
