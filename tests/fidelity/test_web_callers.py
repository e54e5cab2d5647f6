"""Who calls Lambda from the web: function URLs and API Gateway. One test for each row of the ledger."""

from __future__ import annotations

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from lambda_learner import worker

from workbook.engine.clock import SECOND

ECHO = """
import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""
FAILS = """
def handler(event, context):
    raise ValueError("no")
"""


def url_of(lab, name, **permission):
    """The URL of a function; public, unless a permission is left out."""
    aws_lambda = lab.client("lambda")
    made = aws_lambda.create_function_url_config(FunctionName=name, AuthType="NONE")
    steps = (
        {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
        {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
    )
    for number, step in enumerate(steps[: permission.get("steps", 2)]):
        aws_lambda.add_permission(FunctionName=name, StatementId=f"s{number}", Principal="*", **step)
    return made["FunctionUrl"]


def runs(lab):
    """How the function's runs ended."""
    return [hop.outcome for hop in lab.trace if hop.kind == "invoke"]


def test_web_01_a_public_function_url_needs_two_permissions(lab):
    url = url_of(lab, worker(lab, ECHO), steps=1)
    answer = lab.http(url)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, "AccessDeniedException")
    assert runs(lab) == []


def test_web_02_a_function_url_sends_payload_format_2(lab):
    event = lab.http(url_of(lab, worker(lab, ECHO)) + "orders?a=1&a=2", headers={"Cookie": "k=v"}).json()
    assert (event["version"], event["rawPath"], event["cookies"]) == ("2.0", "/orders", ["k=v"])
    assert event["queryStringParameters"] == {"a": "1,2"}


def test_web_03_a_function_that_fails_is_a_502_at_its_url_and_is_not_tried_again(lab):
    assert lab.http(url_of(lab, worker(lab, FAILS))).status == 502
    lab.advance(hours=7)
    assert runs(lab) == ["ValueError"]


def test_web_04_a_throttled_function_is_a_429_at_its_url(lab):
    url = url_of(lab, worker(lab, ECHO))
    lab.client("lambda").put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    assert lab.http(url).status == 429


def test_web_05_a_function_url_waits_as_long_as_the_function_may_run(lab):
    slow = "import time\n\n\ndef handler(event, context):\n    time.sleep(600)\n"
    url, begun = url_of(lab, worker(lab, slow, Timeout=900)), lab.world.clock.now
    assert lab.http(url, timeout=1000).status == 200
    assert lab.world.clock.now - begun >= 600 * SECOND


def api_of(lab, name, **options):
    """The URL of an HTTP API with one route for everything, that may invoke a function; and its id."""
    lab.client("lambda").add_permission(
        FunctionName=name,
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    arn = lab.client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    made = lab.client("apigatewayv2").create_api(Name="shop", ProtocolType="HTTP", Target=arn, **options)
    return made["ApiEndpoint"], made["ApiId"]


def test_web_06_an_http_api_waits_30_seconds_and_then_answers_503_while_the_function_runs_on(lab):
    slow = "import time\n\n\ndef handler(event, context):\n    time.sleep(40)\n"
    url, _ = api_of(lab, worker(lab, slow, Timeout=60))
    begun = lab.world.clock.now
    answer = lab.http(url)
    assert (answer.status, answer.body) == (503, '{"message":"Service Unavailable"}')
    assert lab.world.clock.now - begun == 30 * SECOND
    lab.advance(60)
    assert runs(lab) == ["ok"]


def test_web_07_a_function_that_fails_is_a_500_of_an_http_api_and_is_not_tried_again(lab):
    answer = lab.http(api_of(lab, worker(lab, FAILS))[0])
    assert (answer.status, answer.body) == (500, '{"message":"Internal Server Error"}')
    lab.advance(hours=7)
    assert runs(lab) == ["ValueError"]


def test_web_08_an_http_api_needs_the_permission_of_the_function(lab):
    arn = lab.function("worker", ECHO)
    made = lab.client("apigatewayv2").create_api(Name="shop", ProtocolType="HTTP", Target=arn)
    assert lab.http(made["ApiEndpoint"]).status == 500
    assert runs(lab) == []


def test_web_09_an_http_api_sends_payload_format_1_or_2(lab):
    url, identifier = api_of(lab, worker(lab, ECHO))
    assert lab.http(url).json()["version"] == "2.0"
    gateway = lab.client("apigatewayv2")
    (integration,) = gateway.get_integrations(ApiId=identifier)["Items"]
    gateway.update_integration(
        ApiId=identifier, IntegrationId=integration["IntegrationId"], PayloadFormatVersion="1.0"
    )
    assert lab.http(url).json()["version"] == "1.0"


def test_web_10_the_most_specific_route_answers_and_default_the_rest(lab):
    url, identifier = api_of(lab, worker(lab, ECHO))
    gateway = lab.client("apigatewayv2")
    (integration,) = gateway.get_integrations(ApiId=identifier)["Items"]
    for key in ("GET /orders/{id}", "GET /orders/new", "ANY /{rest+}"):
        target = f"integrations/{integration['IntegrationId']}"
        gateway.create_route(ApiId=identifier, RouteKey=key, Target=target)
    paths = ("/orders/new", "/orders/7", "/orders/7/lines", "/")
    assert [lab.http(url + path).json()["routeKey"] for path in paths] == [
        "GET /orders/new",
        "GET /orders/{id}",
        "ANY /{rest+}",
        "$default",
    ]


def test_web_11_a_throttled_stage_answers_429(lab):
    url, identifier = api_of(lab, worker(lab, ECHO))
    limits = {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 1}
    gateway = lab.client("apigatewayv2")
    gateway.update_stage(ApiId=identifier, StageName="$default", DefaultRouteSettings=limits)
    assert lab.http(url).status == 200
    answer = lab.http(url)
    assert (answer.status, answer.body) == (429, '{"message":"Too Many Requests"}')


def rest_api_of(lab, name):
    """The URL of a REST API whose GET / leads to a function; and its id."""
    gateway, aws_lambda = lab.client("apigateway"), lab.client("lambda")
    arn = aws_lambda.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    aws_lambda.add_permission(
        FunctionName=name,
        StatementId="rest",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    made = gateway.create_rest_api(name="shop")
    method = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=made["id"], stageName="live")
    return f"https://{made['id']}.execute-api.us-east-1.amazonaws.com/live", made["id"]


def test_web_12_a_rest_api_waits_29_seconds_and_then_answers_504_while_the_function_runs_on(lab):
    slow = "import time\n\n\ndef handler(event, context):\n    time.sleep(40)\n"
    url, _ = rest_api_of(lab, worker(lab, slow, Timeout=60))
    begun = lab.world.clock.now
    answer = lab.http(url)
    assert (answer.status, answer.json()) == (504, {"message": "Endpoint request timed out"})
    assert lab.world.clock.now - begun == 29 * SECOND
    lab.advance(60)
    assert runs(lab) == ["ok"]


def test_web_13_a_function_that_fails_is_a_502_of_a_rest_api_and_is_not_tried_again(lab):
    answer = lab.http(rest_api_of(lab, worker(lab, FAILS))[0])
    assert (answer.status, answer.json()) == (502, {"message": "Internal server error"})
    lab.advance(hours=7)
    assert runs(lab) == ["ValueError"]


def test_web_14_an_answer_with_other_fields_is_a_502_of_a_rest_api(lab):
    wrong = 'def handler(event, context):\n    return {"statusCode": 200, "wrongValue": "value"}\n'
    assert lab.http(rest_api_of(lab, worker(lab, wrong))[0]).status == 502


def test_web_15_a_throttled_function_is_a_500_of_a_rest_api(lab):
    url, _ = rest_api_of(lab, worker(lab, ECHO))
    lab.client("lambda").put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    assert lab.http(url).status == 500


def test_web_16_a_rest_api_tells_who_asks_for_what_is_not_there_that_a_token_is_missing(lab):
    url, _ = rest_api_of(lab, worker(lab, ECHO))
    answer = lab.http(f"{url}/else")
    assert (answer.status, answer.json()) == (403, {"message": "Missing Authentication Token"})


def test_web_17_a_stage_of_a_rest_api_answers_by_its_deployment(lab):
    url, identifier = rest_api_of(lab, worker(lab, ECHO))
    gateway = lab.client("apigateway")
    root = gateway.get_rest_api(restApiId=identifier)["rootResourceId"]
    gateway.delete_method(restApiId=identifier, resourceId=root, httpMethod="GET")
    assert lab.http(url).status == 200


def balancer_of(lab, name):
    """The URL of a load balancer that forwards everything to a function."""
    elb, aws_lambda = lab.client("elbv2"), lab.client("lambda")
    arn = aws_lambda.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    balancer = elb.create_load_balancer(Name="shop", Subnets=["subnet-a", "subnet-b"])["LoadBalancers"][0]
    group = elb.create_target_group(Name="functions", TargetType="lambda")["TargetGroups"][0]
    aws_lambda.add_permission(
        FunctionName=name,
        StatementId="elb",
        Action="lambda:InvokeFunction",
        Principal="elasticloadbalancing.amazonaws.com",
        SourceArn=group["TargetGroupArn"],
    )
    elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": arn}])
    forward = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[forward]
    )
    return f"http://{balancer['DNSName']}"


def test_web_18_a_load_balancer_waits_until_the_function_answers_or_times_out(lab):
    slow = "import time\n\n\ndef handler(event, context):\n    time.sleep(600)\n"
    url, begun = balancer_of(lab, worker(lab, slow, Timeout=300)), lab.world.clock.now
    assert lab.http(url, timeout=1000).status == 502
    assert lab.world.clock.now - begun >= 300 * SECOND


def test_web_19_a_function_that_fails_is_a_502_of_a_load_balancer_and_is_not_tried_again(lab):
    assert lab.http(balancer_of(lab, worker(lab, FAILS))).status == 502
    lab.advance(hours=7)
    assert runs(lab) == ["ValueError"]


def test_web_20_a_load_balancer_passes_1_mb_each_way(lab):
    url = balancer_of(lab, worker(lab, 'def handler(event, context):\n    return {"statusCode": 200}\n'))
    assert lab.http(url, "POST", "x" * 1_048_576).status == 200
    assert lab.http(url, "POST", "x" * 1_048_577).status == 413


def test_web_21_a_signed_request_of_another_account_needs_the_function_s_policy(lab):
    worker(lab, ECHO)
    aws_lambda, other = lab.client("lambda"), "210987654321"
    url = aws_lambda.create_function_url_config(FunctionName="worker", AuthType="AWS_IAM")["FunctionUrl"]
    sts, role = lab.client("sts", account=other), f"arn:aws:iam::{other}:role/shop"
    given = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    keys = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    request = AWSRequest("GET", url)
    SigV4Auth(keys, "lambda", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    assert lab.http(url, headers=headers).status == 403
    steps = (
        {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "AWS_IAM"},
        {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
    )
    for number, step in enumerate(steps):
        aws_lambda.add_permission(FunctionName="worker", StatementId=f"s{number}", Principal=other, **step)
    assert lab.http(url, headers=headers).status == 200
    assert lab.http(url).status == 403
